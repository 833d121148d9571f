import { isAllDay } from '../event/event'
import { instantOf } from '../event/zone'
import type { Component, Node } from './component'
import { componentText, parseCalendar, replaceLines, withContent } from './component'
import { readSpan } from './fields'
import type { Zones } from './zone'
import { zonesOf } from './zone'

/**
 * A text whose events without length last a second, for servers that take RFC 5545 3.8.2.2 at its word (DTEND is later
 * than DTSTART). The same text if it has no such event.
 *
 * @param floatingZone as for `readEvent`
 */
export function withLength(text: string, floatingZone: string): string {
  const calendar = parseCalendar(text)
  const zones = zonesOf(calendar, floatingZone)
  const content = calendar.content.map((node) => (isEmpty(node, zones) ? lasting(node) : node))
  const longer = withContent(calendar, content)
  return longer === calendar ? text : componentText(longer)
}

function isEmpty(node: Node, zones: Zones): node is Component {
  if (node.kind !== 'component' || node.name !== 'VEVENT') return false
  const { start, end } = readSpan(node, zones)
  return !isAllDay(start) && !isAllDay(end) && instantOf(start) === instantOf(end) // maybe in two zones
}

const lasting = (event: Component): Component => replaceLines(event, ['DTEND', 'DURATION'], ['DURATION:PT1S'])
