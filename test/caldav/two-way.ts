import assert from 'node:assert/strict'
import { createCaldavProvider } from '../../src/caldav'
import type { Calendar } from '../../src/event/calendar'
import type { Fields } from '../../src/event/event'
import { createGoogleProvider } from '../../src/google/provider'
import { Account } from '../../src/runtime/account'
import { CalendarAccess, Engine } from '../../src/runtime/engine'
import type { Report } from '../../src/runtime/report'
import type { Fetch } from '../../src/transport/fetch'
import { realSleep } from '../../src/transport/real-sleep'
import { secondClient } from '../contract/caldav-world'
import { appUser } from '../contract/google-world'
import { NO_END, readAll, said } from '../contract/reader'
import type { OtherUser } from '../contract/world'
import { Flow } from '../engine/flow'
import { GoogleSimulator, LOGIN } from '../simulators/google/simulator'
import { MemoryDisk } from '../store/memory-disk'
import { Random } from '../sync/random'
import type { RealServer } from './real-server'

const GOOGLE = { apiUrl: 'http://google/', tokenUrl: 'http://google/token' }

/** Called with each request to the real server: what is sent instead, and whether its answer is lost. */
export type Meddle = (method: string, body: string) => { readonly body?: string; readonly loseAnswer?: boolean }

/** The engine between a simulated Google calendar (left) and a new one on a real CalDAV server (right). */
export class TwoWay {
  /** The owners of the two calendars in their apps. */
  readonly google: OtherUser
  readonly caldav: OtherUser
  meddle: Meddle = () => ({})
  private readonly flow: Flow
  private count = 0

  static async start(server: RealServer): Promise<TwoWay> {
    const simulator = new GoogleSimulator({ now: Date.now })
    const google = await createGoogleProvider(
      { ...GOOGLE, credentials: LOGIN },
      { fetch: simulator.fetch, now: Date.now },
    )
    const caldav = await createCaldavProvider(server.config, {
      fetch,
      now: Date.now,
      sleep: () => Promise.resolve(),
      localZone: 'Europe/Berlin',
      random: Math.random,
    })
    const left = await google.open('primary', NO_END)
    const right = await caldav.open(await server.newCalendar(), NO_END)
    return new TwoWay(server, simulator, { left, right })
  }

  /** @param calendars as they are past the engine */
  private constructor(
    private readonly server: RealServer,
    readonly simulator: GoogleSimulator,
    readonly calendars: { readonly left: Calendar; readonly right: Calendar },
  ) {
    const { id } = calendars.right.info
    this.google = appUser(simulator.user)
    this.caldav = secondClient({ config: server.config, fetch, now: Date.now, path: id })
    const random = new Random(1)
    const engine = new Engine({
      version: '0.0.0',
      root: '/data/calsync',
      disk: new MemoryDisk(),
      fetch: this.fetch,
      now: Date.now,
      sleep: (ms, signal) => realSleep(ms < 30_000 ? ms / 50 : ms, signal), // no time-out, but short waits
      random: () => random.next(),
      pause: () => new Promise((resolve) => void setImmediate(resolve)),
      localZone: 'Europe/Berlin',
      warn: (message) => assert.fail(message),
    })
    const access = (type: string, settings: Record<string, string>, calendarId: string): CalendarAccess =>
      new CalendarAccess(type, engine, new Account(type, settings, engine.around), type, calendarId, type)
    const { clientId, clientSecret, refreshToken } = LOGIN
    const google = access('google', { ...GOOGLE, clientId, clientSecret, refreshToken }, this.simulator.account)
    this.flow = new Flow(engine, { left: google, right: access('icloud', server.config, id) }, {}, (_, ops, handOn) => {
      handOn(ops)
    })
  }

  /** Triggers both sources; the report of the run, in which nothing went wrong. */
  async sync(msg: { fullSync?: boolean } = {}): Promise<Report> {
    const { report, errors } = await this.trySync(msg)
    if (errors[0]) throw errors[0]
    return report
  }

  /** The same where something may go wrong. */
  async trySync(msg: { fullSync?: boolean } = {}): Promise<{ report: Report; errors: Error[] }> {
    const { reports, errors } = this.flow
    const before = reports.length
    await this.flow.sync({ _msgid: `message-${++this.count}`, ...msg })
    assert.equal(reports.length, before + 1)
    return { report: reports.at(-1)!, errors: errors.splice(0) }
  }

  /** Asserts that both calendars hold these events and no others. */
  async assertBothHold(...expected: readonly Fields[]): Promise<void> {
    for (const calendar of [this.calendars.left, this.calendars.right]) {
      const held = (await readAll(calendar)).map(({ fields }) => this.shared(fields))
      assert.deepEqual(sorted(held), sorted(expected.map((fields) => this.shared(fields))), calendar.info.name)
    }
  }

  async close(): Promise<void> {
    this.flow.close()
    assert.equal(this.simulator.mails, 0)
    await this.server.removeCalendar(this.calendars.right.info.id)
  }

  /** What both calendars can hold of an event. */
  private readonly shared = (fields: Fields) => {
    const { left, right } = this.calendars
    return said(right, said(left, fields))
  }

  private readonly fetch: Fetch = async (input, init) => {
    const request = new Request(input, init)
    if (request.url.startsWith(GOOGLE.apiUrl)) return this.simulator.fetch(input, init)
    const { body, loseAnswer = false } = this.meddle(request.method, await request.text())
    const response = await fetch(input, body === undefined ? init : { ...init, body })
    if (!loseAnswer) return response
    await response.text()
    throw new TypeError('fetch failed')
  }
}

const sorted = (events: readonly object[]): string[] =>
  events
    .map((event) =>
      JSON.stringify(
        Object.entries(event).sort(([a], [b]) => (a < b ? -1 : 1)),
        null,
        1,
      ),
    )
    .sort()
