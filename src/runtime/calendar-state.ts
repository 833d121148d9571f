import type { Calendar, CalendarInfo, Read } from '../event/calendar'
import type { Json } from '../event/json'
import { hashJson } from '../event/json'
import { append } from '../event/lists'
import type { Document } from '../store/document'
import type { Journal } from '../store/journal'
import type { Store } from '../store/store'
import type { Keeper } from '../sync/task'
import { Replica, observe } from '../sync/replica'
import type { Stored } from '../sync/replica'
import { logDefect } from './defect'
import { CalSyncError } from './errors'
import { Lock } from './lock'
import type { Surroundings } from './surroundings'

/** What is kept beside the replica: small, and written after it. */
type Position = {
  readonly identity: string
  readonly name: string
  readonly provider: string
  /** Names one rebuilding of the replica. */
  readonly epoch: string
  /** Where the next read goes on. */
  readonly position: Json | null
  /** Whether the replica rests on a complete read. */
  readonly complete: boolean
  /** How much was seen of each event, by `SEES`; missing before that was counted. */
  readonly sees?: number
  /** How far the replica had come by then; one that has not is not the one that was read. */
  readonly seq?: number
  /** When a server that does not say who may write refused to let us. */
  readonly refusedAt?: number
}

/**
 * How much is seen of an event; one more each time that it becomes more, so that what an older version has seen is looked
 * at once more. 2: what its owner has declined.
 */
const SEES = 2

/** How long a refusal is taken to hold, where nothing else tells who may write. */
const REFUSED_FOR = 24 * 3600 * 1000

/** What one read brought. */
export type ReadResult = {
  readonly kind: 'full' | 'incremental'
  readonly changed: readonly Stored[]
  /** Live events after it. */
  readonly total: number
  /** The replica's seq before it. */
  readonly before: number
}

/** One calendar in this process: its replica, where its next read goes on, and, once connected, its server. */
export class CalendarState {
  private readonly lock = new Lock()
  private connected: Calendar | undefined
  /** What was observed and is not on disk yet. */
  private readonly unsaved = new Map<string, Stored>()

  private constructor(
    readonly identity: string,
    private readonly around: Surroundings,
    private readonly journal: Journal<Stored>,
    private readonly document: Document<Position>,
    readonly replica: Replica,
  ) {}

  /** Opens what is known of a calendar. Rejects as the store does. */
  static async open(identity: string, store: Store, around: Surroundings): Promise<CalendarState> {
    const folder = ['calendars', hashJson(identity)]
    const journal = await store.journal<Stored>([...folder, 'replica'], { version: 1 })
    const epoch = hashJson([identity, around.now(), around.random()])
    const initial = { identity, name: '', provider: '', epoch, position: null, complete: false }
    const document = await store.document<Position>([...folder, 'position'], { version: 1, initial })
    const stored = new Replica(document.value.epoch, new Map(journal.entries), document.value.seq)
    const isLost = journal.damaged !== null || stored.seq < (document.value.seq ?? 0)
    if (isLost && document.value.complete) await document.write(initial)
    const replica = isLost ? new Replica(document.value.epoch, stored.entries) : stored
    const old = replica.prune(around.now())
    if (old.length > 0) await journal.put(old.map((key) => ({ key, deleted: true })))
    return new CalendarState(identity, around, journal, document, replica)
  }

  /** Gives it the server that it lives on, as an account reaches it. */
  connect(calendar: Calendar): void {
    this.connected = calendar
  }

  get calendar(): Calendar {
    const { connected, info } = this
    if (connected && info) {
      return connected.info === info ? connected : (Object.create(connected, { info: { value: info } }) as Calendar)
    }
    throw new CalSyncError('not-connected', `The calendar ${this.name} was not opened yet.`, 'not connected')
  }

  /** What is known of it; it counts as read-only for a day where a server that does not say so refuses to let us write. */
  get info(): CalendarInfo | undefined {
    const info = this.connected?.info
    const { refusedAt } = this.document.value
    const isRefused = refusedAt !== undefined && Math.abs(this.around.now() - refusedAt) < REFUSED_FOR
    return info?.hidesPermission && isRefused ? { ...info, writable: false } : info
  }

  /** The server refuses to let us write. Where it does not say who may, that is remembered. */
  async noteReadOnly(): Promise<void> {
    if (!this.connected?.info.hidesPermission) return
    await this.document.update((value) => ({ ...value, refusedAt: this.around.now() }))
  }

  get name(): string {
    return this.connected?.info.name ?? (this.document.value.name || this.identity)
  }

  get provider(): string {
    return this.connected?.info.provider ?? this.document.value.provider
  }

  /** Whether the replica rests on a complete read. */
  get isComplete(): boolean {
    return this.document.value.complete
  }

  get total(): number {
    let live = 0
    for (const { is } of this.replica.entries.values()) if (is !== 'gone') live += 1
    return live
  }

  /** What may carry operations out here. */
  get keeper(): Keeper {
    return {
      calendar: this.calendar,
      replica: this.replica,
      exclusive: (job) => this.lock.run(job),
      readNews: async (signal) => {
        await this.readInside(false, signal)
      },
      hold: (stored) => this.hold(stored),
      save: () => this.save(),
    }
  }

  /**
   * Brings the replica up to date: what changed, or everything if it was never read, the position has become invalid,
   * or `full` says so. A forced full read takes what changed first, so that it swallows no deletion.
   */
  read(full: boolean, signal: AbortSignal): Promise<ReadResult> {
    return this.lock.run(() => this.readInside(full, signal))
  }

  /** `read`, while the lock is held. */
  private async readInside(full: boolean, signal: AbortSignal): Promise<ReadResult> {
    const { calendar, replica } = this
    const before = replica.seq
    const changed: Stored[] = []
    const read = await this.readInto(replica, full, signal, (news) => {
      news.forEach((stored) => this.hold(stored)) // at once: what is in the replica is no news to a later read
      append(changed, news)
    })
    await this.save() // first the replica, then its position: a crash in between only reads the same again
    const { identity, name, provider } = calendar.info
    const complete = read.kind === 'full' || this.isComplete
    const { epoch, seq } = replica
    const { refusedAt } = this.document.value
    const refused = refusedAt === undefined ? {} : { refusedAt }
    await this.document.write({
      identity,
      name,
      provider,
      epoch,
      position: read.position,
      complete,
      seq,
      sees: SEES,
      ...refused,
    })
    return { kind: read.kind, changed, total: this.total, before }
  }

  /** Reads what changed, or everything; what was seen by a version that saw less of it is looked at once more. */
  private async readInto(
    replica: Replica,
    full: boolean,
    signal: AbortSignal,
    tell: (news: readonly Stored[]) => void = () => undefined,
  ): Promise<Read> {
    const { position, sees = 1 } = this.document.value
    const anew = sees < SEES && replica.entries.size > 0
    const take = async (from: Json | null, again: boolean): Promise<Read> => {
      const read = await this.calendar.read(from, replica.entries, signal, replica.writtenSince(), again)
      tell(observe(replica, read, this.around.now(), from !== null && read.kind === 'full'))
      return read
    }
    const all = full || anew
    if (all && position !== null) await take(position, false)
    return take(all ? null : position, anew)
  }

  private hold(stored: Stored): void {
    if (stored.is === 'unread' && stored.defect !== undefined) {
      const { uid: event, defect: stack } = stored
      logDefect(this.around, { message: `${event} could not be read.`, stack, event, calendar: this.name })
    }
    this.unsaved.set(stored.id, stored)
  }

  /** What a read would bring, without keeping any of it. */
  async peek(signal: AbortSignal): Promise<{ readonly replica: Replica; readonly isComplete: boolean }> {
    const replica = new Replica(this.replica.epoch, new Map(this.replica.entries), this.replica.readTo)
    const read = await this.readInto(replica, false, signal)
    return { replica, isComplete: read.kind === 'full' || this.isComplete }
  }

  /** Makes durable what was observed and is not yet. */
  async save(): Promise<void> {
    const batch = [...this.unsaved.values()]
    if (batch.length === 0) return
    await this.journal.put(batch.map((value) => ({ key: value.id, value })))
    for (const each of batch) if (this.unsaved.get(each.id) === each) this.unsaved.delete(each.id)
  }
}
