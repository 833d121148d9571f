import type { Veil } from '../event/calendar'
import type { Exception, ExceptionField } from '../event/event'
import { fieldNames, fieldsFrom, isException, originalStart, whenOf } from '../event/event'
import { isObject } from '../event/json'
import { sameMeaning } from '../event/normal'
import { exceptionOf, wholeOccurrence } from '../event/occurrence'
import { occurs } from '../event/occurs'
import type { Both, Common, Field, Fields, Half, Json, PairEntry, Side } from './model'
import { SIDES, both, other } from './model'
import { valueOf, withValues } from './values'
import { hides } from './veil'

/**
 * What became of an occurrence on one side, by what it shows. `follows`: it shows what its series does, where it did
 * not before; what its series did is no edit of it.
 */
export type Change = 'none' | 'follows' | 'edited'

/** Cancelled, or like all others: of an occurrence that the series does not have, both say nothing. */
export const isSilent = (occurrence: Json): boolean =>
  occurrence === null || (isObject(occurrence) && Object.keys(occurrence).length === 0)

/** Whether it is certain that a series does not have an occurrence. */
export function lacks(fields: Fields, field: ExceptionField): boolean {
  const when = whenOf(fields)
  return when !== undefined && occurs(when, originalStart(field)) === 'no'
}

/** All that an occurrence shows; undefined if there is none: it is cancelled, or the series does not have it. */
function shown(fields: Fields, field: ExceptionField): Fields | undefined {
  if (isSilent(valueOf(fields, field)) && lacks(fields, field)) return undefined
  return wholeOccurrence(fields, originalStart(field))
}

/** What an occurrence would show that is like all others of its series. */
const plainOf = (fields: Fields, key: string): Fields =>
  wholeOccurrence(withValues(fields, [[`exceptions.${key}`, {}]]), key) ?? {}

/** Whether an occurrence differs from the plain one of its series in a field. */
function isOwn(fields: Fields, field: ExceptionField, name: Field): boolean {
  const said = valueOf(fields, field) as Exception
  if (said === null || !(name === 'when' ? 'start' in said : name in said)) return false
  const plain = plainOf(fields, originalStart(field))
  const whole = wholeOccurrence(fields, originalStart(field)) ?? {}
  return !sameMeaning(valueOf(whole, name), valueOf(plain, name))
}

/** What an occurrence that is there, and was there, shows otherwise than before, as far as that is known. */
function changedNames(held: Fields, fields: Fields, field: ExceptionField): Field[] {
  const [before, now] = [shown(held, field) ?? {}, shown(fields, field) ?? {}]
  const isKnown = (name: Field): boolean =>
    (name in before && name in now) || isOwn(held, field, name) || isOwn(fields, field, name)
  const names = [...new Set([...fieldNames(before), ...fieldNames(now)])]
  return names.filter((name) => isKnown(name) && !sameMeaning(valueOf(before, name), valueOf(now, name)))
}

/**
 * What became of an occurrence since both agreed. It is compared by what it shows, not by how it differs from a series
 * that may have moved on under it.
 */
export function changeOf({ held }: Half, fields: Fields, field: ExceptionField): Change {
  if (sameMeaning(valueOf(held, field), valueOf(fields, field))) return 'none'
  const [before, now] = [shown(held, field), shown(fields, field)]
  // One that would have come with a series that has moved, and is left out, was left out by somebody.
  if (!before && !now) return isSilent(valueOf(held, field)) && !lacks(fields, field) ? 'edited' : 'none'
  if (!before || !now) return 'edited'
  const changed = changedNames(held, fields, field)
  if (changed.length === 0) return 'none'
  return changed.some((name) => isOwn(fields, field, name)) ? 'edited' : 'follows'
}

/** Whether an occurrence has changed on a side in nothing but what is veiled on one of both. */
export function isOfVeil(
  { held }: Half,
  fields: Fields,
  field: ExceptionField,
  veils: Both<Veil | undefined>,
): boolean {
  if (SIDES.every((side) => veils[side] === undefined)) return false
  if (!shown(held, field) || !shown(fields, field)) return false
  return changedNames(held, fields, field).every((name) => SIDES.some((side) => hides(veils[side], name, field)))
}

/**
 * What an occurrence is to be on each side: field by field what that side shows on which it changed. Not for one that
 * was edited on both.
 *
 * @param flows whether what changed on a side counts
 * @param after what each side's series will be; where the two still differ, each side's occurrence stays as it is, but
 *   for what it was given of its own
 * @param veils as in `merge`
 * @returns the exceptions to write, none for a side that will show the right thing anyway
 */
export function mergedOccurrence(
  field: ExceptionField,
  halves: Both<Half>,
  fields: Both<Fields>,
  flows: Both<boolean>,
  after: Both<Fields>,
  common: Common,
  veils: Both<Veil | undefined>,
): ReadonlyMap<Side, Json> {
  const now = both((side) => shown(fields[side], field))
  const { left, right } = now
  if (!left || !right) {
    // One that is only left out is not written over.
    const isOut = (side: Side): boolean => veils[side]?.out.includes(originalStart(field)) === true
    if (SIDES.some((side) => isOut(side) && changeOf(halves[side], fields[side], field) === 'none')) return new Map()
    const from =
      SIDES.find((side) => flows[side] && changeOf(halves[side], fields[side], field) === 'edited') ??
      SIDES.find((side) => flows[side] && comesOrGoes(field, other(side), fields, after))
    return new Map(from && [[other(from), common.fit(field, valueOf(fields[from], field))]])
  }
  const wasThere = (side: Side): boolean => shown(halves[side].held, field) !== undefined
  const changes = both((side) => {
    if (!flows[side]) return []
    // Of one that came with a move of both series, what it has of its own somebody gave it.
    const names = wasThere(side)
      ? changedNames(halves[side].held, fields[side], field)
      : fieldNames(now[side] ?? {}).filter((name) => isOwn(fields[side], field, name))
    return names.filter((name) => !hides(veils[other(side)], name, field))
  })
  const isSame = (name: Field, { left: one, right: two }: Both<Fields>): boolean =>
    sameMeaning(common.fit(name, valueOf(one, name)), common.fit(name, valueOf(two, name)))
  /** The side whose value counts; none where each shows what its series does. */
  const source = (name: Field): Side | undefined => {
    const changed = SIDES.filter((side) => changes[side].includes(name))
    return changed.length < 2 ? changed[0] : changed.find((side) => isOwn(fields[side], field, name))
  }
  const key = originalStart(field)
  return new Map(
    SIDES.flatMap((side): [Side, Json][] => {
      const usual = wholeOccurrence(withValues(after[side], [[field, valueOf(fields[side], field)]]), key) ?? {}
      const values = fieldNames(usual).flatMap((name): [Field, Json][] => {
        if (!common.has(name)) return []
        const from = isSame(name, { left, right }) ? side : source(name)
        if (from === undefined) return []
        const value = valueOf(from === 'left' ? left : right, name)
        if (isSame(name, after)) return [[name, from === side ? value : common.fit(name, value)]]
        if (from === side) return []
        // Where a series is another one for good, its occurrences still get, and lose, what they have of their own.
        if (isOwn(fields[from], field, name)) return [[name, common.fit(name, value)]]
        return isOwn(halves[from].held, field, name) ? [[name, valueOf(plainOf(after[side], key), name)]] : []
      })
      const wanted = { ...usual, ...fieldsFrom(values) }
      const isRight = fieldNames(usual).every((name) => sameMeaning(usual[name], wanted[name]))
      return isRight ? [] : [[side, exceptionOf(after[side], key, wanted)]]
    }),
  )
}

/**
 * Whether an occurrence would come with a series that is written to a side, though the other side leaves it out, or be
 * left out there, though the other side has it: then it has to be said with the series.
 */
function comesOrGoes(field: ExceptionField, to: Side, fields: Both<Fields>, after: Both<Fields>): boolean {
  if (sameMeaning(valueOf(after[to], 'when'), valueOf(fields[to], 'when'))) return false
  const next = shown(withValues(after[to], [[field, valueOf(fields[to], field)]]), field)
  return (next === undefined) !== (shown(fields[other(to)], field) === undefined)
}

/**
 * The agreement on a series that was written to one side, with its occurrences: each counts as showing what it showed
 * when both agreed, unless it took over what was written, or was taken away by it, as some calendars do by themselves.
 * What it then has to show is what it still shows on the other side.
 *
 * @param before the agreement before that, `after` with what was written
 * @param seen what the written side holds now
 * @param names what was written
 */
export function withOccurrences(
  before: PairEntry,
  after: PairEntry,
  written: Side,
  seen: Fields,
  names: readonly Field[],
): PairEntry {
  const base = names.filter((name) => !isException(name))
  if (base.length === 0 || !SIDES.every((side) => 'when' in before[side].held)) return after
  const all = [before.left.held, before.right.held, seen].flatMap(fieldNames).filter(isException)
  const fields = [...new Set(all)].filter((field) => !names.includes(field))
  const half = (side: Side): Half => {
    const held = after[side].held
    const values = fields.map((field) => [field, stillShown(field, before, side, held, written, seen, base)] as const)
    return { ...after[side], held: withValues(held, values) }
  }
  return { ...after, ...both(half) }
}

/**
 * The agreement on occurrences that were written to one side: what somebody had changed there of one, and the write has
 * left as it was, is still to go to the other side, and is not agreed on.
 *
 * @param before the agreement before that, `after` with what was written
 * @param was what the written side held before, `seen` what it holds now
 * @param names what was written
 */
export function withPendingOccurrences(
  before: PairEntry,
  after: PairEntry,
  written: Side,
  was: Fields,
  seen: Fields,
  names: readonly Field[],
): PairEntry {
  return names.filter(isException).reduce((entry, field) => {
    const old = both((side) => shown(before[side].held, field))
    const next = both((side) => shown(entry[side].held, field))
    const [had, has] = [shown(was, field), shown(seen, field)]
    const [based, sent] = [old[written], next[other(written)]]
    if (!based || !had || !has || !sent) return entry
    const pending = fieldNames(has).filter(
      (name) =>
        sameMeaning(valueOf(has, name), valueOf(had, name)) &&
        !sameMeaning(valueOf(had, name), valueOf(based, name)) &&
        !sameMeaning(valueOf(has, name), valueOf(sent, name)),
    )
    if (pending.length === 0) return entry
    const half = (side: Side): Half => {
      const values = pending.map((name): [Field, Json] => [name, valueOf(old[side] ?? {}, name)])
      const value = exceptionOf(entry[side].held, originalStart(field), { ...next[side], ...fieldsFrom(values) })
      return { ...entry[side], held: withValues(entry[side].held, [[field, value]]) }
    }
    return { ...entry, ...both(half) }
  }, after)
}

/**
 * The agreement on a series in which some fields are agreed as they stand, each side's occurrences with it: they count as
 * showing what they showed, or what they have taken over from their series. Those that are to be written count as showing
 * what they showed, on both sides, until that is done.
 *
 * @param before the agreement before that, `after` with the fields as they stand
 * @param names what stands
 * @param isWritten whether an occurrence is to be written to either side
 */
export function withStandingOccurrences(
  before: PairEntry,
  after: PairEntry,
  fields: Both<Fields>,
  names: readonly Field[],
  isWritten: (field: Field) => boolean,
): PairEntry {
  const base = names.filter((name) => !isException(name))
  if (base.length === 0 || !SIDES.every((side) => 'when' in before[side].held)) return after
  const half = (side: Side): Half => {
    const { held } = after[side]
    const all = [before[side].held, fields[side]].flatMap(fieldNames).filter(isException)
    const values = [...new Set(all)]
      .filter((field) => !names.includes(field))
      .map((field) => {
        const value = isWritten(field)
          ? asItWas(field, before[side], held)
          : stillShown(field, before, side, held, side, fields[side], base)
        return [field, value] as const
      })
    return { ...after[side], held: withValues(held, values) }
  }
  return { ...after, ...both(half) }
}

/** The exception with which an occurrence shows in a series what it showed in that of a half. */
function asItWas(field: ExceptionField, { held }: Half, series: Fields): Json {
  const old = shown(held, field)
  if (old) return exceptionOf(series, originalStart(field), old)
  return lacks(series, field) ? {} : null
}

/** The same, but for what followed the write. */
function stillShown(
  field: ExceptionField,
  before: PairEntry,
  side: Side,
  series: Fields,
  written: Side,
  seen: Fields,
  base: readonly Field[],
): Json {
  const old = shown(before[side].held, field)
  const [was, is] = [shown(before[written].held, field), shown(seen, field)]
  const key = originalStart(field)
  if (!was || !is) {
    // It came or went with its series, unless somebody said so of it alone.
    const comes = is ? isSilent(valueOf(seen, field)) : lacks(before[written].held, field) && !lacks(seen, field)
    const hasFollowed = was ? lacks(seen, field) : comes
    return hasFollowed ? {} : asItWas(field, before[side], series)
  }
  if (!old) return asItWas(field, before[side], series)
  // A series that moves may forget whatever its occurrences had of their own.
  const names = base.includes('when') ? fieldNames(is) : base
  const followed = names.filter((name) => !isOwn(seen, field, name) && !sameMeaning(was[name], is[name]))
  const plain = plainOf(series, key)
  // Of what nothing was agreed before, what it shows counts as it stands, as that of its series does.
  const fresh = side === written ? base.filter((name) => !(name in before[side].held)) : []
  return exceptionOf(series, key, {
    ...old,
    ...Object.fromEntries(fresh.map((name) => [name, is[name] ?? null])),
    ...Object.fromEntries(followed.map((name) => [name, plain[name] ?? null])),
  })
}
