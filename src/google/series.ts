import type { Known, Live, ResourceId, Seen } from '../event/calendar'
import { sameJson } from '../event/json'
import { isDeclined } from './fields'
import type { Surroundings } from './seen'
import { gone, isCancelled, isRecurring, refOf, seeEvent, seeSeries, seriesId } from './seen'
import type { Sliced } from './sliced'
import type { GoogleEvent } from './times'
import { keyOfInstance } from './times'

/** What belongs to one series: its own resource, if it is there, and those of its exceptions. */
export type Group = {
  readonly id: ResourceId
  readonly master?: GoogleEvent
  readonly instances: readonly GoogleEvent[]
}

/** Events by the series that they belong to; a single event is a group of its own. Order does not matter. */
export function grouped(events: Iterable<GoogleEvent>): Map<ResourceId, Group> {
  const latest = new Map<ResourceId, GoogleEvent>()
  for (const event of events) latest.set(event.id ?? '', event) // one changed between two pages comes twice
  const groups = new Map<ResourceId, { id: ResourceId; master?: GoogleEvent; instances: GoogleEvent[] }>()
  for (const event of latest.values()) {
    const id = seriesId(event)
    const group = groups.get(id) ?? { id, instances: [] }
    groups.set(id, group)
    if (typeof event.recurringEventId === 'string') group.instances.push(event)
    else group.master = event
  }
  return groups
}

/**
 * What a whole group means: a series, or what was one, with its exceptions; or, where it is not there (one was invited
 * to some occurrences only), each live exception as an event of its own.
 */
export function* seeGroup({ id, master, instances }: Group, known: Known, surroundings: Surroundings): Sliced<Seen[]> {
  if (master && !isCancelled(master)) {
    const series = yield* seeSeries(master, instances, surroundings)
    // What stood alone is part of it now, if it is understood.
    const leftAlone = instances.filter((instance) => known.get(instance.id ?? '')?.is === 'live')
    if (series.is !== 'live') return [series]
    return [series, ...leftAlone.map((instance) => gone(instance.id ?? '', known, instance))]
  }
  const seen: Seen[] = master || known.has(id) ? [gone(id, known, master)] : []
  for (const instance of instances) {
    const instanceId = instance.id ?? ''
    if (!isCancelled(instance)) seen.push(seeEvent(instance, surroundings))
    else if (known.has(instanceId)) seen.push(gone(instanceId, known, instance))
  }
  return seen
}

/** Whether all of these events were seen before as they are now: our own writes come back in the next delta. */
export function isKnown({ id, master, instances }: Group, known: Known, { timeZone }: Surroundings): boolean {
  const seen = known.get(id)
  if (seen?.is !== 'live') return false
  const ref = refOf(seen)
  if (master && master.etag !== ref.etag) return false
  return instances.every((instance) => {
    const key = keyOfInstance(instance, timeZone)
    return key !== undefined && ref.instances?.[key] === instance.etag
  })
}

/** Whether something was declined of what a version of CalSync has seen that did not tell of it. */
const isNewlyDeclined = ({ master, instances }: Group, { declined }: Live): boolean =>
  declined === undefined &&
  [...(master ? [master] : []), ...instances].some((each) => !isCancelled(each) && isDeclined(each))

/**
 * Whether a whole group, as a complete read found it, is what was seen before. Default reminders are no part of an
 * event's version, nor is the right to see the details of an event that may not be written.
 */
export function isUnchanged(group: Group, known: Known, surroundings: Surroundings): boolean {
  const seen = known.get(group.id)
  if (!group.master || seen?.is !== 'live' || seen.fixed !== undefined || isNewlyDeclined(group, seen)) return false
  const { instances = {}, defaults } = refOf(seen)
  return (
    isKnown(group, known, surroundings) &&
    Object.keys(instances).length === group.instances.length &&
    (defaults === undefined || sameJson(defaults, surroundings.defaultReminders))
  )
}

/** Whether a part of a group changed that makes no sense without the rest. */
export function needsWhole({ id, master, instances }: Group, known: Known): boolean {
  if (instances.length > 0) return !(master && isCancelled(master))
  if (!master || isCancelled(master)) return false
  const before = known.get(id)
  return isRecurring(master) || (before?.is === 'live' && refOf(before).instances !== undefined)
}
