import type { EventTime } from '../event/event'
import { isAllDay } from '../event/event'
import { canonicalZone } from '../event/zone'
import type { Component } from './component'
import { insert } from './component'
import { definedTzids, usedTzids } from './zone'
import { vtimezone } from './vtimezone'
import type { Zones } from './zone'

/** Which TZID a resource uses for an IANA zone, and which VTIMEZONEs it comes to need. */
export type Tzids = {
  /**
   * The TZID that the events use for the zone already, else the zone's own name. One that is known only by its rules
   * is not used for other dates, to which they may not apply; nor is another name that is merely defined.
   */
  readonly tzidFor: (zone: string) => string
  /** The calendar with a VTIMEZONE for each zone that `tzidFor` was asked for and that was new. */
  readonly define: (calendar: Component, year: number) => Component
}

export function tzidsOf(calendar: Component, zones: Zones): Tzids {
  const spelled = new Map<string, string>()
  const own = definedTzids(calendar).filter((tzid) => canonicalZone(tzid) !== undefined)
  for (const tzid of [...usedTzids(calendar), ...own]) {
    const zone = zones.named(tzid)
    if (zone !== undefined && !spelled.has(zone)) spelled.set(zone, tzid)
  }
  const added = new Set<string>()
  return {
    tzidFor: (zone) => {
      const tzid = spelled.get(canonicalZone(zone) ?? zone)
      if (tzid !== undefined) return tzid
      added.add(zone)
      spelled.set(canonicalZone(zone) ?? zone, zone)
      return zone
    },
    define: (within, year) => {
      const at = within.content.findIndex((node) => node.kind === 'component')
      const definitions = [...added].map((zone) => vtimezone(zone, year))
      return insert(within, definitions, at < 0 ? within.content.length : at)
    },
  }
}

/** The year in which a time lies, on its own clock. */
export const yearOf = (time: EventTime): number => Number((isAllDay(time) ? time.date : time.dateTime).slice(0, 4))
