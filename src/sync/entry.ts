import { fieldNames, isException } from '../event/event'
import { hashFields, isHashOf } from '../event/normal'
import { isStray, valueOf, withValues } from './merge'
import type {
  AloneEntry,
  Both,
  Common,
  Entry,
  Field,
  Fields,
  Half,
  Hash,
  Live,
  PairEntry,
  Rules,
  Seen,
  Side,
} from './model'
import { SIDES, both } from './model'

export type Now = Both<Seen | undefined>

export const isLive = (seen: Seen | undefined): seen is Live => seen?.is === 'live'

/** The pair entry of two resources that belong together; nothing is agreed yet. */
export function newPair(uid: string, born: Side | 'both', ids: Both<string>): PairEntry {
  return { uid, is: 'pair', born, left: { id: ids.left, held: {} }, right: { id: ids.right, held: {} } }
}

/** The entry of an event that is on one side only, skipped there as long as it means what it means now. */
export function aloneAndSkipped(uid: string, on: Side, to: Side, id: string, fields: Fields): AloneEntry {
  return { uid, is: 'alone', on, id, skipped: { to, seen: hashFields(fields) } }
}

/** An entry without some of its optional keys. */
export function without<E extends Entry>(entry: E, ...keys: ('due' | 'skipped' | 'answer' | 'told' | 'failures')[]): E {
  if (!keys.some((key) => key in entry)) return entry
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !keys.some((gone) => gone === key))) as E
}

/** The entry with the question that is open as it is now: an answer must name this one. */
export function askedAs<E extends Entry>(id: Hash, entry: E): E {
  return entry.told && entry.told.id !== id ? { ...entry, told: { ...entry.told, id } } : entry
}

/** The entry of an event whose open question is settled by what is planned: it is looked at again until that is done. */
export function withoutQuestion<E extends Entry>(entry: E): E {
  return entry.told ? { ...without(entry, 'told'), due: 0 } : entry
}

/**
 * Moves the agreement on: each side now counts as holding what `fields` says, in the fields named. What was settled there
 * before is of no interest any more.
 */
export function advance(entry: PairEntry, fields: Both<Fields>, names: readonly Field[]): PairEntry {
  if (names.length === 0) return entry
  return { ...withoutSettled(entry, names), ...both((side) => withHeld(entry[side], fields[side], names)) }
}

/** The entry of which nothing is settled in these fields; `event`: as a whole. */
export function withoutSettled(entry: PairEntry, names: readonly (Field | 'event')[]): PairEntry {
  const { settled, ...rest } = entry
  if (!settled || !names.some((name) => name in settled)) return entry
  const left = Object.entries(settled).filter(([name]) => !names.some((each) => each === name))
  return left.length > 0 ? { ...rest, settled: Object.fromEntries(left) } : rest
}

function withHeld(half: Half, fields: Fields, names: readonly Field[]): Half {
  return {
    ...half,
    held: withValues(
      half.held,
      names.map((name) => [name, valueOf(fields, name)] as const),
    ),
  }
}

/**
 * What is to be overwritten in occurrences without a base becomes their base: once `when` is agreed on, so are all
 * occurrences of which nothing else is said, and a write that stops between the two would not go on.
 *
 * @param target what the side holds that is to be written
 */
export function basedOn(entry: PairEntry, target: Fields, names: readonly Field[]): PairEntry {
  if (SIDES.every((side) => 'when' in entry[side].held)) return entry
  return advance(entry, { left: target, right: target }, names.filter(isException))
}

/** Whether the event may be carried from a side to the other: direction, permission, kind, and in a one-way node no copy. */
export function mayFlow(from: Side, now: Now, born: Side | 'both', rules: Rules): boolean {
  const to = from === 'left' ? 'right' : 'left'
  const source = now[from]
  const target = now[to]
  if (!rules.into[to] || (target?.is === 'live' && target.fixed !== undefined)) return false
  if (source?.is === 'live' && source.kind !== undefined && !rules.kinds.includes(source.kind)) return false
  if (isLeftOut(source, rules) && !isLive(target)) return false
  return !rules.oneWay || born === from || born === 'both'
}

/** Whether no copy is made of what its owner has declined altogether; one that is there shows it as free. */
export const isLeftOut = (seen: Seen | undefined, { declined }: Pick<Rules, 'declined'>): boolean =>
  declined === 'leave-out' && isLive(seen) && seen.declined?.all === true && seen.declined.except.length === 0

/** The version that a skip to `to` leaves alone still stands. */
export function isSkipped(entry: Entry | undefined, to: Side, source: Fields): boolean {
  return entry?.skipped?.to === to && isHashOf(entry.skipped.seen, source)
}

/** A copy that still is what we wrote: it counts as unchanged, whatever became of its original. */
export function isUntouchedCopy(seen: Live): boolean {
  return seen.mark !== undefined && isHashOf(seen.mark.wrote, seen.fields)
}

/** What both calendars can hold of an event. */
export function fitted(fields: Fields, common: Common): Fields {
  const names = fieldNames(fields).filter((field) => common.has(field) && !isStray(field, fields))
  return Object.fromEntries(names.map((field) => [field, common.fit(field, valueOf(fields, field))]))
}
