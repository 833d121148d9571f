import assert from 'node:assert/strict'
import { heldOnBoth } from '../engine/held'
import { drawSetting } from '../engine/setting'
import { World } from '../engine/world'
import { Random } from '../sync/random'
import type { Failure } from './memory-disk'

const MINUTE = 60_000
const TIMES = { start: '2026-06-10T10:00:00', end: '2026-06-10T11:00:00', zone: 'Europe/Berlin' }
const TAGS = ['tea', 'coffee', 'cake', 'pie', 'bread', 'jam']

/** Google on the left, iCloud on the right; nothing is read yet. */
function newWorld(): World {
  const setting = drawSetting(new Random(1), [])
  const plain = { googleIs: 'left', direction: 'both', strategy: 'manual', deletionLimit: 100 } as const
  const world = new World(
    { ...setting, ...plain, busyTo: undefined, maxOperations: 1000, caldav: { rewrites: 'stamps' } },
    1,
    () => undefined,
  )
  TAGS.forEach((tag, index) => {
    world.owners[index % 2 === 0 ? 'left' : 'right'].add(TIMES, { summary: tag, description: `#${tag}` }, false)
  })
  return world
}

async function run(world: World): Promise<string[]> {
  await world.time.pass(5 * MINUTE)
  world.flow.errors.splice(0)
  const report = await world.run()
  return (report?.errors ?? []).map(({ code }) => code)
}

async function eachOnce(world: World, tags: readonly string[]): Promise<void> {
  const held = await heldOnBoth(world)
  for (const side of ['left', 'right'] as const) {
    for (const tag of tags) assert.equal(held[side].byTag.get(tag)?.length, 1, `${tag} on the ${side}`)
  }
}

const CODES: Record<string, string> = { full: 'calsync.store-disk-full', 'read-only': 'calsync.store-read-only' }

describe('A disk that fails in the middle of a run', () => {
  const failures: Failure[] = [
    { is: 'read-only' },
    ...[0, 1, 200, 900, 2000, 4000, 6000, 9000, 14_000].map((after): Failure => ({ is: 'full', after })),
  ]
  for (const failure of failures) {
    const name = 'after' in failure ? `${failure.is} after ${failure.after} bytes` : failure.is
    it(`(${name}, at the first sync) is named with what to do; when it works again all goes on, once`, async () => {
      const world = newWorld()
      world.life.disk.memory.fail(failure)
      const codes = await run(world)
      assert.ok(codes.length > 0 || world.reports.at(-1)?.applied.right.create === 3, codes.join())
      for (const code of codes) assert.equal(code, CODES[failure.is])
      for (const { message } of world.flow.errors) {
        assert.match(message, failure.is === 'full' ? /disk is full\. Free some space/ : /read-only/)
      }
      await run(world)
      world.life.disk.memory.fail(null)
      for (let again = 0; again < 3; again += 1) await run(world)
      assert.deepEqual(await run(world), [])
      await eachOnce(world, TAGS)
    })
  }

  for (const failure of failures) {
    const name = 'after' in failure ? `${failure.is} after ${failure.after} bytes` : failure.is
    it(`(${name}, while there is much to do) loses nothing, doubles nothing, overwrites nothing unkept, also after a restart`, async () => {
      const world = newWorld()
      await run(world)
      await run(world)
      const { left, right } = world.owners
      left.setText(left.events()[0]!.id, 'summary', 'Edited')
      right.setText(right.events()[1]!.id, 'location', 'Kitchen')
      left.add(TIMES, { summary: 'new', description: '#new' }, false)
      const gone = right.events().at(-1)!
      right.remove(gone.id)
      world.life.disk.memory.fail(failure)
      await run(world)
      const snapshot = world.life.disk.memory.snapshot()
      world.restart(snapshot)
      for (let again = 0; again < 4; again += 1) await run(world)
      assert.deepEqual(await run(world), [])
      await eachOnce(world, ['new'])
      const held = await heldOnBoth(world)
      const tags = (side: 'left' | 'right'): string[] => [...held[side].byTag.keys()].sort()
      assert.deepEqual(tags('left'), tags('right'))
      assert.equal(tags('left').length, TAGS.length) // one went, one came
    })
  }

  it('says so in each run, and goes on with reading as soon as it can', async () => {
    const world = newWorld()
    world.life.disk.memory.fail({ is: 'read-only' })
    for (let again = 0; again < 3; again += 1) assert.ok((await run(world)).includes('calsync.store-read-only'))
    assert.deepEqual(
      world.google.takeRequests().filter((request) => !request.startsWith('GET')),
      [],
    )
    world.life.disk.memory.fail(null)
    assert.deepEqual(await run(world), [])
    await run(world)
    await eachOnce(world, TAGS)
  })
})
