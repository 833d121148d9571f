import type { EventTime } from '../event/event'
import { instantOf } from '../event/zone'
import { normalReminders } from '../event/normal'
import type { Component } from './component'
import { childrenNamed, component, lineNamed, withContent } from './component'
import { IcalError } from './error'
import type { Line } from './line'
import { param, parseLine } from './line'
import { utcInstant } from './time'
import { readDuration, triggerValue, writeText } from './value'

/** What the minutes of an alarm are measured against. `single`: the event takes place once. */
export type AlarmContext = { readonly start: EventTime; readonly end: EventTime; readonly single: boolean }

/** The reminders of an event: the minutes of all alarms that the field can express, in normal form. */
export function readReminders(event: Component, context: AlarmContext): readonly number[] | null {
  const minutes = childrenNamed(event, 'VALARM').map((alarm) => minutesOf(alarm, context))
  return normalReminders(minutes.filter((each) => each !== undefined))
}

/**
 * The event with alarms at exactly these minutes: those that are there stay as they are, and so do all that the field
 * can't express.
 */
export function setReminders(
  event: Component,
  wanted: readonly number[],
  context: AlarmContext,
  description: string,
): Component {
  const missing = new Set(wanted)
  const content = event.content.filter((node) => {
    if (node.kind !== 'component' || node.name !== 'VALARM') return true
    const minutes = minutesOf(node, context)
    if (minutes === undefined) return true
    missing.delete(minutes)
    return wanted.includes(minutes)
  })
  return withContent(event, [...content, ...[...missing].map((minutes) => alarmAt(minutes, description))])
}

/** An alarm that shows a text some minutes before the start (RFC 5545 3.6.6: DISPLAY needs a DESCRIPTION). */
function alarmAt(minutes: number, description: string): Component {
  const lines = ['ACTION:DISPLAY', `DESCRIPTION:${writeText(description)}`, `TRIGGER:${triggerValue(minutes)}`]
  return component('VALARM', lines.map(parseLine))
}

/**
 * An event without alarms with the alarm by which Apple's apps say "none", at a time long ago; they and iCloud give an
 * event without any alarm their default one.
 */
export function withNoAlarm(event: Component): Component {
  if (childrenNamed(event, 'VALARM').length > 0) return event
  const lines = ['ACTION:NONE', 'TRIGGER;VALUE=DATE-TIME:19760401T005545Z', 'X-APPLE-LOCAL-DEFAULT-ALARM:TRUE']
  return withContent(event, [...event.content, component('VALARM', lines.map(parseLine))])
}

/**
 * How many minutes before the start an alarm goes off; undefined where the field `reminders` can't say it: after the
 * start, no whole minute, out of range, an absolute time of a series, at a place, a snoozed one (RFC 9074), or none at
 * all (Apple says "no alarm" by ACTION:NONE at a time in 1976).
 */
function minutesOf(alarm: Component, context: AlarmContext): number | undefined {
  const trigger = lineNamed(alarm, 'TRIGGER')
  if (trigger === undefined || lineNamed(alarm, 'ACTION')?.value.trim().toUpperCase() === 'NONE') return undefined
  if (['X-APPLE-PROXIMITY', 'PROXIMITY', 'RELATED-TO'].some((name) => lineNamed(alarm, name))) return undefined
  const before = secondsBefore(trigger, context)
  return before === undefined ? undefined : normalReminders([before / 60])?.[0]
}

function secondsBefore(trigger: Line, { start, end, single }: AlarmContext): number | undefined {
  const absolute = utcInstant(trigger.value)
  if (absolute !== undefined) return single ? (instantOf(start) - absolute) / 1000 : undefined
  const offset = relativeSeconds(trigger)
  if (offset === undefined) return undefined
  const fromEnd = param(trigger, 'RELATED')?.toUpperCase() === 'END'
  return -(fromEnd ? offset + (instantOf(end) - instantOf(start)) / 1000 : offset) + 0
}

/** An alarm that can't be understood is one that we don't show and don't touch; the event is readable without it. */
function relativeSeconds(trigger: Line): number | undefined {
  try {
    const { days, seconds } = readDuration(trigger)
    return days * 86400 + seconds
  } catch (error) {
    if (error instanceof IcalError) return undefined
    throw error
  }
}
