import assert from 'node:assert/strict'
import { ProviderError } from '../../src/event/calendar'
import type { Fields } from '../../src/event/event'
import { instantOf } from '../../src/event/zone'
import { otherNames } from '../../src/event/zone-names'
import { collect, DENTIST, heldAfter, only, readAll, signal, World } from './world'

const inZone = (timeZone: string, endZone = timeZone): Fields => ({
  ...DENTIST,
  when: {
    start: { dateTime: '2026-07-06T09:00:00', timeZone },
    end: { dateTime: '2026-07-06T10:00:00', timeZone: endZone },
    recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO'],
  },
})

const worldWithout = (...unknownZones: string[]): World => new World({ behaviour: { unknownZones } })
const bodies = ({ simulator }: World): string[] =>
  simulator.requests.flatMap(({ method, body }) => (method === 'POST' && body.includes('start') ? [body] : []))
const code = (wanted: string) => (error: unknown) => error instanceof ProviderError && error.code === wanted

describe('A time zone that Google does not know by its name', () => {
  for (const [name, other] of [
    ['Europe/Kyiv', 'Europe/Kiev'],
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['America/Nuuk', 'America/Godthab'],
    ['US/Pacific', 'America/Los_Angeles'],
  ] as const) {
    it(`is written under another: ${other} for ${name}`, async () => {
      const world = worldWithout(name)
      const calendar = await world.calendar()
      const held = heldAfter(await collect(calendar.create('u', inZone(name), signal)))
      const [event] = world.simulator.user.events()
      assert.equal(event?.start?.timeZone, other)
      assert.equal(Date.parse(event.start.dateTime ?? ''), instantOf({ dateTime: '2026-07-06T09:00:00', timeZone: name })) // prettier-ignore
      assert.deepEqual(only(await readAll(calendar)).fields, held.fields)
    })
  }

  it('is asked for under the name that was taken from then on', async () => {
    const world = worldWithout('Europe/Kyiv')
    const calendar = await world.calendar()
    for (const uid of ['a', 'b', 'c']) await collect(calendar.create(uid, inZone('Europe/Kyiv'), signal))
    assert.equal(bodies(world).length, 4)
  })

  it('goes by another name in a patch, too, and of an occurrence', async () => {
    const world = worldWithout('Europe/Kyiv')
    const calendar = await world.calendar()
    const seen = heldAfter(await collect(calendar.create('u', inZone('Europe/Berlin'), signal)))
    const key = '2026-07-13T07:00:00Z'
    const moved = {
      start: { dateTime: '2026-07-13T11:00:00', timeZone: 'Europe/Kyiv' },
      end: { dateTime: '2026-07-13T12:00:00', timeZone: 'Europe/Kyiv' },
    }
    const fields: Fields = { ...seen.fields, [`exceptions.${key}`]: moved }
    const held = heldAfter(await collect(calendar.update(seen, fields, [`exceptions.${key}`], signal)))
    const { user } = world.simulator
    assert.deepEqual(user.get(user.instanceId(seen.id, key)).start, {
      dateTime: '2026-07-13T10:00:00+02:00',
      timeZone: 'Europe/Kiev',
    })
    await collect(calendar.update(held, inZone('Europe/Kyiv'), ['when'], signal))
    assert.equal(user.get(seen.id).start?.timeZone, 'Europe/Kiev')
  })

  it('may be that of the end alone, or both may be', async () => {
    for (const unknown of [['Europe/Kyiv'], ['Europe/Kyiv', 'Asia/Calcutta']]) {
      const world = worldWithout(...unknown)
      const calendar = await world.calendar()
      await collect(calendar.create('u', inZone('Asia/Calcutta', 'Europe/Kyiv'), signal))
      assert.equal(world.simulator.user.events()[0]?.end?.timeZone, 'Europe/Kiev')
    }
  })

  it('is refused with a reason if it knows none of the names, and nothing is written', async () => {
    const world = worldWithout('Europe/Kyiv', ...otherNames('Europe/Kyiv'))
    const calendar = await world.calendar()
    const create = () => collect(calendar.create('u', inZone('Europe/Kyiv'), signal))
    await assert.rejects(create, code('refused'))
    await assert.rejects(create, /does not know the time zone .*Europe\/Kyiv, nor as Europe\/Kiev/)
    assert.deepEqual(world.simulator.user.events(), [])
  })

  it('is tried under no name of another zone', async () => {
    const world = worldWithout('Asia/Tokyo', 'Japan')
    const calendar = await world.calendar()
    await assert.rejects(() => collect(calendar.create('u', inZone('Asia/Tokyo'), signal)), code('refused'))
    assert.equal(bodies(world).length, 2)
  })

  it('is told from every other reason to refuse an event: those are not tried again', async () => {
    const world = new World()
    const calendar = await world.calendar()
    const fields: Fields = { ...inZone('Europe/Kyiv'), status: 'strange' }
    await assert.rejects(() => collect(calendar.create('u', fields, signal)), code('refused'))
    assert.equal(bodies(world).length, 1)
  })
})
