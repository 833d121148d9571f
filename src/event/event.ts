import type { Json } from './json'

/**
 * A point on the calendar: a day, or a wall clock time in an IANA time zone.
 * `date` is `YYYY-MM-DD`; `dateTime` is `YYYY-MM-DDTHH:MM:SS`, without offset.
 */
export type EventTime = { readonly date: string } | { readonly dateTime: string; readonly timeZone: string }

/**
 * When a series takes place: start, exclusive end, and the RFC 5545 content lines of its recurrence
 * (RRULE, RDATE, EXRULE; an EXDATE is an exception) in the normal form of `recurrence.ts`.
 * A single event has no `recurrence`.
 */
export type When = {
  readonly start: EventTime
  readonly end: EventTime
  readonly recurrence?: readonly string[]
}

/** The fields of an event besides its exceptions. `when` is one unit: compared, merged and written together. */
export const BASE_FIELDS = [
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
] as const
export type BaseField = (typeof BASE_FIELDS)[number]

/** `exceptions.<original start>`: one occurrence that differs from its series; see `occurrenceKey`. */
export type ExceptionField = `exceptions.${string}`
export type Field = BaseField | ExceptionField

/**
 * What a calendar holds of an event, in normal form (`normal.ts`). `null`: known to be empty. Key missing: not known,
 * so that a base with a missing key is no base. Values:
 * - `when`: {@link When}
 * - `summary`, `description`, `location`, `url`, `color`: string or null
 * - `status`: `confirmed` | `tentative` | `cancelled`; `transparency`: `opaque` | `transparent`;
 *   `visibility`: `default` | `public` | `private` | `confidential`
 * - `reminders`: sorted minutes before the start, no doubles; null when there are none
 * - `categories`: sorted strings; null when there are none
 * - `exceptions.<original start>`: {@link Exception}
 */
export type Fields = { readonly [field in Field]?: Json }

/**
 * One occurrence: `null` if it is cancelled, else the fields in which it differs from its series, `start` and `end`
 * in place of `when`. `{}` is an occurrence like all others; it stands in `Fields` only where it has to be said.
 */
export type Exception = null | { readonly [field: string]: Json }

export const isException = (field: Field): field is ExceptionField => field.startsWith('exceptions.')

export const exceptionField = (originalStart: string): ExceptionField => `exceptions.${originalStart}`

export const originalStart = (field: ExceptionField): string => field.slice('exceptions.'.length)

/** The names in `fields`, typed. */
export const fieldNames = (fields: Fields): Field[] => Object.keys(fields) as Field[]

/** The `when` of an event; every event that was read has one. */
export function whenOf(fields: Fields): When | undefined {
  return (fields.when ?? undefined) as When | undefined
}

export const isAllDay = (time: EventTime): time is { readonly date: string } => 'date' in time

/** Fields from a list of entries, typed. */
export const fieldsFrom = (entries: Iterable<readonly [Field, Json]>): Fields => Object.fromEntries(entries)
