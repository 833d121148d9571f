import type { Known, ResourceId, Seen } from '../event/calendar'
import type { Fields } from '../event/event'
import type { Json } from '../event/json'
import { isObject } from '../event/json'
import { sameFields } from '../event/normal'
import { readEvent, zoneSaid } from '../ical'
import type { Place } from './place'

/** In which zone a resource was read that has times in none. `said`: its own text names it. */
export type Floats = { readonly zone: string; readonly said: boolean }

/** The zone of times that name none: the calendar's, else the one that the text names, else what is assumed. */
export function floatsIn(place: Place, text: string): Floats {
  const { timeZone } = place.collection.info
  const said = timeZone === undefined ? zoneSaid(text) : undefined
  return { zone: timeZone ?? said ?? place.assumedZone, said: said !== undefined }
}

export const floatingZone = (place: Place, text: string): string => floatsIn(place, text).zone

/** Of a resource that depends on it, what its `ref` tells. */
export const floatsRef = ({ zone, said }: Floats): { readonly [name: string]: Json } =>
  said ? { floats: zone, said } : { floats: zone }

function floatsOf(seen: Seen | undefined): Floats | undefined {
  const ref = seen?.is === 'live' ? seen.ref : undefined
  if (!isObject(ref) || typeof ref.floats !== 'string') return undefined
  return { zone: ref.floats, said: ref.said === true }
}

/** Whether a resource was read in another zone than it would be now; it may mean something else. */
export function isOutdated(place: Place, seen: Seen | undefined): boolean {
  const floats = floatsOf(seen)
  if (floats === undefined) return false
  const { timeZone } = place.collection.info
  return timeZone === undefined ? !floats.said && floats.zone !== place.assumedZone : floats.zone !== timeZone
}

export const outdated = (place: Place, known: Known): ResourceId[] =>
  [...known.values()].filter((seen) => isOutdated(place, seen)).map(({ id }) => id)

/** What a text would mean in the zone in which it was read before; undefined if that is no other than it does mean. */
export function asBefore(text: string, fields: Fields, before: Seen | undefined, zone: string): Fields | undefined {
  const floats = floatsOf(before)
  if (before === undefined || floats === undefined || floats.zone === zone) return undefined
  const old = readEvent(text, { floatingZone: floats.zone, uid: before.id }).fields
  return sameFields(old, fields) ? undefined : old
}
