import type { Holds } from '../event/calendar'
import type { BaseField, Field, Fields } from '../event/event'
import { isException } from '../event/event'
import type { Json } from '../event/json'
import { isArray, isObject } from '../event/json'
import { normalText } from '../event/normal'
import { fitCategories } from './categories'
import { fitColor } from './color'
import { FEW_CANCELLED } from './exclusions'
import { fitUrl } from './link'
import { asDescription } from './text'

/** The fields of an event that Google holds and this provider carries. */
export const HELD = [
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

/** More overrides than these Google refuses. */
const MOST_REMINDERS = 5
/** Characters; longer texts are refused. Google says nothing of it: these are what other clients keep to. */
const LONGEST: Readonly<Record<string, number>> = { summary: 1024, location: 1024, description: 8192 }
/** `&amp;`, in place of one character. */
const LONGEST_ENTITY = 5
/** An occurrence has no visibility of its own: making one more private makes the whole series so. */
const HELD_BY_OCCURRENCE: readonly string[] = [...HELD.filter((name) => name !== 'visibility'), 'start', 'end']

export const holds: Holds = { fields: HELD, fit, requests }

function fit(field: Field, value: Json): Json {
  if (isException(field)) return isObject(value) ? fitOccurrence(value) : value
  return fitValue(field, value)
}

/** One for a series with what is cancelled of it, and one for each other occurrence. */
function requests(fields: Fields, changed: readonly Field[]): number {
  const occurrences = changed.filter(isException)
  const cancelled = occurrences.filter((name) => fields[name] === null).length
  const isOfSeries = occurrences.length < changed.length || cancelled > FEW_CANCELLED
  const alone =
    changed.includes('when') || cancelled > FEW_CANCELLED ? occurrences.length - cancelled : occurrences.length
  return Math.max(1, alone + (isOfSeries ? 1 : 0))
}

/** A value that does not fit at all is not said: the occurrence is then like its series. */
function fitOccurrence(occurrence: { readonly [field: string]: Json }): Json {
  const fitting = Object.entries(occurrence)
    .filter(([name]) => HELD_BY_OCCURRENCE.includes(name))
    .map(([name, value]) => ({ name, value, fit: fitValue(name, value) }))
    .filter(({ value, fit: fitted }) => value === null || fitted !== null)
  return Object.fromEntries(fitting.map(({ name, fit: fitted }) => [name, fitted]))
}

function fitValue(name: string, value: Json): Json {
  // A cancelled event is a deleted one at Google; "tentative" comes nearest among those that stay.
  if (name === 'status' && value === 'cancelled') return 'tentative'
  // Google takes "confidential" for private, by its documentation "for compatibility reasons".
  if (name === 'visibility' && value === 'confidential') return 'private'
  if (name === 'reminders' && isArray(value)) return value.slice(0, MOST_REMINDERS)
  if (name === 'categories' && isArray(value)) return fitCategories(value as readonly string[])
  return typeof value === 'string' ? fitText(name, value) : value
}

function fitText(name: string, value: string): string | null {
  if (name === 'url') return fitUrl(value)
  if (name === 'color') return fitColor(value)
  const longest = LONGEST[name]
  if (longest === undefined) return value
  return name === 'description' ? cutDescription(value, longest) : cut(value, longest)
}

/** Cut so that it fits with what of it has to be written as entities. */
function cutDescription(text: string, longest: number): string | null {
  let held = cut(text, longest)
  for (;;) {
    const excess = asDescription(held ?? '').length - longest
    if (held === null || excess <= 0) return held
    held = cut(held, held.length - Math.ceil(excess / LONGEST_ENTITY))
  }
}

/** The beginning of a text that is too long, no character of it halved. */
function cut(text: string | null, longest: number): string | null {
  if (text === null || text.length <= longest) return text
  return normalText(text.slice(0, longest).replace(/[\ud800-\udbff]$/, ''))
}
