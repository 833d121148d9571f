import type { SimulatedCalendar, Stored } from './calendar'
import { deleted, duplicate, invalid, notFound, Refusal } from './refusal'
import type { GoogleEvent, Patch } from './resource'
import { merge, same, withoutNulls, writable } from './resource'
import { checkDatesOfOccurrences, checkedEvent } from './rules'

/** What the service is known to do in one way or another: a client must come out right either way. */
export type Behaviour = {
  /** Whether exceptions take over what changes in their series where they don't differ themselves. */
  exceptions: 'follow' | 'keep'
  /** What happens to the exceptions of a series that moves: they stay as they are, or are forgotten. */
  movedSeries: 'orphans' | 'resets'
  /** The ETag of an occurrence that is no resource of its own yet. */
  virtualEtag: 'master' | 'own'
  /** Whether a series gets a new ETag when one of its occurrences is written. */
  seriesEtag: 'kept' | 'changes'
  /** Whether a client may exclude any date, or (as its documentation has it) only those of occurrences; default: any. */
  exdates?: 'any' | 'occurrences'
  /** Names of time zones that it has not learned yet, or has forgotten. */
  unknownZones?: readonly string[]
}

export type Writer = {
  readonly calendar: SimulatedCalendar
  readonly behaviour: Behaviour
  readonly now: () => number
  readonly owner: string
  /** The write is a client's, not one of the service's own apps. */
  readonly isClient?: true
}

/** events.insert: a new event, under the id that the client asks for or one from the counter. */
export function insert(writer: Writer, body: Patch, nextId: () => string): Stored {
  const { calendar } = writer
  const asked: Patch & GoogleEvent = withoutNulls(body)
  if (typeof asked.id === 'string' && typeof asked.iCalUID === 'string') throw invalid('Invalid resource id value.')
  if (typeof asked.id === 'string' && !/^[0-9a-v]{5,1024}$/.test(asked.id)) throw invalid('Invalid resource id value.')
  const id = asked.id ?? nextId()
  if (calendar.events.has(id)) throw duplicate()
  if (!['default', undefined].includes(asked.eventType ?? undefined)) {
    throw new Refusal(400, 'eventTypeRestriction', 'Event type cannot be created here.', { domain: 'calendar' })
  }
  const now = new Date(writer.now()).toISOString()
  const event: GoogleEvent = {
    kind: 'calendar#event',
    status: 'confirmed',
    htmlLink: `https://www.google.com/calendar/event?eid=${id}`,
    created: now,
    updated: now,
    creator: { email: writer.owner, self: true },
    organizer: { email: calendar.settings.id, self: true },
    iCalUID: `${id}@google.com`,
    sequence: 0,
    reminders: { useDefault: true },
    eventType: 'default',
    ...(writable(asked) as GoogleEvent),
    id,
  }
  const checked = checkedEvent(event, calendar.settings.timeZone, writer.behaviour.unknownZones)
  checkExclusions(writer, checked, body)
  return calendar.put(checked)
}

/** events.patch and events.update of any event or instance: the wanted state is checked, stored and followed. */
export function change(writer: Writer, current: Stored, body: Patch, how: 'patch' | 'replace'): Stored {
  const { calendar } = writer
  const before = current.event
  checkImmutable(before, body)
  const wanted = how === 'patch' ? (merge(before as Patch, writable(body)) as GoogleEvent) : replaced(before, body)
  const zone = calendar.settings.timeZone
  const after = checkedEvent(wanted, zone, writer.behaviour.unknownZones)
  checkExclusions(writer, after, body)
  if (after.status === 'cancelled' && !isInstance(before)) return cancel(writer, current)
  const changed = changedNames(before, after)
  if (changed.length === 0) return current
  const significant = changed.some((name) => ['start', 'end', 'recurrence', 'location', 'status'].includes(name))
  const onlyReminders = changed.every((name) => name === 'reminders')
  const stamped: GoogleEvent = {
    ...after,
    sequence: (before.sequence ?? 0) + (significant && after.sequence === before.sequence ? 1 : 0),
    updated: onlyReminders ? before.updated : new Date(writer.now()).toISOString(),
  }
  const master = calendar.events.get(before.recurringEventId ?? '')
  if (master) {
    touchSeries(writer, before)
    return calendar.put(stamped, calendar.differences(master.event, stamped))
  }
  const stored = calendar.put(stamped)
  followMaster(writer, before, stored, changed)
  return stored
}

function checkExclusions({ behaviour, calendar, isClient }: Writer, event: GoogleEvent, body: Patch): void {
  if (behaviour.exdates !== 'occurrences' || isClient !== true || !('recurrence' in body)) return
  checkDatesOfOccurrences(event, calendar.settings.timeZone)
}

function touchSeries({ calendar, behaviour }: Writer, instance: GoogleEvent): void {
  const master = calendar.events.get(instance.recurringEventId ?? '')
  if (master && behaviour.seriesEtag === 'changes') calendar.put(master.event)
}

function checkImmutable(before: GoogleEvent, body: GoogleEvent): void {
  if (isGiven(body.id) && body.id !== before.id) throw invalid('Invalid resource id value.')
  if (isGiven(body.iCalUID) && body.iCalUID !== before.iCalUID) throw invalid('The iCalUID cannot be changed.')
  if (isGiven(body.eventType) && body.eventType !== before.eventType) {
    throw new Refusal(400, 'eventTypeRestriction', 'Event type cannot be changed.', { domain: 'calendar' })
  }
  if (isGiven(body.sequence) && body.sequence < (before.sequence ?? 0)) {
    throw invalid(
      'Invalid sequence value. The specified sequence number is below the current sequence number of the resource.',
    )
  }
  if (isInstance(before) && isGiven(body.recurrence)) throw invalid('Instances cannot recur.')
  const content = ['summary', 'description', 'location', 'start', 'end', 'recurrence'] as const
  if (before.locked === true && content.some((name) => name in body)) {
    throw new Refusal(403, 'forbidden', 'The event is locked.', { domain: 'calendar' })
  }
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined

const isInstance = (event: GoogleEvent): boolean => isGiven(event.recurringEventId)

const KEPT = ['kind', 'id', 'iCalUID', 'htmlLink', 'created', 'creator', 'organizer', 'sequence', 'eventType'] as const

function replaced(before: GoogleEvent, body: Patch): GoogleEvent {
  const kept = Object.fromEntries(
    [...KEPT, 'recurringEventId' as const, 'originalStartTime' as const].map((name) => [name, before[name]]),
  )
  const next = { status: 'confirmed', reminders: { useDefault: true }, ...withoutNulls(writable(body)) }
  return JSON.parse(JSON.stringify({ ...next, ...kept })) as GoogleEvent
}

function changedNames(before: GoogleEvent, after: GoogleEvent): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  for (const name of ['etag', 'updated', 'sequence']) names.delete(name)
  return [...names].filter((name) => !same(before[name as keyof GoogleEvent], after[name as keyof GoogleEvent]))
}

/** What the exceptions of a series make of its change. */
function followMaster(writer: Writer, before: GoogleEvent, master: Stored, changed: readonly string[]): void {
  const { calendar, behaviour } = writer
  const moved = !same(before.start, master.event.start) || !same(before.recurrence, master.event.recurrence)
  for (const exception of calendar.exceptionsOf(master.event.id ?? '')) {
    if (moved && behaviour.movedSeries === 'resets') calendar.drop(exception.event.id ?? '')
    else if (behaviour.exceptions === 'follow' && exception.event.status !== 'cancelled') {
      follow(calendar, before, master.event, exception, changed)
    }
  }
}

const NOT_FOLLOWED = ['start', 'end', 'recurrence', 'sequence', 'iCalUID', 'id']

function follow(
  calendar: SimulatedCalendar,
  before: GoogleEvent,
  master: GoogleEvent,
  { event, overrides }: Stored,
  changed: readonly string[],
): void {
  const names = changed.filter((name) => !NOT_FOLLOWED.includes(name) && !overrides.has(name))
  const taken = Object.fromEntries(names.map((name) => [name, master[name as keyof GoogleEvent]]))
  const original = event.originalStartTime ?? {}
  const isDay = (time: GoogleEvent['start']): boolean => typeof time?.date === 'string'
  const sameKind = [before.start, original].every((time) => isDay(time) === isDay(master.start))
  const resized =
    sameKind && !overrides.has('start') && !overrides.has('end') ? calendar.plainTimes(master, original) : {}
  const next = JSON.parse(JSON.stringify({ ...event, ...taken, ...resized })) as GoogleEvent
  if (!same(next, event)) calendar.put(next, overrides)
}

/** events.delete: a series goes with all its exceptions, an instance leaves a cancelled exception. */
export function cancel(writer: Writer, current: Stored): Stored {
  const { calendar } = writer
  const { event } = current
  if (event.status === 'cancelled') throw deleted()
  const updated = new Date(writer.now()).toISOString()
  if (!isInstance(event)) {
    const live = calendar.exceptionsOf(event.id ?? '').filter((exception) => exception.event.status !== 'cancelled')
    for (const exception of live)
      calendar.put({ ...exception.event, status: 'cancelled', updated }, exception.overrides)
    const instances = live.map((exception) => exception.event.id ?? '')
    calendar.trash.set(event.id ?? '', instances)
  }
  touchSeries(writer, event)
  return calendar.put({ ...event, status: 'cancelled', updated }, new Set(['status']))
}

/** The event that a write names, with its precondition checked. */
export function target(writer: Writer, id: string, ifMatch: string | null, method: 'write' | 'delete'): Stored {
  const current = writer.calendar.find(id, writer.behaviour.virtualEtag)
  if (!current) throw notFound()
  const master = current.event.recurringEventId
  if (typeof master === 'string' && writer.calendar.events.get(master)?.event.status === 'cancelled') throw deleted()
  if (current.event.status === 'cancelled' && method === 'delete') throw deleted()
  if (current.event.status === 'cancelled' && !isInstance(current.event)) {
    throw new Refusal(403, 'forbidden', 'Forbidden') // a tombstone can't be written; google-api-ruby-client #1811
  }
  if (ifMatch !== null && ifMatch !== '*' && ifMatch !== current.event.etag) {
    throw new Refusal(412, 'conditionNotMet', 'Precondition Failed', { locationType: 'header', location: 'If-Match' })
  }
  return current
}
