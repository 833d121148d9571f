import type { Entry, Fields, Live, Operation, Side, Step, Uid } from '../sync/model'
import { PING_PONG } from '../sync/operation'
import { restingOf } from '../sync/refusal'
import type { OperationMessage } from './operation-message'
import type { PairState } from './pair-state'
import { stopped } from './questions'
import { restsSentence } from './sentence'
import type { Run } from './run'
import { reportText } from './report-text'
import type { ReadRecord } from './source'

export type Counts = { create: number; update: number; delete: number }
const noCounts = (): Counts => ({ create: 0, update: 0, delete: 0 })

type ReadReport = { kind: string; changed: number; deleted: number; total: number }

/** The payload of `topic: "report"`. Sides are the node's. */
export type Report = {
  /** What a person would say of it. */
  text: string
  run: string
  pair: { left: string; right: string }
  startedAt: string
  finishedAt: string
  dryRun: boolean
  reads: { left: ReadReport | null; right: ReadReport | null }
  paired: number
  planned: { left: Counts; right: Counts }
  applied: { left: Counts; right: Counts }
  failed: number
  skipped: number
  stale: number
  late: number
  notCarriedOut: number
  notWritable: number
  remaining: number
  conflicts: number
  heldDeletions: number
  /** `start`, as in an event, of those that were refused. */
  setAside: { uid: string; summary: string; start?: unknown; reason: string }[]
  retries: number
  requests: { left: number; right: number }
  errors: { message: string; code: string; calendar?: string; uid?: string }[]
  /** Versions that were overwritten or deleted; `undo` puts one back. */
  lost: { id: string; uid: string; calendar: string; summary: string }[]
  operations?: { left: OperationMessage[]; right: OperationMessage[] }
}

/** A report of which nothing is known yet. */
export function emptyReport(run: string, names: { left: string; right: string }, at: number, dryRun: boolean): Report {
  const now = new Date(at).toISOString()
  return {
    text: '',
    run,
    pair: names,
    startedAt: now,
    finishedAt: now,
    dryRun,
    reads: { left: null, right: null },
    paired: 0,
    planned: { left: noCounts(), right: noCounts() },
    applied: { left: noCounts(), right: noCounts() },
    failed: 0,
    skipped: 0,
    stale: 0,
    late: 0,
    notCarriedOut: 0,
    notWritable: 0,
    remaining: 0,
    conflicts: 0,
    heldDeletions: 0,
    setAside: [],
    retries: 0,
    requests: { left: 0, right: 0 },
    errors: [],
    lost: [],
  }
}

/** A report as it goes out: all is known by now. */
export function finish(report: Report, at: number): Report {
  report.finishedAt = new Date(at).toISOString()
  report.text = reportText(report)
  return report
}

/** Adds what was read. */
export function addReads(report: Report, reads: ReadonlyMap<Side, ReadRecord>): void {
  for (const [side, { kind, changed, deleted, total, requests, retries, error, name }] of reads) {
    report.reads[side] = { kind, changed, deleted, total }
    report.requests[side] += requests
    report.retries += retries
    if (error) report.errors.push({ ...error, calendar: name })
  }
}

/** Says so of a calendar that this node would write to, but that nobody may write: nothing is tried there. */
export function addReadOnly(
  report: Report,
  pair: PairState,
  direction: 'both' | 'left-to-right' | 'right-to-left',
  toStored: (side: Side) => Side,
): void {
  for (const side of ['left', 'right'] as const) {
    const { info, name } = pair.calendars[toStored(side)]
    const isTarget = direction === 'both' || direction.endsWith(`to-${side}`)
    if (!isTarget || info?.writable !== false) continue
    report.setAside.push({
      uid: '',
      summary: name,
      reason: `${name} is read-only for this account: nothing goes there`,
    })
  }
}

/** Adds what was planned, and what stands open. */
export function addPlan(
  report: Report,
  steps: readonly Step[],
  ops: readonly Operation[],
  remaining: number,
  toNode: (side: Side) => Side,
): void {
  for (const op of ops) report.planned[toNode(op.to)][op.action] += 1
  report.remaining = remaining
  for (const step of steps) {
    if (step.do !== 'leave') continue
    if (step.why === 'not-writable') report.notWritable += 1
    else if (step.why !== 'refused')
      report.setAside.push({ uid: step.uid, summary: step.title ?? '', reason: step.reason })
  }
}

/** Adds what became of the operations. */
export function addResults(
  report: Report,
  run: Run,
  names: { left: string; right: string },
  toNode: (side: Side) => Side,
): void {
  for (const { op, state, code, message, rests } of run.results) {
    const side = toNode(op.to)
    if (state === 'ok') report.applied[side][op.action] += 1
    else if (state === 'failed') {
      report.failed += 1
      if (rests) continue // it is set aside
      report.errors.push({ message: message ?? 'failed', code: code ?? 'unknown', calendar: names[side], uid: op.uid })
    } else if (state === 'skipped') report.skipped += 1
    else if (state === 'stale') report.stale += 1
    else report.notCarriedOut += 1
  }
  for (const side of ['left', 'right'] as const) report.requests[toNode(side)] += run.requests(side)
  report.retries += run.retries
}

/**
 * Adds how things stand: pairs, open questions, what can't be read, what is left alone for now.
 *
 * @param agreed entries as a run would leave them that was only planned: which questions would be open after it
 */
export function addStanding(
  report: Report,
  pair: PairState,
  now: number,
  agreed: ReadonlyMap<Uid, Entry | undefined> = new Map(),
): void {
  report.paired = pair.agreement.paired
  for (const uid of new Set([...pair.agreement.open, ...agreed.keys()])) {
    const told = (agreed.has(uid) ? agreed.get(uid) : pair.agreement.get(uid))?.told
    if (told?.about === 'deletion') report.heldDeletions += 1
    else if (told) report.conflicts += 1
  }
  for (const side of ['left', 'right'] as const) {
    for (const seen of pair.calendars[side].replica.entries.values()) {
      if (seen.is === 'unread') report.setAside.push({ uid: seen.uid, summary: seen.title ?? '', reason: seen.reason })
    }
  }
  const told = new Set(report.setAside.map(({ uid }) => uid))
  for (const { uid } of stopped(pair, now)) {
    if (!told.has(uid)) report.setAside.push({ uid, summary: '', reason: PING_PONG })
  }
  for (const { until: _until, side: _side, ...each } of restingEvents(pair, now)) report.setAside.push(each)
  for (const each of report.setAside)
    if (each.uid !== '' && each.summary === '') each.summary = summaryOf(pair, each.uid)
}

/** What an event is called; empty for one without a title. */
export const titleOf = ({ summary }: Fields): string => (typeof summary === 'string' ? summary : '')

/** An event of which a write was refused and rests: where (the pair's side), why, and until when (milliseconds). */
export type Resting = { uid: string; summary: string; start: unknown; reason: string; side: Side; until: number }

/** Events of which a write was refused and rests, with what can be done about it. */
export function restingEvents(pair: PairState, now: number): Resting[] {
  return [...pair.agreement.due(Infinity)].flatMap((uid) => {
    const entry = pair.agreement.get(uid)
    const fields = entry?.refused ? fieldsOf(pair, uid) : {}
    const start = (fields.when as { start?: unknown } | null | undefined)?.start ?? null
    const summary = titleOf(fields)
    return (entry ? restingOf(entry, now) : []).map(({ to, reason, until }) => {
      return { uid, summary, start, reason: restsSentence(reason, until), side: to, until }
    })
  })
}

function fieldsOf(pair: PairState, uid: string): Fields {
  const { left, right } = pair.find(uid)
  return [left, right].find((each): each is Live => each?.is === 'live')?.fields ?? {}
}

/** What an event is called, on whichever side it is. */
export function summaryOf(pair: PairState, uid: string): string {
  return titleOf(fieldsOf(pair, uid))
}
