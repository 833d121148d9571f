import type { DayRule } from './day-rule'
import { DAY, LAST_DAY, dateOf, dayOf, dayRule } from './day-rule'
import type { EventTime, When } from './event'
import { isAllDay } from './event'
import type { Json } from './json'
import { hashJson, stableText } from './json'
import { Cache } from './cache'
import { basicTime } from './recurrence'
import { ruleParts } from './rule-parts'
import { basicUtc, canonicalZone, instantBy, instantOf } from './zone'
import { offsetChanges, offsetsOf } from './zone-changes'

/** Longer series are told by their rule and their end. */
const MOST_DATES = 400
/** In days: what a zone will do beyond is not worth finding out. */
const LONGEST_SPAN = 50 * 366
/** So many days are looked through for the last one of a long series, and so many counted. */
const FARTHEST = 40_000
/** By then, zones that still change do so by rules that go on for ever, or by a table that no other zone has. */
const LAST_CHANGES = 2040
/** Before, clocks changed at seconds, and the names of zones differ in what they know. */
const FIRST_CHANGES = 1970
/** Behind a date that its zone skips: some calendars leave it out. */
const SKIPPED = '?'

/** What a rule says: exactly these dates, or a text that is the same for all rules with the same occurrences. */
type Told = { readonly dates: readonly string[] } | ByRule
type ByRule = { readonly rule: Json; has(date: string): boolean }

/** From days to occurrences and back. A date is told as UNTIL and RDATE tell it. */
type Clock = {
  on(day: number): { readonly date: string; readonly isSkipped: boolean }
  /** The day on which an occurrence would be; it need not be at the time of day. */
  dayOf(date: string): number
  /** Days after the start within which dates are told one by one. */
  readonly reach: number
  /** What the zone does from the start on, whatever it is called. */
  readonly zone: Json
}

const known = new Cache<Json | undefined>(20_000_000)

/**
 * What the recurrence of a series means, as JSON that is the same for all that give the same occurrences: zones, COUNT
 * and UNTIL, and different rules for the same days. Undefined where that is not certain, or not cheap to find out:
 * EXRULE, times within a day, weeks and days of the year. Then only equal rules in one zone are known to be equal.
 */
export function recurrenceMeaning({ start, recurrence = [] }: When): Json | undefined {
  const key = JSON.stringify([start, recurrence])
  return known.get(key, () => find(start, recurrence))
}

function find(start: EventTime, recurrence: readonly string[]): Json | undefined {
  const clock = clockOf(start)
  if (!clock) return undefined
  const dates = new Set<string>()
  const rules: ByRule[] = []
  for (const line of recurrence) {
    if (line.startsWith('RDATE')) for (const date of line.slice(line.indexOf(':') + 1).split(',')) dates.add(date)
    else {
      const told = line.startsWith('RRULE') ? tell(line, start, clock) : undefined
      if (!told) return undefined
      if ('dates' in told) told.dates.forEach((date) => dates.add(date))
      else rules.push(told)
    }
  }
  // Where only dates are added, the start is one of them.
  if (!recurrence.some((line) => line.startsWith('RRULE'))) dates.add(basicTime(start))
  const others = [...dates].filter((date) => !rules.some((rule) => rule.has(date)))
  return {
    dates: others.length > 20 ? hashJson(others.sort()) : others.sort(),
    rules: [...new Set(rules.map(({ rule }) => stableText(rule)))].sort(),
  }
}

function tell(line: string, start: EventTime, clock: Clock): Told | undefined {
  const rule = dayRule(line, start)
  if (!rule) return undefined
  const startDay = dayIn(start)
  const parts = ruleParts(line)
  const until = parts.get('UNTIL')
  const count = parts.has('COUNT') ? Number(parts.get('COUNT')) : undefined
  if (until === undefined && count === undefined) return byRule(rule, start, clock, null)
  const dates: string[] = []
  let isLong = false
  for (const day of rule.days()) {
    if (dates.length === count) break
    const { date, isSkipped } = clock.on(day)
    if (until !== undefined && date > until) break
    isLong = dates.length === MOST_DATES || day - startDay > clock.reach
    if (isLong) break
    dates.push(isSkipped ? date + SKIPPED : date)
  }
  // Whether a start that the rule does not give counts, or a date that is skipped, calendars do not agree on.
  const isClear = rule.on(startDay) && !dates.some((date) => date.endsWith(SKIPPED))
  if (count !== undefined && !isClear) return byRule(rule, start, clock, count)
  if (!isLong) return { dates }
  const last = count === undefined ? lastUntil(until ?? '', rule, clock, startDay) : lastCounted(count, rule, clock)
  return last === undefined ? undefined : byRule(rule, start, clock, last)
}

/** Where a zone may skip some of so many hours, there is no telling: then the number. */
function lastCounted(count: number, rule: DayRule, clock: Clock): string | number | undefined {
  if (clock.zone !== null) return count
  const last = count <= FARTHEST ? rule.nth(count) : undefined
  return last === undefined ? undefined : clock.on(last).date
}

/** The last date of a long series. */
function lastUntil(until: string, rule: DayRule, clock: Clock, startDay: number): string | undefined {
  const latest = Math.min(clock.dayOf(until), LAST_DAY)
  for (let day = latest; day > latest - FARTHEST && day >= startDay; day -= 1) {
    const { date } = rule.on(day) ? clock.on(day) : { date: '' }
    if (date !== '' && date <= until) return date
  }
  return undefined
}

/** @param end its COUNT or last date; null if it has none */
function byRule(rule: DayRule, start: EventTime, clock: Clock, end: number | string | null): ByRule {
  const date = isAllDay(start) ? start.date : start.dateTime.slice(0, 10)
  return {
    rule: [rule.text, rule.isDated ? date : null, clock.zone, end],
    has(other) {
      const day = clock.dayOf(other)
      const isWithin = typeof end !== 'number' && (end === null || other <= end)
      return isWithin && day >= dayIn(start) && rule.on(day) && clock.on(day).date === other
    },
  }
}

const dayIn = (time: EventTime): number => dayOf(isAllDay(time) ? time.date : time.dateTime)

const DAYS: Clock = {
  on: (day) => ({ date: dateOf(day).replaceAll('-', ''), isSkipped: false }),
  dayOf: (date) => dayOf(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`),
  reach: Infinity,
  zone: null,
}

function clockOf(start: EventTime): Clock | undefined {
  if (isAllDay(start)) return DAYS
  const zone = canonicalZone(start.timeZone)
  const [begin, first] = [instantOf(start), Number(start.dateTime.slice(0, 4))]
  if (zone === undefined || Number.isNaN(begin) || first < FIRST_CHANGES) return undefined
  const offsetAt = offsetsOf(zone)
  const time = Date.parse(`1970-01-01T${start.dateTime.slice(11)}Z`)
  const offset = offsetAt(begin)
  const changes = offsetChanges(zone, first, Math.max(first + 5, LAST_CHANGES))
    .filter(({ at }) => at > begin)
    .map(({ at, to }) => `${at} ${to - offset}`)
  return {
    on(day) {
      const clock = day * DAY + time
      const instant = instantBy(clock, offsetAt)
      return { date: basicUtc(instant), isSkipped: instant + offsetAt(instant) * 60_000 !== clock }
    },
    dayOf(date) {
      const instant = Date.parse(date.replace(/^(....)(..)(..T..)(..)/, '$1-$2-$3:$4:'))
      return Math.floor((instant + offsetAt(instant) * 60_000) / DAY)
    },
    reach: LONGEST_SPAN,
    zone: changes.length === 0 ? null : hashJson(changes),
  }
}
