import assert from 'node:assert/strict'
import { normalRecurrence } from '../../src/event/recurrence'
import { ruleFault } from '../../src/event/rule'

const start = { dateTime: '2026-06-03T10:00:00', timeZone: 'Europe/Paris' } // a Wednesday
const normal = (rule: string): string => normalRecurrence([`RRULE:${rule}`], start).recurrence[0] ?? ''

describe('A rule', () => {
  const mended: [rule: string, means: string][] = [
    ['FREQ=WEEKLY;BYDAY=;COUNT=3', 'RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=WE'],
    ['FREQ=WEEKLY;BYDAY=MO,WE,MO', 'RRULE:FREQ=WEEKLY;BYDAY=MO,WE'],
    ['FREQ=MONTHLY;BYDAY=+1MO,1MO', 'RRULE:FREQ=MONTHLY;BYDAY=1MO'],
    ['FREQ=WEEKLY;BYDAY=WE;WKST1', 'RRULE:FREQ=WEEKLY;BYDAY=WE'],
    ['FREQ=DAILY;UNTIL=20260610T080000Z;X-EVOLUTION-ENDDATE=20260610T080000Z', 'RRULE:FREQ=DAILY;UNTIL=20260610T080000Z'], // prettier-ignore
    ['RSCALE=GREGORIAN;FREQ=DAILY;SKIP=OMIT', 'RRULE:FREQ=DAILY'],
    ['FREQ=YEARLY;BYMONTH=06;BYMONTHDAY=03', 'RRULE:FREQ=YEARLY;BYMONTHDAY=3;BYMONTH=6'],
    ['FREQ=DAILY;INTERVAL=01;COUNT=010', 'RRULE:FREQ=DAILY;COUNT=10'],
    ['FREQ=DAILY;;COUNT=3;', 'RRULE:FREQ=DAILY;COUNT=3'],
    // two ends: the one that comes first counts
    ['FREQ=DAILY;UNTIL=20260610T080000Z;COUNT=3', 'RRULE:FREQ=DAILY;COUNT=3'],
    ['FREQ=DAILY;UNTIL=20260605T080000Z;COUNT=3', 'RRULE:FREQ=DAILY;COUNT=3'],
    ['FREQ=DAILY;UNTIL=20260605T075959Z;COUNT=3', 'RRULE:FREQ=DAILY;UNTIL=20260605T075959Z'],
    ['FREQ=WEEKLY;COUNT=900;UNTIL=20270101', 'RRULE:FREQ=WEEKLY;UNTIL=20270101T225959Z;BYDAY=WE'],
    ['FREQ=MONTHLY;BYDAY=-1FR;COUNT=2;UNTIL=20991231T000000Z', 'RRULE:FREQ=MONTHLY;COUNT=2;BYDAY=-1FR'],
    ['FREQ=YEARLY;COUNT=4;UNTIL=20260604', 'RRULE:FREQ=YEARLY;UNTIL=20260604T215959Z'],
    ['FREQ=DAILY;UNTIL=20200101T000000Z;COUNT=8', 'RRULE:FREQ=DAILY;UNTIL=20200101T000000Z'],
    // the Wednesday on which it starts counts for some: three Mondays, or four days, until then
    ['FREQ=WEEKLY;BYDAY=MO;UNTIL=20260622T080000Z;COUNT=3', 'RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO'],
    ['FREQ=WEEKLY;BYDAY=MO;UNTIL=20260622T080000Z;COUNT=4', 'RRULE:FREQ=WEEKLY;UNTIL=20260622T080000Z;BYDAY=MO'],
    ['FREQ=DAILY;COUNT=3;COUNT=03', 'RRULE:FREQ=DAILY;COUNT=3'],
    ['FREQ=WEEKLY;BYDAY=MO,,WE,', 'RRULE:FREQ=WEEKLY;BYDAY=MO,WE'],
    ['FREQ=WEEKLY;BYDAY=,', 'RRULE:FREQ=WEEKLY;BYDAY=WE'],
    ['FREQ=MONTHLY;BYDAY=-01FR', 'RRULE:FREQ=MONTHLY;BYDAY=-1FR'],
    ['FREQ=MONTHLY;BYMONTHDAY=-01', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=-1'],
    ['FREQ=DAILY;FREQ=DAILY', 'RRULE:FREQ=DAILY'],
    ['FREQ=MONTHLY;BYSETPOS=1', 'RRULE:FREQ=MONTHLY'],
    ['FREQ=MONTHLY;BYDAY=;BYSETPOS=-1', 'RRULE:FREQ=MONTHLY'],
    ['FREQ=WEEKLY;BYDAY=WE,WE;UNTIL=20260701', 'RRULE:FREQ=WEEKLY;UNTIL=20260701T215959Z;BYDAY=WE'],
  ]
  for (const [rule, means] of mended) {
    it(`is mended where that does not change what it means: ${rule}`, () => {
      assert.equal(normal(rule), means)
      assert.equal(ruleFault(normal(rule)), undefined)
    })
  }

  const refused: [rule: string, why: RegExp][] = [
    ['FREQ=DAILY;COUNT=-1', /COUNT=-1/],
    ['FREQ=DAILY;COUNT=0', /COUNT=0/],
    ['FREQ=DAILY;INTERVAL=0', /INTERVAL=0/],
    ['FREQ=WEEKLY;BYDAY=XX', /BYDAY=XX/],
    ['FREQ=MONTHLY;BYDAY=54MO', /BYDAY=54MO/],
    ['FREQ=MONTHLY;BYMONTHDAY=32', /BYMONTHDAY=32/],
    ['FREQ=MONTHLY;BYMONTHDAY=0', /BYMONTHDAY=0/],
    ['FREQ=YEARLY;BYMONTH=13', /BYMONTH=13/],
    ['FREQ=DAILY;BYHOUR=24', /BYHOUR=24/],
    ['FREQ=DAILY;UNTL=20260610T080000Z', /UNTL=20260610T080000Z/],
    ['FREQ=HOURLY;UNTIL=20260610T080000Z;COUNT=3', /how often and until when/], // not counted here
    ['FREQ=DAILY;COUNT=3;COUNT=5', /COUNT=3&5/],
    ['FREQ=MONTHLY;BYSETPOS=2', /BYSETPOS=2/],
    ['FREQ=MONTHLY;BYWEEKNO=20', /BYWEEKNO=20" with FREQ=MONTHLY/],
    ['FREQ=WEEKLY;BYDAY=2WE', /BYDAY=2WE" with FREQ=WEEKLY/],
    ['FREQ=DAILY;BYDAY=-1FR', /BYDAY=-1FR" with FREQ=DAILY/],
    ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO', /BYDAY=1MO/],
    ['FREQ=WEEKLY;BYMONTHDAY=13', /BYMONTHDAY=13/],
    ['FREQ=MONTHLY;BYYEARDAY=100', /BYYEARDAY=100/],
    ['FREQ=YEARLY;BYYEARDAY=367', /BYYEARDAY=367/],
    ['FREQ=YEARLY;BYWEEKNO=54', /BYWEEKNO=54/],
    ['FREQ=DAILY;COUNT=', /"COUNT"/],
    ['FREQ=DAILY;INTERVAL=-2', /INTERVAL=-2/],
    ['FREQ=DAILY;INTERVAL=1.5', /INTERVAL=1.5/],
    ['FREQ=HOURLY;BYMINUTE=60', /BYMINUTE=60/],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST1', /"WKST1"/],
    ['RSCALE=CHINESE;FREQ=YEARLY', /RSCALE=CHINESE/],
    ['RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD', /RSCALE=GREGORIAN|SKIP=FORWARD/],
  ]
  for (const [rule, why] of refused) {
    it(`is not sent, with a word what to do: ${rule}`, () => assert.match(ruleFault(normal(rule)) ?? '', why))
  }

  for (const rule of [
    'COUNT=3',
    'FREQ=DAILY;FREQ=WEEKLY',
    'FREQ=FORTNIGHTLY',
    'FREQ=DAILY;UNTIL=20260231',
    'FREQ=DAILY;UNTIL=',
  ]) {
    it(`is not understood at all: ${rule}`, () => assert.throws(() => normal(rule), /FREQ|is no date/))
  }

  it('keeps both ends where it depends on an hour that the zone skips which comes first', () => {
    const spring = { dateTime: '2026-03-28T02:30:00', timeZone: 'Europe/Paris' } // the 29th has no such hour
    const ended = (rule: string): string | undefined => normalRecurrence([`RRULE:${rule}`], spring).recurrence[0]
    const until = 'UNTIL=20260401T000000Z' // the 28th, perhaps the 29th, the 30th and 31st
    assert.equal(ended(`FREQ=DAILY;${until};COUNT=3`), 'RRULE:FREQ=DAILY;COUNT=3')
    assert.equal(ended(`FREQ=DAILY;${until};COUNT=4`), `RRULE:FREQ=DAILY;${until}`)
    // the start, a Saturday, counts for some, and the 29th: there are one, two or three until then
    const odd = (count: number): string | undefined => ended(`FREQ=WEEKLY;${until};COUNT=${count};BYDAY=SU,TU`)
    assert.equal(odd(1), 'RRULE:FREQ=WEEKLY;COUNT=1;BYDAY=TU,SU')
    assert.equal(odd(2), `RRULE:FREQ=WEEKLY;${until};COUNT=2;BYDAY=TU,SU`)
    assert.equal(odd(3), `RRULE:FREQ=WEEKLY;${until};BYDAY=TU,SU`)
  })

  it('of days has no hours, and ends on a day', () => {
    const days = { date: '2026-06-03' }
    const { recurrence } = normalRecurrence(['RRULE:FREQ=DAILY;BYHOUR=10;BYMINUTE=0;BYSECOND=0;UNTIL=20260610T080000Z;COUNT=30'], days) // prettier-ignore
    assert.deepEqual(recurrence, ['RRULE:FREQ=DAILY;UNTIL=20260610'])
  })

  const right = [
    'FREQ=MONTHLY;BYDAY=-1FR,2MO;BYSETPOS=-1',
    'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;WKST=SU',
    'FREQ=YEARLY;BYYEARDAY=-1,100',
    'FREQ=MINUTELY;INTERVAL=90;BYHOUR=9,10;BYMINUTE=0;BYSECOND=59',
    'FREQ=MONTHLY;BYMONTHDAY=-1,15;COUNT=7',
  ]
  for (const rule of right) {
    it(`is well-formed: ${rule}`, () => assert.equal(ruleFault(normal(rule)), undefined))
  }
})
