import { hashJson } from '../event/json'
import { meaning } from '../event/normal'
import type { Agreement } from './agreement'
import { isLive, isUntouchedCopy, newPair } from './entry'
import type { Both, Hash, Live, PairEntry, ResourceId, Seen, Side, Uid } from './model'
import { both, other } from './model'
import type { Replica, Stored } from './replica'

/** The resource of an event on one side, and others of the same uid there, which are left alone. */
export type Found = { readonly seen: Seen | undefined; readonly duplicates: readonly Live[] }

/**
 * Finds what stands for an event on one side. The resource that it is paired with counts; if that is gone, another
 * unpaired live one with the same uid takes its place (restored, renamed, made again); without a pair the one with the
 * smallest id. One that can't be read stands for the event if nothing else does: it may be the event.
 *
 * @param id the resource that the agreement names, if any
 */
export function find(uid: Uid, id: ResourceId | undefined, side: Side, replica: Replica, agreement: Agreement): Found {
  const bound = id === undefined ? undefined : replica.get(id)
  if (bound && bound.is !== 'gone' && replica.isOnlyOne(uid)) return { seen: bound, duplicates: [] }
  const others = [...replica.withUid(uid)]
    .filter((seen) => seen.id !== id && agreement.uidOf(side, seen.id) === undefined)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const free = others.filter((seen): seen is Stored & Live => isLive(seen))
  if (bound && bound.is !== 'gone') return { seen: bound, duplicates: free }
  const [first, ...duplicates] = free
  if (first) return { seen: first, duplicates }
  const unread = others.find(({ is }) => is === 'unread')
  if (unread) return { seen: unread, duplicates: [] }
  return { seen: bound ?? (id === undefined ? undefined : { uid, id, is: 'gone', how: 'missing' }), duplicates: [] }
}

/** A pair of two events that were never paired: nothing is agreed, but that an untouched copy is as we wrote it. */
export function firstPairing(uid: Uid, now: Both<Live>): PairEntry {
  const pair = newPair(
    uid,
    bornOf(now),
    both((side) => now[side].id),
  )
  const untouched = both((side) => isUntouchedCopy(now[side]) && !isUntouchedCopy(now[other(side)]))
  const held = both((side) => (untouched[side] ? { ...pair[side], held: now[side].fields } : pair[side]))
  return { ...pair, ...held }
}

/** Where the original is, as far as our marks tell. */
function bornOf(now: Both<Live>): Side | 'both' {
  const marked = both((side) => now[side].mark !== undefined)
  if (marked.left === marked.right) return 'both'
  return marked.left ? 'right' : 'left'
}

/**
 * Finds an unpaired event of the same content (time, recurrence and summary) on the other side; only where it is the
 * only one there and has no rival on its own side, and neither has one of its own uid.
 */
export class ContentMatcher {
  private index: Both<Map<Hash, Live[]>> | undefined

  constructor(
    private readonly replicas: Both<Replica>,
    private readonly agreement: Agreement,
  ) {}

  counterpart(seen: Live, side: Side): Live | undefined {
    this.index ??= both((each) => this.unpaired(each))
    const key = contentKey(seen)
    const rivals = this.index[side].get(key) ?? []
    const found = this.index[other(side)].get(key) ?? []
    return rivals.length === 1 && found.length === 1 ? found[0] : undefined
  }

  private unpaired(side: Side): Map<Hash, Live[]> {
    const index = new Map<Hash, Live[]>()
    for (const seen of this.replicas[side].entries.values()) {
      if (!isLive(seen) || this.agreement.isPaired(side, seen.id) || this.hasItsOwn(seen, side)) continue
      const key = contentKey(seen)
      index.set(key, [...(index.get(key) ?? []), seen])
    }
    return index
  }

  /** Whether the other side has, or may yet show again, an event of the same uid: that one belongs to it. */
  private hasItsOwn({ uid }: Live, side: Side): boolean {
    for (const seen of this.replicas[other(side)].withUid(uid)) {
      if (seen.is !== 'gone' || seen.how === 'missing') return true
    }
    return false
  }
}

const contentKey = ({ fields }: Live): Hash => hashJson([meaning(fields.when), meaning(fields.summary)])
