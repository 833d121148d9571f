import type { EventTime, Fields } from '../event/event'
import { originalStart } from '../event/event'
import type { Component } from './component'
import { isLineNamed, lineNamed, without } from './component'
import type { Editing } from './edit'
import { setFields } from './edit'
import { IcalError } from './error'
import { readFields } from './fields'
import type { Line } from './line'
import { MARK } from './mark'
import { isRecurrenceLine } from './recurrence'
import { formOf } from './time'
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
  return setOverride(named, seriesStart, wanted, editing)
}

/** The component of an occurrence brought to hold what is wanted of it. */
export function setOverride(event: Component, seriesStart: Line, wanted: Fields, editing: Editing): Component {
  const held = readFields(event, editing.zones, false)
  const floats = formOf(seriesStart).is === 'floating'
  return setFields(event, { held, wanted, single: false }, { ...editing, floats })
}

/** The keys of the occurrences of which fields say something. */
export function exceptionKeys(fields: Fields): string[] {
  return Object.keys(fields)
    .filter((name) => name.startsWith('exceptions.'))
    .map((name) => originalStart(name as `exceptions.${string}`))
}
