import type { Mark } from '../event/calendar'
import type { Component } from './component'
import { componentText, lineNamed, parseCalendar, replaceLines, withContent } from './component'

export const MARK = 'X-CALSYNC-MARK'

/**
 * A mark as a property value: `wrote/uid/bearer`, each in base64url, so that no server finds anything in it to escape,
 * to fold or to decode (Xandikos takes `%2C` for a comma that wants a backslash).
 */
export function markValue({ uid, bearer, wrote }: Mark): string {
  return [wrote, uid, bearer].map(encoded).join('/')
}

/** The mark on an event; undefined if there is none or it can't be understood. Whether it counts, the caller checks. */
export function readMark(event: Component): Mark | undefined {
  const [wrote, uid, bearer, ...more] = lineNamed(event, MARK)?.value.trim().split('/').map(decoded) ?? []
  return wrote && uid && bearer && more.length === 0 ? { uid, bearer, wrote } : undefined
}

const encoded = (text: string): string => Buffer.from(text, 'utf8').toString('base64url')

/** Undefined for what is not ours: we write only what reads back the same. */
function decoded(code: string): string | undefined {
  const text = Buffer.from(code, 'base64url').toString('utf8')
  return encoded(text) === code ? text : undefined
}

/** The event with this mark, in place of any other. */
export function setMark(event: Component, mark: Mark): Component {
  const value = markValue(mark)
  if (lineNamed(event, MARK)?.value === value) return event
  return replaceLines(event, [MARK], [`${MARK}:${value}`])
}

/** A text with this mark in place of the one that it bears; all else is as it was. */
export function withMark(text: string, mark: Mark): string {
  const calendar = parseCalendar(text)
  const content = calendar.content.map((node) =>
    node.kind === 'component' && lineNamed(node, MARK) ? setMark(node, mark) : node,
  )
  return componentText(withContent(calendar, content))
}
