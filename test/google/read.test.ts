import assert from 'node:assert/strict'
import type { Json } from '../../src/event/json'
import { jsonResponse } from '../simulators/google/refusal'
import type { Live, Seen } from '../../src/event/calendar'
import type { GoogleEvent } from '../simulators/google/resource'
import type { User } from '../simulators/google/user'
import { byId, CHOIR, collect, DENTIST, only, readAll, SECOND, signal, THIRD, FOURTH, World } from './world'

const NATIVE_SINGLE: GoogleEvent = {
  summary: 'Dentist',
  start: { dateTime: '2026-01-06T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-01-06T10:00:00', timeZone: 'Europe/Berlin' },
}
const NATIVE_SERIES: GoogleEvent = { ...NATIVE_SINGLE, summary: 'Choir', recurrence: ['RRULE:FREQ=WEEKLY'] }

describe('Google provider: a complete read', () => {
  it('takes one request and names every held field', async () => {
    const world = new World()
    world.simulator.user.create({ ...NATIVE_SINGLE })
    const calendar = await world.calendar()
    const seen = only(await readAll(calendar))
    assert.equal(world.simulator.takeRequests().length, 1)
    assert.deepEqual(Object.keys(seen.fields).sort(), [...calendar.holds.fields].sort())
    assert.deepEqual(seen.fields.when, DENTIST.when)
    assert.equal(seen.fields.description, null)
    assert.equal(seen.uid, `${seen.id}@google.com`)
  })

  it('spells out the default reminders of the calendar', async () => {
    const world = new World()
    world.simulator.user.create({ ...NATIVE_SINGLE })
    assert.deepEqual(only(await readAll(await world.calendar())).fields.reminders, [30])
  })

  it('shows times on the wall clock of the event, whatever offset Google renders them with', async () => {
    const world = new World()
    const start = { dateTime: '2026-10-25T00:30:00Z', timeZone: 'Europe/Berlin' } // the first 02:30 of that night
    world.simulator.user.create({ start, end: { dateTime: '2026-10-25T10:00:00', timeZone: 'America/New_York' } })
    assert.deepEqual(only(await readAll(await world.calendar())).fields.when, {
      start: { dateTime: '2026-10-25T02:30:00', timeZone: 'Europe/Berlin' },
      end: { dateTime: '2026-10-25T10:00:00', timeZone: 'America/New_York' },
    })
  })

  it('shows the second of two hours that are called the same in UTC, where it is not an hour off', async () => {
    const world = new World()
    const zone = { timeZone: 'Europe/Berlin' }
    const times = {
      start: { dateTime: '2026-10-25T02:30:00+01:00', ...zone },
      end: { dateTime: '2026-10-25T04:00:00', ...zone },
    }
    world.simulator.user.create(times)
    assert.deepEqual(only(await readAll(await world.calendar())).fields.when, {
      start: { dateTime: '2026-10-25T01:30:00', timeZone: 'UTC' },
      end: { dateTime: '2026-10-25T04:00:00', timeZone: 'Europe/Berlin' },
    })
  })

  it("shows times without a zone in the calendar's", async () => {
    const world = new World()
    const times = { start: { dateTime: '2026-01-06T08:00:00Z' }, end: { dateTime: '2026-01-06T09:00:00Z' } }
    world.simulator.user.create(times)
    assert.deepEqual(only(await readAll(await world.calendar())).fields.when, DENTIST.when)
  })

  it('gathers a series with its exceptions and cancelled occurrences over pages in any order', async () => {
    for (const exceptionsFirst of [false, true]) {
      const world = new World({ paging: { pageSize: 2, emptyPages: true, exceptionsFirst } })
      const { user } = world.simulator
      const id = user.create({ ...NATIVE_SERIES }).id ?? ''
      user.edit(user.instanceId(id, SECOND), { summary: 'Concert' })
      user.delete(user.instanceId(id, THIRD))
      user.edit(user.instanceId(id, FOURTH), {
        start: { dateTime: '2026-01-28T09:00:00', timeZone: 'Europe/Berlin' },
        end: { dateTime: '2026-01-28T10:00:00', timeZone: 'Europe/Berlin' },
      })
      user.edit(id, { location: 'Hall' }) // now the series comes after its exceptions
      const { fields } = only(await readAll(await world.calendar()))
      assert.equal(fields.location, 'Hall')
      assert.deepEqual(fields.when, CHOIR.when)
      assert.deepEqual(fields[`exceptions.${SECOND}`], { summary: 'Concert' })
      assert.deepEqual(fields[`exceptions.${THIRD}`], null)
      assert.deepEqual(fields[`exceptions.${FOURTH}`], {
        start: { dateTime: '2026-01-28T09:00:00', timeZone: 'Europe/Berlin' },
        end: { dateTime: '2026-01-28T10:00:00', timeZone: 'Europe/Berlin' },
      })
    }
  })

  it('takes an EXDATE and a cancelled occurrence for the same thing', async () => {
    const world = new World()
    const { user } = world.simulator
    user.create({ ...NATIVE_SERIES, recurrence: ['EXDATE:20260113T080000Z', 'RRULE:FREQ=WEEKLY'] })
    const { fields } = only(await readAll(await world.calendar()))
    assert.equal(fields[`exceptions.${SECOND}`], null)
    assert.deepEqual(fields.when, CHOIR.when)
  })

  it('says nothing of an exception that does not differ', async () => {
    const world = new World()
    const { user } = world.simulator
    const id = user.create({ ...NATIVE_SERIES }).id ?? ''
    user.edit(user.instanceId(id, SECOND), { summary: 'Concert' })
    user.edit(user.instanceId(id, SECOND), { summary: 'Choir' })
    const seen = only(await readAll(await world.calendar()))
    assert.ok(!(`exceptions.${SECOND}` in seen.fields))
  })

  it('tells the live exceptions that a moved series left behind, and is silent about the cancelled ones', async () => {
    const world = new World()
    const { user } = world.simulator
    const id = user.create({ ...NATIVE_SERIES }).id ?? ''
    user.edit(user.instanceId(id, SECOND), { summary: 'Concert' })
    user.delete(user.instanceId(id, THIRD))
    user.edit(id, { start: { dateTime: '2026-01-06T09:30:00' }, end: { dateTime: '2026-01-06T10:30:00' } })
    const { fields } = only(await readAll(await world.calendar()))
    const left = (fields[`exceptions.${SECOND}`] ?? {}) as { [field: string]: Json }
    assert.deepEqual(
      [left.summary, left.start],
      ['Concert', { dateTime: '2026-01-13T09:00:00', timeZone: 'Europe/Berlin' }],
    )
    assert.ok(!(`exceptions.${THIRD}` in fields))
  })

  it('lets exceptions stand alone whose series is not there', async () => {
    const world = new World()
    world.simulator.user.plant({
      ...NATIVE_SINGLE,
      id: 'foreign_20260106T080000Z',
      iCalUID: 'party@example.com',
      recurringEventId: 'foreign',
      originalStartTime: { dateTime: '2026-01-06T08:00:00Z', timeZone: 'Europe/Berlin' },
    })
    const seen = only(await readAll(await world.calendar()))
    assert.equal(seen.uid, 'party@example.com/2026-01-06T08:00:00Z')
    assert.equal(seen.id, 'foreign_20260106T080000Z')
    assert.deepEqual(seen.fields.when, DENTIST.when)
  })

  it('says why an event may not be written', async () => {
    const world = new World()
    const { user } = world.simulator
    user.plant({ ...NATIVE_SINGLE, id: 'guests', attendees: [{ email: 'a@example.com' }] })
    user.plant({ ...NATIVE_SINGLE, id: 'locked', locked: true })
    user.plant({ ...NATIVE_SINGLE, id: 'birthday', eventType: 'birthday' })
    user.plant({ ...NATIVE_SINGLE, id: 'plain' })
    const seen = byId((await readAll(await world.calendar())).seen)
    const fixed = [...seen].map(([id, each]) => [
      id,
      each.is === 'live' && each.fixed !== undefined,
      each.is === 'live' && each.kind,
    ])
    assert.deepEqual(fixed, [['guests', true, undefined], ['locked', true, undefined], ['birthday', true, 'birthday'], ['plain', false, undefined]]) // prettier-ignore
  })

  it('never takes the redacted copy of a private event for its content', async () => {
    const world = new World()
    world.simulator.user.share('team@example.com')
    world.simulator.user.create({ ...NATIVE_SINGLE, visibility: 'private' }, 'team@example.com')
    const calendar = await world.calendar('team@example.com')
    assert.equal(calendar.info.writable, false)
    const [seen] = (await readAll(calendar)).seen
    assert.ok(seen?.is === 'unread')
    assert.match(seen.reason, /private/)
  })

  it('sets an event aside that it can not understand, and reads the rest', async () => {
    const world = new World()
    const { user } = world.simulator
    user.plant({
      ...NATIVE_SERIES,
      id: 'broken',
      summary: 'Odd',
      recurrence: ['RRULE:EVERY=DAY'],
    })
    user.plant({ ...NATIVE_SINGLE, id: 'whole' })
    const seen = byId((await readAll(await world.calendar())).seen)
    const broken = seen.get('broken')
    assert.ok(broken?.is === 'unread')
    assert.equal(broken.title, 'Odd')
    assert.equal(seen.get('whole')?.is, 'live')
  })

  it('reads descriptions that the app wrote as plain text', async () => {
    const world = new World()
    world.simulator.user.create({
      ...NATIVE_SINGLE,
      description: 'One<br><b>Two</b> &amp; three<br><ul><li>four</li></ul>',
    })
    const { fields } = only(await readAll(await world.calendar()))
    assert.equal(fields.description, 'One\nTwo & three\nfour')
  })

  it('knows the newest stamp of a series and its exceptions', async () => {
    const world = new World()
    const { user } = world.simulator
    const id = user.create({ ...NATIVE_SERIES }).id ?? ''
    world.time += 60_000
    user.edit(user.instanceId(id, SECOND), { summary: 'Concert' })
    assert.equal(only(await readAll(await world.calendar())).changedAt, world.time)
  })
})

describe('Google provider: what changed', () => {
  async function readOnce(world: World) {
    const calendar = await world.calendar()
    const first = await readAll(calendar)
    world.simulator.takeRequests()
    const known = byId(first.seen)
    const again = (position: Json | null = first.position) => calendar.read(position, known, signal)
    return { calendar, first, known, again }
  }

  it('takes exactly one request when nothing changed', async () => {
    const world = new World()
    world.simulator.user.create({ ...NATIVE_SERIES })
    const { again } = await readOnce(world)
    const read = await again()
    assert.deepEqual([read.kind, read.seen], ['incremental', []])
    assert.equal(world.simulator.takeRequests().length, 1)
  })

  it('names what was made, changed and deleted', async () => {
    const world = new World()
    const { user } = world.simulator
    const [kept = '', removed = ''] = ['Kept', 'Removed'].map(
      (summary) => user.create({ ...NATIVE_SINGLE, summary }).id ?? '',
    )
    const { again } = await readOnce(world)
    user.edit(kept, { summary: 'Changed' })
    user.delete(removed)
    const made = user.create({ ...NATIVE_SINGLE, summary: 'Made' }).id ?? ''
    const seen = byId((await again()).seen)
    assert.equal(world.simulator.takeRequests().length, 1)
    assert.deepEqual(
      [kept, removed, made].map((id) => [seen.get(id)?.is, seen.get(id)?.uid]),
      [['live', `${kept}@google.com`], ['gone', `${removed}@google.com`], ['live', `${made}@google.com`]], // prettier-ignore
    )
  })

  it('reads a series whole, with one more request, when one of its occurrences changed or was cancelled', async () => {
    const world = new World()
    const { user } = world.simulator
    const id = user.create({ ...NATIVE_SERIES }).id ?? ''
    user.edit(user.instanceId(id, SECOND), { summary: 'Concert' })
    const { again } = await readOnce(world)
    user.delete(user.instanceId(id, THIRD))
    const { fields } = only(await again())
    assert.equal(world.simulator.takeRequests().length, 2)
    assert.equal(fields.summary, 'Choir')
    assert.deepEqual(fields[`exceptions.${SECOND}`], { summary: 'Concert' })
    assert.equal(fields[`exceptions.${THIRD}`], null)
  })

  it('does the same for a series that it has not seen before', async () => {
    const world = new World()
    const { user } = world.simulator
    const { again } = await readOnce(world)
    const id = user.create({ ...NATIVE_SERIES }).id ?? ''
    user.delete(user.instanceId(id, SECOND))
    assert.equal(only(await again()).fields[`exceptions.${SECOND}`], null)
    assert.equal(world.simulator.takeRequests().length, 2)
  })

  for (const how of ['the series and the occurrence', 'the occurrence alone', 'the occurrence alone, without a zone']) {
    it(`knows that an occurrence was cancelled, of which only the delta tells (${how})`, async () => {
      const world = new World({ paging: { cancelledByUid: false } })
      const { user } = world.simulator
      const id = user.create({ ...NATIVE_SERIES }).id ?? ''
      const { calendar, known, again } = await readOnce(world)
      user.delete(user.instanceId(id, SECOND))
      if (how.includes('the series')) user.edit(id, { location: 'Hall' })
      if (how.includes('without')) {
        const { originalStartTime, ...cancelled } = user.get(user.instanceId(id, SECOND))
        user.plant({ ...cancelled, originalStartTime: { dateTime: originalStartTime?.dateTime } })
      }
      let read = await again()
      assert.equal(only(read).fields[`exceptions.${SECOND}`], null)
      const seen = new Map([...known, ...byId(read.seen)])
      // It is remembered whatever else changes: the series, another occurrence, and what is read for its own sake.
      user.edit(id, { summary: 'Band' })
      read = await calendar.read(read.position, seen, signal)
      assert.equal(only(read).fields[`exceptions.${SECOND}`], null)
      user.edit(user.instanceId(id, THIRD), { summary: 'Concert' })
      read = await calendar.read(read.position, byId(read.seen), signal)
      assert.deepEqual(
        [only(read).fields[`exceptions.${SECOND}`], only(read).fields[`exceptions.${THIRD}`]],
        [null, { summary: 'Concert' }],
      )
      const [some] = await calendar.readSome([id], byId(read.seen), signal)
      assert.deepEqual(some, only(read))
      assert.deepEqual(only(await readAll(calendar)).fields, only(read).fields)
    })
  }

  it('knows that a cancelled occurrence was restored, also where no query finds a cancelled one', async () => {
    const world = new World({ paging: { cancelledByUid: false } })
    const { user } = world.simulator
    const id = user.create({ ...NATIVE_SERIES }).id ?? ''
    for (const key of [SECOND, THIRD]) user.delete(user.instanceId(id, key))
    const { again } = await readOnce(world)
    user.edit(user.instanceId(id, SECOND), { status: 'confirmed' })
    const { fields } = only(await again())
    assert.equal(`exceptions.${SECOND}` in fields, false)
    assert.equal(fields[`exceptions.${THIRD}`], null)
  })

  for (const movedSeries of ['orphans', 'resets'] as const) {
    it(`asks what became of cancelled occurrences where their series moved and came back (${movedSeries})`, async () => {
      const world = new World({ behaviour: { movedSeries }, paging: { cancelledByUid: false, listsHidden: false } })
      const { user } = world.simulator
      const id = user.create({ ...NATIVE_SERIES }).id ?? ''
      user.delete(user.instanceId(id, SECOND))
      const { calendar, known, first } = await readOnce(world)
      const weekly = { ...NATIVE_SERIES, status: 'confirmed' }
      let [seen, position] = [known as ReadonlyMap<string, Seen>, first.position]
      for (const edit of [{ recurrence: null }, { recurrence: ['RRULE:FREQ=MONTHLY'] }, weekly]) {
        user.edit(id, edit)
        if (edit !== weekly) seen = byId((await calendar.read(null, seen, signal)).seen) // a complete read forgets nothing
        const read = await calendar.read(position, seen, signal)
        ;[seen, position] = [byId(read.seen), read.position]
      }
      const series = seen.get(id)
      assert.ok(series?.is === 'live')
      assert.equal(`exceptions.${SECOND}` in series.fields, movedSeries === 'orphans')
      assert.deepEqual(series.fields, only(await readAll(calendar)).fields)
    })
  }

  it('reads all of a series that was out of sight, since nobody remembers what is cancelled of it', async () => {
    const world = new World({ paging: { cancelledByUid: false } })
    const { user } = world.simulator
    const id = user.create({ ...NATIVE_SERIES }).id ?? ''
    user.delete(user.instanceId(id, SECOND))
    const { calendar, first } = await readOnce(world)
    const missing = byId([{ is: 'gone', how: 'missing', id, uid: id }])
    user.edit(id, { summary: 'Band' })
    assert.equal(only(await calendar.read(first.position, missing, signal)).fields[`exceptions.${SECOND}`], null)
    const [some] = await calendar.readSome([id], missing, signal)
    assert.ok(some?.is === 'live')
    assert.equal(some.fields[`exceptions.${SECOND}`], null)
  })

  it('lets what takes the default reminders follow when these are edited, without a request for each', async () => {
    const world = new World()
    const { user } = world.simulator
    for (const summary of ['A', 'B', 'C']) user.create({ ...NATIVE_SINGLE, summary })
    user.create({ ...NATIVE_SINGLE, reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 30 }] } })
    const plain = user.create({ ...NATIVE_SERIES }).id ?? ''
    const id = user.create({ ...NATIVE_SERIES }).id ?? ''
    const own = { useDefault: false, overrides: [{ method: 'popup', minutes: 30 }] }
    user.edit(user.instanceId(id, SECOND), { reminders: own })
    const { calendar, known, again, first } = await readOnce(world)
    user.setDefaultReminders([600])
    const read = await again()
    assert.equal(read.kind, 'incremental')
    assert.equal(world.simulator.takeRequests().length, 2, 'the delta, and the series with an occurrence of its own')
    assert.equal(read.seen.length, 5)
    const now = new Map([...known, ...byId(read.seen)])
    assert.deepEqual(now, byId((await readAll(calendar)).seen))
    const held = (each: string) => (now.get(each) as Live).fields
    assert.deepEqual([held(plain).reminders, held(id).reminders], [[600], [600]])
    assert.deepEqual(held(id)[`exceptions.${SECOND}`], { reminders: [30] })
    world.simulator.takeRequests()
    assert.deepEqual((await calendar.read(read.position, now, signal)).seen, [])
    assert.equal(world.simulator.takeRequests().length, 1)
    assert.notEqual(read.position, first.position)
  })

  it('reads all again, and knows what was deleted, when the search for a series does not find what is there', async () => {
    const world = new World()
    const { user } = world.simulator
    const id = user.create({ ...NATIVE_SERIES }).id ?? ''
    user.edit(user.instanceId(id, SECOND), { summary: 'Concert' })
    const removed = user.create({ ...NATIVE_SINGLE }).id ?? ''
    const { again } = await readOnce(world)
    user.delete(user.instanceId(id, THIRD))
    user.delete(removed)
    world.simulator.interfere = (stage, { url }) =>
      stage === 'before' && url.searchParams.has('iCalUID') ? jsonResponse(200, { items: [] }) : undefined
    const read = await again()
    assert.equal(read.kind, 'full')
    const seen = byId(read.seen)
    const series = seen.get(id)
    assert.ok(series?.is === 'live')
    assert.deepEqual(series.fields[`exceptions.${SECOND}`], { summary: 'Concert' })
    assert.equal(series.fields[`exceptions.${THIRD}`], null)
    assert.deepEqual(seen.get(removed)?.is, 'gone')
  })

  it('calls no series deleted of which it was told right now and that Google then does not find at all', async () => {
    for (const edit of [(id: string) => id, (id: string, user: User) => user.instanceId(id, THIRD)]) {
      const world = new World()
      const { user } = world.simulator
      const id = user.create({ ...NATIVE_SERIES }).id ?? ''
      const { again } = await readOnce(world)
      user.edit(edit(id, user), { summary: 'Concert' })
      world.simulator.interfere = (stage, { url }) => {
        if (stage !== 'before') return undefined
        if (url.searchParams.has('iCalUID')) return jsonResponse(200, { items: [] })
        return url.pathname.endsWith(`/events/${id}`) ? jsonResponse(404, {}) : undefined
      }
      const read = await again()
      assert.equal(read.kind, 'full')
      assert.equal(byId(read.seen).get(id)?.is, 'live')
    }
  })

  it('sets a series aside that it was told of and that no list shows, until one does', async () => {
    const world = new World()
    const { user } = world.simulator
    const single = user.create({ ...NATIVE_SINGLE }).id ?? ''
    const { again, known } = await readOnce(world)
    const id = user.create({ ...NATIVE_SERIES }).id ?? ''
    user.edit(single, { summary: 'Coffee' })
    let isListed = false
    world.simulator.interfere = async (stage, { url }, response) => {
      const isList = url.pathname.endsWith('/events') && !url.searchParams.has('syncToken')
      if (stage !== 'after' || isListed || !isList || !response) return undefined
      return jsonResponse(200, { ...((await response.json()) as object), items: [] })
    }
    const first = await again()
    assert.equal(first.kind, 'full')
    for (const each of first.seen) known.set(each.id, each)
    const aside = known.get(id)
    assert.ok(aside?.is === 'unread')
    assert.equal(aside.title, NATIVE_SERIES.summary)
    const told = known.get(single)
    assert.ok(told?.is === 'live' && told.fields.summary === 'Coffee')
    assert.equal(byId((await again(null)).seen).get(id)?.is, 'unread')
    assert.deepEqual((await again(first.position)).seen, [])
    isListed = true
    assert.equal(byId((await again(first.position)).seen).get(id)?.is, 'live')
    user.delete(id)
    assert.equal(byId((await again(first.position)).seen).get(id)?.is, 'gone')
  })

  it('reads all again when Google no longer takes the token, stale or garbage', async () => {
    const world = new World()
    world.simulator.user.create({ ...NATIVE_SINGLE })
    const { again, first } = await readOnce(world)
    world.simulator.user.expireSyncTokens()
    for (const position of [first.position, 'garbage']) {
      const read = await again(position)
      assert.ok(read.kind === 'full')
      assert.deepEqual([read.seen, read.unchanged], [[], first.seen.map(({ id }) => id)])
      assert.equal(world.simulator.takeRequests().length, 2)
    }
  })

  for (const reason of ['fullSyncRequired', 'updatedMinTooLongAgo', 'deleted', 'gone', '']) {
    it(`reads all again after any 410 to a token, here with "${reason}" for a reason, and deletes nothing`, async () => {
      const world = new World()
      world.simulator.user.create({ ...NATIVE_SINGLE })
      const { again, first } = await readOnce(world)
      world.simulator.interfere = (stage, { url }) =>
        stage === 'before' && url.searchParams.has('syncToken')
          ? jsonResponse(410, reason === '' ? {} : { error: { errors: [{ reason }], message: 'Gone' } })
          : undefined
      const read = await again()
      assert.ok(read.kind === 'full')
      assert.deepEqual([read.seen, read.unchanged], [[], first.seen.map(({ id }) => id)])
    })
  }

  it('reads in full what of a complete read was not seen before as it is', async () => {
    const world = new World()
    const { user } = world.simulator
    const [kept = '', edited = '', series = ''] = [{}, {}, { recurrence: ['RRULE:FREQ=WEEKLY'] }].map(
      (more) => user.create({ ...NATIVE_SINGLE, reminders: { useDefault: false }, ...more }).id ?? '',
    )
    const remindful = user.create({ ...NATIVE_SINGLE }).id ?? ''
    const { again } = await readOnce(world)
    user.edit(edited, { summary: 'Changed' })
    user.delete(user.instanceId(series, SECOND))
    world.simulator.calendar().settings.defaultReminders = [{ method: 'popup', minutes: 7 }]
    const read = await again(null)
    assert.ok(read.kind === 'full')
    assert.deepEqual(read.unchanged, [kept])
    const seen = byId(read.seen)
    assert.deepEqual([...seen.keys()].sort(), [edited, series, remindful].sort())
    const reminded = seen.get(remindful)
    assert.ok(reminded?.is === 'live')
    assert.deepEqual(reminded.fields.reminders, [7])
  })

  it('recognises its own writes without reading them again', async () => {
    const world = new World()
    const { calendar, first, known } = await readOnce(world)
    const answers = await collect(calendar.create('u', { ...CHOIR, [`exceptions.${SECOND}`]: null }, signal))
    for (const answer of answers) if ('holds' in answer) known.set(answer.holds.id, answer.holds)
    world.simulator.takeRequests()
    const read = await calendar.read(first.position, known, signal)
    assert.equal(world.simulator.takeRequests().length, 1)
    assert.deepEqual(read.seen, [...known.values()])
  })

  it('reports a deleted series once, not its occurrences', async () => {
    const world = new World()
    const { user } = world.simulator
    const id = user.create({ ...NATIVE_SERIES }).id ?? ''
    user.edit(user.instanceId(id, SECOND), { summary: 'Concert' })
    const { again } = await readOnce(world)
    user.delete(id)
    assert.deepEqual((await again()).seen, [{ is: 'gone', how: 'deleted', id, uid: `${id}@google.com` }])
    assert.equal(world.simulator.takeRequests().length, 1)
  })

  it('gives up what stood alone when its series arrives', async () => {
    const world = new World()
    const { user } = world.simulator
    const original = { dateTime: '2026-01-13T08:00:00Z', timeZone: 'Europe/Berlin' }
    const iCalUID = 'party@example.com'
    user.plant({
      ...NATIVE_SINGLE,
      id: 'foreign_20260113T080000Z',
      iCalUID,
      recurringEventId: 'foreign',
      originalStartTime: original,
    })
    const { again } = await readOnce(world)
    user.plant({ ...NATIVE_SERIES, id: 'foreign', iCalUID })
    const seen = byId((await again()).seen)
    assert.equal(seen.get('foreign_20260113T080000Z')?.is, 'gone')
    assert.ok(seen.get('foreign')?.is === 'live')
  })

  it('sees both halves of a series that the app split', async () => {
    const world = new World()
    const { user } = world.simulator
    const calendar = await world.calendar()
    await collect(calendar.create('u', CHOIR, signal))
    const first = await readAll(calendar)
    const old = only(first)
    const rest = user.editThisAndFollowing(old.id, THIRD, { summary: 'Band' })
    const seen = byId((await calendar.read(first.position, byId(first.seen), signal)).seen)
    const half = seen.get(rest.id ?? '')
    const trimmed = seen.get(old.id)
    assert.ok(half?.is === 'live' && trimmed?.is === 'live')
    assert.equal(trimmed.uid, 'u')
    assert.deepEqual(trimmed.fields.when, {
      ...(CHOIR.when as object),
      recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20260120T075959Z;BYDAY=TU'],
    })
    // The app copied the mark, but it names another event.
    assert.deepEqual([half.uid, half.mark], [rest.iCalUID, undefined])
  })

  it('reads single resources as they are now', async () => {
    const world = new World()
    const { user } = world.simulator
    const id = user.create({ ...NATIVE_SERIES }).id ?? ''
    const { calendar, known } = await readOnce(world)
    user.delete(user.instanceId(id, SECOND))
    const [series, nothing] = await calendar.readSome([id, 'absent'], known, signal)
    assert.ok(series?.is === 'live')
    assert.equal(series.fields[`exceptions.${SECOND}`], null)
    assert.deepEqual([nothing?.is, nothing?.id], ['gone', 'absent'])
  })

  it('lists the calendar rather than read many resources one by one', async () => {
    const world = new World()
    const ids = Array.from(
      { length: 30 },
      (_, at) => world.simulator.user.create({ ...NATIVE_SINGLE, summary: `${at}` }).id ?? '',
    )
    const { calendar, known } = await readOnce(world)
    assert.equal((await calendar.readSome(ids, known, signal)).length, 30)
    assert.equal(world.simulator.takeRequests().length, 1)
  })
})
