import assert from 'node:assert/strict'
import { Agreement } from '../../src/sync/agreement'
import { whenOf } from '../../src/event/event'
import { carryOut } from '../../src/sync/carry-out'
import type { Rules, Side, Step } from '../../src/sync/model'
import { SIDES, other } from '../../src/sync/model'
import { HOUR, World, agreed, at, spoken, tea } from './world'

const OPEN: Partial<Rules> = { into: { left: true, right: true }, oneWay: false }

/** Ways in which nothing may flow to a side for a while, with what opens them again. */
const SHUT: [string, (world: World, to: Side) => void, (world: World, to: Side) => void][] = [
  [
    'the calendar was read-only',
    (world, to) => void world.with({ into: { left: to !== 'left', right: to !== 'right' } }),
    (world) => void world.with(OPEN),
  ],
  ['the direction was the other one', (world, to) => void world.oneWay(other(to)), (world) => void world.with(OPEN)],
  [
    'the event had guests',
    (world, to) => {
      for (const uid of world.sides[to].live().keys()) world.sides[to].fix(uid, 'it has guests')
    },
    (world, to) => {
      for (const uid of world.sides[to].live().keys()) world.sides[to].fix(uid, '')
    },
  ],
  [
    'events of its kind were not carried',
    (world, to) => {
      for (const uid of world.sides[other(to)].live().keys()) world.sides[other(to)].setKind(uid, 'focusTime')
    },
    (world) => void world.with({ kinds: ['default', 'focusTime'] }),
  ],
]

/** Both sides agree on some events, which were made on either side. */
async function several(count = 3): Promise<World> {
  const world = new World()
  for (let n = 0; n < count; n += 1) {
    world.sides[n % 2 === 0 ? 'left' : 'right'].add(`e${n}`, { ...at(`2026-06-1${n}`), summary: `Event ${n}` })
  }
  await world.settle()
  world.tick(HOUR)
  return world
}

const asks = (steps: readonly Step[]) => steps.filter((step) => step.do === 'ask')
const nextDay = (day: string): string => new Date(Date.parse(day) + 24 * HOUR).toISOString().slice(0, 10)
const title = (world: World, side: Side, uid = 'tea'): unknown => world.sides[side].live().get(uid)?.summary

describe('what could not flow', () => {
  for (const to of SIDES) {
    const from = other(to)
    for (const [why, shut, open] of SHUT) {
      const edited = async (): Promise<World> => {
        const world = await agreed()
        const entry = world.agreement.get('tea')!
        if (entry.is === 'pair') world.agreement.set({ ...entry, born: 'both' })
        shut(world, to)
        world.sides[from].edit('tea', { summary: 'Edited' })
        await world.sync()
        world.tick(HOUR)
        open(world, to)
        return world
      }

      it(`to the ${to}, since ${why}, is asked about once when it may, and nothing is done`, async () => {
        const world = await edited()
        const steps = await world.sync()
        assert.equal(spoken(steps), 'ask (settled)')
        assert.deepEqual(
          asks(steps).map(({ isNew }) => isNew),
          [true],
        )
        for (let run = 0; run < 3; run += 1) assert.equal(spoken(await world.sync()), 'nothing')
        assert.deepEqual([title(world, to), title(world, from)], ['Tea', 'Edited'])
      })

      for (const strategy of ['latest-wins', 'left', 'right'] as const) {
        it(`to the ${to}, since ${why}, is asked about under ${strategy}, too`, async () => {
          const world = (await edited()).with({ strategy })
          assert.equal(spoken(await world.sync()), 'ask (settled)')
        })
      }

      for (const [choice, here, there] of [
        ['carry', 'Edited', 'Edited'],
        ['keep', 'Tea', 'Edited'],
        [from, 'Edited', 'Edited'],
        [to, 'Tea', 'Tea'],
        [{ event: { summary: 'Mine' } }, 'Mine', 'Mine'],
      ] as const) {
        it(`to the ${to}, since ${why}, is settled by the answer ${JSON.stringify(choice)}`, async () => {
          const world = await edited()
          await world.sync()
          world.answer('tea', choice)
          await world.settle()
          assert.deepEqual([title(world, to), title(world, from)], [here, there])
          assert.equal(world.agreement.open.size, 0)
          shut(world, to)
          await world.sync()
          open(world, to)
          assert.equal(spoken(await world.sync()), 'nothing', 'it is not asked again')
        })
      }
    }

    for (const [why, shut, open] of SHUT.slice(0, 3)) {
      const deleted = async (): Promise<World> => {
        const world = await several()
        for (const entry of [...world.agreement.entries.values()]) {
          if (entry.is === 'pair') world.agreement.set({ ...entry, born: 'both' })
        }
        shut(world, to)
        world.sides[from].remove('e1')
        world.sides[from].edit('e2', { summary: 'Edited' })
        await world.sync()
        world.tick(HOUR)
        open(world, to)
        return world
      }

      it(`to the ${to}, since ${why}: a deletion is asked about once, and the event stays`, async () => {
        const world = await deleted()
        const steps = await world.sync()
        assert.equal(spoken(steps), 'ask (settled) + ask (settled)')
        for (let run = 0; run < 3; run += 1) assert.equal(spoken(await world.sync()), 'nothing')
        assert.deepEqual([title(world, to, 'e1'), title(world, from, 'e1')], ['Event 1', undefined])
      })

      for (const [choice, here, there] of [
        ['carry', undefined, undefined],
        ['keep', 'Event 1', undefined],
        [from, undefined, undefined],
        [to, 'Event 1', 'Event 1'],
      ] as const) {
        it(`to the ${to}, since ${why}: a deletion is settled by the answer ${choice}`, async () => {
          const world = await deleted()
          await world.sync()
          world.answer('e1', choice)
          await world.settle()
          assert.deepEqual([title(world, to, 'e1'), title(world, from, 'e1')], [here, there])
          assert.deepEqual([...world.agreement.open], ['e2'])
        })
      }

      it(`to the ${to}, since ${why}: an event whose copy was deleted is made again once it changes`, async () => {
        const world = await deleted()
        await world.sync()
        world.sides[to].edit('e1', { location: 'Kitchen' })
        assert.equal(spoken(await world.sync()), `create ${from}`)
        await world.settle()
        assert.deepEqual([...world.agreement.open], ['e2'])
      })

      it(`to the ${to}, since ${why}: an event that is back by then is as it was`, async () => {
        const world = await deleted()
        world.sides[from].restore('e1')
        await world.sync()
        assert.deepEqual([...world.agreement.open], ['e2'])
        world.sides[from].edit('e1', { location: 'Kitchen' })
        assert.equal(spoken(await world.sync()), `update ${to}: location`)
      })
    }
  }

  it('goes across where another node carries it, and is not settled for it', async () => {
    const world = (await agreed()).oneWay('left').with({ elsewhere: { left: 'one-way', right: 'not' } })
    world.left.edit('tea', { summary: 'Edited' })
    await world.sync()
    world.oneWay('right').with({ elsewhere: { left: 'not', right: 'one-way' } })
    assert.equal(spoken(await world.sync()), 'update right: summary')
  })

  it('is settled where no other node carries it, also of events that flow in neither direction', async () => {
    const world = (await agreed()).oneWay('left').with({ elsewhere: { left: 'not', right: 'not' } })
    world.left.edit('tea', { summary: 'Edited' })
    await world.sync()
    world.with(OPEN)
    assert.equal(spoken(await world.sync()), 'ask (settled)')
  })

  it('is not asked about where it was written over since, by a flow that writes something else', async () => {
    const world = (await agreed()).oneWay('right')
    world.right.edit('tea', { summary: 'Mine' })
    await world.sync()
    world.left.edit('tea', { summary: 'Green tea' })
    await world.sync((op) => world.task(op, { fields: { ...op.fields, summary: 'Busy' } }))
    assert.equal(title(world, 'right'), 'Busy')
    world.with(OPEN)
    assert.equal(spoken(await world.sync()), 'nothing')
  })

  it('is not asked about what was left different outside the window', async () => {
    const world = new World().oneWay('right')
    world.left.add('tea', { ...at('2026-01-10'), summary: 'Tea' })
    world.right.add('tea', { ...at('2026-01-10'), summary: 'Coffee' })
    await world.sync()
    world.with(OPEN)
    assert.equal(spoken(await world.sync()), 'nothing')
  })

  for (const [day, clock, answer] of [
    ['2026-06-10', '08', 'ask (settled)'],
    ['2026-01-14', '09', 'nothing'],
  ] as const) {
    it(`is not carried by itself where an occurrence differed when both were first paired (${day})`, async () => {
      const world = new World().oneWay('right').with({ strategy: 'right' })
      const once = { ...at(day), summary: 'Tea' }
      const series = { ...once, when: { ...whenOf(once)!, recurrence: ['RRULE:FREQ=DAILY;COUNT=4'] } }
      world.left.add('tea', series)
      world.right.add('tea', { ...series, [`exceptions.${nextDay(day)}T${clock}:00:00Z`]: null })
      await world.sync()
      world.with(OPEN)
      assert.equal(spoken(await world.sync()), answer)
    })
  }

  it('is asked about field by field, each from where it was done', async () => {
    const world = (await agreed()).with({
      into: { left: false, right: false },
      elsewhere: { left: 'not', right: 'not' },
    })
    world.left.edit('tea', { summary: 'Left' })
    world.right.edit('tea', { location: 'Kitchen' })
    await world.sync()
    world.with(OPEN)
    await world.sync()
    world.answer('tea', 'carry')
    await world.settle()
    for (const side of SIDES) {
      const { summary, location } = world.sides[side].live().get('tea')!
      assert.deepEqual([summary, location], ['Left', 'Kitchen'])
    }
  })

  it('is no reason to lose an edit when the event is deleted on the other side before the answer', async () => {
    const world = (await agreed()).oneWay('right')
    const entry = world.agreement.get('tea')!
    if (entry.is === 'pair') world.agreement.set({ ...entry, born: 'both' })
    world.right.edit('tea', { summary: 'Mine' })
    await world.sync()
    world.with(OPEN)
    await world.sync()
    world.left.remove('tea')
    assert.equal(spoken(await world.sync()), 'ask (conflict)')
  })

  it('is no part of what a copy’s mark says', async () => {
    const world = (await agreed()).oneWay('right')
    world.right.edit('tea', { summary: 'Mine' })
    await world.sync()
    world.left.edit('tea', { location: 'Kitchen' })
    await world.settle()
    world.agreement = new Agreement() // the state was lost
    assert.equal(spoken(await world.sync()), 'ask (no-base)')
    assert.equal(title(world, 'right'), 'Mine')
  })
})

describe('a mark', () => {
  it('is not renewed over an edit that is open, after a copy was made and its answer lost', async () => {
    for (const choice of [undefined, 'latest-wins'] as const) {
      const world = new World()
      world.left.add('tea', tea)
      world.right.trouble = () => 'lost after'
      await world.sync()
      world.right.trouble = () => 'none'
      world.left.edit('tea', { summary: 'Left' })
      world.right.edit('tea', { summary: 'Right' })
      await world.sync()
      world.left.edit('tea', { location: 'Kitchen' })
      await world.sync()
      assert.deepEqual([title(world, 'right'), world.right.live().get('tea')?.location], ['Right', 'Kitchen'])
      world.agreement = new Agreement() // the state was lost
      if (choice) world.with({ strategy: choice })
      assert.equal(spoken(await world.sync()), 'ask (no-base)')
      assert.equal(title(world, 'right'), 'Right')
    }
  })

  it('is not renewed by the user’s own version, before that has gone across', async () => {
    const world = new World()
    world.right.add('tea', tea)
    await world.settle()
    world.left.edit('tea', { summary: 'Left' })
    world.right.edit('tea', { summary: 'Right' })
    await world.sync()
    world.answer('tea', { event: { summary: 'Agreed' } })
    assert.equal(spoken(await world.sync()), 'update left: summary')
    world.agreement = new Agreement() // the state was lost
    assert.equal(spoken(await world.sync()), 'ask (no-base)')
  })

  it('is not renewed by an operation of a flow’s own', async () => {
    const world = await agreed()
    const means = { now: () => world.clock, signal: new AbortController().signal, concurrency: 1 }
    await carryOut(
      [{ action: 'update', uid: 'tea', fields: { summary: 'Own' }, written: ['summary'] }],
      world.keeper('right'),
      { ...means, keep: () => Promise.resolve(), done: () => undefined },
    )
    world.agreement = new Agreement() // the state was lost
    assert.equal(spoken(await world.sync()), 'ask (no-base)')
  })
})
