import { canonicalZone } from '../event/zone'
import type { Component } from './component'
import { childrenNamed, lineNamed } from './component'
import { IcalError } from './error'

/** What the TZIDs of one resource mean. */
export type Zones = {
  /** The IANA zone of times that name none. */
  readonly floating: string
  /** The IANA zone that a TZID means. Throws an IcalError if that is not known. */
  readonly resolve: (tzid: string) => string
}

/**
 * The zones of a calendar.
 *
 * @param floating the IANA zone in which floating times are read
 */
export function zonesOf(calendar: Component, floating: string): Zones {
  const found = new Map<string, string>()
  return {
    floating,
    resolve: (tzid) => {
      const known = found.get(tzid)
      if (known !== undefined) return known
      const zone = resolveZone(tzid, definitionOf(calendar, tzid))
      if (zone === undefined) throw new IcalError(`time zone "${tzid}" is not known`)
      found.set(tzid, zone)
      return zone
    },
  }
}

/** The VTIMEZONE that defines a TZID. */
export function definitionOf(calendar: Component, tzid: string): Component | undefined {
  return childrenNamed(calendar, 'VTIMEZONE').find((zone) => tzidOf(zone) === tzid)
}

/** The TZID that a VTIMEZONE defines. */
export function tzidOf(definition: Component): string | undefined {
  return lineNamed(definition, 'TZID')
    ?.value.trim()
    .replace(/^"(.*)"$/, '$1')
}

/**
 * The IANA zone that a TZID means, in the order of certainty. Undefined means unknown: a time is set aside rather than
 * shifted. Windows names and zones known by their VTIMEZONE alone belong here, behind the others.
 */
function resolveZone(tzid: string, definition: Component | undefined): string | undefined {
  return canonicalZone(tzid.trim()) ?? zoneInPath(tzid) ?? zoneOfLocation(definition)
}

/** `/freeassociation.sourceforge.net/Europe/Paris`, `/mozilla.org/20050126_1/America/Argentina/Salta` (RFC 5545 3.2.19). */
function zoneInPath(tzid: string): string | undefined {
  if (!tzid.startsWith('/')) return undefined
  const parts = tzid.split('/').filter(Boolean)
  for (const count of [3, 2, 1]) {
    const zone = parts.length >= count ? canonicalZone(parts.slice(-count).join('/')) : undefined
    if (zone !== undefined) return zone
  }
  return undefined
}

function zoneOfLocation(definition: Component | undefined): string | undefined {
  const location = definition && lineNamed(definition, 'X-LIC-LOCATION')
  return location && canonicalZone(location.value.trim())
}
