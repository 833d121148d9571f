import { createHash } from 'node:crypto'
import type { Random } from '../sync/random'
import type { SimulatedTime } from '../transport/simulated-time'
import { never } from './mortal-disk'

export type Server = (url: string, init: RequestInit) => Promise<Response>

/** A request on its way. */
export type Asked = { readonly method: string; readonly url: URL; readonly body: string }

/** What happens to one request: nothing special, or another answer, before or after its effect, or none. */
export type Fate =
  | { readonly is: 'usual' | 'lost before' | 'lost after' | 'silence' | 'torn' | 'slow' }
  | { readonly is: 'answered'; readonly instead: Response }
  | { readonly is: 'altered'; readonly alter: (response: Response) => Promise<Response> }

/** The wire between the engine and both servers: delays, and whatever `fate` says. All of it is written down as a hash. */
export class Network {
  fate: (asked: Asked) => Fate = () => ({ is: 'usual' })
  /** Hears of each request that is about to be carried out. */
  about: (asked: Asked) => void = () => undefined
  /** Hears of each request that was carried out. */
  done: (asked: Asked, status: number) => void = () => undefined
  readonly counts = { google: 0, icloud: 0 }
  /** Requests that would change a calendar. */
  writes = 0
  private readonly hash = createHash('sha256')

  constructor(
    private readonly servers: { readonly google: Server; readonly icloud: Server },
    private readonly time: SimulatedTime,
    private readonly random: Random,
  ) {}

  /** Of all requests so far, with their times and what became of them. */
  digest(): string {
    return this.hash.copy().digest('hex')
  }

  async fetch(input: string | URL | Request, init: RequestInit | undefined, isAlive: () => boolean): Promise<Response> {
    const request = new Request(input, init)
    const asked = { method: request.method, url: new URL(request.url), body: await request.text() }
    const fate = this.fate(asked)
    await this.delay()
    const givenUp = !isAlive() || request.signal.aborted
    // What was given up may have left already.
    if (givenUp && this.random.chance(0.5)) return never()
    if (fate.is === 'silence') return never()
    if (fate.is === 'lost before') throw this.broken(asked, 'before')
    const response = fate.is === 'answered' ? fate.instead : await this.send(request, asked)
    this.note(asked, fate.is, response.status)
    await this.delay()
    if (fate.is === 'lost after') throw this.broken(asked, 'after')
    if (fate.is === 'altered') return fate.alter(response)
    return fate.is === 'torn' || fate.is === 'slow' ? this.dripping(response, fate.is === 'torn') : response
  }

  private async send(request: Request, asked: Asked): Promise<Response> {
    const { method, headers, redirect } = request
    const isGoogle = asked.url.host.endsWith('googleapis.com')
    if (isGoogle && asked.url.pathname !== '/token') this.counts.google += 1
    if (!isGoogle) this.counts.icloud += 1
    if (['PUT', 'POST', 'PATCH', 'DELETE'].includes(method) && asked.url.pathname !== '/token') this.writes += 1
    const server = isGoogle ? this.servers.google : this.servers.icloud
    const body = method === 'GET' || asked.body === '' ? {} : { body: asked.body }
    this.about(asked)
    const response = await server(request.url, { method, headers, redirect, ...body })
    this.done(asked, response.status)
    const why = response.headers.get('x-why')
    if (why !== null) this.tell(`refused: ${why}`)
    return response
  }

  private broken(asked: Asked, when: string): TypeError {
    this.note(asked, when, 0)
    return new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) })
  }

  private note({ method, url, body }: Asked, fate: string, status: number): void {
    this.hash.update(`${this.time.now()} ${method} ${url.href} ${status} ${fate} ${body}\n`)
    this.tell(`${new Date(this.time.now()).toISOString()} ${method} ${url.href} ${status} ${fate} ${brief(body)}`)
  }

  /** Hears of all requests, for a replay that is looked at. */
  tell: (line: string) => void = () => undefined

  private delay(): Promise<void> {
    return this.time.sleep(5 + this.random.below(200))
  }

  /** A body that comes in pieces, or ends in the middle. */
  private async dripping(response: Response, torn: boolean): Promise<Response> {
    const text = await response.text()
    if (text === '') return response
    const bytes = Buffer.from(text)
    const { time } = this
    const half = Math.floor(bytes.length / 2)
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, half)
      await time.sleep(3000)
      if (torn) throw new TypeError('terminated', { cause: new Error('other side closed') })
      yield bytes.subarray(half)
    }
    const { status, headers } = response
    return new Response(ReadableStream.from(pieces()), { status, headers })
  }
}

/** The part of a body that tells what is meant. */
function brief(body: string): string {
  const event = /BEGIN:VEVENT.*END:VEVENT/s.exec(body)?.[0].replaceAll(/\s*\n/g, ' ')
  return (
    event ??
    (body.startsWith('<')
      ? (/<(?:\w+:)?(sync-collection|calendar-multiget|calendar-query)/.exec(body)?.[1] ?? '')
      : body)
  )
}
