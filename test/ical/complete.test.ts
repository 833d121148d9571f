import assert from 'node:assert/strict'
import { completed, readEvent } from '../../src/ical'
import { refusalOf } from '../simulators/caldav/validation'
import { isHere, resources } from '../mapping/corpus'

const ZONE = 'Europe/Berlin'
const HEAD = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//other//',
  'BEGIN:VEVENT',
  'UID:1',
  'DTSTAMP:20260101T000000Z',
]
const textOf = (...lines: string[]): string =>
  [...HEAD, ...lines, 'SUMMARY:A', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n')

const added = (before: string, after: string): string[] => after.split('\r\n').filter((line) => !before.includes(line))
const gone = (before: string, after: string): string[] => before.split('\r\n').filter((line) => !after.includes(line))

describe('A text that a server holds but would not take', () => {
  const cases: readonly [string, string[], string[], string[]][] = [
    ['gets the end of a time', ['DTSTART:20260601T100000Z'], ['DTEND:20260601T100000Z'], []],
    ['gets the end of a day', ['DTSTART;VALUE=DATE:20260601'], ['DTEND;VALUE=DATE:20260602'], []],
    [
      'ends no sooner than it starts',
      ['DTSTART:20260601T100000Z', 'DTEND:20260601T090000Z'],
      ['DTEND:20260601T100000Z'],
      ['DTEND:20260601T090000Z'],
    ],
    [
      'says days as days',
      ['DTSTART:20260601', 'DTEND:20260603'],
      ['DTSTART;VALUE=DATE:20260601', 'DTEND;VALUE=DATE:20260603'],
      ['DTSTART:20260601', 'DTEND:20260603'],
    ],
    [
      'tells its stamps in UTC',
      ['DTSTART:20260601T100000Z', 'DTEND:20260601T110000Z', 'CREATED:20260101T120000'],
      ['CREATED:20260101T110000Z'],
      ['CREATED:20260101T120000'],
    ],
    [
      'tells its status in upper case',
      ['DTSTART:20260601T100000Z', 'DTEND:20260601T110000Z', 'STATUS:Tentative'],
      ['STATUS:TENTATIVE'],
      ['STATUS:Tentative'],
    ],
    [
      'leaves out days as days',
      ['DTSTART;VALUE=DATE:20270501', 'DTEND;VALUE=DATE:20270502', 'RRULE:FREQ=DAILY;COUNT=9', 'EXDATE:20270508'],
      ['EXDATE;VALUE=DATE:20270508'],
      ['EXDATE:20270508'],
    ],
    [
      'leaves out times as times',
      ['DTSTART:20270501T100000Z', 'DTEND:20270501T110000Z', 'RRULE:FREQ=DAILY;COUNT=9', 'EXDATE;VALUE=DATE:20270508,20270509'], // prettier-ignore
      ['EXDATE:20270508T100000Z', 'EXDATE:20270509T100000Z'],
      ['EXDATE;VALUE=DATE:20270508,20270509'],
    ],
    [
      'adds times as times',
      ['DTSTART:20270501T100000Z', 'DTEND:20270501T110000Z', 'RRULE:FREQ=DAILY;COUNT=3', 'RDATE;VALUE=DATE:20270508'],
      ['RDATE:20270508T100000Z'],
      ['RDATE;VALUE=DATE:20270508'],
    ],
    [
      'adds days as days',
      ['DTSTART;VALUE=DATE:20131201', 'DTEND;VALUE=DATE:20131202', 'RRULE:FREQ=DAILY;COUNT=3', 'RDATE:20131210Z'],
      ['RDATE;VALUE=DATE:20131210'],
      ['RDATE:20131210Z'],
    ],
    [
      'ends a series of days on a day',
      ['DTSTART;VALUE=DATE:20270501', 'DTEND;VALUE=DATE:20270502', 'RRULE:FREQ=DAILY;UNTIL=20270508T000000Z'],
      [],
      ['RRULE:FREQ=DAILY;UNTIL=20270508T000000Z'],
    ],
    [
      'ends a series of times at a time',
      ['DTSTART:20270501T100000Z', 'DTEND:20270501T110000Z', 'RRULE:FREQ=DAILY;UNTIL=20270508'],
      ['RRULE:FREQ=DAILY;UNTIL=20270508T235959Z'],
      [],
    ],
    [
      'has rules without parts that RFC 5545 does not know, and without empty ones',
      ['DTSTART:20270501T100000Z', 'DTEND:20270501T110000Z', 'RRULE:FREQ=DAILY;COUNT=3;BYDAY=;X-EVOLUTION-ENDDATE=20270503T100000Z'], // prettier-ignore
      [],
      ['RRULE:FREQ=DAILY;COUNT=3;BYDAY=;X-EVOLUTION-ENDDATE=20270503T100000Z'],
    ],
    [
      'ends a rule once',
      ['DTSTART:20270501T100000Z', 'DTEND:20270501T110000Z', 'RRULE:FREQ=DAILY;UNTIL=20270509T100000Z;COUNT=3'],
      ['RRULE:FREQ=DAILY;COUNT=3'],
      ['RRULE:FREQ=DAILY;UNTIL=20270509T100000Z;COUNT=3'],
    ],
    [
      'says each day of a rule once',
      ['DTSTART:20270501T100000Z', 'DTEND:20270501T110000Z', 'RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=SU,SA,SA'],
      ['RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=SA,SU'],
      ['RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=SU,SA,SA'],
    ],
  ]
  for (const [name, lines, come, go] of cases) {
    it(name, () => {
      const before = textOf(...lines)
      assert.ok(refusalOf(before, true) ?? /^(ends no|says days)/.test(name))
      const after = completed(before, ZONE)
      assert.equal(refusalOf(after, true), undefined)
      assert.deepEqual(added(before, after), come)
      assert.deepEqual(gone(before, after), go)
    })
  }

  it('defines its time zone, by the name that it uses', () => {
    const before = textOf('DTSTART;TZID="W. Europe Standard Time":20260601T100000', 'DURATION:PT1H')
    assert.equal(refusalOf(before)?.status, 400)
    const after = completed(before, ZONE)
    assert.equal(refusalOf(after), undefined)
    assert.match(after, /BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\n/)
    assert.deepEqual(gone(before, after), [])
  })

  it('is no message', () => {
    const before = textOf('DTSTART:20260601T100000Z', 'DURATION:PT1H').replace('PRODID', 'METHOD:PUBLISH\r\nPRODID')
    const after = completed(before, ZONE)
    assert.equal(refusalOf(after), undefined)
    assert.deepEqual(gone(before, after), ['METHOD:PUBLISH'])
  })

  it('stays the same text where nothing is missing', () => {
    const text = textOf('DTSTART:20260601T100000Z', 'DURATION:PT1H', 'X-ANY;A="b:c":d')
    assert.equal(completed(text, ZONE), text)
  })

  it('means what it did, whatever it is', function () {
    if (!isHere()) this.skip()
    let changed = 0
    for (const { name, text } of resources()) {
      const before = fieldsOf(text)
      if (before === undefined) continue
      const after = completed(text, ZONE)
      if (after !== text) changed += 1
      assert.deepEqual(fieldsOf(after), before, name)
      assert.equal(completed(after, ZONE), after, name)
    }
    assert.ok(changed > 100, `${changed} changed`)
  })
})

function fieldsOf(text: string): object | undefined {
  try {
    return readEvent(text, { floatingZone: ZONE, uid: 'x' }).fields
  } catch {
    return undefined
  }
}
