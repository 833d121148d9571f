import type {
  Answer,
  Calendar,
  CalendarInfo,
  Holds,
  Known,
  Live,
  Millis,
  Read,
  ResourceId,
  Seen,
  Uid,
} from '../event/calendar'
import type { Field, Fields } from '../event/event'
import type { Json } from '../event/json'
import { HOLDS } from '../ical'
import { createEvent, idFor } from './create'
import { deleteEvent } from './delete'
import { outdated } from './floating'
import type { Place } from './place'
import { readCalendar, readSome } from './read'
import { updateEvent } from './update'

/** One collection on a CalDAV server. */
export class CaldavCalendar implements Calendar {
  readonly holds: Holds = HOLDS

  constructor(
    private place: Place,
    private readonly now: () => Millis,
  ) {}

  get info(): CalendarInfo {
    return this.place.collection.info
  }

  assume(timeZone: string): void {
    this.place = { ...this.place, assumedZone: timeZone }
  }

  async read(
    position: Json | null,
    known: Known,
    signal: AbortSignal,
    written: readonly ResourceId[] = [],
    anew = false,
  ): Promise<Read> {
    const read = await readCalendar(this.place, position, { known, written, now: this.now() }, signal)
    const others = new Set(read.seen.map(({ id }) => id))
    const same = anew && read.kind === 'full' ? read.unchanged : outdated(this.place, known)
    const again = new Set(same.filter((id) => !others.has(id)))
    if (again.size === 0) return read
    const seen = [...read.seen, ...(await readSome(this.place, [...again], known, signal))]
    if (read.kind === 'incremental') return { ...read, seen }
    return { ...read, seen, unchanged: read.unchanged.filter((id) => !again.has(id)) }
  }

  readSome(ids: readonly ResourceId[], known: Known, signal: AbortSignal): Promise<Seen[]> {
    return readSome(this.place, ids, known, signal)
  }

  idFor(uid: Uid): ResourceId {
    return idFor(this.place, uid)
  }

  create(uid: Uid, fields: Fields, signal: AbortSignal, hasUnnamed = () => false): AsyncIterable<Answer> {
    return createEvent(this.place, uid, { fields, now: this.now(), hasUnnamed }, signal)
  }

  update(seen: Live, fields: Fields, changed: readonly Field[], signal: AbortSignal): AsyncIterable<Answer> {
    return updateEvent(this.place, seen, { fields, changed, now: this.now() }, signal)
  }

  delete(seen: Live, signal: AbortSignal): AsyncIterable<Answer> {
    return deleteEvent(this.place, seen, signal)
  }
}
