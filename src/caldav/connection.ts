import type { Millis } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { holdsLogin } from '../transport/address'
import { tooLarge } from '../transport/error'
import type { Fetch } from '../transport/fetch'
import type { Sleep } from '../transport/sleep'
import { aborted, generalFailure, noAnswer, wasNotSent } from './errors'
import { Login } from './login'
import { MovedHosts } from './moved'
import { isIcloudHost, sameOn, serverAddress } from './paths'

/** What the owner of an account enters. */
export type CaldavConfig = { readonly serverUrl: string; readonly username: string; readonly password: string }

/** The world outside. `localZone`: IANA zone of times without a zone where the calendar names none. */
export type CaldavSurroundings = {
  readonly fetch: Fetch
  readonly now: () => Millis
  readonly sleep: Sleep
  readonly localZone: string
  /** 0 to below 1. */
  readonly random: () => number
}

export type Asked = {
  readonly method: string
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The longest answer that is read, in bytes; default: {@link MOST_BYTES}. */
  readonly most?: number
}
/** An answer, read to its end. `url` is where it came from after redirects. */
export type Answered = { readonly status: number; readonly headers: Headers; readonly text: string; readonly url: URL }

const MOST_REDIRECTS = 5
/** Several answers may be in memory at once. */
export const MOST_BYTES = 8 * 1024 * 1024
/** Milliseconds before each further try after a 401; servers lock accounts that try a wrong password too often. */
const AFTER_401 = { doubtful: [0, 2000], other: [0] }

/** Requests with an account's credentials, which go to its own hosts only. */
export class Connection {
  readonly server: URL
  readonly isIcloud: boolean
  private readonly login: Login
  private readonly hosts = new MovedHosts()

  /** @throws ProviderError `bad-answer` for a server address that is none, `reauthorise` if credentials are missing */
  constructor(
    config: CaldavConfig,
    private readonly surroundings: CaldavSurroundings,
  ) {
    this.server = serverUrl(config.serverUrl)
    this.isIcloud = isIcloudHost(this.server.hostname)
    if (config.username === '' || config.password === '') {
      throw new ProviderError('reauthorise', 'The account has no user name or no password: enter them in its node.')
    }
    const word = (): string => Math.floor(surroundings.random() * 2 ** 52).toString(36)
    this.login = new Login(config.username, config.password, () => word() + word())
  }

  /**
   * Sends a request and follows redirects with method, body and credentials, which `fetch` would drop.
   *
   * @throws ProviderError `aborted`, `unreachable`, `rate-limit`, `reauthorise`; any other status is returned
   */
  async send(asked: Asked, signal: AbortSignal): Promise<Answered> {
    const answer = await this.reach(asked, signal)
    const failure = generalFailure(answer, this.surroundings.now())
    if (failure) throw failure
    return answer
  }

  /** Asks where the account is now. A host that is gone is none of its hosts any more: the server tells which is. */
  private async reach(asked: Asked, signal: AbortSignal): Promise<Answered> {
    const url = this.hosts.now(asked.url)
    try {
      return await this.follow({ ...asked, url }, signal)
    } catch (error) {
      if (url.origin === this.server.origin || !wasNotSent(error)) throw error
      this.hosts.forget(url)
      const instead = sameOn(this.server, url)
      const answer = await this.follow({ ...asked, url: instead }, signal)
      this.hosts.note(url, answer.url)
      return answer
    }
  }

  private async follow(asked: Asked, signal: AbortSignal): Promise<Answered> {
    let { url } = asked
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      const answer = await this.insist({ ...asked, url }, signal)
      const location = answer.headers.get('location')
      if (![301, 302, 307, 308].includes(answer.status) || location === null) return answer
      const target = this.redirected(location, url)
      if (answer.status === 301 || answer.status === 308) this.hosts.note(url, target)
      url = target
    }
    throw new ProviderError('bad-answer', `${asked.url.host} redirects in a circle. Check the server address.`)
  }

  private redirected(location: string, from: URL): URL {
    if (!URL.canParse(location, from.href)) {
      throw new ProviderError('bad-answer', `${from.host} redirects to "${location}", which is no address.`)
    }
    const target = new URL(location, from)
    if (!this.isOwn(target)) {
      const advice = `If that is your calendar server, enter ${target.origin} as the server address.`
      throw new ProviderError(
        'bad-answer',
        `${from.host} redirects to ${target.origin}, which gets no password. ${advice}`,
      )
    }
    return sameOn(target, target) // without a user name, which `fetch` refuses
  }

  /** Who gets the password: another port or scheme is another server; iCloud's hosts, by their https port, are one. */
  private isOwn(url: URL): boolean {
    if (url.origin === this.server.origin) return true
    return this.isIcloud && url.protocol === 'https:' && url.port === '' && isIcloudHost(url.hostname)
  }

  /** A URL that the server gave: where it names a foreign host (behind a proxy it may), the path counts, on the host that gave it. */
  at(href: string, base: URL): URL {
    const url = URL.canParse(href, base.href) ? new URL(href, base) : base
    return sameOn(this.isOwn(url) ? url : base, url)
  }

  /** Each of iCloud's hosts was seen to answer a request with an empty 401 now and then, though the password is right. */
  private async insist(asked: Asked, signal: AbortSignal): Promise<Answered> {
    let answer = await this.once(asked, signal)
    // where the login has worked before, rather the server is out of order than the password wrong
    for (const wait of AFTER_401[this.isIcloud || this.login.worked ? 'doubtful' : 'other']) {
      if (answer.status !== 401) break
      if (wait > 0) await this.pause(wait, signal)
      answer = await this.once(asked, signal)
    }
    return answer
  }

  private async pause(millis: number, signal: AbortSignal): Promise<void> {
    try {
      await this.surroundings.sleep(millis, signal)
    } catch (error) {
      throw aborted(error)
    }
  }

  /** Sends a request, once more where the server wants the login in another form. */
  private async once(asked: Asked, signal: AbortSignal): Promise<Answered> {
    const answer = await this.fetch(asked, signal)
    return this.login.heard(answer) ? this.fetchAgain(asked, signal) : answer
  }

  private async fetchAgain(asked: Asked, signal: AbortSignal): Promise<Answered> {
    const answer = await this.fetch(asked, signal)
    this.login.heard(answer)
    return answer
  }

  private async fetch(asked: Asked, signal: AbortSignal): Promise<Answered> {
    const { method, url, body } = asked
    // whatever became of addresses on the way here: nobody else gets the password
    if (!this.isOwn(url)) throw new ProviderError('bad-answer', `${url.host} is no host of this account.`)
    // iCloud answers a request without User-Agent with a 403; the transport adds the version
    const authorization = this.login.authorization(asked)
    const headers = { ...asked.headers, authorization, 'user-agent': 'node-red-contrib-calsync' }
    try {
      signal.throwIfAborted()
      const response = await this.surroundings.fetch(url.href, { method, headers, body, signal, redirect: 'manual' })
      return { status: response.status, headers: response.headers, text: await textOf(response, url, asked.most), url }
    } catch (error) {
      if (error instanceof ProviderError) throw error
      throw signal.aborted ? aborted(error) : noAnswer(url, error)
    }
  }
}

/** The text of an answer whose bytes have been read; a text of them all would be as large again. */
async function textOf(response: Response, url: URL, most = MOST_BYTES): Promise<string> {
  const bytes = await response.arrayBuffer()
  if (bytes.byteLength > most) throw tooLarge(url.host, most)
  return new TextDecoder().decode(bytes)
}

function serverUrl(text: string): URL {
  const url = serverAddress(text)
  if (url === undefined) {
    const example = 'https://caldav.icloud.com or https://cloud.example.org/remote.php/dav'
    throw new ProviderError('bad-answer', `"${text.trim()}" is no server address. Enter one such as ${example}.`)
  }
  if (holdsLogin(url)) {
    const text =
      'The server address holds a user name or password: enter them in their own fields, which are encrypted.'
    throw new ProviderError('bad-answer', text)
  }
  return url
}
