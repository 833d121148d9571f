import type { EventTime } from '../event/event'
import { Cache } from '../event/cache'
import { hashJson } from '../event/json'
import { canonicalZone, instantBy, wallClock } from '../event/zone'
import { offsetIn } from '../event/zone-changes'
import type { Component, Node } from './component'
import { childrenNamed, lineNamed, linesNamed, linesOf } from './component'
import { IcalError } from './error'
import { param } from './line'
import type { Offsets } from './observance'
import { fixedOffset, offsetsOf } from './observance'
import { readText } from './value'
import type { Window } from './zone-match'
import { fixedZone, matchingZone } from './zone-match'
import { offsetNamed, zoneDisplayed, zoneInName, zoneNamed, zonesHinted } from './zone-name'
import type { EventWindow } from './zone-window'
import { windowOf } from './zone-window'

const HOUR = 3_600_000

/** What the TZIDs of one resource mean. */
export type Zones = {
  /** The IANA zone of times that name none. */
  readonly floating: string
  /** The IANA zone that a TZID means, known by its name, whenever it is. */
  readonly named: (tzid: string) => string | undefined
  /** The IANA zone that a TZID means on the dates of the resource. Throws an IcalError if that is not known. */
  readonly resolve: (tzid: string) => string
  /** A wall clock `YYYY-MM-DDTHH:MM:SS` in a TZID. Throws an IcalError if it is not known when that is. */
  readonly timeIn: (tzid: string, dateTime: string) => EventTime
  /**
   * The day `YYYY-MM-DD` of which an instant is the midnight or the last second, in UTC or in a zone that the resource
   * or its calendar names; undefined if it is neither in any.
   */
  readonly dayEdge: (instant: number) => string | undefined
}

/** What is known of a TZID: the zone that it means, or at least its clock on the dates of a single event. */
type Meaning =
  | { readonly is: 'zone'; readonly zone: string }
  | { readonly is: 'clock'; readonly offsets: Offsets }
  | { readonly is: 'unknown'; readonly reason: string }

/**
 * The zones of a calendar.
 *
 * @param floating the IANA zone in which floating times are read
 */
export function zonesOf(calendar: Component, floating: string): Zones {
  const found = new Map<string, Meaning>()
  const meaningOf = (tzid: string): Meaning => {
    const known = found.get(tzid) ?? meaningIn(calendar, tzid, floating)
    found.set(tzid, known)
    return known
  }
  const names = new Map<string, string | undefined>()
  const nameOf = (tzid: string): string | undefined => {
    const definition = definitionOf(calendar, tzid)
    const iana = ianaZone(tzid, definition)
    if (iana !== undefined) return iana
    const meaning = meaningOf(tzid)
    return meaning.is === 'zone' && meaning.zone === nonIanaZone(tzid) ? meaning.zone : undefined
  }
  let clocks: Meaning[] | undefined
  const clocksSaid = (): Meaning[] => {
    const tzids = new Set([...zoneOfAll(calendar), ...definedTzids(calendar), ...usedTzids(calendar)])
    return (clocks ??= [UTC, ...[...tzids].map(meaningOf), { is: 'zone', zone: floating }])
  }
  return {
    floating,
    named: (tzid) => {
      if (!names.has(tzid)) names.set(tzid, nameOf(tzid))
      return names.get(tzid)
    },
    resolve: (tzid) => {
      const meaning = meaningOf(tzid)
      if (meaning.is === 'zone') return meaning.zone
      throw new IcalError(meaning.is === 'unknown' ? meaning.reason : unmatched(tzid))
    },
    timeIn: (tzid, dateTime) => {
      const meaning = meaningOf(tzid)
      if (meaning.is === 'zone') return { dateTime, timeZone: meaning.zone }
      if (meaning.is === 'unknown') throw new IcalError(meaning.reason)
      const instant = instantBy(Date.parse(`${dateTime}Z`), meaning.offsets.at)
      return { dateTime: wallClock(instant, 'UTC'), timeZone: 'UTC' }
    },
    dayEdge: (instant) => {
      for (const meaning of clocksSaid()) {
        const [date, time] = clockOf(meaning, instant).split('T')
        if (time === '00:00:00' || time === '23:59:59') return date
      }
      return undefined
    },
  }
}

const UTC: Meaning = { is: 'zone', zone: 'UTC' }

/** What the clock of a TZID shows at an instant, '' if that is not known. */
function clockOf(meaning: Meaning, instant: number): string {
  if (meaning.is === 'zone') return wallClock(instant, meaning.zone)
  return meaning.is === 'clock' ? wallClock(instant + meaning.offsets.at(instant) * 60_000, 'UTC') : ''
}

/** The zone that a calendar names for all of it, as many apps do. */
const zoneOfAll = (calendar: Component): string[] =>
  linesNamed(calendar, 'X-WR-TIMEZONE').map(({ value }) => value.trim())

/** The TZIDs that a calendar defines. */
export const definedTzids = (calendar: Component): string[] =>
  childrenNamed(calendar, 'VTIMEZONE').flatMap((zone) => tzidOf(zone) || [])

/** The TZIDs that its events use, in the order in which they stand. */
export const usedTzids = (calendar: Component): string[] =>
  childrenNamed(calendar, 'VEVENT').flatMap(({ content }) => content.flatMap((node) => tzidIn(node) || []))

export const tzidIn = (node: Node): string | undefined => (node.kind === 'line' ? param(node, 'TZID') : undefined)

/** The VTIMEZONE that defines a TZID. */
export function definitionOf(calendar: Component, tzid: string): Component | undefined {
  let known = definitions.get(calendar)
  if (!known) {
    const zones = childrenNamed(calendar, 'VTIMEZONE').map((zone) => [tzidOf(zone), zone] as const)
    definitions.set(calendar, (known = new Map(zones.reverse()))) // of several the first counts
  }
  return known.get(tzid.trim())
}

const definitions = new WeakMap<Component, ReadonlyMap<string | undefined, Component>>()

/** The TZID that a VTIMEZONE defines: a text, in which some programs escape commas. */
export function tzidOf(definition: Component): string | undefined {
  const line = lineNamed(definition, 'TZID')
  return (
    line &&
    readText(line)
      .trim()
      .replace(/^"(.*)"$/, '$1')
  )
}

/**
 * An IANA name says what is meant, whatever is defined under it. Any other name means what its definition says (RFC
 * 5545 3.2.19): the zone of that name if it has the same clock, else another one that has.
 */
function meaningIn(calendar: Component, tzid: string, floating: string): Meaning {
  const definition = definitionOf(calendar, tzid)
  const iana = ianaZone(tzid, definition)
  if (iana !== undefined) return { is: 'zone', zone: iana }
  const named = nonIanaZone(tzid)
  const window = windowIn(calendar)
  const clock = window && offsetsIn(tzid, definition, window)
  if (named !== undefined && (clock === undefined || definition === undefined)) return { is: 'zone', zone: named }
  if (window === undefined || clock === undefined) return { is: 'unknown', reason: `time zone "${tzid}" is not known` }
  const byClock = (during: Window): string | undefined =>
    zoneByClock({ tzid, named, floating, definition }, clock, during)
  // Where no zone has the same clock for years, one that has it while the series lasts says the same of all of it.
  const zone = byClock(window) ?? (window.recurs && window.span ? byClock(window.span) : undefined)
  if (zone !== undefined) return { is: 'zone', zone }
  // A definition that no zone has is one of another time, or spoiled: the name counts if it does not shift the event.
  if (named !== undefined && isAlike(named, clock, window.first)) return { is: 'zone', zone: named }
  return window.recurs ? { is: 'unknown', reason: unmatched(tzid) } : { is: 'clock', offsets: clock }
}

const windows = new WeakMap<Component, EventWindow | undefined>()

function windowIn(calendar: Component): EventWindow | undefined {
  if (!windows.has(calendar)) windows.set(calendar, windowOf(calendar))
  return windows.get(calendar)
}

const unmatched = (tzid: string): string => `time zone "${tzid}" changes its clock as no known zone does`

/** Whether a zone has the same clock all through the day that begins then. */
const isAlike = (zone: string, clock: Offsets, day: number): boolean =>
  [0, 12, 24].every((hour) => offsetIn(zone, day + hour * HOUR) === clock.at(day + hour * HOUR))

/**
 * Bare abbreviations name a zone without summer time; who defines one with it (EST for New York) means what is defined.
 */
const ABBREVIATION = /^(EST|MST|HST)$/i

/** The zone that an IANA name names: that of the TZID, or the one that its definition gives as its place. */
function ianaZone(tzid: string, definition: Component | undefined): string | undefined {
  if (definition && ABBREVIATION.test(tzid.trim())) return undefined
  const location = definition && lineNamed(definition, 'X-LIC-LOCATION')
  return zoneInName(tzid) ?? (location && canonicalZone(location.value.trim()))
}

/** The zone of a name that is another's: of Windows, Outlook, Mulberry. */
const nonIanaZone = (tzid: string): string | undefined => zoneNamed(tzid) ?? zoneDisplayed(tzid)

function offsetsIn(tzid: string, definition: Component | undefined, window: EventWindow): Offsets | undefined {
  const defined = definition && offsetsOf(definition, window.from, window.to)
  const named = offsetNamed(tzid)
  return defined ?? (named === undefined ? undefined : fixedOffset(named))
}

const matched = new Cache<string | undefined>(1_000_000)

/** A TZID whose zone is looked for; `named`: the zone of its name. */
type Sought = {
  readonly tzid: string
  readonly named: string | undefined
  readonly floating: string
  readonly definition: Component | undefined
}

/** Comparing with all zones takes milliseconds, and the resources of a calendar repeat their zones. */
function zoneByClock(
  { tzid, named, floating, definition }: Sought,
  clock: Offsets,
  window: Window,
): string | undefined {
  const key = hashJson([tzid, floating, window.from, window.to, definition ? linesOf(definition) : []])
  return matched.get(key, () => {
    const isFixed = clock.changes.every((at) => at < window.from || at > window.to)
    const fixed = isFixed ? fixedZone(clock.at(window.from)) : undefined
    const likely = [named, fixed, ...zonesHinted(tzid), floating].filter((zone) => zone !== undefined)
    return matchingZone(clock, window, likely)
  })
}
