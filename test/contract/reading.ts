import assert from 'node:assert/strict'
import { fieldNames } from '../../src/event/event'
import { LUNCH, VALUES, WEEKLY, timed } from './events'
import { NO_END, Reader, assertHolds, readAll } from './reader'
import type { World } from './world'

export function readingSentences(world: () => World): void {
  it('reads an empty calendar as complete and empty', async () => {
    const read = await world().calendar.read(null, new Map(), NO_END)
    assert.equal(read.kind, 'full')
    assert.deepEqual(read.seen, [])
    assert.notEqual(read.position, null)
  })

  it('reads completely what others made', async () => {
    const { calendar, other } = world()
    const all = { ...LUNCH, ...Object.fromEntries(VALUES.map(({ field, value }) => [field, value])) }
    const id = await other.create(all)
    const [seen, ...more] = await readAll(calendar)
    assert.deepEqual(more, [])
    assert.equal(seen?.id, id)
    assertHolds(calendar, seen, all)
    assert.equal(seen.mark, undefined)
  })

  it('names every field that the calendar holds, empty ones too', async () => {
    const { calendar, other } = world()
    await other.create({ when: LUNCH.when! })
    const seen = await new Reader(calendar).only()
    assert.deepEqual(fieldNames(seen.fields).sort(), [...calendar.holds.fields].sort())
  })

  it('reads nothing where nothing changed, and can go on doing so', async () => {
    const { calendar, other } = world()
    await other.create(LUNCH)
    const reader = new Reader(calendar)
    await reader.read()
    for (let times = 0; times < 3; times++) {
      const read = await reader.read()
      assert.equal(read.kind, 'incremental')
      assert.deepEqual(read.seen, [])
    }
  })

  it('sees new events, edits and deletions of others, each once', async () => {
    const { calendar, other } = world()
    const [kept, edited, removed] = [await other.create(LUNCH), await other.create(LUNCH), await other.create(WEEKLY)]
    const reader = new Reader(calendar)
    await reader.read()
    const added = await other.create({ ...LUNCH, summary: 'Dinner' })
    await other.edit(edited, { summary: 'Brunch', location: 'Garden' })
    await other.delete(removed)

    const read = await reader.read()
    assert.equal(read.kind, 'incremental')
    assert.deepEqual(read.seen.map(({ id }) => id).sort(), [added, edited, removed].sort())
    const gone = read.seen.find(({ id }) => id === removed)
    assert.ok(gone?.is === 'gone' && gone.how === 'deleted')
    const live = read.seen.find(({ id }) => id === edited)
    assert.ok(live?.is === 'live')
    assertHolds(calendar, live, { ...LUNCH, summary: 'Brunch', location: 'Garden' })
    assert.equal(reader.known.get(kept)?.is, 'live')
    assert.deepEqual((await reader.read()).seen, [])
  })

  it('tells a deletion with the uid under which the event was known', async () => {
    const { calendar, other } = world()
    const id = await other.create(LUNCH)
    const reader = new Reader(calendar)
    const { uid } = await reader.only()
    await other.delete(id)
    const read = await reader.read()
    assert.deepEqual(read.seen, [{ uid, id, is: 'gone', how: 'deleted' }])
  })

  it('reads everything where the position is not known any more, and says what is unchanged', async () => {
    const { calendar, other } = world()
    const [kept, edited, removed] = [await other.create(LUNCH), await other.create(LUNCH), await other.create(LUNCH)]
    const reader = new Reader(calendar)
    await reader.read()
    await other.edit(edited, { summary: 'Brunch' })
    await other.delete(removed)
    reader.position = world().spoil(reader.position)

    const read = await reader.read()
    assert.ok(read.kind === 'full')
    const there = [...read.seen.flatMap(({ id, is }) => (is === 'gone' ? [] : id)), ...read.unchanged]
    assert.deepEqual(there.sort(), [kept, edited].sort())
    assert.ok(read.seen.some((seen) => seen.id === edited && seen.is === 'live'))
    assert.equal((await reader.read()).kind, 'incremental')
  })

  it('takes a position that it never gave for none', async () => {
    const { calendar, other } = world()
    const id = await other.create(LUNCH)
    for (const position of ['garbage', 7, { strange: true }, []]) {
      const read = await calendar.read(position, new Map(), NO_END)
      assert.equal(read.kind, 'full')
      assert.deepEqual(
        read.seen.map((seen) => seen.id),
        [id],
      )
    }
  })

  it('reads single resources anew, also those that are gone', async () => {
    const { calendar, other } = world()
    const [edited, removed] = [await other.create(LUNCH), await other.create(WEEKLY)]
    const reader = new Reader(calendar)
    await reader.read()
    await other.edit(edited, { when: timed('2026-06-11T12:00:00', '2026-06-11T13:00:00') })
    await other.delete(removed)
    const seen = await calendar.readSome([edited, removed], reader.known, NO_END)
    const [live, gone] = [edited, removed].map((id) => seen.find((each) => each.id === id))
    assert.equal(seen.length, 2)
    assert.ok(live?.is === 'live')
    assertHolds(calendar, live, { ...LUNCH, when: timed('2026-06-11T12:00:00', '2026-06-11T13:00:00') })
    assert.ok(gone?.is === 'gone' && gone.how === 'deleted')
    assert.deepEqual(await calendar.readSome([], reader.known, NO_END), [])
  })

  it('lists its calendar under the name, id and identity that it has when it is opened', async () => {
    const { provider, calendar, calendarId } = world()
    const listed = await provider.listCalendars(NO_END)
    const found = listed.find(({ identity }) => identity === calendar.info.identity)
    assert.ok(found, `${calendarId} is in the list`)
    assert.equal(found.writable, true)
    assert.equal(found.name, calendar.info.name)
    const again = await provider.open(found.id, NO_END)
    assert.deepEqual(again.info, calendar.info)
  })

  it('tells as whom the account is signed in', async () => {
    assert.match(await world().provider.check(NO_END), /\S/)
  })
}
