import type { ErrorCode } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { Beginnings } from './begin'
import type { Begun } from './ends'
import { Ends, seenBy } from './ends'
import { isLive } from './entry'
import { Line, fateOf, isItsOwnTrouble, isLost } from './lost'
import { hasOtherEdits } from './merge'
import type { Answer, Field, Live, Seen } from './model'
import { asItIs, unveiled } from './shown'
import type { Keeper, Means, Task } from './task'

/** How often one write is tried in one run, where its answers are lost. */
const MOST_TRIES = 4

/** Writes one batch after another to one calendar; what ends the whole of it is remembered from one to the next. */
export class BatchWriter {
  private readonly line = new Line()
  /** Of these nobody knows what became of them. */
  private readonly lost = new Map<Begun, ProviderError>()
  /** Refused without a reason, which may yet turn out to have been a throttle. */
  private readonly doubted = new Map<Begun, ProviderError>()
  private readonly ends: Ends
  private readonly beginnings: Beginnings

  constructor(
    private readonly keeper: Keeper,
    private readonly means: Means,
  ) {
    this.ends = new Ends(keeper, means)
    this.beginnings = new Beginnings(keeper, means, this.ends)
  }

  /** Writes tasks that are about an event each. */
  async write(tasks: readonly Task[]): Promise<void> {
    const known = await this.beginnings.of(tasks)
    await this.means.keep(known.flatMap(({ target }) => (target ? asItIs(target) : [])))
    const begun = this.beginnings.noted(known)
    await this.ends.saveEntries()
    const again: { begun: Begun; answer: Extract<Answer, { readAgain: string }> }[] = []
    const writeAll = (some: readonly Begun[], found: ReadonlyMap<Begun, Seen>): Promise<void> =>
      inParallel(some, this.means.concurrency, (each) =>
        this.writeOne(each, found.get(each), (answer) => again.push({ begun: each, answer })),
      )
    await writeAll(begun, new Map())
    for (let tries = 1; tries < MOST_TRIES && this.lost.size > 0 && !this.ends.fatal; tries += 1) {
      const lost = [...this.lost.keys()]
      this.lost.clear()
      const found = await this.lookAt(lost)
      if (found) await writeAll(lost, found)
    }
    this.giveUp()
    await this.readAgain(again)
    await this.refresh()
    await this.keeper.save()
    await this.ends.saveEntries()
  }

  /** Looks at what is there of writes whose answers were lost. Undefined if that can't be seen either: they have failed. */
  private async lookAt(lost: readonly Begun[]): Promise<Map<Begun, Seen> | undefined> {
    const { calendar, replica } = this.keeper
    const ids = new Set(lost.flatMap((each) => (isCreation(each) ? [] : (each.target?.id ?? []))))
    try {
      const seen = ids.size > 0 ? await calendar.readSome([...ids], replica.entries, this.means.signal) : []
      const byId = new Map(seen.map((each) => [each.id, each]))
      const found = (each: Begun): Seen | undefined => byId.get(isCreation(each) ? '' : (each.target?.id ?? ''))
      return new Map(lost.flatMap((each) => (found(each) ? [[each, found(each) as Seen] as const] : [])))
    } catch (error) {
      for (const each of lost) this.ends.failed(each, error)
      return undefined
    }
  }

  /** What is still not known, or not believed, at the end of a batch has failed. */
  private giveUp(): void {
    for (const [begun, error] of this.lost) this.ends.failed(begun, error, !this.ends.fatal || isItsOwnTrouble(error))
    this.lost.clear()
    for (const [begun, error] of this.doubted) {
      // one refusal among many that mean "slow down" is none of its own
      this.ends.failed(begun, this.ends.fatal?.code === 'rate-limit' ? this.fatalError(this.ends.fatal) : error)
    }
    this.doubted.clear()
  }

  private fatalError({ code, message }: NonNullable<Ends['fatal']>): ProviderError {
    return new ProviderError(code as ErrorCode, message)
  }

  /**
   * Makes the requests of one task; an answer that says too little is left to be read again, and one that is lost to be
   * asked about.
   *
   * @param found what is there now of a write whose answer was lost
   */
  private async writeOne(
    begun: Begun,
    found: Seen | undefined,
    readAgain: (answer: Extract<Answer, { readAgain: string }>) => void,
  ): Promise<void> {
    let waits = false
    if (this.ends.fatal) {
      this.ends.failed(begun, this.fatalError(this.ends.fatal))
      return
    }
    try {
      for await (const answer of found ? this.further(begun, found) : this.requests(begun)) {
        this.line.answered()
        if ('holds' in answer) this.ends.answered(begun, answer.holds, answer.wrote)
        else {
          waits = true
          readAgain(answer)
        }
      }
      if (!waits) this.ends.completed(begun)
    } catch (error) {
      if (isLost(error)) this.lose(begun, error)
      else {
        this.line.answered()
        if (error instanceof ProviderError && error.code === 'refused' && error.status === 403)
          this.doubted.set(begun, error)
        else this.ends.failed(begun, error)
      }
    }
  }

  private lose(begun: Begun, error: ProviderError): void {
    this.lost.set(begun, error)
    this.line.lost(begun.task.uid)
    if (this.line.isDown) this.ends.fatal = { code: 'unreachable', message: error.message }
  }

  /** What is left to do of a write whose answer was lost. */
  private async *further({ task, target }: Begun, holds: Seen): AsyncGenerator<Answer> {
    const { calendar } = this.keeper
    const { signal } = this.means
    const found = seenBy(task, holds)
    if (found.is === 'unread')
      throw new ProviderError('unreachable', `The server does not give it out: ${found.reason}`)
    const fate = target && fateOf(task, target, found, (field, value) => calendar.holds.fit(field, value))
    if (!fate || fate.is === 'stale') throw new ProviderError('stale', 'the event has changed meanwhile')
    if (fate.is === 'done' || fate.wrote.length > 0) yield { holds, wrote: fate.wrote }
    if (fate.is === 'done' || !isLive(found)) return
    if (task.action === 'delete') yield* calendar.delete(asItIs(found), signal)
    else yield* this.update(found, task, fate.left)
  }

  private requests({ task, target }: Begun): AsyncIterable<Answer> {
    const { calendar } = this.keeper
    const { signal } = this.means
    if (isCreation({ task, target })) {
      return calendar.create(task.uid, task.fields, signal, () => this.keeper.replica.hasUnnamed())
    }
    if (!target) throw new ProviderError('stale', 'the event is gone')
    return task.action === 'delete' ? calendar.delete(asItIs(target), signal) : this.update(target, task, task.written)
  }

  /** What does not show of an event stays as it is. */
  private update(target: Live, task: Task, written: readonly Field[]): AsyncIterable<Answer> {
    const seen = asItIs(this.unlessEdited(target, task))
    return this.keeper.calendar.update(seen, unveiled(task.fields, target), written, this.means.signal)
  }

  /**
   * The mark says what was agreed on: it is not renewed over what is not, or was only agreed as it stands, nor by what is
   * to count as the user's own edit.
   */
  private unlessEdited(target: Live, { planned, written }: Task): Live {
    const entry = planned?.pair.agreement.get(planned.op.uid)
    if (planned && !planned.op.decides && entry?.is === 'pair') {
      const isSettled = Object.keys(entry.settled ?? {}).some((what) => !written.includes(what as Field))
      if (!isSettled && !hasOtherEdits(entry[planned.op.to], target.fields, written)) return target
    }
    const { mark: _mark, ...unmarked } = target
    return unmarked
  }

  private async readAgain(
    again: readonly { begun: Begun; answer: Extract<Answer, { readAgain: string }> }[],
  ): Promise<void> {
    if (again.length === 0) return
    try {
      const ids = [...new Set(again.map(({ answer }) => answer.readAgain))]
      const { calendar, replica } = this.keeper
      const seen = new Map(
        (await calendar.readSome(ids, replica.entries, this.means.signal)).map((each) => [each.id, each]),
      )
      for (const { begun, answer } of again) {
        const holds = seen.get(answer.readAgain)
        if (holds) this.ends.answered(begun, holds, answer.wrote, isLive(holds) ? answer.ours(holds) : undefined)
      }
      for (const begun of new Set(again.map((each) => each.begun))) this.ends.completed(begun)
    } catch (error) {
      // The write happened; its note tells the next run what became of it.
      for (const begun of new Set(again.map((each) => each.begun))) this.ends.failed(begun, error)
    }
  }

  /**
   * Reads again what turned out to be newer than was seen, so that the next plan starts from it. One that is not there
   * is `missing`: a delta may yet say that it was deleted.
   */
  private async refresh(): Promise<void> {
    if (this.ends.outdated.size === 0 || this.ends.fatal) return
    const { calendar, replica } = this.keeper
    try {
      for (const seen of await calendar.readSome([...this.ends.outdated], replica.entries, this.means.signal)) {
        const stored = replica.record(seen.is === 'gone' ? { ...seen, how: 'missing' } : seen, this.means.now())
        if (stored) this.keeper.hold(stored)
      }
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error // the next read brings it
    }
    this.ends.outdated.clear()
  }
}

/** A create of the flow's own changes what is there. */
const isCreation = ({ task, target }: Pick<Begun, 'task' | 'target'>): boolean =>
  task.action === 'create' && !(target && !task.planned)

/** Runs a job for each item, so many at a time. The jobs don't reject. */
async function inParallel<T>(items: readonly T[], width: number, job: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await job(item)
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
}
