import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { EventTime, Fields, When } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import { hashFields, isHashOf, meaning, sameMeaning } from '../../src/event/normal'
import { normalRecurrence } from '../../src/event/recurrence'
import { instantOf, wallClock } from '../../src/event/zone'
import { occurrencesOf } from '../ical/expansion'

const HOUR = 3600_000
const BERLIN = 'Europe/Berlin'

/** A start: a day, or a wall clock with a zone. */
const from = (text: string, zone = BERLIN): EventTime =>
  text.length === 10 ? { date: text } : { dateTime: `${text}:00`, timeZone: zone }

/** A series of an hour, or a day, in normal form as both providers read it. */
function series(start: EventTime, ...lines: string[]): When {
  const { recurrence } = normalRecurrence(lines, start)
  if ('date' in start)
    return { start, end: { date: wallClock(instantOf(start) + 24 * HOUR, 'UTC').slice(0, 10) }, recurrence }
  return {
    start,
    end: { dateTime: wallClock(instantOf(start) + HOUR, start.timeZone), timeZone: start.timeZone },
    recurrence,
  }
}
const single = (start: EventTime): When => {
  const { recurrence: _recurrence, ...span } = series(start)
  return span
}

const isSame = (one: When, other: When): boolean => {
  const [a, b] = [one, other] as unknown as [Json, Json]
  const same = sameMeaning(a, b)
  assert.equal(hashFields({ when: a }) === hashFields({ when: b }), same, 'hashes agree with the comparison')
  return same
}

describe('A time means the same as another', () => {
  const [tuesday, day] = [from('2027-01-12T10:00'), from('2027-01-12')]
  const rules = (start: EventTime, one: string, other: string): [When, When] => [series(start, `RRULE:${one}`), series(start, `RRULE:${other}`)] // prettier-ignore
  const cases: [what: string, ...whens: [When, When]][] = [
    ['in UTC', single(tuesday), single(from('2027-01-12T09:00', 'UTC'))],
    ['in another zone at the same instant', single(tuesday), single(from('2027-01-12T04:00', 'America/New_York'))],
    ['whose UNTIL is the end of the day in place of its last start', ...rules(tuesday, 'FREQ=WEEKLY;UNTIL=20270126T225959Z', 'FREQ=WEEKLY;UNTIL=20270126T090000Z')], // prettier-ignore
    ['whose UNTIL is anywhere before the next', ...rules(tuesday, 'FREQ=WEEKLY;UNTIL=20270202T085959Z', 'FREQ=WEEKLY;UNTIL=20270126')], // prettier-ignore
    ['of days whose UNTIL is anywhere before the next', ...rules(day, 'FREQ=WEEKLY;UNTIL=20270201', 'FREQ=WEEKLY;UNTIL=20270126')], // prettier-ignore
    ['that is counted in place of ended', ...rules(tuesday, 'FREQ=WEEKLY;COUNT=3', 'FREQ=WEEKLY;UNTIL=20270126T090000Z')], // prettier-ignore
    ['of days that are counted in place of ended', ...rules(day, 'FREQ=DAILY;COUNT=30', 'FREQ=DAILY;UNTIL=20270210')],
    ['of more days than are told one by one', ...rules(day, 'FREQ=DAILY;COUNT=5000', 'FREQ=DAILY;UNTIL=20400919')],
    ['with a WKST that does nothing', ...rules(tuesday, 'FREQ=WEEKLY;WKST=SU', 'FREQ=WEEKLY')],
    ['with a WKST that does nothing every other week', ...rules(tuesday, 'FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,TH', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH')], // prettier-ignore
    ['with the BYDAY of its start', ...rules(tuesday, 'FREQ=WEEKLY;BYDAY=TU', 'FREQ=WEEKLY')],
    ['with the BYMONTHDAY of its start', ...rules(tuesday, 'FREQ=MONTHLY;BYMONTHDAY=12', 'FREQ=MONTHLY')],
    ['with the BYMONTH of its start', ...rules(day, 'FREQ=YEARLY;BYMONTH=1', 'FREQ=YEARLY')],
    ['with BYMONTH and BYMONTHDAY of its start', ...rules(day, 'FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=12', 'FREQ=YEARLY')],
    ['with the BYHOUR and BYMINUTE of its start', ...rules(tuesday, 'FREQ=DAILY;BYHOUR=10;BYMINUTE=0;BYSECOND=0', 'FREQ=DAILY')], // prettier-ignore
    ['on weekdays, told by the day or the week', ...rules(tuesday, 'FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR')], // prettier-ignore
    ['on all weekdays', ...rules(tuesday, 'FREQ=DAILY', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU')],
    ['on all days of the month', ...rules(tuesday, 'FREQ=DAILY', `FREQ=MONTHLY;BYMONTHDAY=${Array.from({ length: 31 }, (_, index) => index + 1).join()}`)], // prettier-ignore
    ['every week of the month', ...rules(tuesday, 'FREQ=MONTHLY;BYDAY=TU', 'FREQ=WEEKLY')],
    ['every other week, told in days', ...rules(tuesday, 'FREQ=DAILY;INTERVAL=14', 'FREQ=WEEKLY;INTERVAL=2')],
    ['every year, told in months', ...rules(day, 'FREQ=MONTHLY;INTERVAL=12', 'FREQ=YEARLY')],
    ['every month, told by the year', ...rules(day, 'FREQ=YEARLY;BYMONTHDAY=12', 'FREQ=MONTHLY')],
    ['on the second Tuesday, told as Outlook does', ...rules(tuesday, 'FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2', 'FREQ=MONTHLY;BYDAY=2TU')], // prettier-ignore
    ['with INTERVAL=1', ...rules(tuesday, 'FREQ=MONTHLY;INTERVAL=1', 'FREQ=MONTHLY')],
    ['for days that a month lacks', ...rules(from('2027-01-31'), 'FREQ=MONTHLY', 'FREQ=YEARLY;BYMONTH=1,3,5,7,8,10,12;BYMONTHDAY=-1')], // prettier-ignore
    ['with dates that its rule gives', series(tuesday, 'RRULE:FREQ=DAILY', 'RDATE:20270120T090000Z'), series(tuesday, 'RRULE:FREQ=DAILY')], // prettier-ignore
    ['that ends before the clocks of its zone change', series(tuesday, 'RRULE:FREQ=WEEKLY;COUNT=5'), series(from('2027-01-12T09:00', 'UTC'), 'RRULE:FREQ=WEEKLY;COUNT=5')], // prettier-ignore
    ['that ends, on another weekday of another zone', series(from('2027-01-12T00:30'), 'RRULE:FREQ=WEEKLY;COUNT=5'), series(from('2027-01-11T23:30', 'UTC'), 'RRULE:FREQ=WEEKLY;COUNT=5')], // prettier-ignore
    ['without end in a zone whose clocks always change alike', series(tuesday, 'RRULE:FREQ=WEEKLY'), series(from('2027-01-12T10:00', 'Europe/Paris'), 'RRULE:FREQ=WEEKLY')], // prettier-ignore
    ['without end in zones that have no summer time', series(from('2027-01-12T08:00', 'Asia/Tokyo'), 'RRULE:FREQ=WEEKLY'), series(from('2027-01-11T23:00', 'UTC'), 'RRULE:FREQ=WEEKLY')], // prettier-ignore
  ]
  for (const [what, one, other] of cases) it(what, () => assert.ok(isSame(one, other)))
})

describe('A time means something else than another', () => {
  const [tuesday, day] = [from('2027-01-12T10:00'), from('2027-01-12')]
  const weekly = series(tuesday, 'RRULE:FREQ=WEEKLY')
  const cases: [what: string, ...whens: [When, When]][] = [
    ['at another instant', single(tuesday), single(from('2027-01-12T10:00', 'UTC'))],
    ['that lasts the day', single(from('2027-01-12T00:00', 'UTC')), single(day)],
    ['that recurs', single(tuesday), series(tuesday, 'RRULE:FREQ=DAILY;COUNT=1')],
    ['without end in a zone with another summer time', weekly, series(from('2027-01-12T09:00', 'UTC'), 'RRULE:FREQ=WEEKLY')], // prettier-ignore
    ['without end in a zone with another end of summer time', series(from('2027-10-30T12:00'), 'RRULE:FREQ=WEEKLY'), series(from('2027-10-30T06:00', 'America/New_York'), 'RRULE:FREQ=WEEKLY')], // prettier-ignore
    ['that goes on after the clocks of its zone have changed', series(tuesday, 'RRULE:FREQ=WEEKLY;COUNT=12'), series(from('2027-01-12T09:00', 'UTC'), 'RRULE:FREQ=WEEKLY;COUNT=12')], // prettier-ignore
    ['with one more', series(tuesday, 'RRULE:FREQ=WEEKLY;UNTIL=20270126T090000Z'), series(tuesday, 'RRULE:FREQ=WEEKLY;UNTIL=20270202T090000Z')], // prettier-ignore
    ['with a WKST that decides', series(from('2027-01-12T10:00'), 'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU'), series(from('2027-01-12T10:00'), 'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU')], // prettier-ignore
    ['on the last day but not of each month', series(from('2027-01-31'), 'RRULE:FREQ=MONTHLY'), series(from('2027-01-31'), 'RRULE:FREQ=MONTHLY;BYMONTHDAY=-1')], // prettier-ignore
    ['that counts a start which its rule does not give', series(tuesday, 'RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=2'), series(tuesday, 'RRULE:FREQ=WEEKLY;BYDAY=WE;UNTIL=20270120T090000Z')], // prettier-ignore
    ['in an hour that one zone skips', series(from('2027-03-27T02:30'), 'RRULE:FREQ=DAILY;COUNT=3'), series(from('2027-03-27T02:30'), 'RRULE:FREQ=DAILY;UNTIL=20270329T003000Z')], // prettier-ignore
  ]
  for (const [what, one, other] of cases) it(what, () => assert.ok(!isSame(one, other)))
})

describe('The meaning of a series', () => {
  it('is its own where its rule is left undecided, in its zone', () => {
    for (const rule of [
      'FREQ=YEARLY;BYWEEKNO=20',
      'FREQ=HOURLY;INTERVAL=5',
      'FREQ=YEARLY;BYDAY=20MO',
      'FREQ=DAILY;BYHOUR=9,17',
    ]) {
      const of = (zone: string): When => series(from('2027-01-12T10:00', zone), `RRULE:${rule}`)
      assert.ok(isSame(of('Asia/Kolkata'), of('Asia/Calcutta')), rule)
      assert.ok(!isSame(of('Europe/Berlin'), of('Europe/Paris')), rule)
    }
  })

  it('is that of an occurrence, too, whose times are the same instants', () => {
    const occurrence = (zone: string, clock: string): Json => ({
      summary: 'Tea',
      ...single(from(`2027-01-12T${clock}`, zone)),
    })
    assert.ok(sameMeaning(occurrence(BERLIN, '10:00'), occurrence('UTC', '09:00')))
    assert.ok(!sameMeaning(occurrence(BERLIN, '10:00'), occurrence('UTC', '10:00')))
  })

  it('is found quickly for rules that say much', () => {
    const rules = ['FREQ=DAILY;COUNT=100000', 'FREQ=DAILY;UNTIL=99991231T235959Z', 'FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2', 'FREQ=YEARLY;INTERVAL=999;COUNT=30000', 'FREQ=WEEKLY;INTERVAL=1000;COUNT=999'] // prettier-ignore
    for (const rule of rules) assert.notEqual(meaning(series(from('2027-01-12T10:00'), `RRULE:${rule}`)), null)
  })

  it('was hashed otherwise by an older version, whose hashes still count', () => {
    const fields: Fields = { when: single(from('2027-01-12T10:00')), summary: 'Dentist' }
    assert.ok(isHashOf(hashFields(fields), fields))
    assert.ok(isHashOf('43ick1f5ejrqp0d79dmc9uvati5kagi2', fields))
    assert.ok(!isHashOf(hashFields({ ...fields, summary: 'Doctor' }), fields))
  })
})

describe('Of any two series', () => {
  const weekdays = fc.uniqueArray(fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'), {
    minLength: 1,
    maxLength: 5,
  })
  const days = weekdays.map((list) => `;BYDAY=${list.join()}`)
  const dates = fc.uniqueArray(fc.constantFrom(1, 12, 28, 29, 30, 31, -1, -3), { minLength: 1, maxLength: 3 }).map((list) => `;BYMONTHDAY=${list.join()}`) // prettier-ignore
  const months = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 12 }).map((list) => `;BYMONTH=${list.join()}`) // prettier-ignore
  const places = fc.constantFrom(';BYDAY=2TU', ';BYDAY=-1TU', ';BYDAY=TU;BYSETPOS=2', ';BYDAY=TU,WE;BYSETPOS=-1')
  const none = fc.constant('')
  const rule = fc
    .tuple(
      fc.oneof(
        fc.tuple(fc.constant('FREQ=DAILY'), fc.oneof(none, days), fc.oneof(none, months)),
        fc.tuple(fc.constant('FREQ=WEEKLY'), fc.oneof(none, days), fc.constantFrom('', ';WKST=SU')),
        fc.tuple(fc.constant('FREQ=MONTHLY'), fc.oneof(none, dates, places, days)),
        fc.tuple(fc.constant('FREQ=YEARLY'), months, fc.oneof(none, dates, places)),
        fc.tuple(fc.constant('FREQ=YEARLY')),
      ),
      fc.constantFrom('', '', ';INTERVAL=1', ';INTERVAL=2', ';INTERVAL=12'),
      fc.constantFrom(
        '',
        ';COUNT=1',
        ';COUNT=4',
        ';UNTIL=20270126',
        ';UNTIL=20270126T090000Z',
        ';UNTIL=20280301T000000Z',
      ),
    )
    .map(([parts, interval, end]) => `RRULE:${parts.join('')}${interval}${end}`)
  const start = fc.constantFrom(
    from('2027-01-12T10:00'),
    from('2027-01-12T09:00', 'UTC'),
    from('2027-01-12T10:00', 'Europe/Paris'),
    from('2027-01-12T09:00', 'Europe/London'),
    from('2027-01-12T04:00', 'America/New_York'),
    from('2027-01-12T02:30'),
    from('2027-01-12'),
    from('2027-01-31'),
    from('2027-01-31T23:30', 'UTC'),
    from('2027-02-01T00:30'),
  )
  const extra = fc.constantFrom([], [], ['RDATE:20270126T090000Z'], ['RDATE:20270127T090000Z'])
  const any = fc
    .tuple(start, fc.array(rule, { minLength: 1, maxLength: 1 }), extra)
    .map(([at, rules, more]) => series(at, ...rules, ...more))

  /** What a calendar shows, three years on; a start that no rule gives is shown by some. */
  const shown = (when: When): string => JSON.stringify([instantOf(when.start), occurrencesOf({ when: when })])

  it('those that mean the same show the same, and the other way round', () => {
    const seen = { same: 0, alike: 0 }
    fc.assert(
      fc.property(fc.array(any, { minLength: 12, maxLength: 12 }), (all) => {
        const texts = all.map(shown)
        all.forEach((one, index) => {
          for (let other = 0; other < index; other += 1) {
            const isAlike = texts[index] === texts[other]
            const means = isSame(one, all[other]!)
            seen.same += Number(means)
            seen.alike += Number(isAlike)
            if (means) assert.ok(isAlike, `${JSON.stringify(one)} is not ${JSON.stringify(all[other])}`)
          }
        })
      }),
      { numRuns: 25, seed: 1 },
    )
    assert.equal(seen.same, seen.alike)
    assert.ok(seen.same > 10)
  })
})
