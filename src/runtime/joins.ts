import type { Side } from '../sync/model'
import type { Sleep } from '../transport/sleep'
import type { ReadRecord } from './source'

/** How long the first of two reads waits for the second. */
export const HALF_JOIN = 10 * 60_000

export type Joined<M> = { readonly msg: M; readonly reads: ReadonlyMap<Side, ReadRecord> }

/** Brings together the reads of both calendars for one triggering message, whether they come in parallel or in series. */
export class Joins<M extends object> {
  private readonly halves = new Map<string, { joined: Joined<M>; readonly found: AbortController }>()
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
      ? { msg: { ...msg, ...before.joined.msg }, reads: new Map([...before.joined.reads, ...reads]) }
      : { msg, reads }
    if (joined.reads.size === 2) {
      this.halves.delete(id)
      before?.found.abort()
      return joined
    }
    if (before) before.joined = joined
    else this.wait(id, joined)
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

  private wait(id: string, joined: Joined<M>): void {
    const half = { joined, found: new AbortController() }
    this.halves.set(id, half)
    this.sleep(HALF_JOIN, AbortSignal.any([this.signal, half.found.signal])).then(
      () => {
        if (this.halves.get(id) !== half) return // the same message may have come again
        this.halves.delete(id)
        this.late.push(half.joined)
        this.wake()
      },
      () => undefined, // the other half came, or the node was closed
    )
  }
}
