import type { Fields, When } from '../event/event'
import { isAllDay } from '../event/event'
import type { Json } from '../event/json'
import { isArray } from '../event/json'
import { emptyValue, sameMeaning } from '../event/normal'
import { readReminders, setReminders } from './alarm'
import { setCategories } from './categories'
import type { Component, Node } from './component'
import { isLineNamed, lineNamed, replaceLines, without } from './component'
import { readSpan } from './fields'
import { HELD_FIELDS } from './holds'
import { plainParams } from './quoted-printable'
import { formOf, utcValue } from './time'
import type { Tzids } from './tzids'
import { writeText } from './value'
import { timeOf } from './wanted'
import { setRecurrence, setSpan } from './when'
import type { Zones } from './zone'

/** What an edit of a resource needs to know. */
export type Editing = {
  readonly zones: Zones
  readonly tzids: Tzids
  /** Whether times in the zone of floating times are to float: those of an occurrence do as its series does. */
  readonly floats?: boolean
  /** Whether the series comes to recur on other dates, for which zones known by their rules alone may not hold. */
  readonly redated?: boolean
  /** Whether the event turns from times to days or back. */
  readonly turns?: boolean
}

/** What a VEVENT holds and what it is to hold, exceptions apart; `single`: whether it then takes place once. */
export type Change = { readonly held: Fields; readonly wanted: Fields; readonly single: boolean }

/**
 * A VEVENT brought to hold what is wanted. Lines that mean it already stay as they are; if all do, it is the same
 * object.
 *
 * @param change its `when` has the recurrence in it; what `wanted` lacks is cleared
 */
export function setFields(event: Component, { held, wanted, single }: Change, editing: Editing): Component {
  const when = timeOf(wanted)
  const stays = sameMeaning(held.when, wanted.when) && editing.redated !== true
  let edited = stays ? event : setWhen(event, when, editing)
  for (const name of HELD_FIELDS) {
    if (name === 'when' || name === 'reminders') continue
    const value = wanted[name] ?? emptyValue(name)
    if (!sameMeaning(held[name] ?? emptyValue(name), value)) edited = setField(edited, name, value)
  }
  return setAlarms(edited, wanted, single, editing.zones)
}

function setWhen(event: Component, when: When, editing: Editing): Component {
  const turns = isAllDay(when.start) !== isOfDays(event)
  const timed = setRecurrence(setSpan(event, when, editing), when, { ...editing, turns })
  return turns ? without(timed, isLineNamed(...SAY_ALL_DAY)) : timed
}

/** By these Outlook and Funambol tell days from times, whatever DTSTART is. */
const SAY_ALL_DAY = ['X-MICROSOFT-CDO-ALLDAYEVENT', 'X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT', 'X-FUNAMBOL-ALLDAY']

function isOfDays(event: Component): boolean {
  const start = lineNamed(event, 'DTSTART')
  return start !== undefined && formOf(start).is === 'date'
}

/** The alarms come last: what they mean depends on the times. */
function setAlarms(event: Component, wanted: Fields, single: boolean, zones: Zones): Component {
  const context = { ...readSpan(event, zones), single }
  const reminders = wanted.reminders ?? null
  if (sameMeaning(readReminders(event, context), reminders)) return event
  const minutes = isArray(reminders) ? reminders.filter((each) => typeof each === 'number') : []
  return setReminders(event, minutes, context, typeof wanted.summary === 'string' ? wanted.summary : 'Reminder')
}

type TextField = Exclude<(typeof HELD_FIELDS)[number], 'when' | 'reminders'>

function setField(event: Component, name: TextField, value: Json): Component {
  const text = typeof value === 'string' ? value : null
  switch (name) {
    case 'summary':
      return setText(event, 'SUMMARY', text)
    case 'description':
      return setText(without(event, isLineNamed('X-ALT-DESC')), 'DESCRIPTION', text)
    case 'location':
      return setText(without(event, isOfOldPlace), 'LOCATION', text)
    case 'url':
      return setUrl(event, text)
    case 'categories':
      return setCategories(event, isArray(value) ? value.filter((each) => typeof each === 'string') : [])
    case 'color':
      return replaceLines(event, ['COLOR'], text === null ? [] : [`COLOR:${text}`])
    case 'status':
      return setWord(event, 'STATUS', text)
    case 'transparency':
      return setWord(event, 'TRANSP', text)
    case 'visibility':
      return setWord(event, 'CLASS', text === 'default' ? null : text)
  }
}

/** Parameters stay (LANGUAGE), but for those that tell the old text in another form. */
function setText(event: Component, name: string, text: string | null): Component {
  const old = lineNamed(event, name)
  const params = old ? plainParams(old, 'ALTREP') : ''
  return replaceLines(event, [name], text === null ? [] : [`${name}${params}:${writeText(text)}`])
}

/** A URI is not escaped (RFC 5545 3.3.13). */
function setUrl(event: Component, url: string | null): Component {
  const old = lineNamed(event, 'URL')
  return replaceLines(event, ['URL'], url === null ? [] : [`URL${old ? plainParams(old) : ';VALUE=URI'}:${url}`])
}

/** Upper case: iCloud refuses any other spelling of a STATUS. */
function setWord(event: Component, name: string, word: string | null): Component {
  return replaceLines(event, [name], word === null ? [] : [`${name}:${word.toUpperCase()}`])
}

/** A position, Apple's map pin and travel time and Outlook's places belong to the old place. */
const isOfOldPlace = (node: Node): boolean =>
  node.kind === 'line' && /^(GEO$|X-APPLE-(STRUCTURED-LOCATION$|TRAVEL-)|X-MICROSOFT-LOCATION)/.test(node.name)

/** A changed VEVENT with a higher SEQUENCE and the time of the change. */
export function stamped(event: Component, now: number): Component {
  const sequence = Number.parseInt(lineNamed(event, 'SEQUENCE')?.value ?? '', 10)
  const next = Number.isSafeInteger(sequence) && sequence >= 0 ? sequence + 1 : 1
  const counted = replaceLines(event, ['SEQUENCE'], [`SEQUENCE:${next}`])
  return ['DTSTAMP', 'LAST-MODIFIED'].reduce(
    (stamping, name) => replaceLines(stamping, [name], [`${name}:${utcValue(now)}`]),
    counted,
  )
}
