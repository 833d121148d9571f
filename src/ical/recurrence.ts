import type { EventTime } from '../event/event'
import { isAllDay } from '../event/event'
import { normalRecurrence } from '../event/recurrence'
import { occurrenceKey } from '../event/zone'
import type { Component } from './component'
import { isLineNamed, linesNamed } from './component'
import { IcalError } from './error'
import type { Line } from './line'
import { param, paramText } from './line'
import { isPeriods, withoutEnds } from './period'
import { readTime } from './time'
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
    said.map((line) => plainLine(line, zones)),
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
  return new Set(linesNamed(event, 'EXDATE').flatMap((line) => keysOf(line, start, zones)))
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

/** As {@link keysOf}, for one value of the line. By way of the instant: a zone shows some wall clocks twice. */
export function keyOf(line: Line, value: string, start: EventTime, zones: Zones): string {
  const single = { ...line, value }
  if (isAllDay(start)) return dayOf(readTime(single, NO_ZONE))
  const time = readTime(single, { ...zones, floating: start.timeZone })
  if (!isAllDay(time)) return occurrenceKey(time)
  return occurrenceKey({ dateTime: time.date + start.dateTime.slice(10), timeZone: start.timeZone })
}

/** For days: the zone of a time that stands for one does not matter. */
const NO_ZONE: Pick<Zones, 'floating' | 'timeIn'> = {
  floating: 'UTC',
  timeIn: (_, dateTime) => ({ dateTime, timeZone: 'UTC' }),
}

const dayOf = (time: EventTime): string => (isAllDay(time) ? time.date : time.dateTime.slice(0, 10))

/** The line with its zone by its IANA name and no other parameters but VALUE; a period counts for its start. */
function plainLine(said: Line, zones: Zones): string {
  const line = isPeriods(said) ? withoutEnds(said) : said
  const tzid = param(line, 'TZID')
  const value = param(line, 'VALUE')
  const list = line.name === 'RRULE' || line.name === 'EXRULE' ? line.value : datesOf(line).join(',')
  return [
    line.name,
    tzid ? paramText('TZID', zones.resolve(tzid)) : '',
    value ? paramText('VALUE', value) : '',
    `:${list.trim()}`,
  ].join('')
}

function normalised(lines: readonly string[], start: EventTime): string[] {
  try {
    return normalRecurrence(lines, start).recurrence
  } catch (error) {
    throw new IcalError(error instanceof Error ? error.message : String(error))
  }
}
