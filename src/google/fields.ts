import type { EventTime, Exception, Field, Fields, When } from '../event/event'
import { exceptionField, fieldsFrom, isAllDay } from '../event/event'
import type { Json } from '../event/json'
import { EventError } from '../event/fault'
import { normalEnd, normalLine, normalPlace, normalText } from '../event/normal'
import { normalRecurrence } from '../event/recurrence'
import { canonicalZone, instantOf, occurrenceKey, wallClock } from '../event/zone'
import { categoriesOf } from './categories'
import { colorOf } from './color'
import { urlOf } from './link'
import { repaired } from './repair'
import { reminderMinutes } from './reminders'
import type { Surroundings } from './seen'
import { plainText } from './text'
import type { GoogleEvent } from './times'
import { eventTime, LAST_DAY, noTimeIn, zoneNamed } from './times'

/**
 * What a live event or instance means, every held field present; of a series also the occurrences that its EXDATE
 * lines exclude, which mean the same as cancelled ones.
 *
 * @throws EventError that says what can't be understood, or may not be seen
 */
export function eventFields(event: GoogleEvent, surroundings: Surroundings): Fields {
  if (event.unreadable !== undefined) throw new EventError(event.unreadable)
  if (isRedacted(event, surroundings))
    throw new EventError('Its details are private: this login may only see when it is.')
  const { when, excluded } = whenAndExcluded(event, surroundings.timeZone)
  const description = normalText(event.description)
  const base: (readonly [Field, Json])[] = [
    ['when', when],
    ['summary', normalLine(event.summary)],
    ['description', description === null ? null : normalText(plainText(description))],
    ['location', normalPlace(event.location)],
    ['url', urlOf(event)],
    ['status', event.status === 'tentative' ? 'tentative' : 'confirmed'],
    ['transparency', event.transparency === 'transparent' ? 'transparent' : 'opaque'],
    ['visibility', visibilityOf(event)],
    ['reminders', reminderMinutes(event, surroundings.defaultReminders)],
    ['categories', categoriesOf(event)],
    ['color', colorOf(event.colorId)],
  ]
  return fieldsFrom([...base, ...excluded.map((time) => [exceptionField(occurrenceKey(time)), null] as const)])
}

/** To who may not see its details, Google shows a private event without title or text; carried on, that would empty copies. */
function isRedacted({ visibility, summary }: GoogleEvent, { accessRole }: Surroundings): boolean {
  return visibility === 'private' && typeof summary !== 'string' && !['owner', 'writer'].includes(accessRole)
}

/** Whether the calendar's owner does not go to a meeting, or to one occurrence. */
export const isDeclined = ({ attendees }: GoogleEvent): boolean =>
  (attendees ?? []).some(({ self, responseStatus }) => self === true && responseStatus === 'declined')

function visibilityOf({ visibility }: GoogleEvent): string {
  if (visibility === 'confidential' || visibility === 'private') return 'private'
  return visibility === 'public' ? 'public' : 'default'
}

function whenAndExcluded(event: GoogleEvent, calendarZone: string): { when: When; excluded: EventTime[] } {
  const first = eventTime(event.start, calendarZone)
  if (!first) throw new EventError(whyNoStart(event))
  const start = event.recurrence ? inZone(first, zoneNamed(event.start?.timeZone ?? calendarZone)) : first
  // The end of an event without one is a placeholder.
  const given = event.endTimeUnspecified === true ? undefined : eventTime(event.end, calendarZone)
  const noTime = event.endTimeUnspecified === true ? undefined : noTimeIn(event.end)
  if (noTime !== undefined) throw new EventError(`It ends at ${noTime}, which is no time that can be computed with.`)
  const end = normalEnd(start, given)
  if (isAllDay(start) && start.date >= LAST_DAY) throw new EventError('It lasts beyond the year 9999.')
  const zone = event.start?.timeZone
  const isUnknownZone =
    typeof event.start?.dateTime === 'string' && typeof zone === 'string' && !canonicalZone(zoneNamed(zone))
  // A single event has its instant all the same; a series would wander with a wrong zone.
  if (isUnknownZone && event.recurrence) throw new EventError(`Its time zone "${zone}" is not known here.`)
  const { recurrence, excluded } = normalRecurrence(repaired(event.recurrence ?? [], start), start)
  if (recurrence.length === 0) return { when: { start, end }, excluded: [] }
  return { when: { start, end, recurrence }, excluded }
}

function whyNoStart({ start }: GoogleEvent): string {
  const noTime = noTimeIn(start)
  if (noTime !== undefined) return `It starts at ${noTime}, which is no time that can be computed with.`
  const isClock = typeof start?.dateTime === 'string' && typeof start.timeZone === 'string'
  return isClock
    ? `It starts at ${start.dateTime} in the time zone "${start.timeZone}", which is not known here.`
    : 'It has no start that can be understood.'
}

/** A series recurs on the clock of its own zone, even where it starts in an hour that this shows twice. */
function inZone(time: EventTime, zone: string): EventTime {
  if (isAllDay(time) || time.timeZone === zone || !canonicalZone(zone)) return time
  return { dateTime: wallClock(instantOf(time), zone), timeZone: zone }
}

/** What fields say of one occurrence: that it is cancelled (null), in what it differs, or nothing (`{}`). */
export function exceptionIn(fields: Fields, key: string): Exception {
  const name = exceptionField(key)
  return (name in fields ? (fields[name] ?? null) : {}) as Exception
}
