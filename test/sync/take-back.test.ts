import assert from 'node:assert/strict'
import type { Side } from '../../src/sync/model'
import { SIDES, other } from '../../src/sync/model'
import type { World } from './world'
import { agreed, spoken, tea } from './world'

/** Events came to one side, were read and copied, and came to the other by themselves between its read and our write. */
async function importedMeanwhile(to: Side, count: number): Promise<World> {
  const world = await agreed({ ...tea, summary: 'Other' }, 'other')
  for (let index = 0; index < count; index += 1) world.sides[other(to)].add(`party${index}`, tea)
  await world.read()
  for (let index = 0; index < count; index += 1) world.sides[to].add(`party${index}`, tea)
  await world.write()
  return world
}

const idsOf = (world: World, side: Side): string[] =>
  [...world.sides[side].events].filter(([, { deleted }]) => !deleted).map(([id]) => id)

describe('A copy beside the event itself', () => {
  for (const to of SIDES) {
    it(`is taken back from the ${to}, however many they are, and kept in the history`, async () => {
      const world = await importedMeanwhile(to, 8)
      assert.equal(idsOf(world, to).length, 1 + 2 * 8)
      assert.equal(spoken(await world.sync()), Array(8).fill(`delete ${to}`).join(' + '))
      assert.equal(world.lost.length, 8)
      assert.equal(spoken(await world.sync()), 'nothing')
      assert.ok(!idsOf(world, to).some((id) => id.includes('copy-party')))
      world.sides[to].edit('party0', { summary: 'Feast' })
      await world.settle()
      assert.equal(world.sides[other(to)].live().get('party0')?.summary, 'Feast')
    })

    it(`is taken back from the ${to} where an earlier copy came out of the trash in that moment`, async () => {
      const world = await agreed()
      const side = world.sides[to]
      world.sides[other(to)].add('party', tea)
      await world.settle()
      const first = idsOf(world, to).find((id) => id.includes('copy-party'))!
      world.sides[other(to)].remove('party')
      await world.settle()
      world.sides[other(to)].add('party', tea)
      await world.read()
      await world.write()
      side.restore('party')
      await world.settle()
      assert.deepEqual(
        idsOf(world, to).filter((id) => id.includes('copy-party')),
        [first],
      )
      assert.equal(idsOf(world, other(to)).length, 2)
    })

    it(`stays on the ${to} if somebody has touched it before, or does before it is deleted`, async () => {
      const world = await importedMeanwhile(to, 1)
      const touch = (): void => {
        const copy = idsOf(world, to).find((id) => id.includes('copy-party'))!
        const kept = world.sides[to].events.get(copy)!
        world.sides[to].events.set(copy, {
          ...kept,
          fields: { ...kept.fields, summary: 'Mine' },
          version: kept.version + 100,
        })
      }
      await world.read()
      const steps = world.plan()
      touch()
      await world.carryOut(world.record(steps).map((op) => world.task(op)))
      assert.equal(idsOf(world, to).length, 3)
      await world.settle()
      assert.equal(idsOf(world, to).length, 3)
      assert.equal(idsOf(world, other(to)).length, 2)
    })

    it(`is left alone on the ${to} if the other came later`, async () => {
      const world = await agreed()
      world.sides[other(to)].add('party', tea)
      await world.settle()
      world.sides[to].add('party', tea)
      assert.equal(spoken(await world.sync()), 'leave (duplicate)')
      assert.equal(idsOf(world, to).length, 3)
    })

    it(`is taken back from the ${to} in a later run if its deletion failed`, async () => {
      const world = await importedMeanwhile(to, 1)
      world.sides[to].trouble = () => 'lost before'
      await world.sync()
      world.sides[to].trouble = () => 'none'
      await world.settle()
      assert.equal(idsOf(world, to).length, 2)
      assert.equal(idsOf(world, other(to)).length, 2)
    })
  }
})
