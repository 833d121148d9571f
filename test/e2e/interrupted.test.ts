import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { World } from '../demo/world'
import { Random } from '../sync/random'
import { NOTHING } from './carried'
import { agendas, assertNoMail, difference, doubled, type Agendas } from './sides'
import type { Site } from './site'
import { newStage, type Stage } from './stage'
import { goOn, stallAt } from './stall'

/** With the demo's own events these make 500. */
const MANY = 441

/** One of many events, on its own hour of the next months. */
function addToGoogle(world: World, index: number): void {
  const at = (hour: number): object => ({
    dateTime: new Date(Date.UTC(2026, 0, 1, hour) + TODAY - JANUARY + (index % 300) * DAY).toISOString().slice(0, 19),
    timeZone: 'Europe/Berlin',
  })
  const hour = 1 + Math.floor(index / 300)
  world.google.user.create({ summary: `Event ${index}`, start: at(hour), end: at(hour + 1) })
}
const DAY = 86_400_000
/** Today stays the day on which the tests began, also when midnight passes. */
const TODAY = Math.floor(Date.now() / DAY) * DAY
const JANUARY = Date.UTC(2026, 0, 1)

describe('A first sync in a real Node-RED', function () {
  let stage: Stage
  let world: World
  let site: Site
  let before: Agendas

  beforeEach(async () => {
    stage = await newStage()
    ;({ world, site } = stage)
    before = agendas(world)
  })
  afterEach(() => stage.close())

  /** Both calendars hold what both held, once; only the concert's two places wait for a decision. */
  function assertWhole(more = 0): void {
    const { google, icloud } = agendas(world)
    const { onlyFirst, onlySecond } = difference(google, icloud)
    for (const line of [...onlyFirst, ...onlySecond]) assert.match(line, /Concert/)
    const all = [...before.google, ...before.icloud].filter((line) => !/Bank appointment \| {2}\|/.test(line))
    assert.deepEqual(
      all.filter((line) => !google.includes(line) && !icloud.includes(line)),
      [],
    )
    assert.deepEqual([doubled(google), doubled(icloud)], [[], []])
    // What lies before the window is on one side only: two events at Google, one at iCloud.
    assert.deepEqual([world.googleOwner.rows().length, world.icloudOwner.rows().length], [97 + more, 96 + more])
    assertNoMail(world)
  }

  async function assertDone(more = 0): Promise<void> {
    assertWhole(more)
    const next = await site.sync()
    assert.deepEqual([next.planned, next.errors], [{ left: NOTHING, right: NOTHING }, []])
    assertWhole(more)
  }

  it('that is killed over and over loses nothing and doubles nothing', async () => {
    let stalled = stallAt(world, 5, 'done')
    await site.install()
    for (const [count, when] of [
      [15, 'done'],
      [15, 'asked'],
      [20, 'done'],
    ] as const) {
      await stalled
      await site.kill()
      stalled = stallAt(world, count, when)
      await site.start()
    }
    await stalled
    await site.kill()
    goOn(world)
    const report = await site.report(() => site.start())
    assert.deepEqual(report.errors, [])
    await assertDone()
  })

  it('of 500 events that is killed at 20 moments, whatever it was about, loses nothing and doubles nothing', async () => {
    for (let index = 0; index < MANY; index += 1) addToGoogle(world, index)
    before = agendas(world)
    const random = new Random(20)
    await site.install()
    for (let kill = 0; kill < 20; kill += 1) {
      await setTimeout(random.below(400))
      await site.kill()
      await site.start()
    }
    await site.kill()
    const report = await site.report(() => site.start())
    assert.deepEqual(report.errors, [])
    await assertDone(MANY)
  })

  it('that is ended by SIGTERM, with requests that nobody answers, ends cleanly and goes on at the next start', async () => {
    const stalled = stallAt(world, 20, 'done')
    await site.install()
    await stalled
    assert.equal(await site.stop(), 0)
    assert.deepEqual(
      site.log.filter((line) => /timed out|unhandled|uncaught|\[error\]/i.test(line)),
      [],
    )
    goOn(world)
    const report = await site.report(() => site.start())
    assert.deepEqual(report.errors, [])
    await assertDone()
  })

  it('that is cut off by a deploy goes on after it', async () => {
    const stalled = stallAt(world, 30, 'done')
    await site.install()
    await stalled
    goOn(world)
    const report = await site.report(() => site.deploy())
    assert.deepEqual(report.errors, [])
    await assertDone()
    assert.deepEqual(site.listener.all('error'), [])
  })
})
