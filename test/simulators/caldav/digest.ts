import { createHash } from 'node:crypto'

/** How a server wants a digest (RFC 7616). */
export type DigestStyle = {
  readonly algorithm: 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess'
  /** `none`: as before RFC 2617. */
  readonly qop: 'auth' | 'auth-int' | 'none'
  /** So many requests are taken with a nonce before it is stale. */
  readonly lasts: number
  readonly userhash?: boolean
}

/** The server's side of it: it knows its nonces, and takes no count twice. */
export class DigestGuard {
  private made = 0
  private readonly used = new Map<string, Set<string>>()

  constructor(
    private readonly style: DigestStyle,
    private readonly username: string,
    private readonly password: string,
  ) {}

  /** Undefined for a request that is let in, else the challenge. */
  challengeTo(method: string, uri: string, body: string, authorization: string | null): string | undefined {
    const said = paramsIn(authorization)
    const counts = this.used.get(said.nonce ?? '')
    if (!authorization?.startsWith('Digest ') || !counts) return this.fresh(false)
    if (counts.size >= this.style.lasts) return this.fresh(this.isRight(said, method, uri, body))
    const isRight = this.isRight(said, method, uri, body)
    const isNew = this.style.qop === 'none' || !counts.has(said.nc ?? '')
    if (!isRight || !isNew) return this.fresh(false)
    counts.add(said.nc ?? String(counts.size))
    return undefined
  }

  private isRight(said: Record<string, string>, method: string, uri: string, body: string): boolean {
    const { algorithm, qop, userhash } = this.style
    const hash = (...parts: string[]): string =>
      createHash(algorithm.startsWith('MD5') ? 'md5' : 'sha256')
        .update(parts.join(':'))
        .digest('hex')
    const { username, password } = this
    const user = userhash ? hash(username, REALM) : username
    const given = said.username ?? decodeURIComponent((said['username*'] ?? '').replace(/^UTF-8''/, ''))
    if (given !== user || said.realm !== REALM || said.uri !== uri || said.opaque !== 'o"p') return false
    if (qop !== 'none' && (said.qop !== qop || !/^[0-9a-f]{8}$/.test(said.nc ?? ''))) return false
    const base = hash(username, REALM, password)
    const a1 = algorithm.endsWith('-sess') ? hash(base, said.nonce ?? '', said.cnonce ?? '') : base
    const a2 = hash(method, uri, ...(qop === 'auth-int' ? [hash(body)] : []))
    const middle = qop === 'none' ? [] : [said.nc ?? '', said.cnonce ?? '', qop]
    return said.response === hash(a1, said.nonce ?? '', ...middle, a2)
  }

  private fresh(stale: boolean): string {
    const { algorithm, qop, userhash } = this.style
    const nonce = `nonce, no. ${(this.made += 1)}=`
    this.used.set(nonce, new Set())
    const more = [
      ...(qop === 'none' ? [] : [`qop="${qop}"`]),
      ...(stale ? ['stale=TRUE'] : []),
      ...(userhash ? ['userhash=true'] : []),
    ]
    return [`Digest realm="${REALM}"`, `nonce="${nonce}"`, 'opaque="o\\"p"', `algorithm=${algorithm}`, ...more].join(
      ', ',
    )
  }
}

const REALM = 'Calendars, of "all"'.replaceAll('"', "'")

function paramsIn(header: string | null): Record<string, string> {
  const found = [...(header ?? '').matchAll(/([\w*]+)=(?:"((?:\\.|[^"\\])*)"|([^\s,]+))/g)]
  return Object.fromEntries(
    found.map(([, name = '', quoted, plain]) => [name, quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '']),
  )
}
