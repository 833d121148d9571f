import type { Exception, Fields } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import type { Calendar, CalendarProvider, ResourceId } from '../../src/event/calendar'

/**
 * What `providerContract` needs of a provider and a server to run its sentences. One world = one calendar that is
 * empty at the start and that nobody else uses, one provider signed in to its account, and a second user.
 * Everything is said in our `Fields` and ids, so that the suite knows no protocol.
 */
export type World = {
  readonly provider: CalendarProvider
  /** What `provider.open` takes for the world's calendar. */
  readonly calendarId: string
  readonly calendar: Calendar
  readonly other: OtherUser
  /** The id of a calendar that this account may read but not write, where the server has one. */
  readonly readOnlyId?: string
  /** A well-formed id of a calendar that does not exist. */
  readonly unknownId: string
  /** Whether the server has no events without length, so that they last a second there. */
  readonly noInstants?: boolean
  /** Makes a position that the server has forgotten, or never gave out, from one that it gave out. */
  spoil(position: Json): Json
  /** Ends what the world started. */
  close(): Promise<void>
}

/** Another user of the same calendar, or the user in another app: writes past our provider, at once and always. */
export interface OtherUser {
  /** Makes an event and gives the id that the provider will report it under. `fields` has at least `when`. */
  create(fields: Fields): Promise<ResourceId>
  /** Sets the fields named in `fields` (`null` clears); everything else stays. No exceptions here. */
  edit(id: ResourceId, fields: Fields): Promise<void>
  /** Changes one occurrence: `null` cancels it, `{}` revives it, else the fields in which it differs from its series. */
  changeOccurrence(id: ResourceId, key: string, exception: Exception): Promise<void>
  /** Deletes the event, series and all. */
  delete(id: ResourceId): Promise<void>
  /** Adds something to the event that our `Fields` can't say (a property of the app's own). */
  addUnknown(id: ResourceId): Promise<void>
  /** Whether what `addUnknown` added is still there. */
  hasUnknown(id: ResourceId): Promise<boolean>
}
