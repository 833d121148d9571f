import { fieldNames } from '../event/event'
import { least } from '../event/lists'
import { hashFields } from '../event/normal'
import type { Agreement } from './agreement'
import { idOn } from './agreement'
import { byId, contentKey, zip } from './alike'
import { findAsItIs } from './find'
import { fitted, isLive, isUntouchedCopy, newPair } from './entry'
import { agree } from './merge'
import type { Both, Hash, Live, PairEntry, ResourceId, Rules, Side, Uid } from './model'
import { both, other } from './model'
import type { Replica, Stored } from './replica'
import { RestoredMatcher } from './restored'
import type { Restored } from './restored'
import { shown } from './shown'

/** Of so many is looked for the one that is most alike. */
const MOST_COMPARED = 30

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
 * Finds for an unpaired event one of the same content (time, recurrence and summary) on the other side; none that has
 * one of its own uid there. Those that are alike in all that both can hold pair off, and equal numbers do whatever else
 * differs: two here and two there stay two. Where one side has more of them, which belong together nobody can tell.
 * What stands in the place of one that is gone is not unpaired.
 */
export class ContentMatcher {
  private pairs: Both<ReadonlyMap<ResourceId, Live>> | undefined
  readonly restored: RestoredMatcher

  constructor(
    private readonly replicas: Both<Replica>,
    private readonly agreement: Agreement,
    private readonly rules: Pick<Rules, 'common' | 'declined'>,
  ) {
    this.restored = new RestoredMatcher(replicas, agreement, rules.declined)
  }

  /** Finds them all, once, in parts that take a moment each. */
  *build(): Generator<void, void> {
    if (this.pairs) return
    const restored = yield* this.restored.build()
    const left = yield* this.unpaired('left', restored.left)
    const right = yield* this.unpaired('right', restored.right)
    const pairs = { left: new Map<ResourceId, Live>(), right: new Map<ResourceId, Live>() }
    for (const [key, lefts] of left) {
      for (const [one, two] of yield* this.matched(lefts, right.get(key) ?? [])) {
        pairs.left.set(one.id, two)
        pairs.right.set(two.id, one)
      }
      yield
    }
    this.pairs = pairs
  }

  /** The one that was found, once all are. */
  counterpart(seen: Live, side: Side): Live | undefined {
    return this.pairs?.[side].get(seen.id)
  }

  /** Both in the order of their ids, so that each plan pairs them the same way. */
  private *matched(some: readonly Live[], others: readonly Live[]): Generator<void, (readonly [Live, Live])[]> {
    if (some.length === 0 || others.length === 0) return []
    if (some.length === 1 && others.length === 1) return zip(some, others)
    const [lefts, rights] = [byId(some), byId(others)]
    const meant = ({ fields }: Live): Hash => hashFields(fitted(fields, this.rules.common))
    const here = yield* grouped(lefts, meant)
    const there = yield* grouped(rights, meant)
    const pairs = [...here].flatMap(([hash, each]) => zip(each, there.get(hash) ?? []))
    if (lefts.length !== rights.length) return pairs
    const taken = new Set(pairs.flat())
    const free = rights.filter((right) => !taken.has(right))
    for (const left of lefts.filter((each) => !taken.has(each))) {
      const right = this.takeNearest(left, free)
      if (right) pairs.push([left, right])
      yield
    }
    return pairs
  }

  /** Takes out of some the one that differs in the fewest fields. */
  private takeNearest({ fields }: Live, free: Live[]): Live | undefined {
    const { common } = this.rules
    const differing = (right: Live): number => {
      const sides = { left: fields, right: right.fields }
      return fieldNames(fields).filter((name) => common.has(name) && !agree(name, sides, common)).length
    }
    const counts = free.slice(0, MOST_COMPARED).map(differing)
    return free.splice(counts.indexOf(least(counts)), 1)[0]
  }

  /** By content. */
  private unpaired(side: Side, { placeOf }: Restored): Generator<void, Map<string, Live[]>> {
    const isFree = (seen: Live): boolean =>
      !this.agreement.isPaired(side, seen.id) &&
      !placeOf.has(seen.id) &&
      !this.hasItsOwn(seen, side) &&
      this.counts(seen, side)
    const live = [...this.replicas[side].entries.values()].filter((seen): seen is Stored & Live => isLive(seen))
    const shows = live.map((seen) => shown(seen, this.rules.declined))
    return grouped(shows, (seen) => (isFree(seen) ? contentKey(seen.fields) : undefined))
  }

  /** Whether this one stands for its uid on its side, and no other. */
  private counts({ id, uid }: Live, side: Side): boolean {
    const replica = this.replicas[side]
    if (replica.isOnlyOne(uid)) return true
    const name = this.agreement.uidOf(side, id) ?? uid
    const entry = this.agreement.get(name)
    return findAsItIs(name, entry && idOn(entry, side), side, replica, this.agreement).seen?.id === id
  }

  /** Whether the other side has, or may yet show again, an event of the same uid: that one belongs to it. */
  private hasItsOwn({ uid }: Live, side: Side): boolean {
    for (const seen of this.replicas[other(side)].withUid(uid)) {
      if (seen.is !== 'gone' || seen.how === 'missing') return true
    }
    return false
  }
}

/** In groups by a key, one event after the other; without those that have none. */
function* grouped(all: readonly Live[], by: (seen: Live) => string | undefined): Generator<void, Map<string, Live[]>> {
  const groups = new Map<string, Live[]>()
  for (const each of all) {
    const key = by(each)
    yield
    if (key === undefined) continue
    const group = groups.get(key)
    if (group) group.push(each)
    else groups.set(key, [each])
  }
  return groups
}
