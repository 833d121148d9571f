/** What the plugin's report says, as far as the demo looks at it. */
export type Report = {
  readonly startedAt: string | number
  readonly finishedAt: string | number
  readonly dryRun: boolean
  readonly reads: Both<{
    readonly kind: string
    readonly changed: number
    readonly deleted: number
    readonly total: number
  } | null>
  readonly paired: number
  readonly planned: Both<Counts>
  readonly applied: Both<Counts>
  readonly failed: number
  readonly stale: number
  readonly notCarriedOut: number
  readonly notWritable: number
  readonly remaining: number
  readonly conflicts: number
  readonly heldDeletions: number
  readonly setAside: readonly { readonly summary?: string; readonly reason: string }[]
  readonly errors: readonly { readonly message: string; readonly code?: string }[]
}
type Both<T> = { readonly left: T; readonly right: T }
type Counts = { readonly create: number; readonly update: number; readonly delete: number }

/**
 * A report in lines for a terminal.
 *
 * @param names how the calendars are called, left and right
 * @param held how many events each holds now
 */
export function reportLines(report: Report, names: Both<string>, held: Both<number>): string[] {
  const sides = ['left', 'right'] as const
  const width = Math.max(...sides.map((side) => names[side].length))
  const rows = sides.map((side) => {
    const { create, update, delete: deleted } = (report.dryRun ? report.planned : report.applied)[side]
    const alone = held[side] - report.paired
    return `  ${names[side].padEnd(width)}  created ${create}, updated ${update}, deleted ${deleted}; holds ${held[side]}, of which ${report.paired} paired, ${alone} left alone`
  })
  const more = [
    [report.conflicts, 'differ on both sides and wait for a decision'],
    [report.heldDeletions, 'deletions are held back'],
    [report.failed, 'failed'],
    [report.stale, 'changed meanwhile, planned again'],
    [report.notCarriedOut, 'were not carried out, planned again'],
    [report.remaining, 'remain for the next run'],
    [report.notWritable, 'may not be written'],
  ] as const
  return [
    ...rows,
    ...more.filter(([count]) => count > 0).map(([count, words]) => `  ${count} ${words}`),
    ...report.setAside.map(({ summary, reason }) => `  set aside: ${summary ?? 'an event'}: ${reason}`),
    ...report.errors.map(({ message }) => `  error: ${message}`),
  ]
}

/** Whether a run found nothing to do and nothing to tell. */
export function isIdle({ applied, failed, errors, stale, notCarriedOut }: Report): boolean {
  const written = [applied.left, applied.right].flatMap((counts) => [counts.create, counts.update, counts.delete])
  return [...written, failed, stale, notCarriedOut, errors.length].every((count) => count === 0)
}
