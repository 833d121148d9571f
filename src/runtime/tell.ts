import type { Engine } from './engine'
import type { Report } from './report'
import { plural } from './sentence'

const MOST_REASONS = 3

/** Log and metrics: a run that did something at level info, one that did nothing at level debug. */
export async function tellOf(report: Report, { around, metrics }: Engine): Promise<void> {
  const { run, errors, applied, failed, conflicts, startedAt, finishedAt } = report
  const changes = [applied.left, applied.right].map(({ create, update, delete: gone }) => create + update + gone)
  const [left = 0, right = 0] = changes
  const duration = Date.parse(finishedAt) - Date.parse(startedAt)
  const pair = metrics.nameOf(report.pair)
  const figures = `${plural(left + right, 'change')}, ${failed} failed, ${plural(conflicts, 'conflict')}`
  const message = `${pair}: ${figures} in ${duration} ms${reasons(report)}`
  const level = errors.length > 0 ? 'warn' : left + right + failed > 0 ? 'info' : 'debug'
  around.log?.(level, { message, run, pair, duration, applied, failed, conflicts, errors: errors.length })
  for (const { message: text, code, calendar, uid } of errors) {
    around.log?.('debug', {
      message: text,
      run,
      pair,
      code,
      ...(calendar ? { calendar } : {}),
      ...(uid ? { event: uid } : {}),
    })
  }
  await metrics.ran(report)
}

/** Why a run failed, each reason once; the rest is at level debug. */
function reasons({ errors }: Report): string {
  const all = [...new Set(errors.map(({ message }) => message))]
  const more = all.length > MOST_REASONS ? ` (and ${all.length - MOST_REASONS} more)` : ''
  return all.length === 0 ? '' : `: ${all.slice(0, MOST_REASONS).join(' ')}${more}`
}
