import type { EventTime, Exception, Fields, When } from '../event/event'
import { exceptionField, fieldNames, isAllDay, isException, originalStart } from '../event/event'
import { exceptionOf, wholeOccurrence } from '../event/occurrence'
import { basicTime, normalRecurrence } from '../event/recurrence'
import { sameMeaning } from '../event/normal'
import { instantOf, wallClock } from '../event/zone'
import type { Component } from './component'
import { lineNamed, replaceLines } from './component'
import type { Editing } from './edit'
import { setFields } from './edit'
import { IcalError } from './error'
import { readFields, readSpan, statusOf } from './fields'
import { setOverride } from './override'
import type { Override, Resource } from './resource'
import type { Edited } from './series'
import { readTime } from './time'
import { exceptionAt, timeOf } from './wanted'
import type { Zones } from './zone'

type Alone = Extract<Resource, { is: 'alone' }>

/**
 * What occurrences without their series mean. One is a single event. Several are a series of exactly these, by RDATE:
 * the first is its own, the others are occurrences that differ from it.
 *
 * @throws IcalError
 */
export function fieldsOfOrphans({ main, overrides, zones }: Alone): Fields {
  if (overrides.length === 1) return readFields(main, zones, true)
  const base = { ...readFields(main, zones, false), when: orphansWhen(main, overrides, zones) }
  const isLive = overrides.some(({ event }) => statusOf(event) !== 'cancelled')
  const series: Fields = isLive && base.status === 'cancelled' ? { ...base, status: 'confirmed' } : base
  const exceptions = overrides.map(
    ({ key, event }) => [exceptionField(key), exceptionIn(series, key, event, zones)] as const,
  )
  const differing = exceptions.filter(([, value]) => value === null || Object.keys(value).length > 0)
  return { ...series, ...Object.fromEntries(differing) }
}

/** In a series that is cancelled as a whole, an override that is so too does not differ. */
export function exceptionIn(series: Fields, key: string, event: Component, zones: Zones): Exception {
  if (statusOf(event) === 'cancelled' && series.status !== 'cancelled') return null
  return exceptionOf(series, key, readFields(event, zones, false))
}

function orphansWhen(main: Component, overrides: readonly Override[], zones: Zones): When {
  const start = readTime(recurrenceIdOf(main), zones)
  const others = overrides.filter(({ event }) => event !== main)
  const times = others.map(({ event }) => readTime(recurrenceIdOf(event), zones))
  const rdates = times.map((other) => `${isAllDay(other) ? 'RDATE;VALUE=DATE' : 'RDATE'}:${basicTime(other)}`)
  return {
    start,
    end: sameLength(start, readSpan(main, zones)),
    recurrence: normalRecurrence(rdates, start).recurrence,
  }
}

function sameLength(start: EventTime, own: { start: EventTime; end: EventTime }): EventTime {
  const end = instantOf(start) + instantOf(own.end) - instantOf(own.start)
  if (isAllDay(start)) return { date: wallClock(end, 'UTC').slice(0, 10) }
  return { dateTime: wallClock(end, start.timeZone), timeZone: start.timeZone }
}

function recurrenceIdOf(event: Component) {
  const line = lineNamed(event, 'RECURRENCE-ID')
  if (line === undefined) throw new IcalError('the event has no RECURRENCE-ID')
  return line
}

/**
 * Occurrences without their series brought to hold what is wanted.
 *
 * @throws IcalError for what only their series could hold: another time for all, or one more of them
 */
export function patchOrphans(alone: Alone, held: Fields, wanted: Fields, editing: Editing): Edited {
  const { main, overrides } = alone
  if (overrides.length === 1) {
    if (timeOf(wanted).recurrence) throw new IcalError('an occurrence without its series can not become a series')
    return { events: new Map([[main, setFields(main, { held, wanted, single: true }, editing)]]), added: [] }
  }
  refuseSeries(alone, held, wanted)
  const events = overrides.map(({ key, event }) => [event, patched(event, key, held, wanted, editing)] as const)
  return { events: new Map(events), added: [] }
}

function refuseSeries({ overrides }: Alone, held: Fields, wanted: Fields): void {
  const keys = new Set(overrides.map(({ key }) => key))
  const foreign = fieldNames(wanted).filter((name) => isException(name) && !keys.has(originalStart(name)))
  if (!sameMeaning(held.when, wanted.when) || foreign.length > 0) {
    throw new IcalError('occurrences without their series can only be changed one by one')
  }
}

function patched(event: Component, key: string, held: Fields, wanted: Fields, editing: Editing): Component {
  if (exceptionAt(wanted, key) === null) {
    return exceptionAt(held, key) === null ? event : replaceLines(event, ['STATUS'], ['STATUS:CANCELLED'])
  }
  const whole = wholeOccurrence(wanted, key)
  return whole === undefined ? event : setOverride(event, recurrenceIdOf(event), whole, editing)
}
