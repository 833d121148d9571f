import type { SimulatedCalendar, Stored } from './calendar'
import { invalid, notFound, Refusal, unsupported } from './refusal'
import type { GoogleEvent } from './resource'
import { instant } from './times'

export type Query = ReadonlyMap<string, readonly string[]>

/** How the service may lay out its answers; a client must bear all of it. */
export type Paging = {
  /** At most so many items a page, whatever is asked for. */
  pageSize?: number
  /** Put an empty page before each page with items. */
  emptyPages: boolean
  /** Within a page, exceptions come before their series. */
  exceptionsFirst: boolean
  /** Whether a query by UID finds cancelled instances: of what is cancelled, no UID is guaranteed. */
  cancelledByUid: boolean
  /** Whether instances that their series does not have at present are listed. */
  listsHidden: boolean
}

type Cursor = { t: 'page'; from: number; started: number; empty: boolean } | { t: 'sync'; from: number }

/** Parameters that the service refuses together with a sync token. */
const NOT_WITH_TOKEN = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'timeMin',
  'timeMax',
  'updatedMin',
]
const UNSUPPORTED = NOT_WITH_TOKEN.slice(1).concat('timeZone', 'eventTypes')

const one = (query: Query, name: string): string | undefined => query.get(name)?.[0]

/** events.list: in the order of the last change, page by page; the cursor of a page is the version it ended with. */
export function listEvents(
  calendar: SimulatedCalendar,
  query: Query,
  paging: Paging,
  redact: (event: GoogleEvent) => GoogleEvent,
): object {
  const { settings } = calendar
  const sync = one(query, 'syncToken')
  refuseCombinations(query, sync)
  const since = sync === undefined ? undefined : tokenVersion(calendar, sync)
  const page = one(query, 'pageToken')
  const cursor = page === undefined ? undefined : readCursor(settings.id, page)
  if (page !== undefined && cursor?.t !== 'page') throw invalid('Invalid page token value.', 'pageToken')
  const state = cursor?.t === 'page' ? cursor : { from: since ?? 0, started: calendar.version, empty: false }
  const size = Math.min(pageSize(query, 250, 2500), paging.pageSize ?? Infinity)

  const matching = selected(calendar, query, since !== undefined, state.from, paging)
  const showEmpty = paging.emptyPages && !state.empty && matching.length > 0
  const items = showEmpty ? [] : matching.slice(0, size)
  const more = showEmpty || matching.length > size
  const last = items.at(-1)?.version ?? state.from
  const next = writeCursor(settings.id, { t: 'page', from: last, started: state.started, empty: showEmpty })
  if (paging.exceptionsFirst) items.sort((a, b) => rank(a) - rank(b))
  return {
    kind: 'calendar#events',
    etag: `"p${calendar.version}"`,
    summary: settings.summary,
    updated: items.at(-1)?.event.updated ?? '1970-01-01T00:00:00.000Z',
    timeZone: settings.timeZone,
    accessRole: settings.role,
    defaultReminders: settings.defaultReminders,
    ...(more
      ? { nextPageToken: next }
      : one(query, 'iCalUID') === undefined && { nextSyncToken: syncToken(calendar, state.started) }),
    items: items.map(({ event }) => redact(tombstone(event))),
  }
}

const rank = ({ event }: Stored): number => (typeof event.recurringEventId === 'string' ? 0 : 1)

function refuseCombinations(query: Query, sync: string | undefined): void {
  if (one(query, 'singleEvents') === 'true') throw unsupported('singleEvents=true')
  if (sync !== undefined) {
    const wrong = NOT_WITH_TOKEN.find((name) => query.has(name))
    if (wrong !== undefined) throw invalid(`Sync token cannot be used with ${wrong}.`, wrong)
    if (one(query, 'showDeleted') === 'false')
      throw invalid('Sync token cannot be used with showDeleted=false.', 'showDeleted')
  }
  for (const name of UNSUPPORTED) if (query.has(name)) throw unsupported(`the parameter ${name}`)
}

function selected(
  calendar: SimulatedCalendar,
  query: Query,
  incremental: boolean,
  from: number,
  { cancelledByUid, listsHidden }: Paging,
): Stored[] {
  const uid = one(query, 'iCalUID')
  const showDeleted = incremental || one(query, 'showDeleted') === 'true'
  const found: Stored[] = []
  for (const stored of calendar.events.values()) {
    if (stored.version <= from || (uid !== undefined && stored.event.iCalUID !== uid)) continue
    if (uid !== undefined && !cancelledByUid && isCancelledInstance(stored.event)) continue
    if (!incremental && !listsHidden && isHidden(calendar, stored.event)) continue
    if (showDeleted || isShown(calendar, stored.event)) found.push(stored)
  }
  return found.sort((a, b) => a.version - b.version)
}

const isCancelledInstance = ({ status, recurringEventId }: GoogleEvent): boolean =>
  status === 'cancelled' && typeof recurringEventId === 'string'

/** A cancelled instance that its series, which is there, does not have at present. */
function isHidden(calendar: SimulatedCalendar, event: GoogleEvent): boolean {
  const master = calendar.events.get(event.recurringEventId ?? '')?.event
  if (!isCancelledInstance(event) || !master || master.status === 'cancelled') return false
  const at = instant(event.originalStartTime ?? {}, calendar.settings.timeZone)
  return !master.recurrence || !calendar.expansion(master).occursAt(at)
}

/** Cancelled instances of a live series are shown even without showDeleted. */
function isShown(calendar: SimulatedCalendar, event: GoogleEvent): boolean {
  if (event.status !== 'cancelled') return true
  const master = event.recurringEventId
  const series = typeof master === 'string' ? calendar.events.get(master)?.event : undefined
  return series !== undefined && series.status !== 'cancelled'
}

/** Of what is cancelled only these members are guaranteed. */
export function tombstone(event: GoogleEvent): GoogleEvent {
  if (event.status !== 'cancelled') return event
  const { kind, etag, id, status, recurringEventId, originalStartTime } = event
  const instance = typeof recurringEventId === 'string' ? { recurringEventId, originalStartTime } : {}
  return { kind, etag, id, status, ...instance }
}

/** events.instances, without virtual instances beyond `maxResults` of the rule. */
export function listInstances(
  calendar: SimulatedCalendar,
  id: string,
  query: Query,
  redact: (event: GoogleEvent) => GoogleEvent,
): object {
  for (const name of ['pageToken', 'timeMin', 'timeMax', 'timeZone'])
    if (query.has(name)) throw unsupported(`the parameter ${name}`)
  const master = calendar.events.get(id)
  if (!master || master.event.status === 'cancelled') throw notFound()
  if (!master.event.recurrence) throw invalid('The event is not recurring.')
  const zone = calendar.settings.timeZone
  const showDeleted = one(query, 'showDeleted') === 'true'
  const exceptions = new Map(
    calendar.exceptionsOf(id).map((stored) => [instant(stored.event.originalStartTime ?? {}, zone), stored.event]),
  )
  const starts = new Set([...calendar.expansion(master.event).starts(pageSize(query, 250, 2500)), ...exceptions.keys()])
  const asked = one(query, 'originalStart')
  const wanted = asked === undefined ? undefined : Date.parse(asked.length === 10 ? `${asked}T00:00:00Z` : asked)
  if (wanted !== undefined && calendar.expansion(master.event).occursAt(wanted)) starts.add(wanted)
  const items = [...starts]
    .filter((start) => wanted === undefined || start === wanted)
    .sort((a, b) => a - b)
    .map((start) => exceptions.get(start) ?? calendar.virtual(master, start).event)
    .filter((event) => showDeleted || event.status !== 'cancelled')
  return {
    kind: 'calendar#events',
    timeZone: zone,
    accessRole: calendar.settings.role,
    items: items.map((event) => redact(tombstone(event))),
  }
}

function pageSize(query: Query, usual: number, most: number): number {
  const asked = Number(one(query, 'maxResults') ?? usual)
  if (asked > most) throw invalid(`maxResults must be at most ${most}.`, 'maxResults')
  return asked
}

/** An opaque token that says from which version on changes are new. */
export function syncToken(calendar: SimulatedCalendar, from: number): string {
  return writeCursor(calendar.settings.id, { t: 'sync', from })
}

function tokenVersion(calendar: SimulatedCalendar, token: string): number {
  const cursor = readCursor(calendar.settings.id, token)
  if (cursor?.t !== 'sync') throw invalid('Invalid sync token value.', 'syncToken')
  if (cursor.from < calendar.oldestToken) {
    throw new Refusal(410, 'fullSyncRequired', 'Sync token is no longer valid, a full sync is required.', {
      domain: 'calendar',
      locationType: 'parameter',
      location: 'syncToken',
    })
  }
  return cursor.from
}

function writeCursor(calendarId: string, cursor: Cursor): string {
  return Buffer.from(JSON.stringify([calendarId, cursor])).toString('base64url')
}

function readCursor(calendarId: string, token: string): Cursor | undefined {
  try {
    const [id, cursor] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as [string, Cursor]
    return id === calendarId ? cursor : undefined
  } catch {
    return undefined
  }
}
