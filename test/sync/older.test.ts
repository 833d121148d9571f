import assert from 'node:assert/strict'
import type { Read, Seen } from '../../src/event/calendar'
import type { Fields, Side } from '../../src/sync/model'
import { SIDES, other } from '../../src/sync/model'
import { observe } from '../../src/sync/replica'
import { DAY, HOUR, START, World, agreed, at, spoken, tea } from './world'

/** Reads all of both calendars. `lost`: because a server does not know the position any more. */
async function readAll(world: World, lost: boolean): Promise<void> {
  for (const side of SIDES) {
    const replica = world.replicas[side]
    const read = await world.sides[side].read(null, replica.entries)
    observe(replica, read, world.clock, lost)
    world.positions[side] = read.position
  }
}

/** Tea became green tea in both calendars; then one of them went back to where it had been tea. */
async function wentBack(side: Side, fields: Fields = tea): Promise<World> {
  const world = new World()
  for (const each of SIDES) world.sides[each].add('tea', fields)
  await world.settle()
  const putBack = world.sides[side].backup()
  world.tick(HOUR)
  world.sides[other(side)].edit('tea', { summary: 'Green tea' })
  await world.settle()
  world.tick(HOUR)
  putBack()
  return world
}

describe('an old state of a server', () => {
  for (const side of SIDES) {
    for (const strategy of ['manual', 'latest-wins', 'left', 'right'] as const) {
      it(`is asked about and overwrites nothing when it comes back on the ${side} (${strategy})`, async () => {
        const world = (await wentBack(side)).with({ strategy })
        await readAll(world, true)
        assert.equal(spoken(world.plan()), 'ask (no-base)')
      })
    }

    it(`is known on the ${side} by what it means where the server gives it a new stamp`, async () => {
      const world = await wentBack(side)
      for (const [id, kept] of world.sides[side].events) {
        world.sides[side].events.set(id, { ...kept, changedAt: world.clock })
      }
      await readAll(world, true)
      assert.equal(spoken(world.plan()), 'ask (no-base)')
    })

    it(`is known on the ${side} where a complete read lacks what was there`, async () => {
      const world = await agreed()
      const putBack = world.sides[side].backup()
      world.tick(HOUR)
      world.left.edit('tea', { summary: 'Green tea' })
      world.sides[side].add('cake', { ...at('2026-06-12'), summary: 'Cake' })
      await world.settle()
      world.tick(HOUR)
      putBack()
      await readAll(world, false)
      assert.equal(spoken(world.plan()), 'ask (missing) + ask (no-base)')
    })

    it(`is asked about outside the window, too, on the ${side}`, async () => {
      const world = await wentBack(side, { ...at('2026-01-10'), summary: 'Tea' })
      await readAll(world, true)
      assert.equal(spoken(world.plan()), 'ask (no-base)')
    })

    it(`is an edit like any other on the ${side} where the server knows the position and nothing is missing`, async () => {
      for (const all of [true, false]) {
        const world = await wentBack(side)
        await (all ? readAll(world, false) : world.read())
        assert.equal(spoken(world.plan()), `update ${other(side)}: summary`)
      }
    })

    it(`goes nowhere with what is edited on the ${side} later`, async () => {
      const world = await wentBack(side)
      await readAll(world, true)
      world.record(world.plan())
      world.sides[side].edit('tea', { location: 'Kitchen' })
      await world.settle()
      assert.equal(world.sides[other(side)].live().get('tea')?.summary, 'Green tea')
      assert.equal(world.sides[other(side)].live().get('tea')?.location, 'Kitchen')
      assert.equal(world.sides[side].live().get('tea')?.summary, 'Tea')
    })

    it(`leaves what was edited on the other side meanwhile to flow to the ${side}`, async () => {
      const world = await wentBack(side)
      world.sides[other(side)].edit('tea', { location: 'Garden' })
      await readAll(world, true)
      assert.equal(spoken(world.plan()), `ask (no-base) + update ${side}: location`)
    })

    it(`ends with an edit of the field that came back on the ${side}`, async () => {
      const world = await wentBack(side)
      await readAll(world, true)
      world.record(world.plan())
      world.sides[side].edit('tea', { summary: 'Black tea' })
      await world.settle()
      assert.equal(world.sides[other(side)].live().get('tea')?.summary, 'Black tea')
    })

    for (const winner of SIDES) {
      it(`is settled by an answer (back on the ${side}, ${winner} wins), and later edits flow`, async () => {
        const world = await wentBack(side)
        await readAll(world, true)
        world.record(world.plan())
        world.answer('tea', winner)
        await world.settle()
        const summary = winner === side ? 'Tea' : 'Green tea'
        for (const each of SIDES) assert.equal(world.sides[each].live().get('tea')?.summary, summary)
        for (const each of SIDES) {
          world.tick(DAY)
          world.sides[each].edit('tea', { summary: `${each} tea` })
          await world.settle()
          assert.equal(world.sides[other(each)].live().get('tea')?.summary, `${each} tea`)
        }
      })
    }
  }

  it('takes what a listing lacks for missing only where something else in it is older', async () => {
    for (const [byListing, changedAt, how] of [
      [true, START - DAY, 'missing'],
      [true, START + DAY, 'deleted'],
      [false, START - DAY, 'deleted'],
    ] as const) {
      const world = await agreed()
      world.left.add('cake', { ...at('2026-06-12'), summary: 'Cake' })
      await world.read()
      const [id] = world.left.of('cake')
      const older = {
        ...world.left.seen(world.left.of('tea')[0]),
        fields: { ...tea, summary: 'Old' },
        changedAt,
      } as Seen
      const gone: Seen = { uid: 'cake', id, is: 'gone', how: 'deleted' }
      const read: Read = { kind: 'incremental', seen: [older, gone], position: 1, ...(byListing ? { byListing } : {}) }
      observe(world.replicas.left, read, world.clock)
      const now = world.replicas.left.entries.get(id)
      assert.equal(now?.is === 'gone' && now.how, how)
    }
  })
})
