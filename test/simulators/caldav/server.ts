import type { Fetch } from '../../../src/transport/fetch'
import { empty } from './answers'
import { DigestGuard } from './digest'
import type { CaldavOptions } from './options'
import { ICLOUD } from './options'
import { resourceAt } from './properties'
import { answerPropfind, answerReport } from './reports'
import type { Collection, Mail } from './store'
import { Store } from './store'
import { AppleUser } from './user'
import { answerDelete, answerGet, answerPut } from './writes'
import type { XmlNode } from './xml'
import { parseXml } from './xml'

/** One request that the server got, with the status that it answered. */
export type Logged = { readonly method: string; readonly path: string; readonly status: number; readonly bytes: number }

/**
 * The one place for misbehaviour on demand. `before` may answer in the server's place (the request is then not
 * carried out) or throw; `body` is the request's, which can't be read twice. `after` may give another answer or throw though the request was carried out (a lost answer).
 */
export type Interfere = {
  before?: (request: Request, body: string) => Promise<Response | undefined> | Response | undefined
  after?: (request: Request, response: Response) => Promise<Response> | Response
}

/** A strict, iCloud-like CalDAV server in memory; see PLAIN and ICLOUD in options.ts for what it is peculiar about. */
export class CaldavServer {
  readonly options: CaldavOptions
  readonly store: Store
  /** The user in the Apple app. */
  readonly user: AppleUser
  /** All requests so far. */
  readonly log: Logged[] = []
  interfere: Interfere = {}
  /** Hosts that have refused somebody with the right password once. */
  private readonly grumbled = new Set<string>()
  private guard: DigestGuard | undefined

  constructor(options: Partial<CaldavOptions> = {}) {
    this.options = { ...ICLOUD, ...options }
    this.store = new Store(this.options)
    this.user = new AppleUser(this.store)
    const { home } = this.store
    this.store.addCollection({ path: `${home}inbox/`, name: '', kind: 'inbox', components: [] })
    this.store.addCollection({ path: `${home}outbox/`, name: '', kind: 'outbox', components: [] })
    this.store.addCollection({ path: `${home}notification/`, name: '', kind: 'notification', components: [] })
    this.store.addCollection({ path: `${home}tasks/`, name: 'Reminders', components: ['VTODO'] })
    this.store.addCollection({ path: `${home}holidays/`, name: 'Feiertage', kind: 'subscribed' })
    this.store.addCollection({ path: `${home}shared/`, name: 'Verein', access: 'read' })
    this.calendar = this.store.addCollection({ path: `${home}home/`, name: 'Privat' })
  }

  /** The calendar that may be written and is there from the beginning. */
  readonly calendar: Collection

  /** Mails that guests would have got; must stay empty. */
  get mails(): readonly Mail[] {
    return this.store.mails
  }

  /** The web's fetch, answered in process. Only the account's own hosts can be reached. */
  readonly fetch: Fetch = async (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    const own = [this.options.origin, this.options.homeOrigin].map((origin) => new URL(origin).host)
    if (!own.includes(url.host)) {
      const cause = Object.assign(new Error(`getaddrinfo ENOTFOUND ${url.host}`), { code: 'ENOTFOUND' })
      throw new TypeError('fetch failed', { cause })
    }
    if (request.redirect !== 'manual') throw new Error('a redirect would drop the credentials: follow it by hand')
    return this.respond(request)
  }

  /** Answers a request, whatever host it is for. */
  async respond(request: Request): Promise<Response> {
    request.signal.throwIfAborted()
    const body = await request.text()
    const replaced = await this.interfere.before?.(request, body)
    const response = replaced ?? this.answer(request, body)
    const path = decodeURIComponent(new URL(request.url).pathname)
    const bytes = (await response.clone().text()).length
    this.log.push({ method: request.method, path, status: response.status, bytes })
    const told = (await this.interfere.after?.(request, response)) ?? response
    request.signal.throwIfAborted()
    return told
  }

  private answer(request: Request, body: string): Response {
    const { options, store } = this
    const { pathname, host } = new URL(request.url)
    if (options.needsUserAgent && !request.headers.get('user-agent')) return empty(403)
    if (pathname === '/.well-known/caldav') return empty(301, { location: `${options.origin}/` })
    const challenge = this.challengeTo(request, body)
    if (challenge !== undefined) return empty(401, { 'www-authenticate': challenge })
    if (options.transient401 && !this.grumbled.has(host)) {
      this.grumbled.add(host)
      return empty(401)
    }
    const path = decodeURIComponent(pathname)
    if (options.podRedirects && path.startsWith(store.home) && host !== new URL(options.homeOrigin).host) {
      return empty(301, { location: options.homeOrigin + pathname })
    }
    if (request.method === 'PUT' || request.method === 'GET' || request.method === 'DELETE') {
      if (options.plainAt && pathname.includes('%40')) return empty(404)
      if (request.method === 'GET') return answerGet(store, path)
      return request.method === 'PUT' ? answerPut(store, path, request, body) : answerDelete(store, path, request)
    }
    if (request.method === 'OPTIONS') return empty(200, { dav: featuresOf(options) })
    if (request.method !== 'PROPFIND' && request.method !== 'REPORT') return empty(405)
    const resource = resourceAt(store, path)
    if (!resource) return empty(404)
    let asked: XmlNode
    try {
      asked = parseXml(body)
    } catch {
      return empty(400)
    }
    const depth = request.headers.get('depth')
    return request.method === 'PROPFIND'
      ? answerPropfind(store, resource, depth, asked)
      : answerReport(store, resource, depth, asked)
  }

  /** Undefined for who may come in. */
  private challengeTo(request: Request, body: string): string | undefined {
    const { username, password, digest } = this.options
    const said = request.headers.get('authorization')
    const { pathname, search } = new URL(request.url)
    if (digest) {
      this.guard ??= new DigestGuard(digest, username, password)
      return this.guard.challengeTo(request.method, pathname + search, body, said)
    }
    const expected = Buffer.from(`${username}:${password}`, 'utf8').toString('base64')
    return said === `Basic ${expected}` ? undefined : 'Basic realm="iCloud"'
  }
}

const featuresOf = ({ schedules, syncCollection }: CaldavOptions): string =>
  [
    '1, 3, access-control, calendar-access',
    ...(schedules ? ['calendar-auto-schedule'] : []),
    ...(syncCollection ? ['sync-collection'] : []),
  ].join(', ')
