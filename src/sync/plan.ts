import { fieldNames } from '../event/event'
import { sameJson } from '../event/json'
import type { Json } from '../event/json'
import { sameMeaning } from '../event/normal'
import type { Agreement } from './agreement'
import { idOn } from './agreement'
import { decide } from './decide'
import type { Now } from './entry'
import { isLive } from './entry'
import { ContentMatcher, find, firstPairing } from './match'
import { heldValue, isQuiet, valueOf, withValues } from './merge'
import type { Both, Compared, Entry, Field, Hash, Live, Millis, PairEntry, Rules, Side, Step, Uid } from './model'
import { SIDES, both, other } from './model'
import { settle, settleMaking } from './outcome'
import { settleDeletions } from './own-deletion'
import { withRests } from './refusal'
import type { Replica } from './replica'
import { shown } from './shown'
import { surplusEntry, surplusOf, takeBack } from './take-back'
import type { Surplus } from './take-back'

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

/** A clock that goes back by less is only kept right. */
const SET_BACK = 3600 * 1000

/** Where both replicas stand: what `compared` becomes when a run has ended. */
export function standing(replicas: Both<Replica>, settings: Hash, now: Millis): Compared {
  return { at: both((side) => ({ epoch: replicas[side].epoch, seq: replicas[side].seq })), settings, time: now }
}

/**
 * The events to look at: changed since both were compared, or due. All of them if the settings or an epoch differ, or
 * if the clock was set back: what was outside the window, or due, by a time that was wrong may not be by the right one.
 */
export function* toLookAt(
  agreement: Agreement,
  replicas: Both<Replica>,
  settings: Hash,
  rules: Rules,
): Generator<Uid, void> {
  const { compared } = agreement
  const all =
    compared === undefined ||
    compared.settings !== settings ||
    rules.now < (compared.time ?? 0) - SET_BACK ||
    SIDES.some((side) => compared.at[side].epoch !== replicas[side].epoch)
  const ofEntries = all ? [...agreement.entries.keys()] : [...agreement.due(rules.now)]
  yield* ofEntries
  const given = new Set(all ? [] : ofEntries)
  for (const side of SIDES) {
    const after = all ? 0 : compared.at[side].seq
    for (const { id, uid, seq } of replicas[side].entries.values()) {
      if (seq <= after) continue
      const known = agreement.uidOf(side, id)
      const name = known ?? uid
      if (all && (known !== undefined || agreement.get(name))) continue
      if (given.has(name)) continue
      given.add(name)
      yield name
    }
  }
}

/**
 * Plans, event by event; the caller takes as many at a time as its time slice allows. Nothing is changed: the steps
 * say what to do.
 *
 * @param settings hash of all that decides besides the state, so that a change makes everything be looked at again
 * @param only these events, whether there is news of them or not
 */
export function* plan(
  agreement: Agreement,
  replicas: Both<Replica>,
  rules: Rules,
  settings: Hash,
  only?: ReadonlySet<Uid>,
): Generator<readonly Step[], void> {
  const matcher = new ContentMatcher(replicas, agreement, rules)
  const looked = new Set<Live>()
  for (const uid of only ?? toLookAt(agreement, replicas, settings, rules)) {
    if (isInStep(uid, agreement, replicas, rules)) {
      yield []
      continue
    }
    const look = yield* looking(uid, agreement, replicas, rules, matcher)
    const sides = [look.now.left, look.now.right].filter(isLive)
    if (sides.some((seen) => looked.has(seen))) continue // its equal was looked at before
    sides.forEach((seen) => looked.add(seen))
    yield planOne(look, agreement, rules)
  }
}

/** All that the entry of a pair has of which nothing is to be done, besides what was written lately. */
const AT_REST: readonly string[] = ['uid', 'is', 'born', 'left', 'right', 'wrote']

/** Whether nothing is to be done about a pair, which is the common case: both sides hold what they held, and nothing is open. */
function isInStep(uid: Uid, agreement: Agreement, replicas: Both<Replica>, { common, declined }: Rules): boolean {
  const entry = agreement.get(uid)
  if (entry?.is !== 'pair') return false
  for (const name in entry) if (!AT_REST.includes(name)) return false
  for (const side of SIDES) {
    const half = entry[side]
    const seen = shown(replicas[side].get(half.id), declined)
    if (half.noted ?? half.deleting) return false
    if (!isLive(seen) || seen.asBefore || !replicas[side].isOnlyOne(uid)) return false
    if (!isQuiet(half, seen.fields, common)) return false
  }
  return true
}

/** The steps for one event. */
export function planOne(look: Look, agreement: Agreement, rules: Rules): Step[] {
  const before = agreement.get(look.uid)
  const kept: Step[] = look.entry ? [{ do: 'agree', entry: look.entry }] : [] // settled or rebound, whatever follows
  const decided = [...kept, ...decide(look.uid, look.entry, look.now, rules)]
  const news = withRests(decided, look.entry, look.now, rules.now).filter(
    (step) => step.do !== 'agree' || !sameJson(asJson(step.entry), asJson(before)),
  )
  const replaced = look.replaces.map((uid): Step => ({ do: 'forget', uid }))
  const steps = [...replaced, ...news, ...takingBack(look, rules), ...look.duplicates.map(duplicate)]
  return steps.map((step) => withView(step, rules))
}

/** Who carries an operation out has to see what the planner saw. */
function withView(step: Step, { declined }: Rules): Step {
  return step.do === 'write' && declined !== 'as-free' ? { ...step, op: { ...step.op, declined } } : step
}

function takingBack({ uid, surplus, now }: Look, rules: Rules): Step[] {
  if (!surplus) return []
  const entry = surplusEntry(uid, surplus)
  return [{ do: 'agree', entry }, ...takeBack(entry, { ...now, [surplus.on]: surplus.copy }, rules)]
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
function* looking(
  uid: Uid,
  agreement: Agreement,
  replicas: Both<Replica>,
  { declined }: Pick<Rules, 'declined'>,
  matcher: ContentMatcher,
): Generator<readonly Step[], Look> {
  const entry = agreement.get(uid)
  const found = both((side) => find(uid, entry && idOn(entry, side), side, replicas[side], agreement, declined))
  const now = both((side) => found[side].seen)
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
  for (const _ of matcher.build()) yield []
  const equal = matchedLook(uid, now, agreement, matcher)
  if (equal) return equal
  const on = entry ? now[entry.on] : undefined
  return { ...look, entry: entry && isLive(on) ? { ...entry, id: on.id } : entry }
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

const duplicate = ({ uid, id }: Live): Step => ({
  do: 'leave',
  uid,
  why: 'duplicate',
  reason: `another event with the same UID counts; this one (${id}) is left alone`,
})

const asJson = (entry: Entry | undefined): Json | undefined => entry as unknown as Json | undefined
