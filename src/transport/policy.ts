/** What a request got: an answer, or none (`broken`: no connection, a broken one, or silence). */
export type Attempted =
  { readonly is: 'answered'; readonly status: number; readonly rateLimit: boolean } | { readonly is: 'broken' }

/** Methods that may be sent twice whatever became of the first time: they change nothing (RFC 9110 9.2.1, 3253, 4918). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT'])
/** "Not now": trouble of the server's own that may be over soon. */
const PASSING = new Set([408, 429, 500, 502, 503, 504])
/** The server says that it did nothing: even a write may be sent again. */
const NOT_DONE = new Set([429, 503])

/** Whether a request with this method should be sent again after what it got. */
export function shouldRetry(method: string, got: Attempted): boolean {
  const safe = SAFE.has(method.toUpperCase())
  if (got.is === 'broken') return safe
  if (got.rateLimit || NOT_DONE.has(got.status)) return true
  return safe && PASSING.has(got.status)
}

/** Whether the server asked for fewer requests, so that all others of the account should wait too. */
export function asksForLess(got: Attempted, saidWhen: boolean): boolean {
  return got.is === 'answered' && (got.status === 429 || got.rateLimit || (got.status === 503 && saidWhen))
}

export type Backoff = {
  /** Milliseconds; the wait before the n-th retry is drawn from 0 to `base` * 2^(n-1). */
  readonly base: number
  /** The longest wait that is drawn. */
  readonly most: number
}

/**
 * Milliseconds to wait before retry number `retry` (from 1): exponential with full jitter; where the server named a
 * time, that, but no less than the back-off's upper end (servers name times that are shorter than their throttle), and
 * jitter on top so that not all come back at once. `random`: 0 to below 1.
 */
export function waitBefore(retry: number, retryAfter: number | null, backoff: Backoff, random: () => number): number {
  const step = Math.min(backoff.most, backoff.base * 2 ** (retry - 1))
  if (retryAfter === null) return random() * step
  return Math.max(retryAfter, step) + random() * backoff.base
}

/** No server means longer, and no date lies beyond what is asked for with 300 digits. */
const LONGEST_WAIT = 24 * 3600_000

/**
 * Milliseconds from now that a `Retry-After` header asks for (RFC 9110 10.2.3: seconds, or an HTTP date); null if there
 * is none or it can't be understood. A date is compared with the answer's own `Date`, so that a wrong clock here does
 * no harm; `now`, in milliseconds since 1970, is for answers without one.
 */
export function retryAfter(headers: Headers, now: number): number | null {
  const value = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(value)) return Math.min(LONGEST_WAIT, Number(value) * 1000)
  // `Date.parse` makes dates of "-5" and "1.5" as well; those of HTTP end in GMT.
  const at = value.endsWith(' GMT') ? Date.parse(value) : NaN
  if (Number.isNaN(at)) return null
  const sent = Date.parse(headers.get('date') ?? '')
  return Math.min(LONGEST_WAIT, Math.max(0, at - (Number.isNaN(sent) ? now : sent)))
}
