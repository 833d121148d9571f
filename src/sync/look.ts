import { fieldNames } from '../event/event'
import { sameMeaning } from '../event/normal'
import type { Agreement } from './agreement'
import { idOn } from './agreement'
import type { Now } from './entry'
import { isLive } from './entry'
import { find } from './find'
import type { ContentMatcher } from './match'
import { firstPairing } from './match'
import { heldValue } from './merge'
import type { Both, Entry, Field, Live, PairEntry, Rules, Seen, Side, Step, Uid } from './model'
import { SIDES, both, other } from './model'
import { settle, settleMaking } from './outcome'
import { settleDeletions } from './own-deletion'
import type { Replica } from './replica'
import { surplusOf } from './take-back'
import type { Surplus } from './take-back'
import { valueOf, withValues } from './values'

/** One event as the plan sees it. */
export type Look = {
  readonly uid: Uid
  readonly entry: Entry | undefined
  readonly now: Now
  /** Other live resources with the same uid. */
  readonly duplicates: readonly Live[]
  /** Entries that this one takes the place of. */
  readonly replaces: readonly Uid[]
  /** A copy of ours that is one too many. */
  readonly surplus?: Surplus
}

/** Finds both sides of an event, and its entry: rebound, matched, and with its notes settled. */
export function lookAt(
  uid: Uid,
  agreement: Agreement,
  replicas: Both<Replica>,
  rules: Pick<Rules, 'declined'>,
  matcher: ContentMatcher,
): Look {
  const work = looking(uid, agreement, replicas, rules, matcher)
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

/** The same in parts, since looking for events of the same content may take long. */
export function* looking(
  uid: Uid,
  agreement: Agreement,
  replicas: Both<Replica>,
  { declined }: Pick<Rules, 'declined'>,
  matcher: ContentMatcher,
): Generator<readonly Step[], Look> {
  const entry = agreement.get(uid)
  const found = both((side) => find(uid, entry && idOn(entry, side), side, replicas[side], agreement, declined))
  const restored = yield* inPlace(
    entry,
    both((side) => found[side].seen),
    matcher,
  )
  const now = both((side) => restored[side] ?? found[side].seen)
  const duplicates = SIDES.flatMap((side) => found[side].duplicates)
  const look = { uid, now, duplicates, replaces: [] }
  const paired = (pair: PairEntry): Look => {
    const beside = both((side) => found[side].duplicates)
    const surplus = surplusOf(pair, now, beside, agreement.compared, replicas)
    return surplus ? itselfInPlace(look, surplus) : { ...look, entry: pair }
  }
  if (entry?.is === 'pair') {
    const readTo = both((side) => replicas[side].readTo)
    return paired(settleDeletions(settle(understood(rebound(entry, now), now), now), now, readTo))
  }
  if (entry?.surplus !== undefined) return { ...look, entry, duplicates: [] }
  const copy = entry?.making && now[other(entry.on)]
  if (entry && isLive(copy)) return paired(settleMaking(entry, copy, now, replicas[other(entry.on)].get(copy.id)?.seq))
  if (isLive(now.left) && isLive(now.right)) {
    return { ...look, entry: firstPairing(uid, { left: now.left, right: now.right }) }
  }
  yield* inSteps(matcher.build())
  const place = yield* placeOf(now, matcher)
  if (place !== undefined) {
    const whole = yield* looking(place, agreement, replicas, { declined }, matcher)
    return { ...whole, replaces: entry ? [uid] : [] }
  }
  const equal = matchedLook(uid, now, agreement, matcher)
  if (equal) return equal
  const on = entry ? now[entry.on] : undefined
  return { ...look, entry: entry && isLive(on) ? { ...entry, id: on.id } : entry }
}

/** What stands, restored under another uid, in the place of what is gone of an event. */
function* inPlace(
  entry: Entry | undefined,
  now: Now,
  matcher: ContentMatcher,
): Generator<readonly Step[], Partial<Both<Live>>> {
  const isGone = (seen: Seen | undefined): boolean => seen === undefined || seen.is === 'gone'
  if (!entry || !SIDES.some((side) => isLive(now[side]) && isGone(now[other(side)]))) return {}
  const restored = yield* inSteps(matcher.restored.build())
  const found = SIDES.map((side) => [side, restored[side].inPlaceOf.get(entry.uid)] as const)
  return Object.fromEntries(found.filter(([, seen]) => seen))
}

/** The event whose member is gone that an unpaired one takes the place of. */
function* placeOf(now: Now, matcher: ContentMatcher): Generator<readonly Step[], Uid | undefined> {
  const restored = yield* inSteps(matcher.restored.build())
  const places = SIDES.map((side) => restored[side].placeOf.get(now[side]?.id ?? ''))
  return places.find((place) => place !== undefined)
}

/** In the parts of a plan. */
function* inSteps<T>(work: Generator<void, T>): Generator<readonly Step[], T> {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    yield []
  }
}

/** The event itself takes the place of the copy that we made of it. */
function itselfInPlace(look: Omit<Look, 'entry'>, surplus: Surplus): Look {
  const now = { ...look.now, [surplus.on]: surplus.itself } as Both<Live>
  const duplicates = look.duplicates.filter((each) => each !== surplus.itself)
  return { ...look, entry: firstPairing(look.uid, now), now, duplicates, surplus }
}

/** An unpaired event with an equal on the other side that is unpaired too. Of their two uids the smaller names the pair. */
function matchedLook(uid: Uid, now: Now, agreement: Agreement, matcher: ContentMatcher): Look | undefined {
  const side: Side = isLive(now.left) ? 'left' : 'right'
  const seen = now[side]
  const equal = isLive(seen) ? matcher.counterpart(seen, side) : undefined
  if (!isLive(seen) || !equal) return undefined
  const pair = { left: seen, right: seen, [other(side)]: equal }
  const uids = [agreement.uidOf(side, seen.id) ?? uid, agreement.uidOf(other(side), equal.id) ?? equal.uid].sort()
  const [name = uid, ...others] = uids
  const replaces = others.filter((each) => agreement.get(each))
  return { uid: name, entry: firstPairing(name, pair), now: pair, duplicates: [], replaces }
}

/** A half whose resource is gone takes the one that stands in its place; then it is merely changed. */
function rebound(entry: PairEntry, now: Now): PairEntry {
  const halves = both((side) => {
    const seen = now[side]
    return isLive(seen) && seen.id !== entry[side].id ? { ...entry[side], id: seen.id } : entry[side]
  })
  return { ...entry, ...halves }
}

/** What a side held that is now understood otherwise, and was not edited, it holds as it is understood: that is no edit. */
function understood(entry: PairEntry, now: Now): PairEntry {
  const halves = both((side) => {
    const seen = now[side]
    if (!isLive(seen) || !seen.asBefore) return entry[side]
    const { fields, asBefore } = seen
    const names = [...new Set([...fieldNames(asBefore), ...fieldNames(fields)])]
    const isUntouched = (name: Field): boolean => {
      const held = heldValue(entry[side], name)
      return held !== undefined && sameMeaning(held, valueOf(asBefore, name))
    }
    const values = names.filter(isUntouched).map((name) => [name, valueOf(fields, name)] as const)
    return { ...entry[side], held: withValues(entry[side].held, values) }
  })
  return { ...entry, ...halves }
}
