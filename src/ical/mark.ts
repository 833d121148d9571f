import type { Mark } from '../event/calendar'
import type { Component } from './component'
import { lineNamed, replaceLines } from './component'

export const MARK = 'X-CALSYNC-MARK'

/**
 * A mark as a property value: `wrote/uid/bearer`, each percent-encoded, so that no server finds anything in it to
 * escape or fold differently.
 */
export function markValue({ uid, bearer, wrote }: Mark): string {
  return [wrote, uid, bearer].map(encodeURIComponent).join('/')
}

/** The mark on an event; undefined if there is none or it can't be understood. Whether it counts, the caller checks. */
export function readMark(event: Component): Mark | undefined {
  const [wrote, uid, bearer, ...more] = lineNamed(event, MARK)?.value.trim().split('/').map(decoded) ?? []
  return wrote && uid && bearer && more.length === 0 ? { uid, bearer, wrote } : undefined
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // not ours: we write only what can be decoded
  }
}

/** The event with this mark, in place of any other. */
export function setMark(event: Component, mark: Mark): Component {
  const value = markValue(mark)
  if (lineNamed(event, MARK)?.value === value) return event
  return replaceLines(event, [MARK], [`${MARK}:${value}`])
}
