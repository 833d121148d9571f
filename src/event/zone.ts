import { IANAZone } from 'luxon'
import { Cache } from './cache'
import type { EventTime } from './event'
import { isAllDay } from './event'
import { OutOfYears } from './fault'
import { offsetIn } from './zone-changes'

const canonical = new Cache<string | undefined>(500_000)
/** No zone has a longer name. */
const LONGEST_NAME = 100

/**
 * The one name of an IANA zone and its aliases (`Asia/Kolkata` and `Asia/Calcutta` are one), `UTC` for UTC's many
 * names. Undefined for a name that is no IANA zone.
 */
export function canonicalZone(name: string): string | undefined {
  return name.length > LONGEST_NAME ? undefined : canonical.get(name, () => lookUp(name))
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

/**
 * The instant of a time, in milliseconds since 1970; a day counts from midnight UTC. NaN if it is none.
 * luxon's own conversion is not used, since it guesses from the offset of today.
 */
export function instantOf(time: EventTime): number {
  if (isAllDay(time)) return Date.parse(`${time.date}T00:00:00Z`)
  return instantBy(Date.parse(`${time.dateTime}Z`), (instant) => offsetIn(time.timeZone, instant))
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

/** From the beginning of the year 1 to the end of 9999, as instants. */
const YEARS = { begin: Date.parse('0001-01-01T00:00:00Z'), end: Date.parse('9999-12-31T23:59:59.999Z') }
/** What luxon shows in place of a time that is none. */
const NONE = 'Invalid DateTime'

/** `YYYY-MM-DDTHH:MM:SS` of a clock, given as if it were UTC. @throws OutOfYears */
function clockText(clock: number): string {
  if (Number.isNaN(clock)) return NONE
  if (clock < YEARS.begin || clock > YEARS.end) throw new OutOfYears()
  return new Date(clock).toISOString().slice(0, 19)
}

/** The wall clock `YYYY-MM-DDTHH:MM:SS` that `zone` shows at an instant. @throws OutOfYears */
export function wallClock(instant: number, zone: string): string {
  if (Math.abs(instant) > MOST) throw new OutOfYears()
  return clockText(zone === 'UTC' ? instant : instant + offsetIn(zone, instant) * 60_000)
}

/** No instant that a calendar can tell lies further from 1970, and beyond it no zone can be asked. */
const MOST = YEARS.end + DAY

/** `YYYY-MM-DDTHH:MM:SSZ` of an instant. @throws OutOfYears */
export const utcText = (instant: number): string => (Number.isNaN(instant) ? NONE : `${clockText(instant)}Z`)

/** `YYYYMMDDTHHMMSSZ` of an instant, as RFC 5545 writes it. @throws OutOfYears */
export const basicUtc = (instant: number): string => utcText(instant).replace(/[-:]/g, '')

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

/** `days` after a date `YYYY-MM-DD`. @throws OutOfYears */
export const addDays = (date: string, days: number): string =>
  clockText(Date.parse(`${date}T00:00:00Z`) + days * DAY).slice(0, 10)

/** The instant of midnight UTC of a day; `month` from 0, and years before 100 are those years. */
export const midnight = (year: number, month: number, day: number): number =>
  new Date(0).setUTCFullYear(year, month, day)

/** The last instant that a calendar can tell. */
export const LAST_INSTANT = YEARS.end

/** Whether a text is a day `YYYY-MM-DD` of the years 1 to 9999. */
export function isDay(date: string): boolean {
  const at = Date.parse(`${date}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(date) && at >= YEARS.begin && new Date(at).toISOString().startsWith(date)
}
