import type { Mark } from '../event/calendar'
import { isAllDay } from '../event/event'
import { instantOf } from '../event/zone'
import type { Component, Node } from './component'
import { componentText, lineNamed, parseCalendar, replaceLines, withContent } from './component'
import { readSpan } from './fields'
import { MARK, setMark } from './mark'
import type { Zones } from './zone'
import { zonesOf } from './zone'

/**
 * A text whose events without length last a second, for servers that take RFC 5545 3.8.2.2 at its word (DTEND is later
 * than DTSTART). The same text if it has no such event.
 *
 * @param floatingZone as for `readEvent`
 * @param mark in place of the one that it bears, which told what it held before
 */
export function withLength(text: string, floatingZone: string, mark?: Mark): string {
  const calendar = parseCalendar(text)
  const zones = zonesOf(calendar, floatingZone)
  const content = calendar.content.map((node) => (isEmpty(node, zones) ? lasting(node) : node))
  const longer = withContent(calendar, content)
  if (longer === calendar) return text
  return componentText(mark ? marked(longer, mark) : longer)
}

function isEmpty(node: Node, zones: Zones): node is Component {
  if (node.kind !== 'component' || node.name !== 'VEVENT') return false
  const { start, end } = readSpan(node, zones)
  return !isAllDay(start) && !isAllDay(end) && instantOf(start) === instantOf(end) // maybe in two zones
}

const lasting = (event: Component): Component => replaceLines(event, ['DTEND', 'DURATION'], ['DURATION:PT1S'])

function marked(calendar: Component, mark: Mark): Component {
  const content = calendar.content.map((node) =>
    node.kind === 'component' && lineNamed(node, MARK) ? setMark(node, mark) : node,
  )
  return withContent(calendar, content)
}
