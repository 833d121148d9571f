import { fieldNames } from '../event/event'
import { sameMeaning } from '../event/normal'
import type { Now } from './entry'
import { aloneAndSkipped, fitted, isLive, isSkipped, mayFlow, without, withoutQuestion } from './entry'
import { ownVersion } from './judge'
import { changes, valueOf } from './merge'
import type { Field, Fields, Live, Operation, PairEntry, Question, Rules, Side, Step } from './model'
import { other } from './model'
import { deletionQuestion, operation, steps } from './operation'
import { hasReturned, isOwnDeletion } from './own-deletion'

/**
 * The lower half of the table: an event that was on both sides is gone from at least one.
 *
 * A deletion goes to the other side if that side's event is unchanged; against an edit it is a conflict. `missing` is
 * no evidence of deletion: it asks, and never wins by strategy. Where a deletion may not flow (the target of a one-way
 * node, ...) the copy is made again once its original changes. What we ourselves deleted, or may have, was deleted by
 * nobody: if the event lives, it is back.
 */
export function decideGone(entry: PairEntry, now: Now, rules: Rules): Step[] {
  const on: Side = isLive(now.left) ? 'left' : 'right'
  const seen = now[on]
  if (!isLive(seen)) return [{ do: 'forget', uid: entry.uid }]
  const lost = other(on)
  const missing = isMissing(now, lost) || hasReturned(entry, on)
  const edited =
    mayFlow(on, now, entry.born, rules) &&
    !isSkipped(entry, lost, seen.fields) &&
    changes(entry[on], seen.fields, rules.common).length > 0
  const makeAgain = (): Step[] => finish(entry, [creation(entry, on, seen, now, rules)], rules)

  if (isOwnDeletion(entry, lost)) {
    const wanted = mayFlow(on, now, entry.born, rules) && !isSkipped(entry, lost, seen.fields)
    return wanted ? makeAgain() : finish(entry, [], rules)
  }
  if (!mayFlow(lost, now, entry.born, rules)) {
    if (edited) return makeAgain()
    const why = seen.fixed
    const wanted = why !== undefined && rules.into[on] && !missing
    return [...finish(entry, [], rules), ...(wanted ? [notWritable(entry.uid, why)] : [])]
  }
  const question = deletionQuestion(entry.uid, on, seen.fields, edited ? 'conflict' : 'missing')
  const choice = chosen(entry, question, on, edited, missing, rules)
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

/** Which side's state wins: the living one (it is made again), the other (it is deleted), or what else is to happen. */
function chosen(
  entry: PairEntry,
  question: Question,
  on: Side,
  edited: boolean,
  missing: boolean,
  rules: Rules,
): Side | 'keep' | 'ask' {
  if (entry.answer?.to === question.id) {
    const { choice } = entry.answer
    return typeof choice === 'object' ? on : choice
  }
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

function finish(entry: PairEntry, ops: readonly Operation[], rules: Rules): Step[] {
  return steps(entry, ops.length > 0 ? withoutQuestion(entry) : without(entry, 'told', 'answer', 'due'), ops, rules.now)
}

function ask(entry: PairEntry, question: Question, rules: Rules): Step[] {
  const isNew = entry.told?.id !== question.id
  const about = question.why === 'conflict' ? ('conflict' as const) : ('deletion' as const)
  const kept = isNew
    ? { ...without(entry, 'due', 'answer'), told: { id: question.id, about, at: rules.now } }
    : without(entry, 'due', 'answer')
  return [...steps(entry, kept, [], 0), { do: 'ask', question, isNew }]
}
