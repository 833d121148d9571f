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
    ['FREQ=DAILY;UNTIL=20260610T080000Z;COUNT=3', /how often and until when/],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST1', /"WKST1"/],
    ['RSCALE=CHINESE;FREQ=YEARLY', /RSCALE=CHINESE/],
    ['RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD', /RSCALE=GREGORIAN|SKIP=FORWARD/],
  ]
  for (const [rule, why] of refused) {
    it(`is not sent, with a word what to do: ${rule}`, () => assert.match(ruleFault(normal(rule)) ?? '', why))
  }

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
