import { ProviderError } from '../event/calendar'
import { challengesIn } from './challenges'
import { Digest, bestDigest } from './digest'

type Answer = { readonly status: number; readonly headers: Headers; readonly url: URL }
type Asked = { readonly method: string; readonly url: URL; readonly body?: string }

/**
 * A user name and password, as a server wants to have them: Basic (RFC 7617), which is sent unasked, until a server
 * asks for Digest (RFC 7616).
 */
export class Login {
  private readonly basic: string
  /** By origin: each has its own nonces. */
  private readonly digests = new Map<string, Digest>()
  private hasWorked = false

  /** @param nonce a word that nobody can guess */
  constructor(
    private readonly username: string,
    private readonly password: string,
    private readonly nonce: () => string,
  ) {
    // RFC 7617: UTF-8, which btoa and most helpers don't do
    this.basic = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`
  }

  /** The value of `Authorization` for a request. */
  authorization(asked: Asked): string {
    return this.digests.get(asked.url.origin)?.authorization(asked) ?? this.basic
  }

  /** Whether this login has been accepted some time. */
  get worked(): boolean {
    return this.hasWorked
  }

  /**
   * Learns from an answer how the server wants to have it.
   *
   * @returns whether the request is to be sent again at once, since there is a challenge that was not answered yet
   * @throws ProviderError `reauthorise` if the server offers no way that we know
   */
  heard({ status, headers, url }: Answer): boolean {
    const digest = this.digests.get(url.origin)
    if (status !== 401) {
      this.hasWorked ||= status >= 200 && status < 300
      digest?.next(headers.get('authentication-info'))
      return false
    }
    const offered = challengesIn(headers.get('www-authenticate'))
    const challenge = bestDigest(offered)
    const takesBasic = offered.length === 0 || offered.some(({ scheme }) => scheme === 'basic')
    if (!challenge && !takesBasic) throw noWay(url, [...new Set(offered.map(({ scheme }) => scheme))])
    if (!challenge || (takesBasic && !digest)) return false
    this.digests.set(url.origin, new Digest(challenge, this.username, this.password, this.nonce()))
    // the first challenge, or a nonce that has grown old; a wrong password gets a new nonce, too, but not "stale"
    return !digest || challenge.params.stale?.toLowerCase() === 'true'
  }
}

function noWay(url: URL, schemes: readonly string[]): ProviderError {
  const message =
    `${url.host} offers no way to sign in that CalSync knows: it wants ${schemes.join(' or ')}, and CalSync knows Basic and ` +
    'Digest. Switch one of these on at the server; many have passwords for apps that work with Basic.'
  return new ProviderError('reauthorise', message, { status: 401 })
}
