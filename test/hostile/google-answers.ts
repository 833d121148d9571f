import type { Calendar, Live, Read, Seen, Unread } from '../../src/event/calendar'
import type { Fetch } from '../../src/transport/fetch'
import { createGoogleProvider } from '../../src/google/provider'
import { NOW } from '../google/api'
import { signal } from '../google/world'
import { LOGIN } from '../simulators/google/simulator'

/** What a server in Google's place answers to a request for `path` (below `calendar/v3`) and its query. */
export type Answering = (path: string, query: URLSearchParams) => unknown

export const ENTRY = { kind: 'calendar#calendarListEntry', id: 'me@example.com', summary: 'Mine', accessRole: 'owner', timeZone: 'Europe/Berlin' } // prettier-ignore

/** The provider before a server that answers so; what it does not answer is as usual, or 404. */
export async function providerBefore(answering: Answering, asked: string[] = []) {
  const fetch: Fetch = (input) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (url.pathname === '/token') return json({ access_token: 'token', expires_in: 3600 })
    const path = decodeURIComponent(url.pathname.replace('/calendar/v3/', ''))
    asked.push(`${path}?${url.searchParams.toString()}`)
    const answer = answering(path, url.searchParams)
    if (answer instanceof Response) return Promise.resolve(answer)
    if (answer !== undefined) return json(answer)
    return path.startsWith('users/me/calendarList/') ? json(ENTRY) : json({ error: { code: 404 } }, 404)
  }
  const config = { apiUrl: 'http://google/', tokenUrl: 'http://google/token', credentials: LOGIN }
  return createGoogleProvider(config, { fetch, now: () => NOW })
}

const json = (body: unknown, status = 200): Promise<Response> =>
  Promise.resolve(
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json; charset=UTF-8' } }),
  )

export const calendarBefore = async (answering: Answering, asked?: string[]): Promise<Calendar> =>
  (await providerBefore(answering, asked)).open('me@example.com', signal)

/** A list of events on one page. */
export const page = (items: unknown, more: object = {}): object => ({
  kind: 'calendar#events',
  timeZone: 'Europe/Berlin',
  accessRole: 'owner',
  defaultReminders: [],
  nextSyncToken: 'next',
  ...more,
  items,
})

export const isEvents = (path: string): boolean => path.endsWith('/events')

/** What is read of a calendar whose list is one page of these items. */
export async function readOf(items: unknown, more: object = {}): Promise<Read> {
  const calendar = await calendarBefore((path) => (isEvents(path) ? page(items, more) : undefined))
  return calendar.read(null, new Map(), signal)
}

export const at = (time: string) => ({ dateTime: `2026-01-06T${time}:00+01:00`, timeZone: 'Europe/Berlin' })

/** An ordinary event, under its own id. */
export const plain = (id: string, more: object = {}): Record<string, unknown> => ({
  kind: 'calendar#event',
  id,
  etag: `"${id}"`,
  status: 'confirmed',
  iCalUID: `${id}@google.com`,
  summary: `Event ${id}`,
  updated: '2026-01-01T00:00:00.000Z',
  start: at('09:00'),
  end: at('10:00'),
  ...more,
})

export const liveIn = (seen: readonly Seen[]): Live[] => seen.filter((each) => each.is === 'live')
export const unreadIn = (seen: readonly Seen[]): Unread[] => seen.filter((each) => each.is === 'unread')

/** A series with so many occurrences that differ from it, day after day, as a list has them. */
export function manyOccurrences(count: number, line: string, more: object = {}): Record<string, unknown>[] {
  const day = (index: number): string => new Date(Date.UTC(2026, 0, 6 + index)).toISOString().slice(0, 10)
  const at = (date: string, hour: string): object => ({ dateTime: `${date}T${hour}:00:00Z`, timeZone: 'UTC' })
  const instances = Array.from({ length: count }, (_, index) => {
    const date = day(index)
    return plain(`many_${date.replaceAll('-', '')}T080000Z`, {
      recurringEventId: 'many',
      iCalUID: 'many@google.com',
      originalStartTime: at(date, '08'),
      start: at(date, '09'),
      end: at(date, '10'),
      ...more,
    })
  })
  return [plain('many', { start: at(day(0), '08'), end: at(day(0), '09'), recurrence: [line] }), ...instances]
}
