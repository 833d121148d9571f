import type { Known, Live, ResourceId, Seen, Uid } from '../event/calendar'
import type { Field, Fields } from '../event/event'
import { exceptionField, fieldNames, fieldsFrom, whenOf } from '../event/event'
import { EventError, faultOf } from '../event/fault'
import { exceptionOf } from '../event/occurrence'
import type { Json } from '../event/json'
import { sameJson } from '../event/json'
import { normalReminders } from '../event/normal'
import { MOST_DATES } from '../event/recurrence'
import { keepsForThunderbird } from './categories'
import { eventFields, isDeclined } from './fields'
import { markOf } from './mark'
import type { Sliced } from './sliced'
import { atOnce } from './sliced'
import { occurs } from '../event/occurs'
import type { Override } from './reminders'
import { methodsToKeep, usesDefaults } from './reminders'
import type { GoogleEvent } from './times'
import { instanceId, keyOfInstance } from './times'

/** What of its calendar an event's meaning depends on. */
export type Surroundings = {
  readonly timeZone: string
  readonly accessRole: string
  /** Minutes before the start. */
  readonly defaultReminders: readonly number[]
}

/** The `ref` of an event: its ETag and what else a later write needs to know of it. */
export type Ref = {
  readonly etag: string
  /** Of a series: by which the series is found with its exceptions. */
  readonly iCalUID?: string
  /** ETags of the occurrences that are resources of their own, by occurrence key. */
  readonly instances?: { readonly [key: string]: string }
  /** Ids of those whose id does not follow from the key. */
  readonly ids?: { readonly [key: string]: ResourceId }
  /** The calendar's default reminders, where the event takes them. */
  readonly defaults?: readonly number[]
  readonly overrides?: readonly Override[]
  /** Whether its end is a placeholder. */
  readonly isEndless?: true
  /** Whether its categories are where Thunderbird keeps them. */
  readonly forThunderbird?: true
}

export const refOf = (seen: Live): Ref => seen.ref as unknown as Ref

const asJson = (ref: Ref): Json => JSON.parse(JSON.stringify(ref)) as Json

export const isCancelled = (event: GoogleEvent): boolean => event.status === 'cancelled'
export const isRecurring = (event: GoogleEvent): boolean => (event.recurrence ?? []).length > 0
export const seriesId = (event: GoogleEvent): ResourceId => event.recurringEventId ?? event.id ?? ''

/** The UID of an event on the server. */
const serverUid = (event: GoogleEvent): Uid => event.iCalUID ?? `${event.id ?? ''}@google.com`

/** The uid of a deleted event, of which Google guarantees no more than the id. */
export function gone(id: ResourceId, known: Known, event?: GoogleEvent): Seen {
  const uid = known.get(id)?.uid ?? (event && markOf(event)?.uid) ?? event?.iCalUID ?? `${id}@google.com`
  return { is: 'gone', how: 'deleted', id, uid }
}

/** A live event that is no part of a series, or a series without its exceptions. */
export function seeEvent(event: GoogleEvent, surroundings: Surroundings): Seen {
  const mark = markOf(event)
  const uid = mark?.uid ?? serverUid(event)
  try {
    const fields = eventFields(event, surroundings)
    return live(event, mark?.uid ?? ownUid(event, surroundings), fields, surroundings)
  } catch (error) {
    return unread(event, uid, error)
  }
}

/** A reason may cite what it is about, which may be long. */
function unread(event: GoogleEvent, uid: Uid, error: unknown): Seen {
  const title = event.summary?.slice(0, LONGEST)
  const { reason, ...rest } = faultOf(error)
  return {
    is: 'unread',
    id: event.id ?? '',
    uid,
    reason: reason.slice(0, LONGEST),
    ...rest,
    ...(title !== undefined && { title }),
  }
}

const LONGEST = 500

/** `UID/<original start>` for an occurrence that stands alone, since all of a series share one UID. */
function ownUid(event: GoogleEvent, { timeZone }: Surroundings): Uid {
  const key = typeof event.recurringEventId === 'string' ? keyOfInstance(event, timeZone) : undefined
  return key === undefined ? serverUid(event) : `${serverUid(event)}/${key}`
}

function live(event: GoogleEvent, uid: Uid, fields: Fields, surroundings: Surroundings): Live {
  const mark = markOf(event)
  const fixed = whyFixed(event)
  const kind = event.eventType ?? 'default'
  const changedAt = Date.parse(event.updated ?? '')
  const overrides = methodsToKeep(event)
  const ref: Ref = {
    etag: event.etag ?? '',
    ...(isRecurring(event) && { iCalUID: serverUid(event) }),
    ...(usesDefaults(event) && { defaults: surroundings.defaultReminders }),
    ...(overrides && { overrides }),
    ...(event.endTimeUnspecified === true && { isEndless: true }),
    ...(keepsForThunderbird(event) && { forThunderbird: true }),
  }
  return {
    is: 'live',
    id: event.id ?? '',
    uid,
    ref: asJson(ref),
    fields,
    ...(!Number.isNaN(changedAt) && { changedAt }),
    ...(fixed !== undefined && { fixed }),
    ...(kind !== 'default' && { kind }),
    ...(mark && { mark }),
    ...(isDeclined(event) && { declined: { all: true, except: [] } }),
  }
}

/** Whether any occurrence of an event is a resource of its own. */
export const hasInstances = (seen: Live): boolean => refOf(seen).instances !== undefined

/** Whether an event takes the calendar's default reminders, and was seen when these were others: its ETag stays. */
export function hasOldDefaults(seen: Seen, { defaultReminders }: Surroundings): boolean {
  if (seen.is !== 'live') return false
  const { defaults } = refOf(seen)
  return defaults !== undefined && !sameJson(defaults, defaultReminders)
}

/** An event that takes the default reminders and has no instances, as it is with those of now. */
export function withDefaults(seen: Live, { defaultReminders }: Surroundings): Live {
  const ref = asJson({ ...refOf(seen), defaults: defaultReminders })
  return { ...seen, ref, fields: { ...seen.fields, reminders: normalReminders(defaultReminders) } }
}

/** Whether anybody else would hear of a change: an owner who is the only guest (after the others left) gets no mail. */
function hasGuests({ attendees = [], attendeesOmitted, organizer }: GoogleEvent): boolean {
  if (attendeesOmitted === true || attendees.some(({ self }) => self !== true)) return true
  return attendees.length > 0 && organizer?.self !== true
}

/** Why nobody may write an event, in words for its owner. */
function whyFixed(event: GoogleEvent): string | undefined {
  const kind = event.eventType ?? 'default'
  if (hasGuests(event)) return 'It has guests, who would get mail.'
  if (event.locked === true) return 'It is locked.'
  if (kind !== 'default') return `Events of the kind "${kind}" can only be changed in Google Calendar.`
  return undefined
}

/** A series with one of its occurrences laid over it, as {@link withInstances} does. */
export const withInstance = (series: Live, instance: GoogleEvent, surroundings: Surroundings): Live =>
  atOnce(withInstances(series, [instance], surroundings))

/**
 * A series with its occurrences laid over it: each as the difference from the series, or cancelled. Google keeps
 * exceptions that a series can't have any more since it moved: a cancelled one says nothing, a live one is an
 * occurrence on top of the others, whose times are therefore said.
 *
 * @throws EventError that says what can't be understood of one, or for more than any series has
 */
function* withInstances(series: Live, instances: readonly GoogleEvent[], surroundings: Surroundings): Sliced<Live> {
  const cancelled = instances.filter(isCancelled).length
  if (instances.length - cancelled > MOST_CHANGED || cancelled > MOST_DATES) throw tooManyOccurrences()
  const when = whenOf(series.fields)
  const fields = new Map<Field, Json>(fieldNames(series.fields).map((name) => [name, series.fields[name] ?? null]))
  const ref = refOf(series)
  const [etags, ids] = [new Map(Object.entries(ref.instances ?? {})), new Map(Object.entries(ref.ids ?? {}))]
  const all = series.declined?.all ?? false
  const except = new Set(series.declined?.except)
  let { changedAt, fixed } = series
  let defaults = ref.defaults
  for (const [index, instance] of instances.entries()) {
    if (index % SLICE === SLICE - 1) yield
    const key = keyOf(instance, surroundings)
    const isLeftover = when === undefined || occurs(when, key) === 'no'
    const id = instance.id ?? ''
    etags.set(key, instance.etag ?? '')
    if (id !== instanceId(series.id, key)) ids.set(key, id)
    except.delete(key)
    fields.delete(exceptionField(key))
    if (isCancelled(instance)) {
      if (!isLeftover) fields.set(exceptionField(key), null)
      continue
    }
    if (isDeclined(instance) !== all) except.add(key)
    if (usesDefaults(instance)) defaults = surroundings.defaultReminders
    fixed ??= whyFixed(instance)
    changedAt = Math.max(changedAt ?? 0, Date.parse(instance.updated ?? '') || 0)
    const own = eventFields(instance, surroundings)
    const differs = exceptionOf(series.fields, key, { ...own, visibility: series.fields.visibility ?? null })
    if (isLeftover) fields.set(exceptionField(key), { ...timesOf(own), ...differs })
    else if (differs !== null && Object.keys(differs).length > 0) fields.set(exceptionField(key), differs)
  }
  const { declined: _declined, fixed: _fixed, changedAt: _changedAt, ...rest } = series
  return {
    ...rest,
    fields: fieldsFrom(fields),
    ref: asJson({
      ...ref,
      ...(etags.size > 0 && { instances: Object.fromEntries(etags) }),
      ...(ids.size > 0 && { ids: Object.fromEntries(ids) }),
      ...(defaults && { defaults }),
    }),
    ...((all || except.size > 0) && { declined: { all, except: [...except].sort() } }),
    ...(changedAt !== undefined && { changedAt }),
    ...(fixed !== undefined && { fixed }),
  }
}

/** As many occurrences of one series may differ from it as in iCalendar. */
const MOST_CHANGED = 3000
/** So many occurrences are understood in one go. */
const SLICE = 25
const tooManyOccurrences = (): EventError =>
  new EventError(`More than ${MOST_CHANGED} of its occurrences were changed, or more than ${MOST_DATES} cancelled.`)

/** @throws EventError of an occurrence of which nobody knows which one it is */
function keyOf(instance: GoogleEvent, { timeZone }: Surroundings): string {
  const key = instance.unreadable === undefined ? keyOfInstance(instance, timeZone) : undefined
  if (key !== undefined) return key
  throw new EventError(instance.unreadable ?? 'One of its occurrences does not say when it was to be.')
}

function timesOf(fields: Fields): { readonly [field: string]: Json } {
  const { start, end } = whenOf(fields) ?? {}
  return start && end ? { start, end } : {}
}

/** A series with all its exceptions, or an event that does not recur any more with those that it keeps out of sight. */
export function* seeSeries(
  master: GoogleEvent,
  instances: readonly GoogleEvent[],
  surroundings: Surroundings,
): Sliced<Seen> {
  const seen = seeEvent(master, surroundings)
  if (seen.is !== 'live') return seen
  try {
    return yield* withInstances(seen, instances, surroundings)
  } catch (error) {
    return unread(master, seen.uid, error)
  }
}
