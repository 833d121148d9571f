import type { EventTime, Fields } from '../event/event'
import { fieldsFrom, isAllDay } from '../event/event'
import { normalEnd, normalLine, normalPlace, normalText } from '../event/normal'
import { addDays, instantOf, occurrenceKey, wallClock } from '../event/zone'
import { readReminders } from './alarm'
import { readCategories } from './categories'
import { normalColor } from '../event/color'
import type { Component } from './component'
import { isLineNamed, lineNamed } from './component'
import { IcalError } from './error'
import type { Line } from './line'
import { param, paramsWithout, parseLine } from './line'
import { plainValue } from './quoted-printable'
import { formOf, readTime } from './time'
import { readDuration, readText } from './value'
import type { Zones } from './zone'

/** When one VEVENT takes place, its recurrence apart. */
export type Span = { readonly start: EventTime; readonly end: EventTime }

/**
 * The fields of one VEVENT by itself: no recurrence, no exceptions.
 *
 * @param single whether it takes place once
 * @throws IcalError
 */
export function readFields(event: Component, zones: Zones, single: boolean): Fields {
  const span = readSpan(event, zones)
  return fieldsFrom([
    ['when', span],
    ['summary', normalLine(textOf(event, 'SUMMARY'))],
    ['description', normalText(textOf(event, 'DESCRIPTION'))],
    ['location', normalPlace(textOf(event, 'LOCATION'))],
    ['url', normalLine(urlOf(event))],
    ['status', statusOf(event)],
    ['transparency', wordOf(event, 'TRANSP') === 'TRANSPARENT' ? 'transparent' : 'opaque'],
    ['visibility', visibilityOf(event)],
    ['reminders', readReminders(event, { ...span, single })],
    ['categories', readCategories(event)],
    ['color', normalColor(lineNamed(event, 'COLOR')?.value ?? '')],
  ])
}

/** A URI is no text and has no escapes (RFC 5545 3.3.13), but SOGo writes them; a backslash is no character of it. */
function urlOf(event: Component): string | undefined {
  const line = lineNamed(event, 'URL')
  return (
    line &&
    plainValue(line)
      .trim()
      .replace(/\\([;,])/g, '$1')
  )
}

/**
 * Start and end of one VEVENT in normal form.
 *
 * @throws EventError without a DTSTART, or for a time that can't be read or is none of the years 1 to 9999
 */
export function readSpan(event: Component, zones: Zones): Span {
  const line = lineNamed(event, 'DTSTART')
  if (line === undefined) throw new IcalError('the event has no DTSTART')
  const start = readTime(isUntimed(event) ? line : asTime(line), zones)
  const said = readEnd(event, start, zones)
  const end = normalEnd(start, said && likeStart(start, said))
  for (const time of [start, end]) occurrenceKey(time) // in UTC, too, they have to be times of four-digit years
  return { start, end }
}

/**
 * An end of the value type of its start, whatever the text has: a day ends a time at its midnight, and a time ends days
 * with its own.
 */
function likeStart(start: EventTime, end: EventTime): EventTime {
  if (isAllDay(start)) return isAllDay(end) ? end : { date: endingDay(end.dateTime) }
  return isAllDay(end) ? { dateTime: `${end.date}T00:00:00`, timeZone: start.timeZone } : end
}

function endingDay(dateTime: string): string {
  const [date = '', clock] = dateTime.split('T')
  return clock === '00:00:00' ? date : addDays(date, 1)
}

/** The end as the text tells it, by DTEND or DURATION; undefined if it tells none. */
export function readEnd(event: Component, start: EventTime, zones: Zones): EventTime | undefined {
  const end = lineNamed(event, 'DTEND')
  if (end) return readTime(isAllDay(start) ? end : asTime(end), zones)
  const duration = lineNamed(event, 'DURATION')
  if (duration === undefined) return undefined
  const { days, seconds } = readDuration(duration)
  if (isAllDay(start)) return { date: addDays(start.date, days + Math.floor(seconds / 86400)) }
  const day = { dateTime: addDays(start.dateTime.slice(0, 10), days) + start.dateTime.slice(10) }
  const at = instantOf({ ...day, timeZone: start.timeZone }) + seconds * 1000
  return { dateTime: wallClock(at, start.timeZone), timeZone: start.timeZone }
}

/** Whether no end says that a midnight at which the event starts is a time and no day. */
function isUntimed(event: Component): boolean {
  const end = lineNamed(event, 'DTEND')
  return end === undefined || formOf(end).is === 'date'
}

/** What says to be a day, but has a clock, as a time. */
function asTime(line: Line): Line {
  const isClock = /T/i.test(line.value) && param(line, 'VALUE') !== undefined
  return isClock ? parseLine(`${line.name}${paramsWithout(line, ['VALUE'])}:${line.value}`) : line
}

/**
 * The text of a property, undefined if there is none. A line that is none behind it may be the rest of a text that
 * was not escaped: then it is not known where the text ends.
 */
function textOf(event: Component, name: string): string | undefined {
  const at = event.content.findIndex(isLineNamed(name))
  const [line, next] = event.content.slice(at, at + 2)
  if (at < 0 || line?.kind !== 'line') return undefined
  if (next?.kind === 'line' && next.name === '' && !isBrokenProperty(next.text))
    throw new IcalError(`"${next.text}" behind ${name} is no content line`)
  return readText(line)
}

/** `SUMMARY=x`, `ORGANIZER="mailto:..."`: a property that somebody spoiled, and no rest of a text. */
function isBrokenProperty(text: string): boolean {
  const name = /^\s*([A-Z][A-Z0-9-]*)\s*[=;"]/.exec(text)?.[1] ?? ''
  const dash = name.indexOf('-')
  return (dash > 0 && dash < name.length - 1) || PROPERTIES.test(name)
}

const PROPERTIES =
  /^(ATTENDEE|ORGANIZER|SUMMARY|DESCRIPTION|LOCATION|CATEGORIES|CREATED|UID|URL|STATUS|CLASS|TRANSP|SEQUENCE|PRIORITY)$/

const wordOf = (event: Component, name: string): string | undefined =>
  lineNamed(event, name)?.value.trim().toUpperCase()

/** STATUS in lower case; `confirmed` for none and for those of other components. */
export function statusOf(event: Component): 'confirmed' | 'tentative' | 'cancelled' {
  const status = wordOf(event, 'STATUS')
  if (status === 'TENTATIVE') return 'tentative'
  return status === 'CANCELLED' ? 'cancelled' : 'confirmed'
}

/** RFC 5545 3.8.1.3: PUBLIC is the default, which many apps spell out; a class that is not known counts as private. */
function visibilityOf(event: Component): string {
  const value = wordOf(event, 'CLASS')
  if (!value || value === 'PUBLIC') return 'default'
  return value === 'CONFIDENTIAL' ? 'confidential' : 'private'
}
