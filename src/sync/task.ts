import type { Calendar, ErrorCode } from '../event/calendar'
import type { Agreement } from './agreement'
import type { Now } from './entry'
import type { Field, Fields, Live, Millis, Operation, ShowsDeclined, Side, Uid } from './model'
import type { Replica, Stored } from './replica'

/** One calendar: its server, what was seen of it, and where that is kept. */
export type Keeper = {
  readonly calendar: Calendar
  readonly replica: Replica
  /** Runs a job while nobody else reads or writes this calendar. */
  exclusive<T>(job: () => Promise<T>): Promise<T>
  /** Takes in what has changed on the server since it was read; only inside `exclusive`. */
  readNews(signal: AbortSignal): Promise<void>
  /** Takes an observation that is to be made durable with the next save. */
  hold(stored: Stored): void
  /** Makes durable all that was held, in one disk sync. */
  save(): Promise<void>
}

/** What two calendars agreed on, and where that is kept. `find` gives what both hold of an event, as it shows. */
export type PairKeeper = {
  readonly agreement: Agreement
  find(uid: Uid, declined: ShowsDeclined): Now
  /** What has come back to a side, under another uid, in the place of what is gone there. */
  restored(side: Side, declined: ShowsDeclined): ReadonlyMap<Uid, Live>
  /** An entry has changed, or is no more: the next save makes that durable. */
  hold(uid: Uid): void
  /** Makes entries durable as the agreement has them, or that it has none. One disk sync, however many. */
  save(): Promise<void>
}

/** One operation to carry out, as a flow handed it over. */
export type Task = {
  readonly action: Operation['action'] | 'skip'
  readonly uid: Uid
  /** What is written, and the names that are; a name that `fields` lacks is cleared. */
  readonly fields: Fields
  readonly written: readonly Field[]
  /** The plan that it comes from; without one it is the flow's own. */
  readonly planned?: { readonly op: Operation; readonly pair: PairKeeper }
}

export type Result =
  | { readonly status: 'ok' | 'stale' | 'skipped' | 'dropped' }
  | {
      readonly status: 'failed'
      readonly code: ErrorCode | 'no-such-event' | 'unknown'
      readonly message: string
      /** It rests from now on, or still: then it was told before. */
      readonly rests?: 'now' | 'still'
      /** Where an error that nobody foresaw came from, for the log. */
      readonly defect?: string
    }

export type Means = {
  readonly now: () => Millis
  readonly signal: AbortSignal
  /** Keeps versions that are about to be overwritten or deleted, durably. */
  readonly keep: (lost: readonly Live[]) => Promise<void>
  readonly done: (task: Task, result: Result) => void
  /** Requests at a time. */
  readonly concurrency: number
  /** Lets others have the event loop, after each batch. */
  readonly pause?: () => Promise<void>
}
