import { sameJson } from '../event/json'
import type { Data } from '../store/data'
import { cut } from '../sync/limit'
import type { Both, Compared, Entry, Operation, Side, Step, Uid } from '../sync/model'
import { isCurrent } from '../sync/operation'
import { apply } from '../sync/outcome'
import { standing } from '../sync/plan'
import { viewOf } from '../sync/shown'
import { announce } from './announce'
import { logDefect } from './defect'
import type { Engine } from './engine'
import type { Elsewhere } from './neighbours'
import type { OperationMessage } from './operation-message'
import { toOperationMessage } from './operation-message'
import type { PairState } from './pair-state'
import { planned } from './planned'
import type { Conflict, Differences, HeldDeletions } from './question-messages'
import { addPlan, addReadOnly, addReads, addResults, addStanding, emptyReport, finish, titleOf } from './report'
import type { Report } from './report'
import type { Overrides, ReconcileSettings } from './rules'
import { requestsOf, rulesFor, settingsHash } from './rules'
import { Run } from './run'
import type { ReadRecord } from './source'

/** Where a run's messages go. Sides are the node's. */
export type Outputs = {
  /** @returns whether the output leads anywhere */
  changes(side: Side, ops: OperationMessage[]): boolean
  conflict(conflict: Conflict): void
  conflicts(conflicts: Conflict[]): void
  differences(differences: Differences): void
  held(held: HeldDeletions): void
}

/** What a run works on. */
export type Job = {
  readonly pair: PairState
  readonly settings: ReconcileSettings
  readonly overrides: Overrides
  /** How other nodes carry what comes from each side; in the node's sides. */
  readonly elsewhere: Both<Elsewhere>
  readonly reads: ReadonlyMap<Side, ReadRecord>
  /** The pair's side of a node's side, and back: it is the same. */
  readonly turn: (side: Side) => Side
  readonly signal: AbortSignal
  readonly outputs: Outputs
  /** Only these events are looked at; how far both were compared stays as it is. */
  readonly only?: ReadonlySet<Uid>
}

/**
 * One run: plans, hands the operations to the flow, waits for their results, and notes how far both calendars were
 * compared. Whatever was not carried out is looked at again by the next run. Under dry run nothing is recorded.
 *
 * @returns the report
 */
export async function execute(job: Job, engine: Engine): Promise<Report> {
  const { pair, settings, overrides, turn } = job
  const { now } = engine.around
  const names = { left: pair.calendars[turn('left')].name, right: pair.calendars[turn('right')].name }
  const id = engine.newId()
  const report = emptyReport(id, names, now(), overrides.dryRun)
  addReads(report, job.reads)
  addReadOnly(report, pair, settings.direction, turn)
  if (report.errors.length === 0 && isReady(pair, report)) {
    const plan = await planNow(job, engine, job.only)
    addPlan(report, plan.steps, plan.first, plan.remaining.length, turn)
    if (!overrides.dryRun) {
      await carryOn(job, engine, report, plan)
      return report
    }
    addOperations(report, plan.first, id, pair, turn)
    addStanding(report, pair, now(), agreed(plan.steps))
  } else addStanding(report, pair, now())
  finish(report, now())
  if (!overrides.dryRun) await rememberFailure(report, pair)
  return report
}

/** Notes a run that could not begin. */
export function rememberFailure(report: Report, pair: PairState): Promise<void> {
  const failure = report.errors.map(({ code, calendar }) => `${code} ${calendar ?? ''}`).join()
  return pair.past.rememberFailure(asData(report), failure)
}

const asData = (value: object): Data => JSON.parse(JSON.stringify(value)) as Data

/** Nothing is planned before both replicas rest on a complete read. */
function isReady(pair: PairState, report: Report): boolean {
  for (const { isComplete, name } of [pair.calendars.left, pair.calendars.right]) {
    if (isComplete) continue
    const message = `${name} was never read completely: let a calendar-source read it first.`
    report.errors.push({ message, code: 'calsync.not-read', calendar: name })
  }
  return report.errors.length === 0
}

function addOperations(
  report: Report,
  ops: readonly Operation[],
  run: string,
  pair: PairState,
  turn: Job['turn'],
): void {
  const of = (side: Side): OperationMessage[] =>
    ops.filter((op) => op.to === turn(side)).map((op) => toOperationMessage(op, run, identities(pair)))
  report.operations = { left: of('left'), right: of('right') }
}

type Planned = {
  readonly steps: readonly Step[]
  /** What this run carries out, and what it leaves to the next. */
  readonly first: readonly Operation[]
  readonly remaining: readonly Operation[]
  readonly hash: string
}

/** @param only these events; default: all of which there is news */
async function planNow(job: Job, engine: Engine, only: ReadonlySet<Uid> | undefined): Promise<Planned> {
  const { pair, settings, overrides, turn, elsewhere } = job
  const rules = rulesFor(settings, overrides, pair.calendars, turn, engine.around.now(), elsewhere)
  const hash = settingsHash(rules, settings)
  const replicas = { left: pair.calendars.left.replica, right: pair.calendars.right.replica }
  const view = { agreement: pair.agreement, replicas, deletedLately: pair.deletedLately() }
  const steps = await planned(view, rules, hash, engine.around, only)
  for (const step of steps) {
    if (step.do !== 'leave' || step.defect === undefined) continue
    logDefect(engine.around, { message: `${step.uid} could not be planned.`, stack: step.defect, event: step.uid })
  }
  const ops = steps.filter((step) => step.do === 'write').map(({ op }) => op)
  const { now: first, remaining } = cut(ops, pair.agreement, settings.maxOperations, requestsOf(pair.calendars))
  return { steps, first, remaining, hash }
}

/** An answer is carried out in stages: a version of the user's own is written here, then there. */
const MOST_STAGES = 4

/** Carries a plan out, and in the same run what follows from the user's answers; then notes how far both were compared. */
async function carryOn(job: Job, engine: Engine, report: Report, plan: Planned): Promise<void> {
  const { pair, turn } = job
  const replicas = { left: pair.calendars.left.replica, right: pair.calendars.right.replica }
  // Before anything is written: what is written then is looked at once more.
  const compared = newStanding(pair, standing(replicas, plan.hash, engine.around.now()), plan.steps)
  const run = new Run(report.run, engine.metrics.nameOf(report.pair))
  await carryStage(job, engine, report, run, plan)
  let last = plan
  for (let stage = 1; stage < MOST_STAGES; stage += 1) {
    const next = goingOn(last.first, run, pair)
    if (next.size === 0) break
    last = await planNow(job, engine, next)
    addPlan(report, [], last.first, report.remaining + last.remaining.length, turn)
    await carryStage(job, engine, report, run, last)
  }
  report.late = pair.takeLate()
  addResults(report, run, report.pair, turn)
  if (job.only) await pair.ended()
  else await pair.end(compared)
  addStanding(report, pair, engine.around.now())
  report.lost = run.lost.map(({ id, uid, calendar, fields }) => ({
    id,
    uid,
    calendar: pair.nameOf(calendar),
    summary: titleOf(fields),
  }))
  finish(report, engine.around.now())
  const didSomething = run.results.length > 0 || report.errors.length > 0
  const events = run.results.map(({ op, state, message }) => {
    const { uid, action, to, reason } = op
    return {
      uid,
      action,
      calendar: report.pair[turn(to)],
      reason,
      state,
      ...(message === undefined ? {} : { message }),
    }
  })
  if (didSomething) await pair.past.remember(asData({ ...report, events }))
  else pair.past.rememberIdle()
}

/** Records what was agreed, announces what is asked, sends the operations out and waits for them. */
async function carryStage(job: Job, engine: Engine, report: Report, run: Run, plan: Planned): Promise<void> {
  const { pair, turn, outputs, signal } = job
  const { first, remaining, steps } = plan
  await pair.put(agreed(steps))
  await announce(job, engine, report, steps)
  if (first.length > 0) {
    await pair.begin(run.id)
    run.begin(first)
    engine.runs.set(run.id, run)
    try {
      for (const side of ['left', 'right'] as const) {
        const ops = first.filter((op) => op.to === turn(side))
        if (ops.length === 0) continue
        const messages = ops.map((op) => toOperationMessage(op, run.id, identities(pair)))
        if (!outputs.changes(side, messages)) run.notCarriedOut(ops.map((op) => op.id))
      }
      await run.ended(engine.around.sleep, signal)
    } catch (error) {
      await pair.interrupted(run.id)
      throw error
    } finally {
      engine.runs.delete(run.id)
    }
  }
  // A sink that failed as a whole (its disk, its calendar) has recorded nothing of its operations.
  const isUndone = (op: Operation): boolean => ['not carried out', 'failed'].includes(run.stateOf(op) ?? '')
  await pair.put(dueAgain([...first.filter(isUndone), ...remaining], pair))
}

/**
 * The events about which more is to be done at once: those whose answer has come halfway, and those of which a copy was
 * to be made where something else turned out to be.
 */
function goingOn(ops: readonly Operation[], run: Run, pair: PairState): Set<Uid> {
  const goesOn = (op: Operation): boolean => {
    const state = run.stateOf(op)
    if (state === 'ok') return op.decides === true || op.keeps !== undefined
    return state === 'stale' && op.action === 'create' && !isCurrent(op, pair.find(op.uid, viewOf(op)))
  }
  return new Set(ops.filter(goesOn).flatMap(({ uid, keeps }) => (keeps === undefined ? [uid] : [keeps, uid])))
}

/** Where both stand, as it was if nothing has happened since: then nothing need be written. */
function newStanding(pair: PairState, next: Compared, steps: readonly Step[]): Compared {
  const { compared } = pair.agreement
  const isIdle = compared && steps.length === 0 && sameJson({ ...next, time: 0 }, { ...compared, time: 0 })
  return isIdle ? compared : next
}

function agreed(steps: readonly Step[]): Map<Uid, Entry | undefined> {
  const changes = new Map<Uid, Entry | undefined>()
  for (const step of steps) {
    if (step.do === 'agree') changes.set(step.entry.uid, step.entry)
    if (step.do === 'forget') changes.set(step.uid, undefined)
  }
  return changes
}

/** What was not carried out is looked at by the next run, whatever the replicas say. */
function dueAgain(ops: readonly Operation[], pair: PairState): Map<Uid, Entry> {
  const entries = ops.map((op) =>
    apply(pair.agreement.get(op.uid), op, { is: 'dropped' }, {}, pair.find(op.uid, viewOf(op))),
  )
  return new Map(entries.filter((entry) => entry !== undefined).map((entry) => [entry.uid, entry]))
}

const identities = ({ calendars }: PairState): readonly [string, string] => [
  calendars.left.identity,
  calendars.right.identity,
]
