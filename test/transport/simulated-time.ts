import type { Sleep } from '../../src/transport/sleep'

type Sleeper = { readonly at: number; readonly wake: () => void }

/** A clock that stands still but when told to go on, and the timer that goes with it. */
export class SimulatedTime {
  private readonly sleepers = new Set<Sleeper>()

  constructor(private time = Date.UTC(2026, 0, 1)) {}

  readonly now = (): number => this.time

  readonly sleep: Sleep = (ms, signal) =>
    new Promise((resolve, reject) => {
      const sleeper = { at: this.time + ms, wake: () => end(resolve) }
      const stop = () => end(() => reject(signal?.reason as Error))
      const end = (settle: () => void) => {
        this.sleepers.delete(sleeper)
        signal?.removeEventListener('abort', stop)
        settle()
      }
      this.sleepers.add(sleeper)
      if (signal?.aborted === true) stop()
      else signal?.addEventListener('abort', stop, { once: true })
    })

  /** How many sleep: after all is done, none should. */
  get sleeping(): number {
    return this.sleepers.size
  }

  /** Sets the clock, without waking anyone: somebody corrected it. */
  set(time: number): void {
    this.time = time
  }

  /** Lets time pass and wakes who is due, in order; each may go on before the next one wakes. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms
    await quiet()
    for (let next = this.next(); next !== undefined && next.at <= end; next = this.next()) await this.wake(next)
    this.time = end
  }

  /** Lets time pass until a promise is settled; an error if nobody sleeps any more and it never will be. */
  readonly until = async <T>(promise: Promise<T>): Promise<T> => {
    const state = { settled: false }
    const settle = () => void (state.settled = true)
    promise.then(settle, settle)
    for (;;) {
      await quiet()
      if (state.settled) return promise
      const next = this.next()
      if (next === undefined) throw new Error('nothing moves any more, and it is not done')
      await this.wake(next)
    }
  }

  private next(): Sleeper | undefined {
    return [...this.sleepers].sort((a, b) => a.at - b.at)[0]
  }

  private async wake(sleeper: Sleeper): Promise<void> {
    this.time = Math.max(this.time, sleeper.at)
    sleeper.wake()
    await quiet()
  }
}

/** Resolves when all that can go on without time passing has done so. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
