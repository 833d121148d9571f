import { fieldNames } from '../event/event'
import { hashJson } from '../event/json'
import { hashFields, meaning, spelled } from '../event/normal'
import type { Now } from './entry'
import { valueOf } from './merge'
import type {
  Action,
  Entry,
  Field,
  Fields,
  Hash,
  Json,
  Live,
  Millis,
  Operation,
  Question,
  Seen,
  Side,
  Step,
} from './model'

const HOUR = 3600 * 1000
const OFTEN = 3
export const PING_PONG = 'the same content was written three times within an hour and is changed back each time'

/** A planned write; its id and the state that it starts from follow from the rest. */
export function operation(
  action: Action,
  to: Side,
  uid: string,
  fields: Fields,
  changed: readonly Field[],
  now: Now,
  reason: string,
): Operation {
  const from = basis(now, action, changed)
  const id = hashJson([uid, action, to, from, valuesOf(fields, changed)])
  return { id, action, to, uid, fields, changed, from, reason }
}

/** Hash of what both sides hold in the fields that an operation changes; for a create or delete in all. */
function basis(now: Now, action: Action, changed: readonly Field[]): Hash {
  const part = (seen: Seen | undefined): Json => {
    if (seen?.is !== 'live') return null
    return [seen.id, valuesOf(seen.fields, action === 'update' ? changed : fieldNames(seen.fields))]
  }
  return hashJson([part(now.left), part(now.right)])
}

/** What tells two versions apart: not every server gives an ETag with each text, so what it means counts, too. */
export const versionOf = ({ ref, fields }: Live): Json => [ref, hashFields(fields)]

const valuesOf = (fields: Fields, names: readonly Field[], as: (value: Json) => Json = meaning): Json =>
  [...names].sort().map((name) => [name, as(valueOf(fields, name))])

/**
 * Whether both sides still hold, in the fields that an operation changes, what it was planned from.
 *
 * @param planned the operation as it was planned, whatever a flow made of it since
 */
export function isCurrent(planned: Pick<Operation, 'action' | 'changed' | 'from'>, now: Now): boolean {
  return basis(now, planned.action, planned.changed) === planned.from
}

/** What an operation writes, to recognise the same content coming back. */
export function contentOf({ action, fields, changed }: Pick<Operation, 'action' | 'fields' | 'changed'>): Hash {
  return hashJson([action, valuesOf(fields, changed)])
}

/** Whether this content went to this side three times within the last hour already. */
export function isPingPong(entry: Entry, op: Operation, now: Millis): boolean {
  const what = contentOf(op)
  const same = (entry.wrote ?? []).filter((each) => each.to === op.to && each.what === what && isRecent(each.at, now))
  return same.length >= OFTEN
}

/** Within the last hour; what a clock that was set back puts far into the future is not. */
const isRecent = (at: Millis, now: Millis): boolean => Math.abs(now - at) < HOUR

/** Whether an event is left alone for now, since the same was written to it over and over. */
export function isStopped({ due, wrote = [] }: Entry, now: Millis): boolean {
  if (due === undefined || due <= now || due > now + HOUR) return false
  const recent = wrote.filter((each) => isRecent(each.at, now)).map(({ to, what }) => `${to} ${what}`)
  return recent.some((each) => recent.filter((other) => other === each).length >= OFTEN)
}

export const afterPingPong = (now: Millis): Millis => now + HOUR

/** The writes of the last hour and one more. */
export function withWrite(entry: Entry, op: Operation, at: Millis): NonNullable<Entry['wrote']> {
  const recent = (entry.wrote ?? []).filter((each) => isRecent(each.at, at))
  return [...recent, { to: op.to, what: contentOf(op), at }]
}

/**
 * The question whether an event is to be deleted too; its id follows from what it holds.
 *
 * @param told the question that was announced of this event, if any
 */
export function deletionQuestion(
  uid: string,
  on: Side,
  fields: Fields,
  why: Question['why'],
  told: Entry['told'],
): Question {
  const id = questionId((as) => [uid, 'deletion', on, valuesOf(fields, fieldNames(fields), as)], told)
  return { id, uid, fields: 'deletion', why, on }
}

/** The id of a question. One that version 0.1 announced keeps its id, in which times count as they are spelled. */
export function questionId(about: (as: (value: Json) => Json) => Json, told: Entry['told']): Hash {
  const id = hashJson(about(meaning))
  return told && told.id !== id && told.id === hashJson(about(spelled)) ? told.id : id
}

/**
 * The steps for one event: the entry as it is to be kept, where it differs, then its writes, but for those whose
 * content was already written three times within an hour: that event is left alone for an hour.
 */
export function steps(before: Entry, kept: Entry, ops: readonly Operation[], now: Millis): Step[] {
  const stopped = ops.filter((op) => isPingPong(before, op, now))
  const writes = ops.filter((op) => !stopped.includes(op)).map((op): Step => ({ do: 'write', op }))
  if (stopped.length === 0) return kept === before ? writes : [{ do: 'agree', entry: kept }, ...writes]
  return [
    { do: 'agree', entry: { ...kept, due: afterPingPong(now) } },
    { do: 'leave', uid: before.uid, why: 'ping-pong', reason: PING_PONG },
    ...writes,
  ]
}
