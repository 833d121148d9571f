import assert from 'node:assert/strict'
import { SIDES, other } from '../../src/sync/model'
import { World, agreed, spoken, tea } from './world'

/** The event was deleted on one side; our deletion on the other had its effect or not, and its answer was lost. */
async function lostDeletion(from: 'left' | 'right', trouble: 'lost after' | 'lost before', rules = {}): Promise<World> {
  const world = (await agreed()).with({ strategy: 'manual', ...rules })
  world.sides[from].remove('tea')
  world.sides[other(from)].trouble = () => trouble
  await world.sync()
  world.sides[other(from)].trouble = () => 'none'
  return world
}

describe('A deletion of ours whose answer was lost', () => {
  for (const from of SIDES) {
    const to = other(from)

    it(`is nobody's: the event that was restored on the ${from} is made again on the ${to}`, async () => {
      const world = await lostDeletion(from, 'lost after')
      world.sides[from].add('tea', tea)
      await world.settle()
      assert.deepEqual([...world.left.live().keys(), ...world.right.live().keys()], ['tea', 'tea'])
    })

    it(`is nobody's in a one-way node either (${from} to ${to})`, async () => {
      const world = new World().oneWay(to)
      world.sides[from].add('tea', tea)
      await world.settle()
      world.sides[from].remove('tea')
      world.sides[to].trouble = () => 'lost after'
      await world.sync()
      world.sides[to].trouble = () => 'none'
      world.sides[from].add('tea', tea)
      await world.settle()
      assert.deepEqual([...world.sides[to].live().keys()], ['tea'])
    })

    it(`and never took effect is made again while the event is gone from the ${from}`, async () => {
      const world = await lostDeletion(from, 'lost before')
      await world.settle()
      assert.deepEqual([...world.left.live().keys(), ...world.right.live().keys()], [])
    })

    it(`and never took effect does not excuse a later deletion on the ${to}`, async () => {
      const world = await lostDeletion(from, 'lost before')
      world.sides[from].add('tea', tea)
      await world.settle()
      world.sides[to].remove('tea')
      await world.settle()
      assert.deepEqual([...world.left.live().keys(), ...world.right.live().keys()], [])
    })

    for (const strategy of ['manual', 'latest-wins', 'left-wins', 'right-wins'] as const) {
      it(`is asked about if another version of the event lives on the ${to} (${strategy})`, async () => {
        const rules = { strategy: strategy === 'left-wins' ? 'left' : strategy === 'right-wins' ? 'right' : strategy }
        const world = await lostDeletion(from, 'lost after', rules)
        world.sides[to].add('tea', tea) // somebody has put it back before anybody read
        assert.equal(spoken(await world.sync()), 'ask (missing)')
        world.answer('tea', 'keep')
        assert.equal(spoken(await world.sync()), 'nothing')
        assert.deepEqual([...world.sides[to].live().keys()], ['tea'])
      })
    }
  }
})
