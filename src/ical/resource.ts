import type { EventTime, Exception, Fields, When } from '../event/event'
import { exceptionField } from '../event/event'
import { exceptionOf } from '../event/occurrence'
import { occurrenceKey } from '../event/zone'
import type { Component } from './component'
import { childrenNamed, lineNamed, parseCalendar } from './component'
import { IcalError } from './error'
import { readFields, readSpan, statusOf } from './fields'
import { keysOf, readExcluded, readRecurrence } from './recurrence'
import { readTime } from './time'
import { readText } from './value'
import type { Zones } from './zone'
import { zonesOf } from './zone'

/** A component that says how one occurrence of a series differs, under the key of that occurrence. */
export type Override = { readonly key: string; readonly event: Component }

/** The parts of one CalDAV resource. */
export type Resource = {
  readonly calendar: Component
  readonly zones: Zones
  readonly uid: string
} & (
  | {
      readonly is: 'series'
      readonly main: Component
      readonly start: EventTime
      readonly overrides: readonly Override[]
    }
  /** One occurrence whose series is not here: somebody was invited to just that one. */
  | { readonly is: 'alone'; readonly main: Component; readonly key: string }
)

/**
 * Takes the text of a resource apart.
 *
 * @param floatingZone the IANA zone in which floating times are read
 * @throws IcalError for what is no single event or series
 */
export function parseResource(text: string, floatingZone: string): Resource {
  const calendar = parseCalendar(text)
  const zones = zonesOf(calendar, floatingZone)
  const events = childrenNamed(calendar, 'VEVENT')
  return withTitle(events, () => {
    const uid = oneUid(events)
    const masters = events.filter((event) => !lineNamed(event, 'RECURRENCE-ID'))
    const [main, ...others] = masters
    if (others.length > 0) throw new IcalError('the text holds more than one event with the same UID')
    if (main === undefined) return { calendar, zones, uid, ...alone(events, zones) }
    const { start } = readSpan(main, zones)
    return { is: 'series', calendar, zones, uid, main, start, overrides: overridesOf(events, main, start, zones) }
  })
}

/** Runs something that may fail; its IcalError gets the title of the event. */
export function withTitle<T>(events: readonly Component[], read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof IcalError) || error.title !== undefined) throw error
    const title = events.map((event) => firstText(event, 'SUMMARY')).find(Boolean)
    throw new IcalError(error.reason, title)
  }
}

function firstText(event: Component, name: string): string | undefined {
  const line = lineNamed(event, name)
  return line && readText(line)
}

function oneUid(events: readonly Component[]): string {
  const uids = new Set(events.map((event) => firstText(event, 'UID')?.trim()))
  const [uid, ...more] = uids
  if (events.length === 0) throw new IcalError('the text holds no event')
  if (more.length > 0) throw new IcalError('the text holds events with different UIDs')
  if (!uid) throw new IcalError('the event has no UID')
  return uid
}

function alone(events: readonly Component[], zones: Zones): { is: 'alone'; main: Component; key: string } {
  const [main, ...more] = events
  const line = main && lineNamed(main, 'RECURRENCE-ID')
  if (main === undefined || line === undefined || more.length > 0) {
    throw new IcalError('the text holds several occurrences of a series without the series')
  }
  refuseRange(main)
  return { is: 'alone', main, key: occurrenceKey(readTime(line, zones)) }
}

function overridesOf(events: readonly Component[], main: Component, start: EventTime, zones: Zones): Override[] {
  const overrides = events
    .filter((event) => event !== main)
    .map((event) => ({ key: overrideKey(event, start, zones), event }))
  const keys = overrides.map(({ key }) => key)
  const twice = keys.find((key, at) => keys.indexOf(key) !== at)
  if (twice !== undefined) throw new IcalError(`the text holds the occurrence of ${twice} twice`)
  return overrides
}

function overrideKey(event: Component, start: EventTime, zones: Zones): string {
  refuseRange(event)
  const line = lineNamed(event, 'RECURRENCE-ID')
  const [key, ...more] = line ? keysOf(line, start, zones) : []
  if (key === undefined || more.length > 0) throw new IcalError(`RECURRENCE-ID:${line?.value ?? ''} is no date`)
  return key
}

/** RFC 5545 3.2.13; no calendar app writes it any more. */
function refuseRange(event: Component): void {
  const params = lineNamed(event, 'RECURRENCE-ID')?.params ?? ''
  if (/;RANGE=/i.test(params)) throw new IcalError('RECURRENCE-ID with RANGE is not supported')
}

/**
 * What a resource means, in normal form. An occurrence with a component of its own takes place even if an EXDATE
 * names it as well: of the two readings, the one that loses nothing.
 *
 * @throws IcalError
 */
export function fieldsOf(resource: Resource): Fields {
  const { main, zones } = resource
  if (resource.is === 'alone') return readFields(main, zones, true)
  const recurrence = readRecurrence(main, resource.start, zones)
  const own = readFields(main, zones, recurrence.length === 0)
  const span = own.when as { start: EventTime; end: EventTime }
  const when: When = recurrence.length > 0 ? { ...span, recurrence } : span
  const series: Fields = { ...own, when: when }
  const exceptions = new Map<string, Exception>()
  for (const key of readExcluded(main, resource.start, zones)) exceptions.set(key, null)
  for (const { key, event } of resource.overrides) exceptions.set(key, exceptionIn(series, key, event, zones))
  const differing = [...exceptions].filter(([, value]) => value === null || Object.keys(value).length > 0)
  return { ...series, ...Object.fromEntries(differing.map(([key, value]) => [exceptionField(key), value])) }
}

/** In a series that is cancelled as a whole, an override that is so too does not differ. */
function exceptionIn(series: Fields, key: string, event: Component, zones: Zones): Exception {
  if (statusOf(event) === 'cancelled' && series.status !== 'cancelled') return null
  return exceptionOf(series, key, readFields(event, zones, false))
}
