import { DateTime, IANAZone } from 'luxon'
import { invalid } from './refusal'
import type { GoogleTime } from './resource'

/** Milliseconds since 1970 of a time; a day counts from midnight UTC. */
export function instant(time: GoogleTime, calendarZone: string): number {
  if (typeof time.date === 'string') return DateTime.fromISO(time.date, { zone: 'utc' }).toMillis()
  return DateTime.fromISO(time.dateTime ?? '', { zone: time.timeZone ?? calendarZone }).toMillis()
}

/** A time as the server renders it: with the offset of the calendar's zone, the event's own zone beside it. */
export function render(millis: number, timeZone: string, calendarZone: string): GoogleTime {
  return { dateTime: rfc3339(millis, calendarZone), timeZone }
}

export function rfc3339(millis: number, zone: string): string {
  return DateTime.fromMillis(millis, { zone }).toISO({ suppressMilliseconds: true }) ?? ''
}

/** `YYYYMMDD` or `YYYYMMDDTHHMMSSZ`: the end of an instance's id. */
export function idSuffix(original: GoogleTime, calendarZone: string): string {
  if (typeof original.date === 'string') return original.date.replaceAll('-', '')
  return DateTime.fromMillis(instant(original, calendarZone), { zone: 'utc' }).toFormat("yyyyMMdd'T'HHmmss'Z'")
}

const zones = new Map<string, boolean>()

function isZone(name: string): boolean {
  const known = zones.get(name) ?? (/^[A-Z]/.test(name) && IANAZone.isValidZone(name))
  zones.set(name, known)
  return known
}

/** Checks a start or end and brings it into the stored form. */
export function checkedTime(
  time: GoogleTime | undefined,
  name: string,
  calendarZone: string,
  unknownZones: readonly string[] = [],
): GoogleTime {
  if (!time) throw invalid(`Missing ${name} time.`)
  const { date, dateTime, timeZone } = time
  if (typeof date === 'string' && typeof dateTime === 'string')
    throw invalid(`Invalid ${name} time: date and dateTime.`)
  if (typeof timeZone === 'string' && (!isZone(timeZone) || unknownZones.includes(timeZone))) {
    throw invalid(`Invalid time zone definition for ${name} time.`)
  }
  if (typeof date === 'string') {
    if (!/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(instant({ date }, 'utc')))
      throw invalid(`Invalid ${name} date.`)
    return { date }
  }
  if (typeof dateTime !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.test(dateTime)) {
    throw invalid(`Missing ${name} time.`)
  }
  if (!/(Z|[+-]\d\d:\d\d)$/.test(dateTime) && typeof timeZone !== 'string') {
    throw invalid(`Missing time zone definition for ${name} time.`)
  }
  const millis = instant(time, calendarZone)
  if (Number.isNaN(millis)) throw invalid(`Invalid ${name} time.`)
  const rendered = { dateTime: rfc3339(Math.floor(millis / 1000) * 1000, calendarZone) }
  return typeof timeZone === 'string' ? { ...rendered, timeZone } : rendered
}
