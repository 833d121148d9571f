import type { BaseField, Field, Fields } from './event'
import type { Examination } from './examination'
import type { Hash, Json } from './json'

/** The UID by which nodes, messages and pairs know an event; a copy's UID on its server may be another. */
export type Uid = string
/** The server's own id of a resource: a Google event id, a decoded CalDAV path. */
export type ResourceId = string
/** Milliseconds since 1970. */
export type Millis = number

/**
 * What we leave on a resource that we create (and renew when we write it again). It counts only on the resource that
 * it names, since apps copy properties when they split or duplicate an event; a provider reports no other.
 * `wrote`: `hashFields` of what was written.
 */
export type Mark = { readonly uid: Uid; readonly bearer: ResourceId; readonly wrote: Hash }

/**
 * What a calendar's owner has declined: of `all` but the occurrences named by their original starts in `except`; or, if
 * not `all`, those alone.
 */
export type Declined = { readonly all: boolean; readonly except: readonly string[] }

/**
 * What an event holds itself, where it shows otherwise on the other side: which occurrences do, as in {@link Declined},
 * and which do not show at all (`out`).
 */
export type Veil = Declined & { readonly own: Fields; readonly out: readonly string[] }

/** A live event as it was seen on the server. `ref` is the provider's own (ETags): JSON, compared as a whole. */
export type Live = {
  readonly uid: Uid
  readonly id: ResourceId
  readonly is: 'live'
  readonly ref: Json
  /** All that the calendar can hold: each name of `holds` has a value, `null` if empty. */
  readonly fields: Fields
  /** The server's stamp of the last change, if it has one. */
  readonly changedAt?: Millis
  /** Why nobody may write it: guests would get mail, locked, ... */
  readonly fixed?: string
  /** The provider's word for a special kind of event (`birthday`, ...); missing for an ordinary one. */
  readonly kind?: string
  readonly mark?: Mark
  /** Missing if its owner has declined nothing of it. `fields` do not tell. */
  readonly declined?: Declined
  /** `fields` are how it shows on the other side, this is what it holds itself. Providers never say so. */
  readonly veil?: Veil
  /** What it would mean as the version before it was understood, where that is now understood otherwise: no edit. */
  readonly asBefore?: Fields
  /** The fields that came back with an old state of the server. Providers never say so; the replica finds it out. */
  readonly older?: readonly Field[]
}
/** `missing`: a complete read lacked it, which is no evidence of deletion. */
export type Gone = {
  readonly uid: Uid
  readonly id: ResourceId
  readonly is: 'gone'
  readonly how: 'deleted' | 'missing'
}
/** Set aside: it is there but can't be read; no news, neither changed nor deleted. */
export type Unread = {
  readonly uid: Uid
  readonly id: ResourceId
  readonly is: 'unread'
  readonly reason: string
  readonly title?: string
  /** Where an error that nobody foresaw came from, for the log. */
  readonly defect?: string
}
/** One observation of one resource. Providers never say `missing`; that follows from a complete read. */
export type Seen = Live | Gone | Unread

/** What was seen before, by id: lets a provider fetch only what changed. */
export type Known = ReadonlyMap<ResourceId, Seen>

/** What a read found. `position` is where the next one goes on (a sync token), opaque; null: read all again. */
export type Read = { readonly seen: readonly Seen[]; readonly position: Json | null } &
  /** `byListing`: deletions were concluded from a listing, on a server without tokens. */
  (
    | { readonly kind: 'incremental'; readonly byListing?: true }
    /** Complete: what is neither in `seen` nor in `unchanged` was not there. */
    | { readonly kind: 'full'; readonly unchanged: readonly ResourceId[] }
  )

/** A calendar as its account lists it. */
export type CalendarInfo = {
  /** What `open` takes: Google's calendar id, the path of a CalDAV collection. */
  readonly id: string
  /** What the calendar is, the same through every account setting, host and alias that leads to it. */
  readonly identity: string
  readonly name: string
  /** `google`, `icloud`: as in the nodes' `accountType`. */
  readonly provider: string
  readonly writable: boolean
  /** The server does not say who may write: only a refusal tells. */
  readonly hidesPermission?: true
  readonly color?: string
  readonly timeZone?: string
  readonly primary?: boolean
}

/** The answer to one write request. A series takes several, and each is answered on its own. */
export type Answer = { readonly wrote: readonly Field[] } & (
  | { readonly holds: Seen }
  /**
   * The server didn't say what it holds now: read it again (in batches, with `readSome`). `ours`: what of it counts as
   * written by us, by what this server makes of texts; the rest was edited by somebody meanwhile.
   */
  | { readonly readAgain: ResourceId; readonly ours: (holds: Live) => Fields }
)

/** Which fields a calendar can hold, and which values. */
export type Holds = {
  readonly fields: readonly BaseField[]
  /** The nearest value that it can hold, in normal form; the same value if it can hold it. */
  fit(field: Field, value: Json): Json
  /** About how many requests a write of these fields takes; a calendar lacks it that writes any event with one. */
  requests?(fields: Fields, changed: readonly Field[]): number
}

/**
 * One calendar. All methods reject with a `ProviderError`. A write sends the exact ETag of what was seen and
 * rejects with `stale` if the server holds something newer: then read again and plan again.
 */
export interface Calendar {
  readonly info: CalendarInfo
  readonly holds: Holds

  /**
   * Tells the IANA zone in which times are to be read that name none, where neither they nor the calendar say one; a
   * calendar that has no such times lacks it.
   */
  assume?(timeZone: string): void

  /**
   * What changed since `position`, or everything if it is null or has become invalid (then `kind` is `full`).
   * A deletion is reported only where the server states it. On a server without tokens a listing is compared with
   * `known` and each absence confirmed one by one (404 or 410); the answer is then `incremental`.
   *
   * @param written what was written since that position: what a server's difference of two states does not name of it
   *   (since it came and went in between, say) is asked for
   * @param anew whether `known` comes from a version of CalSync that saw less of an event (see `declined`): what is as
   *   it was is looked at once more
   */
  read(
    position: Json | null,
    known: Known,
    signal: AbortSignal,
    written?: readonly ResourceId[],
    anew?: boolean,
  ): Promise<Read>

  /** These resources as they are now, in batches; one that is not there is `gone` (`deleted`). */
  readSome(ids: readonly ResourceId[], known: Known, signal: AbortSignal): Promise<Seen[]>

  /** The id that the first try of `create` with this uid gives to the new resource. */
  idFor(uid: Uid): ResourceId

  /**
   * Makes a new event whose id follows from `uid` alone, so that a repeated create is recognised: a live resource of
   * ours under that id is adopted if it holds the same, else brought to hold it. An id or UID that the server refuses
   * (it keeps those of deleted events) makes it try the next derived one.
   *
   * @param hasUnnamed whether resources are known that can't be read, and which events they are is not: any may be this
   *   one. Then no other id is tried, and it rejects with `unreachable`. Asked only after a refusal
   */
  create(uid: Uid, fields: Fields, signal: AbortSignal, hasUnnamed?: () => boolean): AsyncIterable<Answer>

  /**
   * Patches the resource: afterwards it means `seen.fields` with the fields named in `changed` taken from `fields`
   * (one that `fields` lacks is cleared); all that it holds besides stays as it was. Occurrences that do not differ
   * from their series in a changed field follow it. The mark that `seen` bears is renewed; without one it is left as it
   * is.
   */
  update(seen: Live, fields: Fields, changed: readonly Field[], signal: AbortSignal): AsyncIterable<Answer>

  /** Deletes the resource, series and all. One that is gone already is deleted. */
  delete(seen: Live, signal: AbortSignal): AsyncIterable<Answer>
}

/** One account on a server. */
export interface CalendarProvider {
  /** All calendars that hold events. */
  listCalendars(signal: AbortSignal): Promise<CalendarInfo[]>
  /** Finds one by id or alias (`primary`, an old path) and what it can do. Rejects with `calendar-not-found`. */
  open(calendarId: string, signal: AbortSignal): Promise<Calendar>
  /** As whom the account is signed in, in words for its owner. Rejects with what is wrong. */
  check(signal: AbortSignal): Promise<string>
  /** Asks the server whether it behaves as this provider rests on. */
  readonly examination?: Examination
}

/** Why a request failed, for code that decides what to do next; the message says what the user can do. */
export type ErrorCode =
  | 'stale' // the server holds something newer than what was seen
  | 'refused' // the server won't have this event: permanent, for this one event
  | 'read-only' // no permission to write here
  | 'calendar-not-found'
  | 'reauthorise' // the login is dead until the user repairs it
  | 'rate-limit' // try later
  | 'unreachable' // network or server trouble: try later
  | 'aborted' // our own doing: a deploy or shutdown
  | 'bad-answer' // the server said something that can't be understood

export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown; status?: number; retryAt?: Millis },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.status = options?.status
    this.retryAt = options?.retryAt
  }
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined
  /** Not before this time, where the server said so. */
  readonly retryAt: Millis | undefined
}
