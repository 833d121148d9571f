import type { calendar_v3 } from '@googleapis/calendar'
import { DateTime } from 'luxon'
import type { EventTime } from '../event/event'
import { isAllDay } from '../event/event'
import { canonicalZone, instantOf, occurrenceKey, utcText, wallClock } from '../event/zone'

/** `unreadable`: why what Google sent of it can't be read, in words; nothing else of it is then known but its names. */
export type GoogleEvent = calendar_v3.Schema$Event & { readonly unreadable?: string }
export type GoogleTime = calendar_v3.Schema$EventDateTime

/**
 * A time as Google sends it (RFC 3339). The offset in `dateTime` follows the calendar's zone, not the event's, so that only the
 * instant counts; it is then shown on the wall clock of `timeZone`, or in UTC if that clock shows the same twice and the
 * second is meant.
 *
 * @returns undefined if it is no time
 */
export function eventTime(time: GoogleTime | undefined, calendarZone: string): EventTime | undefined {
  if (typeof time?.date === 'string') return isDay(time.date) ? { date: time.date } : undefined
  if (typeof time?.dateTime !== 'string' || !CLOCK.test(time.dateTime) || !isDay(time.dateTime.slice(0, 10)))
    return undefined
  const named = zoneNamed(time.timeZone ?? calendarZone)
  const isKnown = canonicalZone(named) !== undefined
  const timeZone = isKnown ? named : 'UTC'
  const hasOffset = /(?:Z|[+-]\d\d:?\d\d)$/i.test(time.dateTime)
  // A clock that nobody knows gives no instant; guessing would shift the event.
  if (!hasOffset && !isKnown) return undefined
  const instant = hasOffset ? Date.parse(time.dateTime) : instantOf({ dateTime: time.dateTime, timeZone })
  if (Number.isNaN(instant) || !isComputable(instant)) return undefined
  const shown = { dateTime: wallClock(instant, timeZone), timeZone }
  return instantOf(shown) === instant ? shown : { dateTime: wallClock(instant, 'UTC'), timeZone: 'UTC' }
}

const CLOCK = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$/i

/** Beside these days there is another on the calendar, in any time zone (RFC 5545: years of four digits). */
const FIRST_DAY = '0001-01-02'
export const LAST_DAY = '9999-12-31'
const isComputable = (instant: number): boolean => instant >= Date.parse(FIRST_DAY) && instant < Date.parse(LAST_DAY)

/** Whether a text is a day on the calendar. */
function isDay(date: string): boolean {
  const instant = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : NaN
  return date >= FIRST_DAY && !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(date)
}

/** What of a time is given but is none, cited; undefined if it is one, or not given. */
export function noTimeIn(time: GoogleTime | undefined): string | undefined {
  const said = time?.date ?? time?.dateTime ?? undefined
  return said === undefined || eventTime(time, 'UTC') || isForUnknownClock(time) ? undefined : `"${said.slice(0, 40)}"`
}

/** Whether a time is one on a clock that nobody knows. */
const isForUnknownClock = (time: GoogleTime | undefined): boolean =>
  typeof time?.dateTime === 'string' && eventTime({ dateTime: time.dateTime }, 'UTC') !== undefined

/** Zones whose clock never changes, where it is no whole hours ahead of UTC: only such can stand for a fixed offset. */
const PART_HOURS: Readonly<Record<string, string>> = {
  '-9:30': 'Pacific/Marquesas',
  '+3:30': 'Asia/Tehran',
  '+4:30': 'Asia/Kabul',
  '+5:30': 'Asia/Kolkata',
  '+5:45': 'Asia/Kathmandu',
  '+6:30': 'Asia/Yangon',
  '+8:45': 'Australia/Eucla',
  '+9:30': 'Australia/Darwin',
}
const OFFSET = /(?:GMT|UTC)([+-])(\d\d?)(?::?(\d\d))?/

/** The zone of a name; Google also gives out `GMT-07:00`, a fixed offset, whose sign IANA's names have the other way. */
export function zoneNamed(name: string): string {
  const [whole, sign, hours = '', minutes = '00'] = OFFSET.exec(name) ?? []
  if (whole !== name || sign === undefined) return name
  if (minutes !== '00') return PART_HOURS[`${sign}${Number(hours)}:${minutes}`] ?? name
  return Number(hours) === 0 ? 'UTC' : `Etc/GMT${sign === '-' ? '+' : '-'}${Number(hours)}`
}

/** A line whose dates are told by such an offset (`EXDATE;TZID=GMT+01:00:...`, which no RFC allows), told in UTC. */
export function inUtc(line: string): string {
  const [, name = '', offset = '', values] = /^([A-Z]+);TZID="?((?:GMT|UTC)[+-][\d:]+?)"?:([\dT,]+)$/i.exec(line) ?? []
  const [, sign, hours, minutes = '00'] = OFFSET.exec(offset.toUpperCase()) ?? []
  if (values === undefined || sign === undefined) return line
  const ahead = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000
  const dates = values.split(',').map((value) => DateTime.fromISO(value, { zone: 'utc' }).toMillis() - ahead)
  return `${name}:${dates.map((date) => utcText(date).replace(/[-:]/g, '')).join(',')}`
}

/** A time as a patch sends it: the other kind of time is nulled, since a patch merges. */
export function patchTime(time: EventTime): GoogleTime {
  if (isAllDay(time)) return { date: time.date, dateTime: null, timeZone: null }
  return { date: null, dateTime: time.dateTime, timeZone: time.timeZone }
}

/** Which occurrence of its series an exception is; undefined if Google doesn't say. */
export function keyOfInstance(instance: GoogleEvent, calendarZone: string): string | undefined {
  const original = eventTime(instance.originalStartTime, calendarZone)
  return original && occurrenceKey(original)
}

/** The id under which an occurrence can be addressed, whether or not it is a resource of its own yet. */
export function instanceId(seriesId: string, key: string): string {
  return `${seriesId}_${key.replace(/[-:]/g, '')}`
}

/** The original start of the occurrence that a key names. */
export const originalTime = (key: string): GoogleTime => (key.length === 10 ? { date: key } : { dateTime: key })
