import assert from 'node:assert/strict'
import { whenOf } from '../../src/event/event'
import { readEvent } from '../../src/ical'
import { unfold } from '../../src/ical/line'
import { patchEvent } from '../../src/ical/patch'

const BERLIN = [
  'BEGIN:VTIMEZONE',
  'TZID:W. Europe Standard Time',
  'BEGIN:STANDARD',
  'DTSTART:16010101T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:16010101T020000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
]

const text = (header: readonly string[], ...lines: string[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    ...header,
    'BEGIN:VEVENT',
    'UID:a',
    'DTSTAMP:20260101T000000Z',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')

const days = (start: string, ...lines: string[]): string[] => [`DTSTART;VALUE=DATE:${start}`, 'SUMMARY:A', ...lines]

const recurrence = (source: string, floatingZone = 'UTC') =>
  whenOf(readEvent(source, { floatingZone }).fields)?.recurrence

describe('The last day of a series of days that is told in UTC', () => {
  const yearly = 'RRULE:FREQ=YEARLY;UNTIL='
  const cases: [what: string, header: readonly string[], floatingZone: string, until: string, day: string][] = [
    ['local midnight in the zone that the resource defines', BERLIN, 'UTC', '20271019T220000Z', '20271020'],
    ['local midnight in winter', BERLIN, 'UTC', '20271219T230000Z', '20271220'],
    ['local midnight in the zone of all of it', ['X-WR-TIMEZONE:Europe/Berlin'], 'UTC', '20271019T220000Z', '20271020'],
    ['local midnight in the zone of the calendar', [], 'Europe/Berlin', '20271019T220000Z', '20271020'],
    ['the last second of New York', ['X-WR-TIMEZONE:America/New_York'], 'UTC', '20270107T045959Z', '20270106'],
    ['the last second of the calendar', [], 'America/New_York', '20270107T045959Z', '20270106'],
    ['midnight in New York', [], 'America/New_York', '20270106T050000Z', '20270106'],
    ['the last second of the day in UTC', BERLIN, 'Asia/Tokyo', '20271020T235959Z', '20271020'],
    ['midnight in UTC', BERLIN, 'Asia/Tokyo', '20271020T000000Z', '20271020'],
    ['no midnight of any zone that is named', BERLIN, 'UTC', '20271019T210000Z', '20271019'],
    ['spelled as ISO has it', BERLIN, 'UTC', '2027-10-19T22:00:00Z', '20271020'],
    ['without zone', BERLIN, 'UTC', '20271019T220000', '20271019'],
    ['a day', BERLIN, 'UTC', '20271019', '20271019'],
  ]
  for (const [what, header, floatingZone, until, day] of cases) {
    it(`is ${day} where it is ${what} (${until})`, () => {
      const start = `2026${day.slice(4)}`
      const source = text(header, ...days(start, yearly + until))
      assert.deepEqual(recurrence(source, floatingZone), [`RRULE:FREQ=YEARLY;UNTIL=${day}`])
    })
  }

  it('holds for excluded, added and changed days, too', () => {
    const source = text(
      BERLIN,
      ...days('20261020', 'RRULE:FREQ=DAILY;COUNT=9', 'EXDATE:20261021T220000Z', 'RDATE:20261109T230000Z'),
      'END:VEVENT',
      'BEGIN:VEVENT',
      'UID:a',
      'DTSTAMP:20260101T000000Z',
      'RECURRENCE-ID:20261022T220000Z',
      ...days('20261024').slice(0, 1),
      'SUMMARY:B',
    )
    const { fields } = readEvent(source, { floatingZone: 'UTC' })
    assert.deepEqual(whenOf(fields)?.recurrence, ['RDATE;VALUE=DATE:20261110', 'RRULE:FREQ=DAILY;COUNT=9'])
    const exceptions = Object.keys(fields).filter((name) => name.startsWith('exceptions.'))
    assert.deepEqual(exceptions.sort(), ['exceptions.2026-10-22', 'exceptions.2026-10-23'])
  })

  it('stays as it is written when another field is edited, and also when one more day is excluded', () => {
    const source = text(BERLIN, ...days('20261020', 'RRULE:FREQ=YEARLY;UNTIL=20281019T220000Z', 'EXDATE:20271019T220000Z')) // prettier-ignore
    const { fields } = readEvent(source, { floatingZone: 'UTC' })
    const patched = patchEvent(source, {
      fields: { ...fields, summary: 'B', 'exceptions.2028-10-20': null },
      changed: ['summary', 'exceptions.2028-10-20'],
      now: 0,
      floatingZone: 'UTC',
    })
    const lines = unfold(patched)
    assert.ok(lines.includes('RRULE:FREQ=YEARLY;UNTIL=20281019T220000Z'))
    assert.ok(lines.includes('EXDATE:20271019T220000Z'))
    assert.ok(lines.includes('EXDATE;VALUE=DATE:20281020'))
    assert.equal(lines.filter((line) => line.startsWith('EXDATE')).length, 2)
  })
})

describe('Dates of a series that are not spelled as RFC 5545 has them', () => {
  const START = ['DTSTART:20261020T100000Z', 'DTEND:20261020T110000Z', 'SUMMARY:A']
  const cases: [line: string, expected: string[]][] = [
    ['RDATE:2026-10-22T10:00:00Z', ['RDATE:20261022T100000Z']],
    ['RDATE:20261022T1000Z', ['RDATE:20261022T100000Z']],
    ['RDATE;VALUE=DATE:2026-10-22', ['RDATE:20261022T100000Z']],
    ['RDATE:20261022Z', ['RDATE:20261022T100000Z']],
    ['RRULE:FREQ=DAILY;UNTIL=2026-10-22T10:00:00Z', ['RRULE:FREQ=DAILY;UNTIL=20261022T100000Z']],
    ['RRULE:FREQ=DAILY;UNTIL=20261022t100000z', ['RRULE:FREQ=DAILY;UNTIL=20261022T100000Z']],
    ['RRULE:UNTIL=20261022T1000Z;FREQ=DAILY', ['RRULE:FREQ=DAILY;UNTIL=20261022T100000Z']],
    ['RRULE:FREQ=DAILY;UNTIL=2026-10-22', ['RRULE:FREQ=DAILY;UNTIL=20261022T235959Z']],
    ['RRULE:FREQ=DAILY;UNTIL=20261022Z', ['RRULE:FREQ=DAILY;UNTIL=20261022T235959Z']],
  ]
  for (const [line, expected] of cases) {
    it(`reads ${line}`, () => assert.deepEqual(recurrence(text([], ...START, line)), expected))
  }

  it('reads RDATE:20131210Z in a series of days', () => {
    const source = text([], ...days('20131201', 'RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=SU', 'RDATE:20131210Z'))
    assert.deepEqual(recurrence(source), ['RDATE;VALUE=DATE:20131210', 'RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=SU'])
  })
})
