import type { Report } from './report'
import { brief } from './sentence'

type Instruments = {
  readonly page: () => Promise<{ contentType: string; text: string }>
  readonly ran: (report: Report, pair: string) => void
}

/** So many pairs have figures of their own: a server may call its calendar otherwise at each run. */
const MOST_NAMES = 200
const FURTHER = 'further pairs'

/** Figures of all runs of this process, for an OpenMetrics page. The library is loaded with the first run. */
export class Metrics {
  private readonly names = new Set<string>()
  private loading: Promise<Instruments> | undefined

  /**
   * A pair by the names of its calendars, left first, as the reconcile node has them; a second node that has them the
   * other way round does not make it another pair.
   */
  nameOf({ left, right }: Report['pair']): string {
    const turned = `${brief(right)} ↔ ${brief(left)}`
    if (this.names.has(turned)) return turned
    const name = `${brief(left)} ↔ ${brief(right)}`
    if (this.names.size >= MOST_NAMES && !this.names.has(name)) return FURTHER
    this.names.add(name)
    return name
  }

  /** Counts a run. Rejects only if the library can't be loaded. */
  async ran(report: Report): Promise<void> {
    if (report.dryRun) return
    const { ran } = await this.instruments()
    ran(report, this.nameOf(report.pair))
  }

  /** The page, and its content type. */
  async page(): Promise<{ contentType: string; text: string }> {
    const { page } = await this.instruments()
    return page()
  }

  private instruments(): Promise<Instruments> {
    this.loading ??= makeInstruments()
    return this.loading
  }
}

async function makeInstruments(): Promise<Instruments> {
  const { Counter, Gauge, Histogram, Registry } = await import('prom-client')
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const registers = [registry]
  const pair = ['pair']
  const runs = new Counter({ name: 'calsync_runs_total', help: 'Runs', labelNames: [...pair, 'result'], registers })
  const operations = new Counter({
    name: 'calsync_operations_total',
    help: 'Operations that were carried out',
    labelNames: [...pair, 'calendar', 'action'],
    registers,
  })
  const failures = new Counter({
    name: 'calsync_errors_total',
    help: 'Errors',
    labelNames: [...pair, 'code'],
    registers,
  })
  const conflicts = new Gauge({ name: 'calsync_conflicts', help: 'Open conflicts', labelNames: pair, registers })
  const held = new Gauge({ name: 'calsync_held_deletions', help: 'Deletions that wait', labelNames: pair, registers })
  const paired = new Gauge({ name: 'calsync_paired_events', help: 'Events in step', labelNames: pair, registers })
  const last = new Gauge({
    name: 'calsync_last_success_timestamp_seconds',
    help: 'When the last run without errors ended',
    labelNames: pair,
    registers,
  })
  const duration = new Histogram({
    name: 'calsync_run_duration_seconds',
    help: 'How long runs took',
    labelNames: pair,
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 900],
    registers,
  })
  const ran = (report: Report, pairName: string): void => {
    const name = { pair: pairName }
    const good = report.errors.length === 0
    runs.inc({ ...name, result: good ? 'success' : 'error' })
    for (const side of ['left', 'right'] as const) {
      for (const [action, count] of Object.entries(report.applied[side])) {
        operations.inc({ ...name, calendar: pairName === FURTHER ? '' : brief(report.pair[side]), action }, count)
      }
    }
    for (const { code } of report.errors) failures.inc({ ...name, code })
    conflicts.set(name, report.conflicts)
    held.set(name, report.heldDeletions)
    paired.set(name, report.paired)
    const ended = Date.parse(report.finishedAt)
    duration.observe(name, Math.max(0, ended - Date.parse(report.startedAt)) / 1000)
    if (good) last.set(name, ended / 1000)
  }
  return { ran, page: async () => ({ contentType: registry.contentType, text: await registry.metrics() }) }
}
