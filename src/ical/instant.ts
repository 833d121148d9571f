import type { Mark } from '../event/calendar'
import type { Component } from './component'
import { componentText, lineNamed, parseCalendar, replaceLines, withContent } from './component'
import { MARK, setMark } from './mark'

/**
 * A text whose events without length last a second, for servers that take RFC 5545 3.8.2.2 at its word (DTEND is later
 * than DTSTART). The same text if it has no such event.
 *
 * @param mark in place of the one that it bears, which told what it held before
 */
export function withLength(text: string, mark?: Mark): string {
  const calendar = parseCalendar(text)
  const content = calendar.content.map((node) => (node.kind === 'component' ? lengthened(node) : node))
  const longer = withContent(calendar, content)
  if (longer === calendar) return text
  return componentText(mark ? marked(longer, mark) : longer)
}

function lengthened(event: Component): Component {
  const start = lineNamed(event, 'DTSTART')
  const end = lineNamed(event, 'DTEND')
  if (event.name !== 'VEVENT' || start?.value !== end?.value || start?.params !== end?.params) return event
  return replaceLines(event, ['DTEND'], ['DURATION:PT1S'])
}

function marked(calendar: Component, mark: Mark): Component {
  const content = calendar.content.map((node) =>
    node.kind === 'component' && lineNamed(node, MARK) ? setMark(node, mark) : node,
  )
  return withContent(calendar, content)
}
