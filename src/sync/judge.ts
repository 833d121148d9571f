import { fieldNames, isException } from '../event/event'
import { hashJson } from '../event/json'
import { sameMeaning } from '../event/normal'
import { fitted } from './entry'
import type { Now } from './entry'
import { valueOf, withValues } from './merge'
import type { Merged } from './merge'
import type { Both, Field, Fields, Hash, Json, Live, Operation, PairEntry, Question, Rules, Side, Uid } from './model'
import { SIDES, other } from './model'
import { operation, questionId } from './operation'
import { inWindow } from './window'

/** What is done about the fields that both sides changed. */
export type Verdict = {
  /** Values to write to each side. */
  readonly to: Both<ReadonlyMap<Field, Json>>
  /** Fields that are left different and count as agreed. */
  readonly asTheyStand: readonly Field[]
  /** Those of a side that wins where it may not be written; they are left different, too. */
  readonly stuck: Both<readonly Field[]>
  /** Operations that come first. */
  readonly first: readonly Operation[]
  readonly ask?: Question
}

const unwritten: Both<ReadonlyMap<Field, Json>> = { left: new Map(), right: new Map() }
const nothing: Verdict = { to: unwritten, asTheyStand: [], stuck: { left: [], right: [] }, first: [] }

/**
 * Settles the open fields of an event: by the user's answer, else by the strategy, else by asking. Without a base
 * nothing is overwritten unless the user or `left-wins`/`right-wins` says so, and never from a copy over its original;
 * outside the window such differences stay as they are. What could not flow before, and now can, only the user decides.
 *
 * @param freed what could not flow before, and now can
 */
export function judge(
  entry: PairEntry,
  now: Both<Live>,
  merged: Merged,
  freed: ReadonlyMap<Field, Side | 'both'>,
  rules: Rules,
): Verdict {
  const isFreed = merged.open.length === 0
  const open = isFreed ? [...freed.keys()] : merged.open
  if (open.length === 0) return nothing
  const noBase = merged.noBase.length > 0
  const isBack = wentBack(now, open)
  if (noBase && !isBack && !touchesWindow(now, rules)) return { ...nothing, asTheyStand: open }
  const question = conflictQuestion(entry, now, open, isFreed ? 'settled' : noBase ? 'no-base' : 'conflict')
  const choice = entry.answer?.to === question.id ? entry.answer.choice : undefined
  if (choice === 'keep' && isFreed) return { ...nothing, asTheyStand: open }
  if (choice === 'carry' && isFreed) return carry(freed, question, now, rules)
  if (typeof choice === 'object' && 'both' in choice) return keepBoth(choice.both, question, open, now, rules)
  if (typeof choice === 'object') {
    // The others are asked again. An occurrence that hangs on times of the user's own is plain unless he names it.
    const said = open.filter((field) => field in choice.event || (isException(field) && 'when' in choice.event))
    return said.length > 0 ? writeEvent(entry, choice.event, now, said, rules) : { ...nothing, ask: question }
  }
  const chosen = choice === 'left' || choice === 'right' ? choice : undefined
  const winner = chosen ?? (isFreed || isBack ? undefined : byStrategy(now, noBase, rules))
  return winner === undefined ? { ...nothing, ask: question } : wins(winner, now, open, rules)
}

/** Each field goes where it could not go before; one that was edited on both sides is asked again. */
function carry(
  freed: ReadonlyMap<Field, Side | 'both'>,
  question: Question,
  now: Both<Live>,
  { common }: Rules,
): Verdict {
  const from = (source: Side): Map<Field, Json> =>
    new Map(
      [...freed.keys()]
        .filter((field) => freed.get(field) === source)
        .map((field) => [field, common.fit(field, valueOf(now[source].fields, field))]),
    )
  const to = { left: from('right'), right: from('left') }
  return to.left.size + to.right.size > 0 ? { ...nothing, to } : { ...nothing, ask: question }
}

/** What came back with an old state of its server is never a reason to overwrite what came later. */
const wentBack = (now: Both<Live>, open: readonly Field[]): boolean =>
  SIDES.some((side) => open.some((field) => now[side].older?.includes(field)))

const touchesWindow = (now: Both<Live>, rules: Rules): boolean =>
  [now.left, now.right].some((seen) => inWindow(seen.fields, rules.window, rules.now) === true)

/** Its id follows from the event and from both values of each open field, so that a late answer can't hit a newer conflict. */
function conflictQuestion(
  { uid, told }: PairEntry,
  now: Both<Live>,
  open: readonly Field[],
  why: Question['why'],
): Question {
  const fields = [...open].sort()
  const values = (as: (value: Json) => Json): Json =>
    fields.map((field) => [field, as(valueOf(now.left.fields, field)), as(valueOf(now.right.fields, field))])
  return { id: questionId((as) => [uid, values(as)], told), uid, fields, why }
}

function byStrategy(now: Both<Live>, noBase: boolean, { strategy }: Rules): Side | undefined {
  if (strategy === 'manual') return undefined
  if (strategy === 'latest-wins') return noBase ? undefined : later(now)
  const copyOverOriginal = now[strategy].mark !== undefined && now[other(strategy)].mark === undefined
  return noBase && copyOverOriginal ? undefined : strategy
}

/** The side with the later stamp; undefined if one is missing or both are equal. */
function later({ left, right }: Both<Live>): Side | undefined {
  if (left.changedAt === undefined || right.changedAt === undefined) return undefined
  if (left.changedAt === right.changedAt) return undefined
  return left.changedAt > right.changedAt ? 'left' : 'right'
}

/** The winner's values go to the other side; where nothing may be written there, both stay as they are. */
function wins(winner: Side, now: Both<Live>, open: readonly Field[], rules: Rules): Verdict {
  const to = other(winner)
  if (!mayWrite(to, now, rules)) return { ...nothing, asTheyStand: open, stuck: { ...nothing.stuck, [winner]: open } }
  const values = open.map((field) => [field, rules.common.fit(field, valueOf(now[winner].fields, field))] as const)
  return { ...nothing, to: { ...unwritten, [to]: new Map(values) } }
}

const mayWrite = (to: Side, now: Both<Live>, rules: Rules): boolean => rules.into[to] && now[to].fixed === undefined

/**
 * The user's own version: it is written to one side first, as if the user had edited that event there, and wins over the
 * other side's. A side that has it already wins as it is.
 */
function writeEvent(entry: PairEntry, event: Fields, now: Both<Live>, open: readonly Field[], rules: Rules): Verdict {
  const differs = (side: Side): readonly Field[] =>
    open.filter((field) => !sameMeaning(valueOf(event, field), valueOf(now[side].fields, field)))
  const has = SIDES.find((side) => differs(side).length === 0)
  if (has) return wins(has, now, open, rules)
  const to = SIDES.find((side) => mayWrite(side, now, rules))
  if (!to) return { ...nothing, asTheyStand: open }
  return { ...nothing, first: [ownVersion(entry.uid, event, differs(to), to, now[to], now)] }
}

/** Writes what the user's own version says of some fields over one side's event. */
export function ownVersion(
  uid: Uid,
  event: Fields,
  changed: readonly Field[],
  to: Side,
  over: Live,
  now: Now,
): Operation {
  const values = changed.map((field) => [field, valueOf(event, field)] as const)
  const fields = withValues(over.fields, values)
  return { ...operation('update', to, uid, fields, changed, now, 'the user’s own version'), decides: true }
}

/**
 * The other side's version first becomes a new event there (where nothing may be written, on this side); when that is
 * done, the answer becomes "this side wins".
 */
function keepBoth(stays: Side, question: Question, open: readonly Field[], now: Both<Live>, rules: Rules): Verdict {
  const moves = other(stays)
  const to = [moves, stays].find((side) => rules.into[side])
  if (!to) return { ...nothing, asTheyStand: open }
  const fields = fitted(now[moves].fields, rules.common)
  const uid: Hash = hashJson([question.uid, question.id])
  const nowhere = { left: undefined, right: undefined }
  const create = operation('create', to, uid, fields, fieldNames(fields), nowhere, 'both versions are kept')
  return { ...nothing, first: [{ ...create, keeps: question.uid }] }
}
