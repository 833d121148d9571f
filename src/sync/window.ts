import type { Exception, When } from '../event/event'
import { fieldNames, isException, whenOf } from '../event/event'
import { greatest, least } from '../event/lists'
import { ruleParts } from '../event/rule-parts'
import { instantOf } from '../event/zone'
import type { Fields, Millis } from './model'

const DAY = 24 * 3600 * 1000
const LONGEST: Record<string, number> = { DAILY: DAY, WEEKLY: 7 * DAY, MONTHLY: 31 * DAY, YEARLY: 366 * DAY }

/**
 * Whether an event touches the window, and if it lies in the future, when it will. A series touches it if it starts
 * before the window's end and has no end, or one (UNTIL, RDATE, exception, or COUNT, estimated from above) that
 * reaches past the window's start.
 *
 * @returns true, or the time at which the event enters (`now` shifted with the window), or false: never by itself
 */
export function inWindow(fields: Fields, window: readonly [Millis, Millis], now: Millis): boolean | Millis {
  const when = whenOf(fields)
  if (!when) return false
  const [from, to] = window
  const starts = earliest(fields, when)
  if (latest(fields, when) < from) return false
  return starts < to ? true : now + (starts - to) + 1
}

/** An occurrence may have been moved to before the first. */
function earliest(fields: Fields, when: When): Millis {
  return least([instantOf(when.start), ...movedTimes(fields, 'start')])
}

function latest(fields: Fields, when: When): Millis {
  const length = Math.max(0, instantOf(when.end) - instantOf(when.start))
  const rules = (when.recurrence ?? []).filter((line) => line.startsWith('RRULE'))
  const rdates = (when.recurrence ?? []).filter((line) => line.startsWith('RDATE')).flatMap(datesOf)
  const ends = rules.map((rule) => lastStart(rule, instantOf(when.start)))
  return Math.max(
    instantOf(when.start) + length,
    greatest([...ends, ...rdates]) + length,
    greatest(movedTimes(fields, 'end')),
  )
}

function movedTimes(fields: Fields, name: 'start' | 'end'): Millis[] {
  return fieldNames(fields)
    .filter(isException)
    .map((field) => (fields[field] as Exception)?.[name])
    .filter((time) => time !== undefined)
    .map((time) => instantOf(time as When['start']))
}

/** The start of a rule's last occurrence, estimated from above; infinite without UNTIL and COUNT. */
function lastStart(rule: string, start: Millis): Millis {
  const parts = ruleParts(rule)
  const until = parts.get('UNTIL')
  if (until !== undefined) return parseBasic(until)
  const count = parts.get('COUNT')
  if (count === undefined) return Infinity
  // A rule may skip (a 29 February, a fifth Monday): eight periods an occurrence is more than any of them needs.
  return start + Number(count) * Number(parts.get('INTERVAL') ?? 1) * (LONGEST[parts.get('FREQ') ?? ''] ?? DAY) * 8
}

const datesOf = (line: string): Millis[] =>
  line
    .slice(line.indexOf(':') + 1)
    .split(',')
    .map(parseBasic)

/** `YYYYMMDD` (as midnight UTC) or `YYYYMMDDTHHMMSSZ`. */
function parseBasic(text: string): Millis {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z)?$/.exec(text)
  if (!match) return NaN
  const [year, month, day, hour = 0, minute = 0, second = 0] = match.slice(1).map((part) => Number(part || 0))
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second)
}
