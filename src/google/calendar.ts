import type { Answer, Calendar, CalendarInfo, Known, Live, Read, ResourceId, Seen, Uid } from '../event/calendar'
import { ProviderError } from '../event/calendar'
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
    /** Whether the account may write the calendar, as Google says now. */
    private readonly askWritable: (signal: AbortSignal) => Promise<boolean>,
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
    return this.doubted(this.writer.create(uid, fields, signal), signal)
  }

  update(seen: Live, fields: Fields, changed: readonly Field[], signal: AbortSignal): AsyncIterable<Answer> {
    return this.doubted(this.writer.update(seen, fields, changed, signal), signal)
  }

  delete(seen: Live, signal: AbortSignal): AsyncIterable<Answer> {
    return this.doubted(this.writer.delete(seen, signal), signal)
  }

  /** That nobody may write here is believed once the calendar itself says so; else it is about the one event. */
  private async *doubted(answers: AsyncIterable<Answer>, signal: AbortSignal): AsyncGenerator<Answer> {
    try {
      yield* answers
    } catch (error) {
      const isReadOnly = error instanceof ProviderError && error.code === 'read-only'
      if (!isReadOnly || !(await this.askWritable(signal))) throw error
      const message = 'Google does not allow a change of this event, though the calendar may be written.'
      throw new ProviderError('refused', message, { cause: error, status: error.status })
    }
  }
}
