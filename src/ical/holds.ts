import type { Holds } from '../event/calendar'
import type { BaseField, Field } from '../event/event'
import { isException } from '../event/event'
import type { Json } from '../event/json'
import { isObject } from '../event/json'

/** The fields that are read and written. What else an event has is carried along as text. */
export const HELD_FIELDS = [
  'when',
  'summary',
  'description',
  'location',
  'status',
  'transparency',
  'visibility',
  'reminders',
] as const satisfies readonly BaseField[]

const OF_EXCEPTION: ReadonlySet<string> = new Set(['start', 'end', ...HELD_FIELDS.filter((name) => name !== 'when')])

/** What an iCalendar resource can hold. */
export const HOLDS: Holds = { fields: HELD_FIELDS, fit }

/** An occurrence that is `cancelled` is told by leaving it out; it can't be told apart from one that is not there. */
function fit(field: Field, value: Json): Json {
  if (!isException(field) || !isObject(value)) return value
  if (value.status === 'cancelled') return null
  return Object.fromEntries(Object.entries(value).filter(([name]) => OF_EXCEPTION.has(name)))
}
