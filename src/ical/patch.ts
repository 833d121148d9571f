import type { Mark, Millis } from '../event/calendar'
import type { Field, Fields } from '../event/event'
import type { Component } from './component'
import { componentText, withContent } from './component'
import type { Editing } from './edit'
import { stamped } from './edit'
import { setMark } from './mark'
import { patchOrphans } from './orphans'
import { fieldsOf, parseResource, withTitle } from './resource'
import type { Resource } from './resource'
import type { Edited } from './series'
import { patchSeries } from './series'
import { tzidsOf, yearOf } from './tzids'
import { replaced, timeOf } from './wanted'
import type { Zones } from './zone'
import { definedTzids, usedTzids, zonesOf } from './zone'
import { zoneInName } from './zone-name'

/** A change of an existing resource. */
export type Patch = {
  /** The values of the fields in `changed`; one that is missing is cleared. */
  readonly fields: Fields
  readonly changed: readonly Field[]
  readonly mark?: Mark
  /** Time stamp of the change. */
  readonly now: Millis
  /** As for `readEvent`. */
  readonly floatingZone: string
}

/**
 * The text of a resource after a change: it reads as before with the fields in `changed` replaced, and every content
 * line that need not change is as it was. Components that change get a higher SEQUENCE and new time stamps; if nothing
 * changes, the text means and says what it did.
 *
 * @param text as the server holds it now
 * @throws IcalError for a text that `readEvent` refuses, and for a change that it can't hold
 */
export function patchEvent(text: string, { fields, changed, mark, now, floatingZone }: Patch): string {
  const resource = parseResource(text, floatingZone)
  const { calendar, zones } = resource
  return withTitle([resource.main], () => {
    const held = fieldsOf(resource)
    const wanted = replaced(held, fields, changed)
    const when = timeOf(wanted)
    const patchedWith = (known: Zones): Component => {
      const tzids = tzidsOf(calendar, known)
      const edited = patchParts(resource, held, wanted, { zones: known, tzids })
      const marked = mark ? replace(edited, resource.main, (main) => setMark(main, mark)) : edited
      return tzids.define(withEvents(calendar, resource.main, marked, now), yearOf(when.start))
    }
    const patched = patchedWith(zones)
    if (keepsZones(patched, resource, floatingZone)) return componentText(patched)
    return componentText(patchedWith({ ...zones, named: zoneInName }))
  })
}

/** Whether the names of zones still mean what they did: beside a definition, one may not do so on other dates. */
function keepsZones(patched: Component, { calendar, zones }: Resource, floatingZone: string): boolean {
  const used = new Set(usedTzids(patched))
  const doubtful = definedTzids(calendar).filter((tzid) => used.has(tzid) && zoneInName(tzid) === undefined)
  const after = zonesOf(patched, floatingZone)
  return doubtful.every((tzid) => zones.named(tzid) === undefined || after.named(tzid) === zones.named(tzid))
}

function patchParts(resource: Resource, held: Fields, wanted: Fields, editing: Editing): Edited {
  return resource.is === 'series'
    ? patchSeries(resource, held, wanted, editing)
    : patchOrphans(resource, held, wanted, editing)
}

function replace(edited: Edited, event: Component, change: (event: Component) => Component): Edited {
  const now = edited.events.get(event) ?? event
  return { ...edited, events: new Map([...edited.events, [event, change(now)]]) }
}

/** The calendar with its VEVENTs edited and stamped; a change of any is one of the series. */
function withEvents(calendar: Component, main: Component, { events, added }: Edited, now: Millis): Component {
  const isChanged = added.length > 0 || [...events].some(([before, after]) => before !== after)
  if (!isChanged) return calendar
  const content = calendar.content.flatMap((node) => {
    const after = node.kind === 'component' ? events.get(node) : undefined
    if (after === undefined) return [node]
    if (after === null) return []
    return [after === node && node !== main ? node : stamped(after, now)]
  })
  const last = content.findLastIndex((node) => node.kind === 'component' && node.name === 'VEVENT')
  const coming = added.map((event) => stamped(event, now))
  return withContent(calendar, [...content.slice(0, last + 1), ...coming, ...content.slice(last + 1)])
}
