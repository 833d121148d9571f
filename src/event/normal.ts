import type { EventTime, Field, Fields, When } from './event'
import { fieldNames, isAllDay, isException } from './event'
import type { Hash, Json } from './json'
import { hashJson, isArray, isObject, sameJson } from './json'
import { recurrenceMeaning } from './series-meaning'
import { addDays, canonicalZone, instantOf } from './zone'

/** Text in normal form: line ends `\n`, no control characters, no blanks at the end; null if nothing is left. */
export function normalText(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null

  const clean = text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '')
  return clean.trimEnd() === '' ? null : clean.trimEnd()
}

/** A summary or location in normal form: text on one line. */
export function normalLine(text: string | null | undefined): string | null {
  return normalText(text?.replace(/[\r\n]+/g, ' '))
}

/** A location in normal form: its lines are those of an address, with commas between them. */
export function normalPlace(text: string | null | undefined): string | null {
  const [first = '', ...more] =
    text
      ?.trimEnd()
      .replace(/^\s*[\r\n]\s*/, '')
      .split(/[\r\n]+/) ?? []
  const last = more.pop()
  const others = more.map((line) => withoutComma(line.trimStart())).filter(Boolean)
  return normalLine(last === undefined ? first : [withoutComma(first), ...others, last.trimStart()].join(', '))
}

/** A line without the blanks and commas at its end. */
function withoutComma(line: string): string {
  let end = line.length
  while (end > 0 && /[\s,]/.test(line.charAt(end - 1))) end -= 1
  return line.slice(0, end)
}

/** Minutes before the start: whole, 0 to 40320 (four weeks, what both calendars can hold), sorted, no doubles; null for none. */
export function normalReminders(minutes: readonly number[]): readonly number[] | null {
  const held = minutes.filter((each) => Number.isInteger(each) && each >= 0 && each <= 40320)
  return held.length === 0 ? null : [...new Set(held)].sort((a, b) => a - b)
}

/** Sorted texts on one line each, without doubles and blanks; null for none. */
export function normalCategories(names: readonly string[]): readonly string[] | null {
  const held = names.map((name) => normalLine(name)?.trim() ?? '').filter(Boolean)
  return held.length === 0 ? null : [...new Set(held)].sort()
}

/** A day's end is after its start and a time's end is not before it; calendars hold such events, each app shows them so. */
export function normalEnd(start: EventTime, end: EventTime | undefined): EventTime {
  if (isAllDay(start)) {
    const next = addDays(start.date, 1)
    return end && isAllDay(end) && end.date >= next ? end : { date: next }
  }
  return end && !isAllDay(end) && instantOf(end) >= instantOf(start) ? end : start
}

/** The value that an event has in a field of which nothing is said. */
export function emptyValue(field: Field): Json {
  if (isException(field)) return {}
  if (field === 'status') return 'confirmed'
  if (field === 'transparency') return 'opaque'
  if (field === 'visibility') return 'default'
  return null
}

/**
 * What a value means, as JSON that is the same whenever the meaning is: Unicode forms are one, names of a zone, zones in
 * which a time is the same instant, and rules by which a series has the same occurrences.
 */
export function meaning(value: Json | undefined): Json {
  if (!isObject(value)) return spelled(value)
  if (isTime(value)) return timeMeaning(value)
  const known = meanings.get(value)
  if (known !== undefined) return known
  const found = objectMeaning(value)
  meanings.set(value, found)
  return found
}

/** What was found out, for as long as the value lives: values are never changed, and asked about again and again. */
const meanings = new WeakMap<object, Json>()

function objectMeaning(value: { readonly [key: string]: Json }): Json {
  const { start, end, recurrence, ...rest } = value
  if (!isTime(start) || !isTime(end)) return spelled(value)
  const others = spelled(rest) as { readonly [key: string]: Json }
  const times = { start: timeMeaning(start), end: timeMeaning(end) }
  if (recurrence === undefined) return { ...others, ...times }
  const occurrences = recurrenceMeaning(value as When)
  return occurrences === undefined ? spelled(value) : { ...others, ...times, recurrence: occurrences }
}

const isTime = (value: Json | undefined): value is EventTime =>
  isObject(value) &&
  (typeof value.date === 'string' || (typeof value.dateTime === 'string' && typeof value.timeZone === 'string'))

/** A day, or the instant of a time in milliseconds. */
function timeMeaning(time: EventTime): Json {
  if (isAllDay(time)) return time.date
  const instant = instantOf(time)
  return Number.isNaN(instant) ? spelled(time) : instant
}

/** What a value says, where times in different zones are different: so did version 0.1 compare. */
export function spelled(value: Json | undefined): Json {
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return value.normalize('NFC')
  if (isArray(value)) return value.map(spelled)
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === 'timeZone' && typeof inner === 'string' ? (canonicalZone(inner) ?? inner) : spelled(inner),
      ]),
    )
  }
  return value
}

/** Whether two times are the same on the same clock, and not only the same instant. */
export const sameSpelling = (a: EventTime, b: EventTime): boolean => sameJson(spelled(a), spelled(b))

/** Whether two values of a field mean the same. A missing key is no value: it is equal to nothing but another. */
export function sameMeaning(a: Json | undefined, b: Json | undefined): boolean {
  return sameJson(a, b) || (a !== undefined && b !== undefined && sameJson(meaning(a), meaning(b)))
}

/** Whether two readings of an event mean the same in every field. */
export function sameFields(a: Fields, b: Fields): boolean {
  const names = fieldNames(a)
  return names.length === fieldNames(b).length && names.every((name) => sameMeaning(a[name], b[name]))
}

/** Hash of what fields mean; a plain occurrence and an empty value count as not said. */
export function hashFields(fields: Fields): Hash {
  return hashJson(saidIn(fields, meaning))
}

/**
 * Whether a hash is that of what these fields mean; also one of version 0.1, by which times in different zones differed
 * (in marks on what it wrote, and in its state).
 */
export function isHashOf(hash: Hash, fields: Fields): boolean {
  return hash === hashFields(fields) || hash === hashJson(saidIn(fields, spelled))
}

function saidIn(fields: Fields, as: (value: Json | undefined) => Json): Json {
  const said = fieldNames(fields).filter((name) => !sameMeaning(fields[name], emptyValue(name)))
  return Object.fromEntries(said.map((name) => [name, as(fields[name])]))
}
