import type { PairState } from './pair-state'
import type { Report } from './report'

const LATEST = 20

/** How the runs of a pair went: health in two figures, and the latest runs and lost versions, newest first. */
export async function historyOf(pair: PairState): Promise<{
  lastSuccess: string | null
  successRate: number | null
  idleRuns: number
  runs: object[]
  lost: object[]
}> {
  const lines = (await pair.runs()).map(({ at, entry }) =>
    'run' in entry
      ? { at, report: entry.run as unknown as Report, idle: entry.idle }
      : { at, interrupted: entry.interrupted, idle: 0 },
  )
  const isGood = (line: (typeof lines)[number]): boolean => line.report !== undefined && line.report.errors.length === 0
  const last = Math.max(lines.filter(isGood).at(-1)?.at ?? 0, pair.lastIdle ?? 0) // one that had nothing to do succeeded
  const idle = lines.reduce((sum, line) => sum + line.idle, pair.idleRuns)
  const all = lines.length + idle
  const lost = (await pair.lostVersions()).slice(-LATEST).reverse()
  return {
    lastSuccess: last > 0 ? new Date(last).toISOString() : null,
    successRate: all === 0 ? null : (lines.filter(isGood).length + idle) / all,
    idleRuns: idle,
    runs: lines
      .slice(-LATEST)
      .reverse()
      .map((line) => line.report ?? { run: line.interrupted, interrupted: true, at: new Date(line.at).toISOString() }),
    lost: lost.map(({ at, entry: { id, uid, calendar, fields } }) => ({
      id,
      uid,
      calendar,
      summary: fields.summary ?? null,
      at: new Date(at).toISOString(),
    })),
  }
}
