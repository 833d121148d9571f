import assert from 'node:assert/strict'
import fc from 'fast-check'
import { conflictSentence, deletedSentence, heldSentence } from '../../src/runtime/sentence'

const names = { left: 'Work', right: 'Private' }
const paris = (dateTime: string): object => ({ dateTime, timeZone: 'Europe/Paris' })

describe('a sentence for a notification', () => {
  const cases: [string, unknown, unknown, string][] = [
    ['summary', 'Green tea', 'Black tea', 'summary ("Green tea" or "Black tea")'],
    ['location', null, 'Kitchen', 'location (nothing or "Kitchen")'],
    [
      'start',
      paris('2026-06-01T10:00:00'),
      { dateTime: '2026-06-01T09:30:00', timeZone: 'UTC' },
      'start (2026-06-01 10:00 Europe/Paris or 2026-06-01 09:30 UTC)',
    ],
    [
      'start',
      { date: '2026-06-01' },
      paris('2026-06-01T10:00:00'),
      'start (2026-06-01 or 2026-06-01 10:00 Europe/Paris)',
    ],
    ['recurrence', ['RRULE:FREQ=WEEKLY'], null, 'recurrence (RRULE:FREQ=WEEKLY or nothing)'],
    [
      'reminders',
      { useDefault: false, overrides: [{ method: 'popup', minutes: 10 }] },
      { useDefault: false, overrides: [] },
      'reminders (10 min before or none)',
    ],
    [
      'exceptions.2026-06-08T08:00:00Z',
      null,
      { summary: 'Outside', start: paris('2026-06-08T14:00:00') },
      'the occurrence of 2026-06-08T08:00:00Z (nothing or summary "Outside", start 2026-06-08 14:00 Europe/Paris)',
    ],
    [
      'description',
      'join https://meet.example.com/a?pwd=secret#x',
      null,
      'description ("join https://meet.example.com/a" or nothing)',
    ],
    ['url', 'https://anna:pass@example.com/x?token=1', 'line\none', 'url ("https://example.com/x" or "line one")'],
  ]
  for (const [name, left, right, told] of cases) {
    it(`tells of ${name} as ${told}`, () => {
      assert.equal(
        conflictSentence('Tea', [{ name, left, right }], true, names),
        `"Tea" was changed differently in Work and Private: ${told}.`,
      )
    })
  }

  it('names only fields that differ, the first three of them with values', () => {
    const differing = ['summary', 'location', 'description', 'url', 'color'].map((name) => ({
      name,
      left: 'a',
      right: 'b',
    }))
    const alike = { name: 'end', left: { date: '2026-06-02' }, right: { date: '2026-06-02' } }
    assert.equal(
      conflictSentence('', [alike, ...differing], false, names),
      '"(no title)" differs between Work and Private: summary ("a" or "b"), location ("a" or "b"), description ("a" or "b") and 2 more.',
    )
  })

  it('says which side changed an event that the other deleted', () => {
    assert.equal(deletedSentence('Tea', 'Work', 'Private'), '"Tea" was changed in Work and deleted in Private.')
  })

  it('names some of the deletions that wait', () => {
    assert.equal(
      heldSentence(['Tea'], 'Work', 'Private'),
      '1 event is gone from Work ("Tea"); deleting it in Private too waits for you.',
    )
    assert.equal(
      heldSentence(['A', '', 'C', 'D', 'E'], 'Work', 'Private'),
      '5 events are gone from Work ("A", "(no title)", "C" and 2 more); deleting them in Private too waits for you.',
    )
  })

  it('is one short line, whatever an event holds', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 3000 })
    const value = fc.oneof(text, fc.constant(null), fc.array(text), fc.jsonValue())
    const fields = fc.array(fc.record({ name: fc.constant('summary'), left: value, right: value }), { minLength: 1 })
    fc.assert(
      fc.property(text, fields, text, (title, all, name) => {
        const sentence = conflictSentence(title, all, true, { left: name, right: name })
        assert.ok(sentence.length < 3000 && !/[\n\r\p{Cc}]/u.test(sentence), sentence)
      }),
      { numRuns: 200 },
    )
  })
})
