import type { Calendar, Live, Seen } from '../../src/event/calendar'
import type { Field, Fields } from '../../src/event/event'
import { fieldNames, fieldsFrom, isException } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import { isObject } from '../../src/event/json'
import { emptyValue, sameMeaning } from '../../src/event/normal'
import { Agreement, idOn } from '../../src/sync/agreement'
import type { Result } from '../../src/sync/task'
import { carryOut } from '../../src/sync/carry-out'
import { find } from '../../src/sync/find'
import { restoredOn } from '../../src/sync/restored'
import type { Both, Common, Operation, Rules, ShowsDeclined, Side, Step } from '../../src/sync/model'
import { both, SIDES } from '../../src/sync/model'
import { plan, standing } from '../../src/sync/plan'
import { observe, Replica } from '../../src/sync/replica'
import { shown } from '../../src/sync/shown'
import { createCaldavProvider } from '../../src/caldav'
import { createGoogleProvider } from '../../src/google/provider'
import type { CaldavOptions } from '../simulators/caldav'
import { CaldavServer } from '../simulators/caldav'
import type { SimulatorOptions } from '../simulators/google/simulator'
import { GoogleSimulator, LOGIN } from '../simulators/google/simulator'

const signal = new AbortController().signal
const ZONE = 'Europe/Berlin'

/** Google (left) and iCloud (right), both simulated and strict, with the real providers and planner between them. */
export class TwoCalendars {
  private clock = Date.UTC(2026, 5, 1, 8)
  readonly google: GoogleSimulator
  readonly icloud: CaldavServer
  private replicas: Both<Replica> = both((side) => new Replica(side))
  private agreement = new Agreement()
  private positions: Record<Side, Json | null> = { left: null, right: null }
  /** The reconcile node's choice. */
  declined: ShowsDeclined = 'as-free'
  /** The side that the reconcile node writes to alone, if it does. */
  oneWayTo: Side | undefined
  private opened: Both<Calendar> | undefined

  constructor(google: Partial<SimulatorOptions> = {}, icloud: Partial<CaldavOptions> = {}) {
    const now = (): number => (this.clock += 1000)
    this.google = new GoogleSimulator({ now, ...google })
    this.icloud = new CaldavServer({ clock: now, ...icloud })
  }

  private get now(): number {
    return this.clock
  }

  /** Both calendars, opened as a flow does. */
  async calendars(): Promise<Both<Calendar>> {
    if (this.opened) return this.opened
    const now = (): number => this.now
    const google = await createGoogleProvider(
      { apiUrl: 'http://google/', tokenUrl: 'http://google/token', credentials: LOGIN },
      { fetch: this.google.fetch, now },
    )
    const { origin, username, password } = this.icloud.options
    const icloud = await createCaldavProvider(
      { serverUrl: origin, username, password },
      { fetch: this.icloud.fetch, now, sleep: () => Promise.resolve(), localZone: ZONE, random: () => 0.5 },
    )
    this.opened = {
      left: await google.open('primary', signal),
      right: await icloud.open(this.icloud.calendar.path, signal),
    }
    return this.opened
  }

  /** What both can hold, as a run has it. */
  async common(): Promise<Common> {
    const { left, right } = both<Calendar['holds'] | undefined>((side) => this.opened?.[side].holds)
    if (!left || !right) {
      await this.calendars()
      return this.common()
    }
    return {
      has: (field) => isException(field) || (left.fields.includes(field) && right.fields.includes(field)),
      fit: (field, value) => left.fit(field, right.fit(field, value)),
    }
  }

  private async rules(kinds: readonly string[]): Promise<Rules> {
    return {
      strategy: 'manual',
      into: both((side) => this.oneWayTo === undefined || side === this.oneWayTo),
      oneWay: this.oneWayTo !== undefined,
      window: [-Infinity, Infinity],
      deletionLimit: 100,
      maxOperations: 10_000,
      now: this.now,
      kinds,
      declined: this.declined,
      common: await this.common(),
      names: { left: 'Google', right: 'iCloud' },
    }
  }

  /** Reads what changed on both sides. */
  async read(): Promise<void> {
    for (const side of SIDES) await this.readSide(side)
  }

  private async readSide(side: Side): Promise<void> {
    const replica = this.replicas[side]
    const read = await (await this.calendars())[side].read(this.positions[side], replica.entries, signal)
    observe(replica, read, this.now)
    this.positions[side] = read.position
  }

  /** What is held now on a side, as read last. */
  seen(side: Side): Seen[] {
    return [...this.replicas[side].entries.values()].filter(({ is }) => is !== 'gone')
  }

  live(side: Side): Live[] {
    return this.seen(side).filter((each) => each.is === 'live')
  }

  /** The one live event of a side. */
  only(side: Side): Live {
    const [first, ...rest] = this.live(side)
    if (!first || rest.length > 0) throw new Error(`${side}: not one event but ${JSON.stringify(this.seen(side))}`)
    return first
  }

  /** How the one live event of a side shows on the other. */
  shows(side: Side): Fields {
    const view = shown(this.only(side), this.declined)
    return view.fields
  }

  async plan(kinds: readonly string[] = ['default', 'fromGmail', 'outOfOffice']): Promise<Step[]> {
    return [...plan(this.agreement, this.replicas, await this.rules(kinds), this.declined)].flat()
  }

  /** Reads, plans and writes; what was refused, with the reason. */
  async sync(): Promise<{ planned: Operation[]; failed: { uid: string; message: string }[] }> {
    await this.read()
    const steps = await this.plan()
    for (const step of steps) {
      if (step.do === 'agree') this.agreement.set(step.entry)
      if (step.do === 'forget') this.agreement.delete(step.uid)
    }
    this.agreement.compared = standing(this.replicas, this.declined, 0)
    const planned = steps.filter((step) => step.do === 'write').map(({ op }) => op)
    const failed: { uid: string; message: string }[] = []
    for (const side of SIDES) {
      await this.write(
        side,
        planned.filter(({ to }) => to === side),
        (uid, result) => {
          if (result.status === 'failed') failed.push({ uid, message: result.message })
        },
      )
    }
    return { planned, failed }
  }

  private async write(
    side: Side,
    ops: readonly Operation[],
    done: (uid: string, result: Result) => void,
  ): Promise<void> {
    const pair = {
      agreement: this.agreement,
      find: (uid: string, declined: ShowsDeclined) => {
        const entry = this.agreement.get(uid)
        const of = (each: Side) =>
          find(uid, entry && idOn(entry, each), each, this.replicas[each], this.agreement, declined)
        return both((each) => of(each).seen)
      },
      restored: (on: Side, declined: ShowsDeclined) => restoredOn(on, this.replicas, this.agreement, declined),
      hold: () => undefined,
      save: () => Promise.resolve(),
    }
    const tasks = ops.map((op) => ({
      action: op.action,
      uid: op.uid,
      fields: op.fields,
      written: op.changed,
      planned: { op, pair },
    }))
    const calendar = (await this.calendars())[side]
    const keeper = {
      calendar,
      replica: this.replicas[side],
      hold: () => undefined,
      save: () => Promise.resolve(),
      exclusive: <T>(job: () => Promise<T>) => job(),
      readNews: () => this.readSide(side),
    }
    await carryOut(tasks, keeper, {
      now: () => this.now,
      signal,
      keep: () => Promise.resolve(),
      done: (task, result) => done(task.uid, result),
      concurrency: 1,
    })
  }

  /** What both agreed on is lost, or what was read, or both: as a damaged file or a new installation has it. */
  forget(what: 'agreement' | 'replicas' | 'all' = 'agreement'): void {
    if (what !== 'replicas') this.agreement = new Agreement()
    if (what === 'agreement') return
    this.replicas = both((side) => new Replica(`${side} anew`))
    this.positions = { left: null, right: null }
    this.opened = undefined
  }

  /** The calendars are opened anew, with all that is known of them. */
  restart(): void {
    this.opened = undefined
  }

  /** What the next run would write or ask: nothing, if both mean the same. */
  async left(): Promise<string[]> {
    await this.read()
    return (await this.plan()).flatMap((step) => {
      if (step.do === 'write') return [`${step.op.action} ${step.op.to} ${step.op.changed.join(', ')}`]
      return step.do === 'ask' ? [`ask: ${step.question.why}`] : []
    })
  }

  /** What the next run would report as left where it is. */
  async notCarried(): Promise<string[]> {
    await this.read()
    return (await this.plan()).flatMap((step) => (step.do === 'leave' ? [step.reason] : []))
  }
}

/** The fields in which two events differ in what both sides can hold, with both values. */
export function differences(one: Fields, other: Fields, common: Common): string[] {
  const names = [...new Set([...fieldNames(one), ...fieldNames(other)])].filter((name) => common.has(name))
  const value = (fields: Fields, name: Field): Json =>
    common.fit(name, fields[name] ?? (name in fields ? null : emptyValue(name)))
  // In what an occurrence differs from its series is judged by the series as both can hold it.
  const reduced = (fields: Fields, name: Field): Json => {
    const own = value(fields, name)
    if (!isException(name) || !isObject(own)) return own
    const isOwn = ([each, said]: [string, Json]): boolean => !sameMeaning(said, value(fields, each as Field))
    return Object.fromEntries(Object.entries(own).filter((entry) => /^(start|end)$/.test(entry[0]) || isOwn(entry)))
  }
  const fitted = (fields: Fields): Fields => fieldsFrom(names.map((name) => [name, reduced(fields, name)]))
  const [a, b] = [fitted(one), fitted(other)]
  return names
    .filter((name) => !sameMeaning(a[name], b[name]))
    .map((name) => `${name}: ${JSON.stringify(a[name])} is not ${JSON.stringify(b[name])}`)
}
