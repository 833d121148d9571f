import assert from 'node:assert/strict'
import type { Fields, Side } from '../../src/sync/model'
import { SIDES, other } from '../../src/sync/model'
import type { Trouble } from './memory-calendar'
import { World, agreed, at, spoken, tea } from './world'

const numbers = Array.from({ length: 120 }, (_, index) => index)
const titles = (world: World, side: Side): string[] =>
  [...world.sides[side].live().values()].map(({ summary }) => JSON.stringify(summary)).sort()

/** Each fifth request to a side gets no answer. */
function loseEachFifth(world: World, side: Side, how: (count: number) => Trouble): void {
  let requests = 0
  world.sides[side].trouble = () => ((requests += 1) % 5 === 0 ? how(requests) : 'none')
}

for (const to of SIDES) {
  const from = other(to)
  for (const [what, how] of [
    ['before it has an effect', () => 'silent before'],
    ['after it had its effect', () => 'silent after'],
    ['now before, now after', (count) => (count % 2 === 0 ? 'silent before' : 'silent after')],
  ] as [string, (count: number) => Trouble][]) {
    describe(`a write to the ${to} side whose answer is lost, ${what},`, () => {
      it('does not end a first sync: 120 events are there once, after one run', async () => {
        const world = new World()
        for (const index of numbers) world.sides[from].add(`u${index}`, { ...tea, summary: `Event ${index}` })
        loseEachFifth(world, to, how)
        await world.sync()
        assert.deepEqual(titles(world, to), titles(world, from))
        assert.equal(spoken(await world.sync()), 'nothing')
      })

      it('is made up for in the same run: edits and deletions, nothing doubled, nothing overwritten', async () => {
        const world = new World()
        for (const index of numbers) world.sides[from].add(`u${index}`, { ...tea, summary: `Event ${index}` })
        await world.settle()
        for (const index of numbers.slice(0, 20)) world.sides[from].remove(`u${index}`)
        for (const index of numbers.slice(20)) world.sides[from].edit(`u${index}`, { summary: `Changed ${index}` })
        loseEachFifth(world, to, how)
        await world.with({ deletionLimit: 100 }).sync()
        assert.deepEqual(titles(world, to), titles(world, from))
        assert.equal(spoken(await world.sync()), 'nothing')
      })

      it('is made up for in the middle of a series', async () => {
        const world = await agreed({ ...tea, ...weekly })
        world.sides[to].piecemeal = true
        const changes: Fields = { summary: 'Lesson', [MOVED]: { summary: 'Excursion' }, [CANCELLED]: null }
        world.sides[from].edit('tea', changes)
        let requests = 0
        world.sides[to].trouble = () => ((requests += 1) <= 2 ? how(requests) : 'none')
        await world.sync()
        assert.deepEqual(world.sides[to].live().get('tea'), world.sides[from].live().get('tea'))
        assert.equal(spoken(await world.sync()), 'nothing')
      })
    })
  }

  describe(`a write to the ${to} side whose answer was lost`, () => {
    it('is not made again over what somebody else has changed meanwhile', async () => {
      const world = await agreed(tea)
      world.sides[from].edit('tea', { summary: 'Green tea' })
      let requests = 0
      world.sides[to].trouble = () => {
        requests += 1
        if (requests > 1) return 'none'
        world.sides[to].edit('tea', { summary: 'Black tea' })
        return 'silent before'
      }
      await world.sync()
      assert.equal(world.sides[to].live().get('tea')?.summary, 'Black tea')
      assert.equal(spoken(await world.sync()), 'ask (conflict)')
    })

    it('is not taken for a deletion by somebody else', async () => {
      const world = await agreed(tea)
      world.sides[from].remove('tea')
      world.sides[to].trouble = () => 'silent after'
      await world.sync()
      world.sides[to].trouble = () => 'none'
      assert.equal(spoken(await world.sync()), 'nothing')
      assert.deepEqual([world.left.live().size, world.right.live().size], [0, 0])
    })

    it('ends the run once several in a row are lost, of different events: the line is down', async () => {
      const world = new World()
      for (const index of numbers) world.sides[from].add(`u${index}`, { ...tea, summary: `Event ${index}` })
      world.sides[to].trouble = () => 'silent before'
      await world.sync()
      assert.ok(world.sides[to].writes <= 8, String(world.sides[to].writes))
      assert.ok([...world.agreement.entries.values()].every(({ failures }) => failures === undefined))
      world.sides[to].trouble = () => 'none'
      await world.settle()
      assert.deepEqual(titles(world, to), titles(world, from))
    })

    it('is tried a few times, and keeps no other event from being written', async () => {
      const world = new World()
      world.sides[from].add('cursed', { ...tea, summary: 'Cursed' })
      for (const index of numbers.slice(0, 9)) world.sides[from].add(`u${index}`, { ...tea, summary: `Event ${index}` })
      world.sides[to].cursed = 'cursed'
      for (let runs = 0; runs < 3; runs += 1) await world.sync()
      assert.equal(titles(world, to).length, 9)
      assert.equal(spoken(await world.sync()), 'leave (refused)')
      assert.equal(spoken(await world.sync()), 'nothing')
    })
  })
}

const weekly: Fields = { when: { ...(at('2026-06-10').when as object), recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=WE'] } }
const MOVED = 'exceptions.2026-06-17T08:00:00Z'
const CANCELLED = 'exceptions.2026-06-24T08:00:00Z'
