import type { Holds } from '../event/calendar'
import type { BaseField, Field } from '../event/event'
import { isException } from '../event/event'
import type { Json } from '../event/json'
import { isObject } from '../event/json'
import { normalLine } from '../event/normal'
import { normalColor } from '../event/color'

/** The fields that are read and written. What else an event has is carried along as text. */
export const HELD_FIELDS = [
  'when',
  'summary',
  'description',
  'location',
  'url',
  'status',
  'transparency',
  'visibility',
  'reminders',
  'categories',
  'color',
] as const satisfies readonly BaseField[]

const OF_EXCEPTION: ReadonlySet<string> = new Set(['start', 'end', ...HELD_FIELDS.filter((name) => name !== 'when')])

/** What an iCalendar resource can hold. */
export const HOLDS: Holds = { fields: HELD_FIELDS, fit }

/** An occurrence that is `cancelled` is told by leaving it out; it can't be told apart from one that is not there. */
function fit(field: Field, value: Json): Json {
  if (!isException(field)) return fitValue(field, value)
  if (!isObject(value)) return value
  if (value.status === 'cancelled') return null
  const held = Object.entries(value).filter(([name]) => OF_EXCEPTION.has(name))
  return Object.fromEntries(held.map(([name, inner]) => [name, fitValue(name, inner)]))
}

/**
 * A URL stands as it is in its line, a colour is one of the names that COLOR knows (RFC 7986 5.9), and to be public is
 * no more than the default (RFC 5545 3.8.1.3).
 */
function fitValue(name: string, value: Json): Json {
  if (name === 'visibility' && value === 'public') return 'default'
  if (name === 'url' && typeof value === 'string') return normalLine(value)
  if (name === 'color' && typeof value === 'string') return normalColor(value)
  return value
}
