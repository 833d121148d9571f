import type { Calendar, ErrorCode } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { fieldNames, isException } from '../event/event'
import type { Agreement } from './agreement'
import type { Now } from './entry'
import { isLive } from './entry'
import type { Answer, Entry, Field, Fields, Live, Millis, Operation, Outcome, ResourceId, Seen, Uid } from './model'
import { isCurrent } from './operation'
import { apply, completed, keptBoth, note, sentFrom } from './outcome'
import type { Replica, Stored } from './replica'

/** One calendar: its server, what was seen of it, and where that is kept. */
export type Keeper = {
  readonly calendar: Calendar
  readonly replica: Replica
  /** Runs a job while nobody else reads or writes this calendar. */
  exclusive<T>(job: () => Promise<T>): Promise<T>
  /** Takes an observation that is to be made durable with the next save. */
  hold(stored: Stored): void
  /** Makes durable all that was held, in one disk sync. */
  save(): Promise<void>
}

/** What two calendars agreed on, and where that is kept. `find` gives what both hold of an event. */
export type PairKeeper = {
  readonly agreement: Agreement
  find(uid: Uid): Now
  /** Makes entries durable as the agreement has them, or that it has none. One disk sync, however many. */
  save(uids: Iterable<Uid>): Promise<void>
}

/** One operation to carry out, as a flow handed it over. */
export type Task = {
  readonly action: Operation['action'] | 'skip'
  readonly uid: Uid
  /** What is written, and the names that are; a name that `fields` lacks is cleared. */
  readonly fields: Fields
  readonly written: readonly Field[]
  /** The plan that it comes from; without one it is the flow's own. */
  readonly planned?: { readonly op: Operation; readonly pair: PairKeeper }
}

export type Result =
  | { readonly status: 'ok' | 'stale' | 'skipped' | 'dropped' }
  | { readonly status: 'failed'; readonly code: ErrorCode | 'no-such-event' | 'unknown'; readonly message: string }

export type Means = {
  readonly now: () => Millis
  readonly signal: AbortSignal
  /** Keeps versions that are about to be overwritten or deleted, durably. */
  readonly keep: (lost: readonly Live[]) => Promise<void>
  readonly done: (task: Task, result: Result) => void
  /** Requests at a time. */
  readonly concurrency: number
  /** Lets others have the event loop, after each batch. */
  readonly pause?: () => Promise<void>
}

const BATCH = 50
/** What ends a whole calendar's run, not just one event's. */
const FATAL: readonly string[] = [
  'reauthorise',
  'calendar-not-found',
  'read-only',
  'aborted',
  'unreachable',
  'rate-limit',
]

/**
 * Carries operations out on one calendar, in batches. Before a batch is written, what each event is about to hold is
 * noted durably; after it, what the server then holds and what both sides agree on. Operations on one event go one
 * after another. Each task ends with exactly one call of `done`.
 */
export async function carryOut(tasks: readonly Task[], keeper: Keeper, means: Means): Promise<void> {
  const run = new Run(keeper, means)
  for (const batch of batches(tasks)) {
    await keeper.exclusive(() => run.batch(batch))
    await means.pause?.()
  }
}

/** The tasks in their order; of those on one event each waits for the batch of the one before. */
function* batches(tasks: readonly Task[]): Generator<Task[]> {
  const queues = new Map<Uid, Task[]>()
  for (const task of tasks) {
    const queue = queues.get(task.uid)
    if (queue) queue.push(task)
    else queues.set(task.uid, [task])
  }
  let waiting = [...queues.values()].map((queue) => ({ queue, next: 0 }))
  while (waiting.length > 0) {
    const turn = waiting.slice(0, BATCH)
    yield turn.flatMap(({ queue, next }) => queue[next] ?? [])
    const more = turn.filter(({ queue, next }) => next + 1 < queue.length)
    waiting = [...waiting.slice(BATCH), ...more.map(({ queue, next }) => ({ queue, next: next + 1 }))]
  }
}

/** A task with what it starts from. */
type Begun = { readonly task: Task; readonly target: Live | undefined; readonly now: Now; readonly from: Fields }

class Run {
  private readonly changed = new Map<PairKeeper, Set<Uid>>()
  private readonly outdated = new Set<ResourceId>()
  /** What was written but is not given out yet: its note stays, and tells what became of it once it can be read. */
  private readonly unclear = new Set<Begun>()
  private fatal: { code: ErrorCode | 'unknown'; message: string } | undefined

  constructor(
    private readonly keeper: Keeper,
    private readonly means: Means,
  ) {}

  async batch(tasks: readonly Task[]): Promise<void> {
    const begun = await this.askForMissing(tasks.map((task) => this.begin(task)).filter((each) => each !== undefined))
    await this.means.keep(begun.flatMap(({ target }) => target ?? []))
    begun.forEach((each) => this.note(each))
    await this.saveEntries()
    const again: { begun: Begun; answer: Extract<Answer, { readAgain: string }> }[] = []
    await inParallel(begun, this.means.concurrency, async (each) => {
      await this.write(each, (answer) => again.push({ begun: each, answer }))
    })
    await this.readAgain(again)
    await this.refresh()
    await this.keeper.save()
    await this.saveEntries()
  }

  /** Checks that a task is still current; one that isn't, or is not to be written, ends here. */
  private begin(task: Task): Begun | undefined {
    const { planned } = task
    const now = planned ? planned.pair.find(task.uid) : { left: undefined, right: undefined }
    const found = planned ? now[planned.op.to] : this.ownTarget(task.uid)
    const target = isLive(found) ? found : undefined
    const begun = { task, target, now, from: planned ? sentFrom(planned.op, now) : {} }
    if (task.action === 'skip') this.end(begun, { is: 'skipped' }, { status: 'skipped' })
    else if (planned && !isCurrent(planned.op, now)) this.end(begun, { is: 'stale' }, { status: 'stale' })
    else if (task.written.length === 0 && task.action !== 'delete')
      this.end(begun, { is: 'dropped' }, { status: 'dropped' })
    else if (!target && task.action === 'update') {
      this.end(
        begun,
        { is: 'stale' },
        { status: 'failed', code: 'no-such-event', message: 'There is no event with this uid in the calendar.' },
      )
    } else if (!target && task.action === 'delete') this.end(begun, { is: 'stale' }, { status: 'ok' })
    else return begun
    return undefined
  }

  /**
   * A new resource in place of one that is only missing, or can't be read, would be a second one, if that is there after
   * all: an empty answer made it missing, or a server that had not caught up. So the server is asked for it, by its id.
   *
   * @returns what is still to be done
   */
  private async askForMissing(begun: readonly Begun[]): Promise<readonly Begun[]> {
    const missing = new Map(begun.map((each) => [each, this.missing(each)]))
    const ids = new Set([...missing.values()].flat())
    if (ids.size === 0) return begun
    const { calendar, replica } = this.keeper
    try {
      const seen = await calendar.readSome([...ids], replica.entries, this.means.signal)
      const there = new Map(seen.filter(({ is }) => is !== 'gone').map((each) => [each.id, each]))
      for (const each of there.values()) {
        const stored = replica.record(each, this.means.now())
        if (stored) this.keeper.hold(stored)
      }
      return begun.flatMap((each) => {
        const found = (missing.get(each) ?? []).flatMap((id) => there.get(id) ?? [])
        return found.length === 0 ? each : this.isThere(each, found)
      })
    } catch (error) {
      const asked = begun.filter((each) => missing.get(each)?.length !== 0)
      for (const each of asked) this.failed(each, error)
      return begun.filter((each) => !asked.includes(each))
    }
  }

  /** The resources in whose place a create would make another, if nothing says that they were deleted. */
  private missing({ task, now }: Begun): ResourceId[] {
    if (task.action !== 'create') return []
    const entry = task.planned?.pair.agreement.get(task.planned.op.uid)
    if (task.planned && entry?.is === 'pair') {
      const { to } = task.planned.op
      const seen = now[to]
      return seen?.is === 'gone' && !isDeleted(seen) ? [entry[to].id] : []
    }
    const all = [...this.keeper.replica.withUid(task.planned?.op.uid ?? task.uid)]
    return all.some(isLive) ? [] : all.filter((seen) => !isDeleted(seen)).map(({ id }) => id)
  }

  /** What is there after all: a plan starts from something else then; the flow's own operation changes it. */
  private isThere(begun: Begun, found: readonly Seen[]): Begun[] {
    const [target] = found.filter(isLive)
    if (begun.task.planned) this.end(begun, { is: 'stale' }, { status: 'stale' })
    else if (target) return [{ ...begun, target }]
    else this.failed(begun, new ProviderError('unreachable', 'The event is there but the server does not give it now.'))
    return []
  }

  private ownTarget(uid: Uid): Seen | undefined {
    return [...this.keeper.replica.withUid(uid)].filter(isLive).sort((a, b) => (a.id < b.id ? -1 : 1))[0]
  }

  private note({ task, now }: Begun): void {
    const { planned } = task
    if (!planned) return
    const before = planned.pair.agreement.get(planned.op.uid)
    const newId = this.keeper.calendar.idFor(task.uid)
    const after = note(before, planned.op, task.fields, task.written, now, newId)
    if (after && after !== before) this.put(planned.pair, after.uid, after)
  }

  /** Makes the requests of one task; an answer that says too little is left to be read again. */
  private async write(
    begun: Begun,
    readAgain: (answer: Extract<Answer, { readAgain: string }>) => void,
  ): Promise<void> {
    let waits = false
    try {
      if (this.fatal) throw new ProviderError(this.fatal.code as ErrorCode, this.fatal.message)
      for await (const answer of this.requests(begun)) {
        if ('holds' in answer) this.answered(begun, answer.holds, answer.wrote)
        else {
          waits = true
          readAgain(answer)
        }
      }
      if (!waits) this.completed(begun)
    } catch (error) {
      this.failed(begun, error)
    }
  }

  private requests({ task, target }: Begun): AsyncIterable<Answer> {
    const { calendar } = this.keeper
    const { signal } = this.means
    if (task.action === 'create' && !(target && !task.planned)) return calendar.create(task.uid, task.fields, signal)
    if (!target) throw new ProviderError('stale', 'the event is gone')
    return task.action === 'delete'
      ? calendar.delete(target, signal)
      : calendar.update(target, task.fields, task.written, signal)
  }

  private answered(begun: Begun, holds: Seen, wrote: readonly Field[]): void {
    const { task, now, from, target } = begun
    if (holds.is === 'unread') this.unclear.add(begun)
    // What we wrote is nobody's edit: the stamp of the last version by somebody else stays.
    const { changedAt: _ours, ...rest } = holds as Live
    const changedAt = target?.changedAt
    const seen =
      holds.is === 'live' ? { ...rest, uid: task.uid, ...(changedAt === undefined ? {} : { changedAt }) } : holds
    const stored = this.keeper.replica.record(seen, this.means.now())
    if (stored) this.keeper.hold(stored)
    const names = task.action === 'create' && holds.is === 'live' ? withBaseFields(wrote, holds.fields) : wrote
    if (task.planned) this.outcome(task.planned, { is: 'ok', holds, wrote: names }, from, now)
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
        if (holds) this.answered(begun, holds, answer.wrote)
      }
      for (const begun of new Set(again.map((each) => each.begun))) this.completed(begun)
    } catch (error) {
      // The write happened; its note tells the next run what became of it.
      for (const begun of new Set(again.map((each) => each.begun))) this.failed(begun, error)
    }
  }

  /**
   * Reads again what turned out to be newer than was seen, so that the next plan starts from it. One that is not there
   * is `missing`: a delta may yet say that it was deleted.
   */
  private async refresh(): Promise<void> {
    if (this.outdated.size === 0 || this.fatal) return
    const { calendar, replica } = this.keeper
    try {
      for (const seen of await calendar.readSome([...this.outdated], replica.entries, this.means.signal)) {
        const stored = replica.record(seen.is === 'gone' ? { ...seen, how: 'missing' } : seen, this.means.now())
        if (stored) this.keeper.hold(stored)
      }
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error // the next read brings it
    }
    this.outdated.clear()
  }

  private completed(begun: Begun): void {
    const { planned, written } = begun.task
    if (planned) {
      const { op, pair } = planned
      const entry = pair.agreement.get(op.uid)
      const partly = op.action === 'update' && op.changed.some((field) => !written.includes(field))
      if (entry && this.unclear.has(begun)) this.put(pair, op.uid, { ...entry, due: 0 })
      else if (entry) {
        const done = completed(entry, op, this.means.now())
        this.put(pair, op.uid, partly ? { ...done, due: 0 } : done)
      }
      const waiting = op.keeps === undefined ? undefined : pair.agreement.get(op.keeps)
      if (waiting) this.put(pair, waiting.uid, keptBoth(waiting))
    }
    this.means.done(begun.task, { status: 'ok' })
  }

  private failed(begun: Begun, error: unknown): void {
    const code = error instanceof ProviderError ? error.code : 'unknown'
    const message = error instanceof Error ? error.message : String(error)
    if (FATAL.includes(code)) this.fatal = { code, message }
    if (code === 'stale') {
      if (begun.target) this.outdated.add(begun.target.id)
      this.end(begun, { is: 'stale' }, { status: 'stale' })
    } else if (code === 'aborted') this.end(begun, { is: 'dropped' }, { status: 'dropped' })
    else this.end(begun, { is: 'failed', code }, { status: 'failed', code, message })
  }

  private end({ task, now, from }: Begun, outcome: Outcome, result: Result): void {
    if (task.planned) this.outcome(task.planned, outcome, from, now)
    this.means.done(task, result)
  }

  private outcome({ op, pair }: NonNullable<Task['planned']>, outcome: Outcome, from: Fields, now: Now): void {
    this.put(pair, op.uid, apply(pair.agreement.get(op.uid), op, outcome, from, now))
  }

  private put(pair: PairKeeper, uid: Uid, entry: Entry | undefined): void {
    if (entry) pair.agreement.set(entry)
    else pair.agreement.delete(uid)
    this.changed.set(pair, (this.changed.get(pair) ?? new Set()).add(uid))
  }

  private async saveEntries(): Promise<void> {
    const changed = [...this.changed]
    this.changed.clear()
    for (const [pair, uids] of changed) await pair.save(uids)
  }
}

const isDeleted = (seen: Seen): boolean => seen.is === 'gone' && seen.how === 'deleted'

/** A new resource holds what we gave it in every field of the series, also in those of which nothing was said. */
const withBaseFields = (wrote: readonly Field[], holds: Fields): Field[] => [
  ...new Set([...wrote, ...fieldNames(holds).filter((name) => !isException(name))]),
]

/** Runs a job for each item, so many at a time. The jobs don't reject. */
async function inParallel<T>(items: readonly T[], width: number, job: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await job(item)
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
}
