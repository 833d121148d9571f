import assert from 'node:assert/strict'
import { normalRecurrence } from '../../src/event/recurrence'
import { occurrenceKey } from '../../src/event/zone'

const timed = { dateTime: '2026-06-03T10:00:00', timeZone: 'Europe/Paris' } // a Wednesday
const day = { date: '2026-06-03' }

describe('recurrence in normal form', () => {
  const cases: [string, string[], string[]][] = [
    ['parts in a fixed order, upper case', ['rrule:interval=2;freq=daily'], ['RRULE:FREQ=DAILY;INTERVAL=2']],
    ['defaults are left out', ['RRULE:FREQ=DAILY;INTERVAL=1;WKST=MO'], ['RRULE:FREQ=DAILY']],
    [
      'another start of the week is kept',
      ['RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=WE'],
      ['RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=WE;WKST=SU'],
    ],
    ['the weekday that a week implies is written out', ['RRULE:FREQ=WEEKLY'], ['RRULE:FREQ=WEEKLY;BYDAY=WE']],
    ['lists are sorted', ['RRULE:FREQ=WEEKLY;BYDAY=FR,MO,WE'], ['RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR']],
    [
      'UNTIL as a day means until its end, in the zone of the start',
      ['RRULE:FREQ=DAILY;UNTIL=20260610'],
      ['RRULE:FREQ=DAILY;UNTIL=20260610T215959Z'],
    ],
    [
      'a local UNTIL is one in the zone of the start',
      ['RRULE:FREQ=DAILY;UNTIL=20260610T100000'],
      ['RRULE:FREQ=DAILY;UNTIL=20260610T080000Z'],
    ],
    ['an UNTIL in UTC stays', ['RRULE:FREQ=DAILY;UNTIL=20260610T080000Z'], ['RRULE:FREQ=DAILY;UNTIL=20260610T080000Z']],
    [
      'RDATEs in UTC, sorted, on one line',
      ['RDATE;TZID=Europe/Paris:20260705T100000', 'RDATE:20260704T080000Z'],
      ['RDATE:20260704T080000Z,20260705T080000Z'],
    ],
  ]
  for (const [name, lines, expected] of cases) {
    it(name, () => assert.deepEqual(normalRecurrence(lines, timed).recurrence, expected))
  }

  it('of days: UNTIL and RDATE are days', () => {
    const { recurrence } = normalRecurrence(
      ['RRULE:FREQ=DAILY;UNTIL=20260610T215959Z', 'RDATE;VALUE=DATE:20260701'],
      day,
    )
    assert.deepEqual(recurrence, ['RDATE;VALUE=DATE:20260701', 'RRULE:FREQ=DAILY;UNTIL=20260610'])
  })

  it('takes EXDATEs out, whatever their value type: each is the name of an occurrence', () => {
    const lines = [
      'RRULE:FREQ=DAILY',
      'EXDATE:20260604T080000Z',
      'EXDATE;TZID=Europe/Paris:20260605T100000,20260606T100000',
      'EXDATE;VALUE=DATE:20260607',
    ]
    const { recurrence, excluded } = normalRecurrence(lines, timed)
    assert.deepEqual(recurrence, ['RRULE:FREQ=DAILY'])
    assert.deepEqual(
      excluded.map(occurrenceKey),
      ['04', '05', '06', '07'].map((each) => `2026-06-${each}T08:00:00Z`),
    )
    assert.deepEqual(normalRecurrence(['EXDATE:20260604T000000Z'], day).excluded, [{ date: '2026-06-04' }])
  })

  it('is its own normal form', () => {
    const once = normalRecurrence(
      ['RRULE:FREQ=WEEKLY;BYDAY=FR,MO;UNTIL=20260610', 'RDATE:20260704T080000Z'],
      timed,
    ).recurrence
    assert.deepEqual(normalRecurrence(once, timed).recurrence, once)
  })

  for (const line of [
    'RRULE:INTERVAL=2',
    'RRULE:FREQ=SOMETIMES',
    'RRULE:FREQ=DAILY;UNTIL=soon',
    'DTSTART:20260603T100000Z',
    'EXDATE:soon',
    'RDATE;VALUE=PERIOD:20260604T080000Z/PT1H',
    'nonsense',
  ]) {
    it(`refuses ${line}`, () => assert.throws(() => normalRecurrence([line], timed), Error))
  }
})
