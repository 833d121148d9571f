import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import type { Fetch } from '../../src/transport/fetch'
import { createTransport, type TransportOptions } from '../../src/transport/transport'
import { SimulatedTime } from './simulated-time'

const URL_1 = 'https://calendar.test/one?secret=1'
type Sent = { readonly at: number; readonly method: string; readonly headers: Headers; readonly body: unknown }
type Answer = Response | Error | ((signal: AbortSignal) => Promise<Response>)

/** A transport to a server that gives these answers, one after another, and the last one for ever. */
function setUp(answers: Answer[] = [new Response('ok')], options: Partial<TransportOptions> = {}) {
  const time = new SimulatedTime()
  const began = time.now()
  const sent: Sent[] = []
  const fetch: Fetch = async (_input, init) => {
    const answer = answers[Math.min(sent.length, answers.length - 1)]
    const method = init?.method ?? 'GET'
    sent.push({ at: time.now() - began, method, headers: new Headers(init?.headers), body: init?.body })
    if (answer instanceof Error) throw answer
    if (answer instanceof Response) return answer.clone()
    return answer!(init!.signal!)
  }
  const random = () => 0.5
  const { now, sleep } = time
  const transport = createTransport({ fetch, random, now, sleep, options: { version: '1.2.3', ...options } })
  return { time, sent, transport, send: (init?: RequestInit) => time.until(transport.fetch(URL_1, init)) }
}

const status = (code: number, headers: Record<string, string> = {}, body = '') =>
  new Response(body, { status: code, headers })
const failed = () => new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
/** No answer, ever. Aborting ends it, as with the real fetch. */
const silence = (signal: AbortSignal) =>
  new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
const bodyOf = (start: (controller: ReadableStreamDefaultController<Uint8Array>) => void) =>
  new Response(new ReadableStream({ start }))

describe('A transport', () => {
  it('hands over the answer as it is', async () => {
    const { send, transport } = setUp([status(207, { etag: '"1"', 'content-type': 'text/xml' }, '<multistatus/>')])
    const response = await send()
    assert.equal(response.status, 207)
    assert.equal(response.headers.get('etag'), '"1"')
    assert.equal(await response.text(), '<multistatus/>')
    assert.deepEqual(transport.counts, { requests: 1, retries: 0 })
  })

  it('hands over answers without a body, redirects and errors, too', async () => {
    for (const answer of [
      new Response(null, { status: 204 }),
      new Response(null, { status: 304 }),
      status(301),
      status(404),
    ]) {
      assert.equal((await setUp([answer]).send()).status, answer.status)
    }
  })

  it('says who it is, and in which version, whatever a library would say', async () => {
    const { send, sent } = setUp()
    await send()
    await send({ headers: { 'user-agent': 'other' } })
    const names = sent.map(({ headers }) => headers.get('user-agent'))
    assert.deepEqual(names, ['CalSync/1.2.3 (Node-RED; gzip)', 'CalSync/1.2.3 (Node-RED; gzip)'])
  })

  it('passes on what the request says otherwise, also from a Request, with each try', async () => {
    const { now, sleep, until } = new SimulatedTime()
    const seen: string[] = []
    const fetch: Fetch = async (input, init) => {
      const request = new Request(input, init)
      seen.push(`${request.method} ${request.headers.get('if-match') ?? ''} ${await request.text()}`)
      return status(seen.length < 3 ? 503 : 201)
    }
    const transport = createTransport({ fetch, now, sleep, random: () => 0, options: { version: '1' } })
    const request = new Request(URL_1, { method: 'PUT', body: 'text', headers: { 'if-match': '"1"' } })
    assert.equal((await until(transport.fetch(request))).status, 201)
    assert.deepEqual(seen, ['PUT "1" text', 'PUT "1" text', 'PUT "1" text'])
  })

  it('sends again until it is answered, ever more slowly, and counts', async () => {
    const { send, sent, transport } = setUp([failed(), status(500), status(503), status(200)])
    assert.equal((await send({ method: 'PROPFIND' })).status, 200)
    assert.deepEqual(
      sent.map(({ at }) => at),
      [0, 500, 1500, 3500],
    )
    assert.deepEqual(transport.counts, { requests: 4, retries: 3 })
  })

  it('counts for whom it sends', async () => {
    const { transport, time } = setUp([status(503), status(200)])
    const run = { requests: 0, retries: 0 }
    await time.until(transport.counted(run)(URL_1))
    await time.until(transport.fetch(URL_1))
    assert.deepEqual(run, { requests: 2, retries: 1 })
    assert.deepEqual(transport.counts, { requests: 3, retries: 1 })
  })

  it('gives up after so many tries, with the last answer or a clear error', async () => {
    const { send, sent } = setUp([status(500), status(502)])
    assert.equal((await send()).status, 502)
    assert.equal(sent.length, 5)
    const broken = setUp([failed()], { tries: 2 })
    await assert.rejects(broken.send(), (error: Error) => {
      assert.match(error.message, /No connection to calendar\.test \(connect ECONNREFUSED\)\. Check the network/)
      assert.doesNotMatch(error.message, /secret/)
      return true
    })
    assert.equal(broken.sent.length, 2)
  })

  it('gives up at once if the server asks for more time than there is', async () => {
    const { send, sent } = setUp([status(429, { 'retry-after': '3600' })])
    const response = await send({ method: 'POST' })
    assert.equal(response.headers.get('retry-after'), '3600')
    assert.equal(sent.length, 1)
  })

  it('sends a write again only where the server says that it did nothing', async () => {
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) {
      const broken = setUp([failed()])
      await assert.rejects(broken.send({ method }), { name: 'TransportError', code: 'network' })
      assert.equal(broken.sent.length, 1)
      const busy = setUp([status(503, { 'retry-after': '10' }), status(201)])
      assert.equal((await busy.send({ method, body: 'text' })).status, 201)
      assert.deepEqual(
        busy.sent.map(({ at, body }) => [at, body]),
        [
          [0, 'text'],
          [10_500, 'text'],
        ],
      )
    }
  })

  it('does not send a body again that was read as it was sent', async () => {
    const { send, sent } = setUp([status(503)])
    const body = new Blob(['text']).stream()
    assert.equal((await send({ method: 'PUT', body, duplex: 'half' })).status, 503)
    assert.equal(sent.length, 1)
  })

  it("takes a 403 for a rate limit if the provider's words say so, and leaves the body readable", async () => {
    const isRateLimit: TransportOptions['isRateLimit'] = ({ text }) => text.includes('rateLimitExceeded')
    const limited = setUp([status(403, {}, 'rateLimitExceeded'), status(200)], { isRateLimit })
    assert.equal((await limited.send({ method: 'POST' })).status, 200)
    const forbidden = setUp([status(403, {}, 'forbidden')], { isRateLimit })
    assert.equal(await (await forbidden.send()).text(), 'forbidden')
    assert.equal(forbidden.sent.length, 1)
  })

  it('leaves a server alone that asks for it, with all requests of the account', async () => {
    const { transport, sent, time } = setUp([status(429, { 'retry-after': '30' }), status(200)])
    const first = transport.fetch(URL_1)
    await time.pass(1000)
    const second = transport.fetch(URL_1)
    await time.until(Promise.all([first, second]))
    assert.deepEqual(
      sent.map(({ at }) => at),
      [0, 30_500, 30_500],
    )
  })

  it('does not wait for an hour because the clock was set back', async () => {
    const { transport, time } = setUp([status(429, { 'retry-after': '30' }), status(200)])
    const first = transport.fetch(URL_1)
    await time.pass(1000)
    const before = time.now()
    time.set(before - 3_600_000)
    const second = transport.fetch(URL_1)
    await time.pass(0)
    assert.equal((await second).status, 200)
    assert.ok(time.now() < before)
    await time.until(first)
  })

  it('ends a request when the server is silent, before the answer or in the middle of it', async () => {
    for (const answer of [
      silence,
      () => new Promise<Response>(() => undefined), // does not even listen to the signal
      () => Promise.resolve(bodyOf((controller) => controller.enqueue(Buffer.from('half')))),
    ]) {
      const { send, sent, time } = setUp([answer], { tries: 2 })
      const began = time.now()
      await assert.rejects(send(), { code: 'timeout', message: 'calendar.test did not answer within 60 s.' })
      assert.equal(sent.length, 2)
      assert.equal(time.now() - began, 120_500)
      assert.equal(time.sleeping, 0)
    }
  })

  /** A piece of an answer each 50 seconds, for so many minutes. */
  const slowAnswer = (minutes: number) => {
    const set = setUp([
      () => {
        const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
          await set.time.sleep(50_000)
          if (set.time.now() > Date.UTC(2026, 0, 1, 0, minutes)) controller.close()
          else controller.enqueue(Buffer.from('x'))
        }
        return Promise.resolve(new Response(new ReadableStream({ pull }, { highWaterMark: 0 })))
      },
    ])
    return set
  }

  it('waits for a slow answer as long as it comes on', async () => {
    assert.equal(await (await slowAnswer(4).send()).text(), 'xxxx')
  })

  it('waits for no answer longer than five minutes, and asks no second time for one that takes so long', async () => {
    const { send, time, transport } = slowAnswer(600)
    await assert.rejects(send(), { code: 'timeout', message: 'calendar.test took longer than 300 s for one answer.' })
    assert.deepEqual([time.sleeping, transport.counts.requests], [1, 1]) // its pull still sleeps
  })

  it('sends again what broke off in the middle of the answer', async () => {
    const torn = () => Promise.resolve(bodyOf((controller) => controller.error(new TypeError('terminated'))))
    const { send, transport } = setUp([torn, status(200, {}, 'whole')])
    assert.equal(await (await send()).text(), 'whole')
    assert.equal(transport.counts.retries, 1)
  })

  it('reads no answer larger than it may, and does not ask again', async () => {
    let served = 0
    const endless = () => {
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        served += 1
        controller.enqueue(new Uint8Array(1024 * 1024))
      }
      return Promise.resolve(new Response(new ReadableStream({ pull })))
    }
    const { send, sent } = setUp([endless], { maxBytes: 8 * 1024 * 1024 })
    await assert.rejects(send(), { code: 'too-large', message: /more than 8 MB/ })
    assert.equal(sent.length, 1)
    assert.ok(served <= 11)
  })

  it('refuses an address that is none, without sending', async () => {
    const { transport, sent } = setUp()
    await assert.rejects(transport.fetch('not an address'), TypeError)
    assert.equal(sent.length, 0)
  })
})

describe('A transport that is told to stop', () => {
  const stopped = new Error('stopped')

  it('does so while it waits: for an answer, a retry, a pause of the server, its turn, or the pace', async () => {
    const cases: [string, ReturnType<typeof setUp>, number][] = [
      ['an answer', setUp([silence]), 0],
      ['a retry', setUp([status(500)]), 0],
      ['a pause', setUp([status(429, { 'retry-after': '30' })]), 1],
      ['its turn', setUp([silence], { concurrency: 1 }), 1],
      ['the pace', setUp([silence], { perMinute: 1 }), 1],
    ]
    for (const [what, { transport, time }, earlier] of cases) {
      const others = new AbortController()
      const send = (signal: AbortSignal) => assert.rejects(transport.fetch(URL_1, { signal }), stopped, what)
      const before = Array.from({ length: earlier }, () => send(others.signal))
      const controller = new AbortController()
      const request = send(controller.signal)
      await time.pass(100)
      controller.abort(stopped)
      await request
      others.abort(stopped)
      await Promise.all(before)
      assert.equal(time.sleeping, 0, `nothing is left behind of ${what}`)
    }
  })

  it('forgets the signal of a request that is done', async () => {
    const { send } = setUp([status(500), status(200)])
    const { signal } = new AbortController()
    await send({ signal })
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  it('does not even begin if it was told before', async () => {
    const { transport, sent } = setUp()
    await assert.rejects(transport.fetch(URL_1, { signal: AbortSignal.abort(stopped) }), stopped)
    await assert.rejects(transport.fetch(new Request(URL_1, { signal: AbortSignal.abort(stopped) })), stopped)
    assert.equal(sent.length, 0)
  })

  it('gives its place to the next one', async () => {
    const { transport, time, sent } = setUp([silence, status(200)], { concurrency: 1 })
    const controller = new AbortController()
    const send = () => assert.rejects(transport.fetch(URL_1, { signal: controller.signal }), stopped)
    const both = [send(), send()]
    const second = transport.fetch(URL_1)
    await time.pass(10)
    controller.abort(stopped)
    await Promise.all(both)
    assert.equal((await time.until(second)).status, 200)
    assert.equal(sent.length, 2)
  })
})

describe('The requests of a transport', () => {
  it('are never more at a time than allowed', async () => {
    const time = new SimulatedTime()
    let under = 0
    let most = 0
    const fetch: Fetch = async () => {
      most = Math.max(most, (under += 1))
      await time.sleep(50)
      under -= 1
      return new Response('ok')
    }
    const options = { version: '1', concurrency: 4 }
    const transport = createTransport({ fetch, random: () => 0, now: time.now, sleep: time.sleep, options })
    await time.until(Promise.all(Array.from({ length: 20 }, () => transport.fetch(URL_1))))
    assert.equal(most, 4)
  })

  it('are never more in any minute than allowed, and hardly fewer if there is enough to do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.record({ pause: fc.nat(90_000), count: fc.integer({ min: 1, max: 60 }) }), { maxLength: 5 }),
        async (perMinute, bursts) => {
          const { transport, time, sent } = setUp([status(200)], { perMinute, concurrency: 100 })
          const all: Promise<Response>[] = []
          for (const { pause, count } of bursts) {
            await time.pass(pause)
            for (let i = 0; i < count; i += 1) all.push(transport.fetch(URL_1))
          }
          await time.until(Promise.all(all))
          for (const { at } of sent) {
            const inMinute = sent.filter((other) => other.at >= at && other.at < at + 60_000).length
            assert.ok(inMinute <= perMinute, `${inMinute} in the minute from ${at}, of ${perMinute}`)
          }
        },
      ),
      { numRuns: 20 },
    )
    const { transport, time, sent } = setUp([status(200)], { perMinute: 600, concurrency: 100 })
    await time.until(Promise.all(Array.from({ length: 1200 }, () => transport.fetch(URL_1))))
    assert.equal(sent.length, 1200)
    assert.ok(sent.at(-1)!.at < 130_000)
  })

  it('have no limit but concurrency where none is known, until the server asks for fewer; then for a while', async () => {
    let refusals = 0
    const busy = () => (refusals-- > 0 ? new Response(null, { status: 429 }) : new Response('ok'))
    const { transport, time, sent } = setUp([() => Promise.resolve(busy())], { perMinute: Infinity, concurrency: 4 })
    const many = (count: number) => time.until(Promise.all(Array.from({ length: count }, () => transport.fetch(URL_1))))
    const begun = time.now()
    await many(2000)
    assert.equal(time.now(), begun, 'nothing waits')

    refusals = 1
    await many(1)
    sent.length = 0
    await many(1000)
    for (const { at } of sent) {
      assert.ok(sent.filter((other) => other.at >= at && other.at < at + 60_000).length <= 240)
    }
    await time.pass(11 * 60_000)
    const later = time.now()
    await many(2000)
    assert.equal(time.now(), later)
  })
})
