import { hashJson } from '../event/json'
import type { CalendarEntry } from './api'
import type { Room, Shape } from './shape'
import { isRecord, Misfit, shaped, shapedLoosely } from './shape'
import type { GoogleEvent } from './times'

/** Characters of one event: as many as of an event from iCalendar. */
export const LARGEST = 1_048_576
/** Google makes ids of up to 1024 characters. */
const LONGEST_ID = 1024
const MOST_LINES = 1000
const MOST_GUESTS = 5000
const MOST_REMINDERS = 100

const list = (of: Shape, most: number): Shape => ({ listOf: of, most })
const object = (members: Readonly<Record<string, Shape>>): Shape => ({ members })
const TIME = object({ date: 'text', dateTime: 'text', timeZone: 'text' })
const REMINDERS = list(object({ method: 'text', minutes: 'number' }), MOST_REMINDERS)

/** All that is read of an event. */
const EVENT = object({
  id: 'text',
  etag: 'text',
  status: 'text',
  eventType: 'text',
  iCalUID: 'text',
  updated: 'text',
  summary: 'text',
  description: 'text',
  location: 'text',
  transparency: 'text',
  visibility: 'text',
  colorId: 'text',
  start: TIME,
  end: TIME,
  endTimeUnspecified: 'flag',
  recurrence: list('text', MOST_LINES),
  recurringEventId: 'text',
  originalStartTime: TIME,
  reminders: object({ useDefault: 'flag', overrides: REMINDERS }),
  source: object({ url: 'text', title: 'text' }),
  attendees: list(object({ self: 'flag', responseStatus: 'text' }), MOST_GUESTS),
  attendeesOmitted: 'flag',
  organizer: object({ self: 'flag' }),
  locked: 'flag',
  extendedProperties: object({
    private: object({ calsyncUid: 'text', calsyncId: 'text', calsyncHash: 'text', calsyncCategories: 'text' }),
    shared: object({ 'X-MOZ-CATEGORIES': 'text' }),
  }),
})

/**
 * An event as Google sends it, reduced to what is read of it. One in which anything is of a wrong type or too large bears
 * nothing but its names and why it can't be read ({@link GoogleEvent}): whatever it was, it is neither changed nor gone.
 *
 * @param id by which it was asked for; without it, an event that does not say its own gets one that no event has
 */
export function admitted(item: unknown, id?: string, room: Room = { left: LARGEST }): GoogleEvent {
  try {
    const event = shaped(item, EVENT, 'event', room) as GoogleEvent
    if (isId(event.id)) return event
    throw new Misfit('it does not say its id')
  } catch (error) {
    if (!(error instanceof Misfit)) throw error
    return unreadable(item, id, error.message)
  }
}

function unreadable(item: unknown, id: string | undefined, why: string): GoogleEvent {
  const { summary, recurringEventId, iCalUID, ...own } = shapedLoosely(item, NAMES) as GoogleEvent
  const title = summary?.slice(0, LONGEST_ID)
  const named = isId(own.id) ? own.id : (id ?? `unnamed${hashJson([title ?? null, why])}`)
  return {
    id: named,
    ...(title !== undefined && { summary: title }),
    ...(isId(recurringEventId) && { recurringEventId }),
    ...(isId(iCalUID) && { iCalUID }),
    unreadable: `Google sent it in a form that can't be read: ${why}.`,
  }
}

const NAMES = { id: 'text', recurringEventId: 'text', iCalUID: 'text', summary: 'text' } as const

const isId = (id: string | null | undefined): id is string =>
  typeof id === 'string' && id !== '' && id.length <= LONGEST_ID

const ENTRY = {
  id: 'text',
  summary: 'text',
  summaryOverride: 'text',
  timeZone: 'text',
  accessRole: 'text',
  backgroundColor: 'text',
  primary: 'flag',
  deleted: 'flag',
  defaultReminders: REMINDERS,
} as const

/** A calendar of the account's list; what of it has a wrong type is not known. Undefined: it does not even say its id. */
export function admittedCalendar(item: unknown): CalendarEntry | undefined {
  const entry = shapedLoosely(item, ENTRY) as CalendarEntry
  return isId(entry.id) ? entry : undefined
}

/** What a page of events says of its calendar, and where the list goes on. */
export type PageHead = Pick<CalendarEntry, 'summary' | 'timeZone' | 'accessRole' | 'defaultReminders'>

export const pageHead = (page: unknown): PageHead => shapedLoosely(page, ENTRY)

/** The items of a list. Undefined: it is no list. One without items that says what it is has none. */
export function itemsOf(page: unknown, kind: 'calendar#events' | 'calendar#calendarList'): unknown[] | undefined {
  if (!isRecord(page)) return undefined
  const { items } = page
  if (Array.isArray(items)) return items as unknown[]
  return items === undefined && page['kind'] === kind ? [] : undefined
}
