import type { EventTime } from '../event/event'
import { isAllDay } from '../event/event'
import { EventError } from '../event/fault'
import { normalRecurrence } from '../event/recurrence'
import { instantOf, occurrenceKey } from '../event/zone'
import type { Component } from './component'
import { isLineNamed, linesNamed } from './component'
import { refuseOver } from './bounds'
import { IcalError } from './error'
import type { Line } from './line'
import { param, paramText } from './line'
import { isPeriods, withoutEnds } from './period'
import { formOf, readTime, spelledValue, utcInstant } from './time'
import type { Zones } from './zone'

export const RECURRENCE_NAMES = ['RRULE', 'EXRULE', 'RDATE'] as const
export const isRecurrenceLine = isLineNamed(...RECURRENCE_NAMES, 'EXDATE')

/**
 * RRULE, EXRULE and RDATE of an event in normal form.
 *
 * @param start of the event
 * @throws IcalError for a line that can't be understood
 */
export function readRecurrence(event: Component, start: EventTime, zones: Zones): string[] {
  return normalLines(
    RECURRENCE_NAMES.flatMap((name) => linesNamed(event, name)),
    start,
    zones,
  )
}

/** Such lines in normal form. An RDATE without a date says nothing. */
export function normalLines(lines: readonly Line[], start: EventTime, zones: Zones): string[] {
  const said = lines.filter((line) => line.value.trim() !== '')
  return normalised(
    said.map((line) => plainLine(line, start, zones)),
    start,
  )
}

/** RDATE lines in normal form for occurrences, given by key. */
export function datesAs(keys: readonly string[], start: EventTime): string[] {
  if (keys.length === 0) return []
  const name = isAllDay(start) ? 'RDATE;VALUE=DATE' : 'RDATE'
  return normalised([`${name}:${keys.map((key) => key.replace(/[-:]/g, '')).join(',')}`], start)
}

/** The occurrences that an event's EXDATEs name, as keys. */
export function readExcluded(event: Component, start: EventTime, zones: Zones): Set<string> {
  const lines = linesNamed(event, 'EXDATE')
  refuseOver(
    'excluded',
    lines.map((line) => datesOf(line).length).reduce((sum, count) => sum + count, 0),
  )
  return new Set(lines.flatMap((line) => keysOf(line, start, zones)))
}

/**
 * The occurrences that an EXDATE or RECURRENCE-ID names, as keys: of the value type of the start, whatever the line
 * has. One without zone is in that of the start.
 *
 * @throws IcalError for a value that is no date
 */
export function keysOf(line: Line, start: EventTime, zones: Zones): string[] {
  return datesOf(line).map((value) => keyOf(line, value, start, zones))
}

/** The values of a line that holds a list of dates. */
export const datesOf = (line: Line): string[] => line.value.split(',').filter((value) => value.trim() !== '')

/** Whether the dates of an RDATE, or the end of a rule, are of the value type of the start, as strict servers ask for. */
export function isOfType(line: Line, start: EventTime): boolean {
  const values =
    line.name === 'RDATE' ? datesOf(line) : (/(?:^|;)\s*UNTIL\s*=([^;]*)/i.exec(line.value)?.slice(1) ?? [])
  return values.every((value) => /T/i.test(value) !== isAllDay(start))
}

/** As {@link keysOf}, for one value of the line. By way of the instant: a zone shows some wall clocks twice. */
export function keyOf(line: Line, value: string, start: EventTime, zones: Zones): string {
  const single = { ...line, value }
  if (isAllDay(start)) return dayOf(single, zones)
  const time = readTime(single, { ...zones, floating: start.timeZone })
  if (!isAllDay(time)) return occurrenceKey(time)
  return occurrenceKey({ dateTime: time.date + start.dateTime.slice(10), timeZone: start.timeZone })
}

/** For days: on which clock a time is told that stands for one does not matter. */
const NO_ZONE: Pick<Zones, 'floating' | 'timeIn'> = {
  floating: 'UTC',
  timeIn: (_, dateTime) => ({ dateTime, timeZone: 'UTC' }),
}

/**
 * The day that a line among days names. Outlook tells it by its midnight, and others by its last second, on the clock
 * of the place, in UTC: that may be the day before, or after. Any other time stands for the date in it.
 */
function dayOf(line: Line, zones: Zones): string {
  const time = readTime(line, NO_ZONE)
  if (isAllDay(time)) return time.date
  const edge = formOf(line).is === 'utc' ? zones.dayEdge(instantOf(time)) : undefined
  return edge ?? time.dateTime.slice(0, 10)
}

/**
 * The line with its dates as RFC 5545 spells them, its zone by its IANA name and no other parameters but VALUE; a
 * period counts for its start.
 */
function plainLine(said: Line, start: EventTime, zones: Zones): string {
  const date = (value: string): string => plainDate({ ...said, value }, start, zones)
  if (said.name === 'RRULE' || said.name === 'EXRULE') {
    const parts = said.value.trim().split(';')
    const at = parts.findIndex((part) => /^\s*UNTIL\s*=/i.test(part))
    const until = parts[at]
    if (until !== undefined) parts[at] = `UNTIL=${date(until.slice(until.indexOf('=') + 1))}`
    return `${said.name}:${parts.join(';')}`
  }
  const line = isPeriods(said) ? withoutEnds(said) : said
  const tzid = param(line, 'TZID')
  const value = param(line, 'VALUE')
  return [
    line.name,
    tzid ? paramText('TZID', zones.resolve(tzid)) : '',
    value ? paramText('VALUE', value) : '',
    `:${datesOf(line).map(date).join(',')}`,
  ].join('')
}

/** A date of a list or of UNTIL; among days, one that is told in UTC as the day that it stands for. */
function plainDate(line: Line, start: EventTime, zones: Zones): string {
  const value = spelledValue(line)
  const at = isAllDay(start) ? utcInstant(value) : undefined
  return (at === undefined ? undefined : zones.dayEdge(at)?.replaceAll('-', '')) ?? value
}

function normalised(lines: readonly string[], start: EventTime): string[] {
  try {
    return normalRecurrence(lines, start).recurrence
  } catch (error) {
    throw error instanceof EventError ? new IcalError(error.message) : error
  }
}
