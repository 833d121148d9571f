import type { Side } from '../sync/model'
import type { CalendarAccess, Engine } from './engine'
import type { CalSyncError } from './errors'
import { asCalSyncError } from './errors'
import { rememberFailure } from './execute'
import type { PairState } from './pair-state'
import type { Report } from './report'
import { addReads, addStanding, emptyReport, finish } from './report'
import type { Overrides } from './rules'
import type { ReadRecord } from './source'
import { standingOf } from './standing'

/** So many reports are held until the pair is known. */
const MOST = 20

/** The runs of a reconcile node that could not begin: a read failed, or never came. The pair's history names them. */
export class FruitlessRuns {
  private readonly unrecorded: Report[] = []

  constructor(
    private readonly engine: Engine,
    private readonly calendars: { readonly left: CalendarAccess; readonly right: CalendarAccess },
  ) {}

  /** @param missing the calendar whose read never came */
  async report(
    reads: ReadonlyMap<Side, ReadRecord>,
    missing: Side | undefined,
    overrides: Overrides,
    error?: CalSyncError,
  ): Promise<Report> {
    const { engine } = this
    const names = this.names()
    const report = emptyReport(engine.newId(), names, engine.around.now(), overrides.dryRun)
    addReads(report, reads)
    if (missing !== undefined) {
      const message = `No read of ${names[missing]} came within 10 minutes of the other calendar's: nothing was compared.`
      report.errors.push({ message, code: 'calsync.half-join', calendar: names[missing] })
    }
    if (error) report.errors.push({ message: error.message, code: error.code })
    const pair = await this.knownPair()
    if (pair) addStanding(report, pair, engine.around.now())
    finish(report, engine.around.now())
    if (!overrides.dryRun) await this.remember(report, pair)
    return report
  }

  /** What can be said of the pair's standing while a calendar can't be reached, and why not. Runs: newest first. */
  status({ message, code }: CalSyncError, staleSince: number | undefined): object {
    const errors = [{ message, code }]
    const facts = {
      pair: this.names(),
      paired: 0,
      conflicts: 0,
      heldDeletions: 0,
      wasCompared: false,
      lastSuccess: null,
      lastRun: { errors, finishedAt: new Date(this.engine.around.now()).toISOString() },
      ...(staleSince === undefined ? {} : { staleSince }),
    }
    return { ...standingOf(facts), pair: this.names(), errors, runs: [...this.unrecorded].reverse() }
  }

  /** The pair is known now: its history takes up what failed before. */
  async recordIn(pair: PairState): Promise<void> {
    for (const report of this.unrecorded.splice(0)) await rememberFailure(report, pair)
  }

  private async remember(report: Report, pair: PairState | undefined): Promise<void> {
    if (!pair) {
      this.unrecorded.push(report)
      this.unrecorded.splice(0, this.unrecorded.length - MOST)
      return
    }
    try {
      await rememberFailure(report, pair)
    } catch (thrown) {
      this.engine.around.warn(`The history can't name a run that failed: ${asCalSyncError(thrown).message}`)
    }
  }

  /** The pair, if both calendars were ever reached by this node and its state can be read; no server is asked. */
  private async knownPair(): Promise<PairState | undefined> {
    const { left, right } = { left: this.calendars.left.known, right: this.calendars.right.known }
    if (!left || !right || left === right) return undefined
    try {
      return await this.engine.pair([left.identity, right.identity])
    } catch {
      return undefined // whoever needs it is told why; here it is only good for more figures
    }
  }

  private names(): { left: string; right: string } {
    return { left: this.calendars.left.name, right: this.calendars.right.name }
  }
}
