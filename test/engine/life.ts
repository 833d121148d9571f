import { Account } from '../../src/runtime/account'
import { CalendarAccess, Engine } from '../../src/runtime/engine'
import type { PairState } from '../../src/runtime/pair-state'
import type { Snapshot } from '../store/memory-disk'
import type { SimulatedTime } from '../transport/simulated-time'
import { MortalDisk, never } from './mortal-disk'

export const ROOT = '/data/calsync'

/** What a life of the process lives on. */
export type Around = {
  readonly time: SimulatedTime
  readonly random: () => number
  /** @param isAlive whether the process that asks still is: an answer to it may come too late */
  readonly fetch: (
    input: string | URL | Request,
    init: RequestInit | undefined,
    isAlive: () => boolean,
  ) => Promise<Response>
  readonly accounts: { readonly google: Record<string, string>; readonly icloud: Record<string, string> }
  readonly calendarIds: { readonly google: string; readonly icloud: string }
}

/** One life of the process: from a start on what the disk holds to a crash. */
export class Life {
  readonly disk: MortalDisk
  readonly engine: Engine
  access: { readonly google: CalendarAccess; readonly icloud: CalendarAccess }
  readonly warnings: string[] = []
  /** Resolves when the process is no more. */
  readonly died: Promise<void>
  private alive = true
  private end: () => void = () => undefined

  constructor(
    snapshot: Snapshot,
    private readonly around: Around,
  ) {
    this.died = new Promise((resolve) => (this.end = resolve))
    const isAlive = (): boolean => this.alive
    this.disk = new MortalDisk(snapshot, isAlive, () => this.die())
    const { time, random, fetch } = around
    this.engine = new Engine({
      version: '0.0.0',
      root: ROOT,
      disk: this.disk,
      fetch: (input, init) => (this.alive ? fetch(input, init, isAlive) : never()),
      now: time.now,
      sleep: (ms, signal) => (this.alive ? this.whileAlive(time.sleep(ms, signal)) : never()),
      random,
      pause: () => (this.alive ? Promise.resolve() : never()),
      localZone: 'Europe/Berlin',
      warn: (message) => void this.warnings.push(message),
    })
    this.access = { google: this.connect('google'), icloud: this.connect('icloud') }
  }

  get isAlive(): boolean {
    return this.alive
  }

  /** Ends the process between two steps: nothing that it waits for ever comes. */
  die(): void {
    this.alive = false
    this.end()
  }

  /** The accounts' and calendars' nodes are made anew, as by a deploy. */
  connect(provider: 'google' | 'icloud'): CalendarAccess {
    const { accounts, calendarIds } = this.around
    const account = new Account(provider, accounts[provider], this.engine.around)
    return new CalendarAccess(provider, this.engine, account, provider, calendarIds[provider], provider)
  }

  /** What the two calendars agreed on, as this process has it. */
  async pair(): Promise<PairState> {
    const [google, icloud] = await Promise.all([this.access.google.open(), this.access.icloud.open()])
    return this.engine.pair([google.identity, icloud.identity])
  }

  private async whileAlive<T>(work: Promise<T>): Promise<T> {
    const result = await work
    return this.alive ? result : never()
  }
}
