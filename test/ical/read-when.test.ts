import assert from 'node:assert/strict'
import type { When } from '../../src/event/event'
import { floatingZone, read, when, at, refused } from './reading'
import { event, paris, PARIS_END, PARIS_START, resource, vevent, vtimezone } from './texts'

describe('Reading when an event is', () => {
  const tenToEleven = { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '11:00') }
  const cases: [what: string, lines: string[], expected: When][] = [
    ['a wall clock in a zone', [PARIS_START, PARIS_END], tenToEleven],
    [
      'a zone in quotes and small letters',
      ['dtstart;tzid="europe/paris":20260601T100000', 'DTEND;TZID=EUROPE/PARIS:20260601T110000'],
      tenToEleven,
    ],
    [
      'a zone behind a prefix',
      [
        'DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Paris:20260601T100000',
        'DTEND;TZID=/mozilla.org/20050126_1/Europe/Paris:20260601T110000',
      ],
      tenToEleven,
    ],
    [
      'UTC',
      ['DTSTART:20260601T100000Z', 'DTEND:20260601T110000Z'],
      { start: at('2026-06-01T10:00:00', 'UTC'), end: at('2026-06-01T11:00:00', 'UTC') },
    ],
    [
      'floating times',
      ['DTSTART:20260601T100000', 'DTEND:20260601T110000'],
      { start: at('2026-06-01T10:00:00', floatingZone), end: at('2026-06-01T11:00:00', floatingZone) },
    ],
    [
      'an end in another zone',
      [PARIS_START, 'DTEND;TZID=Asia/Tokyo:20260601T200000'],
      { start: paris('2026-06-01', '10:00'), end: at('2026-06-01T20:00:00', 'Asia/Tokyo') },
    ],
    [
      'days',
      ['DTSTART;VALUE=DATE:20260601', 'DTEND;VALUE=DATE:20260603'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-03' } },
    ],
    [
      'days without VALUE=DATE',
      ['DTSTART:20260601', 'DTEND:20260602'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } },
    ],
    [
      'days that are told as midnights',
      ['DTSTART;VALUE=DATE:20260601T000000', 'DTEND;VALUE=DATE:20260602T000000'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } },
    ],
    [
      'times that are told as days',
      ['DTSTART;VALUE=DATE:20260601T100000', 'DTEND;VALUE=DATE:20260602T000000'],
      { start: at('2026-06-01T10:00:00', floatingZone), end: at('2026-06-02T00:00:00', floatingZone) },
    ],
    [
      'a time from midnight that is told as days',
      ['DTSTART;VALUE=DATE:20260601T000000', 'DTEND;VALUE=DATE:20260601T100000'],
      { start: at('2026-06-01T00:00:00', floatingZone), end: at('2026-06-01T10:00:00', floatingZone) },
    ],
    [
      'times as ISO 8601 has them, or without seconds',
      ['DTSTART:2026-06-01T10:00:00Z', 'DTEND:20260601T1100Z'],
      { start: at('2026-06-01T10:00:00', 'UTC'), end: at('2026-06-01T11:00:00', 'UTC') },
    ],
    [
      'a day in UTC, which none is',
      ['DTSTART:20260601Z', 'DTEND:20260602Z'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } },
    ],
    [
      'a day without an end',
      ['DTSTART;VALUE=DATE:20260601'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } },
    ],
    [
      'a day that ends where it begins',
      ['DTSTART;VALUE=DATE:20260601', 'DTEND;VALUE=DATE:20260601'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } },
    ],
    [
      'a time without an end',
      [PARIS_START],
      { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '10:00') },
    ],
    [
      'an end before the start',
      [PARIS_START, 'DTEND;TZID=Europe/Paris:20260601T090000'],
      { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '10:00') },
    ],
    [
      'a duration',
      [PARIS_START, 'DURATION:PT1H30M'],
      { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '11:30') },
    ],
    [
      'a duration of a day over the change to summer time, by the clock',
      ['DTSTART;TZID=Europe/Paris:20260328T100000', 'DURATION:P1D'],
      { start: paris('2026-03-28', '10:00'), end: paris('2026-03-29', '10:00') },
    ],
    [
      'a duration of hours over the change to summer time, exactly',
      ['DTSTART;TZID=Europe/Paris:20260328T100000', 'DURATION:PT24H'],
      { start: paris('2026-03-28', '10:00'), end: paris('2026-03-29', '11:00') },
    ],
    [
      'a duration of days behind a T',
      ['DTSTART;TZID=Europe/Paris:20260601T100000', 'DURATION:PT1D'],
      { start: paris('2026-06-01', '10:00'), end: paris('2026-06-02', '10:00') },
    ],
    [
      'a duration that ends with a T',
      ['DTSTART;TZID=Europe/Paris:20260601T100000', 'DURATION:P1DT'],
      { start: paris('2026-06-01', '10:00'), end: paris('2026-06-02', '10:00') },
    ],
    [
      'a time that a day ends',
      [PARIS_START, 'DTEND;VALUE=DATE:20260602'],
      { start: paris('2026-06-01', '10:00'), end: paris('2026-06-02', '00:00') },
    ],
    [
      'a day that a time ends',
      ['DTSTART;VALUE=DATE:20260601', 'DTEND:20260602T120000Z'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-03' } },
    ],
    [
      'a day that a midnight ends',
      ['DTSTART;VALUE=DATE:20260601', 'DTEND:20260603T000000'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-03' } },
    ],
    [
      'a duration of days',
      ['DTSTART;VALUE=DATE:20260601', 'DURATION:P1W'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-08' } },
    ],
    [
      'a rule without its weekday',
      [PARIS_START, PARIS_END, 'RRULE:FREQ=WEEKLY'],
      { ...tenToEleven, recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO'] },
    ],
    [
      'several rules, and those that exclude',
      [PARIS_START, PARIS_END, 'RRULE:FREQ=WEEKLY', 'RRULE:FREQ=DAILY;COUNT=3', 'EXRULE:FREQ=MONTHLY;BYMONTHDAY=8'],
      {
        ...tenToEleven,
        recurrence: ['EXRULE:FREQ=MONTHLY;BYMONTHDAY=8', 'RRULE:FREQ=DAILY;COUNT=3', 'RRULE:FREQ=WEEKLY;BYDAY=MO'],
      },
    ],
    [
      'UNTIL without Z, in the zone of the start',
      [PARIS_START, PARIS_END, 'RRULE:FREQ=DAILY;UNTIL=20260610T100000'],
      { ...tenToEleven, recurrence: ['RRULE:FREQ=DAILY;UNTIL=20260610T080000Z'] },
    ],
    [
      'UNTIL as a day for a series of times',
      [PARIS_START, PARIS_END, 'RRULE:FREQ=DAILY;UNTIL=20260610'],
      { ...tenToEleven, recurrence: ['RRULE:FREQ=DAILY;UNTIL=20260610T215959Z'] },
    ],
    [
      'UNTIL as a time for a series of days',
      ['DTSTART;VALUE=DATE:20260601', 'RRULE:FREQ=DAILY;UNTIL=20260610T220000Z'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-02' }, recurrence: ['RRULE:FREQ=DAILY;UNTIL=20260610'] },
    ],
    [
      'RDATEs in a list, in several lines and with none',
      [
        PARIS_START,
        PARIS_END,
        'RDATE;TZID=Europe/Paris:20260603T100000,20260602T100000',
        'RDATE:20260604T080000Z',
        'RDATE:',
      ],
      { ...tenToEleven, recurrence: ['RDATE:20260602T080000Z,20260603T080000Z,20260604T080000Z'] },
    ],
  ]
  for (const [what, lines, expected] of cases) {
    it(`understands ${what}`, () => assert.deepEqual(when(...lines), expected))
  }

  it('takes the zone from X-LIC-LOCATION where the TZID is a name of its own', () => {
    const text = resource(
      vtimezone('TZID:My Zone', 'X-LIC-LOCATION:Europe/Paris'),
      vevent('DTSTART;TZID=My Zone:20260601T100000', 'DTEND;TZID="My Zone":20260601T110000'),
    )
    assert.deepEqual(read(text).when, tenToEleven)
  })

  it('refuses a zone that is not known rather than to shift it', () => {
    const text = event('DTSTART;TZID=Moon/Tranquility:20260601T100000', 'SUMMARY:Landing\\, first')
    const error = refused(text, /^time zone "Moon\/Tranquility" is not known$/)
    assert.equal(error.title, 'Landing, first')
    assert.match(error.message, /Landing/)
  })
})
