import type { DayRule } from './day-rule'
import { dateOf, dayOf, dayRule } from './day-rule'
import type { When } from './event'
import { isAllDay } from './event'
import { basicTime } from './recurrence'
import { ruleParts } from './rule-parts'
import { instantOf, occurrenceKey, occurrenceTime } from './zone'

export type Occurs = 'yes' | 'no' | 'unknown'

/** So many occurrences are counted for a COUNT. */
const LONGEST_COUNT = 40_000

/**
 * Whether a series has an occurrence with this original start. Calendars keep exceptions of occurrences that a series
 * no longer has since it moved; this tells them from those that it has. `unknown` for rare rules.
 *
 * @param startCounts whether the start of the series is an occurrence also where no rule gives it, on which calendars
 *   do not agree
 */
export function occurs(when: When, key: string, startCounts = true): Occurs {
  const { start, recurrence } = when
  if (!recurrence) return 'no'
  if (isAllDay(start) !== (key.length === 10)) return 'no'
  if (key === occurrenceKey(start) && (startCounts || !recurrence.some((line) => line.startsWith('RRULE'))))
    return 'yes'
  const zone = isAllDay(start) ? 'UTC' : start.timeZone
  const time = occurrenceTime(key, zone)
  if (datesIn(recurrence).has(basicTime(time))) return 'yes'
  if (instantOf(time) < instantOf(start)) return 'no'
  const day = dayOf(isAllDay(time) ? time.date : time.dateTime)
  const answers = recurrence.filter((line) => line.startsWith('RRULE')).map((line) => byRule(line, when, key, day))
  const found: Occurs = answers.includes('yes') ? 'yes' : answers.includes('unknown') ? 'unknown' : 'no'
  return found === 'yes' && recurrence.some((line) => line.startsWith('EXRULE')) ? 'unknown' : found
}

const known = new WeakMap<readonly string[], ReadonlySet<string>>()

/** The dates that a recurrence adds, for as long as it lives: each exception of a series asks for them. */
function datesIn(recurrence: readonly string[]): ReadonlySet<string> {
  const before = known.get(recurrence)
  if (before) return before
  const lines = recurrence.filter((line) => line.startsWith('RDATE'))
  const dates = new Set(lines.flatMap((line) => line.slice(line.indexOf(':') + 1).split(',')))
  known.set(recurrence, dates)
  return dates
}

function byRule(line: string, when: When, key: string, day: number): Occurs {
  const parts = ruleParts(line)
  const until = parts.get('UNTIL')
  if (until !== undefined && key.replace(/[-:]/g, '') > until) return 'no'
  const rule = dayRule(line, when.start)
  if (!rule) return 'unknown'
  if (!startsAtTheSameTime(when, key, day) || !rule.on(day)) return 'no'
  const count = Number(parts.get('COUNT') ?? Infinity)
  return count === Infinity ? 'yes' : isCounted(rule, day, count)
}

/** Whether a day that a rule gives is among the first so many. */
function isCounted(rule: DayRule, day: number, count: number): Occurs {
  if (!(count >= 1)) return 'no'
  const last = rule.nth(Math.min(Math.floor(count), LONGEST_COUNT))
  if (last === undefined || day <= last) return 'yes'
  return count <= LONGEST_COUNT ? 'no' : 'unknown'
}

/** Occurrences keep the wall clock of the start; in the hour that a clock change skips, they are where luxon puts it. */
function startsAtTheSameTime({ start }: When, key: string, day: number): boolean {
  if (isAllDay(start)) return true
  const date = dateOf(day)
  return instantOf({ dateTime: `${date}T${start.dateTime.slice(11)}`, timeZone: start.timeZone }) === Date.parse(key)
}
