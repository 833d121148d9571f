import assert from 'node:assert/strict'
import type { Json } from '../../src/event/json'
import type { Field, Fields } from '../../src/event/event'
import { wholeOccurrence } from '../../src/event/occurrence'
import { merge } from '../../src/sync/merge'
import { note } from '../../src/sync/outcome'
import type { Common, Half } from '../../src/sync/model'
import type { Side } from '../../src/sync/model'
import { SIDES, both, other } from '../../src/sync/model'
import { World, agreed, spoken } from './world'

const at = (clock: string) => ({ dateTime: `2026-06-10T${clock}:00`, timeZone: 'UTC' })
const WHEN = { start: at('10:00'), end: at('11:00'), recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=WE'] }
const SECOND = 'exceptions.2026-06-17T10:00:00Z'
const BETWEEN = 'exceptions.2026-06-18T10:00:00Z'
const series = (more: Fields): Fields => ({ when: WHEN, status: 'confirmed', summary: 'A', ...more })

/** One side has no cancelled events, and takes them for tentative. */
const common: Common = {
  has: () => true,
  fit: (field: Field, value: Json) => (field === 'status' && value === 'cancelled' ? 'tentative' : value),
}

/** What is open or differs of two events that were never compared. */
function differing(left: Fields, right: Fields): string[] {
  const halves = both(() => ({ id: 'x', held: {} }))
  const { open, to } = merge(halves, { left, right }, { left: true, right: true }, common)
  return [...open, ...to.left.keys(), ...to.right.keys()].sort()
}

describe('An occurrence that its series does not have', () => {
  const stray = { [BETWEEN]: { location: 'B' } }

  it('stays where it is, and that is said once', async () => {
    for (const side of ['left', 'right'] as const) {
      const world = await agreed(series({}))
      world[side].edit('tea', stray)
      assert.equal(spoken(await world.sync()), 'leave (not-writable)')
      assert.equal(spoken(await world.sync()), 'nothing')
      assert.ok(BETWEEN in world[side].live().get('tea')!)
      assert.ok(!(BETWEEN in world[side === 'left' ? 'right' : 'left'].live().get('tea')!))
    }
  })

  it('is not carried to a series that was left different and lacks it', () => {
    const daily = { ...WHEN, recurrence: ['RRULE:FREQ=DAILY'] }
    const left = series({ when: daily, ...stray })
    const held = { left: series({ when: daily }), right: series({}) }
    const halves = both((side) => ({ id: 'x', held: held[side] }))
    const merged = merge(halves, { left, right: series({}) }, { left: true, right: true }, common)
    assert.deepEqual([[...merged.to.right.keys()], merged.open, merged.stray], [[], [], [BETWEEN]])
  })

  it('does not go with its series, neither to a new copy nor where that moves', async () => {
    const world = new World()
    world.left.add('tea', series(stray))
    await world.settle()
    assert.ok(!(BETWEEN in world.right.live().get('tea')!))
    world.left.edit('tea', { when: { ...WHEN, start: at('09:00') }, [SECOND]: { location: 'C' } })
    await world.settle()
    const { when, ...rest } = world.right.live().get('tea')!
    assert.deepEqual((when as typeof WHEN).start, at('09:00'))
    assert.deepEqual(
      Object.keys(rest).filter((name) => name.startsWith('exceptions.')),
      [],
    )
  })

  it('goes from where a series no longer has it with the move of the series', async () => {
    const world = await agreed(series({ [SECOND]: { location: 'B' } }))
    const { [SECOND]: _, ...moved } = series({ when: { ...WHEN, start: at('09:00') } })
    world.left.edit('tea', { ...moved, [SECOND]: {} })
    await world.settle()
    assert.ok(!(SECOND in world.right.live().get('tea')!))
  })
})

describe('An occurrence that comes with the rule of its series', () => {
  const daily = { ...WHEN, recurrence: ['RRULE:FREQ=DAILY'] }

  for (const side of ['left', 'right'] as const) {
    const to = side === 'left' ? 'right' : 'left'

    it(`is left out in the same run if it is left out on the ${side}`, async () => {
      const world = await agreed(series({}))
      world[side].edit('tea', { when: daily, [BETWEEN]: null })
      await world.sync()
      assert.equal(world[to].live().get('tea')![BETWEEN], null)
      assert.equal(spoken(await world.sync()), 'nothing')
    })

    it(`is left out in the same run if the ${side} had said so before, to no effect`, async () => {
      const world = await agreed(series({}))
      world[side].edit('tea', { [BETWEEN]: null })
      await world.settle()
      world[side].edit('tea', { when: daily })
      await world.sync()
      assert.equal(world[to].live().get('tea')![BETWEEN], null)
      assert.equal(spoken(await world.sync()), 'nothing')
    })

    it(`is there in the same run if only the other side than the ${side} left it out, to no effect`, async () => {
      const world = await agreed(series({}))
      world[to].edit('tea', { [BETWEEN]: null })
      await world.settle()
      world[side].edit('tea', { when: daily })
      await world.sync()
      assert.notEqual(world[to].live().get('tea')![BETWEEN], null)
      assert.notEqual(world[side].live().get('tea')![BETWEEN], null)
      assert.equal(spoken(await world.sync()), 'nothing')
    })
  }
})

describe('An occurrence of a series that a flow wrote otherwise', () => {
  for (const side of ['left', 'right'] as const) {
    const to = side === 'left' ? 'right' : 'left'
    /** A series on one side, whose copy the flow gave another title. */
    const rewritten = async (more: Fields): Promise<World> => {
      const world = new World()
      world[side].add('tea', series(more))
      await world.sync((op) => ({ ...world.task(op), fields: { ...op.fields, summary: '~A' } }))
      assert.equal(spoken(await world.sync()), 'nothing')
      return world
    }
    const second = (world: World): Json | undefined => world[to].live().get('tea')![SECOND]

    it(`gets the title that it is given on the ${side}, moved or not`, async () => {
      for (const more of [{}, { start: at('12:00'), end: at('13:00') }] as Record<string, Json>[]) {
        const world = await rewritten({ [SECOND]: more })
        world[side].edit('tea', { [SECOND]: { ...more, summary: 'B' } })
        await world.sync()
        assert.deepEqual(second(world), { ...more, summary: 'B' })
        assert.equal(world[to].live().get('tea')!.summary, '~A')
        assert.equal(spoken(await world.sync()), 'nothing')
      }
    })

    it(`is like its own series again if it is so on the ${side}`, async () => {
      const world = await rewritten({ [SECOND]: { summary: 'B', location: 'C' } })
      world[side].edit('tea', { [SECOND]: { location: 'C' } })
      await world.sync()
      assert.deepEqual(second(world), { location: 'C' })
      assert.equal(spoken(await world.sync()), 'nothing')
    })

    it(`keeps its title if that of the series is asked about, or only its place changes on the ${side}`, async () => {
      const world = await rewritten({ [SECOND]: { summary: 'B' } })
      world[side].edit('tea', { summary: 'A2', [SECOND]: { summary: 'B', location: 'C' } })
      world[to].edit('tea', { summary: 'A3' })
      assert.match(spoken(await world.sync()), /ask \(conflict\)/)
      assert.deepEqual(second(world), { summary: 'B', location: 'C' })
      assert.equal(world[to].live().get('tea')!.summary, 'A3')
    })
  }
})

describe('An occurrence that was never compared', () => {
  it('is the same if it differs only in what its series means on the other side', () => {
    const left = series({ status: 'cancelled', [SECOND]: { status: 'tentative' } })
    assert.deepEqual(differing(left, series({ status: 'tentative' })), [])
    assert.deepEqual(differing(series({ status: 'tentative' }), left), [])
  })

  it('is not the same if it differs in more', () => {
    const left = series({ status: 'cancelled', [SECOND]: { status: 'tentative', location: 'B' } })
    assert.ok(differing(left, series({ status: 'tentative' })).includes(SECOND))
  })

  it('is not the same where the series are not', () => {
    const left = series({ status: 'tentative', [SECOND]: { status: 'tentative' } })
    assert.ok(differing(left, series({})).includes(SECOND))
  })

  it('is not the same if it was moved to where the other was not', () => {
    const moved = { start: at('12:00'), end: at('13:00') }
    assert.ok(differing(series({ [SECOND]: moved }), series({})).includes(SECOND))
    const later = { start: at('12:00'), end: at('14:00') }
    assert.ok(differing(series({ [SECOND]: moved }), series({ [SECOND]: later })).includes(SECOND))
    const start = { ...moved, summary: 'A' }
    assert.deepEqual(differing(series({ [SECOND]: moved }), series({ [SECOND]: start })), [])
  })

  it('is not the same if one side has left it out', () => {
    assert.ok(differing(series({ [SECOND]: null }), series({})).includes(SECOND))
    assert.ok(differing(series({}), series({ [SECOND]: null })).includes(SECOND))
    assert.ok(differing(series({ [SECOND]: null }), series({ [SECOND]: { location: 'B' } })).includes(SECOND))
  })

  it('is the same, left out or not, if the series does not have it', () => {
    assert.deepEqual(differing(series({ [BETWEEN]: null }), series({})), [])
    assert.deepEqual(differing(series({}), series({ [BETWEEN]: null })), [])
  })

  it('is the same, left out or not, if it is the start of the series and no rule gives it', () => {
    const off = { ...WHEN, recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=FR'] }
    const first = 'exceptions.2026-06-10T10:00:00Z'
    assert.deepEqual(differing(series({ when: off, [first]: null }), series({ when: off })), [])
    assert.ok(differing(series({ [first]: null }), series({})).includes(first))
  })

  it('stays where it is if one side has something there that the series does not', () => {
    assert.deepEqual(differing(series({ [BETWEEN]: null }), series({ [BETWEEN]: { location: 'B' } })), [])
    assert.deepEqual(differing(series({ [BETWEEN]: { location: 'B' } }), series({})), [])
  })

  it('is not known to be no occurrence where the two series differ, or one says nothing of when it is', () => {
    const daily = { ...WHEN, recurrence: ['RRULE:FREQ=DAILY'] }
    assert.ok(differing(series({ [BETWEEN]: null }), series({ when: daily })).includes(BETWEEN))
    const { when: _, ...timeless } = series({ [BETWEEN]: null })
    assert.ok(differing(timeless, timeless).length === 0)
    const { when: __, ...silent } = series({})
    assert.ok(differing(timeless, silent).includes(BETWEEN))
  })
})

describe('An occurrence whose series is agreed as it stands', () => {
  const THIRD = 'exceptions.2026-06-24T10:00:00Z'
  const moved = { start: at('15:00').dateTime.replace('10T', '17T'), end: at('16:00').dateTime.replace('10T', '17T') }
  const away = {
    start: { dateTime: moved.start, timeZone: 'UTC' },
    end: { dateTime: moved.end, timeZone: 'UTC' },
  }
  const titleOn = (world: World, side: Side): unknown =>
    (wholeOccurrence(world[side].live().get('tea')!, SECOND.replace('exceptions.', '')) ?? {}).summary

  for (const keeps of SIDES) {
    const follows = other(keeps)

    it(`gets the new title if both series got it and those of the ${keeps} kept the old one, also when that fails first`, async () => {
      const world = await agreed(series({ [SECOND]: away }))
      world[follows].edit('tea', { summary: 'B' })
      world[keeps].edit('tea', { summary: 'B', [SECOND]: { ...away, summary: 'A' } })
      assert.equal(spoken(await world.sync(() => undefined)), `update ${keeps}: ${SECOND}`)
      assert.equal(spoken(await world.sync()), `update ${keeps}: ${SECOND}`)
      assert.deepEqual([titleOn(world, 'left'), titleOn(world, 'right')], ['B', 'B'])
      assert.equal(spoken(await world.sync()), 'nothing')
    })

    it(`has not been edited if it never had the place that its series got on the ${follows} and nobody had agreed on`, async () => {
      const world = (await agreed(series({ [SECOND]: { summary: 'S' } }))).oneWay(keeps)
      const entry = world.agreement.get('tea')!
      if (entry.is !== 'pair') throw new Error('the event is no pair')
      const withoutPlace = ({ held: { location: _, ...held }, ...half }: Half): Half => ({ ...half, held })
      world.agreement.set({ ...entry, born: 'both', ...both((side) => withoutPlace(entry[side])) })
      world[follows].edit('tea', { location: 'D', [SECOND]: { summary: 'S', location: null } })
      world[keeps].edit('tea', { location: 'E' })
      await world.sync()
      world.answer('tea', keeps)
      await world.settle()
      world.with({ into: { left: true, right: true }, oneWay: false })
      assert.equal(spoken(await world.sync()), 'ask (settled)')
    })

    it(`has not been edited if it keeps what it showed on the ${keeps}, from where nothing may flow`, async () => {
      const world = (await agreed(series({ [SECOND]: null, [THIRD]: away }))).oneWay(keeps)
      const entry = world.agreement.get('tea')!
      if (entry.is === 'pair') world.agreement.set({ ...entry, born: 'both' })
      world[keeps].edit('tea', { [SECOND]: {} })
      await world.sync()
      world[keeps].edit('tea', { summary: 'B', [SECOND]: { summary: 'A' } })
      await world.sync()
      world.with({ into: { left: true, right: true }, oneWay: false })
      assert.equal(spoken(await world.sync()), 'ask (settled)')
    })
  }
})

describe('An occurrence that kept what its series showed while both series were edited', () => {
  for (const side of SIDES) {
    const to = other(side)
    const edited = async (strategy: Side | 'manual'): Promise<World> => {
      const world = (await agreed(series({ location: 'C' }))).with({ strategy })
      world[side].edit('tea', { location: 'D', [SECOND]: { summary: 'B', location: 'C' } })
      world[to].edit('tea', { location: 'E' })
      return world
    }
    const shownOn = (world: World, on: Side): unknown => {
      const { summary, location } =
        wholeOccurrence(world[on].live().get('tea')!, SECOND.replace('exceptions.', '')) ?? {}
      return { summary, location }
    }

    for (const wins of SIDES) {
      it(`shows the same on both if it was edited on the ${side} and the ${wins} wins, whichever is written first`, async () => {
        for (const fails of [undefined, ...SIDES]) {
          const world = await edited(wins)
          await world.sync((op) => (op.to === fails ? undefined : world.task(op)))
          await world.settle()
          assert.deepEqual(shownOn(world, 'left'), shownOn(world, 'right'), `${fails}`)
          assert.deepEqual(shownOn(world, side), { summary: 'B', location: wins === side ? 'C' : 'E' }, `${fails}`)
        }
      })
    }

    it(`shows the same on both if it was edited on the ${side} and the user says who wins`, async () => {
      for (const wins of SIDES) {
        const world = await edited('manual')
        assert.match(spoken(await world.sync()), /ask \(conflict\)/)
        world.answer('tea', wins)
        await world.settle()
        assert.deepEqual(shownOn(world, 'left'), shownOn(world, 'right'), wins)
        assert.deepEqual(shownOn(world, side), { summary: 'B', location: wins === side ? 'C' : 'E' }, wins)
      }
    })
  }
})

describe('An occurrence of two series that were never compared', () => {
  for (const wins of SIDES) {
    it(`is as the ${wins} has it if that wins, also when it is refused again and again before`, async () => {
      const world = new World().with({ strategy: wins })
      world[wins].add('tea', series({ summary: 'B', location: 'C' }))
      world[other(wins)].add('tea', series({ location: 'C', [SECOND]: { summary: 'S' } }))
      for (let times = 0; times < 3; times += 1) await world.sync(() => undefined)
      await world.settle()
      assert.deepEqual(world.left.live().get('tea'), world.right.live().get('tea'))
      assert.equal(world.left.live().get('tea')?.[SECOND], undefined)
    })
  }
})

describe('An occurrence that would come with a series that moves', () => {
  const NEXT = { start: at('12:00'), end: at('13:00'), recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=WE'] }
  const COMES = 'exceptions.2026-06-17T12:00:00Z'

  for (const side of SIDES) {
    it(`is left out if somebody left it out on the ${side}, though both series were moved by somebody`, async () => {
      const world = await agreed(series({}))
      world[other(side)].edit('tea', { when: NEXT })
      world[side].edit('tea', { when: NEXT, [COMES]: null })
      assert.equal(spoken(await world.sync()), `update ${other(side)}: ${COMES}`)
      assert.equal(spoken(await world.sync()), 'nothing')
    })

    it(`is as somebody made it on the ${side}, though both series were moved by somebody`, async () => {
      const away = { start: at('15:00'), end: at('16:00') }
      for (const own of [{ summary: 'B' }, { location: 'C' }, away, { ...away, summary: 'B' }] as Json[]) {
        const world = await agreed(series({}))
        world[other(side)].edit('tea', { when: NEXT })
        world[side].edit('tea', { when: NEXT, [COMES]: own })
        assert.equal(spoken(await world.sync()), `update ${other(side)}: ${COMES}`)
        assert.deepEqual(world[other(side)].live().get('tea')![COMES], own)
        assert.equal(spoken(await world.sync()), 'nothing')
      }
    })

    it(`is left out if somebody left it out on the ${side} right after we moved the series there`, async () => {
      const world = await agreed(series({}))
      world[other(side)].edit('tea', { when: NEXT })
      await world.read()
      const [step] = world.plan().filter((each) => each.do === 'write')
      assert.ok(step?.do === 'write')
      const { op } = step
      const pair = world.pair()
      world.agreement.set(
        note(world.agreement.get('tea'), op, op.fields, op.changed, pair.find('tea', 'as-free'), 'new')!,
      )
      world[side].edit('tea', { when: NEXT, [COMES]: null }) // our write, whose answer was lost, and somebody's
      await world.settle()
      assert.equal(world[other(side)].live().get('tea')![COMES], null)
    })
  }
})
