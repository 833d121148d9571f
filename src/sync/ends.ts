import type { ErrorCode } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { fieldNames, isException } from '../event/event'
import { EventError, faultOf } from '../event/fault'
import { sameFields } from '../event/normal'
import type { Now } from './entry'
import { isLive, without } from './entry'
import type { Entry, Field, Fields, Live, Outcome, ResourceId, Seen, Uid } from './model'
import { apply, completed, keptBoth } from './outcome'
import { withoutDeletion } from './own-deletion'
import { refusalTo, withFailure } from './refusal'
import { shown, viewOf } from './shown'
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

/** A task with what it starts from. */
export type Begun = { readonly task: Task; readonly target: Live | undefined; readonly now: Now; readonly from: Fields }

/** How tasks on one calendar end: what both sides agree on by each answer, what rests, and what is told. */
export class Ends {
  /** What ended the whole of it; whatever has not been sent ends like that. */
  fatal: { code: ErrorCode | 'unknown'; message: string } | undefined
  /** What turned out to be newer than was seen. */
  readonly outdated = new Set<ResourceId>()
  private readonly changed = new Set<PairKeeper>()
  /** What was written but is not given out yet: its note stays, and tells what became of it once it can be read. */
  private readonly unclear = new Set<Begun>()

  constructor(
    private readonly keeper: Keeper,
    private readonly means: Means,
  ) {}

  /** @param ours what of it we wrote, if somebody may have edited it since */
  answered(begun: Begun, holds: Seen, wrote: readonly Field[], ours?: Fields): void {
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

  completed(begun: Begun): void {
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

  /** An error in what is done about one event, before anything of it was sent: all others go on. */
  unable(task: Task, error: unknown): void {
    const { reason, defect } = faultOf(error)
    this.means.done(task, { status: 'failed', code: 'unknown', message: reason, ...(defect ? { defect } : {}) })
  }

  /** @param isOwn whether it is about this event alone, not about all of the calendar */
  failed(begun: Begun, error: unknown, isOwn = !FATAL.includes(codeOf(error))): void {
    const code = codeOf(error)
    const { reason: message, defect } = error instanceof ProviderError ? { reason: error.message } : faultOf(error)
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
      this.means.done(begun.task, {
        status: 'failed',
        code,
        message,
        ...(rests ? { rests } : {}),
        ...(defect ? { defect } : {}),
      })
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

  end({ task, now, from }: Begun, outcome: Outcome, result: Result): void {
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

  put(pair: PairKeeper, uid: Uid, entry: Entry | undefined): void {
    if (entry) pair.agreement.set(entry)
    else pair.agreement.delete(uid)
    pair.hold(uid)
    this.changed.add(pair)
  }

  async saveEntries(): Promise<void> {
    const changed = [...this.changed]
    this.changed.clear()
    for (const pair of changed) await pair.save()
  }
}

/** What was seen as the plan of a task sees it; the flow's own sees it as it is. */
export const seenBy = ({ planned }: Task, seen: Seen): Seen => (planned ? shown(seen, viewOf(planned.op)) : seen)

const fieldsBy = (task: Task, seen: Live): Fields => {
  const view = seenBy(task, seen)
  return isLive(view) ? view.fields : seen.fields
}

function codeOf(error: unknown): ErrorCode | 'unknown' {
  if (error instanceof ProviderError) return error.code
  return error instanceof EventError ? 'refused' : 'unknown'
}

/** A new resource holds what we gave it in every field of the series, also in those of which nothing was said. */
const withBaseFields = (wrote: readonly Field[], holds: Fields): Field[] => [
  ...new Set([...wrote, ...fieldNames(holds).filter((name) => !isException(name))]),
]
