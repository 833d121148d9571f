import { createSign } from 'node:crypto'
import { ProviderError } from '../event/calendar'
import type { Fetch } from '../transport/fetch'
import { requestTokens } from './token-request'

export type GoogleCredentials =
  | { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string }
  /** The text of a service account's JSON key file. */
  | { readonly serviceAccountKey: string }

export const SCOPES = [
  'https://www.googleapis.com/auth/calendar.events',
  'https://www.googleapis.com/auth/calendar.calendarlist.readonly',
]

/** A token is renewed this long before it ends. */
const EARLY = 5 * 60_000

/**
 * The access tokens of one account, in memory only, renewed before they end by the clock that is passed in. (The
 * client library's own login goes by the system's clock and retries by itself.)
 */
export class AccessTokens {
  private current: { readonly token: string; readonly until: number } | undefined
  private renewal: Promise<string> | undefined

  constructor(
    private readonly tokenUrl: string,
    private readonly credentials: GoogleCredentials,
    private readonly fetch: Fetch,
    private readonly now: () => number,
  ) {}

  /** A valid access token; callers at one time share one request. Rejects with `reauthorise` if the login is dead. */
  async get(signal: AbortSignal): Promise<string> {
    if (this.current && this.now() < this.current.until - EARLY) return this.current.token
    if (this.renewal) return this.shared(this.renewal, signal)
    this.renewal = this.renew(signal)
    try {
      return await this.renewal
    } finally {
      this.renewal = undefined
    }
  }

  /** Forgets a token that was refused. */
  drop(token: string): void {
    if (this.current?.token === token) this.current = undefined
  }

  /** Another caller's renewal; if that caller gives up, this one does it itself. */
  private async shared(renewal: Promise<string>, signal: AbortSignal): Promise<string> {
    try {
      return await renewal
    } catch (error) {
      const othersAbort = error instanceof ProviderError && error.code === 'aborted' && !signal.aborted
      if (othersAbort) return this.get(signal)
      throw error
    }
  }

  private async renew(signal: AbortSignal): Promise<string> {
    const { tokenUrl, fetch, now } = this
    const kind = 'serviceAccountKey' in this.credentials ? 'service-account' : 'refresh'
    const answer = await requestTokens({ tokenUrl, fetch, now }, this.grant(), kind, signal)
    const { access_token: token, expires_in: seconds } = answer
    if (typeof token !== 'string' || token === '') throw new ProviderError('bad-answer', 'Google sent no access token.')
    const lifetime = typeof seconds === 'number' ? seconds * 1000 : 3_600_000
    this.current = { token, until: this.now() + lifetime }
    return token
  }

  private grant(): Record<string, string> {
    if ('serviceAccountKey' in this.credentials) {
      const assertion = signedAssertion(this.credentials.serviceAccountKey, this.tokenUrl, this.now())
      return { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }
    }
    const { clientId, clientSecret, refreshToken } = this.credentials
    return {
      grant_type: 'refresh_token',
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    }
  }
}

/** The signed claim of a service account to an access token (RFC 7523), good for an hour. */
function signedAssertion(keyFile: string, audience: string, now: number): string {
  const { email, key } = readKeyFile(keyFile)
  const seconds = Math.floor(now / 1000)
  const claims = { iss: email, scope: SCOPES.join(' '), aud: audience, iat: seconds, exp: seconds + 3600 }
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
  try {
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`
  } catch {
    throw unusableKey() // without the cause, which may quote the key
  }
}

function readKeyFile(keyFile: string): { email: string; key: string } {
  try {
    const { client_email: email, private_key: key } = JSON.parse(keyFile) as Record<string, unknown>
    if (typeof email === 'string' && typeof key === 'string') return { email, key }
  } catch {
    // not JSON: said below
  }
  throw unusableKey()
}

const unusableKey = (): ProviderError =>
  new ProviderError(
    'reauthorise',
    'The service account key is not usable: paste the whole JSON key file that Google made, with client_email and private_key.',
  )
