import type { Lost } from './pair-past'
import type { Counter } from '../transport/transport'
import type { Operation, Side } from '../sync/model'
import type { Sleep } from '../transport/sleep'

/** How long an operation may be on its way to a sink. */
export const ON_ITS_WAY = 5000

/** What a sink reports of an operation. */
export type Status = 'ok' | 'stale' | 'skipped' | 'dropped' | 'failed'
type Fate = {
  readonly op: Operation
  state: 'sent' | 'received' | 'not carried out' | Status
  code?: string
  message?: string
  /** It was refused and rests: nothing is wrong with the run. */
  rests?: true
}

/** One run's operations on their way through the flow, until each has a result or was received by no sink. */
export class Run {
  private readonly fates = new Map<string, Fate>()
  private finished: Promise<void> = Promise.resolve()
  private finish: () => void = () => undefined
  private over = true
  private readonly counters: { readonly side: Side; readonly counter: Readonly<Counter> }[] = []
  /** Versions that were overwritten or deleted by it. */
  readonly lost: Lost[] = []

  /** @param pair what the log calls the two calendars */
  constructor(
    readonly id: string,
    readonly pair: string,
  ) {}

  /** These are about to be sent; those before have ended. */
  begin(ops: readonly Operation[]): void {
    for (const op of ops) this.fates.set(op.id, { op, state: 'sent' })
    this.over = false
    this.finished = new Promise((resolve) => (this.finish = resolve))
    this.check()
  }

  get results(): readonly Readonly<Fate>[] {
    return [...this.fates.values()]
  }

  stateOf({ id }: Operation): Fate['state'] | undefined {
    return this.fates.get(id)?.state
  }

  /** A sink has them: they are waited for. */
  received(ids: readonly string[]): void {
    for (const id of ids) {
      const fate = this.fates.get(id)
      if (fate?.state === 'sent') fate.state = 'received'
    }
  }

  result(id: string, status: Status, error?: Pick<Fate, 'code' | 'message' | 'rests'>): void {
    const fate = this.fates.get(id)
    if (!fate) return
    if (this.over) return
    if (fate.state === 'sent' || fate.state === 'received') Object.assign(fate, { state: status, ...error })
    this.check()
  }

  /** These reach no sink, or one that writes nothing. */
  notCarriedOut(ids: readonly string[]): void {
    for (const id of ids) {
      const fate = this.fates.get(id)
      if (fate && !this.over && (fate.state === 'sent' || fate.state === 'received')) fate.state = 'not carried out'
    }
    this.check()
  }

  /** Requests for it are counted here from now on. */
  count(side: Side, counter: Readonly<Counter>): void {
    this.counters.push({ side, counter })
  }

  requests(on: Side): number {
    return this.counters.reduce((sum, { side, counter }) => sum + (side === on ? counter.requests : 0), 0)
  }

  get retries(): number {
    return this.counters.reduce((sum, { counter }) => sum + counter.retries, 0)
  }

  /** Waits until every operation has ended; what no sink has received in time counts as not carried out. */
  async ended(sleep: Sleep, signal: AbortSignal): Promise<void> {
    const aborted = new Promise<never>((_, reject) => {
      const stop = (): void => reject(signal.reason as Error)
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    })
    const stopWaiting = new AbortController()
    const overdue = sleep(ON_ITS_WAY, AbortSignal.any([signal, stopWaiting.signal])).then(() =>
      this.notCarriedOut(this.results.filter(({ state }) => state === 'sent').map(({ op }) => op.id)),
    )
    overdue.catch(() => undefined) // it was not needed, or the whole run was stopped
    try {
      await Promise.race([this.finished, aborted])
    } finally {
      this.over = true
      stopWaiting.abort()
    }
  }

  private check(): void {
    if (this.results.every(({ state }) => state !== 'sent' && state !== 'received')) this.finish()
  }
}
