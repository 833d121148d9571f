import type { Answer, Live, Mark, Millis, ResourceId, Seen, Uid } from '../event/calendar'
import type { BaseField, Field, Fields } from '../event/event'
import type { Hash, Json } from '../event/json'

export type { Answer, BaseField, Field, Fields, Hash, Json, Live, Mark, Millis, ResourceId, Seen, Uid }

export type Side = 'left' | 'right'
export type Both<T> = { readonly left: T; readonly right: T }
export const SIDES: readonly Side[] = ['left', 'right']
export const other = (side: Side): Side => (side === 'left' ? 'right' : 'left')
export const both = <T>(make: (side: Side) => T): Both<T> => ({ left: make('left'), right: make('right') })
export const swap = <T>({ left, right }: Both<T>): Both<T> => ({ left: right, right: left })

/**
 * What one side held when both last agreed. `held` lacks a key: no base for that field; once `held.when` is there, an
 * occurrence that it doesn't name was a plain one. `noted`: a write whose answer has not been recorded yet; `deleting`: a
 * deletion of which nobody knows what became of it.
 */
export type Half = {
  readonly id: ResourceId
  readonly held: Fields
  readonly noted?: Note
  readonly deleting?: Deletion
  /** Where the replica's order of changes stood when we made this resource. */
  readonly made?: number
}

/**
 * A deletion about to be made, of which version, and where that stood in the order of the replica's changes: a read past
 * it tells what became of it. `against` null: another version was seen since.
 */
export type Deletion = { readonly against: Json; readonly seq: number }

/**
 * A write about to be made: what this side will hold, what the other held then, and the version it was written against.
 * `before`: an earlier one against the same version, of which nobody knows yet what became of it.
 */
export type Note = { readonly fields: Fields; readonly from: Fields; readonly against: Json; readonly before?: Note }

/** The agreement on one event. All but `uid`, `is` and the halves is there only while it matters. */
export type Entry = {
  readonly uid: Uid
  /** Look again then, whatever the replicas say; 0: in the next run. */
  readonly due?: Millis
  /** Nothing goes to that side while the other still means this. */
  readonly skipped?: { readonly to: Side; readonly seen: Hash }
  /** The user's answer to the question with this id; void once the question's id differs. */
  readonly answer?: { readonly to: Hash; readonly choice: Choice }
  /** The question that was announced and is still open. */
  readonly told?: {
    readonly id: Hash
    readonly about: 'conflict' | 'deletion'
    /** Since when. */
    readonly at?: Millis
    /** The sets of deletions that it was announced with, the latest last. */
    readonly sets?: readonly Hash[]
  }
  /** What was written in the last hour, to notice ping-pong. */
  readonly wrote?: readonly { readonly to: Side; readonly what: Hash; readonly at: Millis }[]
  /** Failures in a row. */
  readonly failures?: number
  /** Writes that were refused for good and rest, at most one to each side. */
  readonly refused?: readonly Refusal[]
} & (
  | {
      readonly is: 'pair'
      readonly born: Side | 'both'
      readonly left: Half
      readonly right: Half
      readonly settled?: Settled
    }
  /** On one side only: skipped, kept, outside the window, or its copy is being created (`making`). */
  | {
      readonly is: 'alone'
      readonly on: Side
      readonly id: ResourceId
      readonly making?: Half
      /** A copy of ours beside the event itself, which came meanwhile: it is taken back as long as its fields' hash is this. */
      readonly surplus?: Hash
    }
)
/**
 * A write that was refused for good: it rests while both sides hold what they held then.
 *
 * `what`: hash of the write and of all that both sides held. `until`: when it is tried again all the same. `tries`: how
 * often it was, without a change in between.
 */
export type Refusal = {
  readonly to: Side
  readonly what: Hash
  readonly reason: string
  readonly until: Millis
  readonly tries: number
}

/**
 * What was done where it could not be carried over, with the side on which it was: the fields that were edited there,
 * agreed as they stand, and `event` if it was deleted there. Should the way open, the user is asked.
 */
export type Settled = { readonly [what in Field | 'event']?: Side | 'both' }
export type PairEntry = Extract<Entry, { is: 'pair' }>
export type AloneEntry = Extract<Entry, { is: 'alone' }>

/**
 * A side wins, both versions stay (`both`: that side's keeps its place), all stays as it is (`keep`), what was done where
 * it could not be carried over is carried over now (`carry`), or an edited event.
 */
export type Choice = Side | { readonly both: Side } | 'keep' | 'carry' | { readonly event: Fields }

/** How far both replicas were compared, when, and under which settings. */
export type Compared = {
  readonly at: Both<{ readonly epoch: string; readonly seq: number }>
  readonly settings: Hash
  readonly time?: Millis
}

export type Action = 'create' | 'update' | 'delete'

/** A planned write: pure data. */
export type Operation = {
  /** The same for the same plan. */
  readonly id: Hash
  readonly action: Action
  readonly to: Side
  readonly uid: Uid
  /** The whole event as the sending side means it, after merging; for a delete the last version. */
  readonly fields: Fields
  readonly changed: readonly Field[]
  /** Hash of what both sides held in `changed` (create and delete: in all): only from there is it current. */
  readonly from: Hash
  readonly reason: string
  /** Not a copy: a version that the user keeps as a new event; the answer of that event waits for it. */
  readonly keeps?: Uid
  /** The user's own version: it counts as an edit made there, which wins over the other side's. */
  readonly decides?: true
  /** How what was declined shows in it; missing: as free. */
  readonly declined?: ShowsDeclined
}

/** A question to the user. `deletion`: whether the other side's event is to be deleted too. */
export type Question = {
  readonly id: Hash
  readonly uid: Uid
  readonly fields: readonly Field[] | 'deletion'
  readonly why: 'conflict' | 'no-base' | 'settled' | 'limit' | 'missing'
  /** For a deletion: the side whose event would be deleted. */
  readonly on?: Side
}

export type Step =
  /** `approved`: the user said so; no limit applies. */
  | { readonly do: 'write'; readonly op: Operation; readonly approved?: boolean }
  | { readonly do: 'agree'; readonly entry: Entry }
  | { readonly do: 'forget'; readonly uid: Uid }
  | { readonly do: 'ask'; readonly question: Question; readonly isNew: boolean }
  /** Nothing is done, and the user should know why. */
  | {
      readonly do: 'leave'
      readonly uid: Uid
      /** `fault`: it can't be planned. */
      readonly why: 'not-writable' | 'ping-pong' | 'duplicate' | 'refused' | 'fault'
      readonly reason: string
      /** Where that is not known from what was seen. */
      readonly title?: string
      /** Where an error that nobody foresaw came from, for the log. */
      readonly defect?: string
      /** Where nothing is done, if it is about one side alone. */
      readonly to?: Side
    }

/** What became of an operation; a series is answered several times. */
export type Outcome =
  /** `ours`: what of it we wrote, where somebody may have edited it since; `seq`: its place in the replica's order. */
  | {
      readonly is: 'ok'
      readonly holds: Seen
      readonly wrote: readonly Field[]
      readonly ours?: Fields
      readonly seq?: number
    }
  | { readonly is: 'skipped' | 'stale' | 'dropped' }
  | { readonly is: 'failed'; readonly code: string }

/** How what its owner has declined shows on the other side; of what is left out no copy is made. */
export type ShowsDeclined = 'as-free' | 'leave-out' | 'as-is'

export type Strategy = 'manual' | 'latest-wins' | Side

export type Rules = {
  readonly strategy: Strategy
  /** Whether anything may be written to a side: direction, and permission. */
  readonly into: Both<boolean>
  /** Only one direction was chosen: a copy never flows back. */
  readonly oneWay: boolean
  /** How others carry what comes from a side, between the same two calendars; undefined: nothing is known of others. */
  readonly elsewhere?: Both<'one-way' | 'both' | 'not'>
  /** Only unpaired events inside are created: from, to. */
  readonly window: readonly [Millis, Millis]
  /** Percent. */
  readonly deletionLimit: number
  readonly maxOperations: number
  readonly now: Millis
  /** Special kinds of events that are carried. */
  readonly kinds: readonly string[]
  readonly declined: ShowsDeclined
  /** What both calendars can hold. */
  readonly common: Common
  /** How the two calendars are called in reasons. */
  readonly names: Both<string>
}

/** Which fields, and which values of them, both sides can hold. */
export type Common = {
  has(field: Field): boolean
  fit(field: Field, value: Json): Json
}
