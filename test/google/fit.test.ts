import assert from 'node:assert/strict'
import fc from 'fast-check'
import { holds } from '../../src/google/holds'
import { asDescription, plainText } from '../../src/google/text'
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
  ['a link of the web is kept', 'url', 'https://Example.org/a?b', 'https://Example.org/a?b'],
  ['the scheme of a link is in small letters', 'url', 'HTTPS://Example.org/a?b', 'https://Example.org/a?b'],
  [
    'a link has no blanks and umlauts',
    'url',
    'https://bücher.example/a b/ö',
    'https://xn--bcher-kva.example/a%20b/%C3%B6',
  ],
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
  [
    'a description with what could be markup is cut a little sooner',
    'description',
    '<b>'.repeat(2731),
    '<b>'.repeat(1365) + '<',
  ],
  ['a description is kept, whatever it looks like', 'description', '<p>One</p> &amp;', '<p>One</p> &amp;'],
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
    ['&amp;lt;b&amp;gt;', '&lt;b&gt;'],
    ['it&#39;s &#8364;5 &#x1F600; &#160;now', "it's €5 😀  now"],
    ['mail <someone@example.com>', 'mail <someone@example.com>'],
    ['One<!-- hidden -->', 'One'],
    ['&#0; &#99999999;', '&#0; &#99999999;'],
  ]
  for (const [html, plain] of texts) {
    it(`reads ${html} as plain text`, () => assert.equal(plainText(html), plain))
  }

  it('is written so that it is shown as it stands', () => {
    for (const [text, html] of [
      ['Join <https://x.example/1> now', 'Join &lt;https://x.example/1> now'],
      ['a <b>bold</b> &amp; "c"', 'a &lt;b>bold&lt;/b> &amp;amp; "c"'],
      ['a < b && c > d; R&D', 'a < b && c > d; R&D'],
    ] as const) {
      assert.equal(asDescription(text), html)
    }
  })

  it('reads what it has written as the same text, whatever it is', () => {
    const parts = fc.constantFrom(
      '<',
      '>',
      '&',
      ';',
      'b',
      '/',
      '!--',
      '-->',
      'amp',
      '#39',
      '#x',
      'lt',
      ' ',
      '"',
      'a href=',
      '\n',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, fc.string()), { maxLength: 20 }), (all) => {
        const text = all.join('')
        assert.equal(plainText(asDescription(text)), text)
      }),
    )
  })
})
