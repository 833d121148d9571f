import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import type { ErrorCode } from '../../src/event/calendar'
import { ProviderError } from '../../src/event/calendar'
import { createGoogleProvider } from '../../src/google/provider'
import { serveOverHttp } from '../simulators/google/http'
import { jsonResponse } from '../simulators/google/refusal'
import { LOGIN } from '../simulators/google/simulator'
import { collect, DENTIST, heldAfter, only, readAll, signal, World } from './world'

const SECRETS = [LOGIN.clientSecret, LOGIN.refreshToken, 'ya29', 'PRIVATE']

/** Asserts that work is rejected with this code, in words, and without anything secret in the error. */
async function assertRejected(work: Promise<unknown>, code: ErrorCode, words: RegExp): Promise<ProviderError> {
  const error = await work.then(
    () => assert.fail('nothing was rejected'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof ProviderError, String(error))
  assert.equal(error.code, code, error.message)
  assert.match(error.message, words)
  const told = [error.message, error.stack, JSON.stringify(error), JSON.stringify(error.cause)].join(' ')
  for (const secret of SECRETS) assert.ok(!told.includes(secret), secret)
  return error
}

describe('Google provider: account', () => {
  it('lists all calendars over any pages, with what may be done in them', async () => {
    const world = new World({ paging: { pageSize: 1 } })
    world.simulator.user.share('holidays', 'reader')
    world.simulator.user.share('busy', 'freeBusyReader')
    world.simulator.addCalendar({ id: 'family', summary: 'Family', color: '#112233', timeZone: 'Europe/Paris' })
    const listed = await (await world.provider()).listCalendars(signal)
    assert.deepEqual(
      listed.map(({ id, writable, primary }) => [id, writable, primary]),
      [['someone@example.com', true, true], ['holidays', false, undefined], ['family', true, undefined]], // prettier-ignore
    )
    assert.deepEqual(listed[2], {
      id: 'family',
      identity: 'google:family',
      name: 'Family',
      provider: 'google',
      writable: true,
      color: '#112233',
      timeZone: 'Europe/Paris',
    })
  })

  it('opens the primary calendar under what it really is', async () => {
    const { info } = await (await new World().provider()).open('primary', signal)
    assert.deepEqual([info.id, info.identity], ['someone@example.com', 'google:someone@example.com'])
  })

  it('opens a calendar that is shared but not in the list', async () => {
    const world = new World()
    world.simulator.addCalendar({ id: 'shared', summary: 'Shared' })
    world.simulator.interfere = (stage, { url }) =>
      stage === 'before' && url.pathname.includes('calendarList')
        ? jsonResponse(404, { error: { errors: [{ reason: 'notFound' }] } })
        : undefined
    const { info } = await (await world.provider()).open('shared', signal)
    assert.deepEqual([info.name, info.writable], ['Shared', true])
  })

  it('never opens the primary calendar under another name than its own', async () => {
    const world = new World()
    world.simulator.interfere = (stage, { url }) =>
      stage === 'before' && url.pathname.includes('calendarList')
        ? jsonResponse(403, { error: { errors: [{ reason: 'forbidden' }] } })
        : undefined
    await assertRejected((await world.provider()).open('primary', signal), 'calendar-not-found', /this login/)
  })

  it('says as whom it is signed in', async () => {
    assert.match(await (await new World().provider()).check(signal), /someone@example\.com/)
  })

  it('asks for one access token and renews it before it ends', async () => {
    const world = new World()
    const calendar = await world.calendar()
    const tokens = () => world.simulator.requests.filter(({ path }) => path === '/token').length
    world.simulator.requests.splice(0)
    await readAll(calendar)
    assert.equal(tokens(), 0)
    world.time += 56 * 60_000
    await readAll(calendar)
    await readAll(calendar)
    assert.equal(tokens(), 1)
    assert.ok(world.simulator.requests.every(({ status }) => status === 200))
  })

  it('shares one renewal among requests at the same time', async () => {
    const world = new World()
    const provider = await world.provider()
    await Promise.all([provider.check(signal), provider.listCalendars(signal), provider.open('primary', signal)])
    assert.equal(world.simulator.requests.filter(({ path }) => path === '/token').length, 1)
  })

  it('renews a token that Google no longer takes, once', async () => {
    const world = new World()
    const calendar = await world.calendar()
    world.simulator.tokens.expireAll()
    assert.equal((await readAll(calendar)).kind, 'full')
    world.simulator.interfere = (stage, { url }) =>
      stage === 'before' && url.pathname !== '/token'
        ? jsonResponse(401, { error: { message: 'Invalid Credentials' } })
        : undefined
    world.simulator.requests.splice(0)
    await assertRejected(readAll(calendar), 'reauthorise', /Sign in again/)
    assert.equal(world.simulator.takeRequests().length, 2)
  })

  it('signs in as a service account', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const world = new World({ login: { ...LOGIN, serviceAccountPublicKey: publicKey } })
    const key = { type: 'service_account', client_email: 'robot@example.com', private_key: privateKey }
    const provider = await world.provider({ serviceAccountKey: JSON.stringify(key) })
    assert.match(await provider.check(signal), /someone/)
  })

  it('says what is wrong with a service account key, and nothing of what is in it', async () => {
    const keys = ['PRIVATE', '{}', JSON.stringify({ client_email: 'robot@example.com', private_key: 'PRIVATE' })]
    for (const serviceAccountKey of keys) {
      const provider = await new World().provider({ serviceAccountKey })
      await assertRejected(provider.check(signal), 'reauthorise', /key file/)
    }
  })

  it('works over HTTP, compressed, at any root', async () => {
    const world = new World()
    const server = await serveOverHttp(world.simulator.fetch)
    try {
      const config = { apiUrl: server.url.replace(/\/$/, ''), tokenUrl: `${server.url}token`, credentials: LOGIN }
      const provider = await createGoogleProvider(config, { fetch, now: () => world.time })
      const calendar = await provider.open('primary', signal)
      const made = heldAfter(await collect(calendar.create('u', DENTIST, signal)))
      assert.deepEqual(only(await readAll(calendar)), made)
    } finally {
      await server.close()
    }
  })
})

describe('Google provider: errors', () => {
  it('tells of the seven days when the login is dead', async () => {
    const world = new World()
    world.simulator.tokens.revoked = true
    await assertRejected((await world.provider()).check(signal), 'reauthorise', /seven days/)
  })

  it('says when the client ID or its secret is wrong', async () => {
    const provider = await new World().provider({ ...LOGIN, clientId: 'other' })
    await assertRejected(provider.check(signal), 'reauthorise', /client ID/)
  })

  const refusal = (reason: string, message = 'No') => ({ error: { errors: [{ reason, message }], message } })
  const answers: [string, number, object, ErrorCode][] = [
    ['a rate limit', 403, refusal('userRateLimitExceeded'), 'rate-limit'],
    ['the usage limit', 403, refusal('quotaExceeded'), 'rate-limit'],
    ['too many requests', 429, refusal('rateLimitExceeded'), 'rate-limit'],
    ['trouble of Google', 503, refusal('backendError'), 'unreachable'],
    ['too narrow scopes', 403, refusal('insufficientPermissions'), 'reauthorise'],
    ['an API that is switched off', 403, refusal('accessNotConfigured'), 'reauthorise'],
    ['a calendar that is gone', 404, refusal('notFound'), 'calendar-not-found'],
    ['a request that is not understood', 400, refusal('invalid'), 'bad-answer'],
    ['a calendar that was deleted', 410, refusal('deleted'), 'calendar-not-found'],
    ['a project that is suspended', 403, refusal('CONSUMER_SUSPENDED'), 'reauthorise'],
    ['an account without calendar', 403, refusal('notACalendarUser'), 'reauthorise'],
  ]
  for (const [words, status, body, code] of answers) {
    it(`tells ${words} by method and reason`, async () => {
      const world = new World()
      const calendar = await world.calendar()
      world.simulator.interfere = (stage) => (stage === 'before' ? jsonResponse(status, body) : undefined)
      await assertRejected(readAll(calendar), code, /\w+ \w+/)
      assert.equal(world.simulator.takeRequests().length, 1)
    })
  }

  it('knows from when on it may ask again', async () => {
    const world = new World()
    const calendar = await world.calendar()
    world.simulator.interfere = () => jsonResponse(429, refusal('rateLimitExceeded'), { 'retry-after': '30' })
    const error = await assertRejected(readAll(calendar), 'rate-limit', /slow down/)
    assert.deepEqual([error.status, error.retryAt], [429, world.time + 30_000])
  })

  it('tells a network that fails', async () => {
    const world = new World()
    const calendar = await world.calendar()
    world.simulator.interfere = () => {
      const cause = Object.assign(new Error(`connect to ${LOGIN.refreshToken}`), { code: 'ECONNREFUSED' })
      throw new TypeError(`fetch failed ${LOGIN.clientSecret}`, { cause })
    }
    await assertRejected(readAll(calendar), 'unreachable', /ECONNREFUSED/)
  })

  it('tells an answer that is no JSON', async () => {
    const world = new World()
    const calendar = await world.calendar()
    world.simulator.interfere = () =>
      new Response('<html>Sign in to the hotel</html>', { headers: { 'content-type': 'text/html' } })
    await assertRejected(readAll(calendar), 'bad-answer', /no JSON/)
  })

  it('gives up in the middle of a request when it is told to', async () => {
    const world = new World()
    const calendar = await world.calendar()
    const abort = new AbortController()
    world.simulator.interfere = (stage) => {
      if (stage === 'after') abort.abort()
      return undefined
    }
    await assertRejected(calendar.read(null, new Map(), abort.signal), 'aborted', /given up/)
  })

  it('says that a calendar is only shared for reading', async () => {
    const world = new World()
    const calendar = await world.calendar()
    world.simulator.calendar().settings.role = 'reader'
    await assertRejected(collect(calendar.create('u', DENTIST, signal)), 'read-only', /owner/)
  })

  it('does not believe that of a calendar whose list entry says otherwise: the one event is refused', async () => {
    const world = new World()
    const calendar = await world.calendar()
    const made = heldAfter(await collect(calendar.create('u', DENTIST, signal)))
    world.simulator.interfere = (stage, { method }) =>
      stage === 'before' && method !== 'GET' ? jsonResponse(403, refusal('requiredAccessLevel')) : undefined
    for (const work of [
      calendar.create('v', DENTIST, signal),
      calendar.update(made, { summary: 'X' }, ['summary'], signal),
      calendar.delete(made, signal),
    ]) {
      await assertRejected(collect(work), 'refused', /may be written/)
    }
  })

  it("repeats Google's own words for what it refuses", async () => {
    const world = new World()
    const calendar = await world.calendar()
    const fields = { ...DENTIST, status: 'strange' }
    await assertRejected(collect(calendar.create('u', fields, signal)), 'refused', /Invalid value for status/)
  })

  it('finds the event whose answer was lost when it creates it again', async () => {
    const world = new World()
    const calendar = await world.calendar()
    world.simulator.interfere = (stage) => {
      if (stage === 'after') throw new TypeError('fetch failed')
      return undefined
    }
    await assertRejected(collect(calendar.create('u', DENTIST, signal)), 'unreachable', /no answer/)
    world.simulator.interfere = () => undefined
    const held = heldAfter(await collect(calendar.create('u', DENTIST, signal)))
    assert.deepEqual(held.fields, DENTIST)
    assert.equal(world.simulator.user.events().length, 1)
  })
})
