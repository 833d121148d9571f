import type { Both, Compared, Entry, Millis, ResourceId, Side, Uid } from './model'
import { SIDES } from './model'

/** What two calendars agreed on, event by event, with an index by resource and by due time. */
export class Agreement {
  private readonly byId: Both<Map<ResourceId, Uid>> = { left: new Map(), right: new Map() }
  private readonly waiting = new Set<Uid>()
  private readonly asked = new Set<Uid>()
  private pairs = 0

  /** @param entries as stored; the map becomes the agreement's own */
  constructor(
    readonly entries: Map<Uid, Entry> = new Map(),
    public compared?: Compared,
  ) {
    for (const entry of entries.values()) this.index(entry)
  }

  get paired(): number {
    return this.pairs
  }

  /** Entries whose question was announced and is open. */
  get open(): ReadonlySet<Uid> {
    return this.asked
  }

  get(uid: Uid): Entry | undefined {
    return this.entries.get(uid)
  }

  /** The event that a resource stands for, on its side. */
  uidOf(side: Side, id: ResourceId): Uid | undefined {
    return this.byId[side].get(id)
  }

  isPaired(side: Side, id: ResourceId): boolean {
    const uid = this.uidOf(side, id)
    return uid !== undefined && this.get(uid)?.is === 'pair'
  }

  *due(now: Millis): Iterable<Uid> {
    for (const uid of this.waiting) if ((this.entries.get(uid)?.due ?? Infinity) <= now) yield uid
  }

  set(entry: Entry): void {
    this.delete(entry.uid)
    this.entries.set(entry.uid, entry)
    this.index(entry)
  }

  delete(uid: Uid): void {
    const entry = this.entries.get(uid)
    if (!entry) return
    for (const side of SIDES) {
      const id = idOn(entry, side)
      if (id !== undefined && this.byId[side].get(id) === uid) this.byId[side].delete(id)
    }
    if (entry.is === 'pair') this.pairs -= 1
    this.waiting.delete(uid)
    this.asked.delete(uid)
    this.entries.delete(uid)
  }

  private index(entry: Entry): void {
    for (const side of SIDES) {
      const id = idOn(entry, side)
      if (id !== undefined) this.byId[side].set(id, entry.uid)
    }
    if (entry.is === 'pair') this.pairs += 1
    if (entry.due !== undefined) this.waiting.add(entry.uid)
    if (entry.told !== undefined) this.asked.add(entry.uid)
  }
}

/** The resource that an entry names on a side. */
export function idOn(entry: Entry, side: Side): ResourceId | undefined {
  if (entry.is === 'pair') return entry[side].id
  return entry.on === side ? entry.id : entry.making?.id
}
