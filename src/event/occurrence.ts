import { DateTime } from 'luxon'
import type { EventTime, Exception, Fields, When } from './event'
import { exceptionField, fieldNames, fieldsFrom, isAllDay, isException, whenOf } from './event'
import type { Json } from './json'
import { emptyValue, sameMeaning } from './normal'
import { addDays, instantOf, occurrenceTime, wallClock } from './zone'

/** `when` of the plain occurrence that a key names: there, and as long as the series' first (RFC 5545: nominal days, exact time). */
export function plainOccurrence(series: When, key: string): { start: EventTime; end: EventTime } {
  const { start, end } = series
  if (isAllDay(start) || isAllDay(end)) {
    const from = isAllDay(start) ? start.date : start.dateTime.slice(0, 10)
    const to = isAllDay(end) ? end.date : end.dateTime.slice(0, 10)
    const days = DateTime.fromISO(to, { zone: 'utc' }).diff(DateTime.fromISO(from, { zone: 'utc' }), 'days').days
    return { start: { date: key.slice(0, 10) }, end: { date: addDays(key.slice(0, 10), days) } }
  }
  const at = occurrenceTime(key, start.timeZone)
  const ends = instantOf(at) + instantOf(end) - instantOf(start)
  return { start: at, end: { dateTime: wallClock(ends, end.timeZone), timeZone: end.timeZone } }
}

/**
 * All of one occurrence, `when` without recurrence: the fields of its series with those of the exception laid over
 * them. Undefined if it is cancelled.
 *
 * @param series the fields of the series, with its `when`
 * @param key the occurrence, as {@link occurrenceKey} names it
 */
export function wholeOccurrence(series: Fields, key: string): Fields | undefined {
  const when = whenOf(series)
  const exception = (series[exceptionField(key)] ?? (exceptionField(key) in series ? null : {})) as Exception
  if (exception === null || when === undefined) return undefined
  const { start, end, ...rest } = exception
  const plain = plainOccurrence(when, key)
  const base = fieldNames(series).filter((name) => !isException(name))
  const inherited = fieldsFrom(base.map((name) => [name, series[name] ?? null]))
  return { ...inherited, ...rest, when: { start: start ?? plain.start, end: end ?? plain.end } as Json }
}

/**
 * The reverse of {@link wholeOccurrence}: in what an occurrence differs from the plain one of its series.
 *
 * @param whole its fields, all that the calendar holds
 */
export function exceptionOf(series: Fields, key: string, whole: Fields): Exception {
  const when = whenOf(series)
  const differs: Record<string, Json> = {}
  for (const name of fieldNames(whole)) {
    if (name === 'when' || isException(name)) continue
    const inherited = series[name] ?? emptyValue(name)
    if (!sameMeaning(whole[name], inherited)) differs[name] = whole[name] ?? null
  }
  const own = whenOf(whole)
  if (own && when) {
    const plain = plainOccurrence(when, key)
    const moved = !sameMeaning(own.start, plain.start) || !sameMeaning(own.end, plain.end)
    if (moved) Object.assign(differs, { start: own.start, end: own.end })
  }
  return differs
}
