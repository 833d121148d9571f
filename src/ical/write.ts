import type { Mark, Millis, Uid } from '../event/calendar'
import type { Fields, When } from '../event/event'
import { emptyValue } from '../event/normal'
import { wholeOccurrence } from '../event/occurrence'
import { withNoAlarm } from './alarm'
import type { Component } from './component'
import { component, componentText } from './component'
import type { Editing } from './edit'
import { setFields } from './edit'
import { parseLine } from './line'
import { setMark } from './mark'
import { exceptionKeys, newOverride } from './override'
import { utcValue } from './time'
import { tzidsOf, yearOf } from './tzids'
import { writeText } from './value'
import { exceptionAt, holdable, timeOf } from './wanted'
import { setExcluded } from './when'
import { zonesOf } from './zone'

export const PRODID = '-//CalSync//node-red-contrib-calsync//EN'

/** A resource to be made. `now` is its time stamp. */
export type NewEvent = {
  readonly uid: Uid
  readonly fields: Fields
  readonly mark?: Mark
  readonly now: Millis
  /** Whether to say of an event without reminders that it is to have none, as Apple's apps do. */
  readonly saysNoAlarm?: boolean
}

/**
 * The text of a new resource that holds these fields, ready to be sent.
 *
 * @throws IcalError for an event without a time or in a zone that is not known
 */
export function writeEvent({ uid, fields, mark, now, saysNoAlarm = false }: NewEvent): string {
  const wanted = holdable(fields)
  const when = timeOf(wanted)
  const calendar = component('VCALENDAR', ['VERSION:2.0', `PRODID:${PRODID}`, 'CALSCALE:GREGORIAN'].map(parseLine))
  const zones = zonesOf(calendar, 'UTC')
  const tzids = tzidsOf(calendar, zones)
  const editing = { zones, tzids }
  const master = withExdates(newMaster({ uid, now }, wanted, when, editing), wanted, when, editing)
  const overrides = overridesIn(master, wanted, when, editing)
  const made = [mark ? setMark(master, mark) : master, ...overrides]
  const events = saysNoAlarm ? made.map(withNoAlarm) : made
  const whole = tzids.define({ ...calendar, content: [...calendar.content, ...events] }, yearOf(when.start))
  return componentText(whole)
}

/** TRANSP is told even where it is the default: calendar apps take days for free and times for busy. */
function newMaster({ uid, now }: { uid: Uid; now: Millis }, wanted: Fields, when: When, editing: Editing): Component {
  const stamp = utcValue(now)
  const lines = [
    `UID:${writeText(uid)}`,
    `DTSTAMP:${stamp}`,
    `CREATED:${stamp}`,
    `LAST-MODIFIED:${stamp}`,
    'SEQUENCE:0',
    `TRANSP:${wanted.transparency === 'transparent' ? 'TRANSPARENT' : 'OPAQUE'}`,
    `STATUS:${typeof wanted.status === 'string' ? wanted.status.toUpperCase() : 'CONFIRMED'}`,
  ]
  const held = { transparency: wanted.transparency ?? null, status: wanted.status ?? emptyValue('status') }
  return setFields(
    component('VEVENT', lines.map(parseLine)),
    { held, wanted, single: when.recurrence === undefined },
    editing,
  )
}

function withExdates(master: Component, wanted: Fields, when: When, { zones }: Editing): Component {
  const cancelled = exceptionKeys(wanted).filter((key) => exceptionAt(wanted, key) === null)
  const exclusion = { start: when.start, wanted: new Set(cancelled), allowed: new Set<string>(), rewrite: false }
  return setExcluded(master, exclusion, zones)
}

function overridesIn(master: Component, wanted: Fields, when: When, editing: Editing): Component[] {
  return exceptionKeys(wanted)
    .sort()
    .flatMap((key) => {
      const exception = exceptionAt(wanted, key)
      const whole = wholeOccurrence(wanted, key)
      if (exception === null || Object.keys(exception).length === 0 || whole === undefined) return []
      return [newOverride(master, when.start, key, whole, editing)]
    })
}
