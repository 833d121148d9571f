import type { Read } from '../event/calendar'
import { fieldNames } from '../event/event'
import { faultOf } from '../event/fault'
import { sameJson } from '../event/json'
import { hashFields, sameFields, sameMeaning } from '../event/normal'
import { requireSound } from '../event/sound'
import { valueOf, withValues } from './merge'
import type { Field, Fields, Hash, Millis, ResourceId, Seen, Uid } from './model'

/**
 * An observation with its place in the order of changes. `at`: when it was recorded, kept for what is gone. `past`: of the
 * last few contents before it the beginnings of their hashes, the latest first.
 */
export type Stored = Seen & { readonly seq: number; readonly at?: Millis; readonly past?: readonly Hash[] }

/** How many earlier contents are known again, and by how much of their hashes. */
const MOST_PAST = 5
const HASH_LENGTH = 10

const NINETY_DAYS = 90 * 24 * 3600 * 1000

/** Observations of one calendar, by the server's id. `seq` grows with each change; `epoch` names one rebuilding of it. */
export class Replica {
  private readonly ids = new Map<Uid, Set<ResourceId>>()
  private highest = 0
  private lastRead: number

  /**
   * @param entries as stored; the map becomes the replica's own
   * @param lastRead where `seq` stood after the last read
   */
  constructor(
    readonly epoch: string,
    readonly entries: Map<ResourceId, Stored> = new Map(),
    lastRead?: number,
  ) {
    for (const stored of entries.values()) this.index(stored)
    this.lastRead = lastRead ?? this.highest
  }

  get seq(): number {
    return this.highest
  }

  get(id: ResourceId): Stored | undefined {
    return this.entries.get(id)
  }

  /** Where `seq` stood after the last read: what is beyond it was learned from writing. */
  get readTo(): number {
    return this.lastRead
  }

  /** All that has changed so far is older than the next read. */
  wasRead(): void {
    this.lastRead = this.highest
  }

  /** What was written since the last read, or found while writing. */
  writtenSince(): ResourceId[] {
    return [...this.entries.values()].filter(({ seq }) => seq > this.lastRead).map(({ id }) => id)
  }

  /**
   * Gives what is stored a new place in the order of changes: nobody knows what will have become of it, and the next read
   * asks for it if nothing else tells.
   *
   * @returns what to store
   */
  doubt(id: ResourceId): Stored | undefined {
    const stored = this.entries.get(id)
    if (!stored) return undefined
    const doubted = { ...stored, seq: this.highest + 1 }
    this.entries.set(id, doubted)
    this.index(doubted)
    return doubted
  }

  /** Whether no two resources ever bore a uid. */
  isOnlyOne(uid: Uid): boolean {
    return (this.ids.get(uid)?.size ?? 0) <= 1
  }

  /** Whether there is a resource of which nobody knows which event it is: it goes by its id. */
  hasUnnamed(): boolean {
    for (const { id, uid, is } of this.entries.values()) if (is === 'unread' && uid === id) return true
    return false
  }

  /** All resources that ever bore a uid. */
  *withUid(uid: Uid): Iterable<Stored> {
    for (const id of this.ids.get(uid) ?? []) {
      const stored = this.entries.get(id)
      if (stored) yield stored
    }
  }

  /**
   * Takes in one observation. The uid under which a resource was first known stays, so that a server that drops our
   * mark does not rename it; one that could not be read so far goes by its id, which is no uid to stay with. The stamp
   * moves only when the content does, so that housekeeping and our own bookkeeping do not look like an edit.
   *
   * @param doubtful whether the server may have gone back to an old state: an earlier version is no edit then
   * @returns what to store, or undefined if it is no news
   */
  record(seen: Seen, now: Millis, doubtful = false): Stored | undefined {
    const before = this.entries.get(seen.id)
    if (!before && seen.is === 'gone') return undefined
    const known = before && !(before.is !== 'live' && before.uid === before.id) ? before.uid : undefined
    const kept: Seen = { ...seen, uid: known ?? seen.uid, ...understoodAs(seen, before) }
    const news = kept.is === 'live' && before?.is === 'live' && sameFields(kept.fields, before.fields)
    const next = withPast(news ? withStamp(kept, before.changedAt) : kept, before, doubtful && this.isOlder(kept))
    if (before && sameSeen(before, next)) return undefined
    const stored: Stored = { ...next, seq: this.highest + 1, ...(next.is === 'gone' ? { at: now } : {}) }
    this.entries.set(stored.id, stored)
    if (before && before.uid !== stored.uid) this.ids.get(before.uid)?.delete(stored.id)
    this.index(stored)
    return stored
  }

  /** Whether a version is an earlier one than what was seen of it: by its stamp, or by what it means. */
  isOlder(seen: Seen): boolean {
    const before = this.entries.get(seen.id)
    if (seen.is !== 'live' || before?.is !== 'live' || sameFields(seen.fields, before.fields)) return false
    const isBefore = (seen.changedAt ?? Infinity) < (before.changedAt ?? -Infinity)
    return isBefore || (before.past ?? []).includes(shortHash(seen.fields))
  }

  /** Drops what has been gone for 90 days, but for the latest change, from which the count goes on. @returns their ids */
  prune(now: Millis): ResourceId[] {
    const old = [...this.entries.values()].filter(
      (entry) => entry.is === 'gone' && (entry.at ?? 0) < now - NINETY_DAYS && entry.seq < this.highest,
    )
    for (const { id, uid } of old) {
      this.entries.delete(id)
      this.ids.get(uid)?.delete(id)
    }
    return old.map(({ id }) => id)
  }

  private index(stored: Stored): void {
    this.highest = Math.max(this.highest, stored.seq)
    const ids = this.ids.get(stored.uid)
    if (ids) ids.add(stored.id)
    else this.ids.set(stored.uid, new Set([stored.id]))
  }
}

/**
 * Takes in what a read found. A complete read that lacks an event makes it `missing`: that is no evidence of deletion.
 * Where a position was lost, or what was there is not listed, an old state of the server may have come back: earlier
 * versions are no edits then, and if there are any, what a listing lacks is missing, too.
 *
 * @param lost whether the server did not know the position any more
 * @returns what changed, to store before the read's position
 */
export function observe(replica: Replica, read: Read, now: Millis, lost = false): Stored[] {
  const changed: Stored[] = []
  const there = new Set(read.seen.filter(({ is }) => is !== 'gone').map(({ id }) => id))
  if (read.kind === 'full') for (const id of read.unchanged) there.add(id)
  const lacks = (): boolean => [...replica.entries.values()].some(({ id, is }) => is !== 'gone' && !there.has(id))
  const isGone = read.seen.some(({ is }) => is === 'gone')
  const doubtful = lost || (read.kind === 'full' ? lacks() : read.byListing === true && isGone)
  // What is thrown while one is compared is about this one alone.
  const alone = <T>(seen: Seen, compare: (seen: Seen) => T): T => {
    try {
      return compare(seen)
    } catch (error) {
      return compare(unreadBy(error, seen))
    }
  }
  const wentBack = doubtful && read.seen.some((seen) => alone(seen, (each) => replica.isOlder(each)))
  const record = (seen: Seen): void => {
    const stored = alone(seen, (each) => {
      if (each.is === 'live') requireSound(each.fields)
      return replica.record(each, now, doubtful)
    })
    if (stored) changed.push(stored)
  }
  for (const seen of read.seen)
    record(seen.is === 'gone' && wentBack && read.kind !== 'full' ? { ...seen, how: 'missing' } : seen)
  if (read.kind === 'full') {
    for (const { id } of read.seen) there.add(id)
    for (const { id, uid, is } of [...replica.entries.values()]) {
      if (is !== 'gone' && !there.has(id)) record({ uid, id, is: 'gone', how: 'missing' })
    }
  }
  replica.wasRead()
  return changed
}

/** An event that can't be worked with, as one that could not be read. */
function unreadBy(error: unknown, seen: Seen): Seen {
  const { uid, id } = seen
  const title = seen.is === 'live' ? seen.fields.summary : undefined
  return { uid, id, is: 'unread', ...(typeof title === 'string' ? { title } : {}), ...faultOf(error) }
}

function sameSeen(before: Stored, next: Seen): boolean {
  const { seq: _seq, at: _at, ...seen } = before
  return sameJson(plain(seen), plain(next))
}

/** Without keys that are undefined, as it comes back from the disk. */
const plain = (seen: object): Record<string, never> =>
  Object.fromEntries(Object.entries(seen).filter(([, value]) => value !== undefined)) as Record<string, never>

/**
 * What an event would mean as it was understood before: pairs follow one by one, so it is known for as long as a field
 * means what it came to mean by that.
 */
function understoodAs(seen: Seen, before: Stored | undefined): { readonly asBefore?: Fields } {
  if (seen.is !== 'live' || before?.is !== 'live' || !before.asBefore) return {}
  const { asBefore, fields } = before
  const base = seen.asBefore ?? seen.fields
  const stands = fieldNamesOf(asBefore, fields).filter((name) =>
    sameMeaning(valueOf(base, name), valueOf(fields, name)),
  )
  const values = stands.map((name) => [name, valueOf(asBefore, name)] as const)
  const known = withValues(base, values)
  return sameFields(known, seen.fields) ? {} : { asBefore: known }
}

const fieldNamesOf = (...all: Fields[]): Field[] => [...new Set(all.flatMap(fieldNames))]

/** With what is to be known again later; a field that came back counts as that until it changes. */
function withPast(next: Seen, before: Stored | undefined, isOlder: boolean): Seen & { past?: readonly Hash[] } {
  const known = before?.past ?? []
  const kept = known.length > 0 ? { past: known } : {}
  if (next.is !== 'live' || before?.is !== 'live') {
    return before?.is === 'live' ? { ...next, past: pastWith(before.fields, known) } : { ...next, ...kept }
  }
  const isMoved = (name: Field): boolean => !sameMeaning(valueOf(next.fields, name), valueOf(before.fields, name))
  const names = fieldNamesOf(before.fields, next.fields)
  const older = names.filter((name) => (isMoved(name) ? isOlder : before.older?.includes(name))).sort()
  const past = names.some(isMoved) ? { past: pastWith(before.fields, known) } : kept
  return { ...next, ...(older.length > 0 ? { older } : {}), ...past }
}

const pastWith = (fields: Fields, past: readonly Hash[]): Hash[] => [shortHash(fields), ...past].slice(0, MOST_PAST)

/** By which a content is known again. */
export const shortHash = (fields: Fields): Hash => hashFields(fields).slice(0, HASH_LENGTH)

function withStamp<T extends { readonly changedAt?: Millis }>(seen: T, changedAt: Millis | undefined): T {
  const { changedAt: _changedAt, ...rest } = seen
  return (changedAt === undefined ? rest : { ...rest, changedAt }) as T
}
