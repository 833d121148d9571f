import type { Side } from '../sync/model'
import type { Sleep } from '../transport/sleep'
import type { ReadRecord } from './source'

/** How long the first of two reads waits for the second. */
export const HALF_JOIN = 10 * 60_000

export type Joined<M> = { readonly msg: M; readonly reads: ReadonlyMap<Side, ReadRecord> }

/** Brings together the reads of both calendars for one triggering message, whether they come in parallel or in series. */
export class Joins<M extends object> {
  private readonly halves = new Map<string, Joined<M>>()
  private readonly late: Joined<M>[] = []
  private wake: () => void = () => undefined

  constructor(
    private readonly sleep: Sleep,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Adds reads to what came for the same triggering message before. The first message to arrive gives the properties,
   * later ones add theirs.
   *
   * @returns both reads, or `waiting` for the other one
   */
  add(id: string, msg: M, reads: ReadonlyMap<Side, ReadRecord>): Joined<M> | 'waiting' {
    const before = this.halves.get(id)
    const joined = before
      ? { msg: { ...msg, ...before.msg }, reads: new Map([...before.reads, ...reads]) }
      : { msg, reads }
    if (joined.reads.size === 2) {
      this.halves.delete(id)
      return joined
    }
    this.halves.set(id, joined)
    if (!before) this.expire(id)
    return 'waiting'
  }

  /** The halves that have waited too long, as they become so; ends when the signal is aborted. */
  async *overdue(): AsyncIterable<Joined<M>> {
    while (!this.signal.aborted) {
      for (let half = this.late.shift(); half; half = this.late.shift()) yield half
      await new Promise<void>((resolve) => {
        this.wake = resolve
        this.signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }

  private expire(id: string): void {
    this.sleep(HALF_JOIN, this.signal).then(
      () => {
        const half = this.halves.get(id)
        if (!half) return
        this.halves.delete(id)
        this.late.push(half)
        this.wake()
      },
      () => undefined, // the node was closed
    )
  }
}
