import type { Millis, ResourceId } from '../event/calendar'
import type { Json } from '../event/json'
import { isObject } from '../event/json'

/**
 * Where a read ended.
 * `token`: on a server with sync tokens. `at`: when the server knew it, to the day, so that a read without news need
 * not be written down; 0 if that is not known. `again`: members that were listed but could not be fetched, with how often
 * they will still be asked for (0: no more, unless they change); a delta does not list them a second time.
 * `listed`: on a server without tokens; `ctag` is what the calendar had then, null if it has none.
 */
export type Position =
  | {
      readonly is: 'token'
      readonly token: string
      readonly at: Millis
      readonly again: ReadonlyMap<ResourceId, number>
    }
  | { readonly is: 'listed'; readonly ctag: string | null }

/** How often a member that can't be fetched is asked for; iCloud has some that stay so for ever. */
export const TRIES = 5

/** Undefined for null, and for what is no position of this provider. */
export function readPosition(json: Json | null): Position | undefined {
  if (!isObject(json ?? undefined)) return undefined
  const { token, at, again, listed, ctag } = json as { readonly [key: string]: Json }
  if (typeof token === 'string') {
    const counts = Object.entries(isObject(again) ? again : {})
    const valid = counts.filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    return { is: 'token', token, at: typeof at === 'number' ? at : 0, again: new Map(valid) }
  }
  return listed === true ? { is: 'listed', ctag: typeof ctag === 'string' ? ctag : null } : undefined
}

export function writePosition(position: Position): Json {
  if (position.is === 'listed') return { listed: true, ctag: position.ctag }
  const { token, at, again } = position
  return again.size === 0 ? { token, at } : { token, at, again: Object.fromEntries(again) }
}

const DAY = 24 * 3600 * 1000
/** DAViCal forgets a token a week after the next one, and then lists all members as if they had changed. */
const LONGEST_PAUSE = 6 * DAY

/** Whether a token has not been used for so long, or nobody knows for how long, that the server may have forgotten it. */
export const isStale = (at: Millis, now: Millis): boolean => !(now >= at && now - at < LONGEST_PAUSE)

/** When a token that the server knew just now was known to it, to the day. */
export const renewed = (at: Millis, now: Millis): Millis => (now >= at && now - at < DAY ? at : now)
