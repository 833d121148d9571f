import type { EventTime, Exception, Fields, When } from '../event/event'
import { exceptionField } from '../event/event'
import { EventError } from '../event/fault'
import { groupedBy } from '../event/lists'
import { occurrenceKey } from '../event/zone'
import type { Component } from './component'
import { childrenNamed, lineNamed, linesOf, parseCalendar } from './component'
import { refuseOver } from './bounds'
import { IcalError } from './error'
import { readFields, readSpan } from './fields'
import { parseLine } from './line'
import { MARK } from './mark'
import { exceptionIn, fieldsOfOrphans } from './orphans'
import { periodExceptions } from './period-length'
import { datesAs, keysOf, readExcluded, readRecurrence } from './recurrence'
import { seriesOf } from './single'
import { readTime, utcInstant } from './time'
import { readText } from './value'
import type { Zones } from './zone'
import { usedTzids, zonesOf } from './zone'

/** A component that says how one occurrence of a series differs, under the key of that occurrence. */
export type Override = { readonly key: string; readonly event: Component }

/** The parts of one CalDAV resource. */
export type Resource = {
  readonly calendar: Component
  readonly zones: Zones
  /** Undefined where the text has none. */
  readonly uid: string | undefined
  /** Older versions of components, and others that stand in the text and mean nothing. */
  readonly superseded: readonly Component[]
} & (
  | {
      readonly is: 'series'
      readonly main: Component
      readonly start: EventTime
      readonly overrides: readonly Override[]
      /** Occurrences that take place by their overrides alone, since nothing else says that the event recurs. */
      readonly implied: readonly string[]
    }
  /** Occurrences whose series is not here: somebody was invited to just these. `main`: the first, at `key`. */
  | { readonly is: 'alone'; readonly main: Component; readonly key: string; readonly overrides: readonly Override[] }
)

/**
 * Takes the text of a resource apart.
 *
 * @param floatingZone the IANA zone in which floating times are read
 * @throws IcalError for what is no single event or series
 */
export function parseResource(text: string, floatingZone: string): Resource {
  const calendar = titled(text, () => parseCalendar(text))
  const zones = zonesOf(calendar, floatingZone)
  const events = childrenNamed(calendar, 'VEVENT')
  return withTitle(events, () => {
    const uid = oneUid(events)
    refuseOver('overrides', events.filter((event) => lineNamed(event, 'RECURRENCE-ID')).length)
    refuseOver('zones', Math.max(childrenNamed(calendar, 'VTIMEZONE').length, new Set(usedTzids(calendar)).size))
    for (const event of events) refuseOver('alarms', childrenNamed(event, 'VALARM').length)
    events.forEach(refuseBroken)
    const masters = events.filter((event) => !lineNamed(event, 'RECURRENCE-ID'))
    const main = newest(masters, 'the text holds more than one event with the same UID')
    const found = main ? { is: 'series' as const, main, ...readSpan(main, zones) } : alone(events, zones)
    const start = found.is === 'series' ? found.start : found.original
    const others = events.filter((event) => lineNamed(event, 'RECURRENCE-ID'))
    const overrides = overridesOf(others, start, zones)
    const stands = found.is === 'series' ? seriesOf(found.main, found.start, overrides, zones) : { ...found, overrides }
    const living = new Set([found.main, stands.main, ...stands.overrides.map(({ event }) => event)])
    const parts = { calendar, zones, uid, superseded: events.filter((event) => !living.has(event)) }
    if ('key' in stands) return { is: 'alone', key: stands.key, main: stands.main, overrides, ...parts }
    return { is: 'series', ...stands, ...parts }
  })
}

/** A text that is not taken apart has a title all the same, in the first line that looks like one. */
function titled<T>(text: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw error instanceof IcalError ? new IcalError(error.reason, titleIn(text)) : error
  }
}

/** The title in a text that may be anything; undefined if it has none. */
export function titleIn(text: string): string | undefined {
  const line = /^SUMMARY(?:;[^:\r\n\u2028\u2029]{0,200})?:[^\r\n\u2028\u2029]{1,200}/im.exec(text)?.[0]
  return line === undefined ? undefined : readText(parseLine(line)).trim() || undefined
}

/** Runs something that may fail; what it says of the event is an IcalError with the event's title and UID. */
export function withTitle<T>(events: readonly Component[], read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof EventError) || (error instanceof IcalError && error.title !== undefined)) throw error
    const title = events.map((event) => firstText(event, 'SUMMARY')).find(Boolean)
    const uids = uidsOf(events)
    const isOurs = events.some((event) => lineNamed(event, MARK)) // then another UID may stand for it
    throw new IcalError(
      error instanceof IcalError ? error.reason : error.message,
      title,
      uids.size === 1 && !isOurs ? [...uids][0] : undefined,
    )
  }
}

function firstText(event: Component, name: string): string | undefined {
  const line = lineNamed(event, name)
  return line && readText(line)
}

const uidsOf = (events: readonly Component[]): Set<string | undefined> =>
  new Set(events.map((event) => firstText(event, 'UID')?.trim()))

function oneUid(events: readonly Component[]): string | undefined {
  const [uid, ...more] = uidsOf(events)
  if (events.length === 0) throw new IcalError('the text holds no event')
  if (more.length > 0) throw new IcalError('the text holds events with different UIDs')
  return uid === '' ? undefined : uid
}

/** A line that would say when an event is, but is none: without it the event would be at another time. */
function refuseBroken(event: Component): void {
  const broken = event.content.find((node) => node.kind === 'line' && node.name === '' && TIMED.test(node.text))
  if (broken?.kind === 'line') throw new IcalError(`"${broken.text.trim()}" is no content line`)
}

const TIMED = /^\s*(DTSTART|DTEND|DURATION|RRULE|RDATE|EXRULE|EXDATE|RECURRENCE-ID)\s*[=;"]/i

/**
 * Of several versions of one component the one that replaces the others (RFC 5546 2.1.4: the highest SEQUENCE, then the
 * newest DTSTAMP); undefined if there is none.
 *
 * @throws IcalError with `reason` if none does
 */
function newest(versions: readonly Component[], reason: string): Component | undefined {
  const [first, ...more] = versions.toSorted((a, b) => byAge(b, a))
  if (first && more.some((other) => byAge(first, other) === 0 && !isSame(first, other))) throw new IcalError(reason)
  return first
}

const isSame = (a: Component, b: Component): boolean => linesOf(a).join('\n') === linesOf(b).join('\n')
const byAge = (a: Component, b: Component): number => sequenceOf(a) - sequenceOf(b) || stampOf(a) - stampOf(b)
const sequenceOf = (event: Component): number => Number.parseInt(lineNamed(event, 'SEQUENCE')?.value ?? '', 10) || 0
const stampOf = (event: Component): number => utcInstant(lineNamed(event, 'DTSTAMP')?.value ?? '') ?? 0

function alone(events: readonly Component[], zones: Zones) {
  const all = events.flatMap((event) => {
    const line = lineNamed(event, 'RECURRENCE-ID')
    return line ? [{ event, original: readTime(line, zones) }] : []
  })
  const keyed = all.map((each) => ({ ...each, key: occurrenceKey(each.original) }))
  const [first] = keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  if (first === undefined) throw new IcalError('the text holds no event')
  const versions = keyed.filter(({ key }) => key === first.key).map(({ event }) => event)
  const main = newest(versions, twice(first.key)) ?? first.event
  return { is: 'alone' as const, main, key: first.key, original: first.original }
}

const twice = (key: string): string => `the text holds the occurrence of ${key} twice`

/** The newest version of each override, by key. */
function overridesOf(events: readonly Component[], start: EventTime, zones: Zones): Override[] {
  const byKey = groupedBy(events, (event) => overrideKey(event, start, zones))
  return [...byKey].flatMap(([key, versions]) => {
    const event = newest(versions, twice(key))
    return event ? [{ key, event }] : []
  })
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
  if (resource.is === 'alone') return fieldsOfOrphans(resource)
  const said = readRecurrence(main, resource.start, zones)
  const recurrence = said.length > 0 ? said : datesAs(resource.implied, resource.start)
  const own = readFields(main, zones, recurrence.length === 0)
  const span = own.when as { start: EventTime; end: EventTime }
  const when: When = recurrence.length > 0 ? { ...span, recurrence } : span
  const series: Fields = { ...own, when: when }
  if (recurrence.length === 0) return series // what takes place once has no other occurrences, nor any left out
  const exceptions = new Map<string, Exception>(periodExceptions(main, series, zones))
  for (const key of readExcluded(main, resource.start, zones)) exceptions.set(key, null)
  for (const { key, event } of resource.overrides) exceptions.set(key, exceptionIn(series, key, event, zones))
  const differing = [...exceptions].filter(([, value]) => value === null || Object.keys(value).length > 0)
  return { ...series, ...Object.fromEntries(differing.map(([key, value]) => [exceptionField(key), value])) }
}
