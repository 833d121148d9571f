import assert from 'node:assert/strict'
import { fieldNames } from '../../src/event/event'
import { IcalError, readEvent } from '../../src/ical'
import { event, PARIS_END, PARIS_START, resource, vevent, vtimezone } from '../ical/texts'

const lines = (count: number, make: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => make(index))
const days = (count: number): string[] =>
  lines(count, (index) =>
    new Date(Date.UTC(2026, 0, 1) + index * 86_400_000).toISOString().slice(0, 10).replaceAll('-', ''),
  )
const titled = (...more: string[]): string => event('SUMMARY:Dinner', ...more)
const DAY = 'DTSTART;VALUE=DATE:20260601'
const overrides = (count: number): string =>
  resource(
    vevent(DAY, 'RRULE:FREQ=DAILY', 'SUMMARY:Dinner'),
    ...days(count).map((day) => vevent(`DTSTART;VALUE=DATE:${day}`, `RECURRENCE-ID;VALUE=DATE:${day}`, 'SUMMARY:Late')),
  )

/** What is not read, and what is said of it. */
const REFUSED: readonly (readonly [name: string, text: string, reason: RegExp])[] = [
  [
    'the last day of the year 9999 each day, with an override',
    resource(
      vevent('DTSTART;VALUE=DATE:99991231', 'RRULE:FREQ=DAILY', 'SUMMARY:Dinner'),
      vevent('RECURRENCE-ID;VALUE=DATE:99991231', 'DTSTART;VALUE=DATE:99991231', 'SUMMARY:Late'),
    ),
    /year 9999/,
  ],
  [
    'an override that ends after the year 9999',
    resource(
      vevent('DTSTART;VALUE=DATE:99991229', 'DTEND;VALUE=DATE:99991231', 'RRULE:FREQ=DAILY', 'SUMMARY:Dinner'),
      vevent('RECURRENCE-ID;VALUE=DATE:99991231', 'DTSTART;VALUE=DATE:99991230', 'SUMMARY:Late'),
    ),
    /year 9999/,
  ],
  ['a time that is after the year 9999 in UTC', titled('DTSTART;TZID=America/New_York:99991231T220000'), /year 9999/],
  ['a time that is before the year 1 in UTC', titled('DTSTART;TZID=Asia/Tokyo:00010101T010000'), /year 1/],
  ['a day of the year 0', titled('DTSTART;VALUE=DATE:00000101'), /is no date/],
  ['a duration of 309 digits', titled(PARIS_START, `DURATION:P${'9'.repeat(309)}D`), /is too long/],
  ['a duration of 309 digits without a unit', titled(PARIS_START, `DURATION:P${'9'.repeat(309)}`), /is no duration/],
  ['a duration of a million years', titled(PARIS_START, 'DURATION:P365000000D'), /is too long/],
  ['a duration that ends after the year 9999', titled(PARIS_START, 'DURATION:P3000000D'), /year 9999/],
  ['UNTIL=99999999', titled(DAY, 'RRULE:FREQ=DAILY;UNTIL=99999999'), /UNTIL=99999999 is no date/],
  ['UNTIL=00000000', titled(PARIS_START, 'RRULE:FREQ=DAILY;UNTIL=00000000'), /UNTIL=00000000 is no date/],
  ['UNTIL in February 30th', titled(PARIS_START, 'RRULE:FREQ=DAILY;UNTIL=20270230T100000Z'), /is no date/],
  ['RDATE:00000000', titled(DAY, 'RRULE:FREQ=DAILY', 'RDATE:00000000'), /"00000000" is no date/],
  ['an RDATE at 25 o’clock', titled(PARIS_START, 'RDATE:20260701T250000Z'), /is no date/],
  ['EXDATE:00000000', titled(DAY, 'RRULE:FREQ=DAILY', 'EXDATE:00000000'), /is no date/],
  [
    '130,000 RDATEs',
    titled(DAY, `RDATE;VALUE=DATE:${lines(130_000, () => '20260701').join(',')}`),
    /more than 1000000 characters/,
  ],
  ['11,000 RDATEs', titled(DAY, `RDATE;VALUE=DATE:${days(11_000).join(',')}`), /more than 10000 added dates/],
  [
    '11,000 EXDATEs',
    titled(DAY, 'RRULE:FREQ=DAILY', ...days(11_000).map((day) => `EXDATE;VALUE=DATE:${day}`)),
    /more than 10000 dates that it leaves out/,
  ],
  [
    'a rule of 20,000 characters',
    titled(DAY, `RRULE:FREQ=MONTHLY;BYMONTHDAY=${lines(7000, () => '31').join(',')}`),
    /rule is longer/,
  ],
  ['100 rules', titled(DAY, ...lines(100, (index) => `RRULE:FREQ=DAILY;INTERVAL=${index + 2}`)), /more than 50 rules/],
  [
    '6,000 nested components',
    resource([
      'BEGIN:VEVENT',
      'SUMMARY:Dinner',
      ...lines(6000, () => 'BEGIN:X'),
      ...lines(6000, () => 'END:X'),
      'END:VEVENT',
    ]),
    /more than 10 components in one another/,
  ],
  ['20,000 components', titled(DAY, ...lines(20_000, () => 'BEGIN:X\r\nEND:X')), /more than 10000 components/],
  [
    '300 alarms',
    titled(DAY, ...lines(300, () => 'BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM')),
    /more than 200 alarms/,
  ],
  ['3,500 overrides', overrides(3500), /more than 3000 occurrences/],
  [
    'a line of 600,000 characters',
    titled(DAY, `DESCRIPTION:${'x'.repeat(600_000)}`),
    /more than 500000 characters in one line/,
  ],
  [
    'a line of 200 parameters',
    titled(DAY, `LOCATION${lines(200, (index) => `;X${index}=1`).join('')}:x`),
    /more than 100 parameters/,
  ],
  [
    'a text of 1,2 million characters',
    titled(DAY, ...lines(3, () => `COMMENT:${'x'.repeat(400_000)}`)),
    /more than 1000000 characters/,
  ],
  [
    '60 time zones',
    titled(DAY, ...lines(60, (index) => `EXDATE;TZID=Z${index}:20260601T100000`)),
    /more than 50 time zones/,
  ],
  [
    'a time zone with 600 changes',
    resource(
      ['BEGIN:VTIMEZONE', 'TZID:Ours', ...lines(600, () => vtimezone().slice(1, 7).join('\r\n')), 'END:VTIMEZONE'],
      vevent('DTSTART;TZID=Ours:20260601T100000', 'SUMMARY:Dinner'),
    ),
    /more than 500 changes in a time zone/,
  ],
  [
    'a time zone with 6,000 dates',
    resource(
      vtimezone('TZID:Ours').toSpliced(
        3,
        0,
        `RDATE:${days(6000)
          .map((day) => `${day}T010000`)
          .join(',')}`,
      ),
      vevent('DTSTART;TZID=Ours:20260601T100000', 'SUMMARY:Dinner'),
    ),
    /more than 5000 rules and dates in a time zone/,
  ],
]

describe('A hostile text', () => {
  for (const [name, text, reason] of REFUSED) {
    it(`is set aside by its title, with a sentence: ${name}`, () => {
      assert.throws(
        () => readEvent(text, { floatingZone: 'UTC' }),
        (error) => {
          assert.ok(error instanceof IcalError, String(error))
          assert.match(error.reason, reason)
          assert.ok(error.reason.length <= 301)
          assert.equal(error.title, 'Dinner')
          return true
        },
      )
    })
  }

  it('is read within the bounds: 3,000 occurrences that differ', () => {
    const { fields } = readEvent(overrides(3000), { floatingZone: 'UTC' })
    assert.equal(fieldNames(fields).length, 11 + 3000)
  })

  it('is read within the bounds: 10,000 dates that are left out', () => {
    const text = titled(DAY, 'RRULE:FREQ=DAILY', `EXDATE;VALUE=DATE:${days(10_000).join(',')}`)
    assert.equal(fieldNames(readEvent(text, { floatingZone: 'UTC' }).fields).length, 11 + 10_000)
  })

  it('repeats for ever where it does so until the end of the year 9999', () => {
    const text = event(
      'DTSTART;TZID=America/New_York:20260601T100000',
      'RRULE:FREQ=DAILY;UNTIL=99991231T235959',
      PARIS_END,
    )
    const { when } = readEvent(text, { floatingZone: 'UTC' }).fields
    assert.deepEqual((when as { recurrence: string[] }).recurrence, ['RRULE:FREQ=DAILY;UNTIL=99991231T235959Z'])
  })
})
