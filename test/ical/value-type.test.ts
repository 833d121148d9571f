import assert from 'node:assert/strict'
import type { Fields, When } from '../../src/event/event'
import { fieldNames, isException } from '../../src/event/event'
import { unfold } from '../../src/ical/line'
import { patchEvent, readEvent } from '../../src/ical'
import { floatingZone, now, patched } from './patching'
import { event, PARIS_END, PARIS_START, paris, resource, vevent } from './texts'

const DAYS = ['DTSTART;VALUE=DATE:20260601', 'DTEND;VALUE=DATE:20260602']
const TIMES = [PARIS_START, PARIS_END]
const days = { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } }
const times = { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '11:00') }

/** Dates in a text that are of another value type than the start of their event. */
function mistyped(text: string): string[] {
  const isOfDays = unfold(text).some((line) => line.startsWith('DTSTART;VALUE=DATE:'))
  const dates = unfold(text).filter((line) => /^(RRULE|EXRULE|RDATE|EXDATE|RECURRENCE-ID)/.test(line))
  return dates.filter((line) => {
    const values = /^(R|EX)RULE/.test(line)
      ? (/UNTIL=([^;]*)/.exec(line)?.slice(1) ?? [])
      : line.split(':')[1]!.split(',')
    return values.some((value) => /^\d{8}$/.test(value) !== isOfDays)
  })
}

const cases: [what: string, ofTimes: string[], ofDays: string[], when: (is: 'times' | 'days') => Partial<When>][] = [
  [
    'UNTIL',
    ['RRULE:FREQ=DAILY;UNTIL=20260605T080000Z'],
    ['RRULE:FREQ=DAILY;UNTIL=20260605'],
    (is) => ({ recurrence: [`RRULE:FREQ=DAILY;UNTIL=20260605${is === 'times' ? 'T080000Z' : ''}`] }),
  ],
  [
    'UNTIL of several rules',
    ['RRULE:FREQ=DAILY;UNTIL=20260605T080000Z', 'EXRULE:FREQ=WEEKLY;UNTIL=20260605T080000Z;BYDAY=TU'],
    ['RRULE:FREQ=DAILY;UNTIL=20260605', 'EXRULE:FREQ=WEEKLY;UNTIL=20260605;BYDAY=TU'],
    (is) => {
      const end = is === 'times' ? 'T080000Z' : ''
      return {
        recurrence: [`EXRULE:FREQ=WEEKLY;UNTIL=20260605${end};BYDAY=TU`, `RRULE:FREQ=DAILY;UNTIL=20260605${end}`],
      }
    },
  ],
  [
    'RDATE',
    ['RDATE;TZID=Europe/Paris:20260610T100000', 'RDATE:20260612T080000Z'],
    ['RDATE;VALUE=DATE:20260610', 'RDATE;VALUE=DATE:20260612'],
    (is) => ({ recurrence: [is === 'times' ? 'RDATE:20260610T080000Z,20260612T080000Z' : 'RDATE;VALUE=DATE:20260610,20260612'] }), // prettier-ignore
  ],
]

describe('When an event turns from times to days or back, the value type of its start is also that of', () => {
  for (const [what, ofTimes, ofDays, when] of cases) {
    it(`${what}, from times to days`, () => {
      const text = patched(event(...TIMES, ...ofTimes), { when: { ...days, ...when('days') } })
      assert.deepEqual(mistyped(text), [])
    })

    it(`${what}, from days to times`, () => {
      const text = patched(event(...DAYS, ...ofDays), { when: { ...times, ...when('times') } })
      assert.deepEqual(mistyped(text), [])
    })
  }

  it('EXDATE and RECURRENCE-ID, both ways', () => {
    const series = (lines: string[], until: string, id: string, exdate: string, own: string[]): string =>
      resource(
        vevent(...lines, `RRULE:FREQ=DAILY;UNTIL=${until}`, exdate, 'SUMMARY:A'),
        vevent(`RECURRENCE-ID${id}`, ...own, 'SUMMARY:B'),
      )
    const ofTimes = series(TIMES, '20260605T080000Z', ';TZID=Europe/Paris:20260603T100000', 'EXDATE;TZID=Europe/Paris:20260604T100000', ['DTSTART;TZID=Europe/Paris:20260603T100000', 'DTEND;TZID=Europe/Paris:20260603T110000']) // prettier-ignore
    const ofDays = series(DAYS, '20260605', ';VALUE=DATE:20260603', 'EXDATE;VALUE=DATE:20260604', ['DTSTART;VALUE=DATE:20260603', 'DTEND;VALUE=DATE:20260604']) // prettier-ignore
    const read = (text: string): Fields => readEvent(text, { floatingZone }).fields
    for (const [from, to] of [
      [ofTimes, ofDays],
      [ofDays, ofTimes],
    ] as const) {
      const wanted = read(to)
      const changed = fieldNames(wanted).filter((name) => name === 'when' || isException(name))
      const text = patchEvent(from, { fields: wanted, changed, now, floatingZone })
      assert.deepEqual(mistyped(text), [])
      assert.deepEqual(read(text), wanted)
    }
  })

  it('DURATION', () => {
    const text = patched(event(PARIS_START, 'DURATION:PT24H'), { when: days })
    assert.deepEqual(unfold(text).filter((line) => /^(DTEND|DURATION)/.test(line)), ['DTEND;VALUE=DATE:20260602']) // prettier-ignore
  })

  it('nothing else: a rule without an end stays as it is spelled', () => {
    const rule = 'RRULE:BYDAY=MO;FREQ=WEEKLY;WKST=MO'
    const when = { ...days, recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO'] }
    assert.ok(unfold(patched(event(...TIMES, rule), { when })).includes(rule))
  })
})
