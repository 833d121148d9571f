import { hashJson } from '../event/json'
import type { Document } from '../store/document'
import type { Journal } from '../store/journal'
import type { Store } from '../store/store'
import { Agreement, idOn } from '../sync/agreement'
import type { PairKeeper } from '../sync/task'
import type { Now } from '../sync/entry'
import { find } from '../sync/find'
import { restoredOn } from '../sync/restored'
import type { Both, Compared, Entry, Live, Millis, ShowsDeclined, Side, Uid } from '../sync/model'
import { SIDES, both } from '../sync/model'
import type { CalendarState } from './calendar-state'
import { Lock } from './lock'
import { PairPast } from './pair-past'
import type { Surroundings } from './surroundings'

const DAY = 24 * 3600 * 1000

/** What is kept beside the agreement: small, written when a run has ended. */
type Progress = {
  readonly calendars: Both<{ readonly identity: string; readonly name: string }>
  readonly compared?: Compared
  /** How many entries the agreement had by then; one with fewer may have lost some. */
  readonly entries?: number
  /** When something was deleted, to each side, in the last 24 hours. */
  readonly deleted: Both<readonly Millis[]>
  /** The run that has begun; still there after a crash. */
  readonly running?: string
}

/**
 * Two calendars in this process, and what they agreed on. It is shared by all that compare these two; its sides are the
 * two calendars sorted by identity, whatever a node calls left and right.
 */
export class PairState implements PairKeeper {
  /** One run at a time. */
  readonly lock = new Lock()
  readonly agreement: Agreement
  /** Events whose entries on disk are not what the agreement has. */
  private readonly unsaved = new Set<Uid>()
  private readonly saving = new Lock()
  private late = 0

  private constructor(
    readonly id: string,
    readonly calendars: Both<CalendarState>,
    private readonly around: Surroundings,
    private readonly journal: Journal<Entry>,
    private readonly progress: Document<Progress>,
    /** How its runs went, and what was lost in them. */
    readonly past: PairPast,
  ) {
    this.agreement = new Agreement(new Map(journal.entries), progress.value.compared)
  }

  /** The name of a pair follows from its two calendars. */
  static idOf(identities: Both<string>): string {
    return hashJson([identities.left, identities.right].sort())
  }

  /** The two calendars of a pair on disk, sorted; undefined if the folder is none of ours. */
  static async identitiesOf(id: string, store: Store): Promise<readonly [string, string] | undefined> {
    const names = await store.list(/^[0-9a-z]+$/.test(id) ? ['pairs', id] : [])
    if (!names.includes('progress.json')) return undefined
    const nobody = { identity: '', name: '' }
    const { calendars } = (await openProgress(id, store, { left: nobody, right: nobody })).value
    return [calendars.left.identity, calendars.right.identity]
  }

  /** @param calendars sorted by identity */
  static async open(calendars: Both<CalendarState>, store: Store, around: Surroundings): Promise<PairState> {
    const id = PairState.idOf(both((side) => calendars[side].identity))
    const folder = ['pairs', id]
    const journal = await store.journal<Entry>([...folder, 'agreement'], { version: 1 })
    const progress = await openProgress(id, store, namesOf(calendars))
    const past = await PairPast.open(folder, store, around)
    const pair = new PairState(id, calendars, around, journal, progress, past)
    await pair.recover(journal.damaged !== null || journal.entries.size < (progress.value.entries ?? 0))
    return pair
  }

  /** After a crash or damage everything is compared again, and the history names the run that was interrupted. */
  private async recover(damaged: boolean): Promise<void> {
    const { running, compared, ...value } = this.progress.value
    const isNamed = SIDES.every((side) => value.calendars[side].identity === this.calendars[side].identity)
    const rest = isNamed ? value : { ...value, calendars: namesOf(this.calendars) }
    if (damaged) this.agreement.compared = undefined
    if (running !== undefined) await this.past.rememberInterrupted(running)
    if (running !== undefined || damaged || !isNamed)
      await this.progress.write({ ...rest, ...(damaged ? {} : { compared }) })
  }

  find(uid: Uid, declined: ShowsDeclined = 'as-free'): Now {
    const { agreement } = this
    const entry = agreement.get(uid)
    return both((side) => {
      const { replica } = this.calendars[side]
      return find(uid, entry && idOn(entry, side), side, replica, agreement, declined).seen
    })
  }

  restored(side: Side, declined: ShowsDeclined): ReadonlyMap<Uid, Live> {
    const replicas = both((each) => this.calendars[each].replica)
    return restoredOn(side, replicas, this.agreement, declined)
  }

  hold(uid: Uid): void {
    this.unsaved.add(uid)
  }

  /**
   * Makes entries durable as the agreement has them, one batch after another: both sinks may be at one event. What the
   * calendars were seen to hold comes first, so that no entry is ever ahead of it.
   */
  save(): Promise<void> {
    return this.saving.run(async () => {
      const batch = [...this.unsaved].map((uid) => [uid, this.agreement.get(uid)] as const)
      await Promise.all(SIDES.map((side) => this.calendars[side].save()))
      if (batch.length === 0) return
      await this.journal.put(batch.map(([key, value]) => (value ? { key, value } : { key, deleted: true as const })))
      for (const [uid, entry] of batch) if (this.agreement.get(uid) === entry) this.unsaved.delete(uid)
    })
  }

  /** Sets entries and makes them durable. */
  async put(changes: ReadonlyMap<Uid, Entry | undefined>): Promise<void> {
    for (const [uid, entry] of changes) {
      if (entry) this.agreement.set(entry)
      else this.agreement.delete(uid)
      this.hold(uid)
    }
    await this.save()
  }

  async begin(run: string): Promise<void> {
    await this.progress.update((value) => ({ ...value, running: run }))
  }

  /** Notes how far both were compared, and that no run is under way; what was compared is on disk by then. */
  async end(compared: Compared): Promise<void> {
    await this.save()
    this.agreement.compared = compared
    await this.progress.update(({ running: _running, ...value }) => ({
      ...value,
      compared,
      entries: this.agreement.entries.size,
    }))
  }

  /** The history names a run that a deploy ended. */
  async interrupted(run: string): Promise<void> {
    await this.past.rememberInterrupted(run)
    await this.progress.update(({ running: _running, ...value }) => value)
  }

  /** Counts an operation that was carried out when its run had ended. */
  countLate(): void {
    this.late += 1
  }

  /** How many there were since this was asked last. */
  takeLate(): number {
    const { late } = this
    this.late = 0
    return late
  }

  /** A run over some events has ended. */
  async ended(): Promise<void> {
    await this.progress.update(({ running: _running, ...value }) => value)
  }

  deletedLately(): Both<number> {
    const { deleted } = this.progress.value
    return both((side) => deleted[side].filter((at) => this.isLately(at)).length)
  }

  /** Within the last 24 hours; what a clock that was set back puts far into the future is not. */
  private isLately(at: Millis): boolean {
    return Math.abs(this.around.now() - at) < DAY
  }

  async noteDeletions(to: Side, count: number): Promise<void> {
    if (count === 0) return
    const now = this.around.now()
    await this.progress.update((value) => {
      const recent = both((side) => value.deleted[side].filter((at) => this.isLately(at)))
      return { ...value, deleted: { ...recent, [to]: [...recent[to], ...Array.from({ length: count }, () => now)] } }
    })
  }

  /** The versions that were kept, oldest first. */
  lostVersions(): ReturnType<PairPast['lostVersions']> {
    return this.past.lostVersions()
  }

  /** Drops the agreement; nothing is deleted anywhere, and the next run pairs anew. @returns how many pairs it held */
  async reset(): Promise<number> {
    const { paired } = this.agreement
    this.unsaved.clear()
    await this.journal.clear()
    for (const uid of [...this.agreement.entries.keys()]) this.agreement.delete(uid)
    this.agreement.compared = undefined
    await this.progress.update(({ compared: _compared, ...value }) => value)
    return paired
  }

  /** What a calendar of the pair is called, by its identity. */
  nameOf(identity: string): string {
    const side = this.sideOf(identity)
    return side ? this.calendars[side].name : identity
  }

  /** The pair's name for a calendar. */
  sideOf(identity: string): Side | undefined {
    return SIDES.find((side) => this.calendars[side].identity === identity)
  }
}

const namesOf = (calendars: Both<CalendarState>): Progress['calendars'] =>
  both((side) => ({ identity: calendars[side].identity, name: calendars[side].name }))

function openProgress(id: string, store: Store, calendars: Progress['calendars']): Promise<Document<Progress>> {
  const initial = { calendars, deleted: { left: [], right: [] } }
  return store.document<Progress>(['pairs', id, 'progress'], { version: 1, initial })
}
