import assert from 'node:assert/strict'
import type { Report } from '../../src/runtime/report'
import { hashJson } from '../../src/event/json'
import type { Both } from '../../src/sync/model'
import { SIDES } from '../../src/sync/model'
import { Random } from '../sync/random'
import { Checks } from './checks'
import { Decisions, tagOf } from './decisions'
import { HabitualUsers, habitOf, withHabit } from './habits'
import type { Held } from './held'
import { heldOnBoth } from './held'
import { Misfortune } from './misfortune'
import { drawSetting } from './setting'
import { Truth } from './truth'
import { Users } from './users'
import { WantonFlow } from './wanton-flow'
import { Weather } from './weather'
import { World } from './world'

const MINUTE = 60_000
/** Runs after which it must be quiet: those that carry only a few operations need more. */
const RUNS = 60
const TEXTS = ['summary', 'location', 'description'] as const
const STRATEGIES = ['manual', 'latest-wins', 'left-wins', 'right-wins', 'google-wins', 'icloud_wins'] as const

/** One whole history from one seed. */
export class Play {
  readonly world: World
  readonly truth = new Truth()
  readonly users: Users
  readonly checks: Checks
  readonly random: Random
  private readonly weather: Weather
  private readonly misfortune: Misfortune
  private readonly wanton: WantonFlow
  private readonly decisions: Decisions

  constructor(
    readonly seed: number,
    tell: (line: string) => void = () => undefined,
  ) {
    this.random = new Random(seed)
    const habit = habitOf(seed)
    const setting = withHabit(drawSetting(this.random), habit)
    tell(JSON.stringify({ ...setting, habit, troubles: [...setting.troubles] }))
    this.world = new World(setting, seed * 7919, tell)
    const isKnown = (id: string): boolean => this.isKnown(id)
    const asUsers = [this.world.owners, this.truth, new Random(seed + 13), true, isKnown] as const
    this.users = habit === undefined ? new Users(...asUsers) : new HabitualUsers(habit, ...asUsers)
    this.checks = new Checks(this.world, this.truth)
    this.weather = new Weather(this.world, new Random(seed + 17))
    this.letHurry()
    this.misfortune = new Misfortune(this.world, new Random(seed + 19))
    this.wanton = new WantonFlow(this.world, this.truth, new Random(seed + 23))
    this.decisions = new Decisions(this.world, this.truth, new Random(seed + 29))
  }

  async whole(): Promise<void> {
    const { random, world } = this
    for (let count = 1 + random.below(5); count > 0; count -= 1) this.users.add(random.pick(SIDES))
    for (let act = 1 + random.below(2); act > 0; act -= 1) {
      for (let round = 1 + random.below(6); round > 0; round -= 1) {
        for (let doings = random.below(5); doings > 0; doings -= 1) {
          await world.time.pass(random.below(10) * MINUTE)
          this.users.act()
        }
        await this.weather.pass()
        if (random.chance(0.3)) await this.wanton.release(false)
        if (world.setting.troubles.has('decisions') && random.chance(0.5)) await this.whileAlive(this.decisions.act())
        await this.troubledRun()
      }
      await this.quiet()
    }
  }

  /** Some act on what was written as soon as they see it. */
  private letHurry(): void {
    const { network, time } = this.world
    const { done } = network
    network.done = (asked, status) => {
      done(asked, status)
      if (!(this.users instanceof HabitualUsers) || !this.weather.bad || status >= 300) return
      if (!['PUT', 'POST', 'PATCH'].includes(asked.method)) return
      const side = this.world.sideOf(asked.url.host.endsWith('googleapis.com') ? 'google' : 'icloud')
      const doing = this.users.hurried(asked, side)
      if (doing) void time.sleep(this.random.below(400)).then(doing)
    }
  }

  /** Whether the disk tells of a resource. */
  private isKnown(id: string): boolean {
    const files = [...this.world.life.disk.memory.snapshot()]
    return files.some(([path, bytes]) => path.includes('/calendars/') && includes(bytes, JSON.stringify(id)))
  }

  /** A run in which whatever the setting has in store may happen. */
  private async troubledRun(): Promise<void> {
    const { world, random } = this
    this.misfortune.before()
    if (world.setting.troubles.has('meanwhile')) {
      for (let doings = random.below(5); doings > 0; doings -= 1) {
        void world.time.sleep(random.below(4000)).then(() => this.users.act())
      }
    }
    const decides = world.setting.troubles.has('decisions')
    if (decides && random.chance(0.2)) {
      void world.time.sleep(random.below(4000)).then(() => this.decisions.act())
    }
    await world.run({
      ...(random.chance(0.1) ? { fullSync: true } : {}),
      ...(decides && random.chance(0.1) ? { conflictResolution: random.pick(STRATEGIES) } : {}),
    })
    this.misfortune.after()
  }

  private async whileAlive(work: Promise<void>): Promise<void> {
    await this.world.time.until(Promise.race([work, this.world.life.died]))
  }

  /** The sun comes out: no trouble any more, and what was held is handed on. */
  private async calm(): Promise<void> {
    const { world } = this
    this.weather.clear()
    await world.time.pass(61 * MINUTE)
    this.misfortune.after()
    this.wanton.wanton = false
    await this.wanton.release(true)
    await this.refusedAgain()
  }

  /** What was refused for good rests, and is tried again after a day. */
  private async refusedAgain(): Promise<void> {
    const { time, life } = this.world
    const pair = await time.until(life.pair())
    if ([...pair.agreement.entries.values()].some(({ refused }) => refused)) await time.pass(25 * 60 * MINUTE)
  }

  /** Nothing is in the way any more: it must come to rest, and then all must hold. */
  private async quiet(): Promise<void> {
    const { world, truth } = this
    await this.calm()
    await this.dryRun()
    let held = await this.rest()
    if (world.setting.troubles.has('decisions') && this.random.chance(0.5)) {
      await this.whileAlive(this.decisions.answerAll())
      held = await this.rest()
    }
    await this.newEngineAgrees()
    await this.idleRunAsksOnce()
    await this.opensNothing()
    this.checks.noDefects()
    truth.settled((side, tag) => held[side].byTag.has(tag))
    for (const tag of await this.openTags()) this.allowWhatStands(tag, held)
    this.weather.bad = true
    this.wanton.wanton = true
    this.weather.lostNews = this.weather.needsFullRead = false
    this.misfortune.backup = false
    this.decisions.beganAnew = false
  }

  /** Runs until there is nothing left to do, and looks at what has come out. */
  private async rest(): Promise<Both<Held>> {
    const { world } = this
    // What a server withheld, or an old state does not know, only a complete reading brings back.
    const backup = this.misfortune.backup || this.decisions.beganAnew
    const full = this.weather.needsFullRead || backup
    let last = await world.run(full ? { fullSync: true } : {})
    for (let runs = 0; !isIdle(last) && runs < RUNS; runs += 1) {
      await world.time.pass(61 * MINUTE)
      last = await world.run()
    }
    assert.ok(isIdle(last), `it does not come to rest: ${this.troubleIn(last)}`)
    const held = await heldOnBoth(world)
    this.checks.all(held, { backup, lostNews: this.weather.lostNews, open: await this.openTags() })
    await this.knowsWhatIsThere(held)
    return held
  }

  /** No more and no less: what nobody told of is asked for now and then. */
  private async knowsWhatIsThere(held: Both<Held>): Promise<void> {
    for (const side of SIDES) {
      const { replica } = await this.world.life.access[this.world.providerOf(side)].open()
      const known = [...replica.entries.values()].flatMap(({ is, id }) => (is === 'live' ? id : []))
      const there = [...held[side].byTag.values()].flat().map(({ id }) => id)
      assert.deepEqual(known.sort(), there.sort(), `what is known of the ${side} is not what is there`)
    }
  }

  /** It writes to no calendar, changes nothing that was agreed, and announces nothing. */
  private async dryRun(): Promise<void> {
    const { network, life, flow, time } = this.world
    await time.until(life.pair()) // which notes a run that was interrupted
    const agreed = (): string[] => agreedIn(life.disk.memory.snapshot())
    const before = { writes: network.writes, questions: flow.questions.length, agreed: agreed() }
    await this.world.run({ dryRun: true })
    const after = { writes: network.writes, questions: flow.questions.length, agreed: agreed() }
    assert.deepEqual(after, before, 'a dry run leaves traces')
  }

  /** A question that is still open may be settled for either side later: both have been edited. */
  private allowWhatStands(tag: string, held: Both<Held>): void {
    for (const side of SIDES) {
      this.truth.touch(side, tag)
      for (const { fields } of held[side].byTag.get(tag) ?? []) {
        for (const field of TEXTS) this.truth.allow(tag, field, (fields[field] ?? '') as string)
      }
    }
  }

  private troubleIn(report: Report | undefined): string {
    const { flow } = this.world
    const results = flow.written.at(-1)?.results ?? []
    const { planned, errors } = report ?? {}
    return JSON.stringify([planned, errors, results.slice(0, 3), flow.errors.map(({ message }) => message).slice(-2)])
  }

  /** What lies on the disk is all that a new process needs. */
  private async newEngineAgrees(): Promise<void> {
    const { world } = this
    world.restart()
    const report = await world.run()
    assert.deepEqual(world.life.warnings, [], 'a new process warns')
    assert.ok(isIdle(report), `a new process plans something: ${this.troubleIn(report)}`)
  }

  /** What could not be carried over when it was done goes nowhere when the way opens. */
  private async opensNothing(): Promise<void> {
    const { world } = this
    if (world.setting.direction === 'both') return
    world.deploy('both')
    const { operations } = (await world.run({ dryRun: true })) ?? {}
    const pair = await world.time.until(world.life.pair())
    // What a flow keeps from one side is still to be carried there.
    const isSkipped = (uid: string): boolean => this.truth.skipped.has(tagOf(uid, pair) ?? '')
    for (const side of SIDES) {
      const ops = operations?.[side].filter(({ action, uid }) => action !== 'create' && !isSkipped(uid)) ?? []
      const told = ops.map(({ action, uid, reason }) => `${action} ${uid}: ${reason}`)
      assert.deepEqual(told, [], `an open way carries by itself what was done before, to the ${side}`)
    }
    world.deploy()
  }

  private async idleRunAsksOnce(): Promise<void> {
    const { world } = this
    const before = { ...world.network.counts }
    const report = await world.run()
    assert.ok(isIdle(report), `an idle run is not: ${JSON.stringify(report)}`)
    const asked = {
      google: world.network.counts.google - before.google,
      icloud: world.network.counts.icloud - before.icloud,
    }
    const { ctag, multigetEtag } = world.icloud.options
    // A server that tells no ETag with a text and has no other sign of change is asked for its texts again and again.
    const icloud = ctag || multigetEtag ? 1 : asked.icloud
    assert.deepEqual(asked, { google: 1, icloud }, 'an idle run makes one request a side')
  }

  /** The events that a question is open about. */
  private async openTags(): Promise<Set<string>> {
    const pair = await this.world.time.until(this.world.life.pair())
    const tags = new Set<string>()
    for (const uid of pair.agreement.open) {
      const tag = tagOf(uid, pair)
      if (tag !== undefined) tags.add(tag)
    }
    return tags
  }
}

const includes = (bytes: Uint8Array, text: string): boolean => Buffer.from(bytes).includes(text)

/** What is known of the pair, but for its history, in which an earlier run may come to stand. */
const agreedIn = (files: ReadonlyMap<string, Uint8Array>): string[] =>
  [...files].flatMap(([path, bytes]) => {
    const text = Buffer.from(bytes).toString()
    if (!path.includes('/pairs/')) return []
    const isHistory = path.endsWith('/history.log.jsonl')
    return isHistory && !text.includes('"dryRun":true') ? [] : `${path} ${text}`
  })

/** Nothing was planned, and nothing went wrong. */
function isIdle(report: Report | undefined): boolean {
  if (!report || report.errors.length > 0 || report.remaining > 0) return false
  return SIDES.every((side) => Object.values(report.planned[side]).every((count) => count === 0))
}

/** Plays a history. @returns what it came to, for comparing it with itself */
export async function play(seed: number, tell?: (line: string) => void): Promise<string> {
  await warmUp()
  const history = new Play(seed, tell)
  await history.whole()
  const { network, life } = history.world
  const disk = [...life.disk.memory.snapshot()].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]).sort()
  return `${network.digest()} ${hashJson(disk)}`
}

let warm: Promise<unknown> | undefined

/** Libraries are loaded when first used, which takes real time: before it counts. */
function warmUp(): Promise<unknown> {
  warm ??= (async () => {
    const world = new World(drawSetting(new Random(1), []), 1, () => undefined)
    world.owners.left.add({ start: '2026-06-10', end: '2026-06-11' }, { description: '#warm' }, false)
    world.owners.right.add({ start: '2026-06-12', end: '2026-06-13' }, { description: '#up' }, false)
    for (let tries = 0; tries < 20; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      await world.run()
      await heldOnBoth(world)
    }
  })()
  return warm
}
