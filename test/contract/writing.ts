import assert from 'node:assert/strict'
import type { Field, Fields } from '../../src/event/event'
import { isException } from '../../src/event/event'
import { hashFields } from '../../src/event/normal'
import { LUNCH, RECURRENCES, TIMES, VALUES, WEEKLY, allDay, timed } from './events'
import { NO_END, Reader, assertHolds, created, live, readAll, updated, written } from './reader'
import type { World } from './world'

export function writingSentences(world: () => World): void {
  for (const { name, field, value } of VALUES) {
    it(`creates an event with ${name}`, async function () {
      const { calendar } = world()
      if (!calendar.holds.fields.includes(field)) return this.skip()
      const fields = { ...LUNCH, [field]: value }
      const seen = await created(calendar, 'uid-1', fields)
      assertHolds(calendar, seen, fields)
      assertHolds(calendar, await new Reader(calendar).only(), fields)
    })

    it(`gives ${name} to an event and takes it away again`, async function () {
      const { calendar, other } = world()
      if (!calendar.holds.fields.includes(field)) return this.skip()
      await other.create(LUNCH)
      const reader = new Reader(calendar)
      const given = { [field]: value } as Fields
      await updated(calendar, await reader.only(), given)
      assertHolds(calendar, await reader.only(), { ...LUNCH, ...given })
      await updated(calendar, await reader.only(), {}, field)
      const { [field]: _, ...rest } = { ...LUNCH, ...given }
      assertHolds(calendar, await reader.only(), rest)
    })
  }

  for (const { name, when, lasting = when } of [...TIMES, ...RECURRENCES]) {
    it(`creates an event with ${name}`, async () => {
      const { calendar, noInstants = false } = world()
      const held = { ...LUNCH, when: noInstants ? lasting : when }
      assertHolds(calendar, await created(calendar, 'uid-1', { ...LUNCH, when }), held)
      const seen = await new Reader(calendar).only()
      assertHolds(calendar, seen, held)
      assert.equal(seen.mark?.wrote, hashFields(seen.fields))
    })

    it(`gives an event ${name} and its former time again`, async () => {
      const { calendar, other, noInstants = false } = world()
      await other.create(LUNCH)
      const reader = new Reader(calendar)
      await updated(calendar, await reader.only(), { when })
      assertHolds(calendar, await reader.only(), { ...LUNCH, when: noInstants ? lasting : when })
      await updated(calendar, await reader.only(), { when: LUNCH.when! })
      assertHolds(calendar, await reader.only(), LUNCH)
    })
  }

  it('reports what it created under the uid and the id that follow from the uid', async () => {
    const { calendar } = world()
    const uid = 'A strange/uid, with "signs"; a \\backslash & ö@example.org'
    const seen = await created(calendar, uid, LUNCH)
    assert.equal(seen.uid, uid)
    assert.equal(seen.id, calendar.idFor(uid))
    const [read] = await readAll(calendar)
    assert.deepEqual([read?.uid, read?.id], [uid, calendar.idFor(uid)])
  })

  it('marks what it created with what it wrote, and renews that mark', async () => {
    const { calendar } = world()
    await created(calendar, 'uid-1', { ...LUNCH, reminders: [10] })
    const reader = new Reader(calendar)
    const first = await reader.only()
    assert.deepEqual(first.mark, { uid: 'uid-1', bearer: first.id, wrote: hashFields(first.fields) })
    await updated(calendar, first, { summary: 'Brunch', reminders: [5, 20] })
    const second = await reader.only()
    assert.deepEqual(second.mark, { uid: 'uid-1', bearer: first.id, wrote: hashFields(second.fields) })
  })

  it('recognises a repeated create', async () => {
    const { calendar } = world()
    const first = await created(calendar, 'uid-1', WEEKLY)
    const second = await created(calendar, 'uid-1', WEEKLY)
    assert.equal(second.id, first.id)
    assert.equal((await readAll(calendar)).length, 1)
  })

  it('brings what an earlier create made to hold what it shall', async () => {
    const { calendar } = world()
    await created(calendar, 'uid-1', { ...LUNCH, location: 'Garden', reminders: [5] })
    const fields = { ...LUNCH, summary: 'Brunch', when: allDay('2026-06-11', '2026-06-12') }
    assertHolds(calendar, await created(calendar, 'uid-1', fields), fields)
    assertHolds(calendar, await new Reader(calendar).only(), fields)
  })

  it('creates an event again that was deleted, by us or by another', async () => {
    const { calendar, other } = world()
    const reader = new Reader(calendar)
    for (const round of [1, 2, 3]) {
      const fields = { ...LUNCH, summary: `Lunch ${round}` }
      const seen = await created(calendar, 'uid-1', fields)
      assert.equal(seen.uid, 'uid-1')
      const read = await reader.only()
      assertHolds(calendar, read, fields)
      if (round === 1) await written(calendar, calendar.delete(read, NO_END))
      else await other.delete(seen.id)
      assert.deepEqual(await reader.all(), [])
    }
  })

  it('updates only what is named, and leaves alone what it does not understand', async () => {
    const { calendar, other } = world()
    const id = await other.create({ ...LUNCH, description: 'Bring a friend', reminders: [15] })
    await other.addUnknown(id)
    const reader = new Reader(calendar)
    await updated(calendar, await reader.only(), { when: timed('2026-06-10T18:00:00', '2026-06-10T20:00:00') })
    assertHolds(calendar, await reader.only(), {
      ...LUNCH,
      description: 'Bring a friend',
      reminders: [15],
      when: timed('2026-06-10T18:00:00', '2026-06-10T20:00:00'),
    })
    assert.equal(await other.hasUnknown(id), true)
  })

  it('answers an update with what the server holds then, so that the next read finds no change', async () => {
    const { calendar, other } = world()
    await other.create(LUNCH)
    const reader = new Reader(calendar)
    const seen = await updated(calendar, await reader.only(), { summary: 'Brunch' })
    reader.known.set(seen.id, seen)
    const { seen: changes } = await reader.read()
    for (const change of changes) assert.deepEqual(live(change).fields, seen.fields)
    assertHolds(calendar, seen, { ...LUNCH, summary: 'Brunch' })
  })

  it('says which fields each answer wrote, all of them in the end', async () => {
    const { calendar, other } = world()
    await other.create(LUNCH)
    const seen = await new Reader(calendar).only()
    const wrote = new Set<Field>()
    const changes: Fields = { summary: 'Brunch', location: 'Garden' }
    for await (const answer of calendar.update(seen, changes, ['summary', 'location', 'description'], NO_END)) {
      for (const field of answer.wrote) wrote.add(field)
    }
    assert.deepEqual([...wrote].sort(), ['description', 'location', 'summary'])
    assert.ok([...wrote].every((field) => !isException(field)))
  })

  it('deletes an event, and one that is gone already', async () => {
    const { calendar } = world()
    const seen = await created(calendar, 'uid-1', WEEKLY)
    const reader = new Reader(calendar)
    await reader.read()
    for (let times = 0; times < 2; times++) {
      const gone = await written(calendar, calendar.delete(seen, NO_END))
      assert.deepEqual(gone, { uid: 'uid-1', id: seen.id, is: 'gone', how: 'deleted' })
    }
    assert.deepEqual(await reader.all(), [])
  })
}
