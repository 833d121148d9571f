import type { Counts, Report } from './report'
import { brief, plural } from './sentence'

/** A report in a sentence or two that a person would say: what was written where, what waits, and what went wrong. */
export function reportText(report: Report): string {
  const [error, ...more] = report.errors
  const others = more.length > 0 ? ` (and ${plural(more.length, 'more problem')})` : ''
  const trouble = error && `${error.message}${others}`
  const { left, right } = names(report)
  if (trouble && !wasCompared(report)) return `${left} and ${right} were not compared. ${trouble}`
  return [whatWasWritten(report), ...whatWaits(report), ...(trouble ? [`Trouble: ${trouble}`] : [])].join(' ')
}

/** Whether it came to a plan: before that, nothing is counted. */
const wasCompared = ({ planned, failed }: Report): boolean =>
  failed > 0 || [planned.left, planned.right].some(({ create, update, delete: gone }) => create + update + gone > 0)

function whatWasWritten(report: Report): string {
  const { left, right } = names(report)
  const counts = report.dryRun ? report.planned : report.applied
  const [inLeft, inRight] = [countsShown(counts.left), countsShown(counts.right)]
  if (inLeft === undefined && inRight === undefined) {
    if (report.dryRun) return 'Dry run: nothing would be written.'
    return whatWaits(report).length > 0 || report.failed > 0
      ? 'Nothing was written.'
      : `${left} and ${right} are in step, there was nothing to do.`
  }
  const [gets, start] = report.dryRun ? ['would get', 'Dry run: '] : ['got', '']
  const nothing = 'nothing'
  return `${start}${left} ${gets} ${inLeft ?? nothing}, ${right} ${gets} ${inRight ?? nothing}.`
}

function whatWaits(report: Report): string[] {
  const { conflicts, heldDeletions, remaining, notCarriedOut } = report
  return [
    ...(conflicts > 0 ? [`${plural(conflicts, 'conflict')} ${conflicts === 1 ? 'waits' : 'wait'} for you.`] : []),
    ...(heldDeletions > 0
      ? [`${plural(heldDeletions, 'deletion')} ${heldDeletions === 1 ? 'waits' : 'wait'} for you.`]
      : []),
    ...(notCarriedOut > 0 ? [`${plural(notCarriedOut, 'operation')} reached no calendar sink.`] : []),
    ...(remaining > 0 ? [`${remaining} more will follow in the next run.`] : []),
  ]
}

/** `2 new events, 1 change and 1 deletion`; undefined for nothing. */
function countsShown({ create, update, delete: gone }: Counts): string | undefined {
  const parts = [
    ...(create > 0 ? [plural(create, 'new event')] : []),
    ...(update > 0 ? [plural(update, 'change')] : []),
    ...(gone > 0 ? [plural(gone, 'deletion')] : []),
  ]
  const last = parts.pop()
  return parts.length > 0 ? `${parts.join(', ')} and ${last}` : last
}

const names = ({ pair }: Report): { left: string; right: string } => ({
  left: brief(pair.left),
  right: brief(pair.right),
})
