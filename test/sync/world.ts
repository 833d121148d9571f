import { carryOut } from '../../src/sync/carry-out'
import type { Keeper, PairKeeper, Result, Task } from '../../src/sync/task'
import type { Json } from '../../src/event/json'
import { Agreement } from '../../src/sync/agreement'
import { idOn } from '../../src/sync/agreement'
import { cut, holdMassDeletion } from '../../src/sync/limit'
import { find } from '../../src/sync/find'
import { restoredOn } from '../../src/sync/restored'
import type { Both, Choice, Fields, Live, Operation, Rules, Side, Step, Uid } from '../../src/sync/model'
import { SIDES, both } from '../../src/sync/model'
import { apply } from '../../src/sync/outcome'
import { plan, standing } from '../../src/sync/plan'
import { Replica, observe } from '../../src/sync/replica'
import { MemoryCalendar } from './memory-calendar'

export const HOUR = 3600_000
export const DAY = 24 * HOUR
/** 1 June 2026, 08:00 UTC. */
export const START = Date.UTC(2026, 5, 1, 8)

export const at = (date: string, clock = '10:00:00', length = 1): Fields => ({
  when: {
    start: { dateTime: `${date}T${clock}`, timeZone: 'Europe/Paris' },
    end: {
      dateTime: `${date}T${String(Number(clock.slice(0, 2)) + length).padStart(2, '0')}${clock.slice(2)}`,
      timeZone: 'Europe/Paris',
    },
  },
})
export const tea: Fields = { ...at('2026-06-10'), summary: 'Tea' }

/** What a plan is, in a sentence for tests. */
export const spoken = (steps: readonly Step[]): string =>
  steps
    .map((step) => {
      if (step.do === 'write') {
        const fields = step.op.action === 'update' ? `: ${[...step.op.changed].sort().join(', ')}` : ''
        return `${step.op.action} ${step.op.to}${fields}`
      }
      if (step.do === 'ask') return `ask (${step.question.why})`
      if (step.do === 'leave') return `leave (${step.why})`
      return step.do === 'forget' ? 'forget' : ''
    })
    .filter(Boolean)
    .sort()
    .join(' + ') || 'nothing'

/** Two calendars in memory and the engine between them, without Node-RED, disk or network. */
export class World {
  clock = START
  readonly sides: Both<MemoryCalendar> = both((side) => new MemoryCalendar(side, () => this.clock))
  replicas: Both<Replica> = both((side) => new Replica(side))
  agreement = new Agreement()
  positions: Record<Side, Json | null> = { left: null, right: null }
  readonly lost: Live[] = []
  deletions: { to: Side; at: number }[] = []
  rules: Rules = {
    strategy: 'manual',
    into: { left: true, right: true },
    oneWay: false,
    window: [START - 30 * DAY, START + 365 * DAY],
    deletionLimit: 25,
    maxOperations: 1000,
    now: START,
    kinds: ['default'],
    declined: 'as-free',
    common: { has: () => true, fit: (_field, value) => value },
    names: { left: 'Left', right: 'Right' },
  }

  get left(): MemoryCalendar {
    return this.sides.left
  }
  get right(): MemoryCalendar {
    return this.sides.right
  }

  with(rules: Partial<Rules>): this {
    this.rules = { ...this.rules, ...rules }
    return this
  }

  oneWay(to: Side): this {
    return this.with({ oneWay: true, into: { left: to === 'left', right: to === 'right' } })
  }

  tick(ms: number): void {
    this.clock += ms
    this.rules = { ...this.rules, now: this.clock, window: [this.clock - 30 * DAY, this.clock + 365 * DAY] }
  }

  async read(full = false): Promise<void> {
    for (const side of SIDES) {
      const replica = this.replicas[side]
      if (full) observe(replica, await this.sides[side].read(this.positions[side], replica.entries), this.clock)
      await this.readSide(side, full)
    }
  }

  private async readSide(side: Side, full = false): Promise<void> {
    const replica = this.replicas[side]
    const read = await this.sides[side].read(full ? null : this.positions[side], replica.entries)
    observe(replica, read, this.clock)
    this.positions[side] = read.position
  }

  /** Plans on what was read last. */
  plan(): Step[] {
    const steps = [...plan(this.agreement, this.replicas, this.rules, this.settings)].flat()
    const lately = both(
      (side) => this.deletions.filter((each) => each.to === side && each.at > this.clock - DAY).length,
    )
    return holdMassDeletion(steps, lately, this.agreement, this.rules)
  }

  get settings(): string {
    const { strategy, into, oneWay, kinds, declined, elsewhere } = this.rules
    return JSON.stringify([strategy, into, oneWay, kinds, declined, elsewhere])
  }

  /** Records what a plan says of the agreement, and returns the operations of this run. */
  record(steps: readonly Step[]): Operation[] {
    for (const step of steps) {
      if (step.do === 'agree') this.agreement.set(step.entry)
      if (step.do === 'forget') this.agreement.delete(step.uid)
    }
    const ops = steps.filter((step) => step.do === 'write').map(({ op }) => op)
    const { now, remaining } = cut(ops, this.agreement, this.rules.maxOperations)
    this.lookAgain(remaining)
    this.agreement.compared = standing(this.replicas, this.settings, this.clock)
    return now
  }

  lookAgain(ops: readonly Operation[]): void {
    for (const op of ops) {
      const entry = apply(
        this.agreement.get(op.uid),
        op,
        { is: 'dropped' },
        {},
        this.pair().find(op.uid, this.rules.declined),
      )
      if (entry) this.agreement.set(entry)
    }
  }

  async carryOut(tasks: readonly Task[]): Promise<Result[]> {
    const results: Result[] = []
    for (const side of SIDES) {
      const mine = tasks.filter((task) => task.planned?.op.to === side)
      await carryOut(mine, this.keeper(side), {
        now: () => this.clock,
        signal: new AbortController().signal,
        keep: (lost) => {
          this.lost.push(...lost)
          return Promise.resolve()
        },
        done: (task, result) => {
          results.push(result)
          if (task.action === 'delete' && result.status === 'ok') this.deletions.push({ to: side, at: this.clock })
        },
        concurrency: 1,
      })
    }
    return results
  }

  task(op: Operation, change: Partial<Task> = {}): Task {
    return {
      action: op.action,
      uid: op.uid,
      fields: op.fields,
      written: op.changed,
      planned: { op, pair: this.pair() },
      ...change,
    }
  }

  /** Reads, plans and writes, as a flow without anything in between does. */
  async sync(rewrite: (op: Operation) => Task | undefined = (op) => this.task(op)): Promise<Step[]> {
    await this.read()
    return this.write(rewrite)
  }

  async write(rewrite: (op: Operation) => Task | undefined = (op) => this.task(op)): Promise<Step[]> {
    const steps = this.plan()
    const ops = this.record(steps)
    const tasks = ops.map(rewrite)
    this.lookAgain(ops.filter((_, index) => tasks[index] === undefined))
    await this.carryOut(tasks.filter((task) => task !== undefined))
    return steps
  }

  /** Syncs until nothing is planned. */
  async settle(): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      const steps = await this.sync()
      if (!steps.some((step) => step.do === 'write')) return
    }
    throw new Error('it does not come to rest')
  }

  answer(uid: Uid, choice: Choice): void {
    const entry = this.agreement.get(uid)
    if (!entry?.told) throw new Error('nothing was asked')
    this.agreement.set({ ...entry, answer: { to: entry.told.id, choice }, due: 0 })
  }

  keeper(side: Side): Keeper {
    return {
      calendar: this.sides[side],
      replica: this.replicas[side],
      hold: () => undefined,
      save: () => Promise.resolve(),
      exclusive: (job) => job(),
      readNews: () => this.readSide(side),
    }
  }

  pair(): PairKeeper {
    return {
      agreement: this.agreement,
      find: (uid, declined) => {
        const entry = this.agreement.get(uid)
        const of = (side: Side) =>
          find(uid, entry && idOn(entry, side), side, this.replicas[side], this.agreement, declined)
        return both((side) => of(side).seen)
      },
      restored: (side, declined) => restoredOn(side, this.replicas, this.agreement, declined),
      hold: () => undefined,
      save: () => Promise.resolve(),
    }
  }
}

/** A world in which both sides agree on one event. */
export async function agreed(fields: Fields = tea, uid = 'tea'): Promise<World> {
  const world = new World()
  world.left.add(uid, fields)
  await world.settle()
  world.tick(HOUR)
  return world
}
