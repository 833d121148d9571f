import { hashJson } from '../event/json'
import type { Data } from '../store/data'
import type { Log } from '../store/log'
import type { Store } from '../store/store'
import type { Fields, Live, Millis, Uid } from '../sync/model'
import type { Surroundings } from './surroundings'

/**
 * One line of the history: a run that did something or failed (and how many did nothing, or failed as it did, since the
 * one before), or was ended by a deploy or crash.
 */
export type Remembered =
  { readonly run: Data; readonly idle: number; readonly again?: number } | { readonly interrupted: string }

/** A version that was about to be overwritten or deleted. */
export type Lost = {
  readonly id: string
  readonly uid: Uid
  /** Identity of the calendar that held it. */
  readonly calendar: string
  readonly fields: Fields
  readonly run: string
}

/** The past of a pair: how its runs went, and which versions were overwritten or deleted. */
export class PairPast {
  private idle = 0
  private again = 0
  private failure: string | undefined
  private idleAt: Millis | undefined

  private constructor(
    private readonly around: Surroundings,
    private readonly history: Log<Remembered>,
    private readonly lost: Log<Lost>,
  ) {}

  /** @param folder of the pair */
  static async open(folder: readonly string[], store: Store, around: Surroundings): Promise<PairPast> {
    const history = await store.log<Remembered>([...folder, 'history'], { version: 1, maxEntries: 200, maxDays: 90 })
    const lost = await store.log<Lost>([...folder, 'lost'], { version: 1, maxEntries: 500, maxDays: 90 })
    return new PairPast(around, history, lost)
  }

  /**
   * Keeps versions that are about to be overwritten or deleted, and gives each an id.
   *
   * @param calendar identity of the one that holds them
   */
  async keepLost(versions: readonly Live[], calendar: string, run: string): Promise<Lost[]> {
    const lost = versions.map(({ uid, fields, ref }) => {
      const id = hashJson([calendar, uid, ref, run, this.around.now()])
      return { id, uid, calendar, fields, run }
    })
    if (lost.length > 0) await this.lost.add(lost)
    return lost
  }

  /** The versions that were kept, oldest first. */
  async lostVersions(): Promise<readonly { readonly at: Millis; readonly entry: Lost }[]> {
    return this.lost.read()
  }

  /** Notes a run that did something. */
  async remember(run: Data): Promise<void> {
    const { idle, again } = this
    this.idle = 0
    this.again = 0
    this.failure = undefined
    await this.history.add([{ run, idle, ...(again > 0 ? { again } : {}) }])
  }

  /** Counts a run that did nothing. */
  rememberIdle(): void {
    this.idle += 1
    this.failure = undefined
    this.idleAt = this.around.now()
  }

  /** Notes a run that could not begin; one that failed as the one before is only counted, so that it drives nothing out. */
  async rememberFailure(run: Data, failure: string): Promise<void> {
    if (failure === this.failure) {
      this.again += 1
      return
    }
    await this.remember(run)
    this.failure = failure
  }

  /** Runs that did nothing since the last one that did something, in this process. */
  get idleRuns(): number {
    return this.idle
  }

  /** Runs that failed as the one before did, since the last line of the history. */
  get failedAgain(): number {
    return this.again
  }

  /** When the last of all runs that did nothing ended, in this process. */
  get lastIdle(): Millis | undefined {
    return this.idleAt
  }

  /** The history, oldest first. */
  runs(): Promise<readonly { readonly at: Millis; readonly entry: Remembered }[]> {
    return this.history.read()
  }

  /** Notes a run that a deploy or crash ended. */
  async rememberInterrupted(run: string): Promise<void> {
    await this.history.add([{ interrupted: run }])
  }
}
