import { setImmediate } from 'node:timers/promises'
import type { Known, Read, ResourceId, Seen } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import type { Json } from '../event/json'
import type { EventsPage, GoogleApi } from './api'
import { SyncTokenInvalid } from './errors'
import type { Surroundings } from './seen'
import { gone, isCancelled, isRecurring, refOf, seriesId } from './seen'
import type { Group } from './series'
import { grouped, isKnown, isUnchanged, needsWhole, seeGroup } from './series'
import type { GoogleEvent } from './times'

type Listing = { readonly items: readonly GoogleEvent[]; readonly token: string | null }

/** So many groups are understood in one go; then others have the event loop. */
const SLICE = 25
/** To read more resources than these one by one costs more than to list the calendar. */
const FEW = 20

/**
 * Google tells of a series, and does not list it under its UID: what else belongs to it is not known, and not whether it
 * is still there, for of what was deleted Google keeps a cancelled event.
 */
class Contradiction extends ProviderError {
  constructor(
    /** The deletions that the same delta told of. */
    readonly deleted: readonly Seen[] = [],
  ) {
    super('stale', "Google's answers about a series contradict each other. It is read again.")
  }
}

const isGone = ({ is }: Seen): boolean => is === 'gone'

/** Reads one calendar. */
export class Reader {
  constructor(
    private readonly api: GoogleApi,
    private readonly calendarId: string,
    /** Of the last answer: lists bear what else an event's meaning depends on. */
    private current: Surroundings,
  ) {}

  get surroundings(): Surroundings {
    return this.current
  }

  /** What changed since a sync token, or all if there is none or Google no longer takes it. */
  async read(position: Json | null, known: Known, signal: AbortSignal): Promise<Read> {
    if (typeof position === 'string') {
      try {
        return await this.readChanges(position, known, signal)
      } catch (error) {
        if (error instanceof Contradiction) return this.readAllBut(error.deleted, known, signal)
        if (!(error instanceof SyncTokenInvalid)) throw error
      }
    }
    return this.readAll(known, signal)
  }

  private async readAll(known: Known, signal: AbortSignal): Promise<Read> {
    // Without showDeleted, Google lists the cancelled occurrences of live series all the same.
    const { items, token } = await this.list({}, signal)
    const groups = [...grouped(items).values()]
    const isSame = groups.map((group) => isUnchanged(group, known, this.current))
    const others = groups.filter((_, at) => isSame[at] === false)
    const seen = await this.understand(others, (group) => seeGroup(group, known, this.current))
    return {
      kind: 'full',
      seen: seen.filter((each) => each.is !== 'gone'),
      unchanged: groups.filter((_, at) => isSame[at]).map(({ id }) => id),
      position: token,
    }
  }

  /** A complete read takes the deletions along that a delta told of. */
  private async readAllBut(deleted: readonly Seen[], known: Known, signal: AbortSignal): Promise<Read> {
    const all = await this.readAll(known, signal)
    if (all.kind !== 'full') return all
    const there = new Set([...all.unchanged, ...all.seen.map(({ id }) => id)])
    return { ...all, seen: [...all.seen, ...deleted.filter(({ id }) => !there.has(id))] }
  }

  private async readChanges(syncToken: string, known: Known, signal: AbortSignal): Promise<Read> {
    const { items, token } = await this.list({ syncToken }, signal)
    const seen: Seen[] = []
    const groups: Group[] = []
    const changed = [...grouped(items).values()]
    const withDeletions = (error: unknown): never => {
      if (!(error instanceof Contradiction)) throw error
      const deleted = changed.filter(({ master }) => master && isCancelled(master))
      throw new Contradiction(deleted.flatMap((group) => seeGroup(group, known, this.current)).filter(isGone))
    }
    for (const group of changed) {
      const before = known.get(group.id)
      if (before && isKnown(group, known, this.current)) seen.push(before)
      else if (needsWhole(group, known)) groups.push(await this.whole(group, known, signal).catch(withDeletions))
      else groups.push(group)
    }
    seen.push(...(await this.understand(groups, (group) => seeGroup(group, known, this.current))))
    return { kind: 'incremental', seen, position: token ?? syncToken }
  }

  private async understand(groups: Iterable<Group>, see: (group: Group) => Seen[]): Promise<Seen[]> {
    const seen: Seen[] = []
    let count = 0
    for (const group of groups) {
      seen.push(...see(group))
      count += 1
      if (count % SLICE === 0) await setImmediate()
    }
    return seen
  }

  /** All of a series, of which a part is at hand: one request, if the part or what is known says its UID. */
  private async whole(part: Group, known: Known, signal: AbortSignal): Promise<Group> {
    const before = known.get(part.id)
    const fromBefore = before?.is === 'live' ? refOf(before).iCalUID : undefined
    const fromPart = [part.master, ...part.instances].find((event) => typeof event?.iCalUID === 'string')?.iCalUID
    const group = await this.series(part.id, fromPart ?? fromBefore, signal)
    if (group.master) return group
    const found = new Set(group.instances.map(({ id }) => id))
    const isLacking = part.master || before?.is === 'live' || part.instances.some(({ id }) => !found.has(id))
    if (isLacking) throw new Contradiction()
    return group
  }

  /**
   * A series with all its exceptions and cancelled occurrences.
   *
   * @param iCalUID undefined costs another request
   */
  async series(id: ResourceId, iCalUID: string | undefined, signal: AbortSignal): Promise<Group> {
    if (iCalUID === undefined) {
      const master = await this.api.get(this.calendarId, id, signal)
      if (!master || isCancelled(master) || typeof master.iCalUID !== 'string') return { id, master, instances: [] }
      return this.series(id, master.iCalUID, signal)
    }
    const { items } = await this.list({ iCalUID, showDeleted: true }, signal)
    const group = grouped(items.filter((event) => seriesId(event) === id)).get(id) ?? { id, instances: [] }
    if (group.master) return group
    // A series that its own UID does not find may be one that was never shared; only its id can tell.
    const master = await this.api.get(this.calendarId, id, signal)
    if (!master || isCancelled(master) || !isRecurring(master)) return { ...group, master }
    if (typeof master.iCalUID === 'string' && master.iCalUID !== iCalUID) return this.series(id, master.iCalUID, signal)
    throw new Contradiction() // it is there, so its exceptions may be, too
  }

  /** These resources as they are now. */
  async readSome(ids: readonly ResourceId[], known: Known, signal: AbortSignal): Promise<Seen[]> {
    const found = new Map<ResourceId, Seen>()
    if (ids.length > FEW) {
      const { seen } = await this.readAll(new Map(), signal)
      for (const each of seen) found.set(each.id, each)
    }
    const seen: Seen[] = []
    for (const id of new Set(ids)) seen.push(found.get(id) ?? (await this.readOne(id, known, signal)))
    return seen
  }

  /** One resource as it is now. */
  async readOne(id: ResourceId, known: Known, signal: AbortSignal): Promise<Seen> {
    const before = known.get(id)
    const iCalUID = before?.is === 'live' ? refOf(before).iCalUID : undefined
    const group = await this.groupOf(id, iCalUID, signal)
    return seeGroup(group, known, this.current).find((seen) => seen.id === id) ?? gone(id, known)
  }

  private async groupOf(id: ResourceId, iCalUID: string | undefined, signal: AbortSignal): Promise<Group> {
    if (iCalUID !== undefined) return this.series(id, iCalUID, signal)
    const event = await this.api.get(this.calendarId, id, signal)
    if (!event) return { id, instances: [] }
    if (typeof event.recurringEventId === 'string') return { id: event.recurringEventId, instances: [event] }
    return isRecurring(event) && !isCancelled(event)
      ? this.series(id, event.iCalUID ?? undefined, signal)
      : { id, master: event, instances: [] }
  }

  /** All pages of a list. A page may be empty and not the last. */
  private async list(
    query: { syncToken?: string; iCalUID?: string; showDeleted?: boolean },
    signal: AbortSignal,
  ): Promise<Listing> {
    const items: GoogleEvent[] = []
    let pageToken: string | undefined
    for (;;) {
      const page = await this.api.list(
        this.calendarId,
        { ...query, ...(pageToken !== undefined && { pageToken }) },
        signal,
      )
      if (page.items !== undefined && !Array.isArray(page.items)) {
        throw new ProviderError('bad-answer', 'Google sent a list of events without events. It is tried again later.')
      }
      this.current = surroundingsOf(page, this.current)
      items.push(...(page.items ?? []))
      pageToken = page.nextPageToken ?? undefined
      if (pageToken === undefined) return { items, token: page.nextSyncToken ?? null }
    }
  }
}

/** What a page of events says of its calendar. */
export function surroundingsOf(page: EventsPage, before?: Surroundings): Surroundings {
  return {
    timeZone: page.timeZone ?? before?.timeZone ?? 'UTC',
    accessRole: page.accessRole ?? before?.accessRole ?? 'reader',
    defaultReminders: page.defaultReminders?.flatMap(({ minutes }) => minutes ?? []) ?? before?.defaultReminders ?? [],
  }
}
