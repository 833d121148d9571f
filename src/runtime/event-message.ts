import { DateTime } from 'luxon'
import type { EventTime, Exception, Field, Fields, When } from '../event/event'
import { BASE_FIELDS, exceptionField, fieldNames, isAllDay, isException, originalStart, whenOf } from '../event/event'
import type { Json } from '../event/json'
import { isArray, isObject } from '../event/json'
import { EventError } from '../event/fault'
import { emptyValue, normalCategories, normalLine, normalReminders, normalText } from '../event/normal'
import { normalRecurrence } from '../event/recurrence'
import { canonicalZone, instantOf, occurrenceKey, utcText, wallClock } from '../event/zone'
import { CalSyncError, reasonOf } from './errors'
import { brief, quoted } from './sentence'

/** An event as messages carry it: spelled as Google's API does, `exceptions` by original start. */
export type EventMessage = { uid: string; exceptions?: Record<string, Json> } & Record<string, Json | undefined>

/** More than any series needs, and few enough to be read at once. */
const MOST_EXCEPTIONS = 5000
const MOST_DATES = 5000

const TIMES: readonly string[] = ['start', 'end', 'recurrence']
const CHOICES: Partial<Record<Field, readonly string[]>> = {
  status: ['confirmed', 'tentative', 'cancelled'],
  transparency: ['opaque', 'transparent'],
  visibility: ['default', 'public', 'private', 'confidential'],
}

/** The names that messages know, and that are read of an event. */
export const EVENT_NAMES: readonly string[] = [...TIMES, ...BASE_FIELDS.filter((name) => name !== 'when'), 'exceptions']

/** A copy of an event for a message, which a flow may change freely; empty fields are left out. */
export function toEventMessage(uid: string, fields: Fields): EventMessage {
  const event: EventMessage = { uid }
  const exceptions: Record<string, Json> = {}
  for (const name of fieldNames(fields)) {
    const value = fields[name] ?? null
    if (isException(name)) exceptions[originalStart(name)] = exceptionMessage(value as Exception)
    else Object.assign(event, fieldMessage(name, value))
  }
  if (Object.keys(exceptions).length > 0) event.exceptions = exceptions
  return structuredClone(event)
}

function exceptionMessage(exception: Exception): Json {
  if (exception === null) return null
  const entries = Object.entries(exception).map(([name, value]) =>
    TIMES.includes(name)
      ? { [name]: value }
      : { ...fieldMessage(name as Field, value), ...(value === null ? { [name]: null } : {}) },
  )
  return Object.assign({}, ...entries) as Json
}

function fieldMessage(name: Field, value: Json): Record<string, Json> {
  if (value === null) return {}
  if (name === 'when') {
    const { start, end, recurrence } = value as unknown as When
    return { start, end, ...(recurrence && recurrence.length > 0 ? { recurrence } : {}) }
  }
  if (name === 'reminders') return { reminders: { useDefault: false, overrides: (value as number[]).map(popup) } }
  return { [name]: value }
}

const popup = (minutes: number): Json => ({ method: 'popup', minutes })

/** The names by which messages know the fields: `when` is `start`, `end` and `recurrence`. */
export function toChangedNames(fields: readonly Field[]): string[] {
  return fields.flatMap((field) => (field === 'when' ? TIMES : [field]))
}

/** The fields that names in a message mean. Throws for a name that is none. */
export function toFieldNames(names: readonly string[]): Field[] {
  if (names.length > MOST_EXCEPTIONS + EVENT_NAMES.length) {
    throw invalid(`changed holds ${names.length} names; an event has at most ${MOST_EXCEPTIONS} occurrences to name.`)
  }
  const fields = names.map((name): Field => {
    if (TIMES.includes(name)) return 'when'
    if (name.startsWith('exceptions.')) return exceptionField(occurrenceName(name.slice('exceptions.'.length)))
    if (name !== 'when' && BASE_FIELDS.includes(name as (typeof BASE_FIELDS)[number])) return name as Field
    throw invalid(`${quoted(name)} in changed is no field of an event. Fields are: ${FIELD_NAMES}.`)
  })
  return [...new Set(fields)]
}

const FIELD_NAMES = EVENT_NAMES.map((name) => (name === 'exceptions' ? `${name}.<original start>` : name)).join(', ')

/**
 * What a flow's event says, in normal form. Absent fields stay absent, null clears.
 *
 * @param event as in messages
 * @param zone the zone of a time that names none
 * @throws CalSyncError with what is wrong and how it is to be
 */
export function fromEventMessage(event: unknown, zone: string): Fields {
  if (!isObject(event as Json)) throw invalid('event must be an object with fields such as summary, start and end.')
  const said = event as Record<string, Json | undefined>
  const fields: Record<string, Json> = {}
  if (TIMES.some((name) => said[name] !== undefined)) readWhen(said, zone, fields)
  for (const name of BASE_FIELDS) {
    const value = said[name]
    if (name !== 'when' && value !== undefined) fields[name] = fieldValue(name, value)
  }
  readExceptions(said['exceptions'], zone, fields)
  return fields
}

function readWhen(said: Record<string, Json | undefined>, zone: string, fields: Record<string, Json>): void {
  const start = timeOf(said['start'], 'start', zone)
  const end = timeOf(said['end'], 'end', zone)
  if (isAllDay(start) !== isAllDay(end))
    throw invalid('start and end must both be days (date) or both be times (dateTime).')
  if (instantOf(end) < instantOf(start) || (isAllDay(start) && instantOf(end) === instantOf(start))) {
    throw invalid('end must be after start; the end of an all-day event is the day after its last.')
  }
  const lines = said['recurrence'] ?? []
  if (!isArray(lines) || !lines.every(isOneLine)) {
    throw invalid('recurrence must be an array of RFC 5545 lines such as "RRULE:FREQ=WEEKLY".')
  }
  const dates = lines.reduce((sum, line) => sum + line.split(',').length, 0)
  if (dates > MOST_DATES) throw invalid(`recurrence holds ${dates} dates and rules; an event may have ${MOST_DATES}.`)
  const { recurrence, excluded } = recurrenceOf(lines, start)
  fields['when'] = { start, end, ...(recurrence.length > 0 ? { recurrence } : {}) }
  for (const time of excluded) fields[exceptionField(occurrenceKey(time))] = null
}

function recurrenceOf(lines: readonly string[], start: EventTime): ReturnType<typeof normalRecurrence> {
  try {
    return normalRecurrence(lines, start)
  } catch (error) {
    throw invalid(`recurrence: ${brief(reasonOf(error), LONGEST_REASON)}`)
  }
}

const NAMES_AN_OFFSET = /T[\d:.,]*(?:Z|[+-]\d\d(?::?\d\d)?)$/i

function timeOf(value: Json | undefined, name: string, zone: string): EventTime {
  const example = `${name} must be {date: "2026-06-01"} or {dateTime: "2026-06-01T10:00:00", timeZone: "Europe/Paris"}.`
  if (!isObject(value)) throw invalid(example)
  const { date, dateTime, timeZone } = value
  if (typeof date === 'string') {
    if (!/^\d{4}-\d\d-\d\d$/.test(date) || !DateTime.fromISO(date, { zone: 'utc' }).isValid) throw invalid(example)
    return { date }
  }
  if (typeof dateTime !== 'string') throw invalid(example)
  const inZone = typeof timeZone === 'string' ? timeZone : zone
  if (canonicalZone(inZone) === undefined) throw invalid(`${name}.timeZone ${quoted(inZone)} is no IANA time zone.`)
  const time = DateTime.fromISO(dateTime, { zone: 'utc' })
  if (!time.isValid) throw invalid(example)
  // An offset in the text says which instant is meant. What a clock shows stays as it is said: luxon's own conversion
  // is an hour off in places, since it guesses from the offset of today.
  const shownIn = NAMES_AN_OFFSET.test(dateTime) ? inZone : 'UTC'
  return { dateTime: inRange(() => wallClock(time.toMillis(), shownIn)), timeZone: inZone }
}

function fieldValue(name: Field, value: Json): Json {
  if (value === null) return emptyValue(name)
  if (name === 'reminders') return remindersOf(value)
  if (name === 'categories') {
    if (!isArray(value) || !value.every((each) => typeof each === 'string'))
      throw invalid('categories must be an array of texts.')
    return normalCategories(value)
  }
  if (typeof value !== 'string') throw invalid(`${name} must be a text.`)
  const choices = CHOICES[name]
  if (choices && !choices.includes(value)) throw invalid(`${name} must be one of ${choices.join(', ')}.`)
  return name === 'description' ? normalText(value) : normalLine(value)
}

/** Google's form, or just minutes. Defaults of a calendar are the calendar's: they can't be asked for here. */
function remindersOf(value: Json): Json {
  const list = isObject(value) ? (value['overrides'] ?? []) : value
  if (!isArray(list))
    throw invalid('reminders must be {overrides: [{method: "popup", minutes: 10}]}, or an array of minutes.')
  const minutes = list.map((each) => (isObject(each) ? each['minutes'] : each))
  if (!minutes.every((each) => typeof each === 'number' && Number.isInteger(each) && each >= 0 && each <= 40320))
    throw invalid('each reminder needs its minutes before the start: whole, from 0 to 40320 (four weeks).')
  return normalReminders(minutes as number[])
}

function readExceptions(value: Json | undefined, zone: string, fields: Record<string, Json>): void {
  if (value === undefined || value === null) return
  if (!isObject(value))
    throw invalid('exceptions must be an object: original start -> fields that differ, or null for cancelled.')
  const entries = Object.entries(value)
  if (entries.length > MOST_EXCEPTIONS) {
    throw invalid(`exceptions holds ${entries.length} occurrences; an event may have ${MOST_EXCEPTIONS}.`)
  }
  for (const [key, said] of entries) {
    fields[exceptionField(occurrenceName(key))] = said === null ? null : exceptionValue(said, zone)
  }
}

function exceptionValue(said: Json, zone: string): Json {
  const { when, ...rest } = fromEventMessage(said, zone)
  const times = when ? whenOf({ when }) : undefined
  return { ...(rest as Record<string, Json>), ...(times ? { start: times.start, end: times.end } : {}) }
}

/** What may be wrong with a rule names it, and rules may be long. */
const LONGEST_REASON = 200

/** An occurrence as it is named here: `2026-06-01`, or the instant as `2026-06-01T08:00:00Z`. */
function occurrenceName(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text) || isInstant(text)) return text
  const time = DateTime.fromISO(text, { setZone: true })
  if (!time.isValid || !/(Z|[+-]\d\d:?\d\d)$/.test(text)) {
    throw invalid(`${quoted(text)} names no occurrence: use its original start, 2026-06-01 or 2026-06-01T08:00:00Z.`)
  }
  return inRange(() => utcText(time.toMillis()))
}

const isOneLine = (line: Json): line is string => typeof line === 'string' && !/\p{Cc}/u.test(line.trim())

/** Whether it is named already as we name it; there may be thousands. */
const isInstant = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  new Date(text).toISOString() === text.replace('Z', '.000Z')

/** A time that calendars can tell. */
function inRange(tell: () => string): string {
  try {
    return tell()
  } catch (error) {
    throw error instanceof EventError ? invalid(`The event can’t be taken: ${error.message}.`) : error
  }
}

const invalid = (message: string): CalSyncError => new CalSyncError('invalid-event', message, 'invalid event')
