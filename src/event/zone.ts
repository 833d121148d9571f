import { DateTime, IANAZone } from 'luxon'
import type { EventTime } from './event'
import { isAllDay } from './event'

const canonical = new Map<string, string>()

/**
 * The one name of an IANA zone and its aliases (`Asia/Kolkata` and `Asia/Calcutta` are one), `UTC` for UTC's many
 * names. Undefined for a name that is no IANA zone.
 */
export function canonicalZone(name: string): string | undefined {
  const known = canonical.get(name)
  if (known !== undefined) return known || undefined
  const found = lookUp(name)
  if (canonical.size > 2000) canonical.clear() // names come from servers: bounded
  canonical.set(name, found ?? '')
  return found
}

function lookUp(name: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name) || !IANAZone.isValidZone(name)) return undefined
  const resolved = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone
  return /^(Etc\/)?(UTC|UCT|GMT|Universal|Zulu|Greenwich|GMT[+-]?0)$/.test(resolved) ? 'UTC' : resolved
}

/** The instant of a time, in milliseconds since 1970; a day counts from midnight UTC. NaN if it is none. */
export function instantOf(time: EventTime): number {
  if (isAllDay(time)) return DateTime.fromISO(time.date, { zone: 'utc' }).toMillis()
  return DateTime.fromISO(time.dateTime, { zone: time.timeZone }).toMillis()
}

/** The wall clock `YYYY-MM-DDTHH:MM:SS` that `zone` shows at an instant. */
export function wallClock(instant: number, zone: string): string {
  return DateTime.fromMillis(instant, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss")
}

/** `YYYY-MM-DDTHH:MM:SSZ` of an instant. */
export function utcText(instant: number): string {
  return DateTime.fromMillis(instant, { zone: 'utc' }).toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'")
}

/**
 * How an occurrence is named: by its original start, a day as `YYYY-MM-DD`, a time as the UTC instant
 * `YYYY-MM-DDTHH:MM:SSZ` (RFC 5545 RECURRENCE-ID; Google `originalStartTime`).
 */
export function occurrenceKey(original: EventTime): string {
  return isAllDay(original) ? original.date : utcText(instantOf(original))
}

/** The time that an occurrence key names, in the zone of its series. */
export function occurrenceTime(key: string, timeZone: string): EventTime {
  if (/^\d{4}-\d\d-\d\d$/.test(key)) return { date: key }
  return { dateTime: wallClock(Date.parse(key), timeZone), timeZone }
}

/** `days` after a date `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return DateTime.fromISO(date, { zone: 'utc' }).plus({ days }).toFormat('yyyy-MM-dd')
}
