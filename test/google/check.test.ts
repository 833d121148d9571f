import assert from 'node:assert/strict'
import { examined, having, sawOf } from '../caldav/checking'
import type { Examined } from '../caldav/checking'
import type { SimulatorOptions } from '../simulators/google/simulator'
import { World } from './world'

const SCRATCH = 'scratch@group.calendar.google.com'
const TIMES = {
  start: { dateTime: '2026-01-06T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-01-06T10:00:00', timeZone: 'Europe/Berlin' },
}

/** An account with some events, a series with a cancelled occurrence, and a calendar made for a check. */
function setting(options: Partial<SimulatorOptions> = {}): World {
  const world = new World(options)
  const { simulator } = world
  simulator.addCalendar({ id: SCRATCH, summary: 'Scratch' })
  simulator.user.create({ summary: 'Doctor Nowak', ...TIMES })
  const series = simulator.user.create({ summary: 'Class', ...TIMES, recurrence: ['RRULE:FREQ=DAILY;COUNT=4'] })
  simulator.user.delete(simulator.user.instanceId(series.id ?? '', '2026-01-07T08:00:00Z'))
  simulator.user.plant({
    summary: 'Alone',
    ...TIMES,
    attendees: [{ email: simulator.account, self: true, organizer: true, responseStatus: 'accepted' }],
  })
  return world
}

async function check(world: World, writes = true, signal?: AbortSignal): Promise<Examined> {
  return examined(await world.provider(), writes ? { id: SCRATCH } : undefined, signal)
}

const made = ({ simulator }: World): string[] =>
  [...simulator.calendar(SCRATCH).events.values()].flatMap(({ event }) =>
    event.status === 'cancelled' ? [] : (event.id ?? ''),
  )
const written = ({ simulator }: World): string[] =>
  simulator.requests
    .filter(({ method, path }) => method !== 'GET' && path !== '/token')
    .map(({ path }) => decodeURIComponent(path))

describe('The check of a Google account', () => {
  it('finds all as expected in a Google that does what is known of it', async () => {
    const found = await check(setting())
    assert.deepEqual(
      [found.error, having(found, 'differs'), having(found, 'not tried')],
      [undefined, [], []],
      JSON.stringify(found.findings, null, 1),
    )
    assert.equal(
      sawOf(found, 'google.series.cancelled-by-uid'),
      '1 of 1 series asked for, 1 cancelled occurrence: 0 missing, in 0 series.',
    )
    assert.equal(sawOf(found, 'google.events.owner-only'), '1 of 1 event with guests.')
    assert.equal(sawOf(found, 'google.login.scopes'), 'calendar.events, calendar.calendarlist.readonly.')
    assert.match(
      sawOf(found, 'google.write.moved-series'),
      /^It keeps its original start, and it stays where it was\.$/,
    )
  })

  it('is tried with what is there only', async () => {
    const world = new World()
    const found = await check(world, false)
    assert.deepEqual(having(found, 'not tried'), ['google.series.cancelled-by-uid', 'google.events.owner-only'])
    assert.deepEqual(having(found, 'differs'), [])
  })

  it('names the fact where a query by UID leaves out cancelled occurrences, by reading and by writing', async () => {
    const world = setting()
    leaveOut(world)
    const found = await check(world)
    assert.deepEqual(having(found, 'differs'), ['google.series.cancelled-by-uid', 'google.write.cancelled-by-uid'])
    assert.equal(
      sawOf(found, 'google.series.cancelled-by-uid'),
      '1 of 1 series asked for, 1 cancelled occurrence: 1 missing, in 1 series.',
    )
  })

  it('tells what becomes of the exceptions of a series that is moved', async () => {
    const found = await check(setting({ behaviour: { movedSeries: 'resets' } }))
    assert.equal(sawOf(found, 'google.write.moved-series'), 'It is forgotten.')
    assert.deepEqual(having(found, 'differs'), [])
  })

  it('names the fact where a login does not cover what it should', async () => {
    const found = await check(
      setting({ scopes: ['https://www.googleapis.com/auth/calendar.calendarlist.readonly'] }),
      false,
    )
    assert.equal(having(found, 'differs')[0], 'google.login.scopes')
  })

  it('counts types and time zones that nobody knows', async () => {
    const world = setting()
    world.simulator.user.plant({ summary: 'Odd', ...TIMES, eventType: 'seance' })
    world.simulator.user.plant({
      summary: 'Far',
      start: { ...TIMES.start, timeZone: 'Mars/Base' },
      end: { ...TIMES.end, timeZone: 'Mars/Base' },
    })
    const found = await check(world, false)
    assert.deepEqual(having(found, 'differs'), ['google.events.kinds', 'google.events.zones', 'google.events.readable'])
    assert.equal(sawOf(found, 'google.events.zones'), 'Not known: 1 x Mars/Base.')
  })

  it('names the fact where a sync token comes too early, or not at all', async () => {
    for (const spoil of [
      (page: Record<string, unknown>) => ({ ...page, nextSyncToken: 'early' }),
      ({ nextSyncToken: _, ...page }: Record<string, unknown>) => page,
    ]) {
      const world = setting()
      world.simulator.interfere = async (stage, { url }, response) => {
        if (
          stage === 'before' ||
          !response?.ok ||
          !url.pathname.endsWith('/events') ||
          url.searchParams.has('syncToken')
        )
          return undefined
        return Response.json(spoil((await response.json()) as Record<string, unknown>))
      }
      assert.ok(having(await check(world, false), 'differs').includes('google.sync.last-page'))
    }
  })

  it('writes nothing unless a scratch calendar is named, and elsewhere never', async () => {
    const read = setting()
    await check(read, false)
    assert.deepEqual(written(read), [])
    const wrote = setting()
    await check(wrote)
    assert.ok(written(wrote).length > 5)
    assert.ok(written(wrote).every((path) => path.startsWith(`/calendar/v3/calendars/${SCRATCH}/events`)))
    assert.deepEqual([made(wrote), wrote.simulator.mails], [[], 0])
  })

  it('tells nothing of whose account it is', async () => {
    const world = setting()
    const all = JSON.stringify((await check(world)).findings)
    const ids = [...world.simulator.calendar().events.keys()]
    for (const secret of [
      'someone',
      'example.com',
      'Nowak',
      'Class',
      'Scratch@',
      'scratch@',
      'client',
      'refresh-token',
      'ya29',
      ...ids,
    ]) {
      assert.ok(!all.includes(secret), secret)
    }
    assert.match(all, /GET http:\/\/<host #\w+>\/calendar\/v3\/calendars\/<[^>]+>\/events\?/)
  })

  it('leaves nothing behind wherever it is given up', async () => {
    const whole = setting()
    await check(whole)
    const { length } = whole.simulator.requests
    for (let after = 1; after < length; after += 1) {
      const world = setting()
      const giveUp = new AbortController()
      world.simulator.interfere = () => {
        if (world.simulator.requests.length === after) giveUp.abort(new Error('the dialog was closed'))
        return undefined
      }
      await check(world, true, giveUp.signal)
      assert.deepEqual(made(world), [], `after ${after} requests`)
    }
  })

  it('leaves nothing behind though answers are lost', async () => {
    const world = setting()
    world.simulator.interfere = (stage, { method, url }) => {
      if (stage === 'after' && method === 'POST' && url.pathname.endsWith('/events'))
        throw new TypeError('fetch failed')
      return undefined
    }
    await check(world)
    assert.deepEqual(made(world), [])
  })

  it('names what it can’t remove, and removes it the next time', async () => {
    const world = setting()
    world.simulator.interfere = (stage, { method }) =>
      stage === 'before' && method === 'DELETE' ? new Response('{}', { status: 403 }) : undefined
    const found = await check(world)
    assert.ok(having(found, 'differs').includes('google.cleanup'))
    const left = made(world)
    assert.ok(left.length > 0 && left.some((id) => sawOf(found, 'google.cleanup').includes(id)))
    world.simulator.interfere = () => undefined
    world.simulator.user.create({ summary: 'Mine', ...TIMES }, SCRATCH)
    const provider = await world.provider()
    await provider.examination!.run(
      { salt: 'next', scratch: { id: SCRATCH } },
      () => undefined,
      new AbortController().signal,
    )
    assert.equal(made(world).length, 1)
  })

  it('ends where the login is dead, and says so', async () => {
    const world = setting()
    world.simulator.tokens.revoked = true
    const found = await check(world, false)
    assert.equal((found.error as { code?: string } | undefined)?.code, 'reauthorise')
    assert.equal(having(found, 'as expected').length, 0)
  })
})

/** No query by UID shows cancelled occurrences: a stub has no UID to match. */
function leaveOut({ simulator }: World): void {
  simulator.interfere = async (stage, { url }, response) => {
    if (stage === 'before' || !url.searchParams.has('iCalUID') || !response) return undefined
    const page = (await response.json()) as { items: { status: string; recurringEventId?: string }[] }
    const items = page.items.filter(
      ({ status, recurringEventId }) => status !== 'cancelled' || recurringEventId === undefined,
    )
    return Response.json({ ...page, items })
  }
}
