import assert from 'node:assert/strict'
import fc from 'fast-check'
import { RRule } from 'rrule'
import { occurs } from '../../src/event/occurs'

const DAY = 86_400_000
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const days = fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 1, maxLength: 3 })
/** All with a place or all without: rrule takes a mixture for something else than RFC 5545 does. */
const places = fc.constantFrom('1', '2', '5', '-1', '-2')
const ordinals = fc.oneof(
  days,
  fc.uniqueArray(
    fc.tuple(places, fc.constantFrom(...WEEKDAYS)).map(([place, day]) => place + day),
    { minLength: 1, maxLength: 2 },
  ),
)
const monthDays = fc.uniqueArray(fc.constantFrom(1, 6, 15, 29, 31, -1, -3), { minLength: 1, maxLength: 2 })
const months = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 })
const part = (name: string, values: fc.Arbitrary<readonly unknown[]>) =>
  fc.option(
    values.map((list) => `;${name}=${list.join(',')}`),
    { nil: '' },
  )

const rule = fc
  .tuple(
    fc.oneof(
      fc.tuple(fc.constant('FREQ=DAILY'), part('BYMONTH', months)),
      fc.tuple(fc.constant('FREQ=WEEKLY'), part('BYDAY', days), fc.constantFrom('', ';WKST=SU', ';WKST=WE')),
      fc.tuple(fc.constant('FREQ=MONTHLY'), part('BYDAY', ordinals)),
      fc.tuple(fc.constant('FREQ=MONTHLY'), part('BYMONTHDAY', monthDays)),
      fc.tuple(fc.constant('FREQ=YEARLY')),
      fc.tuple(
        fc.constant('FREQ=YEARLY'),
        months.map((list) => `;BYMONTH=${list.join(',')}`),
        part('BYMONTHDAY', monthDays),
      ),
      fc.tuple(
        fc.constant('FREQ=YEARLY'),
        months.map((list) => `;BYMONTH=${list.join(',')}`),
        part('BYDAY', ordinals),
      ),
    ),
    fc.constantFrom('', ';INTERVAL=2', ';INTERVAL=3'),
    fc.constantFrom('', ';COUNT=4', ';UNTIL=20270301'),
  )
  .map(([parts, interval, end]) => parts.join('') + interval + end)

describe('Which occurrences a series can have', () => {
  it('is the same as expanding the rule says', () => {
    const start = Date.UTC(2026, 0, 6)
    fc.assert(
      fc.property(
        rule,
        fc.array(fc.integer({ min: 1, max: 1200 }), { minLength: 20, maxLength: 20 }),
        (text, offsets) => {
          const options = RRule.parseString(text)
          const starts = new Set(
            new RRule({ ...options, dtstart: new Date(start) })
              .between(new Date(start), new Date(start + 1200 * DAY), true)
              .map((date) => date.toISOString().slice(0, 10)),
          )
          const when = { start: { date: '2026-01-06' }, end: { date: '2026-01-07' }, recurrence: [`RRULE:${text}`] }
          for (const offset of offsets) {
            const date = new Date(start + offset * DAY).toISOString().slice(0, 10)
            assert.equal(occurs(when, date), starts.has(date) ? 'yes' : 'no', `${text} on ${date}`)
          }
        },
      ),
      { numRuns: 300, seed: 1 },
    )
  })

  const at = (dateTime: string) => ({ dateTime, timeZone: 'Europe/Berlin' })
  const timed = (...recurrence: string[]) => ({
    start: at('2026-01-06T09:00:00'),
    end: at('2026-01-06T10:00:00'),
    recurrence,
  })
  const cases: [string, string[], string, string][] = [
    ['follows the wall clock over a clock change', ['RRULE:FREQ=WEEKLY;BYDAY=TU'], '2026-04-07T07:00:00Z', 'yes'],
    ['refuses the hour that winter would have', ['RRULE:FREQ=WEEKLY;BYDAY=TU'], '2026-04-07T08:00:00Z', 'no'],
    ['refuses a day for a series of times', ['RRULE:FREQ=WEEKLY;BYDAY=TU'], '2026-01-13', 'no'],
    ['takes an added date', ['RDATE:20260114T170000Z', 'RRULE:FREQ=WEEKLY;BYDAY=TU'], '2026-01-14T17:00:00Z', 'yes'],
    [
      'refuses what is after the end',
      ['RRULE:FREQ=WEEKLY;UNTIL=20260120T075959Z;BYDAY=TU'],
      '2026-01-20T08:00:00Z',
      'no',
    ],
    ['refuses what is before the start', ['RRULE:FREQ=DAILY'], '2026-01-05T08:00:00Z', 'no'],
    ['leaves rare rules undecided', ['RRULE:FREQ=YEARLY;BYWEEKNO=20'], '2026-05-12T07:00:00Z', 'unknown'],
    [
      'leaves a date undecided that a rule may take away',
      ['EXRULE:FREQ=MONTHLY', 'RRULE:FREQ=DAILY'],
      '2026-01-13T08:00:00Z',
      'unknown',
    ],
  ]
  for (const [words, recurrence, key, expected] of cases) {
    it(words, () => assert.equal(occurs(timed(...recurrence), key), expected))
  }

  it('takes the start that no rule gives, unless it is asked not to', () => {
    const key = '2026-01-06T08:00:00Z'
    for (const [rule, without] of [
      ['RRULE:FREQ=WEEKLY;BYDAY=WE', 'no'],
      ['RRULE:FREQ=WEEKLY;BYDAY=TU', 'yes'],
      ['RDATE:20260114T170000Z', 'yes'],
    ] as const) {
      assert.equal(occurs(timed(rule), key), 'yes')
      assert.equal(occurs(timed(rule), key, false), without)
    }
  })
})
