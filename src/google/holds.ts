import type { Holds } from '../event/calendar'
import type { BaseField, Field } from '../event/event'
import { isException } from '../event/event'
import type { Json } from '../event/json'
import { isArray, isObject } from '../event/json'
import { plainText } from './text'

/** The fields of an event that Google holds and this provider carries. */
export const HELD = [
  'when',
  'summary',
  'description',
  'location',
  'status',
  'transparency',
  'visibility',
  'reminders',
] as const satisfies readonly BaseField[]

/** More overrides than these Google refuses. */
const MOST_REMINDERS = 5
/** An occurrence has no visibility of its own: making one more private makes the whole series so. */
const HELD_BY_OCCURRENCE: readonly string[] = [...HELD.filter((name) => name !== 'visibility'), 'start', 'end']

export const holds: Holds = { fields: HELD, fit }

function fit(field: Field, value: Json): Json {
  if (isException(field)) return isObject(value) ? fitOccurrence(value) : value
  return fitValue(field, value)
}

function fitOccurrence(occurrence: { readonly [field: string]: Json }): Json {
  return Object.fromEntries(
    Object.entries(occurrence)
      .filter(([name]) => HELD_BY_OCCURRENCE.includes(name))
      .map(([name, value]) => [name, fitValue(name, value)]),
  )
}

function fitValue(name: string, value: Json): Json {
  // A cancelled event is a deleted one at Google; "tentative" comes nearest among those that stay.
  if (name === 'status' && value === 'cancelled') return 'tentative'
  // Google takes "confidential" for private, by its documentation "for compatibility reasons".
  if (name === 'visibility' && value === 'confidential') return 'private'
  if (name === 'description' && typeof value === 'string') return plainText(value)
  if (name === 'reminders' && isArray(value)) return value.slice(0, MOST_REMINDERS)
  return value
}
