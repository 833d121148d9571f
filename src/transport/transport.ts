import { attempt, type Limits } from './attempt'
import { TransportError } from './error'
import type { Fetch } from './fetch'
import { Pace } from './pace'
import { asksForLess, retryAfter, shouldRetry, waitBefore, type Attempted, type Backoff } from './policy'
import type { Sleep } from './sleep'
import { Slots } from './slots'

/** Requests that were sent (each attempt is one), and how many of them were repetitions. */
export type Counter = { requests: number; retries: number }

/** An answer, as shown to a provider that knows what its server's words mean. */
export type Answered = { readonly status: number; readonly headers: Headers; readonly text: string }

export type TransportOptions = {
  /** CalSync's version, for the `User-Agent`: iCloud refuses requests without one, and Google compresses for `gzip` in it. */
  readonly version: string
  /** Whether an answer with status 403 means "slow down" (Google's `rateLimitExceeded`). Default: never. */
  readonly isRateLimit?: (answer: Answered) => boolean
  /** Requests under way at a time. Default 4. */
  readonly concurrency?: number
  /** Requests in any one minute; Infinity: as many as get through, fewer for a while once the server asks for that. Default 600. */
  readonly perMinute?: number
  /** The longest silence of a server in milliseconds. Default 60,000. */
  readonly timeout?: number
  /** The longest time for one answer in milliseconds. Default: five times the longest silence. */
  readonly total?: number
  /** The largest body that is read, in bytes. Default 32 MB. */
  readonly maxBytes?: number
  /** How often a request is sent at most. Default 5. */
  readonly tries?: number
  /** No retry is begun later than so many milliseconds after the first try. Default 120,000. */
  readonly retryFor?: number
  /** Default: from 1 s to 32 s. */
  readonly backoff?: Backoff
}

export type Surroundings = {
  /** What really sends. */
  readonly fetch: Fetch
  /** The time in milliseconds since 1970. */
  readonly now: () => number
  readonly sleep: Sleep
  /** 0 to below 1. */
  readonly random: () => number
  readonly options: TransportOptions
}

export type Transport = {
  /**
   * `fetch` with the policy below, for one account. The answer's body has been read completely. Rejects with a
   * `TransportError` if there is none, or with the signal's reason when that is aborted. An answer with an error status
   * is an answer; where retries did not help, it is the last one's.
   */
  readonly fetch: Fetch
  /** All requests so far. */
  readonly counts: Readonly<Counter>
  /** The same `fetch`, adding to this counter too: for the requests of one calendar or run. */
  counted(counter: Counter): Fetch
}

/**
 * The one policy for requests to any server: bounded concurrency and pace, time-outs, and retries with back-off for
 * what may be sent again. A request keeps its place while it waits, so a server in trouble gets fewer of them; one that
 * asks for less is left alone by all requests of the account. No redirect is followed, whatever `init` says: `fetch` would
 * take body and headers along to wherever it leads; it is an answer, and the caller's.
 */
export function createTransport(surroundings: Surroundings): Transport {
  const counts: Counter = { requests: 0, retries: 0 }
  const sender = new Sender(surroundings)
  const counted =
    (...counters: Counter[]): Fetch =>
    (input, init) =>
      sender.send(input, init ?? {}, counters)
  return { fetch: counted(counts), counts, counted: (counter) => counted(counts, counter) }
}

class Sender {
  private readonly slots: Slots
  private readonly pace: Pace
  private readonly limits: Limits
  private readonly backoff: Backoff
  private readonly tries: number
  private readonly retryFor: number

  constructor(private readonly around: Surroundings) {
    const { concurrency, perMinute, timeout = 60_000, total, maxBytes, backoff, tries, retryFor } = around.options
    this.slots = new Slots(concurrency ?? 4)
    this.pace = new Pace(around.now, perMinute ?? 600)
    this.limits = { timeout, total: total ?? 5 * timeout, maxBytes: maxBytes ?? 32 * 1024 * 1024 }
    this.backoff = backoff ?? { base: 1000, most: 32_000 }
    this.tries = tries ?? 5
    this.retryFor = retryFor ?? 120_000
  }

  async send(input: string | URL | Request, init: RequestInit, counters: readonly Counter[]): Promise<Response> {
    const signal = init.signal ?? (input instanceof Request ? input.signal : new AbortController().signal)
    await this.slots.take(signal)
    try {
      return await this.sendUntilDone(input, this.prepared(input, init), signal, counters)
    } finally {
      this.slots.release()
    }
  }

  private async sendUntilDone(
    input: string | URL | Request,
    init: RequestInit,
    signal: AbortSignal,
    counters: readonly Counter[],
  ): Promise<Response> {
    const tries = isRepeatable(init.body) ? this.tries : 1
    const method = init.method ?? (input instanceof Request ? input.method : 'GET')
    let began: number | undefined
    for (let retry = 0; ; retry += 1) {
      await this.waitForTurn(signal)
      began ??= this.around.now()
      count(counters, retry > 0)
      const got = await this.once(input instanceof Request ? input.clone() : input, init, signal)
      const wait = this.waitAfter(got, method, retry + 1)
      if (wait === null || retry + 1 >= tries || this.around.now() + wait - began > this.retryFor) return result(got)
      if (got.is === 'answered' && (got.status === 429 || got.status === 503)) this.pace.slow()
      if (asksForLess(got, got.is === 'answered' && got.response.headers.has('retry-after'))) this.pace.hold(wait)
      await this.around.sleep(wait, signal)
    }
  }

  /** Waits for the pace, and for as long as the server wants to be left alone. */
  private async waitForTurn(signal: AbortSignal): Promise<void> {
    const wait = this.pace.reserve()
    if (wait > 0) await this.around.sleep(wait, signal)
    for (let held = this.pace.held(); held > 0; held = this.pace.held()) await this.around.sleep(held, signal)
    signal.throwIfAborted()
  }

  private async once(input: string | URL | Request, init: RequestInit, signal: AbortSignal): Promise<Got> {
    const { fetch, sleep } = this.around
    try {
      const response = await attempt(fetch, sleep, input, init, signal, this.limits)
      const rateLimit = await this.isRateLimit(response)
      return { is: 'answered', status: response.status, rateLimit, response }
    } catch (error) {
      if (error instanceof TransportError && ['network', 'timeout'].includes(error.code)) return { is: 'broken', error }
      throw error
    }
  }

  private async isRateLimit(response: Response): Promise<boolean> {
    const { isRateLimit } = this.around.options
    if (isRateLimit === undefined || response.status !== 403) return false
    const text = await response.clone().text()
    return isRateLimit({ status: response.status, headers: response.headers, text })
  }

  /** Milliseconds to wait before the next try; null: there should be none. */
  private waitAfter(got: Got, method: string, retry: number): number | null {
    if (!shouldRetry(method, got)) return null
    const said = got.is === 'answered' ? retryAfter(got.response.headers, this.around.now()) : null
    return waitBefore(retry, said, this.backoff, this.around.random)
  }

  private prepared(input: string | URL | Request, init: RequestInit): RequestInit {
    const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined))
    headers.set('user-agent', `CalSync/${this.around.options.version} (Node-RED; gzip)`)
    return { ...init, headers, redirect: 'manual' }
  }
}

type Got = Attempted &
  ({ readonly is: 'answered'; readonly response: Response } | { readonly is: 'broken'; readonly error: TransportError })

function result(got: Got): Response {
  if (got.is === 'broken') throw got.error
  return got.response
}

function count(counters: readonly Counter[], isRetry: boolean): void {
  for (const counter of counters) {
    counter.requests += 1
    if (isRetry) counter.retries += 1
  }
}

/** Whether a body can be sent twice: one that is read as it is sent can't. */
function isRepeatable(body: unknown): boolean {
  return typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)
}
