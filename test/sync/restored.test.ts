import assert from 'node:assert/strict'
import type { Fields, Side } from '../../src/sync/model'
import { SIDES, other } from '../../src/sync/model'
import { World, agreed, at, spoken, tea } from './world'

/** What is there, by title, whichever uid it has. */
const titles = (world: World, side: Side): string[] =>
  [...world.sides[side].events.values()]
    .filter(({ deleted }) => !deleted)
    .map(({ fields: { summary } }) => (typeof summary === 'string' ? summary : ''))
    .sort()

function assertBoth(world: World, ...expected: string[]): void {
  for (const side of SIDES) assert.deepEqual(titles(world, side), expected, side)
  assert.equal(world.agreement.open.size, 0)
}

/** The trash gives an event a new UID, and a new id of the server's. */
const restore = (world: World, side: Side, uid = 'tea', as = 'restored'): void =>
  world.sides[side].restore(uid, `${side}-${as}`, as)

const pairOf = (world: World, ids: string): unknown => {
  const entry = [...world.agreement.entries.values()].find(
    (each) => each.is === 'pair' && (each.left.id === ids || each.right.id === ids),
  )
  return entry?.uid
}

describe('An event that comes out of the trash under a new UID', () => {
  for (const side of SIDES) {
    const there = other(side)

    /** Deleted on `side`, renamed on the other, and asked about. */
    async function asked(): Promise<World> {
      const world = await agreed()
      world.sides[side].remove('tea')
      world.sides[there].edit('tea', { summary: 'Green Tea' })
      assert.equal(spoken(await world.sync()), 'ask (conflict)')
      return world
    }

    describe(`on the ${side}`, () => {
      for (const choice of [there, { event: { summary: 'White Tea' } }] as const) {
        it(`is no second one when the answer is ${JSON.stringify(choice)}`, async () => {
          const world = await asked()
          restore(world, side)
          world.answer('tea', choice)
          await world.write()
          await world.settle()
          assertBoth(world, choice === there ? 'Green Tea' : 'White Tea')
          assert.equal(pairOf(world, `${side}-restored`), 'tea')
        })
      }

      it('takes the edit in place of the question that is open', async () => {
        const world = await asked()
        restore(world, side)
        assert.equal(spoken(await world.sync()), `update ${side}: summary`)
        await world.settle()
        assertBoth(world, 'Green Tea')
      })

      it('stays, also where the deletion was to win', async () => {
        const world = await asked()
        restore(world, side)
        await world.read()
        world.answer('tea', side)
        await world.settle()
        assertBoth(world, 'Green Tea')
      })

      it('has not been deleted, if nobody looked in between', async () => {
        const world = await agreed()
        world.sides[side].remove('tea')
        restore(world, side)
        assert.equal(spoken(await world.sync()), 'nothing')
        world.sides[side].edit('restored', { location: 'Kitchen' })
        assert.equal(spoken(await world.sync()), `update ${there}: location`)
        await world.settle()
        assertBoth(world, 'Tea')
        world.sides[side].remove('restored')
        assert.equal(spoken(await world.sync()), `delete ${there}`)
        await world.settle()
        assertBoth(world)
      })

      it('takes an edit of the other side, if nobody looked in between', async () => {
        const world = await agreed()
        world.sides[side].remove('tea')
        restore(world, side)
        world.sides[there].edit('tea', { summary: 'Green Tea' })
        assert.equal(spoken(await world.sync()), `update ${side}: summary`)
        await world.settle()
        assertBoth(world, 'Green Tea')
      })

      it('takes its place as it was seen last, though that was never agreed on', async () => {
        const world = await agreed()
        world.sides[side].edit('tea', { summary: 'Black Tea' })
        world.sides[there].edit('tea', { summary: 'Green Tea' })
        assert.equal(spoken(await world.sync()), 'ask (conflict)')
        world.sides[side].remove('tea')
        restore(world, side)
        await world.sync()
        world.answer('tea', there)
        await world.settle()
        assertBoth(world, 'Green Tea')
      })

      it('keeps what somebody changed in it before it was seen, if time and title are the same', async () => {
        const world = await asked()
        restore(world, side)
        world.sides[side].edit('restored', { location: 'Kitchen' })
        await world.settle()
        assertBoth(world, 'Green Tea')
        assert.deepEqual(
          SIDES.map((each) => [...world.sides[each].live().values()][0]?.location),
          ['Kitchen', 'Kitchen'],
        )
      })

      it('is found in the place of one that a complete reading lacks', async () => {
        const world = await agreed()
        world.sides[side].add('cake', { ...at('2026-06-12'), summary: 'Cake' })
        await world.settle()
        const { fields } = world.sides[side].of('tea')[1]
        world.sides[side].vanish('tea')
        world.sides[side].add('restored', fields)
        await world.read(true)
        assert.equal(spoken(await world.write()), 'nothing')
        await world.settle()
        assertBoth(world, 'Cake', 'Tea')
      })

      it('is asked for before one that is missing is made again', async () => {
        const world = await agreed()
        const { fields } = world.sides[side].of('tea')[1]
        world.sides[side].vanish('tea')
        world.sides[there].edit('tea', { summary: 'Green Tea' })
        await world.read(true)
        assert.equal(spoken(await world.write()), 'ask (conflict)')
        world.sides[side].add('restored', fields)
        world.answer('tea', there)
        await world.write()
        await world.settle()
        assertBoth(world, 'Green Tea')
      })

      it('is there on both sides, where both had deleted it', async () => {
        const world = await agreed()
        for (const each of SIDES) world.sides[each].remove('tea')
        restore(world, side)
        await world.settle()
        assertBoth(world, 'Tea')
      })

      it('is made again on the other side, where its deletion was carried over before', async () => {
        const world = await agreed()
        world.sides[side].remove('tea')
        await world.settle()
        restore(world, side)
        await world.settle()
        assertBoth(world, 'Tea')
      })

      it('belongs to what was kept alone since', async () => {
        const world = await asked()
        world.answer('tea', 'keep')
        await world.settle()
        restore(world, side)
        assert.equal(spoken(await world.sync()), 'ask (no-base)')
        world.answer('tea', there)
        await world.settle()
        assertBoth(world, 'Green Tea')
      })

      it('takes its place in a one-way flow, whichever side it flows to', async () => {
        for (const to of SIDES) {
          const world = new World().oneWay(to)
          world.sides[other(to)].add('tea', tea)
          await world.settle()
          world.sides[side].remove('tea')
          restore(world, side)
          assert.equal(spoken(await world.sync()), 'nothing')
          const [from] = [...world.sides[other(to)].live().keys()]
          world.sides[other(to)].edit(from!, { summary: 'Green Tea' })
          await world.settle()
          assertBoth(world, 'Green Tea')
        }
      })

      it('leaves others that are like it where they are', async () => {
        const world = new World()
        for (const uid of ['one', 'two', 'three']) world.sides[there].add(uid, tea)
        await world.settle()
        const [first, second] = [...world.sides[side].live().keys()].sort()
        world.sides[side].remove(first!)
        world.sides[side].remove(second!)
        restore(world, side, first)
        await world.settle()
        assertBoth(world, 'Tea', 'Tea')
        world.sides[side].add('fourth', tea)
        world.sides[side].add('fifth', tea)
        await world.settle()
        assertBoth(world, 'Tea', 'Tea', 'Tea', 'Tea')
      })

      it('swallows none that was added beside it', async () => {
        const world = await asked()
        world.sides[side].add('another', tea)
        restore(world, side)
        await world.settle()
        assertBoth(world, 'Green Tea', 'Tea')
      })

      it('is told from one that is only like it by what else it holds', async () => {
        const world = await agreed({ ...tea, location: 'Kitchen' })
        world.sides[side].remove('tea')
        world.sides[side].add('another', { ...tea, location: 'Garden' })
        restore(world, side)
        await world.sync()
        assert.equal(pairOf(world, `${side}-restored`), 'tea')
        await world.settle()
        assertBoth(world, 'Tea', 'Tea')
      })

      it('is not what we copied there from elsewhere', async () => {
        const world = await agreed()
        const [id, kept] = world.sides[side].of('tea')
        world.sides[side].remove('tea')
        const fields: Fields = kept.fields
        for await (const _ of world.sides[side].create('elsewhere', fields));
        assert.notEqual(world.sides[side].idFor('elsewhere'), id)
        assert.equal(spoken(await world.sync()), `create ${there} + delete ${there}`)
      })
    })
  }
})
