import type { CalendarAccess, Engine } from '../../src/runtime/engine'
import type { Message } from '../../src/runtime/node-red'
import type { OperationMessage } from '../../src/runtime/operation-message'
import { asCalSyncError } from '../../src/runtime/errors'
import { Reconciler } from '../../src/runtime/reconciler'
import type { Report } from '../../src/runtime/report'
import { readSettings } from '../../src/runtime/rules'
import { Sink } from '../../src/runtime/sink'
import type { SinkPayload } from '../../src/runtime/sink-results'
import { Source, readsOf } from '../../src/runtime/source'
import type { Side } from '../../src/sync/model'
import type { Both } from '../../src/sync/model'
import { both } from '../../src/sync/model'

/** What stands between reconcile and a sink: it hands on what it likes, when it likes. */
export type Between = (to: Side, ops: OperationMessage[], handOn: (ops: OperationMessage[]) => void) => void

/** Messages are copied as Node-RED copies them; that they survive JSON proves that a flow may keep them anywhere. */
export const copied = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/** Two sources, a reconcile node and two sinks, wired; without Node-RED. From one deploy to the next. */
export class Flow {
  readonly reports: Report[] = []
  readonly questions: { topic: string; payload: unknown }[] = []
  readonly written: SinkPayload[] = []
  readonly errors: Error[] = []
  private readonly closing = new AbortController()
  private readonly sources: Both<Source>
  private readonly sinks: Both<Sink>
  private readonly reconciler: Reconciler
  private readonly handling = new Set<Promise<void>>()

  constructor(
    engine: Engine,
    calendars: Both<CalendarAccess>,
    settings: Record<string, unknown>,
    private readonly between: Between,
  ) {
    this.sources = both((side) => new Source(calendars[side], 'changes'))
    this.sinks = both((side) => new Sink(engine, calendars[side]))
    const ask = (topic: string, payload: unknown): void => void this.questions.push({ topic, payload: copied(payload) })
    this.reconciler = new Reconciler(
      engine,
      calendars,
      readSettings(settings),
      {
        outputs: () => ({
          changes: (side, ops) => {
            this.between(side, copied(ops), (handed) => this.write(side, handed))
            return true
          },
          conflict: (conflict) => ask('conflict', conflict),
          conflicts: (conflicts) => ask('conflicts', conflicts),
          differences: (differences) => ask('differences', differences),
          held: (held) => ask('held-deletions', held),
        }),
        answer: (_msg, command, payload) => ask(command, payload),
        report: (_msg, report) => void this.reports.push(copied(report)),
        standing: () => undefined,
      },
      { staleSince: undefined },
      this.closing.signal,
    )
    this.reconciler.watchJoins(this.trouble).catch(this.trouble)
  }

  get isOpen(): boolean {
    return !this.closing.signal.aborted
  }

  /** Triggers both sources with one message and waits for all that follows from it. */
  async sync(msg: Message): Promise<void> {
    void this.handle(this.read('left', copied(msg)))
    void this.handle(this.read('right', copied(msg)))
    await this.idle()
  }

  /** Sends the reconcile node a command. Resolves when it is answered, or the run that follows from it has ended. */
  command(topic: string, payload: unknown): Promise<void> {
    return this.handle(this.reconciler.input(copied({ _msgid: topic, topic, payload })))
  }

  /** Hands operations to a sink, as a flow does that held them. */
  write(side: Side, payload: OperationMessage[]): void {
    if (payload.length === 0 || !this.isOpen) return
    void this.handle(
      this.sinks[side]
        .input(copied(payload), false, this.closing.signal, () => undefined)
        .then((result) => {
          this.written.push(copied(result.payload))
          if (result.error) throw result.error
        }),
    )
  }

  /** A deploy: what is under way is given up. */
  close(): void {
    this.closing.abort(new Error('the node was closed'))
  }

  async idle(): Promise<void> {
    while (this.handling.size > 0) await Promise.all(this.handling)
  }

  private async read(side: Side, msg: Message): Promise<void> {
    const { record, error } = await this.sources[side].read(
      msg['fullSync'] === true,
      this.closing.signal,
      () => undefined,
    )
    const reads = [...readsOf(msg).filter(({ node }) => node !== record.node), record]
    void this.handle(this.reconciler.input(copied({ ...msg, calsync: { reads } })))
    if (error) throw error
  }

  /** As a node's input handler: an error goes to `done`, and after closing nowhere. */
  private handle(work: Promise<void>): Promise<void> {
    const handled = work.then(
      () => undefined,
      (error: unknown) => {
        if (this.isOpen) this.errors.push(asCalSyncError(error)) // as the shell of a node does
      },
    )
    this.handling.add(handled)
    void handled.then(() => this.handling.delete(handled))
    return handled
  }

  private readonly trouble = (error: unknown): void => {
    if (this.isOpen) this.errors.push(error as Error)
  }
}
