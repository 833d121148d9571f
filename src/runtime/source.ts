import type { CalendarInfo } from '../event/calendar'
import type { Counter } from '../transport/transport'
import { counted } from './account'
import type { CalendarState, ReadResult } from './calendar-state'
import type { CalendarAccess } from './engine'
import { asCalSyncError, ofARun } from './errors'
import type { CalSyncError } from './errors'
import { toEventMessage } from './event-message'
import type { EventMessage } from './event-message'
import type { Message } from './node-red'
import { isList, picked, readIn } from './plain'

export type SendEvents = 'changes' | 'all' | 'none'

/** What a read was, as it travels in `msg.calsync` and stands in reports: small and JSON-safe. */
export type ReadRecord = {
  /** Identity; empty if the calendar could not be opened. */
  readonly calendar: string
  /** The calendar's config node. */
  readonly node: string
  readonly name: string
  readonly kind: 'full' | 'incremental' | 'failed'
  readonly changed: number
  readonly deleted: number
  readonly total: number
  readonly requests: number
  readonly retries: number
  readonly error?: { readonly message: string; readonly code: string }
}

/** What a source node sends. */
export type SourcePayload = {
  calendar: { id: string; name: string; provider: string }
  kind: ReadRecord['kind']
  events: EventMessage[]
  deleted: { uid: string }[]
  total: number
}

export type SourceAnswer = {
  readonly payload: SourcePayload
  readonly record: ReadRecord
  readonly error?: CalSyncError
}

/** A source node's work: brings a replica up to date and says what changed since this node's last message. */
export class Source {
  private sent: { epoch: string; seq: number } | undefined

  constructor(
    private readonly access: CalendarAccess,
    private readonly sendEvents: SendEvents,
  ) {}

  /** Reads. A failed read is an answer too: the join downstream counts it. Rejects only when aborted. */
  async read(full: boolean, signal: AbortSignal, progress: (known: number) => void): Promise<SourceAnswer> {
    const counter: Counter = { requests: 0, retries: 0 }
    try {
      const { state, read } = await counted(async () => {
        if (full) this.access.renew() // its name and what may be done there may be others by now
        const opened = await this.access.open()
        progress(opened.total)
        return { state: opened, read: await opened.read(full, signal) }
      }, counter)
      return this.answer(state, read, counter)
    } catch (thrown) {
      if (signal.aborted) throw thrown
      const error = ofARun(asCalSyncError(thrown))
      this.access.failed(error.code)
      return this.failure(error, counter)
    }
  }

  /** The account's calendars. */
  calendars(signal: AbortSignal): Promise<readonly CalendarInfo[]> {
    return this.access.list(signal)
  }

  private answer(state: CalendarState, read: ReadResult, counter: Counter): SourceAnswer {
    const { replica } = state
    const since = this.sent?.epoch === replica.epoch ? this.sent.seq : read.before
    this.sent = { epoch: replica.epoch, seq: replica.seq }
    const counts = { changed: read.changed.filter(({ is }) => is !== 'gone').length, deleted: 0, total: read.total }
    counts.deleted = read.changed.length - counts.changed
    const events: EventMessage[] = []
    const deleted: { uid: string }[] = []
    const wantsAll = read.kind === 'full' && this.sendEvents === 'all'
    const wantsChanges = this.sendEvents !== 'none' && (read.kind === 'incremental' || wantsAll)
    for (const seen of wantsChanges ? replica.entries.values() : []) {
      if (seen.is === 'live' && (wantsAll || seen.seq > since)) events.push(toEventMessage(seen.uid, seen.fields))
      if (seen.is === 'gone' && seen.seq > since) deleted.push({ uid: seen.uid })
    }
    const { name, provider } = state
    const calendar = { id: state.calendar.info.id, name, provider }
    const record = { calendar: state.identity, node: this.access.nodeId, name, kind: read.kind, ...counts, ...counter }
    return { payload: { calendar, kind: read.kind, events, deleted, total: read.total }, record }
  }

  private failure(error: CalSyncError, counter: Counter): SourceAnswer {
    const { calendarId: id, name, nodeId: node } = this.access
    const record = {
      calendar: '',
      node,
      name,
      kind: 'failed' as const,
      changed: 0,
      deleted: 0,
      total: 0,
      ...counter,
      error: { message: error.message, code: error.code },
    }
    const calendar = { id, name, provider: '' }
    return { payload: { calendar, kind: 'failed', events: [], deleted: [], total: 0 }, record, error }
  }
}

/** So many reads travel in one message, far more than a flow has sources. */
const MOST_READS = 1000
const LONGEST = 10_000
const TEXTS = ['calendar', 'node', 'name', 'kind'] as const
const COUNTS = ['changed', 'deleted', 'total', 'requests', 'retries'] as const

/** A read as it was sent, whatever a flow made of it on the way; undefined if it is none. */
function recordIn(value: unknown): ReadRecord | undefined {
  const said = (picked(value, [...TEXTS, ...COUNTS, 'error']) ?? {}) as Partial<Record<keyof ReadRecord, unknown>>
  if (!TEXTS.every((name) => isText(said[name])) || !isKind(said.kind)) return undefined
  const texts = Object.fromEntries(TEXTS.map((name) => [name, said[name]]))
  const counts = Object.fromEntries(COUNTS.map((name) => [name, countIn(said[name])]))
  const { message, code } = (picked(said.error, ['message', 'code']) ?? {}) as Record<string, unknown>
  const error = isText(message) && isText(code) ? { error: { message, code } } : {}
  return { ...texts, ...counts, ...error } as ReadRecord
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST
const isKind = (value: unknown): boolean => value === 'full' || value === 'incremental' || value === 'failed'
const countIn = (value: unknown): number => (typeof value === 'number' && value >= 0 ? value : 0)

/** What stands where sources note their reads; undefined if the message comes from no source. */
function notedIn(msg: Message): readonly unknown[] | undefined {
  const { reads } = (picked(msg['calsync'], ['reads']) ?? {}) as { readonly reads?: unknown }
  if (!isList(reads)) return undefined
  const count = Math.min(Number(readIn(reads, 'length')), MOST_READS)
  return Array.from({ length: count }, (_, index) => readIn(reads, index))
}

/** Whether a message comes from a source that read nothing: it listed the calendars. */
export const isListing = (msg: Message): boolean => notedIn(msg)?.length === 0

/** The reads that a message carries; empty if it comes from no source. */
export const readsOf = (msg: Message): readonly ReadRecord[] =>
  (notedIn(msg) ?? []).map(recordIn).filter((record) => record !== undefined)
