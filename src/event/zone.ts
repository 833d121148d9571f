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

/** Three letters that the IANA database has. Others are Java's, which many read otherwise: BST is Dhaka, AST Anchorage. */
const ABBREVIATIONS = /^(CET|EET|EST|GMT|HST|MET|MST|PRC|ROC|ROK|UCT|UTC|WET)$/i

function lookUp(name: string): string | undefined {
  if (/^[A-Z]{3}$/i.test(name) && !ABBREVIATIONS.test(name)) return undefined
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name) || !IANAZone.isValidZone(name)) return undefined
  const resolved = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone
  return /^(Etc\/)?(UTC|UCT|GMT|Universal|Zulu|Greenwich|GMT[+-]?0)$/.test(resolved) ? 'UTC' : resolved
}

const DAY = 24 * 3600 * 1000

/** A zone and what was asked of it, since the same few instants are asked about again and again, and Intl is slow. */
type KnownZone = { readonly zone: IANAZone; readonly offsets: Map<number, number> }
const zones = new Map<string, KnownZone>()

/** Minutes that a zone is ahead of UTC at an instant; NaN if it is no zone. */
function offsetAt(name: string, instant: number): number {
  const { zone, offsets } = knownZone(name)
  const known = offsets.get(instant)
  if (known !== undefined) return known
  const offset = zone.isValid ? zone.offset(instant) : NaN
  if (offsets.size > 500) offsets.clear()
  offsets.set(instant, offset)
  return offset
}

function knownZone(name: string): KnownZone {
  let known = zones.get(name)
  if (!known) {
    if (zones.size > 200) zones.clear() // names come from servers: bounded
    zones.set(name, (known = { zone: IANAZone.create(name), offsets: new Map() }))
  }
  return known
}

/**
 * The instant of a time, in milliseconds since 1970; a day counts from midnight UTC. NaN if it is none.
 * luxon's own conversion is not used, since it guesses from the offset of today.
 */
export function instantOf(time: EventTime): number {
  if (isAllDay(time)) return Date.parse(`${time.date}T00:00:00Z`)
  return instantBy(Date.parse(`${time.dateTime}Z`), (instant) => offsetAt(time.timeZone, instant))
}

/**
 * The instant at which a clock shows a time, in milliseconds. Of an hour that it shows twice the first is meant, and
 * what it skips is counted on from before the gap (RFC 5545 3.3.5).
 *
 * @param clock what it shows, as if it were UTC
 * @param offset minutes that it is ahead of UTC at an instant
 */
export function instantBy(clock: number, offset: (instant: number) => number): number {
  const before = offset(clock - DAY)
  const first = clock - before * 60_000
  if (offset(first) === before) return first
  const after = offset(clock + DAY)
  const second = clock - after * 60_000
  return offset(second) === after ? second : first
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
