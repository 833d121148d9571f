import type { Veil } from '../event/calendar'
import type { ExceptionField } from '../event/event'
import { fieldNames, isException, originalStart, whenOf } from '../event/event'
import { isObject } from '../event/json'
import { emptyValue, sameMeaning } from '../event/normal'
import { occurs } from '../event/occurs'
import type { Both, Common, Field, Fields, Half, Json, Side } from './model'
import { SIDES, both, other } from './model'
import { changeOf, isOfVeil, isSilent, lacks, mergedOccurrence } from './occurrence'
import { hides } from './veil'
import { valueOf, withValues } from './values'

export { valueOf, withValues } from './values'

/** The outcome of comparing one event's fields, side by side. */
export type Merged = {
  /** What is to be written to each side, with the values to write. */
  readonly to: Both<ReadonlyMap<Field, Json>>
  /** Fields in which both sides mean the same, or may differ for good: they can be agreed on. */
  readonly same: readonly Field[]
  /** Fields that both changed, differently. */
  readonly open: readonly Field[]
  /** Fields in which both sides mean the same, but which are judged together with some of `open`. */
  readonly beside: readonly Field[]
  /** Those of `open` for which there is no base. */
  readonly noBase: readonly Field[]
  /** Fields that a side changed, and from where nothing may flow. */
  readonly stuck: Both<readonly Field[]>
  /** Changed occurrences that the series does not have: not every calendar can hold them, so they stay where they are. */
  readonly stray: readonly Field[]
}

const NONE: Both<readonly Field[]> = { left: [], right: [] }
const UNVEILED: Both<Veil | undefined> = { left: undefined, right: undefined }
const NOTHING: Merged = {
  to: { left: new Map(), right: new Map() },
  same: [],
  open: [],
  beside: [],
  noBase: [],
  stuck: { left: [], right: [] },
  stray: [],
}

/** Whether a side holds what it held, in all fields: the common case, and the one that has to be fast. */
export function isQuiet(half: Half, fields: Fields, common: Common): boolean {
  for (const name in fields) {
    const field = name as Field
    const held = half.held[field]
    const value = fields[field] ?? null
    if (value !== held && common.has(field) && !sameMeaning(value, held)) return false
  }
  for (const name in half.held) if (!(name in fields) && common.has(name as Field)) return false
  return true
}

/** What a half's side held in a field; undefined: no base. Where `when` was agreed on, so were all its occurrences. */
export function heldValue({ held }: Half, field: Field): Json | undefined {
  if (field in held) return held[field] ?? null
  return isException(field) && 'when' in held ? emptyValue(field) : undefined
}

/** Whether a side's field differs from what it held. Without a base it does if it holds a value. */
function hasChanged(half: Half, fields: Fields, field: Field): boolean {
  const held = heldValue(half, field)
  if (isException(field) && held !== undefined && 'when' in half.held) return changeOf(half, fields, field) !== 'none'
  if (held === undefined) return isException(field) || valueOf(fields, field) !== null
  return !sameMeaning(valueOf(fields, field), held)
}

/** The same, but that an occurrence shows what its series does is no edit of it. */
const isEdited = (half: Half, fields: Fields, field: Field): boolean =>
  isException(field) && 'when' in half.held
    ? changeOf(half, fields, field) === 'edited'
    : hasChanged(half, fields, field)

/**
 * The fields, of those that both can hold, in which a side differs from what it held. That an exclusion of what does not
 * occur is gone, or there, is no change: a server drops it by itself.
 */
export function changes(half: Half, fields: Fields, common: Common): Field[] {
  const saysNothing = (field: Field): boolean =>
    isException(field) && isSilent(valueOf(fields, field)) && lacks(fields, field)
  return namesIn([fields, half.held], common).filter((field) => hasChanged(half, fields, field) && !saysNothing(field))
}

/**
 * Whether a side holds what is not agreed on and not among what is being written, so that it will not be only ours after
 * it: edits, and without a base whatever it holds.
 */
export function hasOtherEdits(half: Half, fields: Fields, written: readonly Field[]): boolean {
  const isOpen = (field: Field): boolean =>
    heldValue(half, field) === undefined
      ? !sameMeaning(valueOf(fields, field), emptyValue(field))
      : hasChanged(half, fields, field)
  const names = [...fieldNames(half.held), ...fieldNames(fields)]
  return names.some((field) => !written.includes(field) && isOpen(field))
}

/** The common fields that any of these name. */
function namesIn(all: readonly Fields[], common: Common): Field[] {
  return [...new Set(all.flatMap(fieldNames))].filter((field) => common.has(field))
}

/**
 * Three-way comparison of one event that lives on both sides.
 *
 * Fields are judged each on its own, except that a changed `when` (or one without a base) is judged together with all
 * occurrences, which hang on it. A side from which nothing may flow counts as unchanged; but where there is no base,
 * it is no licence to overwrite what that side holds.
 *
 * @param halves what each side held
 * @param fields what each side holds
 * @param flows whether anything may flow from a side to the other
 * @param older the fields that came back on a side with an old state of it: that is no edit, and has no base
 * @param veils what does not show of what a side holds: nothing is written over that, and nobody is asked about it; what
 *   the other side has there stands until something else shows
 */
export function merge(
  halves: Both<Half>,
  fields: Both<Fields>,
  flows: Both<boolean>,
  common: Common,
  older: Both<readonly Field[]> = NONE,
  veils: Both<Veil | undefined> = UNVEILED,
): Merged {
  if (isQuiet(halves.left, fields.left, common) && isQuiet(halves.right, fields.right, common)) return NOTHING
  const to = both(() => new Map<Field, Json>())
  const same: Field[] = []
  const open: Field[] = []
  const beside: Field[] = []
  const noBase: Field[] = []
  const stuck = both((): Field[] => [])
  const stray: Field[] = []

  const agreeing = (field: Field): boolean => agree(field, fields, common)
  const based = (field: Field): boolean => SIDES.some((side) => heldValue(halves[side], field) !== undefined)
  const moves = (side: Side, field: Field): boolean =>
    (flows[side] || !based(field)) && differs(side, field) && !isVeil(side, field)
  const isVeil = (side: Side, field: Field): boolean =>
    isShown(field) && isOfVeil(halves[side], fields[side], field, veils)
  const differs = (side: Side, field: Field): boolean =>
    isEdited(halves[side], fields[side], field) || clears(side, field)
  // A copy that is as it was written has a base of its own: what its original no longer has was cleared there.
  const clears = (side: Side, field: Field): boolean => {
    const base = heldValue(halves[other(side)], field)
    if (base === undefined || heldValue(halves[side], field) !== undefined) return false
    return !sameMeaning(valueOf(fields[side], field), base)
  }

  const isShown = (field: Field): field is ExceptionField =>
    isException(field) && SIDES.every((side) => 'when' in halves[side].held)
  /** Occurrences that both had agreed on are written as they are to show, once it is clear what their series do. */
  const occurrences: ExceptionField[] = []
  for (const whole of units(halves, fields, common)) {
    // Judged alone, it has to occur on both sides; together with when, where both mean the same by that.
    const isApart = (field: Field): boolean =>
      isException(field) &&
      (whole.length === 1 ? SIDES.some((side) => lacks(fields[side], field)) : !mayOccur(field, fields, common)) &&
      !agreeing(field)
    const apart = whole.filter(isApart)
    for (const field of apart) {
      const from = SIDES.find(
        (side) => isShown(field) && flows[side] && isLeftBehind(field, other(side), halves, fields),
      )
      if (from) to[other(from)].set(field, emptyValue(field))
      else {
        same.push(field)
        if (SIDES.some((side) => moves(side, field))) stray.push(field)
      }
    }
    const unit = whole.filter((field) => !apart.includes(field))
    const differing = unit.filter((field) => !agreeing(field))
    const moved = both((side) => unit.some((field) => moves(side, field)))
    const isBack = SIDES.some((side) => unit.some((field) => older[side].includes(field) && moves(side, field)))
    const [first] = unit
    const home = SIDES.find((side) => unit.length === 1 && first !== undefined && hides(veils[side], first))
    if (differing.length === 0) same.push(...unit)
    else if (home !== undefined && first !== undefined) {
      if (!flows[home] || !based(first) || !differs(home, first)) same.push(first)
      else to[other(home)].set(first, common.fit(first, valueOf(fields[home], first)))
    } else if ((moved.left && moved.right) || isBack) {
      open.push(...differing)
      beside.push(...unit.filter((field) => !differing.includes(field)))
      if (isBack || unit.some((field) => !based(field))) noBase.push(...differing)
    } else {
      const [shown, others] = [differing.filter(isShown), differing.filter((field) => !isShown(field))]
      occurrences.push(...shown)
      const from: Side | undefined = moved.left ? 'left' : moved.right ? 'right' : undefined
      if (from !== undefined && flows[from]) {
        for (const field of others) {
          if (!isStray(field, fields[from])) to[other(from)].set(field, common.fit(field, valueOf(fields[from], field)))
        }
      } else {
        const sides = from === undefined ? SIDES.filter((side) => unit.some((field) => differs(side, field))) : [from]
        for (const side of sides) stuck[side].push(...differing)
      }
    }
  }
  const after = both((side) => withValues(fields[side], to[side]))
  for (const field of occurrences) {
    for (const [side, value] of mergedOccurrence(field, halves, fields, flows, after, common, veils)) {
      if (!isStray(field, fields[other(side)])) to[side].set(field, value)
    }
  }
  const isWritten = (field: Field): boolean => SIDES.some((side) => to[side].has(field))
  const isMoreThanVeil = (side: Side, field: Field): boolean => differs(side, field) && !isVeil(side, field)
  const stands = occurrences.filter(
    (field) =>
      !isWritten(field) &&
      SIDES.some((side) => isVeil(side, field)) &&
      !SIDES.some((side) => isMoreThanVeil(side, field)),
  )
  same.push(...stands)
  const isStuck = (field: Field): boolean => !isWritten(field) && !stands.some((each) => each === field)
  return { to, same, open, beside, noBase, stuck: both((side) => stuck[side].filter(isStuck)), stray }
}

/** Whether a side still has, as it was, an occurrence that went from the other with a move of the series. */
function isLeftBehind(field: ExceptionField, on: Side, halves: Both<Half>, fields: Both<Fields>): boolean {
  const from = other(on)
  const isGone = isSilent(valueOf(fields[from], field)) && lacks(fields[from], field)
  return (
    isGone &&
    changeOf(halves[from], fields[from], field) === 'edited' &&
    changeOf(halves[on], fields[on], field) === 'none'
  )
}

/** Whether both sides mean the same in a field, as far as both can hold it. */
export function agree(field: Field, fields: Both<Fields>, common: Common): boolean {
  const values = both((side) => common.fit(field, valueOf(fields[side], field)))
  if (sameMeaning(values.left, values.right)) return true
  if (!isException(field)) return false
  const { left, right } = both((side) => withoutInherited(values[side], fields, common))
  return sameMeaning(left, right) || (isSilent(left) && isSilent(right) && !mayOccur(field, fields, common))
}

/**
 * What an occurrence has of its own, given what both calendars can hold: where its series is tentative in place of
 * cancelled, an occurrence that is tentative is like its series.
 */
function withoutInherited(occurrence: Json, fields: Both<Fields>, common: Common): Json {
  if (!isObject(occurrence)) return occurrence
  const isInherited = ([name, value]: readonly [string, Json]): boolean => {
    const { left, right } = both((side) => common.fit(name as Field, valueOf(fields[side], name as Field)))
    return !OWN.includes(name) && sameMeaning(left, right) && sameMeaning(left, value)
  }
  return Object.fromEntries(Object.entries(occurrence).filter((entry) => !isInherited(entry)))
}

/** What an exception never has from the fields of its series. */
const OWN: readonly string[] = ['start', 'end']

/** Whether a series may have an occurrence: not every calendar keeps an exclusion of what does not occur. */
function mayOccur(field: ExceptionField, fields: Both<Fields>, common: Common): boolean {
  const when = whenOf(fields.left)
  return !when || !agree('when', fields, common) || occurs(when, originalStart(field), false) !== 'no'
}

/** Whether a field is something of its own in an occurrence that the same side's series does not have. */
export const isStray = (field: Field, fields: Fields): boolean =>
  isException(field) && !isSilent(valueOf(fields, field)) && lacks(fields, field)

/**
 * What is judged together: `when` with all occurrences if it changed, or if neither it nor one that differs has a base;
 * else each field alone. Where both sides mean the same by it now, no occurrence hangs on who is right.
 */
function units(halves: Both<Half>, fields: Both<Fields>, common: Common): Field[][] {
  const names = namesIn([fields.left, fields.right, halves.left.held, halves.right.held], common)
  const based = (side: Side, field: Field): boolean => heldValue(halves[side], field) !== undefined
  const isNew = SIDES.every((side) => !based(side, 'when'))
  const inQuestion = (field: Field): boolean =>
    isException(field) && SIDES.some((side) => !based(side, field)) && !agree(field, fields, common)
  const hasMoved = SIDES.some((side) => hasChanged(halves[side], fields[side], 'when'))
  const together = (isNew && names.some(inQuestion)) || (hasMoved && !agree('when', fields, common))
  if (!together) return names.map((field) => [field])
  const hangs = (field: Field): boolean => field === 'when' || isException(field)
  return [names.filter(hangs), ...names.filter((field) => !hangs(field)).map((field) => [field])]
}
