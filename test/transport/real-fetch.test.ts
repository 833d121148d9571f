import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { realSleep } from '../../src/transport/real-sleep'
import { createTransport, type TransportOptions } from '../../src/transport/transport'

type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void

describe('A transport over the real fetch', () => {
  let server: Server | undefined
  afterEach(() => {
    server?.closeAllConnections()
    server?.close()
  })

  /** A transport and the address of a server that answers so. */
  async function serve(handler: Handler, options: Partial<TransportOptions> = {}) {
    let nth = 0
    const started = createServer((request, response) => handler(request, response, (nth += 1)))
    server = started
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
    const transport = createTransport({
      fetch: globalThis.fetch,
      now: () => performance.timeOrigin + performance.now(),
      sleep: realSleep,
      random: () => 0,
      options: { version: '1', backoff: { base: 1, most: 1 }, ...options },
    })
    return { transport, url: `http://127.0.0.1:${(started.address() as AddressInfo).port}/path` }
  }

  it('unpacks, keeps the address, and sends any method with its body', async () => {
    const { transport, url } = await serve((request, response) => {
      response.writeHead(207, { 'content-encoding': 'gzip', 'content-type': 'text/xml' })
      request.setEncoding('utf8')
      let body = ''
      request.on('data', (text: string) => (body += text))
      request.on('end', () =>
        response.end(gzipSync(`${request.method ?? ''} ${body} ${request.headers['user-agent'] ?? ''}`)),
      )
    })
    const response = await transport.fetch(url, { method: 'REPORT', body: '<sync/>' })
    assert.equal(await response.text(), 'REPORT <sync/> CalSync/1 (Node-RED; gzip)')
    assert.equal(response.url, url)
    assert.equal(response.status, 207)
  })

  it('leaves a redirect to the caller who wants it', async () => {
    const { transport, url } = await serve((_, response) => response.writeHead(301, { location: '/other' }).end())
    const response = await transport.fetch(url, { redirect: 'manual' })
    assert.equal(response.status, 301)
    assert.equal(response.headers.get('location'), '/other')
  })

  it('sends again when the connection breaks, before the answer or in the middle of it', async () => {
    const { transport, url } = await serve((_, response, nth) => {
      if (nth === 1) response.destroy()
      else if (nth === 2) response.writeHead(200, { 'content-length': 10 }).write('half', () => response.destroy())
      else response.end('whole')
    })
    assert.equal(await (await transport.fetch(url)).text(), 'whole')
    assert.deepEqual(transport.counts, { requests: 3, retries: 2 })
  })

  it('says clearly that nobody is there', async () => {
    const { transport, url } = await serve(() => undefined)
    await new Promise((resolve) => server?.close(resolve))
    await assert.rejects(transport.fetch(url), { code: 'network', message: /No connection to 127.*ECONNREFUSED/ })
  })

  it('ends a request that gets no answer', async () => {
    const { transport, url } = await serve(() => undefined, { timeout: 50, tries: 1 })
    await assert.rejects(transport.fetch(url), { code: 'timeout' })
  })

  it('ends an answer that never does, however steadily it comes', async () => {
    const { transport, url } = await serve(
      (_, response) => {
        const timer = setInterval(() => response.write('x'), 10)
        response.on('close', () => clearInterval(timer))
      },
      { timeout: 60_000, total: 200, tries: 1 },
    )
    await assert.rejects(transport.fetch(url), { code: 'timeout', message: /took longer than 0.2 s for one answer/ })
  })

  it('closes the connection of what is larger than it reads', async () => {
    let closed: () => void = () => assert.fail('not asked yet')
    const isClosed = new Promise<void>((resolve) => (closed = resolve))
    const endless: Handler = (_, response) => {
      response.on('close', closed)
      const more = (): void => {
        if (response.write(Buffer.alloc(100_000))) setImmediate(more)
        else response.once('drain', more)
      }
      more()
    }
    const { transport, url } = await serve(endless, { maxBytes: 1024 * 1024 })
    await assert.rejects(transport.fetch(url), { code: 'too-large', message: /more than 1 MB/ })
    await isClosed
  })

  it('closes the connection when it is told to stop', async () => {
    const controller = new AbortController()
    let closed: () => void = () => assert.fail('not asked yet')
    const isClosed = new Promise<void>((resolve) => (closed = resolve))
    const { transport, url } = await serve((_, response) => {
      response.on('close', closed)
      controller.abort(new Error('stopped'))
    })
    await assert.rejects(transport.fetch(url, { signal: controller.signal }), { message: 'stopped' })
    await isClosed
  })
})
