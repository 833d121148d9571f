import { carryOut } from '../sync/carry-out'
import type { Result, Task } from '../sync/task'
import { isTakenBack } from '../sync/take-back'
import type { Fields } from '../event/event'
import { fieldNames } from '../event/event'
import { append } from '../event/lists'
import type { Live, Operation, Uid } from '../sync/model'
import type { Counter } from '../transport/transport'
import { counted } from './account'
import type { CalendarState } from './calendar-state'
import type { CalendarAccess, Engine } from './engine'
import { logDefect } from './defect'
import { CalSyncError, asCalSyncError, joinedErrors } from './errors'
import { fromOperationMessage } from './operation-message'
import type { PlanToken, Request } from './operation-message'
import type { PairState } from './pair-state'
import type { Status } from './run'
import { isLarge, operationsIn } from './sink-input'
import type { Handed } from './sink-input'
import { refusedSentence } from './sentence'
import { calendarIn, payloadOf, resultOf } from './sink-results'
import type { SinkPayload, SinkResult } from './sink-results'

/** So often is told how far it is. */
const MOST_STEPS = 200
/** How many operations are checked in one go. */
const SLICE = 100

/** Requests at a time to one calendar. */
const CONCURRENCY = 4

/** What one message was made into: tasks by the pair that they belong to; the flow's own belong to none. */
type Group = { readonly pair: PairState | undefined; readonly run: string; readonly tasks: Map<Task, Request> }

/** A sink node's work: carries operations out on one calendar. */
export class Sink {
  constructor(
    private readonly engine: Engine,
    private readonly access: CalendarAccess,
  ) {}

  /**
   * Carries out what a message holds: one operation or an array.
   *
   * @param dry writes nothing: what was planned counts as not carried out
   * @param progress hears how many of how many have ended
   * @returns what became of each, in the order in which they ended, and the first error
   */
  async input(
    payload: unknown,
    dry: boolean,
    signal: AbortSignal,
    progress: (done: number, of: number) => void,
  ): Promise<{ payload: SinkPayload; error?: CalSyncError }> {
    const operations = await operationsIn(payload, this.engine.around.pause)
    for (const { run, id } of operations) if (run !== undefined) this.engine.runs.get(run)?.received([id])
    const results: SinkResult[] = []
    const errors: CalSyncError[] = []
    const step = Math.ceil(operations.length / MOST_STEPS)
    const end: End = (value, status, error, rests) => {
      results.push(resultOf(value, status, error))
      if (error && rests !== 'still') {
        errors.push(error)
        this.access.failed(error.code)
      }
      const run = value.run === undefined ? undefined : this.engine.runs.get(value.run)
      const { code, message } = error ?? {}
      run?.result(value.id, status, error && { code, message, ...(rests ? { rests: true } : {}) })
      if (results.length % step === 0 || results.length === operations.length)
        progress(results.length, operations.length)
    }
    if (dry) return this.dry(operations, results)
    let state: CalendarState | undefined
    try {
      state = await this.ready(
        operations.some(({ run }) => run === undefined),
        signal,
      )
      const groups = await this.groups(operations, state, end)
      for (const group of groups) await this.carryOut(group, state, signal, end)
      if (errors.some(({ code }) => code === 'calsync.read-only')) await state.noteReadOnly()
    } catch (thrown) {
      if (signal.aborted) throw thrown
      const error = asCalSyncError(thrown)
      const ended = new Set(results.map(({ id }) => id))
      for (const each of operations) if (each.id === '' || !ended.has(each.id)) end(each, 'failed', error)
    }
    const error = joinedErrors(errors)
    const counts = payloadOf(results, calendarIn(this.access, state))
    return error ? { payload: counts, error } : { payload: counts }
  }

  /** Puts a whole version of an event back: over what is there, or as a new event. */
  async restore(
    uid: Uid,
    fields: Fields,
    signal: AbortSignal,
  ): Promise<{ payload: SinkPayload; error?: CalSyncError }> {
    const state = await this.ready(true, signal)
    const now = [...state.replica.withUid(uid)].find((seen) => seen.is === 'live')
    const names =
      now?.is === 'live' ? [...new Set([...fieldNames(fields), ...fieldNames(now.fields)])] : fieldNames(fields)
    const action = now ? ('update' as const) : ('create' as const)
    const request: Request = { action, id: this.engine.newId(), uid, fields, written: names }
    const results: SinkResult[] = []
    const errors: CalSyncError[] = []
    const end: End = (value, status, error) => {
      results.push(resultOf(value, status, error))
      if (error) errors.push(error)
    }
    const group = { pair: undefined, run: '', tasks: new Map([[taskOf(request, undefined), request]]) }
    await this.carryOut(group, state, signal, end)
    const [error] = errors
    const payload = payloadOf(results, calendarIn(this.access, state))
    return error ? { payload, error } : { payload }
  }

  private dry(operations: readonly Handed[], results: SinkResult[]): { payload: SinkPayload } {
    for (const each of operations) {
      if (each.run !== undefined) this.engine.runs.get(each.run)?.notCarriedOut([each.id])
      results.push(resultOf(each, 'dropped'))
    }
    return { payload: payloadOf(results, calendarIn(this.access, undefined)) }
  }

  /** Opens the calendar; for operations of the flow's own it has to be known what is there. */
  private async ready(isOwn: boolean, signal: AbortSignal): Promise<CalendarState> {
    const state = await this.access.open()
    if (!state.isComplete && isOwn) await state.read(false, signal)
    if (!state.calendar.info.writable) {
      throw new CalSyncError('read-only', `The calendar ${state.name} is read-only for this account.`, 'read-only')
    }
    return state
  }

  /** Checks each operation; what is wrong with one does not stop the others. */
  private async groups(operations: readonly Handed[], state: CalendarState, end: End): Promise<Group[]> {
    const groups = new Map<string, Group>()
    const zone = state.info?.timeZone ?? this.engine.around.localZone
    for (const [index, operation] of operations.entries()) {
      if (index % SLICE === SLICE - 1 || isLarge(operation)) await this.engine.around.pause()
      try {
        if ('error' in operation.said) throw operation.said.error
        const request = fromOperationMessage(operation.said.value, zone, () => `calsync-${this.engine.newId()}`)
        const { plan } = request
        const key = plan ? `${plan.run} ${plan.calendars.join(' ')}` : ''
        const group = groups.get(key) ?? {
          pair: await this.pairOf(plan, state),
          run: plan?.run ?? '',
          tasks: new Map(),
        }
        groups.set(key, group)
        group.tasks.set(taskOf(request, group.pair), request)
      } catch (thrown) {
        end(operation, 'failed', asCalSyncError(thrown))
      }
    }
    return [...groups.values()]
  }

  /** The pair that a plan belongs to; it must lead to this calendar. */
  private async pairOf(plan: PlanToken | undefined, state: CalendarState): Promise<PairState | undefined> {
    if (!plan) return undefined
    const pair = await this.engine.knownPair(plan.calendars)
    if (pair?.calendars[plan.to] === state) return pair
    const meant = pair ? pair.calendars[plan.to].name : 'another calendar'
    const message = `This operation is for ${meant}, not for ${state.name}: it is wired to the wrong sink.`
    throw new CalSyncError('wrong-sink', message, 'wrong sink')
  }

  private async carryOut(
    { pair, run, tasks }: Group,
    state: CalendarState,
    signal: AbortSignal,
    end: End,
  ): Promise<void> {
    const counter: Counter = { requests: 0, retries: 0 }
    const { now } = this.engine.around
    const deleted: (() => void)[] = []
    const isSurplus = (uid: string): boolean => isTakenBack(pair?.agreement.get(uid))
    // Copies of ours that are taken back are no deletions of anybody.
    const surplus = new Set([...tasks.keys()].map(({ uid }) => uid).filter(isSurplus))
    const begun = now()
    const side = pair?.sideOf(state.identity)
    if (side) this.engine.runs.get(run)?.count(side, counter)
    const done = (task: Task, result: Result): void => {
      const request = tasks.get(task)
      if (!request) return
      const rests = result.status === 'failed' ? result.rests : undefined
      const failure = result.status === 'failed' ? failureOf(request, result, state.name) : undefined
      if (pair && result.status === 'ok' && !this.engine.runs.has(run)) pair.countLate()
      const { action, uid } = request
      const duration = now() - begun
      const message = `${action} ${uid} in ${state.name}: ${result.status}`
      this.engine.around.log?.('debug', {
        message,
        action,
        event: uid,
        calendar: state.name,
        status: result.status,
        duration,
        ...(pair ? { run, pair: this.engine.runs.get(run)?.pair ?? this.engine.metrics.nameOf(namesOf(pair)) } : {}),
      })
      if (result.status === 'failed' && result.defect !== undefined) {
        const about = { event: uid, calendar: state.name, stack: result.defect }
        logDefect(this.engine.around, { message: `${uid} could not be written.`, ...about })
      }
      const tell = (): void => end({ ...request, ...(pair ? { run } : {}) }, result.status, failure, rests)
      // A run must not end, and the next begin, before its deletions count.
      if (pair && task.action === 'delete' && result.status === 'ok' && !surplus.has(task.uid)) deleted.push(tell)
      else tell()
    }
    const keep = async (lost: readonly Live[]): Promise<void> => {
      for (const each of pair ? [pair] : await this.engine.pairsWith(state.identity)) {
        const kept = await each.past.keepLost(lost, state.identity, run) // also when the run is over, or there never was one
        append(this.engine.runs.get(run)?.lost ?? [], kept)
        // an operation of the flow's own belongs to no run, and is kept all the same
      }
    }
    const means = { now, signal, keep, done, concurrency: CONCURRENCY, pause: this.engine.around.pause }
    try {
      await counted(() => carryOut([...tasks.keys()], state.keeper, means), counter)
    } finally {
      if (pair && side) await pair.noteDeletions(side, deleted.length)
      deleted.forEach((tell) => tell())
    }
  }
}

const namesOf = ({ calendars: { left, right } }: PairState): { left: string; right: string } => ({
  left: left.name,
  right: right.name,
})

type End = (
  value: { readonly action: string; readonly id: string; readonly uid: string; readonly run?: string },
  status: Status,
  error?: CalSyncError,
  rests?: 'now' | 'still',
) => void

/** Why an operation failed; of one that rests from now on, which event it is about, and until when. */
function failureOf(
  { action, fields }: Request,
  { code, message, rests }: Extract<Result, { status: 'failed' }>,
  calendar: string,
): CalSyncError {
  if (!rests) return new CalSyncError(code, message, 'failed')
  return new CalSyncError(code, refusedSentence(action, fields, calendar, message), '1 set aside', { isMild: true })
}

function taskOf({ action, id, uid, fields, written, plan }: Request, pair: PairState | undefined): Task {
  if (!plan || !pair) return { action, uid, fields, written }
  const { to, changed, from, keeps, decides, declined } = plan
  const op: Operation = {
    id,
    action: plan.action,
    to,
    uid,
    fields,
    changed,
    from,
    reason: '',
    ...(keeps === undefined ? {} : { keeps }),
    ...(decides ? { decides } : {}),
    ...(declined === undefined ? {} : { declined }),
  }
  return { action, uid, fields, written, planned: { op, pair } }
}
