import type { Engine } from './engine'
import { pairName } from './metrics'
import type { Report } from './report'

/** Log and metrics: a run that did something at level info, one that did nothing at level debug. */
export async function tellOf(report: Report, { around, metrics }: Engine): Promise<void> {
  const { run, errors, applied, failed, conflicts, startedAt, finishedAt } = report
  const changes = [applied.left, applied.right].map(({ create, update, delete: gone }) => create + update + gone)
  const [left = 0, right = 0] = changes
  const duration = Date.parse(finishedAt) - Date.parse(startedAt)
  const pair = pairName(report)
  const message = `${pair}: ${left + right} changes, ${failed} failed, ${conflicts} conflicts in ${duration} ms`
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
