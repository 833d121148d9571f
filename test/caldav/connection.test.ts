import assert from 'node:assert/strict'
import { ProviderError } from '../../src/event/calendar'
import { TransportError } from '../../src/transport/error'
import type { Fetch } from '../../src/transport/fetch'
import { assertRefused } from '../contract/refusals'
import { NO_END } from '../contract/reader'
import { CaldavServer, PLAIN } from '../simulators/caldav'
import { providerFor } from './setup'

/** Answers the first requests with redirects to these places and then hands over to the server. Records who got credentials. */
function redirecting(server: CaldavServer, ...locations: readonly string[]) {
  const waiting = [...locations]
  const asked: string[] = []
  const fetch: Fetch = async (input, init) => {
    const headers = new Headers(init?.headers)
    asked.push(`${init?.method ?? ''} ${new URL(input).origin} ${headers.has('authorization')}`)
    const location = waiting.shift()
    return location === undefined
      ? server.fetch(input, init)
      : new Response(null, { status: 301, headers: { location } })
  }
  return { fetch, asked }
}

describe('A connection', () => {
  it('follows iCloud to its pods, with method, body and credentials', async () => {
    const server = new CaldavServer({ transient401: false })
    const { fetch, asked } = redirecting(server, `https://p62-caldav.icloud.com:443${server.calendar.path}`)
    const calendar = await (await providerFor(server, {}, fetch)).open(server.calendar.path, NO_END)
    assert.equal(calendar.info.identity, 'caldav:caldav.icloud.com:/1234567890/calendars/home/')
    await calendar.read(null, new Map(), NO_END)
    assert.deepEqual(asked, [
      'PROPFIND https://caldav.icloud.com true',
      'PROPFIND https://p62-caldav.icloud.com true',
      'REPORT https://p62-caldav.icloud.com true',
    ])
  })

  for (const [what, options, location] of [
    ['another host', PLAIN, 'https://evil.example.com/'],
    ['a host that only looks like iCloud', {}, 'https://evil-icloud.com/'],
    ['iCloud from elsewhere', PLAIN, 'https://caldav.icloud.com/'],
    ['an insecure address', {}, 'http://caldav.icloud.com/'],
  ] as const) {
    it(`gives no credentials to ${what}`, async () => {
      const server = new CaldavServer(options)
      const { fetch, asked } = redirecting(server, location)
      const provider = await providerFor(server, {}, fetch)
      await assertRefused(provider.listCalendars(NO_END), 'bad-answer')
      assert.equal(asked.length, 1)
    })
  }

  it('stays on its host where a proxied server names another one', async () => {
    const server = new CaldavServer({ ...PLAIN, homeOrigin: 'http://backend.local:8080' })
    const provider = await providerFor(server)
    assert.equal((await provider.listCalendars(NO_END)).length, 2)
  })

  it('gives up on redirects in a circle', async () => {
    const server = new CaldavServer()
    const { fetch } = redirecting(server, ...Array.from({ length: 50 }, () => '/'))
    await assertRefused((await providerFor(server, {}, fetch)).check(NO_END), 'bad-answer')
  })

  it('sends names and passwords in UTF-8', async () => {
    const server = new CaldavServer({ ...PLAIN, username: 'müller', password: 'pässwörd €' })
    assert.match(await (await providerFor(server)).check(NO_END), /müller/)
  })

  it('asks once more after a 401, and explains app-specific passwords after the second', async () => {
    const server = new CaldavServer()
    let refusals = 1
    server.interfere = { before: () => (refusals-- > 0 ? new Response(null, { status: 401 }) : undefined) }
    await (await providerFor(server)).check(NO_END)
    const password = 'wrong-secret'
    await assert.rejects((await providerFor(server, { password })).check(NO_END), (error) => {
      assert.ok(error instanceof ProviderError)
      assert.equal(error.code, 'reauthorise')
      assert.match(error.message, /app-specific/)
      assert.match(error.message, /hyphens.*Calendar has to be switched on for iCloud/)
      assert.ok(!error.message.includes(password))
      return true
    })
  })

  it('finds out that a password has been revoked', async () => {
    const server = new CaldavServer()
    const provider = await providerFor(server)
    await provider.check(NO_END)
    server.options.password = 'another'
    await assertRefused(provider.check(NO_END), 'reauthorise')
    server.options.password = 'abcd-efgh-ijkl-mnop'
    await provider.check(NO_END)
  })

  it('tells when to try again', async () => {
    const server = new CaldavServer()
    const now = server.options.clock()
    for (const [status, text, at] of [
      [429, '30', now + 30_000],
      [503, new Date(now + 60_000).toUTCString(), now + 60_000],
    ] as const) {
      server.interfere = { before: () => new Response(null, { status, headers: { 'retry-after': text } }) }
      await assert.rejects((await providerFor(server)).check(NO_END), (error) => {
        assert.ok(error instanceof ProviderError)
        assert.deepEqual([error.code, error.retryAt], ['rate-limit', at])
        return true
      })
    }
  })

  it('says what to do where nothing answers', async () => {
    const server = new CaldavServer({ ...PLAIN })
    for (const [code, advice] of [
      ['ENOTFOUND', /no such host/],
      ['ECONNREFUSED', /port/],
      ['DEPTH_ZERO_SELF_SIGNED_CERT', /NODE_EXTRA_CA_CERTS/],
      ['ECONNRESET', /network/],
    ] as const) {
      const failed = new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
      for (const error of [failed, new TransportError('network', 'No connection.', { cause: failed })]) {
        const provider = await providerFor(server, {}, () => Promise.reject(error))
        await assertRefused(provider.check(NO_END), 'unreachable')
        await assert.rejects(provider.check(NO_END), advice)
      }
    }
  })

  it('hands on what the transport says of silence and of answers that are too large', async () => {
    for (const [code, told] of [
      ['timeout', 'unreachable'],
      ['too-large', 'bad-answer'],
    ] as const) {
      const error = new TransportError(code, 'What the transport says.')
      const provider = await providerFor(new CaldavServer(), {}, () => Promise.reject(error))
      await assertRefused(provider.check(NO_END), told)
      await assert.rejects(provider.check(NO_END), /What the transport says\./)
    }
  })

  it('keeps apart a request that was given up and one that failed', async () => {
    const server = new CaldavServer()
    const ending = new AbortController()
    server.interfere = {
      before: () => {
        ending.abort()
        return undefined
      },
    }
    await assertRefused((await providerFor(server)).check(ending.signal), 'aborted')
  })
})
