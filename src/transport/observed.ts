import { TransportError } from './error'
import type { Fetch } from './fetch'

/** A request and what came of it; `status` null: no answer. `host` and `path` as they were asked for. */
export type Exchange = {
  readonly method: string
  readonly url: URL
  readonly status: number | null
  readonly headers: Headers
  readonly text: string
}

/** A `fetch` that keeps what passed through it. */
export type Observed = {
  readonly fetch: Fetch
  /** What passed so far, in order. */
  readonly exchanges: readonly Exchange[]
  /** What passed since this was called last. */
  take(): readonly Exchange[]
}

/** The longest text that is kept of an answer. */
const KEPT = 8_000

/**
 * Watches the requests through a `fetch`, and lets no more than `most` of them through: a further one fails with a
 * `TransportError`. Of a long answer only the beginning is kept.
 */
export function observed(fetch: Fetch, most: number): Observed {
  const exchanges: Exchange[] = []
  let count = 0
  const watching: Fetch = async (input, init) => {
    if (count >= most) throw new TransportError('too-large', `More than ${most} requests were needed.`)
    count += 1
    const url = new URL(input instanceof Request ? input.url : input)
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
    try {
      const response = await fetch(input, init)
      const text = (await response.clone().text()).slice(0, KEPT)
      exchanges.push({ method, url, status: response.status, headers: response.headers, text })
      return response
    } catch (error) {
      exchanges.push({ method, url, status: null, headers: new Headers(), text: '' })
      throw error
    }
  }
  let taken = 0
  const take = (): readonly Exchange[] => {
    const fresh = exchanges.slice(taken)
    taken = exchanges.length
    return fresh
  }
  return { fetch: watching, exchanges, take }
}
