import assert from 'node:assert/strict'
import { holds } from '../../src/google/holds'
import { plainText } from '../../src/google/text'
import type { Field } from '../../src/event/event'
import type { Json } from '../../src/event/json'

const cases: [string, Field, Json, Json][] = [
  ['a cancelled event is at most tentative, since Google deletes cancelled ones', 'status', 'cancelled', 'tentative'],
  ['confidential is private', 'visibility', 'confidential', 'private'],
  ['only five reminders fit', 'reminders', [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5]],
  ['no reminders stay none', 'reminders', null, null],
  ['a cancelled occurrence stays one', 'exceptions.2026-01-06', null, null],
  [
    'an occurrence keeps what it can hold',
    'exceptions.2026-01-06',
    { url: 'x', visibility: 'private', summary: 'A', status: 'cancelled' },
    { summary: 'A', status: 'tentative' },
  ],
  ['a link of the web is kept', 'url', 'HTTPS://example.org/a?b', 'HTTPS://example.org/a?b'],
  ['a link of a mail program is not held', 'url', 'message:%3C1@mail.example%3E', null],
  ['what looks like a link of the web and is none is not held', 'url', 'http://', null],
  ['a colour is the nearest of the palette', 'color', 'orange', 'darkorange'],
  ['a colour of the palette stays', 'color', 'red', 'red'],
  [
    'categories that are too long together are cut between two',
    'categories',
    ['a'.repeat(600), 'b'.repeat(600), 'c'],
    ['a'.repeat(600), 'c'],
  ],
  ['a category that is too long is not held', 'categories', ['a'.repeat(1100)], null],
  ['a summary that is too long is cut, but no character in two', 'summary', 'x'.repeat(1023) + '🦷', 'x'.repeat(1023)],
  ['a description that is too long is cut', 'description', 'x'.repeat(9000), 'x'.repeat(8192)],
  ['a description has no line ends at its end', 'description', '<p>One</p>', 'One'],
  ['a summary is kept', 'summary', 'A <b>bold</b> title', 'A <b>bold</b> title'],
]

describe('What Google can hold', () => {
  for (const [words, field, value, expected] of cases) {
    it(words, () => {
      assert.deepEqual(holds.fit(field, value), expected)
      assert.deepEqual(holds.fit(field, expected), expected)
    })
  }

  const texts: [string, string][] = [
    ['a < b and c > d', 'a < b and c > d'],
    ['One<br>Two<br/>Three', 'One\nTwo\nThree'],
    ['<p>One</p><p>Two</p>', 'One\nTwo\n'],
    ['<a href="https://example.org/?a=1&amp;b=2">Link</a> &lt;3', 'Link (https://example.org/?a=1&b=2) <3'],
    ['<a href="https://example.org/">https://example.org/</a>', 'https://example.org/'],
    ['&amp;lt;', '<'],
    ['mail <someone@example.com>', 'mail <someone@example.com>'],
  ]
  for (const [html, plain] of texts) {
    it(`reads ${html} as plain text`, () => {
      assert.equal(plainText(html), plain)
      assert.equal(plainText(plain), plain)
    })
  }
})
