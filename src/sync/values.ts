import { isException } from '../event/event'
import { emptyValue, sameMeaning } from '../event/normal'
import type { Field, Fields, Json } from './model'

/** The value that a side holds in a field, empty where it says nothing. */
export const valueOf = (fields: Fields, field: Field): Json =>
  fields[field] ?? (field in fields ? null : emptyValue(field))

/** Fields with some values replaced; a plain occurrence is left out. */
export function withValues(fields: Fields, values: Iterable<readonly [Field, Json]>): Fields {
  const next: Record<string, Json> = { ...(fields as Record<string, Json>) }
  for (const [field, value] of values) {
    if (isException(field) && sameMeaning(value, emptyValue(field))) Reflect.deleteProperty(next, field)
    else next[field] = value
  }
  return next
}
