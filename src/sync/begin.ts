import { ProviderError } from '../event/calendar'
import type { Begun, Ends } from './ends'
import { isLive } from './entry'
import type { Entry, Live, ResourceId, Seen, Uid } from './model'
import { isCurrent } from './operation'
import { note, sentFrom } from './outcome'
import { noteDeletion } from './own-deletion'
import { viewOf } from './shown'
import type { Keeper, Means, PairKeeper, Task } from './task'

/** What is found out, and noted, before tasks are written to a calendar. */
export class Beginnings {
  constructor(
    private readonly keeper: Keeper,
    private readonly means: Means,
    private readonly ends: Ends,
  ) {}

  /** The tasks that are still to be carried out, with what they start from; all others end here. */
  async of(tasks: readonly Task[]): Promise<readonly Begun[]> {
    const known = await this.withNews(tasks)
    return this.askForMissing(known.flatMap((task) => this.alone(task, () => this.begin(task)) ?? []))
  }

  /** Does something about one task; an error in it ends this one alone. */
  private alone<T>(task: Task, begin: () => T): T | undefined {
    try {
      return begin()
    } catch (error) {
      this.ends.unable(task, error)
      return undefined
    }
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
      this.bindRestored(again)
      return tasks
    } catch (error) {
      for (const task of again) this.ends.failed(this.startOf(task), error)
      return tasks.filter((task) => !again.includes(task))
    }
  }

  /** What has come back under another uid takes the place of what is gone: a plan that would make it again is not current. */
  private bindRestored(again: readonly Task[]): void {
    const found = new Map<PairKeeper, ReadonlyMap<Uid, Live>>()
    for (const { planned } of again) {
      const entry = planned?.pair.agreement.get(planned.op.uid)
      if (!planned || entry?.is !== 'pair') continue
      const { op, pair } = planned
      const restored = found.get(pair) ?? pair.restored(op.to, viewOf(op))
      found.set(pair, restored)
      const back = restored.get(op.uid)
      if (back) this.ends.put(pair, op.uid, { ...entry, [op.to]: { ...entry[op.to], id: back.id } })
    }
  }

  private makesAgain({ action, uid, planned }: Task): boolean {
    if (action !== 'create') return false
    const { replica } = this.keeper
    const entry = planned?.pair.agreement.get(uid)
    const paired = planned && entry?.is === 'pair' ? replica.get(entry[planned.op.to].id) : undefined
    const all = [...replica.withUid(uid), ...(paired ? [paired] : [])]
    return all.some(({ is }) => is === 'gone') && !all.some(isLive)
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
    if (task.action === 'skip') this.ends.end(begun, { is: 'skipped' }, { status: 'skipped' })
    // A version that is kept as an event of its own is there already: the answer that would have said so was lost.
    else if (planned?.op.keeps !== undefined && target) this.ends.completed(begun)
    else if (planned && !isCurrent(planned.op, now)) this.ends.end(begun, { is: 'stale' }, { status: 'stale' })
    else if (task.written.length === 0 && task.action !== 'delete')
      this.ends.end(begun, { is: 'dropped' }, { status: 'dropped' })
    else if (!target && task.action === 'update') {
      this.ends.end(
        begun,
        { is: 'stale' },
        { status: 'failed', code: 'no-such-event', message: 'There is no event with this uid in the calendar.' },
      )
    } else if (!target && task.action === 'delete') this.ends.end(begun, { is: 'stale' }, { status: 'ok' })
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
      for (const each of asked) this.ends.failed(each, error)
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
    if (begun.task.planned) this.ends.end(begun, { is: 'stale' }, { status: 'stale' })
    else if (target) return [{ ...begun, target }]
    else
      this.ends.failed(
        begun,
        new ProviderError('unreachable', 'The event is there but the server does not give it now.'),
      )
    return []
  }

  private ownTarget(uid: Uid): Seen | undefined {
    return [...this.keeper.replica.withUid(uid)].filter(isLive).sort((a, b) => (a.id < b.id ? -1 : 1))[0]
  }

  /** Notes what each is about to hold. @returns what is to be written */
  noted(begun: readonly Begun[]): readonly Begun[] {
    return begun.filter((each) => this.alone(each.task, () => (this.note(each), true)))
  }

  private note(begun: Begun): void {
    const { planned } = begun.task
    if (!planned) return
    const before = planned.pair.agreement.get(planned.op.uid)
    const after = planned.op.action === 'delete' ? this.notedDeletion(begun, before) : this.notedWrite(begun, before)
    if (after && after !== before) this.ends.put(planned.pair, after.uid, after)
  }

  private notedWrite({ task, now }: Begun, before: Entry | undefined): Entry | undefined {
    const newId = this.keeper.calendar.idFor(task.uid)
    return task.planned && note(before, task.planned.op, task.fields, task.written, now, newId)
  }

  private notedDeletion({ task, target }: Begun, before: Entry | undefined): Entry | undefined {
    const doubted = target && this.keeper.replica.doubt(target.id)
    if (!task.planned || !doubted) return before
    this.keeper.hold(doubted)
    return noteDeletion(before, task.planned.op, target, doubted.seq)
  }
}

const isDeleted = (seen: Seen): boolean => seen.is === 'gone' && seen.how === 'deleted'
