import { ProviderError } from '../event/calendar'
import type { Field, Fields, When } from '../event/event'
import { isAllDay, whenOf } from '../event/event'
import type { Json } from '../event/json'
import { isArray } from '../event/json'
import { emptyValue } from '../event/normal'
import { basicTime } from '../event/recurrence'
import { ruleFault } from '../event/rule'
import { categoryProperties } from './categories'
import { colorIdOf } from './color'
import { linkMembers } from './link'
import { writeReminders } from './reminders'
import type { Ref } from './seen'
import { asDescription } from './text'
import type { GoogleEvent } from './times'
import { patchTime } from './times'

export type Writing = {
  /** Occurrence keys that an EXDATE line is to exclude. */
  readonly excluded: readonly string[]
  /** What was there: some of it decides how a value is written. */
  readonly before?: Ref
  /** Whether a recurrence is there that would have to be taken away. */
  readonly recurred: boolean
  /** Whether there is a link, whose title stays. */
  readonly isLinked: boolean
}

/**
 * The members of a patch that make an event hold the named fields; what `fields` lacks is cleared.
 * Exceptions are not part of it: each is a resource of its own.
 */
export function patchBody(fields: Fields, names: readonly Field[], writing: Writing): GoogleEvent {
  return names.map((name) => member(fields, name, writing)).reduce(joined, {})
}

/** One body of two, extended properties and all. */
export function joined(one: GoogleEvent, other: GoogleEvent): GoogleEvent {
  const [ours, theirs] = [one.extendedProperties, other.extendedProperties]
  if (!ours || !theirs) return { ...one, ...other }
  const extendedProperties = { ...ours, ...theirs, private: { ...ours.private, ...theirs.private } }
  return { ...one, ...other, extendedProperties }
}

function member(fields: Fields, name: Field, writing: Writing): GoogleEvent {
  const value = fields[name] ?? emptyValue(name)
  const { before, isLinked } = writing
  switch (name) {
    case 'when':
      return whenMembers(whenOf(fields), writing)
    case 'summary':
    case 'location':
      return { [name]: text(value) }
    case 'description':
      return { description: typeof value === 'string' ? asDescription(value) : null }
    case 'status':
    case 'transparency':
    case 'visibility':
      return { [name]: text(value) ?? text(emptyValue(name)) }
    case 'reminders':
      return { reminders: writeReminders(isArray(value) ? (value as readonly number[]) : null, before?.overrides) }
    case 'url':
      return linkMembers(text(value), isLinked)
    case 'color':
      return { colorId: colorIdOf(text(value)) }
    case 'categories':
      return categoryProperties(isArray(value) ? (value as readonly string[]) : null, before?.forThunderbird === true)
    default:
      return {}
  }
}

const text = (value: Json): string | null => (typeof value === 'string' ? value : null)

function whenMembers(when: When | undefined, { excluded, recurred, before }: Writing): GoogleEvent {
  if (!when) return {}
  // An end that is written is no placeholder any more; it would be read as none.
  const ended = before?.isEndless === true ? { endTimeUnspecified: false } : {}
  const times = { start: patchTime(when.start), end: patchTime(when.end), ...ended }
  if (!when.recurrence) return recurred ? { ...times, recurrence: null } : times
  return { ...times, recurrence: [...linesOf(when, when.recurrence), ...exclusion(when, excluded)] }
}

/** Without a rule, the start counts for sure only where it is among the dates. */
function linesOf({ start }: When, recurrence: readonly string[]): readonly string[] {
  const fault = recurrence.map(ruleFault).find((each) => each !== undefined)
  if (fault !== undefined) throw new ProviderError('refused', `It could not be written: ${fault}.`)
  if (recurrence.some((line) => line.startsWith('RRULE'))) return recurrence
  return recurrence.map((line) => (line.startsWith('RDATE') ? line.replace(':', `:${basicTime(start)},`) : line))
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
