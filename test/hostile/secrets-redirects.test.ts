import assert from 'node:assert/strict'
import { Connection } from '../../src/caldav/connection'
import { accountFetch } from '../../src/runtime/account'
import { registeredFor } from '../../src/runtime/providers'
import { Secrets } from '../../src/runtime/secrets'
import { realSleep } from '../../src/transport/real-sleep'
import type { Fetch } from '../../src/transport/fetch'
import { Servers, NO_END, caldav, failureOf, google, onTheWire } from './wires'

/** A redirect, with the bytes of the address as they come over the wire. */
const sendsTo = (location: string): ResponseInit => ({
  status: 308,
  headers: { location: Buffer.from(location).toString('latin1') },
})

const REDIRECTS = [301, 302, 303, 307, 308]

describe('A redirect', () => {
  const servers = new Servers()
  afterEach(() => servers.close())

  /** A server that takes note of what it gets. */
  async function thief(): Promise<{ url: string; got: string[] }> {
    const got: string[] = []
    const url = await servers.serve((request, response, body) => {
      got.push(`${request.method ?? ''} ${request.headers.authorization ?? ''} ${body}`)
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{"access_token":"t","refresh_token":"r","id":"anna@example.org"}')
    })
    return { url, got }
  }

  for (const status of REDIRECTS) {
    it(`of Google's token server (${status}) gets neither the client secret nor the refresh token`, async () => {
      const { url, got } = await thief()
      const token = await servers.serve((_, response) => response.writeHead(status, { location: `${url}/token` }).end())
      const provider = await google(token).provider()
      const { code, message } = await failureOf(provider.listCalendars(NO_END))
      assert.equal(code, 'calsync.bad-answer')
      assert.match(message, /redirects to another address \(HTTP 30\d\)/)
      assert.deepEqual(got, [])
    })

    it(`of Google's API (${status}) gets no access token`, async () => {
      const { url, got } = await thief()
      const api = await servers.serve((request, response) => {
        if (request.url === '/token') response.end('{"access_token":"an-access-token","expires_in":3600}')
        else response.writeHead(status, { location: url }).end()
      })
      const { code, message } = await failureOf((await google(api).provider()).listCalendars(NO_END))
      assert.equal(code, 'calsync.bad-answer')
      assert.match(message, /redirects to another address/)
      assert.deepEqual(got, [])
    })
  }

  it('of either gets nothing of a login on Google’s page', async () => {
    const settings = { clientId: 'the-id', clientSecret: 'the-client-secret' }
    const attempt = { redirectUri: 'http://127.0.0.1:1880/', verifier: 'v'.repeat(43) }
    for (const isApi of [false, true]) {
      const { url, got } = await thief()
      const server = await servers.serve((request, response) => {
        if (isApi && request.url === '/token') response.end('{"access_token":"a-token","refresh_token":"r-token"}')
        else response.writeHead(307, { location: url }).end()
      })
      const whole = { ...settings, apiUrl: `${server}/`, tokenUrl: `${server}/token` }
      const around = onTheWire()
      const world = { fetch: accountFetch('google', whole, around, new Secrets('google', whole)), now: around.now }
      const job = registeredFor('google').login?.exchange(whole, attempt, 'the-code', world)
      const said = isApi ? (await job)?.trouble : (await failureOf(Promise.resolve(job))).message
      assert.match(said ?? '', /redirects to another address/)
      assert.deepEqual(got, [])
    }
  })

  it('to another port of the same host is one to another server', async () => {
    const { url, got } = await thief()
    const server = await servers.serve((_, response) => response.writeHead(307, { location: `${url}/dav/` }).end())
    const { code, message } = await failureOf((await caldav(server).provider()).listCalendars(NO_END))
    assert.equal(code, 'calsync.bad-answer')
    assert.match(message, /redirects to http:\/\/127\.0\.0\.1:\d+, which gets no password/)
    assert.deepEqual(got, [])
  })

  it('of a path that looks like a host stays on its host', async () => {
    const { url, got } = await thief()
    const asked: string[] = []
    const server = await servers.serve((request, response) => {
      asked.push(request.url ?? '')
      // a reverse proxy names another origin, so that only the path counts; and the path is written as a host
      const href = `https://elsewhere.example//${url.replace('http://', '')}/home/`
      response.writeHead(207).end(
        `<multistatus xmlns="DAV:"><response><href>/</href><propstat><prop>
         <current-user-principal><href>${href}</href></current-user-principal></prop>
         <status>HTTP/1.1 200 OK</status></propstat></response></multistatus>`,
      )
    })
    await failureOf((await caldav(server).provider()).listCalendars(NO_END))
    assert.deepEqual(got, [])
    assert.ok(
      asked.some((path) => path.startsWith('//127.0.0.1:')),
      asked.join(),
    )
  })

  for (const [where, location] of [
    ['a user name', 'https://someone:else@dav.example.org/next/'],
    ['a tab', 'ht\ttps://dav.example.org/next/'],
    ['backslashes', '\\next\\'],
  ] as const) {
    it(`with ${where} leads to where it is asked, on its own host`, async () => {
      const asked: string[] = []
      const fetch: Fetch = (input) => {
        asked.push(new URL(input instanceof Request ? input.url : input).href)
        return Promise.resolve(new Response(null, asked.length === 1 ? sendsTo(location) : { status: 404 }))
      }
      await failureOf((await caldav('https://dav.example.org/', {}, onTheWire({ fetch })).provider()).check(NO_END))
      assert.equal(asked[1], 'https://dav.example.org/next/')
    })
  }

  for (const [what, from, to] of [
    ['from https to http', 'https://dav.example.org/', 'http://dav.example.org/'],
    ['from http to https', 'http://dav.example.org/', 'https://dav.example.org/'],
    ['to the host with a dot at its end', 'https://dav.example.org/', 'https://dav.example.org./'],
    ['to a host that looks the same', 'https://dav.example.org/', 'https://dav.exаmple.org/'], // a Cyrillic one
    ['without a scheme', 'https://dav.example.org/', '//evil.example.com/'],
    ['with backslashes', 'https://dav.example.org/', '\\\\evil.example.com/'],
    ['with its host as a user name', 'https://dav.example.org/', 'https://dav.example.org@evil.example.com/'],
    ['from iCloud to another port', 'https://caldav.icloud.com/', 'https://p62-caldav.icloud.com:8443/'],
    ['from iCloud to http', 'https://caldav.icloud.com/', 'http://p62-caldav.icloud.com/'],
    ['from iCloud to a host with its name in it', 'https://caldav.icloud.com/', 'https://icloud.com.evil.example/'],
  ] as const) {
    it(`${what} is not followed`, async () => {
      const asked: string[] = []
      const fetch: Fetch = (input) => {
        asked.push(new URL(input instanceof Request ? input.url : input).origin)
        return Promise.resolve(new Response(null, sendsTo(to)))
      }
      const { code, message } = await failureOf((await caldav(from, {}, onTheWire({ fetch })).provider()).check(NO_END))
      assert.equal(code, 'calsync.bad-answer')
      assert.match(message, /which gets no password/)
      assert.deepEqual([...new Set(asked)], [new URL(from).origin])
    })
  }

  it('in a circle ends, and says so', async () => {
    let asked = 0
    const server = await servers.serve((_, response) => {
      asked += 1
      response.writeHead(302, { location: `/${asked % 2}` }).end()
    })
    const { message } = await failureOf((await caldav(server).provider()).check(NO_END))
    assert.match(message, /redirects in a circle/)
    assert.ok(asked < 20)
  })
})

describe('A password', () => {
  it('goes to no address but those of its account, whoever asks', async () => {
    const config = { serverUrl: 'https://dav.example.org', username: 'anna', password: 'secret' }
    const fetch: Fetch = () => assert.fail('asked')
    const world = { fetch, now: () => 0, sleep: realSleep, localZone: 'UTC', random: () => 0 }
    for (const href of ['https://evil.example.com/', 'https://dav.example.org:8443/', 'http://dav.example.org/']) {
      const asked = new Connection(config, world).send({ method: 'GET', url: new URL(href) }, NO_END)
      await assert.rejects(asked, { code: 'bad-answer' })
    }
  })
})
