import type { Agreement } from './agreement'
import { idOn } from './agreement'
import { byId, contentKey, zip } from './alike'
import { isLive } from './entry'
import { findAsItIs } from './find'
import { hasOtherEdits } from './merge'
import type { Both, Entry, Fields, Half, Hash, Live, ResourceId, ShowsDeclined, Side, Uid } from './model'
import { other } from './model'
import type { Replica, Stored } from './replica'
import { shortHash } from './replica'
import { shown } from './shown'

// Many apps and services give an event a new UID when it is taken out of the trash. Nothing names the old one then, but
// it means what the one that is gone meant.

/** What is gone from a side while the other one lives: what was agreed on it, and what was seen of it last, if known. */
type Gone = { readonly uid: Uid; readonly half: Half | undefined; readonly last: Hash | undefined }

/** The events that stand in the place of one that is gone, on one side. */
export type Restored = {
  readonly inPlaceOf: ReadonlyMap<Uid, Live>
  readonly placeOf: ReadonlyMap<ResourceId, Uid>
}

/**
 * Finds unpaired events that stand in the place of a member of a pair that is gone from their side, under another uid:
 * as it was seen last; or with the time, recurrence and summary that were agreed on, where equal numbers pair off, and of
 * which those that are alike in all else go first. Once both members are gone there is no place to take.
 *
 * In parts that take a moment each.
 */
export function* findRestored(
  side: Side,
  replicas: Both<Replica>,
  agreement: Agreement,
  declined: ShowsDeclined,
): Generator<void, Restored> {
  const gone: Gone[] = []
  for (const entry of agreement.entries.values()) {
    const member = goneMember(entry, side, replicas, agreement)
    if (member) gone.push(member)
    yield
  }
  const free = gone.length === 0 ? [] : [...unpaired(side, replicas, agreement)]
  const pairs = free.length === 0 ? [] : pairedOff(byUid(gone), byId(free), declined)
  return {
    inPlaceOf: new Map(pairs.map(([{ uid }, seen]) => [uid, shown(seen, declined)])),
    placeOf: new Map(pairs.map(([{ uid }, { id }]) => [id, uid])),
  }
}

/** The same in one go: what stands in whose place. */
export function restoredOn(...of: Parameters<typeof findRestored>): ReadonlyMap<Uid, Live> {
  const work = findRestored(...of)
  for (;;) {
    const { done, value } = work.next()
    if (done) return value.inPlaceOf
  }
}

/** The same on both sides, looked for once, when it is needed. */
export class RestoredMatcher {
  private found: Both<Restored> | undefined

  constructor(
    private readonly replicas: Both<Replica>,
    private readonly agreement: Agreement,
    private readonly declined: ShowsDeclined,
  ) {}

  *build(): Generator<void, Both<Restored>> {
    const find = (side: Side): Generator<void, Restored> =>
      findRestored(side, this.replicas, this.agreement, this.declined)
    this.found ??= { left: yield* find('left'), right: yield* find('right') }
    return this.found
  }
}

/** What is gone of an event that lives on the other side; also of one that was kept there alone since. */
function goneMember(entry: Entry, side: Side, replicas: Both<Replica>, agreement: Agreement): Gone | undefined {
  const { uid } = entry
  const id = idOn(entry, side)
  const bound = id === undefined ? undefined : replicas[side].get(id)
  if ((bound && bound.is !== 'gone') || (entry.is === 'alone' && (entry.on === side || id !== undefined)))
    return undefined
  const here = findAsItIs(uid, id, side, replicas[side], agreement).seen
  const there = findAsItIs(uid, idOn(entry, other(side)), other(side), replicas[other(side)], agreement).seen
  if ((here && here.is !== 'gone') || !isLive(there)) return undefined
  const [last] = bound ? [bound] : [...replicas[side].withUid(uid)].sort((a, b) => b.seq - a.seq)
  return { uid, half: entry.is === 'pair' ? entry[side] : undefined, last: last?.past?.[0] }
}

/** Live events that belong to nothing: not on the other side either, nor as a copy of something else. */
function* unpaired(side: Side, replicas: Both<Replica>, agreement: Agreement): Generator<Stored & Live, void> {
  const replica = replicas[side]
  for (const seen of replica.entries.values()) {
    if (!isLive(seen) || seen.mark || !replica.isOnlyOne(seen.uid)) continue
    const entry = agreement.get(agreement.uidOf(side, seen.id) ?? seen.uid)
    const isFree = !entry || (entry.is === 'alone' && !entry.skipped && !entry.making && entry.surplus === undefined)
    const isElsewhere = [...replicas[other(side)].withUid(seen.uid)].some((each) => !isDeleted(each))
    if (isFree && !isElsewhere) yield seen
  }
}

const byUid = (all: readonly Gone[]): Gone[] => [...all].sort((a, b) => (a.uid < b.uid ? -1 : 1))

const isDeleted = (seen: Stored): boolean => seen.is === 'gone' && seen.how === 'deleted'

/** Both in one order, so that each plan pairs them the same way. */
function pairedOff(gone: readonly Gone[], free: readonly Live[], declined: ShowsDeclined): (readonly [Gone, Live])[] {
  const asSeenLast = grouped(gone, ({ last }) => last)
  const asTheyAre = grouped(free, ({ fields }) => shortHash(fields))
  const back = [...asSeenLast].flatMap(([hash, lost]) => zip(lost, asTheyAre.get(hash) ?? []))
  const taken = new Set<unknown>(back.flat())
  const isLeft = (each: unknown): boolean => !taken.has(each)
  const lost = grouped(gone.filter(isLeft), ({ half }) =>
    half && 'when' in half.held ? contentKey(half.held) : undefined,
  )
  const others = grouped(free.filter(isLeft), (seen) => contentKey(fieldsOf(seen, declined)))
  return [...back, ...[...lost].flatMap(([key, some]) => alike(some, others.get(key) ?? [], declined))]
}

/** Those of one time, recurrence and summary. */
function alike(gone: readonly Gone[], free: readonly Live[], declined: ShowsDeclined): (readonly [Gone, Live])[] {
  const left = [...free]
  const pairs = gone.flatMap((each) => {
    const index = left.findIndex((seen) => each.half && !hasOtherEdits(each.half, fieldsOf(seen, declined), []))
    return index < 0 ? [] : left.splice(index, 1).map((seen) => [each, seen] as const)
  })
  const rest = gone.filter((each) => !pairs.some(([one]) => one === each))
  return rest.length === left.length ? [...pairs, ...zip(rest, left)] : pairs
}

const fieldsOf = (seen: Live, declined: ShowsDeclined): Fields => shown(seen, declined).fields

function grouped<T>(all: readonly T[], by: (each: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const each of all) {
    const key = by(each)
    const group = key === undefined ? undefined : groups.get(key)
    if (group) group.push(each)
    else if (key !== undefined) groups.set(key, [each])
  }
  return groups
}
