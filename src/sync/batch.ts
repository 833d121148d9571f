import type { ErrorCode } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { fieldNames, isException } from '../event/event'
import { sameFields } from '../event/normal'
import type { Now } from './entry'
import { isLive, without } from './entry'
import type { Answer, Entry, Field, Fields, Live, Outcome, ResourceId, Seen, Uid } from './model'
import { Line, fateOf, isItsOwnTrouble, isLost } from './lost'
import { hasOtherEdits } from './merge'
import { isCurrent } from './operation'
import { apply, completed, keptBoth, note, sentFrom } from './outcome'
import { noteDeletion, withoutDeletion } from './own-deletion'
import { refusalTo, withFailure } from './refusal'
import { asItIs, shown, unveiled, viewOf } from './shown'
import type { Keeper, Means, PairKeeper, Result, Task } from './task'

/** What ends a whole calendar's run, not just one event's. */
const FATAL: readonly string[] = [
  'reauthorise',
  'calendar-not-found',
  'read-only',
  'aborted',
  'unreachable',
  'rate-limit',
]

/** How often one write is tried in one run, where its answers are lost. */
const MOST_TRIES = 4

/** A task with what it starts from. */
type Begun = { readonly task: Task; readonly target: Live | undefined; readonly now: Now; readonly from: Fields }

/** Writes one batch after another to one calendar; what ends the whole of it is remembered from one to the next. */
export class BatchWriter {
  private readonly changed = new Set<PairKeeper>()
  private readonly outdated = new Set<ResourceId>()
  /** What was written but is not given out yet: its note stays, and tells what became of it once it can be read. */
  private readonly unclear = new Set<Begun>()
  private fatal: { code: ErrorCode | 'unknown'; message: string } | undefined
  private readonly line = new Line()
  /** Of these nobody knows what became of them. */
  private readonly lost = new Map<Begun, ProviderError>()
  /** Refused without a reason, which may yet turn out to have been a throttle. */
  private readonly doubted = new Map<Begun, ProviderError>()

  constructor(
    private readonly keeper: Keeper,
    private readonly means: Means,
  ) {}

  /** Writes tasks that are about an event each. */
  async write(tasks: readonly Task[]): Promise<void> {
    const known = await this.withNews(tasks)
    const begun = await this.askForMissing(known.map((task) => this.begin(task)).filter((each) => each !== undefined))
    await this.means.keep(begun.flatMap(({ target }) => (target ? asItIs(target) : [])))
    begun.forEach((each) => this.note(each))
    await this.saveEntries()
    const again: { begun: Begun; answer: Extract<Answer, { readAgain: string }> }[] = []
    const writeAll = (some: readonly Begun[], found: ReadonlyMap<Begun, Seen>): Promise<void> =>
      inParallel(some, this.means.concurrency, (each) =>
        this.writeOne(each, found.get(each), (answer) => again.push({ begun: each, answer })),
      )
    await writeAll(begun, new Map())
    for (let tries = 1; tries < MOST_TRIES && this.lost.size > 0 && !this.fatal; tries += 1) {
      const lost = [...this.lost.keys()]
      this.lost.clear()
      const found = await this.lookAt(lost)
      if (found) await writeAll(lost, found)
    }
    this.giveUp()
    await this.readAgain(again)
    await this.refresh()
    await this.keeper.save()
    await this.saveEntries()
  }

  /**
   * Before an event is made again that was deleted, it is asked whether it has come back: a second one would stand beside
   * it. What is no longer current by what is there then, ends as such.
   *
   * @returns what is still to be done
   */
  private async withNews(tasks: readonly Task[]): Promise<readonly Task[]> {
    const again = tasks.filter((task) => this.makesAgain(task))
    if (again.length === 0) return tasks
    try {
      await this.keeper.readNews(this.means.signal)
      return tasks
    } catch (error) {
      for (const task of again) this.failed(this.startOf(task), error)
      return tasks.filter((task) => !again.includes(task))
    }
  }

  private makesAgain({ action, uid, planned }: Task): boolean {
    if (action !== 'create') return false
    const { replica } = this.keeper
    const entry = planned?.pair.agreement.get(uid)
    const paired = planned && entry?.is === 'pair' ? replica.get(entry[planned.op.to].id) : undefined
    const all = [...replica.withUid(uid), ...(paired ? [paired] : [])]
    return all.some(isDeleted) && !all.some(isLive)
  }

  private startOf(task: Task): Begun {
    const { planned } = task
    const now = planned ? planned.pair.find(task.uid, viewOf(planned.op)) : { left: undefined, right: undefined }
    const found = planned ? now[planned.op.to] : this.ownTarget(task.uid)
    return { task, target: isLive(found) ? found : undefined, now, from: planned ? sentFrom(planned.op, now) : {} }
  }

  /** Checks that a task is still current; one that isn't, or is not to be written, ends here. */
  private begin(task: Task): Begun | undefined {
    const { planned } = task
    const begun = this.startOf(task)
    const { now, target } = begun
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

  private note(begun: Begun): void {
    const { planned } = begun.task
    if (!planned) return
    const before = planned.pair.agreement.get(planned.op.uid)
    const after = planned.op.action === 'delete' ? this.notedDeletion(begun, before) : this.noted(begun, before)
    if (after && after !== before) this.put(planned.pair, after.uid, after)
  }

  private noted({ task, now }: Begun, before: Entry | undefined): Entry | undefined {
    const newId = this.keeper.calendar.idFor(task.uid)
    return task.planned && note(before, task.planned.op, task.fields, task.written, now, newId)
  }

  private notedDeletion({ task, target }: Begun, before: Entry | undefined): Entry | undefined {
    const doubted = target && this.keeper.replica.doubt(target.id)
    if (!task.planned || !doubted) return before
    this.keeper.hold(doubted)
    return noteDeletion(before, task.planned.op, target, doubted.seq)
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
      for (const each of lost) this.failed(each, error)
      return undefined
    }
  }

  /** What is still not known, or not believed, at the end of a batch has failed. */
  private giveUp(): void {
    for (const [begun, error] of this.lost) this.failed(begun, error, !this.fatal || isItsOwnTrouble(error))
    this.lost.clear()
    for (const [begun, error] of this.doubted) {
      // one refusal among many that mean "slow down" is none of its own
      this.failed(begun, this.fatal?.code === 'rate-limit' ? this.fatalError(this.fatal) : error)
    }
    this.doubted.clear()
  }

  private fatalError({ code, message }: NonNullable<BatchWriter['fatal']>): ProviderError {
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
    if (this.fatal) {
      this.failed(begun, this.fatalError(this.fatal))
      return
    }
    try {
      for await (const answer of found ? this.further(begun, found) : this.requests(begun)) {
        this.line.answered()
        if ('holds' in answer) this.answered(begun, answer.holds, answer.wrote)
        else {
          waits = true
          readAgain(answer)
        }
      }
      if (!waits) this.completed(begun)
    } catch (error) {
      if (isLost(error)) this.lose(begun, error)
      else {
        this.line.answered()
        if (error instanceof ProviderError && error.code === 'refused' && error.status === 403)
          this.doubted.set(begun, error)
        else this.failed(begun, error)
      }
    }
  }

  private lose(begun: Begun, error: ProviderError): void {
    this.lost.set(begun, error)
    this.line.lost(begun.task.uid)
    if (this.line.isDown) this.fatal = { code: 'unreachable', message: error.message }
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

  /** @param ours what of it we wrote, if somebody may have edited it since */
  private answered(begun: Begun, holds: Seen, wrote: readonly Field[], ours?: Fields): void {
    const { task, now, from, target } = begun
    if (holds.is === 'unread') this.unclear.add(begun)
    const isEdited = holds.is === 'live' && ours !== undefined && !sameFields(ours, holds.fields)
    // What we wrote is nobody's edit: the stamp of the last version by somebody else stays.
    const { changedAt: _ours, ...rest } = holds as Live
    const changedAt = isEdited ? holds.changedAt : target?.changedAt
    const seen =
      holds.is === 'live' ? { ...rest, uid: task.uid, ...(changedAt === undefined ? {} : { changedAt }) } : holds
    const stored = this.keeper.replica.record(seen, this.means.now())
    if (stored) this.keeper.hold(stored)
    const shows = (fields: Fields): Fields => (isLive(holds) ? fieldsBy(task, { ...holds, fields }) : fields)
    const names = task.action === 'create' && holds.is === 'live' ? withBaseFields(wrote, holds.fields) : wrote
    if (task.planned)
      this.outcome(
        task.planned,
        {
          is: 'ok',
          holds: seenBy(task, holds),
          wrote: names,
          ...(ours ? { ours: shows(ours) } : {}),
          seq: this.keeper.replica.seq,
        },
        from,
        now,
      )
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
        if (holds) this.answered(begun, holds, answer.wrote, isLive(holds) ? answer.ours(holds) : undefined)
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

  /** @param isOwn whether it is about this event alone, not about all of the calendar */
  private failed(begun: Begun, error: unknown, isOwn = !FATAL.includes(codeOf(error))): void {
    const code = codeOf(error)
    const message = error instanceof Error ? error.message : String(error)
    if (!isOwn) this.fatal = { code, message }
    if (code === 'stale' || code === 'refused') this.notDeleted(begun)
    if (code === 'stale') {
      if (begun.target) this.outdated.add(begun.target.id)
      this.end(begun, { is: 'stale' }, { status: 'stale' })
    } else if (code === 'aborted') this.end(begun, { is: 'dropped' }, { status: 'dropped' })
    else {
      const outcome: Outcome = isOwn ? { is: 'failed', code } : { is: 'dropped' }
      if (begun.task.planned) this.outcome(begun.task.planned, outcome, begun.from, begun.now)
      const rests = isOwn ? this.rest(begun, message, code === 'refused') : undefined
      this.means.done(begun.task, { status: 'failed', code, message, ...(rests ? { rests } : {}) })
    }
  }

  /** Lets a write that failed of itself rest, if it was refused for good, or fails again and again. */
  private rest({ task: { planned } }: Begun, reason: string, final: boolean): 'now' | 'still' | undefined {
    if (!planned) return undefined
    const { op, pair } = planned
    const uid = op.keeps ?? op.uid
    const entry = pair.agreement.get(uid)
    if (!entry) return undefined
    const next = withFailure(entry, op, { reason, final }, pair.find(uid, viewOf(op)), this.means.now())
    if (next === entry) return undefined
    this.put(pair, uid, next)
    const [before, after] = [refusalTo(entry, op.to), refusalTo(next, op.to)]
    return before?.what === after?.what && before?.reason === after?.reason ? 'still' : 'now'
  }

  /** The server says that it has not deleted anything. */
  private notDeleted({ task: { action, planned } }: Begun): void {
    const entry = planned?.pair.agreement.get(planned.op.uid)
    if (action === 'delete' && planned && entry?.is === 'pair') {
      this.put(planned.pair, entry.uid, withoutDeletion(entry, planned.op.to))
    }
  }

  private end({ task, now, from }: Begun, outcome: Outcome, result: Result): void {
    if (task.planned) this.outcome(task.planned, outcome, from, now)
    if (task.planned?.op.keeps !== undefined && outcome.is === 'skipped') this.askAgain(task.planned)
    this.means.done(task, result)
  }

  /** The flow does not want the version that the user keeps as a new event: the user is asked once more. */
  private askAgain({ op, pair }: NonNullable<Task['planned']>): void {
    const waiting = op.keeps === undefined ? undefined : pair.agreement.get(op.keeps)
    if (waiting) this.put(pair, waiting.uid, { ...without(waiting, 'answer', 'told'), due: 0 })
  }

  private outcome({ op, pair }: NonNullable<Task['planned']>, outcome: Outcome, from: Fields, now: Now): void {
    this.put(pair, op.uid, apply(pair.agreement.get(op.uid), op, outcome, from, now))
  }

  private put(pair: PairKeeper, uid: Uid, entry: Entry | undefined): void {
    if (entry) pair.agreement.set(entry)
    else pair.agreement.delete(uid)
    pair.hold(uid)
    this.changed.add(pair)
  }

  private async saveEntries(): Promise<void> {
    const changed = [...this.changed]
    this.changed.clear()
    for (const pair of changed) await pair.save()
  }
}

/** A create of the flow's own changes what is there. */
const isCreation = ({ task, target }: Pick<Begun, 'task' | 'target'>): boolean =>
  task.action === 'create' && !(target && !task.planned)

/** What was seen as the plan of a task sees it; the flow's own sees it as it is. */
const seenBy = ({ planned }: Task, seen: Seen): Seen => (planned ? shown(seen, viewOf(planned.op)) : seen)

const fieldsBy = (task: Task, seen: Live): Fields => {
  const view = seenBy(task, seen)
  return isLive(view) ? view.fields : seen.fields
}

const codeOf = (error: unknown): ErrorCode | 'unknown' => (error instanceof ProviderError ? error.code : 'unknown')

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
