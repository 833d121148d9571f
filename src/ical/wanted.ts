import type { Exception, ExceptionField, Field, Fields, When } from '../event/event'
import { exceptionField, fieldNames, fieldsFrom, isException, originalStart, whenOf } from '../event/event'
import type { Json } from '../event/json'
import { emptyValue } from '../event/normal'
import { IcalError } from './error'
import { HELD_FIELDS, HOLDS } from './holds'
import { isKeyFor } from './time'

/**
 * The fields as an iCalendar resource can hold them: those that it knows, each with a value, and the exceptions of
 * occurrences that the series can have. A single event has none, a series of days none at times.
 *
 * @throws IcalError without a time
 */
export function holdable(fields: Fields): Fields {
  const when = timeOf(fields)
  const base = HELD_FIELDS.map((name) => [name, HOLDS.fit(name, fields[name] ?? emptyValue(name))] as const)
  const exceptions = fieldNames(fields)
    .filter(isException)
    .filter((name) => canHave(when, name))
    .map((name) => [name, HOLDS.fit(name, fields[name] ?? clearedValue(name, fields))] as const)
  return fieldsFrom([...base, ...exceptions])
}

/**
 * The fields that an event is to hold: as it does, with those in `changed` replaced. An occurrence that its series
 * can't have stays out: Google keeps such a one when a series comes to recur by days in place of times.
 */
export function replaced(held: Fields, fields: Fields, changed: readonly Field[]): Fields {
  const when = changed.includes('when') ? whenOf(fields) : whenOf(held)
  const values = changed
    .filter((name) =>
      isException(name) ? name in held || canHave(when, name) : HELD_FIELDS.some((known) => known === name),
    )
    .map((name) => [name, HOLDS.fit(name, fields[name] ?? clearedValue(name, fields))] as const)
  return { ...held, ...fieldsFrom(values) }
}

const canHave = (when: When | undefined, name: ExceptionField): boolean =>
  when?.recurrence !== undefined && isKeyFor(originalStart(name), when.start)

/** A field without a value is empty, but for an exception: there `null` is a value and the key's absence is none. */
function clearedValue(name: Field, fields: Fields): Json {
  return isException(name) && fields[name] === null ? null : emptyValue(name)
}

/** What fields say of one occurrence; `{}` if nothing. */
export function exceptionAt(fields: Fields, key: string): Exception {
  const value = fields[exceptionField(key)]
  return value === undefined ? {} : (value as Exception)
}

/**
 * When the event takes place.
 *
 * @throws IcalError if the fields don't say
 */
export function timeOf(fields: Fields): When {
  const when = whenOf(fields)
  if (when === undefined) throw new IcalError('an event needs a time: give it "start" and "end"')
  return when
}
