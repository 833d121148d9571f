import type { Live } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import type { Fields } from '../event/event'
import { exceptionField, fieldNames, isException, originalStart, whenOf } from '../event/event'
import { occurs } from '../event/occurs'
import { refOf } from './seen'

/** So many occurrences are cancelled one by one before it is worth writing their series. */
export const FEW_CANCELLED = 3

/** Occurrences that EXDATE lines of a series exclude: cancelled, but no resources of their own. */
export function excludedKeys(seen: Live): string[] {
  const { instances = {} } = refOf(seen)
  return cancelledKeys(seen.fields).filter((key) => !(key in instances))
}

/**
 * The occurrences that the EXDATE line of a series is to exclude when it is written: all that are cancelled, in one
 * request, but those that are cancelled resources already. Google wants each date to be an occurrence.
 *
 * @param target what the series is to hold
 * @param seen what it holds, if it is there
 */
export function keysToExclude(target: Fields, seen?: Live): string[] {
  const instances = (seen && refOf(seen).instances) ?? {}
  const when = whenOf(target)
  const isOccurrence = (key: string): boolean => when !== undefined && occurs(when, key) !== 'no'
  return cancelledKeys(target).filter((key) => !(key in instances) && isOccurrence(key))
}

const cancelledKeys = (fields: Fields): string[] =>
  fieldNames(fields)
    .filter(isException)
    .filter((name) => fields[name] === null)
    .map(originalStart)
    .sort()

/**
 * Whether to cancel these occurrences by a write of their series. A series whose rule changes may forget what was
 * changed in its occurrences: one that has such occurrences is left alone, and those are cancelled one by one.
 *
 * @param keys the occurrences that are to be written
 */
export function manyToExclude(seen: Live, target: Fields, keys: readonly string[]): boolean {
  const excluded = new Set(keysToExclude(target, seen))
  const fresh = keys.filter((key) => excluded.has(key) && !isSaid(seen.fields, key))
  const own = Object.keys(refOf(seen).instances ?? {})
  const isPlain = own.every((key) => seen.fields[exceptionField(key)] === null)
  return isPlain && own.length <= FEW_CANCELLED && fresh.length > FEW_CANCELLED + own.length
}

const isSaid = (fields: Fields, key: string): boolean => fields[exceptionField(key)] === null

/**
 * Sends a series with the dates that it excludes. Google refuses one whose every occurrence is excluded, and a date that
 * is none: then one, and at last all of those that are new, are left for requests of their own.
 *
 * @param before what is excluded already
 */
export async function sendExcluding<T>(
  keys: readonly string[],
  before: readonly string[],
  send: (keys: readonly string[]) => Promise<T>,
): Promise<T> {
  const was = new Set(before)
  const fresh = keys.filter((key) => !was.has(key))
  for (const leftOut of [[], fresh.slice(-1)].slice(0, fresh.length)) {
    try {
      return await send(keys.filter((key) => !leftOut.includes(key)))
    } catch (error) {
      if (!(error instanceof ProviderError && error.code === 'refused' && error.status === 400)) throw error
    }
  }
  return send(keys.filter((key) => was.has(key)))
}
