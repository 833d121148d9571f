import { DateTime } from 'luxon'
import type { Sleep } from '../transport/sleep'
import type { Report } from './report'
import { momentShown, plural } from './sentence'

const HOUR = 3600 * 1000
const OFTEN = 60_000
/** A success is written down again when the one on disk is older: cards wear out. */
const KEPT_FOR = 15 * 60_000

/** What is kept on disk: since when no run has succeeded that is known there, and whether that was told. */
export type KeptHealth = { readonly since: number; readonly told?: boolean }

/** Where it is kept. `value`: null if nothing is. */
export type HealthFile = { readonly value: KeptHealth | null; write(value: KeptHealth): Promise<void> }

/**
 * Whether runs succeed; tells once when none has for too long, and once when one does again. A restart neither hides how
 * long it has been nor tells it again.
 */
export class Health {
  private lastSuccess: number | undefined
  private isStale = false
  private loading: Promise<HealthFile | undefined> | undefined

  /**
   * @param staleAfter hours; 0: never
   * @param names of the two calendars
   * @param open the file
   * @param tell sends a message on the report's output
   * @param warn hears of trouble with the file: then only what happens in this process counts
   */
  constructor(
    private readonly staleAfter: number,
    private readonly names: () => { readonly left: string; readonly right: string },
    private readonly now: () => number,
    private readonly open: () => Promise<HealthFile>,
    private readonly tell: (topic: 'stale' | 'recovered', payload: { readonly text: string }) => void,
    private readonly warn: (trouble: unknown) => void,
  ) {}

  /** When no run has succeeded for too long: since when. */
  get staleSince(): number | undefined {
    return this.isStale ? this.lastSuccess : undefined
  }

  /** Takes in how a run ended. */
  async ran(report: Report): Promise<void> {
    if (report.errors.length > 0 || report.dryRun) return
    const at = this.now()
    const file = await this.loaded()
    this.lastSuccess = at
    if (this.isStale) this.tell('recovered', { text: `${this.both()} are synced again.`, ...stamp('at', at) })
    this.isStale = false
    const kept = file?.value
    if (!kept || kept.told === true || Math.abs(at - kept.since) >= KEPT_FOR) await this.keep({ since: at })
  }

  /** Looks once a minute; rejects when the node is closed. */
  async watch(sleep: Sleep, signal: AbortSignal): Promise<void> {
    if (this.staleAfter === 0) return
    await this.loaded()
    this.lastSuccess ??= this.now()
    for (;;) {
      await sleep(OFTEN, signal)
      const now = this.now()
      const since = Math.min(this.lastSuccess, now) // the clock may have been set back
      this.lastSuccess = since
      if (this.isStale || now - since < this.staleAfter * HOUR) continue
      this.isStale = true
      const text = `No sync of ${this.both()} has succeeded since ${momentShown(since)}.`
      this.tell('stale', { text, ...stamp('lastSuccess', since) })
      await this.keep({ since, told: true })
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

  /** The file; what it says counts from the first look on. A node that is new counts from now. */
  private loaded(): Promise<HealthFile | undefined> {
    this.loading ??= this.load()
    return this.loading
  }

  private async load(): Promise<HealthFile | undefined> {
    try {
      const file = await this.open()
      if (!file.value) await file.write({ since: this.now() })
      this.lastSuccess = file.value?.since
      this.isStale = file.value?.told === true
      return file
    } catch (error) {
      this.warn(error)
      return undefined
    }
  }

  private async keep(value: KeptHealth): Promise<void> {
    try {
      await (await this.loaded())?.write(value)
    } catch (error) {
      this.warn(error)
    }
  }

  private both(): string {
    const { left, right } = this.names()
    return `${left} and ${right}`
  }
}

const stamp = (name: 'at' | 'lastSuccess', at: number): object => ({ [name]: new Date(at).toISOString() })
