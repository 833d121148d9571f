import type { CalendarInfo } from '../event/calendar'
import { hashJson } from '../event/json'
import { openStore } from '../store/store'
import type { Store } from '../store/store'
import type { Account } from './account'
import { CalendarState } from './calendar-state'
import { CalSyncError } from './errors'
import type { HealthFile, KeptHealth } from './health'
import type { WatchLogin } from './login-health'
import { Metrics } from './metrics'
import { Neighbours } from './neighbours'
import { PairState } from './pair-state'
import type { Preview } from './preview'
import type { Run } from './run'
import type { Surroundings } from './surroundings'

/** Everything that is shared by the nodes of one user directory: calendars, pairs, and the runs under way. */
export class Engine {
  readonly runs = new Map<string, Run>()
  readonly metrics = new Metrics()
  /** What the next run of each reconcile node would do, by the node's id. */
  readonly previews = new Map<string, () => Promise<Preview>>()
  readonly neighbours = new Neighbours()
  private readonly store: Store
  private readonly calendars = new Map<string, Promise<CalendarState>>()
  private readonly pairs = new Map<string, Promise<PairState>>()
  /** Calendars whose pairs were looked for on disk. */
  private readonly lookedUp = new Map<string, Promise<void>>()

  constructor(readonly around: Surroundings) {
    const { disk, root, now, pause, warn } = around
    this.store = openStore({ disk, root, now, pause, warn: (trouble) => warn(trouble.message) })
  }

  /** What is known of a calendar. Rejects as the store does; another call tries again. */
  calendar(identity: string): Promise<CalendarState> {
    return once(this.calendars, identity, () => CalendarState.open(identity, this.store, this.around))
  }

  /** What is known of a pair, in whichever order its two calendars are named. */
  async pair(identities: readonly [string, string]): Promise<PairState> {
    const [left, right] = [...identities].sort()
    if (left === undefined || right === undefined || left === right) {
      throw new CalSyncError(
        'config',
        'Left and right are the same calendar: choose two different ones.',
        'same calendar',
      )
    }
    const id = PairState.idOf({ left, right })
    const calendars = { left: await this.calendar(left), right: await this.calendar(right) }
    return once(this.pairs, id, () => PairState.open(calendars, this.store, this.around))
  }

  /** A pair that was synced before, here or before a restart; undefined for any other two names. */
  async knownPair([left, right]: readonly [string, string]): Promise<PairState | undefined> {
    const id = PairState.idOf({ left, right })
    const isKnown = this.pairs.has(id) || (await this.store.list(['pairs'])).includes(id)
    return isKnown ? this.pair([left, right]) : undefined
  }

  /** The pairs that a calendar is part of, also those that no run of this process has used yet. */
  async pairsWith(identity: string): Promise<PairState[]> {
    await once(this.lookedUp, identity, () => this.lookUpPairs(identity))
    const pairs = await Promise.all(this.pairs.values())
    return pairs.filter((pair) => pair.sideOf(identity) !== undefined)
  }

  private async lookUpPairs(identity: string): Promise<void> {
    for (const id of await this.store.list(['pairs'])) {
      const identities = await PairState.identitiesOf(id, this.store)
      if (identities?.includes(identity)) await this.pair(identities)
    }
  }

  /** Where a reconcile node's health is kept: it has to be known before any calendar can be reached. */
  async health(nodeId: string): Promise<HealthFile> {
    const path = ['health', hashJson(nodeId)]
    return this.store.document<KeptHealth | null>(path, { version: 1, initial: null })
  }

  /** A name that is not used twice. */
  newId(): string {
    return Math.floor(this.around.random() * 2 ** 52).toString(36) + this.around.now().toString(36)
  }

  close(): Promise<void> {
    return this.store.close()
  }
}

/** One object a key; a failure is forgotten, so that the next call tries again. */
function once<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = map.get(key)
  if (known) return known
  const made = make().catch((error: unknown) => {
    map.delete(key)
    throw error
  })
  map.set(key, made)
  return made
}

/** How long a calendar that nobody may write is taken to be so before its server is asked again. */
const READ_ONLY_FOR = 15 * 60_000
/** After these the server is asked anew what the calendar is, and what may be done there. */
const OUTDATED = ['calsync.read-only', 'calsync.calendar-not-found']

/** A calendar as a node names it: an account, and an id there. */
export class CalendarAccess {
  private opening: Promise<CalendarState> | undefined
  private readonly partners = new Set<CalendarAccess>()
  private opened: { readonly state: CalendarState; readonly at: number } | undefined

  /** @param nodeId of the config node, by which a read that failed before the calendar was known is recognised */
  constructor(
    readonly nodeId: string,
    private readonly engine: Engine,
    private readonly account: Account | undefined,
    /** `accountType` of the node. */
    readonly provider: string,
    readonly calendarId: string,
    readonly label: string,
  ) {}

  /**
   * Finds the calendar on its server, once for all nodes that name it; so none of them can stop it. Rejects with what
   * is wrong; another call tries again.
   */
  async open(): Promise<CalendarState> {
    this.engine.around.throwIfLost?.()
    const state = await this.reach()
    await this.assumeZone(state)
    return state
  }

  /**
   * Names a calendar that this one is synced with: times that name no zone are read in its zone, if this one has none.
   *
   * @param signal ends it
   */
  pairWith(other: CalendarAccess, signal: AbortSignal): void {
    this.partners.add(other)
    signal.addEventListener('abort', () => this.partners.delete(other), { once: true })
  }

  private async assumeZone({ calendar }: CalendarState): Promise<void> {
    if (calendar.info.timeZone !== undefined) return
    for (const partner of this.partners) {
      const state = await partner.reach().catch(() => undefined) // its own nodes tell why it can't be reached
      const timeZone = state?.info?.timeZone
      if (timeZone !== undefined) return calendar.assume?.(timeZone)
    }
  }

  private reach(): Promise<CalendarState> {
    if (this.opened && this.opened.state.info?.writable === false && this.isOld(this.opened.at)) this.renew()
    this.opening ??= this.connect().catch((error: unknown) => {
      this.opening = undefined
      throw error
    })
    return this.opening
  }

  /** What the calendar turned out to be, if it was ever reached. */
  get known(): CalendarState | undefined {
    return this.opened?.state
  }

  /** The calendar's name, or the node's as long as it is not known. */
  get name(): string {
    return this.known?.name ?? this.label
  }

  /** The next `open` asks the server again. */
  renew(): void {
    this.opening = undefined
  }

  /** Hears of what a request to it failed with. */
  failed(code: string): void {
    if (OUTDATED.includes(code)) this.renew()
  }

  private isOld(at: number): boolean {
    return Math.abs(this.engine.around.now() - at) >= READ_ONLY_FOR
  }

  /** All calendars of the account. */
  async list(signal: AbortSignal): Promise<readonly CalendarInfo[]> {
    return (await this.connection()).listCalendars(signal)
  }

  /** Shows whether the account's login works, from now on. */
  readonly watchLogin: WatchLogin = (show, signal) => this.account?.login.watch(show, signal)

  private async connect(): Promise<CalendarState> {
    if (this.provider === '') {
      const message = 'No calendar is chosen, or its node is disabled: choose one in this node.'
      throw new CalSyncError('config', message, 'no calendar')
    }
    if (this.calendarId === '' || /^\$\{.+\}$/.test(this.calendarId)) {
      const what = this.calendarId === '' ? 'is missing' : `is ${this.calendarId}, which is not set in the environment`
      throw new CalSyncError('config', `The calendar id of "${this.label}" ${what}.`, 'no calendar id')
    }
    const calendar = await (await this.connection()).open(this.calendarId, new AbortController().signal)
    const state = await this.engine.calendar(calendar.info.identity)
    state.connect(calendar)
    this.opened = { state, at: this.engine.around.now() }
    return state
  }

  /** The account that it belongs to, for what concerns all of it. */
  connection(): ReturnType<Account['provider']> {
    if (this.account) return this.account.provider()
    const message = `The calendar "${this.label}" has no account, or its account is disabled: choose one in its node.`
    return Promise.reject(new CalSyncError('config', message, 'no account'))
  }
}
