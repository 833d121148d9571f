import type { EventTime, Fields } from '../event/event'
import { originalStart } from '../event/event'
import type { Component } from './component'
import { isLineNamed, lineNamed, without } from './component'
import type { Editing } from './edit'
import { setFields } from './edit'
import { IcalError } from './error'
import { readFields } from './fields'
import { MARK } from './mark'
import { isRecurrenceLine } from './recurrence'
import { setRecurrenceId } from './when'

/**
 * A component for one occurrence of a series: all that the series has (RFC 5545 3.8.4.4 knows no inheritance), as
 * Apple's apps write it, with the wanted fields.
 *
 * @param master the series
 * @param start of the series
 */
export function newOverride(
  master: Component,
  start: EventTime,
  key: string,
  wanted: Fields,
  editing: Editing,
): Component {
  const seriesStart = lineNamed(master, 'DTSTART')
  if (seriesStart === undefined) throw new IcalError('the event has no DTSTART')
  const isMark = isLineNamed(MARK)
  const copy = without(master, (node) => isRecurrenceLine(node) || isMark(node))
  const named = setRecurrenceId(copy, key, seriesStart, start)
  return setFields(named, { held: readFields(named, editing.zones, false), wanted, single: false }, editing)
}

/** The keys of the occurrences of which fields say something. */
export function exceptionKeys(fields: Fields): string[] {
  return Object.keys(fields)
    .filter((name) => name.startsWith('exceptions.'))
    .map((name) => originalStart(name as `exceptions.${string}`))
}
