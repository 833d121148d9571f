import assert from 'node:assert/strict'
import type { Report } from '../../src/runtime/report'
import type { Live } from '../../src/event/calendar'
import { hashJson } from '../../src/event/json'
import { idOn } from '../../src/sync/agreement'
import { SIDES } from '../../src/sync/model'
import { Random } from '../sync/random'
import { Checks } from './checks'
import { heldOnBoth } from './held'
import { tagIn } from './owner'
import { drawSetting } from './setting'
import { Truth } from './truth'
import { Users } from './users'
import { World } from './world'

const MINUTE = 60_000
/** Runs after which it must be quiet: those that carry only a few operations need more. */
const RUNS = 60

/** One whole history from one seed. */
export class Play {
  readonly world: World
  readonly truth = new Truth()
  readonly users: Users
  readonly checks: Checks
  readonly random: Random

  constructor(
    readonly seed: number,
    tell: (line: string) => void = () => undefined,
  ) {
    this.random = new Random(seed)
    const setting = drawSetting(this.random)
    tell(JSON.stringify({ ...setting, troubles: [...setting.troubles] }))
    this.world = new World(setting, seed * 7919, tell)
    this.users = new Users(this.world.owners, this.truth, new Random(seed + 13), true)
    this.checks = new Checks(this.world, this.truth)
  }

  async whole(): Promise<void> {
    const { random, world } = this
    for (let count = 1 + random.below(5); count > 0; count -= 1) this.users.add(random.pick(SIDES))
    for (let act = 1 + random.below(2); act > 0; act -= 1) {
      for (let round = 1 + random.below(4); round > 0; round -= 1) {
        for (let doings = random.below(4); doings > 0; doings -= 1) {
          await world.time.pass(random.below(10) * MINUTE)
          this.users.act()
        }
        await world.run()
      }
      await this.quiet()
    }
  }

  /** Nothing is in the way any more: it must come to rest, and then all must hold. */
  private async quiet(): Promise<void> {
    const { world, truth } = this
    let last: Report | undefined
    let runs = 0
    do {
      await world.time.pass(61 * MINUTE)
      last = await world.run()
      runs += 1
    } while (!isIdle(last) && runs < RUNS)
    assert.ok(
      isIdle(last),
      `it does not come to rest: ${JSON.stringify(last)} ${JSON.stringify(this.world.flow.written.slice(-2))}`,
    )
    const held = await heldOnBoth(world)
    this.checks.all(held, { backup: false, lostNews: false, open: await this.openTags() })
    await this.idleRunAsksOnce()
    truth.settled((side, tag) => held[side].byTag.has(tag))
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
      const entry = pair.agreement.get(uid)
      for (const side of SIDES) {
        const seen = entry && pair.calendars[side].replica.get(idOn(entry, side) ?? '')
        const tag = tagIn((seen as Partial<Live> | undefined)?.fields?.description as string | undefined)
        if (tag !== undefined) tags.add(tag)
      }
    }
    return tags
  }
}

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
