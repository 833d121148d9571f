import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import { ProviderError } from '../../src/event/calendar'
import { explain } from '../../src/google/errors'
import { soon } from '../../src/runtime/account-routes'
import { TransportError } from '../../src/transport/error'
import { retryAfter } from '../../src/transport/policy'
import { etagIn, multistatusIn } from '../../src/caldav/multistatus'
import { SimulatedTime } from '../transport/simulated-time'
import type { Asked, Told } from './wires-bombs'
import { calendarOf } from './wires-bombs'
import type { Handler } from './wires'
import { NO_END, Servers, caldav, failureOf, google } from './wires'

const MB = 1024 * 1024
const filled = (piece: string, bytes: number): string => piece.repeat(Math.ceil(bytes / piece.length))
const multistatus = (inner: string): string => `<multistatus xmlns="DAV:">${inner}</multistatus>`

const brotli = (text: string): Buffer => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } })

/** What is small on its way and large when it is there, with what is said of it. */
const BOMBS: readonly (readonly [what: string, of: Asked['of'], encoding: string, body: () => Buffer, said: RegExp])[] =
  [
    ['a text in gzip', 'icloud', 'gzip', () => gzipSync(multistatus(filled(' ', 40 * MB))), /more than 32 MB/],
    ['a text in deflate', 'icloud', 'deflate', () => deflateSync(multistatus(filled(' ', 40 * MB))), /more than 32 MB/],
    ['a text in Brotli', 'icloud', 'br', () => brotli(multistatus(filled(' ', 40 * MB))), /more than 32 MB/],
    ['gzip in gzip', 'icloud', 'gzip, gzip', () => gzipSync(gzipSync(filled('x', 40 * MB))), /more than 32 MB/],
    ['20 KB of gzip', 'icloud', 'gzip', () => gzipSync(multistatus(filled('x', 20 * MB))), /more than 8 MB/],
    ['elements', 'icloud', 'gzip', () => gzipSync(multistatus(filled('<a/>', 7 * MB))), /more than 1000000 elements/],
    [
      'elements without end',
      'icloud',
      'gzip',
      () => gzipSync(multistatus(filled('<a/>', 30 * MB))),
      /more than 2000000 parts/,
    ],
    ['depth', 'icloud', 'gzip', () => gzipSync(`<multistatus>${filled('<a>', 4 * MB)}`), /nested too deeply/],
    ['attributes', 'icloud', 'gzip', () => gzipSync(`<multistatus><a${filled(' a=""', 7 * MB)}/>`), /too much in it/],
    ['lists in JSON', 'google', 'gzip', () => gzipSync(filled('[],', 30 * MB)), /more than 2000000 parts/],
    ['depth in JSON', 'google', 'gzip', () => gzipSync(filled('[', 30 * MB)), /more than 2000000 parts/],
    ['a text in JSON', 'google', 'br', () => brotli(`"${filled('x', 40 * MB)}"`), /more than 32 MB/],
  ]

const HOME = multistatus(
  `<response><href>/me/</href><propstat><prop><calendar-home-set><href>/home/</href></calendar-home-set></prop>
   <status>HTTP/1.1 200 OK</status></propstat></response>`,
)

/** Asks for all these in a process that has 256 MB, and resolves with what it tells of each. */
async function inLittleMemory(asked: readonly Asked[]): Promise<Told[]> {
  const script = join(__dirname, 'wires-bombs.ts')
  const child = spawn(process.execPath, ['--max-old-space-size=256', '--import', 'tsx', script, JSON.stringify(asked)])
  let [out, trouble] = ['', '']
  child.stdout.on('data', (text: Buffer) => (out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (trouble += text.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  assert.equal(code, 0, `${out}\n${trouble.slice(-2000)}`)
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Told)
}

describe('What a hostile server sends', () => {
  const servers = new Servers()
  afterEach(() => servers.close())

  it('ends no process, however large it becomes: each bomb has its own error, in 256 MB', async () => {
    const asked: Asked[] = []
    for (const [, of, encoding, body] of BOMBS) {
      const bytes = body()
      assert.ok(bytes.length < MB)
      const url = await servers.serve((_, response) => {
        response.writeHead(of === 'google' ? 200 : 207, { 'content-encoding': encoding }).end(bytes)
      })
      asked.push({ of, url, job: 'list' })
    }
    const told = await inLittleMemory(asked)
    assert.equal(told.length, BOMBS.length)
    for (const [at, [what, , , , said]] of BOMBS.entries()) {
      assert.match(told[at]?.message ?? '', said, what)
      assert.equal(told[at]?.code, 'calsync.bad-answer', what)
    }
  })

  it('is read as far as it goes in 256 MB: a long list, and texts of the longest at once', async () => {
    const text = multistatus(filled('<response><href>/cal/x.ics</href></response>', 100) + 'ü'.repeat(3.9 * MB))
    const large = await servers.serve(
      calendarOf(
        400,
        () => text,
        () => undefined,
      ),
    )
    const member =
      '<response><href>/cal/2f1cbe1c-9d2b-4c11-8a52-6b2e.ics</href><propstat><prop><getetag>"C=42@U=abc"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>'
    const long = multistatus(member.repeat(60_000))
    const list = await servers.serve((request, response) => {
      if (request.url !== '/home/') response.writeHead(207).end(HOME)
      else response.writeHead(207).end(long)
    })
    const told = await inLittleMemory([
      { of: 'icloud', url: large, job: 'read' },
      { of: 'icloud', url: list, job: 'list' },
    ])
    // listed as they are, they are not deleted
    assert.equal(told[0]?.message, '400 unread')
    assert.match(told[1]?.message ?? '', /lists 60000 things, and none of them is a calendar/)
  })

  it('that is too large for one event sets aside that event, and the others are read', async () => {
    const event = (uid: string): string =>
      `BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:${uid}\nDTSTAMP:20260101T000000Z\nDTSTART:20260601T100000Z\nDTEND:20260601T110000Z\nEND:VEVENT\nEND:VCALENDAR\n`
    const member = (at: number): string =>
      `<response><href>/cal/${at}.ics</href><propstat><prop><getetag>"${at}"</getetag><C:calendar-data>${
        at === 3 ? `${event('large').slice(0, -30)}${filled('x', 9 * MB)}` : event(String(at))
      }</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response>`
    let requests = 0
    const serve = calendarOf(
      10,
      () => '',
      () => filled('x', 9 * MB),
    )
    const url = await servers.serve((request, response, body) => {
      const wanted = [...body.matchAll(/\/cal\/(\d+)\.ics/g)].map(([, at]) => Number(at))
      if (!body.includes('calendar-multiget')) serve(request, response, body)
      else {
        requests += 1
        const inner = wanted.map(member).join('')
        response
          .writeHead(207)
          .end(`<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">${inner}</multistatus>`)
      }
    })
    const calendar = await (await caldav(url).provider()).open('/cal/', NO_END)
    const { seen } = await calendar.read(null, new Map(), NO_END)
    assert.equal(seen.filter(({ is }) => is === 'live').length, 9)
    const [aside] = seen.filter((each) => each.is === 'unread')
    assert.ok(aside)
    assert.equal(aside.id, '/cal/3.ics')
    assert.match(aside.reason, /larger than CalSync reads/)
    assert.ok(requests < 10, `${requests} requests`)
  })

  it('in its headers is refused once, or taken for none', async () => {
    const long = 'x'.repeat(20_000)
    for (const headers of [{ 'x-long': long }, { location: `/${long}` }, { 'www-authenticate': long }]) {
      let asked = 0
      const url = await servers.serve((_, response) => {
        asked += 1
        response.writeHead(302, headers).end()
      })
      const { code, message } = await failureOf((await caldav(url).provider()).check(NO_END))
      assert.equal(code, 'calsync.bad-answer')
      assert.match(message, /longer headers than CalSync reads/)
      assert.equal(asked, 1)
      const { message: ofGoogle } = await failureOf((await google(url).provider()).check(NO_END))
      assert.match(ofGoogle, /longer headers than CalSync reads/)
    }
  })

  it('as a status is an error that says so: 431 for what was too long for it', async () => {
    const refuse: Handler = (_, response) => response.writeHead(431).end()
    const url = await servers.serve(refuse)
    assert.match((await failureOf((await caldav(url).provider()).check(NO_END))).message, /HTTP 431/)
    assert.match((await failureOf((await google(url).provider()).check(NO_END))).message, /431/)
  })

  it('as a time to wait is a time that can be waited for', () => {
    const DAY = 24 * 3600_000
    for (const [text, wait] of [
      ['9'.repeat(400), DAY],
      ['99999999999999', DAY],
      ['-5', null],
      ['1e9', null],
      ['soon', null],
      ['0x10', null],
      ['Fri, 31 Dec 9999 23:59:59 GMT', DAY],
      ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
      ['+275761-01-01 GMT', null],
      ['', null],
      ['30', 30_000],
    ] as const) {
      const headers = new Headers({ 'retry-after': text })
      assert.equal(retryAfter(headers, Date.UTC(2026, 0, 1)), wait, text)
      const error = explain({ response: { status: 429, headers } }, 'list', () => 0)
      assert.ok(error instanceof ProviderError)
      assert.ok(error.retryAt === undefined || Number.isFinite(new Date(error.retryAt).getTime()))
    }
  })

  it('as an ETag or a token counts if it can be sent back', async () => {
    for (const [text, etag] of [
      ['"a"', '"a"'],
      ['W/"ü"', 'W/"ü"'],
      ['', null],
      ['"\u0001"', null],
      ['"a\r\nx: y"', null],
      ['"€"', null],
      ['"\ud800"', null],
      [`"${'x'.repeat(100_000)}"`, null],
    ] as const)
      assert.equal(etagIn(text), etag)
    for (const [text, token] of [
      ['http://x/1', 'http://x/1'],
      ['', null],
      ['a\u0001b', null],
      ['a&#10;b', null],
      ['x'.repeat(100_000), null],
    ] as const) {
      const body = multistatus(`<sync-token>${text}</sync-token>`)
      const answer = { status: 207, headers: new Headers(), text: body, url: new URL('https://x/cal/') }
      const found = await multistatusIn(answer)
      assert.ok(found.ok)
      assert.equal(found.token, token)
    }
  })
})

describe('A dialog', () => {
  it('waits a minute at most, however many requests its answer takes', async () => {
    const time = new SimulatedTime()
    let ended: unknown
    const job = soon(time, NO_END, (signal) => {
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject((ended = new Error('ended')))))
    })
    await assert.rejects(time.until(job), { code: 'calsync.unreachable', message: /within 60 s/ })
    assert.ok(ended)
    assert.equal(time.sleeping, 0)
  })

  it('that is gone asks for nothing any more', async () => {
    const time = new SimulatedTime()
    const gone = new AbortController()
    const job = soon(time, gone.signal, (signal) => {
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new TransportError('network', 'x'))),
      )
    })
    gone.abort()
    await assert.rejects(time.until(job), { code: 'network' })
    assert.equal(time.sleeping, 0)
  })
})
