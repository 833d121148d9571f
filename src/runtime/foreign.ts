import type { HttpRequest } from './node-red'

/**
 * Whether a call comes from another site's page in the user's browser: without adminAuth nothing else keeps it out.
 *
 * Browsers say so themselves in `Sec-Fetch-Site`, which no page can forge, but only to https and loopback addresses.
 * Elsewhere the `Origin`, which each writing call has, must name the host that was called, or the one that a proxy was
 * called by. What comes from no browser has neither.
 */
export function isForeign({ headers }: HttpRequest): boolean {
  const site = headers['sec-fetch-site']
  if (typeof site === 'string') return site !== 'same-origin' && site !== 'none'
  const { origin } = headers
  if (origin === undefined) return false
  if (typeof origin !== 'string' || !URL.canParse(origin)) return true // "null": a page that hides where it is from
  const called = [headers['host'], headers['x-forwarded-host']].flatMap((value) => String(value ?? '').split(','))
  const { host, protocol } = new URL(origin)
  return !called.some((each) => sameHost(each.trim(), host, protocol))
}

/** Whether a Host header names an origin's host; the scheme's own port may be written or not. */
function sameHost(header: string, host: string, protocol: string): boolean {
  const called = `${protocol}//${header}`
  return header !== '' && URL.canParse(called) && new URL(called).host === host
}
