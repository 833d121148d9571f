import type { Fetch } from '../../../src/transport/fetch'
import type { CalendarSettings, Stored } from './calendar'
import { SimulatedCalendar } from './calendar'
import { listEvents, listInstances, tombstone } from './list'
import type { Paging } from './list'
import { forbidden, invalid, jsonResponse, notFound, Refusal } from './refusal'
import { calendarOf, listEntry, parsed, redacted, route } from './route'
import type { GoogleEvent, Patch } from './resource'
import type { Login } from './tokens'
import { TokenEndpoint } from './tokens'
import { User } from './user'
import { validateBody, validateQuery } from './validate'
import type { Behaviour, Writer } from './write'
import { cancel, change, insert, target } from './write'

export const LOGIN: Login = { clientId: 'client', clientSecret: 'client-secret', refreshToken: 'refresh-token' }
const SCOPES = ['calendar.events', 'calendar.calendarlist.readonly'].map(
  (name) => `https://www.googleapis.com/auth/${name}`,
)

/** So many requests are kept, so that a simulator can run for days. */
const MOST_REQUESTS = 20_000

/**
 * Called before a request is looked at and after it was carried out. A returned response is sent instead (before:
 * the request is never carried out; after: its true answer is lost); a thrown error is a network failure.
 */
export type Interfere = (
  stage: 'before' | 'after',
  request: { method: string; url: URL; body: string; headers: Headers },
  response?: Response,
) => Response | undefined | Promise<Response | undefined>

export type SimulatorOptions = {
  readonly now: () => number
  readonly login?: Login
  readonly account?: string
  readonly scopes?: readonly string[]
  readonly behaviour?: Partial<Behaviour>
  readonly paging?: Partial<Paging>
}

/**
 * A strict Google Calendar v3 in memory: one account with its calendars. It refuses what the service refuses (and
 * what a careful client would not send), and it has no clock and no chance of its own.
 */
export class GoogleSimulator {
  readonly calendars = new Map<string, SimulatedCalendar>()
  readonly tokens: TokenEndpoint
  readonly user: User
  readonly behaviour: Behaviour
  readonly paging: Paging
  readonly account: string
  /** What was asked, in order: `GET /calendar/v3/...`; token requests are in it as `POST /token`. */
  readonly requests: { method: string; path: string; status: number; body: string }[] = []
  /** How many mails the service would have sent to guests. */
  mails = 0
  interfere: Interfere = () => undefined
  private readonly scopes: readonly string[]
  private ids = 0

  constructor(readonly options: SimulatorOptions) {
    this.account = options.account ?? 'someone@example.com'
    this.scopes = options.scopes ?? SCOPES
    this.tokens = new TokenEndpoint(options.login ?? LOGIN, this.scopes, options.now)
    this.behaviour = {
      exceptions: 'follow',
      movedSeries: 'orphans',
      virtualEtag: 'master',
      seriesEtag: 'kept',
      ...options.behaviour,
    }
    this.paging = {
      emptyPages: false,
      exceptionsFirst: false,
      cancelledByUid: true,
      listsHidden: true,
      ...options.paging,
    }
    this.user = new User(this)
    this.addCalendar({ id: this.account, primary: true })
  }

  /** Adds a calendar to the account; what is not said is usual. */
  addCalendar(settings: Partial<CalendarSettings> & { id: string }): SimulatedCalendar {
    const calendar = new SimulatedCalendar({
      summary: settings.id,
      timeZone: 'Europe/Berlin',
      role: 'owner',
      primary: false,
      defaultReminders: [{ method: 'popup', minutes: 30 }],
      color: '#9fe1e7',
      ...settings,
    })
    this.calendars.set(settings.id, calendar)
    return calendar
  }

  /** The calendar with this id, or the account's primary one. */
  calendar(id = 'primary'): SimulatedCalendar {
    const calendar = this.calendars.get(id === 'primary' ? this.account : id)
    if (!calendar) throw notFound()
    return calendar
  }

  /** An id from the counter, in the alphabet of the service. */
  readonly nextId = (): string => `sim${(this.ids++).toString(32).padStart(8, '0')}`

  writer(calendar: SimulatedCalendar): Writer {
    return { calendar, behaviour: this.behaviour, now: this.options.now, owner: this.account }
  }

  /** The service as a `fetch` function: any host, paths `/auth`, `/token` and `/calendar/v3/...`. */
  readonly fetch: Fetch = async (input, init) => {
    const request = new Request(input, init)
    request.signal.throwIfAborted()
    const url = new URL(request.url)
    const { method, headers } = request
    const asked = { method, url, headers, body: await request.text() }
    const instead = await this.interfere('before', asked)
    const response = instead ?? this.answer(request, url, asked.body)
    if (this.requests.length >= MOST_REQUESTS) this.requests.splice(0, MOST_REQUESTS / 2)
    this.requests.push({ method, path: url.pathname, status: response.status, body: asked.body })
    const sent = instead ?? (await this.interfere('after', asked, response)) ?? response
    request.signal.throwIfAborted()
    return sent
  }

  /** The requests to the calendar API since the last call, without those for tokens. */
  takeRequests(): string[] {
    const taken = this.requests.splice(0).filter(({ path }) => path !== '/token')
    return taken.map(({ method, path }) => `${method} ${decodeURIComponent(path.replace('/calendar/v3', ''))}`)
  }

  private answer(request: Request, url: URL, body: string): Response {
    try {
      if (url.pathname === '/auth') return this.tokens.consent.page(url.searchParams)
      if (url.pathname === '/token') return this.tokens.answer(new URLSearchParams(body))
      this.tokens.check(request.headers.get('authorization'))
      const { name, method, path } = route(request.method, url.pathname)
      const query = validateQuery(method, url.searchParams)
      if (!method.scopes.some((scope) => this.scopes.includes(scope))) {
        throw new Refusal(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.')
      }
      const json = method.request === undefined ? {} : parsed(body)
      if (method.request !== undefined) validateBody(method.request, json)
      const result = this.perform(name, path, query, json, request.headers.get('if-match'))
      return result === undefined ? new Response(null, { status: 204 }) : jsonResponse(200, result)
    } catch (error) {
      if (error instanceof Refusal) return error.toResponse()
      throw error
    }
  }

  private perform(
    name: string,
    path: Record<string, string>,
    query: Map<string, string[]>,
    body: Patch,
    ifMatch: string | null,
  ): object | undefined {
    if (name === 'calendarList.list') return this.calendarList(query)
    const calendar = this.calendar(path.calendarId)
    const id = path.eventId ?? ''
    const redact = (event: GoogleEvent): GoogleEvent => redacted(calendar, event)
    if (name === 'calendarList.get') return listEntry(calendar)
    if (name === 'calendars.get') return calendarOf(calendar)
    if (name === 'events.list') return listEvents(calendar, query, this.paging, redact)
    if (name === 'events.instances') return listInstances(calendar, id, query, redact)
    if (name === 'events.get') {
      const found = calendar.find(id, this.behaviour.virtualEtag)
      if (!found) throw notFound()
      return redact(tombstone(found.event))
    }
    return this.write(name, calendar, id, body, ifMatch, query.get('sendUpdates')?.[0])
  }

  private write(
    name: string,
    calendar: SimulatedCalendar,
    id: string,
    body: Patch,
    ifMatch: string | null,
    sendUpdates: string | undefined,
  ): object | undefined {
    if (calendar.settings.role !== 'owner' && !calendar.settings.role.startsWith('writer')) throw forbidden()
    const writer = { ...this.writer(calendar), isClient: true as const }
    if (name === 'events.insert') return this.posted(insert(writer, body, this.nextId), sendUpdates)
    const current = target(writer, id, ifMatch, name === 'events.delete' ? 'delete' : 'write')
    if (name === 'events.delete') {
      this.posted(cancel(writer, current), sendUpdates)
      return undefined
    }
    return tombstone(
      this.posted(change(writer, current, body, name === 'events.update' ? 'replace' : 'patch'), sendUpdates),
    )
  }

  /** Counts the mails of a write. */
  private posted(stored: Stored, sendUpdates: string | undefined): GoogleEvent {
    if (sendUpdates !== 'none') this.mails += stored.event.attendees?.length ?? 0
    return stored.event
  }

  private calendarList(query: Map<string, string[]>): object {
    if (query.has('syncToken')) throw invalid('The simulator does not support syncToken here.', 'syncToken')
    const size = Math.min(Number(query.get('maxResults')?.[0] ?? 100), this.paging.pageSize ?? 250)
    const from = Number(query.get('pageToken')?.[0] ?? 0)
    const all = [...this.calendars.values()].map(listEntry)
    const next = from + size < all.length ? { nextPageToken: String(from + size) } : { nextSyncToken: 'calendars' }
    return { kind: 'calendar#calendarList', ...next, items: all.slice(from, from + size) }
  }
}
