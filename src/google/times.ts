import type { calendar_v3 } from '@googleapis/calendar'
import type { EventTime } from '../event/event'
import { isAllDay } from '../event/event'
import { canonicalZone, instantOf, occurrenceKey, wallClock } from '../event/zone'

export type GoogleEvent = calendar_v3.Schema$Event
export type GoogleTime = calendar_v3.Schema$EventDateTime

/**
 * A time as Google sends it. The offset in `dateTime` follows the calendar's zone, not the event's, so that only the
 * instant counts; it is then shown on the wall clock of `timeZone`, or in UTC if that clock shows the same twice and the
 * second is meant.
 *
 * @returns undefined if it is no time
 */
export function eventTime(time: GoogleTime | undefined, calendarZone: string): EventTime | undefined {
  if (typeof time?.date === 'string') return { date: time.date }
  if (typeof time?.dateTime !== 'string') return undefined
  const named = zoneNamed(time.timeZone ?? calendarZone)
  const isKnown = canonicalZone(named) !== undefined
  const timeZone = isKnown ? named : 'UTC'
  const hasOffset = /(?:Z|[+-]\d\d:?\d\d)$/.test(time.dateTime)
  // A clock that nobody knows gives no instant; guessing would shift the event.
  if (!hasOffset && !isKnown) return undefined
  const instant = hasOffset ? Date.parse(time.dateTime) : instantOf({ dateTime: time.dateTime, timeZone })
  if (Number.isNaN(instant)) return undefined
  const shown = { dateTime: wallClock(instant, timeZone), timeZone }
  return instantOf(shown) === instant ? shown : { dateTime: wallClock(instant, 'UTC'), timeZone: 'UTC' }
}

/** The zone of a name; Google also gives out `GMT-07:00`, a fixed offset, whose sign IANA's names have the other way. */
export function zoneNamed(name: string): string {
  const [, sign, hours = ''] = /^(?:GMT|UTC)([+-])(\d\d?)(?::?00)?$/.exec(name) ?? []
  return sign === undefined || Number(hours) === 0 ? name : `Etc/GMT${sign === '-' ? '+' : '-'}${Number(hours)}`
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
