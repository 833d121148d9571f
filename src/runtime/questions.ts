import { hashJson } from '../event/json'
import type { Agreement } from '../sync/agreement'
import { idOn } from '../sync/agreement'
import { ContentMatcher } from '../sync/match'
import type { Both, Entry, Question, Rules, Side, Step, Uid } from '../sync/model'
import { both } from '../sync/model'
import { isStopped } from '../sync/operation'
import { lookAt } from '../sync/look'
import type { Look } from '../sync/look'
import { planOne } from '../sync/plan'
import type { Replica } from '../sync/replica'
import type { PairState } from './pair-state'

/** One event as a run would see it now, and what it would do. */
export function stepsFor(uid: Uid, pair: PairState, rules: Rules): { look: Look; steps: Step[] } {
  const replicas = both((side) => pair.calendars[side].replica)
  const look = lookAt(uid, pair.agreement, replicas, rules, new ContentMatcher(replicas, pair.agreement, rules))
  return { look, steps: planOne(look, pair.agreement, rules) }
}

/** What would be done about all events whose question was announced and is open. */
export function openSteps(agreement: Agreement, replicas: Both<Replica>, rules: Rules): Step[] {
  const matcher = new ContentMatcher(replicas, agreement, rules)
  return [...agreement.open].flatMap((uid) =>
    planOne(lookAt(uid, agreement, replicas, rules, matcher), agreement, rules),
  )
}

/** The questions about conflicts that are open now, computed anew from what both sides hold. */
export function openConflicts(pair: PairState, rules: Rules): Question[] {
  return openAbout(pair, 'conflict').flatMap(({ uid }) => questionNow(uid, pair, rules) ?? [])
}

/** The question about an event as it would be asked now. */
export const questionNow = (uid: Uid, pair: PairState, rules: Rules): Question | undefined =>
  stepsFor(uid, pair, rules).steps.flatMap((step) => (step.do === 'ask' ? [step.question] : []))[0]

/** Entries whose question was announced and is open. */
export function openAbout(pair: PairState, about: 'conflict' | 'deletion'): Entry[] {
  return [...pair.agreement.open]
    .map((uid) => pair.agreement.get(uid))
    .filter((entry): entry is Entry => entry?.told?.about === about)
}

/** Entries that are left alone for now, since the same was written to them over and over. */
export function stopped(pair: PairState, now: number): Entry[] {
  return [...pair.agreement.due(Infinity)]
    .map((uid) => pair.agreement.get(uid))
    .filter((entry): entry is Entry => entry !== undefined && isStopped(entry, now))
}

/** The side whose event would be deleted, for an open question about a deletion. */
export function deletionSide(entry: Entry, pair: PairState): Side | undefined {
  const now = pair.find(entry.uid)
  const live = both((side) => now[side]?.is === 'live' && idOn(entry, side) !== undefined)
  if (live.left === live.right) return undefined
  return live.left ? 'left' : 'right'
}

/** The name of a set of deletions that are announced together. */
export const setId = (questions: readonly Pick<Question, 'id'>[]): string =>
  hashJson(questions.map(({ id }) => id).sort())

/** Whether the answer about an event deletes it: the side where it is gone wins. */
export function isDeletedByAnswer(uid: Uid, pair: PairState): boolean {
  const choice = pair.agreement.get(uid)?.answer?.choice
  return (choice === 'left' || choice === 'right') && pair.find(uid)[choice]?.is !== 'live'
}
