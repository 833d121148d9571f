import type { Uid } from '../sync/model'
import type { PairState } from './pair-state'
import type { Report } from './report'

const LATEST = 20

/** What a run did about one event. */
export type PastWrite = { run: string; at: string; action: string; calendar: string; reason: string; state: string }

/** What runs did about one event, newest first. */
export async function writesOf(uid: Uid, pair: PairState): Promise<PastWrite[]> {
  const runs = (await pair.past.runs()).flatMap(({ entry }) =>
    'run' in entry ? [entry.run as unknown as PastRun] : [],
  )
  const all = runs.flatMap(({ run, finishedAt, events = [] }) =>
    events
      .filter((event) => event.uid === uid)
      .map(({ action, calendar, reason, state }) => ({ run, at: finishedAt, action, calendar, reason, state })),
  )
  return all.reverse().slice(0, LATEST)
}

/** A run's report as the history keeps it. */
type PastRun = Report & { events?: readonly (PastWrite & { uid: Uid })[] }

/** How the runs of a pair went: health in two figures, and the latest runs and lost versions, newest first. */
export async function historyOf(pair: PairState): Promise<{
  lastSuccess: string | null
  successRate: number | null
  idleRuns: number
  failedAgain: number
  runs: object[]
  lost: object[]
  lastRun?: Report
}> {
  const lines = (await pair.past.runs()).map(({ at, entry }) =>
    'run' in entry
      ? { at, report: entry.run as unknown as Report, idle: entry.idle, again: entry.again ?? 0 }
      : { at, interrupted: entry.interrupted, idle: 0, again: 0 },
  )
  const isGood = (line: (typeof lines)[number]): boolean => line.report !== undefined && line.report.errors.length === 0
  const last = Math.max(lines.filter(isGood).at(-1)?.at ?? 0, pair.past.lastIdle ?? 0) // one that had nothing to do succeeded
  const idle = lines.reduce((sum, line) => sum + line.idle, pair.past.idleRuns)
  const failedAgain = lines.reduce((sum, line) => sum + line.again, pair.past.failedAgain)
  const all = lines.length + idle + failedAgain
  const lost = (await pair.lostVersions()).slice(-LATEST).reverse()
  const lastRun = lines.findLast(({ report }) => report !== undefined)?.report
  return {
    ...(lastRun ? { lastRun } : {}),
    lastSuccess: last > 0 ? new Date(last).toISOString() : null,
    successRate: all === 0 ? null : (lines.filter(isGood).length + idle) / all,
    idleRuns: idle,
    failedAgain,
    runs: lines
      .slice(-LATEST)
      .reverse()
      .map((line) => line.report ?? { run: line.interrupted, interrupted: true, at: new Date(line.at).toISOString() }),
    lost: lost.map(({ at, entry: { id, uid, calendar, fields } }) => ({
      id,
      uid,
      calendar: pair.nameOf(calendar),
      summary: fields.summary ?? null,
      at: new Date(at).toISOString(),
    })),
  }
}
