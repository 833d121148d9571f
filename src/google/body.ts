import type { Field, Fields, When } from '../event/event'
import { isAllDay, whenOf } from '../event/event'
import type { Json } from '../event/json'
import { isArray } from '../event/json'
import { emptyValue } from '../event/normal'
import type { Override } from './reminders'
import { writeReminders } from './reminders'
import type { GoogleEvent } from './times'
import { patchTime } from './times'

export type Writing = {
  /** Occurrence keys that an EXDATE line is to exclude. */
  readonly excluded: readonly string[]
  /** The reminders that were there, for their methods. */
  readonly overrides?: readonly Override[]
  /** Whether a recurrence is there that would have to be taken away. */
  readonly recurred: boolean
}

/**
 * The members of a patch that make an event hold the named fields; what `fields` lacks is cleared.
 * Exceptions are not part of it: each is a resource of its own.
 */
export function patchBody(fields: Fields, names: readonly Field[], writing: Writing): GoogleEvent {
  return Object.assign({}, ...names.map((name) => member(fields, name, writing))) as GoogleEvent
}

function member(fields: Fields, name: Field, writing: Writing): GoogleEvent {
  const value = fields[name] ?? emptyValue(name)
  switch (name) {
    case 'when':
      return whenMembers(whenOf(fields), writing)
    case 'summary':
    case 'description':
    case 'location':
      return { [name]: text(value) }
    case 'status':
    case 'transparency':
    case 'visibility':
      return { [name]: text(value) ?? text(emptyValue(name)) }
    case 'reminders':
      return { reminders: writeReminders(isArray(value) ? (value as readonly number[]) : null, writing.overrides) }
    default:
      return {}
  }
}

const text = (value: Json): string | null => (typeof value === 'string' ? value : null)

function whenMembers(when: When | undefined, { excluded, recurred }: Writing): GoogleEvent {
  if (!when) return {}
  const times = { start: patchTime(when.start), end: patchTime(when.end) }
  if (!when.recurrence) return recurred ? { ...times, recurrence: null } : times
  return { ...times, recurrence: [...when.recurrence, ...exclusion(when, excluded)] }
}

function exclusion({ start }: When, keys: readonly string[]): string[] {
  if (keys.length === 0) return []
  const dates = keys.map((key) => key.replace(/[-:]/g, '')).join(',')
  return [isAllDay(start) ? `EXDATE;VALUE=DATE:${dates}` : `EXDATE:${dates}`]
}

/** A patch as the body of an insert: what it would clear is not said. */
export function insertBody(patch: GoogleEvent): GoogleEvent {
  return JSON.parse(JSON.stringify(patch, (_, value: unknown) => (value === null ? undefined : value))) as GoogleEvent
}
