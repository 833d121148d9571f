import type { Answer, Calendar, CalendarInfo, Known, Live, Read, ResourceId, Seen, Uid } from '../event/calendar'
import type { Field, Fields } from '../event/event'
import type { Json } from '../event/json'
import type { GoogleApi } from './api'
import { holds } from './holds'
import { Reader } from './reader'
import type { Surroundings } from './seen'
import { derivedId, Writer } from './writer'

/** One Google calendar; what each method promises is said at {@link Calendar}. */
export class GoogleCalendar implements Calendar {
  readonly holds = holds
  private readonly reader: Reader
  private readonly writer: Writer

  constructor(
    readonly info: CalendarInfo,
    api: GoogleApi,
    surroundings: Surroundings,
  ) {
    this.reader = new Reader(api, info.id, surroundings)
    this.writer = new Writer(api, info.id, this.reader)
  }

  read(position: Json | null, known: Known, signal: AbortSignal): Promise<Read> {
    return this.reader.read(position, known, signal)
  }

  readSome(ids: readonly ResourceId[], known: Known, signal: AbortSignal): Promise<Seen[]> {
    return this.reader.readSome(ids, known, signal)
  }

  idFor(uid: Uid): ResourceId {
    return derivedId(uid, 0)
  }

  create(uid: Uid, fields: Fields, signal: AbortSignal): AsyncIterable<Answer> {
    return this.writer.create(uid, fields, signal)
  }

  update(seen: Live, fields: Fields, changed: readonly Field[], signal: AbortSignal): AsyncIterable<Answer> {
    return this.writer.update(seen, fields, changed, signal)
  }

  delete(seen: Live, signal: AbortSignal): AsyncIterable<Answer> {
    return this.writer.delete(seen, signal)
  }
}
