import assert from 'node:assert/strict'
import type { Fields, Side } from '../../src/sync/model'
import { SIDES, other } from '../../src/sync/model'
import { withoutRefusal } from '../../src/sync/refusal'
import type { World } from './world'
import { DAY, HOUR, agreed, at, spoken, tea } from './world'

/** What the next run would do, and does. */
async function run(world: World): Promise<string> {
  return spoken(await world.sync())
}

const RESTS = 'leave (refused)'

for (const to of SIDES) {
  const from = other(to)

  describe(`what the ${to} side refuses for good`, () => {
    /** Does something that goes to that side, which refuses it, in a run. */
    const refused = async (act: (world: World) => void, start: Fields = tea): Promise<World> => {
      const world = await agreed(start)
      act(world)
      world.sides[to].trouble = () => 'refused'
      await world.sync()
      return world
    }
    const acts: readonly [string, string, (world: World) => void][] = [
      ['an edit', `update ${to}: summary`, (world) => world.sides[from].edit('tea', { summary: 'Green tea' })],
      ['a new event', `create ${to}`, (world) => void world.sides[from].add('lunch', { ...tea, summary: 'Lunch' })],
      ['a deletion', `delete ${to}`, (world) => world.sides[from].remove('tea')],
    ]
    for (const [what, write, act] of acts) {
      it(`rests, ${what}, and is tried again after a day`, async () => {
        const world = await refused(act)
        const before = world.sides[to].writes
        assert.equal(await run(world), RESTS)
        for (let hours = 0; hours < 20; hours += 5) {
          world.tick(5 * HOUR)
          assert.equal(await run(world), 'nothing')
        }
        assert.equal(world.sides[to].writes, before)
        world.tick(4 * HOUR)
        assert.equal(await run(world), write)
        assert.equal(await run(world), RESTS)
        world.sides[to].trouble = () => 'none'
        world.tick(DAY)
        assert.equal(await run(world), write)
        assert.deepEqual([...world.left.live()], [...world.right.live()])
        assert.ok([...world.agreement.entries.values()].every((entry) => !entry.refused))
      })
    }

    it('is tried again as soon as either side changes', async () => {
      for (const side of SIDES) {
        const world = await refused(acts[0]![2])
        assert.equal(await run(world), RESTS)
        world.sides[side].edit('tea', { location: 'Kitchen' })
        assert.match(await run(world), new RegExp(`update ${to}: .*summary`))
      }
    })

    it('does not keep the other way from going on', async () => {
      const world = await refused(acts[0]![2])
      world.sides[to].edit('tea', { location: 'Kitchen' })
      await world.sync()
      assert.equal(world.sides[from].live().get('tea')?.location, 'Kitchen')
    })

    it('is forgotten when nothing is left to write', async () => {
      const world = await refused(acts[0]![2])
      await world.sync()
      world.sides[from].edit('tea', { summary: 'Tea' })
      assert.equal(await run(world), 'nothing')
      assert.equal(world.agreement.get('tea')?.refused, undefined)
      assert.equal(world.agreement.get('tea')?.due, undefined)
    })

    it('is tried at once where the user wants it', async () => {
      const world = await refused(acts[0]![2])
      await world.sync()
      world.agreement.set({ ...withoutRefusal(world.agreement.get('tea')!), due: 0 })
      assert.equal(await run(world), `update ${to}: summary`)
    })

    it('rests after a part of it was taken', async () => {
      const weekly = { when: { ...(at('2026-06-10').when as object), recurrence: ['RRULE:FREQ=WEEKLY'] } }
      const world = await agreed({ ...tea, ...weekly })
      world.sides[to].piecemeal = true
      const moved = 'exceptions.2026-06-17T08:00:00Z'
      world.sides[from].edit('tea', { summary: 'Lesson', [moved]: { summary: 'Excursion' } })
      let request = 0
      world.sides[to].trouble = () => ((request += 1) > 1 ? 'refused' : 'none')
      assert.match(await run(world), new RegExp(`update ${to}: ${moved}, summary`))
      assert.equal(await run(world), RESTS)
      assert.equal(await run(world), 'nothing')
    })

    it('does not rest for longer by a clock that is set back', async () => {
      const world = await refused(acts[0]![2])
      world.tick(-3 * DAY)
      assert.equal(await run(world), `update ${to}: summary`)
    })

    it('lets "keep both" rest as well', async () => {
      const world = await agreed(tea)
      world.left.edit('tea', { summary: 'Left' })
      world.right.edit('tea', { summary: 'Right' })
      await world.sync()
      world.answer('tea', { both: from })
      world.sides[to].trouble = () => 'refused'
      assert.equal(await run(world), `create ${to}`)
      assert.equal(await run(world), RESTS)
      assert.equal(await run(world), 'nothing')
    })
  })

  describe(`what fails again and again on the ${to} side, and alone`, () => {
    it('rests from the third run on for an hour, then for longer and longer, at most a day', async () => {
      const world = await agreed(tea)
      world.sides[from].edit('tea', { summary: 'Green tea' })
      world.sides[to].trouble = () => 'lost before'
      for (let times = 0; times < 3; times += 1) assert.equal(await run(world), `update ${to}: summary`)
      for (const hours of [1, 2, 4, 8, 16, 24, 24]) {
        assert.equal(await run(world), RESTS)
        world.tick((hours - 0.1) * HOUR)
        assert.equal(await run(world), 'nothing')
        world.tick(0.2 * HOUR)
        assert.equal(await run(world), `update ${to}: summary`)
      }
    })
  })
}

describe('a refusal', () => {
  const results = async (world: World, to: Side) => {
    await world.read()
    const ops = world.record(world.plan())
    return world.carryOut(ops.filter((op) => op.to === to).map((op) => world.task(op)))
  }

  it('is news once, until either side changes', async () => {
    const world = await agreed(tea)
    world.left.edit('tea', { summary: 'Green tea' })
    world.right.trouble = () => 'refused'
    const rests = async () =>
      (await results(world, 'right')).map((each) => (each.status === 'failed' ? each.rests : each.status))
    assert.deepEqual(await rests(), ['now'])
    assert.deepEqual(await rests(), [])
    world.tick(25 * HOUR)
    assert.deepEqual(await rests(), ['still'])
    world.left.edit('tea', { summary: 'Black tea' })
    assert.deepEqual(await rests(), ['now'])
  })

  it('rests for no event because a whole calendar is out of reach', async () => {
    const world = await agreed(tea)
    world.left.edit('tea', { summary: 'Green tea' })
    world.right.trouble = () => 'throttled'
    for (let times = 0; times < 5; times += 1) assert.equal(await run(world), 'update right: summary')
    assert.equal(world.agreement.get('tea')?.failures, undefined)
  })
})
