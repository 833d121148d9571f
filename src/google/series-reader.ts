import type { Live, ResourceId, Seen } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { sameMeaning } from '../event/normal'
import type { GoogleApi } from './api'
import { cancelledBefore, mayOccur } from './remembered'
import type { Surroundings } from './seen'
import { isCancelled, isRecurring, refOf, seeEvent, seriesId } from './seen'
import type { Group } from './series'
import { grouped } from './series'
import type { GoogleEvent } from './times'
import { keyOfInstance } from './times'

/** To ask for more instances than these one by one costs more than to list the calendar. */
const FEW = 20

/**
 * Google tells of a series, and does not list it under its UID: what else belongs to it is not known, and not whether it
 * is still there, for of what was deleted Google keeps a cancelled event.
 */
export class Contradiction extends ProviderError {
  constructor(
    /** The deletions that the same delta told of. */
    readonly deleted: readonly Seen[] = [],
    /** The series of which it told that they are there. */
    readonly told: readonly ResourceId[] = [],
  ) {
    super('stale', "Google's answers about a series contradict each other. It is read again.")
  }
}

/** Finds series with all that belongs to them. */
export class SeriesReader {
  constructor(
    private readonly api: GoogleApi,
    private readonly calendarId: string,
    /** Lists what a query finds, deleted events too. */
    private readonly find: (iCalUID: string, signal: AbortSignal) => Promise<readonly GoogleEvent[]>,
    private readonly surroundings: () => Surroundings,
  ) {}

  /** All of a series, of which a part is at hand: one request, if the part or what is known says its UID. */
  async whole(part: Group, before: Seen | undefined, signal: AbortSignal): Promise<Group> {
    const fromBefore = before?.is === 'live' ? refOf(before).iCalUID : undefined
    const fromPart = [part.master, ...part.instances].find((event) => typeof event?.iCalUID === 'string')?.iCalUID
    const group = await this.series(part.id, fromPart ?? fromBefore, signal)
    if (group.master) return this.withUnlisted(group, part.instances, before, signal)
    const found = new Set(group.instances.map(({ id }) => id))
    const isLacking = part.master || before?.is === 'live' || part.instances.some(({ id }) => !found.has(id))
    if (isLacking) throw new Contradiction()
    return group
  }

  /**
   * The exceptions of a series that was just written, with what is cancelled.
   *
   * @param master the series as Google answered it
   * @param before the same as it was seen before the write
   * @param isRewritten its recurrence was written, if only the dates that it excludes: it may have forgotten any instance
   */
  async instancesAfter(
    master: GoogleEvent,
    before: Live,
    isRewritten: boolean,
    signal: AbortSignal,
  ): Promise<readonly GoogleEvent[]> {
    const found = await this.series(before.id, master.iCalUID ?? undefined, signal)
    return (await this.withUnlisted({ ...found, master }, [], before, signal, isRewritten)).instances
  }

  /**
   * What a query by UID found, and what it is not known to find: cancelled instances. Those of which a delta tells, or
   * that were seen before, count as what they are said to be, unless the query knows better.
   */
  private async withUnlisted(
    found: Group,
    told: readonly GoogleEvent[],
    before: Seen | undefined,
    signal: AbortSignal,
    isRewritten = false,
  ): Promise<Group> {
    const { master } = found
    if (!master || isCancelled(master)) return found
    const listed = new Set(found.instances.map(({ id }) => id))
    const unlisted = told.filter(({ id }) => !listed.has(id))
    for (const { id } of unlisted) listed.add(id)
    const remembered = cancelledBefore(before).filter(({ id }) => !listed.has(id))
    const still = await this.stillCancelled(master, remembered, before, signal, isRewritten)
    return { ...found, instances: [...found.instances, ...unlisted, ...still] }
  }

  /**
   * Those of the remembered instances that are cancelled still. A series that moves may forget them, of which no delta
   * tells: then those that it has are asked for, and of a series that was out of sight, nothing is remembered.
   */
  private async stillCancelled(
    master: GoogleEvent,
    remembered: readonly GoogleEvent[],
    before: Seen | undefined,
    signal: AbortSignal,
    isRewritten: boolean,
  ): Promise<readonly GoogleEvent[]> {
    const { timeZone } = this.surroundings()
    const now = seeEvent(master, this.surroundings())
    if (now.is !== 'live') return remembered
    if (before && before.is !== 'live' && isRecurring(master)) throw new Contradiction()
    if (before?.is !== 'live') return remembered
    if (!isRewritten && sameMeaning(now.fields.when, before.fields.when)) return remembered
    const isShown = (instance: GoogleEvent): boolean => mayOccur(now.fields, keyOfInstance(instance, timeZone) ?? '')
    const shown = remembered.filter(isShown)
    if (shown.length > FEW) throw new Contradiction()
    const asked: GoogleEvent[] = []
    for (const { id } of shown) asked.push((await this.api.get(this.calendarId, id ?? '', signal)) ?? {})
    return [...remembered.filter((instance) => !isShown(instance)), ...asked.filter(isCancelled)]
  }

  /**
   * A series with its exceptions, as its UID finds them.
   *
   * @param iCalUID undefined costs another request
   */
  private async series(id: ResourceId, iCalUID: string | undefined, signal: AbortSignal): Promise<Group> {
    if (iCalUID === undefined) {
      const master = await this.api.get(this.calendarId, id, signal)
      if (!master || isCancelled(master) || typeof master.iCalUID !== 'string') return { id, master, instances: [] }
      return this.series(id, master.iCalUID, signal)
    }
    const items = await this.find(iCalUID, signal)
    const group = grouped(items.filter((event) => seriesId(event) === id)).get(id) ?? { id, instances: [] }
    if (group.master) return group
    // A series that its own UID does not find may be one that was never shared; only its id can tell.
    const master = await this.api.get(this.calendarId, id, signal)
    if (!master || isCancelled(master) || !isRecurring(master)) return { ...group, master }
    if (typeof master.iCalUID === 'string' && master.iCalUID !== iCalUID) return this.series(id, master.iCalUID, signal)
    throw new Contradiction() // it is there, so its exceptions may be, too
  }

  /** What belongs to a resource as it is now, of which no more than its id may be known. */
  async ofResource(id: ResourceId, before: Seen | undefined, signal: AbortSignal): Promise<Group> {
    const iCalUID = before?.is === 'live' ? refOf(before).iCalUID : undefined
    if (iCalUID !== undefined) return this.withUnlisted(await this.series(id, iCalUID, signal), [], before, signal)
    const event = await this.api.get(this.calendarId, id, signal)
    if (!event) return { id, instances: [] }
    if (typeof event.recurringEventId === 'string') return { id: event.recurringEventId, instances: [event] }
    const recurs = isRecurring(event) && !isCancelled(event)
    const group = recurs
      ? await this.series(id, event.iCalUID ?? undefined, signal)
      : { id, master: event, instances: [] }
    return this.withUnlisted(group, [], before, signal)
  }
}
