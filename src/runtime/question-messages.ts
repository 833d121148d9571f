import type { Question, Side } from '../sync/model'
import type { EventMessage } from './event-message'
import { toEventMessage } from './event-message'
import type { PairState } from './pair-state'
import { conflictSentence, deletedSentence, deletedThenSentence } from './sentence'

// What output 3 asks, and `conflicts` lists.

/** The payload of a conflict, on output 3. Sides are the node's. */
export type Conflict = {
  text: string
  id: string
  uid: string
  summary: string
  fields: { name: string; base: unknown; left: unknown; right: unknown }[]
  left: EventMessage | null
  right: EventMessage | null
  detectedAt: string
}

/** The payload of `topic: "held-deletions"`. `side`: where they would be deleted. */
export type HeldDeletions = {
  text: string
  id: string
  side: Side
  count: number
  events: { uid: string; summary: string; start: unknown }[]
}

/** The payload of `topic: "differences"`: what could not be carried over when it was done, and now could be. */
export type Differences = {
  text: string
  id: string
  count: number
  events: { uid: string; summary: string; start: unknown; text: string }[]
}

/** A conflict in words and values. */
export function describeConflict(
  question: Question,
  pair: PairState,
  names: { left: string; right: string },
  toStored: (side: Side) => Side,
  at: number,
): Conflict {
  const now = pair.find(question.uid)
  const entry = pair.agreement.get(question.uid)
  const event = (side: Side): EventMessage | null => {
    const seen = now[toStored(side)]
    return seen?.is === 'live' ? toEventMessage(question.uid, seen.fields) : null
  }
  const [left, right] = [event('left'), event('right')]
  const base = entry?.is === 'pair' ? toEventMessage(question.uid, entry.left.held) : null
  const fieldNames = question.fields === 'deletion' ? [] : question.fields
  const shown = fieldNames.flatMap((field) => (field === 'when' ? ['start', 'end', 'recurrence'] : [field]))
  const fields = shown.map((name) => ({
    name,
    base: valueIn(base, name),
    left: valueIn(left, name),
    right: valueIn(right, name),
  }))
  const title = left?.['summary'] ?? right?.['summary']
  const summary = typeof title === 'string' ? title : '(no title)'
  const [here, gone] = left === null ? [names.right, names.left] : [names.left, names.right]
  const text =
    question.fields === 'deletion'
      ? question.why === 'settled'
        ? deletedThenSentence(summary, here, gone)
        : deletedSentence(summary, here, gone)
      : conflictSentence(summary, fields, question.why === 'conflict', names)
  return {
    text,
    id: question.id,
    uid: question.uid,
    summary,
    fields,
    left,
    right,
    detectedAt: new Date(entry?.told?.id === question.id ? (entry.told.at ?? at) : at).toISOString(),
  }
}

function valueIn(event: EventMessage | null, name: string): unknown {
  if (!event) return null
  if (!name.startsWith('exceptions.')) return event[name] ?? null
  return event.exceptions?.[name.slice('exceptions.'.length)] ?? null
}
