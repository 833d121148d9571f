import { sameJson } from '../event/json'
import type { Json } from '../event/json'
import type { Agreement } from './agreement'
import { decide } from './decide'
import { isLive } from './entry'
import { setAside } from './fault'
import { looking } from './look'
import type { Look } from './look'
import { ContentMatcher } from './match'
import { isQuiet } from './merge'
import type { Both, Compared, Entry, Hash, Live, Millis, Rules, Step, Uid } from './model'
import { SIDES, both } from './model'
import { withRests } from './refusal'
import type { Replica } from './replica'
import { shown } from './shown'
import { surplusEntry, takeBack } from './take-back'

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
    // What is thrown while one event is planned is about this one alone.
    try {
      if (isInStep(uid, agreement, replicas, rules)) {
        yield []
        continue
      }
      const look = yield* looking(uid, agreement, replicas, rules, matcher)
      const sides = [look.now.left, look.now.right].filter(isLive)
      if (sides.some((seen) => looked.has(seen))) continue // its equal was looked at before
      sides.forEach((seen) => looked.add(seen))
      yield planOne(look, agreement, rules)
    } catch (error) {
      yield setAside(uid, error, agreement, replicas)
    }
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

const duplicate = ({ uid, id }: Live): Step => ({
  do: 'leave',
  uid,
  why: 'duplicate',
  reason: `another event with the same UID counts; this one (${id}) is left alone`,
})

const asJson = (entry: Entry | undefined): Json | undefined => entry as unknown as Json | undefined
