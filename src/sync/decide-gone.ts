import { fieldNames } from '../event/event'
import { sameMeaning } from '../event/normal'
import type { Now } from './entry'
import { aloneAndSkipped, askedAs, fitted, isLive, isSkipped, mayFlow, without, withoutQuestion } from './entry'
import { ownVersion } from './judge'
import { changes, valueOf } from './merge'
import type { Field, Fields, Live, Operation, PairEntry, Question, Rules, Side, Step } from './model'
import { both, other } from './model'
import { deletionQuestion, operation, steps } from './operation'
import { hasReturned, isOwnDeletion } from './own-deletion'
import { isShut, withSettledDeletion } from './settled'

/**
 * The lower half of the table: an event that was on both sides is gone from at least one.
 *
 * A deletion goes to the other side if that side's event is unchanged; against an edit it is a conflict. `missing` is
 * no evidence of deletion: it asks, and never wins by strategy. Where a deletion may not flow (the target of a one-way
 * node, ...) it is settled: the event stays, and is made again once it changes. What we ourselves deleted, or may have,
 * was deleted by nobody: if the event lives, it is back.
 */
export function decideGone(entry: PairEntry, now: Now, rules: Rules): Step[] {
  const on: Side = isLive(now.left) ? 'left' : 'right'
  const seen = now[on]
  if (!isLive(seen)) return [{ do: 'forget', uid: entry.uid }]
  const lost = other(on)
  const missing = isMissing(now, lost) || hasReturned(entry, on)
  const flows = both((side) => mayFlow(side, now, entry.born, rules))
  const wasSettled = entry.settled?.event === lost
  const edited = flows[on] && !isSkipped(entry, lost, seen.fields) && isEdited(entry, on, seen, rules)
  const makeAgain = (): Step[] => finish(entry, [creation(entry, on, seen, now, rules)], rules)

  if (isOwnDeletion(entry, lost)) {
    return flows[on] && !isSkipped(entry, lost, seen.fields) ? makeAgain() : finish(entry, [], rules)
  }
  if (!flows[lost]) {
    if (edited) return makeAgain()
    const why = seen.fixed
    const wanted = why !== undefined && rules.into[on] && !missing && !wasSettled
    const kept = isShut(lost, now, entry.born, rules) ? withSettledDeletion(entry, lost) : entry
    return [...finish(entry, [], rules, kept), ...(wanted ? [notWritable(entry.uid, why)] : [])]
  }
  if (wasSettled && edited) return makeAgain()
  const question = deletionQuestion(
    entry.uid,
    on,
    seen.fields,
    wasSettled ? 'settled' : edited ? 'conflict' : 'missing',
    entry.told,
  )
  const choice = wasSettled
    ? (answered(entry, question, on) ?? 'ask')
    : chosen(entry, question, on, edited, missing, rules)
  if (choice === 'ask') return ask(entry, question, rules)
  if (choice === 'keep') return [{ do: 'agree', entry: aloneAndSkipped(entry.uid, on, lost, seen.id, seen.fields) }]
  if (choice === on) {
    const said = saidVersion(entry, question, on, seen, rules)
    return said ? finish(entry, [ownVersion(entry.uid, said.event, said.fields, on, seen, now)], rules) : makeAgain()
  }
  const approved = entry.answer?.to === question.id
  return finish(entry, [deletion(entry, on, seen, now, rules)], rules).map((step) =>
    step.do === 'write' && approved ? { ...step, approved } : step,
  )
}

const isMissing = (now: Now, lost: Side): boolean => {
  const seen = now[lost]
  return seen?.is !== 'gone' || seen.how === 'missing'
}

/** What it holds is not what both agreed on, or that could not be carried over when it was edited. */
function isEdited(entry: PairEntry, on: Side, seen: Live, { common }: Rules): boolean {
  const settled = Object.entries(entry.settled ?? {}).some(([what, from]) => what !== 'event' && from !== other(on))
  const shows = changes(entry[on], seen.fields, common)
  const itself = seen.veil ? changes(entry[on], seen.veil.own, common) : shows // to decline it is no edit
  return settled || shows.some((field) => itself.includes(field))
}

/** The side that the user's answer lets win, or `keep`; undefined: there is none. */
function answered(entry: PairEntry, question: Question, on: Side): Side | 'keep' | undefined {
  if (entry.answer?.to !== question.id) return undefined
  const { choice } = entry.answer
  if (choice === 'carry') return question.why === 'settled' ? other(on) : undefined
  return typeof choice === 'object' ? on : choice
}

/** Which side's state wins: the living one (it is made again), the other (it is deleted), or what else is to happen. */
function chosen(
  entry: PairEntry,
  question: Question,
  on: Side,
  edited: boolean,
  missing: boolean,
  rules: Rules,
): Side | 'keep' | 'ask' {
  const said = answered(entry, question, on)
  if (said !== undefined) return said
  if (missing) return edited && rules.strategy !== 'manual' ? on : 'ask'
  if (!edited) return other(on)
  if (rules.strategy === 'manual') return 'ask'
  return rules.strategy === 'latest-wins' ? on : rules.strategy // a deletion has no stamp and loses to an edit
}

/** The user's own version of the living event, where it may be written and says something else than is there. */
function saidVersion(
  entry: PairEntry,
  question: Question,
  on: Side,
  { fields: held, fixed }: Live,
  rules: Rules,
): { event: Fields; fields: Field[] } | undefined {
  const choice = entry.answer?.to === question.id ? entry.answer.choice : undefined
  if (typeof choice !== 'object' || !('event' in choice) || !rules.into[on] || fixed !== undefined) return undefined
  const { event } = choice
  const differs = (name: Field): boolean => !sameMeaning(valueOf(event, name), valueOf(held, name))
  const fields = fieldNames(event).filter((name) => rules.common.has(name) && differs(name))
  return fields.length > 0 ? { event, fields } : undefined
}

function creation(entry: PairEntry, on: Side, seen: Live, now: Now, rules: Rules): Operation {
  const fields = fitted(seen.fields, rules.common)
  const reason = `changed in ${rules.names[on]}, gone from ${rules.names[other(on)]}`
  return operation('create', other(on), entry.uid, fields, fieldNames(fields), now, reason)
}

function deletion(entry: PairEntry, on: Side, seen: Live, now: Now, rules: Rules): Operation {
  const reason = `deleted in ${rules.names[other(on)]}`
  return operation('delete', on, entry.uid, seen.fields, fieldNames(seen.fields), now, reason)
}

const notWritable = (uid: string, reason: string): Step => ({ do: 'leave', uid, why: 'not-writable', reason })

function finish(entry: PairEntry, ops: readonly Operation[], rules: Rules, kept = entry): Step[] {
  return steps(entry, ops.length > 0 ? withoutQuestion(kept) : without(kept, 'told', 'answer', 'due'), ops, rules.now)
}

function ask(entry: PairEntry, question: Question, rules: Rules): Step[] {
  const isSettled = question.why === 'settled'
  const isNew = isSettled ? entry.told === undefined : entry.told?.id !== question.id
  const about = question.why === 'conflict' || isSettled ? ('conflict' as const) : ('deletion' as const)
  const kept = isNew
    ? { ...without(entry, 'due', 'answer'), told: { id: question.id, about, at: rules.now } }
    : askedAs(question.id, without(entry, 'due', 'answer'))
  return [...steps(entry, kept, [], 0), { do: 'ask', question, isNew }]
}
