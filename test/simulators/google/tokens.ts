import { createVerify } from 'node:crypto'
import { Consent } from './consent'
import { jsonResponse, Refusal } from './refusal'

export type Login = {
  readonly clientId: string
  readonly clientSecret: string
  readonly refreshToken: string
  /** PEM public key of a service account, to check its signatures. */
  readonly serviceAccountPublicKey?: string
}

/** The OAuth token endpoint and the access tokens that it gave out. */
export class TokenEndpoint {
  /** From now on each grant is refused with `invalid_grant`, as when the user revokes access. */
  revoked = false
  /** From now on each grant is refused in these words, by this status. */
  refusal: { readonly status: number; readonly body: object } | undefined
  /** How long a new access token lives, in seconds. */
  lifetime = 3600
  /** The page on which users sign in. */
  readonly consent: Consent
  /** The lifetime of a new refresh token, in seconds, as Google tells of it where the app is in testing. */
  refreshLifetime: number | undefined
  private readonly refreshTokens: Set<string>
  private readonly ended = new Set<string>()
  private readonly expiry = new Map<string, number>()
  private given = 0

  constructor(
    private readonly login: Login,
    private readonly scopes: readonly string[],
    private readonly now: () => number,
  ) {
    this.consent = new Consent(login.clientId, scopes, now)
    this.refreshTokens = new Set([login.refreshToken])
  }

  /** Answers a grant: a code, `refresh_token`, or the signed assertion of a service account (RFC 7523). */
  answer(form: URLSearchParams): Response {
    const grant = form.get('grant_type')
    if (this.refusal) return jsonResponse(this.refusal.status, this.refusal.body)
    if (this.revoked) return tokenError('invalid_grant', 'Token has been expired or revoked.')
    if (grant === 'authorization_code' || grant === 'refresh_token') {
      const known =
        form.get('client_id') === this.login.clientId && form.get('client_secret') === this.login.clientSecret
      if (!known) return tokenError('invalid_client', 'The OAuth client was not found.', 401)
      if (grant === 'authorization_code') return this.exchange(form)
      const token = form.get('refresh_token') ?? ''
      if (!this.refreshTokens.has(token) || this.ended.has(token)) return tokenError('invalid_grant', 'Bad Request')
    } else if (grant === 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
      const wrong = this.whatIsWrong(form.get('assertion') ?? '')
      if (wrong !== undefined) return tokenError('invalid_grant', wrong)
    } else {
      return tokenError('unsupported_grant_type', `Invalid grant_type: ${grant ?? ''}`)
    }
    return this.give(grant === 'refresh_token' ? { scope: this.scopes.join(' ') } : {})
  }

  private exchange(form: URLSearchParams): Response {
    const given = this.consent.redeem(form)
    if ('error' in given) return tokenError(given.error, given.description)
    const { scope, lasting } = given
    if (!lasting) return this.give({ scope })
    const refreshToken = this.newLogin()
    const ends = this.refreshLifetime === undefined ? {} : { refresh_token_expires_in: this.refreshLifetime }
    return this.give({ scope, refresh_token: refreshToken, ...ends })
  }

  /** A refresh token, as the user gets one by signing in. */
  newLogin(): string {
    const refreshToken = `1//simulated-${this.refreshTokens.size}`
    this.refreshTokens.add(refreshToken)
    return refreshToken
  }

  /** The refresh tokens that are good. */
  logins(): string[] {
    return [...this.refreshTokens].filter((token) => !this.ended.has(token))
  }

  /** Makes refresh tokens of an earlier life good again. */
  restoreLogins(tokens: readonly string[]): void {
    for (const token of tokens) this.refreshTokens.add(token)
  }

  /** Ends every login so far, as when seven days are over; a new one can be made. */
  endLogins(): void {
    for (const token of this.refreshTokens) this.ended.add(token)
    this.expireAll()
  }

  private give(more: object): Response {
    this.given += 1
    const token = `ya29.simulated-${this.given}`
    this.expiry.set(token, this.now() + this.lifetime * 1000)
    return jsonResponse(200, { access_token: token, expires_in: this.lifetime, token_type: 'Bearer', ...more })
  }

  private whatIsWrong(assertion: string): string | undefined {
    const [header = '', claims = '', signature = ''] = assertion.split('.')
    const read = (part: string): Record<string, unknown> =>
      JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>
    try {
      const { iss, scope, aud, exp, iat } = read(claims)
      if (read(header).alg !== 'RS256') return 'Invalid JWT: alg must be RS256.'
      if (typeof iss !== 'string' || typeof scope !== 'string' || typeof aud !== 'string') return 'Invalid JWT: claims.'
      const seconds = this.now() / 1000
      if (Number(exp) < seconds || Number(iat) > seconds + 300 || Number(exp) - Number(iat) > 3600) {
        return 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.'
      }
    } catch {
      return 'Invalid JWT.'
    }
    const key = this.login.serviceAccountPublicKey
    if (key === undefined) return undefined
    const valid = createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(key, signature, 'base64url')
    return valid ? undefined : 'Invalid JWT Signature.'
  }

  /** Makes all access tokens given so far invalid at once. */
  expireAll(): void {
    this.expiry.clear()
  }

  /** @throws Refusal 401 if the request bears no valid token */
  check(authorization: string | null): void {
    const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1]
    if (token === undefined || (this.expiry.get(token) ?? 0) <= this.now()) {
      throw new Refusal(401, 'authError', 'Invalid Credentials', { locationType: 'header', location: 'Authorization' })
    }
  }
}

const tokenError = (error: string, description: string, status = 400): Response =>
  jsonResponse(status, { error, error_description: description })
