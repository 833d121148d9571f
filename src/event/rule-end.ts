import type { DayRule } from './day-rule'
import { dateOf, dayOf, dayRule } from './day-rule'
import type { EventTime } from './event'
import { isAllDay } from './event'
import { ruleParts } from './rule-parts'
import { instantOf, wallClock } from './zone'

/** So many occurrences are counted at most. */
const LONGEST_COUNT = 40_000

/**
 * A rule that says both how often and until when it repeats, which RFC 5545 3.3.10 forbids, with the one that ends it
 * first: the other then says nothing. The same line where it has one end or none, and where that can't be told.
 *
 * @param line an RRULE content line in normal form
 * @param start of its series
 */
export function withOneEnd(line: string, start: EventTime): string {
  const parts = ruleParts(line)
  const until = parts.get('UNTIL')
  const count = Number(parts.get('COUNT'))
  if (until === undefined || !parts.has('COUNT') || !Number.isInteger(count) || count < 1) return line
  const rule = dayRule(line, start)
  const first = rule && firstToGo(rule, count, until, start)
  return first === undefined ? line : line.replace(first === 'COUNT' ? /;UNTIL=[^;]*/ : /;COUNT=[^;]*/, '')
}

/**
 * Which end comes first; undefined if that is far, or depends on times that the zone skips, which not all calendars count.
 * Nor do all of them count a start that the rule does not give.
 */
function firstToGo(rule: DayRule, count: number, until: string, start: EventTime): 'COUNT' | 'UNTIL' | undefined {
  const startCounts = rule.on(dayOf(isAllDay(start) ? start.date : start.dateTime))
  let [given, skipped] = [0, 0]
  for (const day of rule.days()) {
    if (given - skipped >= count) return 'COUNT'
    if (given > LONGEST_COUNT) return undefined
    if (isAfter(day, until, start)) return given + (startCounts ? 0 : 1) <= count ? 'UNTIL' : undefined
    given += 1
    if (isSkipped(day, start)) skipped += 1
  }
  return undefined
}

function isSkipped(day: number, start: EventTime): boolean {
  if (isAllDay(start)) return false
  const dateTime = `${dateOf(day)}T${start.dateTime.slice(11)}`
  return wallClock(instantOf({ dateTime, timeZone: start.timeZone }), start.timeZone) !== dateTime
}

function isAfter(day: number, until: string, start: EventTime): boolean {
  const date = dateOf(day)
  if (isAllDay(start)) return date.replaceAll('-', '') > until
  const end = Date.parse(until.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  return instantOf({ dateTime: `${date}T${start.dateTime.slice(11)}`, timeZone: start.timeZone }) > end
}
