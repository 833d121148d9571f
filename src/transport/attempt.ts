import { TransportError, tooLarge } from './error'
import type { Fetch } from './fetch'
import type { Sleep } from './sleep'

export type Limits = {
  /** The longest silence in milliseconds: before the answer's headers, and between two pieces of its body. */
  readonly timeout: number
  /** The longest time in milliseconds for one answer, however steadily it comes. */
  readonly total: number
  /** The largest body that is read, in bytes (after decompression). */
  readonly maxBytes: number
}

/**
 * Sends a request once and reads the whole answer, so that a connection that breaks in the middle of a body is a
 * failure of the attempt. Rejects with a `TransportError`, or with the signal's reason when that is aborted.
 */
export async function attempt(
  fetch: Fetch,
  sleep: Sleep,
  input: string | URL | Request,
  init: RequestInit,
  signal: AbortSignal,
  limits: Limits,
): Promise<Response> {
  signal.throwIfAborted()
  const host = hostOf(input)
  const watch = new Watch(sleep, signal, limits, host)
  try {
    const response = await watch.over(fetch(input, { ...init, signal: watch.signal }))
    return await readWhole(response, watch, limits.maxBytes, host)
  } catch (error) {
    watch.giveUp(error)
    if (signal.aborted) throw signal.reason as Error
    if (error instanceof TransportError) throw error
    if (hasCode(error, 'UND_ERR_HEADERS_OVERFLOW'))
      throw new TransportError('headers', `${host} sent longer headers than CalSync reads.`, { cause: error })
    const message = `No connection to ${host} (${reasonOf(error)}). Check the network.`
    throw new TransportError('network', message, { cause: error })
  } finally {
    watch.end()
  }
}

/** Ends a request when its caller gives up or the server has been silent for too long. */
class Watch {
  private readonly controller = new AbortController()
  private readonly gaveUp: Promise<never>
  private readonly ended = new AbortController()

  constructor(
    private readonly sleep: Sleep,
    private readonly caller: AbortSignal,
    private readonly limits: Limits,
    private readonly host: string,
  ) {
    this.gaveUp = new Promise((_, reject) => {
      this.controller.signal.addEventListener('abort', () => reject(this.controller.signal.reason as Error))
    })
    // It is raced in `over`; between two of those nobody listens, and the next one hears of it.
    this.gaveUp.catch(() => undefined)
    caller.addEventListener('abort', this.follow, { once: true })
    sleep(limits.total, this.ended.signal).then(
      () =>
        this.giveUp(new TransportError('timeout', `${host} took longer than ${limits.total / 1000} s for one answer.`)),
      () => undefined, // ended by us, below
    )
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** Waits for one sign of life, for as long as silence is allowed. */
  async over<T>(sign: Promise<T>): Promise<T> {
    const timer = new AbortController()
    const { timeout } = this.limits
    const silence = this.sleep(timeout, timer.signal).then(
      () => this.giveUp(new TransportError('timeout', `${this.host} did not answer within ${timeout / 1000} s.`)),
      () => undefined, // ended by us, below
    )
    try {
      return await Promise.race([sign, this.gaveUp, silence.then(() => this.gaveUp)])
    } finally {
      timer.abort(ENDED)
    }
  }

  giveUp(reason: unknown): void {
    this.controller.abort(reason)
  }

  end(): void {
    this.caller.removeEventListener('abort', this.follow)
    this.ended.abort(ENDED)
  }

  private readonly follow = (): void => this.giveUp(this.caller.reason)
}

/** A reason that is no error, since nobody looks at it, and each request ends some waits. */
const ENDED = 'ended'

/** The answer with its body in memory. */
async function readWhole(response: Response, watch: Watch, maxBytes: number, host: string): Promise<Response> {
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader()
  if (reader === undefined) return copyOf(response, null)
  const chunks: Uint8Array[] = []
  let bytes = 0
  let parts = 0
  for (;;) {
    const { done, value } = await watch.over(reader.read())
    if (done) break
    bytes += value.byteLength
    if (bytes > maxBytes) throw tooLarge(host, maxBytes)
    parts += partsIn(value)
    if (parts > MOST_PARTS)
      throw new TransportError('too-large', `${host} sent an answer of more than ${MOST_PARTS} parts.`)
    chunks.push(value)
  }
  return copyOf(response, Buffer.concat(chunks))
}

/** Elements, objects and values in one answer: each takes many times its own length in memory once it is parsed. */
const MOST_PARTS = 2_000_000
const BEGINS_PART = Uint8Array.from({ length: 256 }, (_, byte) => ('[{<,'.includes(String.fromCharCode(byte)) ? 1 : 0))

function partsIn(bytes: Uint8Array): number {
  let parts = 0
  for (let at = 0; at < bytes.length; at += 1) parts += BEGINS_PART[bytes[at] ?? 0] ?? 0
  return parts
}

/** RFC 9110: answers that have no body, for which `Response` refuses even an empty one. */
const BODILESS = new Set([101, 204, 205, 304])

function copyOf(response: Response, body: Uint8Array<ArrayBuffer> | null): Response {
  const { status, statusText, headers } = response
  const copy = new Response(BODILESS.has(status) ? null : body, { status, statusText, headers })
  // What a made `Response` doesn't know of its own.
  Object.defineProperty(copy, 'url', { value: response.url })
  Object.defineProperty(copy, 'redirected', { value: response.redirected })
  return copy
}

/** Host (and port) of a request, for messages: the rest of an address may be private. */
function hostOf(input: string | URL | Request): string {
  return new URL(input instanceof Request ? input.url : input).host
}

function hasCode(error: unknown, code: string): boolean {
  for (let each = error; each instanceof Error; each = each.cause) if ('code' in each && each.code === code) return true
  return false
}

/** undici says "fetch failed" and puts the reason into the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message
}
