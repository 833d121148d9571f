import type { Node } from './component'
import { childrenNamed, lineNamed } from './component'
import type { Line } from './line'
import { param } from './line'
import type { Resource } from './resource'
import { formOf } from './time'
import type { Zones } from './zone'
import { zoneNamed } from './zone-name'

/** The IANA zone that a text names for all of its times; many apps do so, though RFC 5545 has no word for it. */
export function zoneSaid(text: string): string | undefined {
  const said = /^X-WR-TIMEZONE[^:\r\n\u2028\u2029]*:([^\r\n\u2028\u2029]+)/im.exec(text)?.[1]
  return said === undefined ? undefined : zoneNamed(said.trim().replace(/^"(.*)"$/, '$1'))
}

/** Whether what a resource means depends on the zone that is taken for times that name none. */
export function isFloating({ calendar, zones }: Resource): boolean {
  return childrenNamed(calendar, 'VEVENT').some((event) => {
    const start = lineNamed(event, 'DTSTART')
    const isOfDays = start !== undefined && formOf(start).is === 'date'
    return event.content.some((node) => isLine(node) && (isInNoZone(node, zones) || (isOfDays && isDayInUtc(node))))
  })
}

const isLine = (node: Node): node is Line => node.kind === 'line'

/** Told on a clock of no zone, or of one that is known by its rules alone, of which several zones may be meant. */
function isInNoZone(line: Line, zones: Zones): boolean {
  if (!/^(DTSTART|DTEND|RECURRENCE-ID|RDATE)$/.test(line.name)) return false
  const tzid = param(line, 'TZID')
  return tzid ? zones.named(tzid) === undefined : isLocal(line.value)
}

/** Whether any of the values is a clock that is not UTC's: Z stands at the end of the last. */
const isLocal = (value: string): boolean => /\dT\d\d/i.test(value) && !/Z$/i.test(value.trim())

/** A day that is told by an instant, which is one of a place. */
const isDayInUtc = (line: Line): boolean =>
  /^(RRULE|EXRULE|RDATE|EXDATE|RECURRENCE-ID)$/.test(line.name) && /\dT[\d:]+Z/i.test(line.value)
