import { DateTime } from 'luxon'
import type { Sleep } from '../transport/sleep'
import type { Report } from './report'

const HOUR = 3600 * 1000
const OFTEN = 60_000

/** Whether runs succeed; tells once when none has for too long, and once when one does again. */
export class Health {
  private lastSuccess: number
  private isStale = false

  /** @param staleAfter hours; 0: never */
  constructor(
    private readonly staleAfter: number,
    private readonly now: () => number,
    private readonly tell: (topic: 'stale' | 'recovered', payload: object) => void,
  ) {
    this.lastSuccess = now()
  }

  ran(report: Report): void {
    if (report.errors.length > 0 || report.dryRun) return
    this.lastSuccess = this.now()
    if (this.isStale) this.tell('recovered', { at: new Date(this.lastSuccess).toISOString() })
    this.isStale = false
  }

  /** Looks once a minute until the node is closed. */
  async watch(sleep: Sleep, signal: AbortSignal): Promise<void> {
    while (this.staleAfter > 0) {
      await sleep(OFTEN, signal)
      this.lastSuccess = Math.min(this.lastSuccess, this.now()) // the clock may have been set back
      if (this.isStale || this.now() - this.lastSuccess < this.staleAfter * HOUR) continue
      this.isStale = true
      const lastSuccess = new Date(this.lastSuccess).toISOString()
      this.tell('stale', { lastSuccess, text: `No sync has succeeded for ${this.staleAfter} hours.` })
    }
  }

  /** How the pair stands, for under the node. */
  words(report: Report): ['red' | 'yellow' | 'green' | 'grey', string] {
    const { errors, conflicts, heldDeletions, dryRun } = report
    const [error] = errors
    if (error) return ['red', error.code === 'calsync.reauthorise' ? 're-authorise' : plural(errors.length, 'error')]
    if (dryRun) return ['grey', 'dry run']
    if (heldDeletions > 0) return ['yellow', `${plural(heldDeletions, 'deletion')} held`]
    if (conflicts > 0) return ['yellow', plural(conflicts, 'conflict')]
    return ['green', `in sync ${DateTime.fromMillis(this.now()).toFormat('HH:mm')}`]
  }
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
