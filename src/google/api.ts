import { setImmediate } from 'node:timers/promises'
import type { calendar_v3 } from '@googleapis/calendar'
import { ProviderError } from '../event/calendar'
import type { Fetch } from '../transport/fetch'
import type { PageHead } from './admission'
import { admitted, admittedCalendar, itemsOf, LARGEST, pageHead } from './admission'
import type { Asked } from './errors'
import { explain } from './errors'
import { pageTokenFrom, syncTokenFrom } from './pages'
import { isRecord } from './shape'
import type { GoogleCredentials } from './tokens'
import { AccessTokens } from './tokens'
import type { GoogleEvent } from './times'
import { ZoneNames } from './zone-names'

export type GoogleConfig = {
  /** `https://www.googleapis.com/` or another root, with a slash at its end. */
  readonly apiUrl: string
  readonly tokenUrl: string
  readonly credentials: GoogleCredentials
}
export type CalendarEntry = calendar_v3.Schema$CalendarListEntry
export type CalendarPage = { readonly items: readonly CalendarEntry[]; readonly nextPageToken?: string }
export type EventsPage = PageHead & {
  readonly items: readonly GoogleEvent[]
  /** Characters of all of them. */
  readonly size: number
  readonly nextPageToken?: string
  readonly nextSyncToken?: string
}
/** So many events are looked through in one go; then others have the event loop. */
const SLICE = 250
type Options = {
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
  /** What is sent goes to the address that was entered, and to no other. */
  readonly redirect: 'manual'
}
/** Google keeps an id for a deleted event. */
export type Inserted = { readonly event: GoogleEvent } | { readonly taken: true }

/**
 * The few requests that the provider makes, one HTTP request each (but for a renewed login, and a time zone that has to
 * go by another name). All of them reject with
 * a `ProviderError`, or `SyncTokenInvalid` for a list.
 */
export class GoogleApi {
  private readonly zones = new ZoneNames()

  private constructor(
    private readonly client: calendar_v3.Calendar,
    private readonly tokens: AccessTokens,
    private readonly now: () => number,
  ) {}

  /** Loads the client library, which costs memory, only now. Retrying is left to the transport behind `fetch`. */
  static async load(config: GoogleConfig, fetch: Fetch, now: () => number): Promise<GoogleApi> {
    const { calendar } = await import('@googleapis/calendar')
    const client = calendar({ version: 'v3', rootUrl: config.apiUrl, fetchImplementation: fetch, retry: false })
    return new GoogleApi(client, new AccessTokens(config.tokenUrl, config.credentials, fetch, now), now)
  }

  async calendars(pageToken: string | undefined, signal: AbortSignal): Promise<CalendarPage> {
    const page: object = await this.ask('calendars', signal, (options) =>
      this.client.calendarList.list({ maxResults: 250, pageToken }, options),
    )
    const items = itemsOf(page, 'calendar#calendarList')
    if (!items) throw new ProviderError('bad-answer', 'Google sent a list of calendars without calendars.')
    return { items: items.flatMap((item) => admittedCalendar(item) ?? []), ...tokensOf(page) }
  }

  /** One calendar of the account's list, by id or `primary`. */
  async calendar(calendarId: string, signal: AbortSignal): Promise<CalendarEntry> {
    const entry = await this.ask('calendars', signal, (options) =>
      this.client.calendarList.get({ calendarId }, options),
    )
    const admittedEntry = admittedCalendar(entry)
    if (!admittedEntry) throw new ProviderError('bad-answer', 'Google does not say which calendar this is.')
    return admittedEntry
  }

  /** One page of a list. The parameters beside the tokens must stay the same from read to read. */
  async list(
    calendarId: string,
    query: calendar_v3.Params$Resource$Events$List,
    signal: AbortSignal,
  ): Promise<EventsPage> {
    const params = { singleEvents: false, maxResults: 2500, ...query, calendarId }
    const asked = query.syncToken === undefined ? 'list' : 'changes'
    const page: object = await this.ask(asked, signal, (options) => this.client.events.list(params, options))
    const sent = itemsOf(page, 'calendar#events')
    if (!sent) throw new ProviderError('bad-answer', 'Google sent a list of events without events.')
    const items: GoogleEvent[] = []
    let size = 0
    for (const item of sent) {
      const room = { left: LARGEST }
      items.push(admitted(item, undefined, room))
      size += LARGEST - Math.max(0, room.left)
      if (items.length % SLICE === 0) await setImmediate()
    }
    return { ...pageHead(page), items, size, ...tokensOf(page) }
  }

  /** An event as it is now, deleted ones too as long as Google knows them; undefined if it is not there. */
  async get(calendarId: string, eventId: string, signal: AbortSignal): Promise<GoogleEvent | undefined> {
    try {
      const event = await this.ask('get', signal, (options) => this.client.events.get({ calendarId, eventId }, options))
      return admitted(event, eventId)
    } catch (error) {
      if (error instanceof ProviderError && (error.status === 404 || error.status === 410)) return undefined
      throw error
    }
  }

  async insert(calendarId: string, event: GoogleEvent, signal: AbortSignal): Promise<Inserted> {
    const insert = (requestBody: GoogleEvent): Promise<GoogleEvent> =>
      this.ask('insert', signal, (options) =>
        this.client.events.insert({ calendarId, requestBody, sendUpdates: 'none' }, options),
      )
    try {
      return { event: admitted(await this.zones.send(event, insert), event.id ?? undefined) }
    } catch (error) {
      if (error instanceof ProviderError && error.status === 409) return { taken: true }
      throw error
    }
  }

  /** Changes the given members, if the event still bears the ETag. */
  async patch(
    calendarId: string,
    eventId: string,
    event: GoogleEvent,
    etag: string,
    signal: AbortSignal,
  ): Promise<GoogleEvent> {
    const held = await this.zones.send(event, (requestBody) =>
      this.ask('write', signal, ({ headers, ...options }) =>
        this.client.events.patch(
          { calendarId, eventId, requestBody, sendUpdates: 'none' },
          { ...options, headers: { ...headers, 'If-Match': etag } },
        ),
      ),
    )
    return admitted(held, eventId)
  }

  /** Deletes an event, if it still bears the ETag; one that is gone already is deleted. */
  async delete(calendarId: string, eventId: string, etag: string, signal: AbortSignal): Promise<void> {
    try {
      await this.send('delete', signal, ({ headers, ...options }) =>
        this.client.events.delete(
          { calendarId, eventId, sendUpdates: 'none' },
          { ...options, headers: { ...headers, 'If-Match': etag } },
        ),
      )
    } catch (error) {
      const isGone = error instanceof ProviderError && (error.status === 404 || error.status === 410)
      if (!isGone) throw error
    }
  }

  private async ask<T extends object>(
    asked: Asked,
    signal: AbortSignal,
    call: (options: Options) => Promise<{ data: T }>,
  ): Promise<T> {
    const { data } = await this.send(asked, signal, call)
    if (!isRecord(data)) throw new ProviderError('bad-answer', 'Google sent something that is no JSON.')
    return data
  }

  /** Sends a request with a valid login; a token that Google refuses is renewed once. */
  private async send<T>(asked: Asked, signal: AbortSignal, call: (options: Options) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      if (signal.aborted) throw new ProviderError('aborted', 'The request was given up.')
      const token = await this.tokens.get(signal)
      try {
        return await call({ headers: { Authorization: `Bearer ${token}` }, signal, redirect: 'manual' })
      } catch (error) {
        const failure = explain(error, asked, this.now, signal)
        const isRefusedToken = failure instanceof ProviderError && failure.status === 401 && attempt === 1
        if (!isRefusedToken) throw failure
        this.tokens.drop(token)
      }
    }
  }
}

/** Where a list goes on, and from where the next one does. */
function tokensOf(page: object): { nextPageToken?: string; nextSyncToken?: string } {
  const { nextPageToken, nextSyncToken } = page as Readonly<Record<string, unknown>>
  const [next, sync] = [pageTokenFrom(nextPageToken), syncTokenFrom(nextSyncToken)]
  return { ...(next !== undefined && { nextPageToken: next }), ...(sync !== undefined && { nextSyncToken: sync }) }
}
