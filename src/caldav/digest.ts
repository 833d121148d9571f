import { createHash } from 'node:crypto'
import type { Challenge } from './challenges'

/** The algorithms of RFC 7616, strongest first, as Node.js calls them. */
const ALGORITHMS = { 'SHA-512-256': 'sha512-256', 'SHA-256': 'sha256', MD5: 'md5' } as const
type Algorithm = keyof typeof ALGORITHMS
const NAMES = Object.keys(ALGORITHMS) as Algorithm[]

type Asked = { readonly method: string; readonly url: URL; readonly body?: string }

/** The challenge that is answered, of several: the strongest that we know. Undefined if there is none. */
export function bestDigest(challenges: readonly Challenge[]): Challenge | undefined {
  const known = challenges.filter((each) => each.scheme === 'digest' && each.params.nonce !== undefined)
  const rank = (each: Challenge): number => NAMES.indexOf(algorithmOf(each).name as Algorithm)
  const usable = known.filter((each) => rank(each) >= 0 && qopOf(each) !== 'unknown')
  return usable.sort((a, b) => rank(a) - rank(b))[0]
}

/** Answers to one challenge: its nonce, and how often it was used (RFC 7616). */
export class Digest {
  private count = 0
  private nonce: string
  private readonly hash: (text: string | Buffer) => string

  /** @param cnonce the client's own nonce, which nobody can guess */
  constructor(
    readonly challenge: Challenge,
    private readonly username: string,
    private readonly password: string,
    private readonly cnonce: string,
  ) {
    this.nonce = challenge.params.nonce ?? ''
    const algorithm = ALGORITHMS[algorithmOf(challenge).name as Algorithm]
    this.hash = (text) => createHash(algorithm).update(text).digest('hex')
  }

  /** The value of `Authorization` for one request; each call counts. */
  authorization({ method, url, body }: Asked): string {
    const { realm = '', opaque, algorithm, userhash } = this.challenge.params
    const { hash, nonce, cnonce } = this
    const uri = url.pathname + url.search
    const nc = (this.count += 1).toString(16).padStart(8, '0')
    const qop = qopOf(this.challenge)
    const bodyHash = qop === 'auth-int' ? `:${hash(body ?? '')}` : ''
    const second = hash(`${method}:${uri}${bodyHash}`)
    const counted = qop === undefined ? '' : `${nc}:${cnonce}:${qop}:`
    const response = hash(`${this.secret(realm)}:${nonce}:${counted}${second}`)
    const quoted = { realm, nonce, uri, response, ...(opaque === undefined ? {} : { opaque }) }
    const plain = {
      ...(algorithm === undefined ? {} : { algorithm }),
      ...(qop === undefined ? {} : { qop, nc }),
      ...(userhash?.toLowerCase() === 'true' ? { userhash: 'true' } : {}),
    }
    const parts = [
      this.user(realm),
      ...Object.entries(quoted).map(([name, value]) => `${name}=${quote(value)}`),
      ...Object.entries(plain).map(([name, value]) => `${name}=${value}`),
      ...(qop === undefined && !this.isSession ? [] : [`cnonce=${quote(cnonce)}`]),
    ]
    return `Digest ${parts.join(', ')}`
  }

  /** The server names the nonce of the next request (RFC 7616 3.5). */
  next(authenticationInfo: string | null): void {
    const nonce = /\bnextnonce="([^"]+)"/i.exec(authenticationInfo ?? '')?.[1]
    if (nonce === undefined || this.isSession) return
    this.nonce = nonce
    this.count = 0
  }

  private get isSession(): boolean {
    return algorithmOf(this.challenge).session
  }

  private secret(realm: string): string {
    const own = this.hash(joined(this.username, bytesOf(realm), this.password))
    return this.isSession ? this.hash(`${own}:${this.nonce}:${this.cnonce}`) : own
  }

  /** RFC 7616 3.4: hashed where the server wants it; else what is not ASCII in the extended notation. */
  private user(realm: string): string {
    const { username } = this
    if (this.challenge.params.userhash?.toLowerCase() === 'true')
      return `username="${this.hash(joined(username, bytesOf(realm)))}"`
    if (/^[\x20-\x7e]*$/.test(username)) return `username=${quote(username)}`
    return `username*=UTF-8''${encodeURIComponent(username).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`
  }
}

/** A realm counts as the bytes that came, whatever they are in: `fetch` gives each byte of a header as one character. */
const bytesOf = (realm: string): Buffer => Buffer.from(realm, 'latin1')

/** With colons between; texts in UTF-8. */
const joined = (...parts: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat(parts.flatMap((part, index) => [Buffer.from(index === 0 ? '' : ':'), Buffer.from(part)]))

const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`

function algorithmOf({ params: { algorithm = 'MD5' } }: Challenge): { name: string; session: boolean } {
  const name = algorithm.toUpperCase()
  return { name: name.replace(/-SESS$/, ''), session: name.endsWith('-SESS') }
}

/** Undefined for a server of before 1999, which has none (RFC 2069). */
function qopOf({ params: { qop } }: Challenge): 'auth' | 'auth-int' | 'unknown' | undefined {
  if (qop === undefined) return undefined
  const offered = qop.split(',').map((each) => each.trim().toLowerCase())
  return (['auth', 'auth-int'] as const).find((each) => offered.includes(each)) ?? 'unknown'
}
