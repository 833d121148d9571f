import type { EventTime } from '../event/event'
import { isAllDay } from '../event/event'
import { canonicalZone, instantOf, isDay, occurrenceTime, utcText } from '../event/zone'
import { IcalError } from './error'
import type { Line } from './line'
import { param, paramText } from './line'
import type { Zones } from './zone'

/** How a line tells its time: a day, an instant in UTC, a wall clock in no zone or in one. */
export type TimeForm = { readonly is: 'date' | 'utc' | 'floating' } | { readonly is: 'zoned'; readonly tzid: string }

const TIME = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/i

/**
 * How a line tells its time, by its value: iCloud has `DTSTART:20260601` without VALUE=DATE, and some programs write
 * VALUE=DATE in front of a clock, which is only then none if it is midnight.
 *
 * @throws IcalError if its value is no date
 */
export function formOf(line: Line): TimeForm {
  const match = TIME.exec(spelledValue(line))
  if (!match) throw new IcalError(`"${line.name}:${line.value}" is no date`)
  const [, , , , hour, minute, second] = match
  const isMidnight = `${hour ?? ''}${minute ?? ''}${second ?? ''}` === '000000'
  if (hour === undefined || (isMidnight && param(line, 'VALUE')?.toUpperCase() === 'DATE')) return { is: 'date' }
  if (match[7] !== undefined) return { is: 'utc' }
  const tzid = param(line, 'TZID')
  return tzid ? { is: 'zoned', tzid } : { is: 'floating' }
}

/**
 * The value as RFC 5545 spells it. Behind a parameter whose quote was left open, the closing one is found here; some
 * programs write `2026-06-01T10:00:00Z`, no seconds, or a Z behind a day.
 */
export function spelledValue(line: Line): string {
  const value = line.value.trim().replace(/"$/, '')
  const [, date, time, seconds, utc] = /^(\d{4}-?\d\d-?\d\d)(?:T(\d\d:?\d\d)(:?\d\d)?)?(Z?)$/i.exec(value) ?? []
  if (date === undefined) return value
  return `${date}${time === undefined ? '' : `T${time}${seconds ?? '00'}${utc ?? ''}`}`
    .replace(/[-:]/g, '')
    .toUpperCase()
}

/** A time line whose value is not spelled as RFC 5545 has it, spelled so; else undefined. */
export function respelled(line: Line): string | undefined {
  const value = spelledValue(line)
  return value === line.value ? undefined : `${line.name}${line.params}:${value}`
}

export const sameForm = (a: TimeForm, b: TimeForm): boolean =>
  a.is === b.is && (a.is !== 'zoned' || b.is !== 'zoned' || a.tzid === b.tzid)

/**
 * The time of a DTSTART, DTEND or RECURRENCE-ID.
 *
 * @throws IcalError if its value is no date or its zone is not known
 */
export function readTime(line: Line, zones: Pick<Zones, 'floating' | 'timeIn'>): EventTime {
  const form = formOf(line)
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] = TIME.exec(spelledValue(line)) ?? []
  const date = `${year}-${month}-${day}`
  if (!isDay(date)) throw new IcalError(`"${line.name}:${line.value}" is no date`)
  if (form.is === 'date') return { date }
  if (hour > '23' || minute > '59') throw new IcalError(`"${line.name}:${line.value}" is no time`)
  const dateTime = `${date}T${hour}:${minute}:${second > '59' ? '59' : second}`
  if (form.is === 'zoned') return zones.timeIn(form.tzid, dateTime)
  return { dateTime, timeZone: form.is === 'utc' ? 'UTC' : zones.floating }
}

/** How a time is told; `tzidOf` gives the TZID to use for an IANA zone. */
export function formFor(time: EventTime, tzidOf: (zone: string) => string): TimeForm {
  if (isAllDay(time)) return { is: 'date' }
  const zone = canonicalZone(time.timeZone)
  if (zone === undefined) throw new IcalError(`time zone "${time.timeZone}" is not known`)
  return zone === 'UTC' ? { is: 'utc' } : { is: 'zoned', tzid: tzidOf(time.timeZone) }
}

/** The content line of a time in a form of its own value type. */
export function timeLine(name: string, time: EventTime, form: TimeForm): string {
  if (isAllDay(time)) return `${name};VALUE=DATE:${basic(time.date)}`
  if (form.is === 'utc') return `${name}:${basic(utcText(instantOf(time)))}`
  const tzid = form.is === 'zoned' ? paramText('TZID', form.tzid) : ''
  return `${name}${tzid}:${basic(time.dateTime)}`
}

/**
 * The EXDATE or RECURRENCE-ID line of an occurrence, told as its series tells the start. A wall clock that the zone
 * shows twice would name the first of the two; the second is told in UTC.
 *
 * @param key the occurrence, of the value type of `start` (see {@link occurrenceKey})
 */
export function occurrenceLine(name: string, key: string, start: EventTime, form: TimeForm): string {
  if (isAllDay(start)) return `${name};VALUE=DATE:${basic(key)}`
  const time = occurrenceTime(key, start.timeZone)
  const exact = instantOf(time) === Date.parse(key)
  return exact ? timeLine(name, time, form) : `${name}:${basic(key)}`
}

/** `2026-06-01T10:00:00` as RFC 5545 writes it. */
const basic = (text: string): string => text.replace(/[-:]/g, '')

/** Whether an occurrence key is of the value type of a series' start. */
export const isKeyFor = (key: string, start: EventTime): boolean => isAllDay(start) === /^\d{4}-\d\d-\d\d$/.test(key)

/** An instant as a UTC DATE-TIME value. */
export const utcValue = (instant: number): string => basic(utcText(instant))

/** The instant of a UTC DATE-TIME value; undefined if it is none. */
export function utcInstant(value: string): number | undefined {
  const [, year, month, day, hour, minute, second, utc] = TIME.exec(value.trim()) ?? []
  if (!utc || hour === undefined) return undefined
  const at = Date.parse(`${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour}:${minute ?? ''}:${second ?? ''}Z`)
  return Number.isNaN(at) ? undefined : at
}
