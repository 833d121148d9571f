import type { Json } from '../event/json'
import { isObject } from '../event/json'
import type { Side, Uid } from '../sync/model'
import { SIDES, other } from '../sync/model'
import { payloadOf } from './command-input'
import { COMMANDS, isCommand, runCommand } from './commands'
import type { Command, Context, Outcome } from './commands'
import type { CalendarAccess, Engine } from './engine'
import { CalSyncError, asCalSyncError, ofARun } from './errors'
import { execute } from './execute'
import type { Outputs } from './execute'
import { FruitlessRuns } from './fruitless'
import type { Health } from './health'
import { Joins } from './joins'
import type { Message } from './node-red'
import type { Report } from './report'
import type { PairState } from './pair-state'
import { isDeletedByAnswer } from './questions'
import type { Overrides, ReconcileSettings } from './rules'
import { readResolution, rulesFor } from './rules'
import { isListing, readsOf } from './source'
import type { ReadRecord } from './source'
import { switchOf } from './switches'
import { tellOf } from './tell'

/** One triggering message, with the reads that came with it. */
export type Trigger = {
  readonly msg: Message
  readonly reads: ReadonlyMap<Side, ReadRecord>
  /** The calendar whose read never came. */
  readonly missing?: Side
  /** Only these events. */
  readonly only?: ReadonlySet<Uid>
}

/** Where a reconciler's messages go, each with the properties of the message that set the run off. */
export type Sends = {
  outputs(msg: Message): Outputs
  report(msg: Message, report: Report): void
  /** The answer to a command. */
  answer(msg: Message, command: Command, payload: unknown): void
  /** The health of the pair in a few words, for under the node. */
  standing(report: Report): void
}

/** A trigger in the queue. `ended` answers it with what its own run came to: the error that it ended with, if any. */
type Waiting = {
  readonly trigger: Trigger
  readonly overrides: Overrides
  readonly ended: (error?: unknown) => void
}

/** A reconcile node's work: joins reads, and lets one run follow another. */
export class Reconciler {
  private readonly joins: Joins<Message>
  private readonly waiting: Waiting[] = []
  private isBusy = false
  private readonly fruitless: FruitlessRuns
  private identities: Partial<Record<Side, string>> = {}

  constructor(
    private readonly engine: Engine,
    private readonly calendars: { readonly left: CalendarAccess; readonly right: CalendarAccess },
    private readonly settings: ReconcileSettings,
    private readonly sends: Sends,
    private readonly health: Pick<Health, 'staleSince'>,
    private readonly signal: AbortSignal,
  ) {
    this.fruitless = new FruitlessRuns(engine, calendars)
    engine.neighbours.add(calendars, settings, signal)
    this.joins = new Joins(engine.around.sleep, signal)
  }

  /** Takes a message in. Resolves when the run that it is part of has ended; rejects with what is wrong with it. */
  async input(msg: Message): Promise<void> {
    const reads = readsOf(msg)
    if (isListing(msg)) return undefined
    if (reads.length === 0) return this.command(msg)
    const mine = await this.sidesOf(reads)
    if (mine.size === 0) {
      const names = reads.map(({ name }) => name).join(', ')
      throw new CalSyncError(
        'wrong-calendar',
        `${names} is neither the left nor the right calendar of this node.`,
        'wrong calendar',
      )
    }
    if (this.settings.when === 'any') return this.enqueue({ msg, reads: mine })
    const joined = this.joins.add(msg._msgid ?? '', msg, mine)
    // The first of two reads is answered by the run that the second one completes, or by the end of the waiting.
    return joined === 'waiting' ? undefined : this.enqueue(joined)
  }

  /**
   * Ends the joins that have waited too long, with a report that says which calendar is missing.
   *
   * @param trouble hears of each of these runs that ended in an error; the next ones go on
   */
  async watchJoins(trouble: (thrown: unknown) => void): Promise<void> {
    for await (const { msg, reads } of this.joins.overdue()) {
      const missing: Side = reads.has('left') ? 'right' : 'left'
      await this.enqueue({ msg, reads, missing }).catch(trouble)
    }
  }

  private async command(msg: Message): Promise<void> {
    const { topic, payload } = msg
    if (!isCommand(topic)) {
      const message = `A message that comes from no calendar-source needs a command as its topic: ${COMMANDS.join(', ')}.`
      throw new CalSyncError('invalid-input', message, 'unknown command')
    }
    const said = await payloadOf(payload, this.engine)
    if (topic === 'sync' && !hasUid(said)) return this.enqueue({ msg, reads: new Map() })
    const outcome = await this.outcomeOf(topic, said, msg)
    if (outcome.is === 'run') {
      await this.enqueue({ msg, reads: new Map(), ...(outcome.only ? { only: outcome.only } : {}) })
      return
    }
    this.sends.answer(msg, topic, outcome.payload)
    if (outcome.error) throw outcome.error
  }

  private async outcomeOf(command: Command, payload: Json, msg: Message): Promise<Outcome> {
    try {
      return await runCommand(command, payload, await this.context(msg))
    } catch (thrown) {
      if (command !== 'status' || this.signal.aborted) throw thrown
      // A calendar that can't be reached is what one asks the status for: what is known is told with the error.
      const error = asCalSyncError(thrown)
      return { is: 'answer', payload: this.fruitless.status(error, this.health.staleSince), error }
    }
  }

  private async context(msg: Message): Promise<Context> {
    const overrides = this.overridesOf(msg)
    const { pair, turn } = await this.pair(overrides)
    const { engine, calendars, settings, signal } = this
    const elsewhere = engine.neighbours.of(calendars)
    const rules = rulesFor(settings, overrides, pair.calendars, turn, engine.around.now(), elsewhere)
    const names = { left: pair.calendars[turn('left')].name, right: pair.calendars[turn('right')].name }
    const { staleSince } = this.health
    return {
      engine,
      pair,
      calendars,
      rules,
      names,
      turn,
      dryRun: overrides.dryRun,
      signal,
      ...(staleSince === undefined ? {} : { staleSince }),
    }
  }

  /** The pair, and how the node's sides are called there. */
  private async pair({ dryRun }: Overrides): Promise<{ pair: PairState; turn: (side: Side) => Side }> {
    const left = await this.calendars.left.open()
    const right = await this.calendars.right.open()
    const pair = await this.engine.pair([left.identity, right.identity])
    const turned = pair.calendars.left !== left
    if (!dryRun) await this.fruitless.recordIn(pair)
    return { pair, turn: (side) => (turned ? other(side) : side) }
  }

  /** Which side each read is of: by what the calendar is, or by its node where it could not be opened. */
  private async sidesOf(reads: readonly ReadRecord[]): Promise<Map<Side, ReadRecord>> {
    const mine = new Map<Side, ReadRecord>()
    for (const side of ['left', 'right'] as const) {
      const access = this.calendars[side]
      const byNode = reads.filter(({ node }) => node === access.nodeId)
      const found = byNode.length > 0 ? byNode : await this.byIdentity(side, reads)
      const last = found.at(-1)
      if (last) mine.set(side, last)
    }
    return mine
  }

  private async byIdentity(side: Side, reads: readonly ReadRecord[]): Promise<ReadRecord[]> {
    if (reads.every(({ node, calendar }) => calendar === '' || node === this.calendars[other(side)].nodeId)) return []
    this.identities[side] ??= (await this.calendars[side].open()).identity
    return reads.filter(({ calendar }) => calendar === this.identities[side])
  }

  /**
   * Triggers that come during a run become one following run; each gets a report.
   *
   * @returns when the trigger's own run has ended, whatever waits behind it; rejects with what that run ended with
   */
  private async enqueue(trigger: Trigger): Promise<void> {
    const overrides = this.overridesOf(trigger.msg)
    const answer = new Promise<unknown>((ended) => this.waiting.push({ trigger, overrides, ended }))
    if (!this.isBusy) void this.work()
    const error = await answer
    if (error !== undefined) throw error as Error
  }

  /** Never rejects: what goes wrong is told to those whose run it was. */
  private async work(): Promise<void> {
    this.isBusy = true
    for (let first = this.waiting[0]; first; first = this.waiting[0]) await this.next(first.overrides)
    this.isBusy = false // in the same breath as the last look at who waits: whoever comes now begins anew
  }

  /** One run for all that wait and want it done in the same way. */
  private async next(overrides: Overrides): Promise<void> {
    const alike = this.waiting.filter((each) => sameOverrides(each.overrides, overrides))
    this.waiting.splice(0, this.waiting.length, ...this.waiting.filter((each) => !alike.includes(each)))
    const triggers = alike.map(({ trigger }) => trigger)
    try {
      this.signal.throwIfAborted()
      const { report, error } = await this.attempt(triggers, overrides)
      await tellOf(report, this.engine)
      for (const { msg } of triggers) this.sends.report(msg, report)
      this.sends.standing(report)
      for (const { ended } of alike) ended(error)
    } catch (thrown) {
      for (const { ended } of alike) ended(thrown)
    }
  }

  /** A run that fails has a report too. */
  private async attempt(
    triggers: readonly Trigger[],
    overrides: Overrides,
  ): Promise<{ report: Report; error?: unknown }> {
    try {
      return { report: await this.run(triggers, overrides) }
    } catch (thrown) {
      if (this.signal.aborted) throw thrown
      const error = ofARun(asCalSyncError(thrown))
      const reads = new Map(triggers.flatMap(({ reads: each }) => [...each]))
      const report = await this.fruitless.report(reads, undefined, overrides, error)
      return { report, error }
    }
  }

  private async run(triggers: readonly Trigger[], overrides: Overrides): Promise<Report> {
    const [{ msg }] = triggers as [Trigger]
    const reads = new Map(triggers.flatMap((trigger) => [...trigger.reads]))
    const missing = triggers.find((trigger) => trigger.missing && !reads.has(trigger.missing))?.missing
    const broken = [...reads.values()].some(({ kind }) => kind === 'failed')
    if (missing !== undefined || broken) return this.fruitless.report(reads, missing, overrides)
    const { pair, turn } = await this.pair(overrides)
    const { settings, signal } = this
    const outputs = this.sends.outputs(msg)
    const only = onlyOf(triggers)
    // An answer that deletes an event may come hours after what it is about was read: it may have come back.
    const isDeletion = [...(only ?? [])].some((uid) => isDeletedByAnswer(uid, pair))
    if (isDeletion) for (const side of SIDES) await pair.calendars[side].read(false, signal)
    const elsewhere = this.engine.neighbours.of(this.calendars)
    const job = { pair, settings, overrides, elsewhere, reads, turn, signal, outputs, ...(only ? { only } : {}) }
    return pair.lock.run(() => execute(job, this.engine))
  }

  private overridesOf(msg: Message): Overrides {
    const { conflictResolution } = msg
    const providers = { left: this.calendars.left.provider, right: this.calendars.right.provider }
    return {
      dryRun: switchOf(msg, 'dryRun') ?? this.settings.dryRun,
      resolution:
        conflictResolution === undefined
          ? this.settings.conflictResolution
          : readResolution(conflictResolution, providers),
    }
  }
}

const hasUid = (payload: Json): boolean => isObject(payload) && 'uid' in payload

/** Some events only, if all triggers say so. */
function onlyOf(triggers: readonly Trigger[]): ReadonlySet<Uid> | undefined {
  const sets = triggers.map(({ only }) => only)
  return sets.some((only) => only === undefined) ? undefined : new Set(sets.flatMap((only) => [...(only ?? [])]))
}

const sameOverrides = (a: Overrides, b: Overrides): boolean => a.dryRun === b.dryRun && a.resolution === b.resolution
