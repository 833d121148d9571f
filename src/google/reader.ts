import { setImmediate } from 'node:timers/promises'
import type { Known, Live, Read, ResourceId, Seen } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import type { Json } from '../event/json'
import { append } from '../event/lists'
import type { PageHead } from './admission'
import type { EventsPage, GoogleApi } from './api'
import { SyncTokenInvalid } from './errors'
import { checkExtent, pagesOf, syncTokenFrom } from './pages'
import { cancelledBefore, mayOccur } from './remembered'
import type { Surroundings } from './seen'
import { gone, hasInstances, hasOldDefaults, isCancelled, isRecurring, seeEvent, withDefaults } from './seen'
import type { Group } from './series'
import { grouped, isKnown, isUnchanged, needsWhole, seeGroup } from './series'
import { Contradiction, SeriesReader } from './series-reader'
import { atOnce, bySlices } from './sliced'
import type { Sliced } from './sliced'
import type { GoogleEvent } from './times'
import { keyOfInstance } from './times'

type Listing = { readonly items: readonly GoogleEvent[]; readonly token: string | null }

/** So many groups are understood in one go; then others have the event loop. */
const SLICE = 25
/** To read more resources than these one by one costs more than to list the calendar. */
const FEW = 20

/** Why a series is unread that Google gives by its id, and shows in no list. */
const UNLISTED = 'Google gives it, but lists it nowhere. It is asked for again in the next run.'
const INCOMPLETE = 'Google’s list of events lacks what it told of a moment before. It is read again in the next run.'
const unlistedIn = (known: Known): ResourceId[] =>
  [...known.values()].flatMap((seen) => (seen.is === 'unread' && seen.reason === UNLISTED ? seen.id : []))

const isGone = ({ is }: Seen): boolean => is === 'gone'
const isLive = (seen: Seen): seen is Live => seen.is === 'live'

/** Reads one calendar. */
export class Reader {
  /** Finds series with all that belongs to them. */
  readonly series: SeriesReader

  constructor(
    private readonly api: GoogleApi,
    private readonly calendarId: string,
    /** Of the last answer: lists bear what else an event's meaning depends on. */
    private current: Surroundings,
  ) {
    const find = async (iCalUID: string, signal: AbortSignal): Promise<readonly GoogleEvent[]> =>
      (await this.list({ iCalUID, showDeleted: true }, signal)).items
    this.series = new SeriesReader(api, calendarId, find, () => this.current)
  }

  get surroundings(): Surroundings {
    return this.current
  }

  /** What changed since a sync token, or all if there is none or Google no longer takes it. */
  async read(position: Json | null, known: Known, signal: AbortSignal): Promise<Read> {
    const syncToken = syncTokenFrom(position)
    if (syncToken !== undefined) {
      try {
        return await this.readChanges(syncToken, known, signal)
      } catch (error) {
        if (error instanceof Contradiction) return this.readAllBut(error.deleted, known, signal, error.told)
        if (!(error instanceof SyncTokenInvalid)) throw error
      }
    }
    return this.readAll(known, signal)
  }

  private async readAll(known: Known, signal: AbortSignal, isToSkip: typeof isUnchanged = isUnchanged): Promise<Read> {
    // Without showDeleted, Google lists the cancelled occurrences of live series all the same.
    const { items, token } = await this.list({}, signal)
    const listed = grouped(items)
    const groups = [...listed.values()].map((group) => this.withHidden(group, known))
    const isSame = groups.map((group) => isToSkip(group, known, this.current))
    const others = groups.filter((_, at) => isSame[at] === false)
    const seen = await this.understand(others, (group) => seeGroup(group, known, this.current))
    for (const id of unlistedIn(known)) if (!listed.has(id)) seen.push(await this.seeUnlisted(id, known, signal))
    return {
      kind: 'full',
      seen: seen.filter((each) => each.is !== 'gone'),
      unchanged: groups.filter((_, at) => isSame[at]).map(({ id }) => id),
      position: token,
    }
  }

  /**
   * A complete read takes the deletions along that a delta told of. What the delta told of, and the list lacks, is asked
   * for: a list that was empty by mistake would have it made again.
   *
   * @param told the series that are there by the delta
   */
  private async readAllBut(
    deleted: readonly Seen[],
    known: Known,
    signal: AbortSignal,
    told: readonly ResourceId[],
  ): Promise<Read> {
    const all = await this.readAll(known, signal)
    if (all.kind !== 'full') return all
    const there = new Set([...all.unchanged, ...all.seen.map(({ id }) => id)])
    const seen = [...all.seen, ...deleted.filter(({ id }) => !there.has(id))]
    const lacking = told.filter((id) => !there.has(id))
    if (lacking.length > FEW) throw new ProviderError('bad-answer', INCOMPLETE)
    for (const id of lacking) seen.push(await this.seeUnlisted(id, known, signal))
    return { ...all, seen }
  }

  /**
   * What no list shows, as its id finds it: a series, of which nobody knows its exceptions then, is unread until a list
   * shows it, and is asked for in each read.
   */
  private async seeUnlisted(id: ResourceId, known: Known, signal: AbortSignal): Promise<Seen> {
    const event = await this.api.get(this.calendarId, id, signal)
    if (!event || isCancelled(event)) return gone(id, known, event)
    const seen = seeEvent(event, this.current)
    if (!isRecurring(event) || seen.is !== 'live') return seen
    const title = event.summary ?? undefined
    return { is: 'unread', id, uid: seen.uid, reason: UNLISTED, ...(title !== undefined && { title }) }
  }

  private async readChanges(syncToken: string, known: Known, signal: AbortSignal): Promise<Read> {
    const { items, token } = await this.list({ syncToken }, signal)
    const seen: Seen[] = []
    const groups: Group[] = []
    const changed = [...grouped(items).values()]
    const withDeletions = (error: unknown): never => {
      if (!(error instanceof Contradiction)) throw error
      const isDeleted = ({ master }: Group): boolean => master !== undefined && isCancelled(master)
      const deleted = changed.filter(isDeleted).flatMap((group) => atOnce(seeGroup(group, known, this.current)))
      const told = changed.filter((group) => !isDeleted(group)).map(({ id }) => id)
      throw new Contradiction(deleted.filter(isGone), told)
    }
    for (const group of changed) {
      const before = known.get(group.id)
      if (before && isKnown(group, known, this.current) && !hasOldDefaults(before, this.current)) seen.push(before)
      else if (needsWhole(group, known))
        groups.push(await this.series.whole(group, before, signal).catch(withDeletions))
      else groups.push(group)
    }
    const told = new Set(changed.map(({ id }) => id))
    for (const id of unlistedIn(known)) if (!told.has(id)) groups.push(...(await this.ifListed(id, signal)))
    const following = [...known.values()].filter(({ id }) => !told.has(id)).filter(isLive)
    const old = following.filter((each) => hasOldDefaults(each, this.current))
    // What an occurrence makes of them only Google can tell.
    const [series, others] = [old.filter(hasInstances), old.filter((each) => !hasInstances(each))]
    if (series.length > FEW) withDeletions(new Contradiction())
    for (const each of series) groups.push(await this.series.ofResource(each.id, each, signal).catch(withDeletions))
    append(
      seen,
      others.map((each) => withDefaults(each, this.current)),
    )
    append(seen, await this.understand(groups, (group) => seeGroup(group, known, this.current)))
    return { kind: 'incremental', seen, position: token ?? syncToken }
  }

  /** A series that no list showed, if one does now. */
  private async ifListed(id: ResourceId, signal: AbortSignal): Promise<Group[]> {
    try {
      return [await this.series.ofResource(id, undefined, signal)]
    } catch (error) {
      if (error instanceof Contradiction) return []
      throw error
    }
  }

  private async understand(groups: Iterable<Group>, see: (group: Group) => Sliced<Seen[]>): Promise<Seen[]> {
    const seen: Seen[] = []
    let count = 0
    for (const group of groups) {
      append(seen, await bySlices(see(group)))
      count += 1
      if (count % SLICE === 0) await setImmediate()
    }
    return seen
  }

  /**
   * A complete list tells which occurrences of a series are cancelled, but is not known to tell of instances that the
   * series does not have at present.
   */
  private withHidden(group: Group, known: Known): Group {
    const remembered = group.master ? cancelledBefore(known.get(group.id)) : []
    if (!group.master || remembered.length === 0) return group
    const listed = new Set(group.instances.map(({ id }) => id))
    const now = seeEvent(group.master, this.current)
    const isHidden = (instance: GoogleEvent): boolean =>
      now.is === 'live' && !mayOccur(now.fields, keyOfInstance(instance, this.current.timeZone) ?? '')
    const hidden = remembered.filter((instance) => !listed.has(instance.id) && isHidden(instance))
    return { ...group, instances: [...group.instances, ...hidden] }
  }

  /** These resources as they are now. */
  async readSome(ids: readonly ResourceId[], known: Known, signal: AbortSignal): Promise<Seen[]> {
    let found = ids.length > FEW ? await this.listed(known, signal) : undefined
    const seen: Seen[] = []
    for (const id of new Set(ids)) {
      try {
        seen.push(found?.get(id) ?? (await this.readOne(id, known, signal)))
      } catch (error) {
        if (!(error instanceof Contradiction) || found) throw error
        found = await this.listed(known, signal)
        const there = found.get(id)
        if (!there) throw error
        seen.push(there)
      }
    }
    return seen
  }

  /** All that a complete read finds, by id. */
  private async listed(known: Known, signal: AbortSignal): Promise<Map<ResourceId, Seen>> {
    const { seen } = await this.readAll(known, signal, () => false)
    return new Map(seen.map((each) => [each.id, each]))
  }

  /** One resource as it is now. */
  async readOne(id: ResourceId, known: Known, signal: AbortSignal): Promise<Seen> {
    const group = await this.series.ofResource(id, known.get(id), signal)
    const seen = await bySlices(seeGroup(group, known, this.current))
    return seen.find((each) => each.id === id) ?? gone(id, known)
  }

  /** All pages of a list. A page may be empty and not the last. */
  private async list(
    query: { syncToken?: string; iCalUID?: string; showDeleted?: boolean },
    signal: AbortSignal,
  ): Promise<Listing> {
    const items: GoogleEvent[] = []
    let [size, token]: [number, string | null] = [0, null]
    const ask = (pageToken?: string): Promise<EventsPage> =>
      this.api.list(this.calendarId, { ...query, ...(pageToken !== undefined && { pageToken }) }, signal)
    for await (const page of pagesOf(ask)) {
      this.current = surroundingsOf(page, this.current)
      for (const item of page.items) items.push(item)
      size += page.size
      checkExtent(items.length, size)
      token = page.nextSyncToken ?? null
    }
    return { items, token }
  }
}

/** What a page of events says of its calendar. */
export function surroundingsOf(page: PageHead, before?: Surroundings): Surroundings {
  return {
    timeZone: page.timeZone ?? before?.timeZone ?? 'UTC',
    accessRole: page.accessRole ?? before?.accessRole ?? 'reader',
    defaultReminders: page.defaultReminders?.flatMap(({ minutes }) => minutes ?? []) ?? before?.defaultReminders ?? [],
  }
}
