import type { Fields } from '../event/event'
import { exceptionField, fieldNames, fieldsFrom, isException } from '../event/event'
import type { Json } from '../event/json'
import { emptyValue, sameMeaning } from '../event/normal'
import { wholeOccurrence } from '../event/occurrence'
import { exceptionIn } from './fields'

/**
 * Whether the state of an occurrence after our write of its series follows from that write alone. Google is not known
 * to do it always the same way: the occurrence may have stayed as it was, taken over what changed, or become plain.
 * Anything else is somebody's edit.
 *
 * @param before the series as it was seen, `wanted` as it is to be, `now` as it was found after the write
 */
export function followsFromOurWrite(key: string, before: Fields, wanted: Fields, now: Fields): boolean {
  const name = exceptionField(key)
  const found = wholeOccurrence(alone(now, key), key)
  const possible = [
    alone(before, key),
    alone(wanted, key),
    baseOf(wanted),
    { ...baseOf(wanted), [name]: exceptionIn(before, key) as Json },
  ]
  const outcomes = possible.map((series) => wholeOccurrence(series, key))
  if (!found) return outcomes.includes(undefined)
  const live = outcomes.filter((outcome) => outcome !== undefined)
  return fieldNames(found).every((field) =>
    live.some((outcome) => sameMeaning(found[field] ?? emptyValue(field), outcome[field] ?? emptyValue(field))),
  )
}

/** A series with one of its occurrences, and without the others, of which there may be thousands. */
function alone(series: Fields, key: string): Fields {
  const name = exceptionField(key)
  return name in series ? { ...baseOf(series), [name]: series[name] ?? null } : baseOf(series)
}

const bases = new WeakMap<Fields, Fields>()

function baseOf(series: Fields): Fields {
  const known = bases.get(series)
  if (known) return known
  const names = fieldNames(series).filter((name) => !isException(name))
  const base = fieldsFrom(names.map((name) => [name, series[name] ?? null] as const))
  bases.set(series, base)
  return base
}
