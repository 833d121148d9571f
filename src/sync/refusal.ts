import { hashJson } from '../event/json'
import { hashFields } from '../event/normal'
import type { Now } from './entry'
import { isLive } from './entry'
import type { Action, Entry, Hash, Json, Millis, Operation, Refusal, Seen, Side, Step } from './model'

const HOUR = 3600 * 1000
const DAY = 24 * HOUR
/** Failures in a row after which trouble that befalls one event alone is no accident. */
const AGAIN_AND_AGAIN = 3
/** A reason is kept on disk: so many characters of it. */
const LONGEST = 500

/** How one event's write failed. `final`: the server won't have it; else it may be an accident. */
export type Failure = { readonly reason: string; readonly final: boolean }

/**
 * The entry of an event whose write has failed, of itself and not with all others. What is refused for good rests at
 * once for a day; what fails over and over rests for an hour, then for longer and longer.
 *
 * @param now what both sides hold after it
 */
export function withFailure(entry: Entry, op: Operation, failure: Failure, now: Now, at: Millis): Entry {
  const { final } = failure
  if (!final && (entry.failures ?? 0) < AGAIN_AND_AGAIN) return entry
  const reason = failure.reason.slice(0, LONGEST)
  const what = standing(op, now)
  const before = refusalTo(entry, op.to)
  const tries = before?.what === what ? before.tries + 1 : 1
  const until = at + (final ? DAY : Math.min(DAY, HOUR * 2 ** (tries - 1)))
  const others = (entry.refused ?? []).filter(({ to }) => to !== op.to)
  return { ...entry, refused: [...others, { to: op.to, what, reason, until, tries }] }
}

/** The write to this side that was refused, if any. */
export const refusalTo = (entry: Entry | undefined, to: Side): Refusal | undefined =>
  entry?.refused?.find((each) => each.to === to)

/** The entry once a write to this side was carried out, or is to be tried again whatever was said to it. */
export function withoutRefusal<E extends Entry>(entry: E, to?: Side): E {
  if (!entry.refused) return entry
  const { refused, ...rest } = entry
  const left = to === undefined ? [] : refused.filter((each) => each.to !== to)
  return (left.length > 0 ? { ...rest, refused: left } : rest) as E
}

/** Whether a write rests by now. A clock that was set back must not make it rest for longer. */
const isResting = ({ until }: Refusal, at: Millis): boolean => until > at && until <= at + DAY

/** The refusals of an event that rest now. */
export const restingOf = (entry: Entry, at: Millis): Refusal[] =>
  (entry.refused ?? []).filter((each) => isResting(each, at))

/**
 * The steps for one event without the writes that rest: in their place it is said why. A refusal of which nothing is
 * left to write is forgotten.
 *
 * @param entry as it is before these steps
 */
export function withRests(steps: readonly Step[], entry: Entry | undefined, now: Now, at: Millis): Step[] {
  if (!entry?.refused || now.left?.is === 'unread' || now.right?.is === 'unread') return [...steps]
  const wanted = entry.refused.filter(({ to }) => steps.some((step) => step.do === 'write' && step.op.to === to))
  const rests = (step: Step): Refusal | undefined =>
    step.do === 'write'
      ? wanted.find((each) => each.to === step.op.to && isResting(each, at) && each.what === standing(step.op, now))
      : undefined
  const resting = wanted.filter((each) => steps.some((step) => rests(step) === each))
  const left = steps.flatMap((step): Step[] => {
    const refusal = rests(step)
    return refusal ? [{ do: 'leave', uid: entry.uid, why: 'refused', to: refusal.to, reason: refusal.reason }] : [step]
  })
  if (left.some((step) => step.do === 'forget' && step.uid === entry.uid)) return left
  const kept = left.flatMap((step) => (step.do === 'agree' && step.entry.uid === entry.uid ? [step.entry] : [])).at(-1)
  const isAll = !left.some((step) => step.do === 'write')
  const next = withDue({ ...(kept ?? entry), refused: wanted }, resting, isAll)
  return [...left.filter((step) => step.do !== 'agree' || step.entry !== kept), { do: 'agree', entry: next }]
}

/** Looked at again when the first of those that rest is to be tried, or before if there is more to do than rests. */
function withDue(entry: Entry, resting: readonly Refusal[], isAll: boolean): Entry {
  const { refused = [], due, ...rest } = entry
  const until = Math.min(...resting.map((each) => each.until))
  const next = due === undefined || (isAll && resting.length > 0) ? until : Math.min(due, until)
  const whole = { ...rest, ...(refused.length > 0 ? { refused } : {}) } as Entry
  return Number.isFinite(next) ? { ...whole, due: next } : whole
}

/** Hash of a write, and of all that both sides hold. */
function standing({ to, action }: { readonly to: Side; readonly action: Action }, now: Now): Hash {
  const part = (seen: Seen | undefined): Json => (isLive(seen) ? [seen.id, hashFields(seen.fields)] : null)
  return hashJson([to, action, part(now.left), part(now.right)])
}
