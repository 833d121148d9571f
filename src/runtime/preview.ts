import { Agreement } from '../sync/agreement'
import { cut } from '../sync/limit'
import { find } from '../sync/find'
import type { Both, Fields, Json, Millis, Operation, Question, Refusal, Rules, Side, Step, Uid } from '../sync/model'
import { SIDES, both } from '../sync/model'
import { restingOf } from '../sync/refusal'
import { idOn } from '../sync/agreement'
import type { CalendarAccess, Engine } from './engine'
import { CalSyncError } from './errors'
import { toChangedNames } from './event-message'
import type { PairState } from './pair-state'
import { planned } from './planned'
import type { View } from './planned'
import { openSteps } from './questions'
import { requestsOf, rulesFor, settingsHash } from './rules'
import type { ReconcileSettings } from './rules'
import { restsSentence } from './sentence'

/** One line of a preview. Sides are the node's. */
export type PreviewRow = {
  /** `conflict` and `held` (a deletion) wait for an answer; `set-aside` can't be read, or is left alone. */
  readonly what: Operation['action'] | 'conflict' | 'held' | 'set-aside'
  /** Where it would be done, or is set aside; null: on neither side alone. */
  readonly side: Side | null
  readonly uid: Uid
  readonly summary: string
  /** `{date}` or `{dateTime, timeZone}`; null if not known. */
  readonly start: Json
  /** Changed fields, by the names that messages have; empty where it is about the whole event. */
  readonly fields: readonly string[]
  readonly reason: string
}

type Counts = Readonly<Record<PreviewRow['what'], number>>

/** What the next run would do. */
export type Preview = {
  readonly calendars: Both<{ readonly name: string; readonly provider: string; readonly writable: boolean }>
  /** Of all lines, those that were cut off included. */
  readonly counts: { readonly left: Counts; readonly right: Counts; readonly neither: Counts }
  readonly rows: readonly PreviewRow[]
  /** Lines that were cut off. */
  readonly more: number
  /** Operations that the run would leave to the next ones. */
  readonly remaining: number
  readonly paired: number
  /** Whether a run was under way: what it is just doing may be listed too. */
  readonly running: boolean
}

/** The most lines that are shown. */
const MOST_ROWS = 200

/**
 * What a run would do now: reads both calendars, plans and tells. Nothing is kept, written, announced or counted, and
 * no run waits for it: it works on copies.
 */
export async function preview(
  calendars: Both<CalendarAccess>,
  settings: ReconcileSettings,
  engine: Engine,
  signal: AbortSignal,
): Promise<Preview> {
  const [left, right] = await Promise.all([calendars.left.open(), calendars.right.open()])
  const pair = await engine.pair([left.identity, right.identity])
  const turned = pair.calendars.left !== left
  const turn = (side: Side): Side => (turned === (side === 'left') ? 'right' : 'left')
  const running = pair.lock.isTaken
  const view = await freshView(pair, signal)
  const { now } = engine.around
  const rules = rulesFor(
    settings,
    { dryRun: true, resolution: settings.conflictResolution },
    pair.calendars,
    turn,
    now(),
    engine.neighbours.of(calendars),
  )
  const steps = await planned(view, rules, settingsHash(rules, settings), engine.around)
  const ops = steps.filter((step) => step.do === 'write').map(({ op }) => op)
  const { now: first, remaining } = cut(ops, view.agreement, settings.maxOperations, requestsOf(pair.calendars))
  const rows = [
    ...first.map((op) => operationRow(op, turn)),
    ...questionRows(steps, view, rules, turn),
    ...asideRows(steps, view, turn, now()),
  ]
  return {
    calendars: both((side) => described(pair, turn(side))),
    counts: countsOf(rows),
    rows: rows.slice(0, MOST_ROWS),
    more: Math.max(0, rows.length - MOST_ROWS),
    remaining: remaining.length,
    paired: view.agreement.paired,
    running,
  }
}

/** What both calendars hold now, and a copy of what was agreed: a run may go on with its own meanwhile. */
async function freshView(pair: PairState, signal: AbortSignal): Promise<View> {
  const [left, right] = await Promise.all([pair.calendars.left.peek(signal), pair.calendars.right.peek(signal)])
  for (const side of SIDES) {
    if ((side === 'left' ? left : right).isComplete) continue
    const text = `${pair.calendars[side].name} was not read completely: try again, or let a calendar-source read it.`
    throw new CalSyncError('not-read', text)
  }
  const agreement = new Agreement(new Map(pair.agreement.entries), pair.agreement.compared)
  const replicas = { left: left.replica, right: right.replica }
  return { agreement, replicas, deletedLately: pair.deletedLately() }
}

function described(pair: PairState, side: Side): Preview['calendars']['left'] {
  const { name, provider, info } = pair.calendars[side]
  return { name, provider, writable: info?.writable !== false }
}

function operationRow({ action, to, uid, fields, changed, reason }: Operation, turn: (side: Side) => Side): PreviewRow {
  const names = action === 'update' ? toChangedNames(changed) : []
  return { what: action, side: turn(to), uid, ...titleOf(fields), fields: names, reason }
}

/** What waits for an answer: asked anew by this plan, or asked before and still open. */
function questionRows(steps: readonly Step[], view: View, rules: Rules, turn: (side: Side) => Side): PreviewRow[] {
  const asked = new Map<Uid, Question>()
  for (const step of [...openSteps(view.agreement, view.replicas, rules), ...steps]) {
    if (step.do === 'ask') asked.set(step.question.uid, step.question)
  }
  const written = new Set(
    steps.flatMap((step) => (step.do === 'write' && step.op.action === 'delete' ? [step.op.uid] : [])),
  )
  return [...asked.values()].filter(({ uid }) => !written.has(uid)).map((question) => questionRow(question, view, turn))
}

function questionRow({ uid, fields, why, on }: Question, view: View, turn: (side: Side) => Side): PreviewRow {
  const isHeld = why === 'limit' || why === 'missing'
  return {
    what: isHeld ? 'held' : 'conflict',
    side: on === undefined ? null : turn(on),
    uid,
    ...titleOf(fieldsIn(uid, view, turn)),
    fields: fields === 'deletion' ? [] : toChangedNames(fields),
    reason: fields === 'deletion' && why === 'conflict' ? EDIT_AGAINST_DELETION : WHY[why],
  }
}

const EDIT_AGAINST_DELETION = 'changed on one side and deleted on the other: waits for an answer'
const WHY: Record<Question['why'], string> = {
  conflict: 'changed on both sides: waits for an answer',
  'no-base': 'differs, and never was in step: waits for an answer',
  settled: 'differs since it could not be carried over when it was done: waits for an answer',
  limit: 'more deletions than the limit allows: waits for an approval',
  missing: 'missing on the other side, though nothing says that it was deleted: waits for an approval',
}

function asideRows(steps: readonly Step[], view: View, turn: (side: Side) => Side, at: Millis): PreviewRow[] {
  const row = (side: Side | null, uid: Uid, reason: string, title?: string): PreviewRow => {
    const { summary, start } = titleOf(fieldsIn(uid, view, turn))
    return { what: 'set-aside', side, uid, summary: title ?? summary, start, fields: [], reason }
  }
  const left = steps.flatMap((step) =>
    step.do === 'leave' && step.why !== 'refused' ? [row(null, step.uid, step.reason, step.title)] : [],
  )
  const refused = restingRows(steps, view, at).map(({ uid, to, reason, until }) =>
    row(turn(to), uid, restsSentence(reason, until)),
  )
  const unread = SIDES.flatMap((side) =>
    [...view.replicas[side].entries.values()].flatMap((seen) =>
      seen.is === 'unread' ? [row(turn(side), seen.uid, seen.reason, seen.title)] : [],
    ),
  )
  return [...left, ...refused, ...unread]
}

/** What was refused and rests, and is not written by this plan. */
function restingRows(steps: readonly Step[], { agreement }: View, at: Millis): (Refusal & { uid: Uid })[] {
  const planned = new Map(steps.flatMap((step) => (step.do === 'agree' ? [[step.entry.uid, step.entry] as const] : [])))
  return [...agreement.due(Infinity)].flatMap((uid) => {
    const entry = planned.get(uid) ?? agreement.get(uid)
    const written = steps.flatMap((step) => (step.do === 'write' && step.op.uid === uid ? [step.op.to] : []))
    const resting = entry ? restingOf(entry, at) : []
    return resting.filter(({ to }) => !written.includes(to)).map((each) => ({ ...each, uid }))
  })
}

/** What the node's left side holds of an event, or else its right one. */
function fieldsIn(uid: Uid, { agreement, replicas }: View, turn: (side: Side) => Side): Fields {
  const entry = agreement.get(uid)
  for (const side of SIDES.map(turn)) {
    const { seen } = find(uid, entry && idOn(entry, side), side, replicas[side], agreement, 'as-free')
    if (seen?.is === 'live') return seen.fields
  }
  return {}
}

function titleOf({ summary, when }: Fields): { summary: string; start: Json } {
  const start = (when as { start?: Json } | null | undefined)?.start ?? null
  return { summary: typeof summary === 'string' ? summary : '', start }
}

function countsOf(rows: readonly PreviewRow[]): Preview['counts'] {
  const of = (side: Side | null): Counts => {
    const counts = { create: 0, update: 0, delete: 0, conflict: 0, held: 0, 'set-aside': 0 }
    for (const row of rows) if (row.side === side) counts[row.what] += 1
    return counts
  }
  return { left: of('left'), right: of('right'), neither: of(null) }
}
