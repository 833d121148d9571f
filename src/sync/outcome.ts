import { sameJson } from '../event/json'
import { hashFields, isHashOf, sameMeaning } from '../event/normal'
import type { Now } from './entry'
import { advance, aloneAndSkipped, isLive, newPair, without } from './entry'
import { valueOf } from './merge'
import type {
  AloneEntry,
  Entry,
  Field,
  Fields,
  Half,
  Json,
  Live,
  Millis,
  Note,
  Operation,
  Outcome,
  PairEntry,
  ResourceId,
  Side,
} from './model'
import { SIDES, both, other } from './model'
import { withOccurrences, withPendingOccurrences } from './occurrence'
import { deletionQuestion, versionOf, withWrite } from './operation'
import { withoutRefusal } from './refusal'

const pick = (fields: Fields, names: readonly Field[]): Fields =>
  Object.fromEntries(names.map((name): [Field, Json] => [name, valueOf(fields, name)]))

/** What the sending side holds: what it will count as having held, in the fields that are written. */
export function sentFrom(op: Operation, now: Now): Fields {
  const source = now[other(op.to)]
  return isLive(source) ? source.fields : {}
}

/** How many writes against one version are remembered: each was refused, or lost, and another planned in its place. */
const MOST_NOTES = 5

/** The notes on one half, the newest first. */
const notes = (noted: Note | undefined): Note[] => (noted ? [noted, ...notes(noted.before)] : [])

/** A note with those before it that are about the same version but not the same write. */
function withEarlier(fresh: Note, noted: Note | undefined): Note {
  const before = notes(noted)
    .filter(
      ({ against, fields }) => sameJson(against, fresh.against) && hashFields(fields) !== hashFields(fresh.fields),
    )
    .slice(0, MOST_NOTES - 1)
    .reduceRight<Note | undefined>((older, each) => withBefore(each, older), undefined)
  return withBefore(fresh, before)
}

const withBefore = ({ fields, from, against }: Note, before: Note | undefined): Note => ({
  fields,
  from,
  against,
  ...(before ? { before } : {}),
})

/**
 * The entry with a write noted that is about to be made, so that it is recognised if its answer gets lost (a deletion:
 * `noteDeletion`). A user's own version that comes to light later is an edit like any other.
 *
 * @param fields what is written, `written` its names (a flow may have rewritten both)
 * @param newId the id that a create will give
 */
export function note(
  entry: Entry | undefined,
  op: Operation,
  fields: Fields,
  written: readonly Field[],
  now: Now,
  newId: ResourceId,
): Entry | undefined {
  if (op.action === 'delete' || op.decides) return entry
  const target = now[op.to]
  const against = isLive(target) ? versionOf(target) : null
  const names = op.action === 'create' ? [...new Set([...op.changed, ...written])] : written
  const fresh = { fields: pick(fields, names), from: pick(sentFrom(op, now), names), against }
  if (entry?.is === 'pair') {
    const settled = settle(entry, now)
    const half = op.action === 'create' ? withoutBase(settled) : settled
    return { ...half, [op.to]: { ...half[op.to], noted: withEarlier(fresh, half[op.to].noted) } }
  }
  const source = now[other(op.to)]
  if (!source) return entry
  const making: Half = { id: newId, held: {}, noted: withEarlier(fresh, entry?.making?.noted) }
  return { ...(entry ?? { uid: op.uid }), is: 'alone', on: other(op.to), id: source.id, making }
}

/** An event that is made again starts anew: what the lost resource held is no base for a half-made new one. */
function withoutBase({ settled: _settled, ...entry }: PairEntry): PairEntry {
  return { ...entry, ...both((side) => ({ ...entry[side], held: {} })) }
}

/**
 * Settles notes: the first version that differs from the one a write was made against tells what became of it. The
 * fields that it holds as noted were written, and both sides count as holding them; then the note is gone. While the
 * event is gone, or can't be read, there is no such version yet.
 */
export function settle(entry: PairEntry, now: Now): PairEntry {
  return SIDES.reduce((settled, side) => settleSide(settled, side, now), entry)
}

function settleSide(entry: PairEntry, side: Side, now: Now): PairEntry {
  const { noted } = entry[side]
  const seen = now[side]
  if (!noted || !isLive(seen)) return entry
  if (sameJson(versionOf(seen), noted.against)) return entry
  const { noted: _noted, ...half } = entry[side]
  const open: PairEntry = { ...entry, [side]: half }
  return notes(noted).reduceRight((settled, { fields, from }) => {
    const written = (Object.keys(fields) as Field[]).filter((name) =>
      sameMeaning(valueOf(seen.fields, name), valueOf(fields, name)),
    )
    const next = advance(settled, { ...both(() => from), [side]: fields }, written)
    return withOccurrences(settled, next, side, seen.fields, written)
  }, open)
}

/** The pair entry of an event whose copy was being created when the answer was lost, now that the copy was seen. */
export function settleMaking(entry: AloneEntry, copy: Live, now: Now, made?: number): PairEntry {
  const { is: _is, on, id, making, ...rest } = without(entry, 'due', 'skipped')
  const to = other(on)
  const pair = newPair(entry.uid, on, { left: id, right: id, [to]: copy.id })
  return settle(
    { ...rest, ...pair, [to]: { ...withNote(pair[to], making?.noted), ...(made === undefined ? {} : { made }) } },
    now,
  )
}

/**
 * The entry after one answered request.
 *
 * Both halves advance together: what was sent on one side, what is held on the other, in the fields that the request
 * wrote. All else stays open and is planned again.
 *
 * @param from what the sending side held when the write was noted
 * @param now what both sides held before the request
 * @returns undefined: the event is forgotten
 */
export function apply(
  entry: Entry | undefined,
  op: Operation,
  outcome: Outcome,
  from: Fields,
  now: Now,
): Entry | undefined {
  if (outcome.is === 'ok') return written(entry, op, outcome, from, now)
  if (outcome.is === 'skipped') return skipped(entry, op, now)
  const source = now[other(op.to)]
  const kept: Entry | undefined =
    entry ?? (isLive(source) ? { uid: op.uid, is: 'alone', on: other(op.to), id: source.id } : undefined)
  if (!kept) return undefined
  return outcome.is === 'failed' ? { ...kept, due: 0, failures: (kept.failures ?? 0) + 1 } : { ...kept, due: 0 }
}

function written(
  entry: Entry | undefined,
  op: Operation,
  { holds, wrote, ours, seq }: Extract<Outcome, { is: 'ok' }>,
  from: Fields,
  now: Now,
): Entry | undefined {
  if (op.action === 'delete') return undefined
  if (!isLive(holds)) return entry // gone already: the replica knows
  const pair = asPair(entry, op, holds.id, now)
  if (!pair) return entry
  if (op.decides) return decided(pair, op, from, holds, wrote, now)
  const made = op.action === 'create' && seq !== undefined ? { made: seq } : {}
  const sides = { ...both(() => from), [op.to]: ours ?? holds.fields }
  const half = { ...notedAgainst(pair[op.to], holds), id: holds.id, ...made }
  const target = now[op.to]
  const all = advance({ ...pair, [op.to]: half }, sides, wrote)
  const next = isLive(target) ? withPendingOccurrences(pair, all, op.to, target.fields, sides[op.to], wrote) : all
  return keepSkip(withOccurrences(pair, next, op.to, ours ?? holds.fields, wrote), op, now, holds)
}

/** What is noted of further requests of the same write is from now on about the version that this one has made. */
function notedAgainst({ noted, deleting: _deleting, ...half }: Half, holds: Live): Half {
  const against = versionOf(holds)
  const moved = notes(noted).reduceRight<Note | undefined>(
    (older, each) => withBefore({ ...each, against }, older),
    undefined,
  )
  return withNote(half, moved)
}

function asPair(entry: Entry | undefined, op: Operation, id: ResourceId, now: Now): PairEntry | undefined {
  if (entry?.is === 'pair') return entry
  const source = now[other(op.to)]
  if (!source) return undefined
  const pair = newPair(op.uid, other(op.to), { left: source.id, right: source.id, [op.to]: id })
  return { ...pair, [op.to]: withNote(pair[op.to], entry?.making?.noted) }
}

const withNote = (half: Half, noted: Note | undefined): Half => (noted ? { ...half, noted } : half)

/**
 * The other side's version counts as seen and passed over, what was written as an edit there, which goes across next.
 * Where the other side's event was deleted, the answer becomes that this one is to live; should it be back by then, it
 * is still what both had agreed on that counts.
 */
function decided(
  pair: PairEntry,
  op: Operation,
  from: Fields,
  holds: Live,
  wrote: readonly Field[],
  now: Now,
): PairEntry {
  const target = now[op.to]
  if (isLive(now[other(op.to)])) {
    return advance(pair, { ...both(() => from), [op.to]: isLive(target) ? target.fields : {} }, wrote)
  }
  const { id } = deletionQuestion(op.uid, op.to, holds.fields, 'conflict', pair.told)
  return { ...pair, answer: { to: id, choice: op.to } }
}

/** A version that was skipped towards the other side stays skipped when we ourselves write something else to it. */
function keepSkip(entry: PairEntry, op: Operation, now: Now, holds: Live): PairEntry {
  const before = now[op.to]
  const still = entry.skipped?.to === other(op.to) && isLive(before) && isHashOf(entry.skipped.seen, before.fields)
  return still ? { ...entry, skipped: { to: other(op.to), seen: hashFields(holds.fields) } } : entry
}

function skipped(entry: Entry | undefined, op: Operation, now: Now): Entry | undefined {
  const target = now[op.to]
  const source = now[other(op.to)]
  if (op.action === 'delete') {
    return isLive(target) ? aloneAndSkipped(op.uid, op.to, other(op.to), target.id, target.fields) : entry
  }
  if (!isLive(source)) return entry
  const seen = { to: op.to, seen: hashFields(source.fields) }
  if (entry?.is === 'pair' && op.action === 'update') return { ...without(entry, 'due'), skipped: seen }
  return aloneAndSkipped(op.uid, other(op.to), op.to, source.id, source.fields)
}

/** The entry when all of an operation was answered: its note, and what was to be done again, are gone. */
export function completed(entry: Entry, op: Operation, at: Millis): Entry {
  const done = { ...withoutRefusal(without(entry, 'due', 'failures'), op.to), wrote: withWrite(entry, op, at) }
  if (done.is !== 'pair') return { ...done, due: 0 } // what was created is gone again
  const { noted: _noted, ...half } = done[op.to]
  return { ...done, [op.to]: half }
}

/** The answer "keep both", once the other version lives as an event of its own: now this side's version may win. */
export function keptBoth(entry: Entry): Entry {
  const { answer } = entry
  if (typeof answer?.choice !== 'object' || !('both' in answer.choice)) return entry
  return { ...entry, due: 0, answer: { to: answer.to, choice: answer.choice.both } }
}
