import assert from 'node:assert/strict'
import { Account } from '../../src/runtime/account'
import { asCalSyncError } from '../../src/runtime/errors'
import type { Surroundings } from '../../src/runtime/surroundings'
import type { Fetch } from '../../src/transport/fetch'
import { MemoryDisk } from '../store/memory-disk'

const never = new AbortController().signal
const SECRETS = ['top-secret-password', 'the-client-secret', 'the-refresh-token', 'an-access-token']

function around(fetch: Fetch): Surroundings {
  let now = Date.UTC(2026, 5, 1)
  return {
    version: '0',
    root: '/state',
    disk: new MemoryDisk(),
    fetch,
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) reject(signal.reason as Error)
        else if (ms < 60_000)
          setImmediate(() => {
            now += ms
            resolve()
          }) // a time-out of a request never comes
      }),
    random: () => 0.5,
    pause: () => Promise.resolve(),
    localZone: 'UTC',
    warn: () => undefined,
  }
}

const icloud = (fetch: Fetch, serverUrl = 'https://dav.example.org'): Account =>
  new Account('icloud', { name: 'Mine', serverUrl, username: 'anna', password: SECRETS[0] }, around(fetch))

const google = (fetch: Fetch): Account =>
  new Account('google', { clientId: 'id', clientSecret: SECRETS[1], refreshToken: SECRETS[2] }, around(fetch))

const xml = (body: string, status = 207): Response =>
  new Response(body, { status, headers: { 'content-type': 'application/xml; charset=utf-8' } })

async function failure(job: Promise<unknown>): Promise<string> {
  try {
    await job
  } catch (error) {
    const told = asCalSyncError(error)
    const words = [told.message, told.code, told.stack ?? '', JSON.stringify(told)].join(' ')
    for (const secret of SECRETS) assert.ok(!words.includes(secret), `an error tells a secret: ${words}`)
    return told.message
  }
  throw new Error('it should have failed')
}

describe('a hostile or broken server', () => {
  it('gets nowhere with entities that grow when they are expanded', async () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "${'ha'.repeat(1000)}"><!ENTITY b "${'&a;'.repeat(1000)}"><!ENTITY c "${'&b;'.repeat(1000)}">]>
      <multistatus xmlns="DAV:"><response><href>/</href><propstat><status>HTTP/1.1 200 OK</status><prop><current-user-principal><href>&c;</href></current-user-principal></prop></propstat></response></multistatus>`
    const before = process.memoryUsage().heapUsed
    await failure((await icloud(() => Promise.resolve(xml(bomb))).provider()).listCalendars(never))
    assert.ok(process.memoryUsage().heapUsed - before < 200 * 1024 * 1024)
  })

  it('gets no file out of an external entity', async () => {
    const body = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>
      <multistatus xmlns="DAV:"><response><href>/</href><propstat><status>HTTP/1.1 200 OK</status><prop><current-user-principal><href>/&f;/</href></current-user-principal></prop></propstat></response></multistatus>`
    const asked: string[] = []
    const send: Fetch = (input) => {
      asked.push(input instanceof Request ? input.url : input.toString())
      return Promise.resolve(xml(body))
    }
    await failure((await icloud(send).provider()).listCalendars(never))
    assert.ok(asked.every((url) => !url.includes('root:')))
  })

  it('that never stops sending is stopped', async () => {
    const chunk = new Uint8Array(1024 * 1024).fill(97)
    let sent = 0
    const endless = (): Response =>
      new Response(
        new ReadableStream({
          pull: (controller) => {
            sent += chunk.length
            controller.enqueue(chunk)
          },
        }),
        { status: 207, headers: { 'content-type': 'application/xml' } },
      )
    await failure((await icloud(() => Promise.resolve(endless())).provider()).listCalendars(never))
    assert.ok(sent < 400 * 1024 * 1024, `${sent} bytes were taken`)
  })

  it('gets the password on its own host only, and never over http when it began with https', async () => {
    for (const location of [
      'https://evil.example.com/',
      'http://dav.example.org/',
      'https://dav.example.org.evil.com/',
    ]) {
      const asked: { url: string; auth: boolean }[] = []
      const send: Fetch = (input, init) => {
        const request = new Request(input, init)
        asked.push({ url: request.url, auth: request.headers.has('authorization') })
        return Promise.resolve(new Response(null, { status: 301, headers: { location } }))
      }
      await failure((await icloud(send).provider()).listCalendars(never))
      assert.ok(asked.length > 0)
      for (const { url, auth } of asked) assert.ok(!auth || url.startsWith('https://dav.example.org/'), url)
    }
  })

  it('that echoes our credentials does not get them into an error', async () => {
    const echo: Fetch = async (input, init) => {
      const request = new Request(input, init)
      const text = `${request.headers.get('authorization') ?? ''} ${SECRETS.join(' ')} ${await request.text()}`
      return new Response(text, { status: 400, headers: { 'content-type': 'text/plain' } })
    }
    await failure((await icloud(echo).provider()).listCalendars(never))
    await failure((await google(echo).provider()).listCalendars(never))
  })

  it('that answers with nonsense is said to, whatever it says', async () => {
    const answers = ['', '{}', '<html><body>Welcome to the hotel</body></html>', '<multistatus', '\u0000\u0001', 'null']
    for (const text of answers) {
      for (const status of [200, 207, 401, 403, 404, 500]) {
        const send: Fetch = () => Promise.resolve(xml(text, status))
        assert.ok((await failure((await icloud(send).provider()).listCalendars(never))).length > 10)
        assert.ok((await failure((await google(send).provider()).listCalendars(never))).length > 10)
      }
    }
  })

  it('that can’t be reached, or whose certificate is wrong, is named', async () => {
    const refused: Fetch = () =>
      Promise.reject(new TypeError('fetch failed', { cause: new Error('self-signed certificate') }))
    assert.match(await failure((await icloud(refused).provider()).listCalendars(never)), /dav\.example\.org/)
  })
})
