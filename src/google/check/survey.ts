import { canonicalZone } from '../../event/zone'
import type { Surroundings } from '../seen'
import { isCancelled, isRecurring, seeEvent } from '../seen'
import type { GoogleEvent } from '../times'
import { zoneNamed } from '../times'

/** A series of which occurrences are cancelled. */
export type Series = { readonly calendarId: string; readonly id: string; readonly cancelled: readonly string[] }

/** Counts what events are like, one after the other: none of them is kept. */
export class Survey {
  events = 0
  unreadable = 0
  /** Events whose only guest is their owner; and those with guests of whom none is marked as the owner. */
  ownerOnly = 0
  withGuests = 0
  readonly kinds = new Map<string, number>()
  readonly strangeZones = new Map<string, number>()
  private readonly cancelled = new Map<string, { calendarId: string; ids: string[] }>()
  private readonly uids = new Map<string, string>()

  add(calendarId: string, event: GoogleEvent, surroundings: Surroundings): void {
    const { recurringEventId: series, id } = event
    if (isCancelled(event)) {
      if (typeof series === 'string' && typeof id === 'string') this.note(calendarId, series, id)
      return
    }
    this.events += 1
    if (isRecurring(event) && typeof id === 'string' && event.iCalUID)
      this.uids.set(`${calendarId} ${id}`, event.iCalUID)
    count(this.kinds, event.eventType ?? 'none')
    if (seeEvent(event, surroundings).is === 'unread') this.unreadable += 1
    const guests = event.attendees ?? []
    if (guests.length > 0) this.withGuests += 1
    if (guests.length > 0 && guests.every(({ self }) => self === true)) this.ownerOnly += 1
    for (const zone of zonesOf(event)) if (canonicalZone(zoneNamed(zone)) === undefined) count(this.strangeZones, zone)
  }

  private note(calendarId: string, series: string, id: string): void {
    const key = `${calendarId} ${series}`
    const known = this.cancelled.get(key) ?? { calendarId, ids: [] }
    known.ids.push(id)
    this.cancelled.set(key, known)
  }

  /** Series with cancelled occurrences, with the UID by which each is asked for. */
  get series(): readonly (Series & { readonly iCalUID: string })[] {
    return [...this.cancelled].flatMap(([key, { calendarId, ids }]) => {
      const iCalUID = this.uids.get(key)
      return iCalUID === undefined
        ? []
        : [{ calendarId, id: key.slice(calendarId.length + 1), cancelled: ids, iCalUID }]
    })
  }
}

const count = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1)

function zonesOf({ start, end, originalStartTime, recurrence }: GoogleEvent): Set<string> {
  const named = [start, end, originalStartTime].flatMap((time) => time?.timeZone ?? [])
  const inLines = (recurrence ?? []).flatMap((line) => /;TZID=([^:;]+)/.exec(line)?.[1] ?? [])
  return new Set([...named, ...inLines])
}
