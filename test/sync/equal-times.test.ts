import assert from 'node:assert/strict'
import type { Fields, When } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import type { Side, Strategy } from '../../src/sync/model'
import { SIDES, other } from '../../src/sync/model'
import { plan } from '../../src/sync/plan'
import { HOUR, World, agreed, spoken } from './world'

const time = (clock: string, timeZone: string): Json => ({ dateTime: `2026-06-10T${clock}:00`, timeZone })
const event = (from: string, to: string, zone: string, ...recurrence: string[]): Fields => ({
  when: { start: time(from, zone), end: time(to, zone), ...(recurrence.length > 0 ? { recurrence } : {}) },
  summary: 'Dentist',
})
const BERLIN = event('10:00', '11:00', 'Europe/Berlin')
const UTC = event('08:00', '09:00', 'UTC')
const weekly = (rule: string, fields = BERLIN): Fields => ({
  ...fields,
  when: { ...(fields.when as When), recurrence: [`RRULE:FREQ=WEEKLY;${rule}BYDAY=WE`] },
})

/** How many events each side has once nothing is planned any more, and what was asked on the way. */
async function counts(world: World): Promise<[left: number, right: number]> {
  await world.read()
  assert.ok(!spoken(world.plan()).includes('ask'), spoken(world.plan()))
  await world.settle()
  return [world.left.live().size, world.right.live().size]
}

const same: [what: string, one: Fields, another: Fields][] = [
  ['at the same instant in another zone', BERLIN, UTC],
  ['whose UNTIL is the end of the day', weekly('UNTIL=20260624T080000Z;'), weekly('UNTIL=20260624T215959Z;')],
  ['that is counted on one side', weekly('COUNT=3;'), weekly('UNTIL=20260624T080000Z;')],
  ['that ends and is in another zone', weekly('COUNT=3;'), weekly('COUNT=3;', UTC)],
]

describe('Equal times that are spelled differently', () => {
  for (const [what, one, another] of same) {
    for (const side of SIDES) {
      it(`${what}, on the ${side}: two events are one`, async () => {
        const world = new World()
        world.sides[side].add('one', one)
        world.sides[other(side)].add('two', another)
        assert.deepEqual(await counts(world), [1, 1])
      })

      it(`${what}, on the ${side}: an event of one UID is not asked about, and nothing of it is written`, async () => {
        const world = new World()
        world.sides[side].add('one', one)
        world.sides[other(side)].add('one', another)
        assert.equal(spoken(await world.sync()), 'nothing')
      })

      it(`${what}, on the ${side}: is no edit of the time, which the other side may move meanwhile`, async () => {
        for (const strategy of ['manual', 'latest-wins', 'left', 'right'] as const satisfies Strategy[]) {
          const world = (await agreed(one, 'one')).with({ strategy })
          const moved = { ...(one.when as object), start: time('14:00', 'Europe/Berlin'), end: time('15:00', 'Europe/Berlin') } // prettier-ignore
          world.sides[side].edit('one', { when: moved })
          world.tick(HOUR)
          world.sides[other(side)].edit('one', { when: another.when ?? null, summary: 'Dentist, with the card' })
          await world.read()
          assert.equal(spoken(world.plan()), ['update left', 'update right'].map((each) => `${each}: ${each.endsWith(side) ? 'summary' : 'when'}`).join(' + ')) // prettier-ignore
          await world.settle()
          for (const each of SIDES) {
            const held = world.sides[each].live().get('one')
            assert.deepEqual([held?.when, held?.summary], [moved, 'Dentist, with the card'])
          }
        }
      })
    }
  }

  it('are edited where a series without end comes into a zone with another summer time', async () => {
    for (const side of SIDES) {
      const world = await agreed(weekly(''), 'one')
      world.sides[side].edit('one', { when: weekly('', UTC).when ?? null })
      assert.equal(spoken(await world.sync()), `update ${other(side)}: when`)
    }
  })

  it('are those of an occurrence, too', async () => {
    for (const side of SIDES) {
      const field = 'exceptions.2026-06-17T08:00:00Z'
      const at = (from: string, to: string, zone: string): Json => {
        const { start, end } = event(from, to, zone).when as unknown as When
        const next = (each: When['start']): Json => ({ ...each, dateTime: (each as { dateTime: string }).dateTime.replace('-10T', '-17T') }) // prettier-ignore
        return { start: next(start), end: next(end) }
      }
      const world = await agreed({ ...weekly('COUNT=3;'), [field]: at('12:00', '13:00', 'Europe/Berlin') }, 'one')
      world.sides[side].edit('one', { [field]: at('10:00', '11:00', 'UTC') })
      assert.equal(spoken(await world.sync()), 'nothing')
    }
  })

  it('that were skipped by an older version, which hashed them otherwise, stay skipped', async () => {
    const world = new World()
    world.left.add('one', BERLIN)
    // What version 0.1 kept of this event when a flow skipped it.
    const seen = 'mli9p5tpclshsq2i52usq2l1jdnqiblt'
    world.agreement.set({ uid: 'one', is: 'alone', on: 'left', id: 'left-one', skipped: { to: 'right', seen } })
    await world.read()
    assert.equal(spoken(world.plan()), 'nothing')
  })
})

describe('Events that are alike', () => {
  const added = (world: World, side: Side, count: number, fields: (index: number) => Fields = () => BERLIN): void => {
    for (let index = 0; index < count; index += 1) world.sides[side].add(`${side}-${index}`, fields(index))
  }

  for (const number of [2, 3, 5]) {
    it(`pair off: ${number} on each side stay ${number}`, async () => {
      for (const [one, another] of [
        [BERLIN, BERLIN],
        [BERLIN, UTC],
        [weekly('COUNT=3;'), weekly('UNTIL=20260624T215959Z;')],
        [weekly(''), weekly('')],
      ]) {
        // prettier-ignore
        const world = new World()
        added(world, 'left', number, () => one!)
        added(world, 'right', number, () => another!)
        assert.deepEqual(await counts(world), [number, number])
        const before = JSON.stringify([...world.agreement.entries])
        await world.sync()
        assert.equal(JSON.stringify([...world.agreement.entries]), before)
      }
    })
  }

  it('pair off each with the one that is most like it', async () => {
    const world = new World()
    added(world, 'left', 3, (index) => ({ ...BERLIN, location: `Room ${index}` }))
    added(world, 'right', 3, (index) => ({ ...UTC, location: `Room ${2 - index}`, description: 'With the card' }))
    assert.deepEqual(await counts(world), [3, 3])
    const rooms = ({ location, description }: Fields): Json[] => [location ?? null, description ?? null]
    const expected = ['Room 0', 'Room 1', 'Room 2'].map((room) => [room, 'With the card'])
    for (const side of SIDES) assert.deepEqual([...world.sides[side].live().values()].map(rooms).sort(), expected)
  })

  it('in all that both can hold pair off also where one side has more of them; the others are copied', async () => {
    for (const side of SIDES) {
      const world = new World()
      added(world, side, 3)
      added(world, other(side), 1)
      assert.deepEqual(await counts(world), [3, 3])
    }
  })

  it('but not in all, of which one side has more, are left alone: nobody can tell which belong together', async () => {
    const world = new World()
    added(world, 'left', 2, (index) => ({ ...BERLIN, location: `Room ${index}` }))
    added(world, 'right', 1, () => ({ ...BERLIN, location: 'Room 5' }))
    assert.deepEqual(await counts(world), [3, 3])
  })

  it('do not pair off with one that another of the same UID stands for', async () => {
    const world = new World()
    added(world, 'left', 1)
    world.left.events.set('left-again', { ...world.left.of('left-0')[1] })
    added(world, 'right', 2)
    await world.sync()
    await world.settle()
    assert.equal(world.agreement.paired, 2)
    assert.deepEqual([world.left.events.size, world.right.events.size], [3, 2])
  })
})

describe('Looking for events of the same content', () => {
  it('takes turns with whatever else is to be done, after each event', async () => {
    const world = new World()
    const touched = new Set<Json>()
    for (const side of SIDES) {
      for (let index = 0; index < 40; index += 1) {
        world.sides[side].add(`${side} ${index}`, { ...BERLIN, summary: `Event ${index % 30}` })
      }
    }
    await world.read()
    for (const side of SIDES) {
      for (const [id, stored] of world.replicas[side].entries) {
        if (stored.is !== 'live') continue
        const { when = null, ...rest } = stored.fields
        const watched = Object.defineProperty({ ...rest }, 'when', {
          enumerable: true,
          get: () => (touched.add(id), when),
        })
        world.replicas[side].entries.set(id, { ...stored, fields: watched })
      }
    }
    let most = 0
    for (const _ of plan(world.agreement, world.replicas, world.rules, world.settings)) {
      most = Math.max(most, touched.size)
      touched.clear()
    }
    assert.equal(most, 2) // an event and its equal
  })
})
