import { canonicalZone } from '../event/zone'
import type { Component, Node } from './component'
import {
  childrenNamed,
  component,
  componentText,
  insert,
  isLineNamed,
  lineNamed,
  withContent,
  without,
} from './component'
import { completedEvent } from './complete-event'
import { IcalError } from './error'
import { param, parseLine } from './line'
import type { Resource } from './resource'
import { fieldsOf, parseResource } from './resource'
import { yearOf } from './tzids'
import { writeText } from './value'
import { timeOf } from './wanted'
import { vtimezone } from './vtimezone'
import { PRODID } from './write'
import { definitionOf } from './zone'

/**
 * A text with all that RFC 5545 asks for and servers insist on, as some hold texts that they would not take again: an
 * end for each event (iCloud answers 404 without), a definition for each time zone, stamps in UTC, no METHOD. It means
 * what it did. The same text if nothing is missing.
 *
 * @param floatingZone as for `readEvent`
 * @throws IcalError for a text that `readEvent` refuses
 */
export function completed(text: string, floatingZone: string): string {
  const resource = parseResource(text, floatingZone)
  const calendar = withZones(withEvents(asOne(resource.calendar), resource), resource)
  return calendar === resource.calendar ? text : componentText(calendar)
}

/** One VCALENDAR with the lines that it has to have (RFC 5545 3.6), and without METHOD (RFC 4791 4.1). */
function asOne(calendar: Component): Component {
  const begun = calendar.begin === '' ? component('VCALENDAR', calendar.content) : calendar
  const plain = without(begun, isLineNamed('METHOD', 'BEGIN', 'END', ''))
  const needed = [
    ['VERSION', '2.0'],
    ['PRODID', PRODID],
  ] as const
  const missing = needed.filter(([name]) => lineNamed(plain, name) === undefined)
  const lines = missing.map(([name, value]) => parseLine(`${name}:${value}`))
  return insert(plain, lines, 0)
}

function withEvents(calendar: Component, resource: Resource): Component {
  const changes = new Map<Node, Component>()
  const isOld = (node: Node): boolean => resource.superseded.some((event) => event === node)
  const current = without(calendar, isOld)
  for (const event of childrenNamed(current, 'VEVENT')) changes.set(event, completedEvent(event, resource))
  return withContent(
    current,
    current.content.map((node) => changes.get(node) ?? node),
  )
}

/** The calendar with a VTIMEZONE for each TZID that is used and known. */
function withZones(calendar: Component, resource: Resource): Component {
  const events = childrenNamed(calendar, 'VEVENT')
  const used = events.flatMap(({ content }) => content.map((node) => (node.kind === 'line' ? param(node, 'TZID') : '')))
  const year = yearOf(timeOf(fieldsOf(resource)).start)
  const definitions = [...new Set(used)].flatMap((tzid) => {
    const zone = tzid && definitionOf(calendar, tzid) === undefined ? zoneOf(tzid, resource) : undefined
    return tzid && zone ? [definition(tzid, zone, year)] : []
  })
  const at = calendar.content.findIndex((node) => node.kind === 'component')
  return insert(calendar, definitions, at < 0 ? calendar.content.length : at)
}

function zoneOf(tzid: string, { zones }: Resource): string | undefined {
  try {
    return zones.resolve(tzid)
  } catch (error) {
    if (error instanceof IcalError) return undefined
    throw error
  }
}

function definition(tzid: string, zone: string, year: number): Component {
  const made = vtimezone(canonicalZone(zone) ?? zone, year)
  const named = parseLine(`TZID:${writeText(tzid)}`)
  return { ...made, content: made.content.map((node) => (isLineNamed('TZID')(node) ? named : node)) }
}
