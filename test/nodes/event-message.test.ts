import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Field, Fields } from '../../src/event/event'
import { fieldNames } from '../../src/event/event'
import { hashFields } from '../../src/event/normal'
import { fromEventMessage, toChangedNames, toEventMessage, toFieldNames } from '../../src/runtime/event-message'
import { anyChange, anyFields } from '../ical/arbitrary'

const ZONE = 'Europe/Paris'
const copied = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
const withoutEmpty = (fields: Fields): Fields => {
  const names = fieldNames(fields).filter((name) => fields[name] !== null || name.startsWith('exceptions.'))
  return Object.fromEntries(names.map((name) => [name, fields[name] ?? null]))
}
const times = {
  start: { dateTime: '2026-06-01T10:00:00', timeZone: 'Europe/Paris' },
  end: { dateTime: '2026-06-01T11:00:00', timeZone: 'Europe/Paris' },
}
const code = (expected: RegExp) => (error: unknown) => {
  assert.equal((error as { code: string }).code, 'calsync.invalid-event')
  assert.match((error as Error).message, expected)
  return true
}

describe('an event in a message', () => {
  it('means the same after the way through a message and JSON', () => {
    fc.assert(
      fc.property(anyFields, (fields) => {
        const read = fromEventMessage(copied(toEventMessage('uid', fields)), ZONE)
        assert.equal(hashFields(read), hashFields(withoutEmpty(fields)))
      }),
      { numRuns: 300 },
    )
  })

  it('is a copy: whatever a flow does to it, the original stays', () => {
    fc.assert(
      fc.property(anyFields, (fields) => {
        const before = JSON.stringify(fields)
        scramble(toEventMessage('uid', fields))
        assert.equal(JSON.stringify(fields), before)
      }),
      { numRuns: 50 },
    )
  })

  it('names changed fields so that they are found again', () => {
    fc.assert(
      fc.property(anyChange, ({ changed }) => {
        assert.deepEqual([...toFieldNames(toChangedNames(changed))].sort(), [...changed].sort())
      }),
      { numRuns: 100 },
    )
  })

  it('is spelled as Google spells it', () => {
    const fields: Fields = {
      when: { ...times, recurrence: ['RRULE:FREQ=DAILY'] },
      summary: 'Tea',
      location: null,
      reminders: [10, 30],
      'exceptions.2026-06-02T08:00:00Z': null,
      'exceptions.2026-06-03T08:00:00Z': { summary: 'Cake', location: null, reminders: [] },
    }
    assert.deepEqual(toEventMessage('u', fields), {
      uid: 'u',
      ...times,
      recurrence: ['RRULE:FREQ=DAILY'],
      summary: 'Tea',
      reminders: {
        useDefault: false,
        overrides: [
          { method: 'popup', minutes: 10 },
          { method: 'popup', minutes: 30 },
        ],
      },
      exceptions: {
        '2026-06-02T08:00:00Z': null,
        '2026-06-03T08:00:00Z': { summary: 'Cake', location: null, reminders: { useDefault: false, overrides: [] } },
      },
    })
  })

  it('has start, end and recurrence under one name: any of them stands for all', () => {
    for (const name of ['start', 'end', 'recurrence']) assert.deepEqual(toFieldNames([name]), ['when'])
    assert.deepEqual(toChangedNames(['when', 'summary']), ['start', 'end', 'recurrence', 'summary'])
    const occurrence = toFieldNames(['exceptions.2026-06-02T10:00:00+02:00', 'exceptions.2026-06-03'])
    assert.deepEqual(occurrence, ['exceptions.2026-06-02T08:00:00Z', 'exceptions.2026-06-03'] satisfies Field[])
    for (const name of ['when', 'title', '__proto__', 'exceptions.', 'exceptions.2026-06-02T10:00:00']) {
      assert.throws(() => toFieldNames([name]), code(/is no field of an event|names no occurrence/))
    }
  })

  it('takes what is absent for unsaid, and null for empty', () => {
    assert.deepEqual(fromEventMessage({ summary: 'Tea' }, ZONE), { summary: 'Tea' })
    const cleared = fromEventMessage({ summary: null, description: null, reminders: null, categories: null }, ZONE)
    assert.deepEqual(fieldNames(cleared).sort(), ['categories', 'description', 'reminders', 'summary'])
    assert.deepEqual(fromEventMessage({ uid: 'u', unknown: 1, colour: 'red' }, ZONE), {})
  })

  const instants: [string, object, string][] = [
    [
      'an offset, shown in the zone given',
      { dateTime: '2026-06-01T10:00:00-05:00', timeZone: 'UTC' },
      '2026-06-01T15:00:00 UTC',
    ],
    ['an offset without zone', { dateTime: '2026-06-01T10:00:00Z' }, '2026-06-01T12:00:00 Europe/Paris'],
    ['no offset and no zone', { dateTime: '2026-06-01T10:00:00' }, '2026-06-01T10:00:00 Europe/Paris'],
    [
      'a clock shortly after it was set back',
      { dateTime: '2011-04-02T04:00:00', timeZone: 'Pacific/Apia' },
      '2011-04-02T04:00:00 Pacific/Apia',
    ],
    [
      'a clock that the zone skips',
      { dateTime: '2026-03-29T02:30:00', timeZone: 'Europe/Paris' },
      '2026-03-29T02:30:00 Europe/Paris',
    ],
    ['no seconds', { dateTime: '2026-06-01T10:00', timeZone: 'Asia/Tokyo' }, '2026-06-01T10:00:00 Asia/Tokyo'],
  ]
  for (const [what, start, expected] of instants) {
    it(`reads a time with ${what}`, () => {
      const { when } = fromEventMessage({ start, end: { dateTime: '2026-06-02T00:00:00Z' } }, ZONE)
      const read = (when as { start: { dateTime: string; timeZone: string } }).start
      assert.equal(`${read.dateTime} ${read.timeZone}`, expected)
    })
  }

  it('reads reminders as Google writes them, or as minutes, sorted and each once', () => {
    const read = (reminders: unknown): unknown => fromEventMessage({ reminders }, ZONE).reminders
    const google = {
      useDefault: false,
      overrides: [
        { method: 'email', minutes: 30 },
        { method: 'popup', minutes: 10 },
      ],
    }
    assert.deepEqual([read(google), read([30, 10, 10]), read([])], [[10, 30], [10, 30], null])
  })

  it('reads EXDATE lines as cancelled occurrences', () => {
    const recurrence = ['RRULE:FREQ=DAILY', 'EXDATE;TZID=Europe/Paris:20260602T100000']
    const fields = fromEventMessage({ ...times, recurrence }, ZONE)
    assert.equal(fields['exceptions.2026-06-02T08:00:00Z'], null)
    assert.ok('exceptions.2026-06-02T08:00:00Z' in fields)
  })

  const bad: [unknown, RegExp][] = [
    [undefined, /event must be an object/],
    [[], /event must be an object/],
    ['Tea', /event must be an object/],
    [{ start: times.start }, /^end must be/],
    [{ ...times, start: { dateTime: '10 o’clock', timeZone: 'UTC' } }, /^start must be/],
    [{ ...times, start: { dateTime: 'x', timeZone: 'Nowhere' } }, /"Nowhere" is no IANA time zone/],
    [{ start: { date: '2026-6-1' }, end: { date: '2026-06-02' } }, /^start must be/],
    [{ start: { date: '2026-06-01' }, end: { date: '2026-06-01' } }, /day after its last/],
    [{ recurrence: ['RRULE:FREQ=DAILY'] }, /^start must be/],
    [{ ...times, recurrence: ['RRULE:FREQ=OFTEN'] }, /^recurrence: /],
    [{ summary: ['Tea'] }, /summary must be a text/],
    [{ transparency: 'glass' }, /transparency must be one of opaque, transparent/],
    [{ categories: 'work' }, /categories must be an array/],
    [{ reminders: [{ method: 'popup' }] }, /needs its minutes/],
    [{ reminders: [1.5] }, /whole, from 0 to 40320/],
    [{ reminders: [-10] }, /whole, from 0 to 40320/],
    [{ reminders: [50_000] }, /whole, from 0 to 40320/],
    [{ exceptions: [] }, /exceptions must be an object/],
    [{ exceptions: { '2026-06-01T10:00:00': null } }, /names no occurrence/],
    [{ exceptions: { '2026-06-01': 'off' } }, /event must be an object/],
  ]
  for (const [event, message] of bad) {
    it(`is refused with words that say how it is to be: ${JSON.stringify(event)}`, () => {
      assert.throws(() => fromEventMessage(event, ZONE), code(message))
    })
  }

  it('is read or refused with a clear error, never anything else, whatever JSON it is', () => {
    const name = fc.constantFrom(
      'start',
      'end',
      'summary',
      'recurrence',
      'reminders',
      'exceptions',
      'status',
      'categories',
    )
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(times.start, times.end, ['RRULE:FREQ=DAILY'], { date: '2026-06-01' }),
    )
    fc.assert(
      fc.property(fc.dictionary(name, value), (event) => {
        try {
          fromEventMessage(event, ZONE)
        } catch (error) {
          code(/\S/)(error)
        }
      }),
      { numRuns: 500 },
    )
  })
})

/** Changes everything that can be reached. */
function scramble(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    scramble(inner)
    Object.assign(value, { [name]: 'scrambled' })
  }
}
