import assert from 'node:assert/strict'
import type { Live } from '../../src/event/calendar'
import type { Field, Fields } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import { oursOf } from '../../src/caldav/echo'

const seen = (fields: Fields, etag: string | null): Live => ({
  uid: 'a',
  id: '/a.ics',
  is: 'live',
  ref: { etag },
  fields,
})

/** What counts as ours of a field that was sent as one value and is held as another. */
const ours = (name: Field, sent: Json, held: Json, isNew = true): Json | undefined =>
  oursOf(seen({ [name]: sent }, null), seen({ [name]: held }, '"2"'), isNew)[name]

describe('What a server holds after a PUT', () => {
  const echoes: [string, Field, Json, Json][] = [
    ['white space before a text, dropped (Cyrus)', 'location', ' Bar', 'Bar'],
    ['a text of blanks, dropped', 'location', '  ', null],
    ['a backslash that was read as an escape (Xandikos)', 'description', 'C:\\new, all', 'C:\new, all'],
    ['a comma in a category that was read as the next one (Xandikos)', 'categories', ['a,b'], ['a', 'b']],
    ['a comma at the end of a category', 'categories', ['a,'], ['a']],
    ['a backslash in a category that was read as an escape (Xandikos)', 'categories', ['\\n', 'a'], ['a']],
    ['a backslash in a place, read as the end of a line', 'location', 'C:\\new', 'C:, ew'],
    ['a default alarm', 'reminders', null, [15]],
    ['a colour that it does not keep', 'color', '#ff0000', null],
    ['a class that it does not keep', 'visibility', 'private', 'default'],
    ['an alarm in an occurrence', 'exceptions.2026-06-10', { summary: 'B' }, { summary: 'B', reminders: [15] }],
  ]
  for (const [what, name, sent, held] of echoes) {
    it(`is its own doing: ${what}`, () => assert.deepEqual(ours(name, sent, held), held))
  }

  const edits: [string, Field, Json, Json][] = [
    ['another title', 'summary', 'A', 'B'],
    ['a title that was cleared', 'summary', 'A', null],
    ['another text in place of one with a backslash', 'description', 'C:\\new', 'D:\\new'],
    ['another category', 'categories', ['a,b'], ['a', 'c']],
    ['another reminder', 'reminders', [5], [15]],
    ['another colour', 'color', '#ff0000', '#00ff00'],
    ['a cancelled occurrence', 'exceptions.2026-06-10', { summary: 'B' }, null],
  ]
  for (const [what, name, sent, held] of edits) {
    it(`is an edit: ${what}`, () => assert.deepEqual(ours(name, sent, held), sent))
  }

  it('is an edit where an alarm was added to what was there before', () => {
    assert.deepEqual(ours('reminders', null, [15], false), null)
  })

  it('is its own doing, whatever it is, under the ETag that it has answered', () => {
    const held = seen({ summary: 'B' }, '"1"')
    assert.deepEqual(oursOf(seen({ summary: 'A' }, '"1"'), held, true), held.fields)
  })
})
