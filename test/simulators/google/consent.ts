import { createHash } from 'node:crypto'

/** How long a code is good, in milliseconds. */
const CODE_TIME = 10 * 60_000

type Given = {
  readonly redirectUri: string
  readonly challenge: string
  readonly scope: string
  readonly lasting: boolean
  readonly until: number
}

/** Why a code is not exchanged: the error and its description in the answer. */
export type CodeRefused = { readonly error: string; readonly description: string }

/**
 * Google's page on which a user signs in and agrees, at once, and the codes that it gives to a client of the type
 * "Desktop app". It refuses what Google refuses, and what a careful client would not send (a login without PKCE).
 */
export class Consent {
  /** The user presses Cancel. */
  denies = false
  /** The scopes that the user leaves unticked. */
  readonly unticked = new Set<string>()
  private readonly codes = new Map<string, Given>()
  private hasAgreed = false
  private given = 0

  constructor(
    private readonly clientId: string,
    private readonly scopes: readonly string[],
    private readonly now: () => number,
  ) {}

  /** Answers the browser: it is sent back, or sees Google's error page. */
  page(query: URLSearchParams): Response {
    const wrong = this.whatIsWrong(query)
    if (wrong !== undefined) return errorPage(wrong)
    const back = new URL(query.get('redirect_uri') ?? '')
    back.searchParams.set('state', query.get('state') ?? '')
    if (this.denies) back.searchParams.set('error', 'access_denied')
    else {
      back.searchParams.set('code', this.newCode(query))
      back.searchParams.set('scope', this.ticked(query).join(' '))
    }
    return new Response(null, { status: 302, headers: { ...SEVERED, location: back.href } })
  }

  /** Exchanges a code: once, for its own client, redirect address and PKCE verifier. */
  redeem(form: URLSearchParams): Given | CodeRefused {
    const code = form.get('code') ?? ''
    const given = this.codes.get(code)
    this.codes.delete(code)
    if (!given || given.until <= this.now()) return { error: 'invalid_grant', description: 'Malformed auth code.' }
    if (form.get('redirect_uri') !== given.redirectUri)
      return { error: 'redirect_uri_mismatch', description: 'Bad Request' }
    const verifier = form.get('code_verifier') ?? ''
    if (!/^[\w.~-]{43,128}$/.test(verifier)) return { error: 'invalid_grant', description: 'Missing code verifier.' }
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    if (challenge !== given.challenge) return { error: 'invalid_grant', description: 'Invalid code verifier.' }
    return given
  }

  private whatIsWrong(query: URLSearchParams): string | undefined {
    if (query.get('client_id') !== this.clientId) return 'Error 401: invalid_client'
    if (!isLoopback(query.get('redirect_uri') ?? '')) return 'Error 400: redirect_uri_mismatch'
    if (query.get('response_type') !== 'code') return 'Error 400: unsupported_response_type'
    const asked = (query.get('scope') ?? '').split(' ')
    if (asked.some((scope) => !this.scopes.includes(scope))) return 'Error 400: invalid_scope'
    if (query.get('code_challenge_method') !== 'S256') return 'Error 400: invalid_request (code_challenge_method)'
    if (!/^[\w-]{43}$/.test(query.get('code_challenge') ?? '')) return 'Error 400: invalid_request (code_challenge)'
    if ((query.get('state') ?? '').length < 16) return 'The simulator wants a state that can’t be guessed.'
    return undefined
  }

  private ticked(query: URLSearchParams): string[] {
    return (query.get('scope') ?? '').split(' ').filter((scope) => !this.unticked.has(scope))
  }

  private newCode(query: URLSearchParams): string {
    this.given += 1
    const code = `4/0simulated-${this.given}`
    this.codes.set(code, {
      redirectUri: query.get('redirect_uri') ?? '',
      challenge: query.get('code_challenge') ?? '',
      scope: this.ticked(query).join(' '),
      // a refresh token is given with the first consent only, unless consent is asked for again
      lasting:
        query.get('access_type') === 'offline' &&
        (!this.hasAgreed || (query.get('prompt') ?? '').split(' ').includes('consent')),
      until: this.now() + CODE_TIME,
    })
    this.hasAgreed = true
    return code
  }
}

/** RFC 8252 7.3: the only addresses that a desktop app may be sent back to. */
function isLoopback(uri: string): boolean {
  if (!URL.canParse(uri)) return false
  const { protocol, hostname, hash } = new URL(uri)
  return protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname) && hash === ''
}

/** As on Google's pages: the window that opened this one, and this one, can't reach each other any more. */
const SEVERED = { 'cross-origin-opener-policy': 'same-origin' }

const errorPage = (text: string): Response =>
  new Response(`<!doctype html><title>Sign in</title><h1>Access blocked</h1><p>${text}</p>`, {
    status: 400,
    headers: { ...SEVERED, 'content-type': 'text/html; charset=utf-8' },
  })
