import { cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OperationMessage } from '../../src/runtime/operation-message'
import type { Report } from '../../src/runtime/report'
import type { Message, NodeStatus } from '../../src/runtime/node-red'
import { CaldavServer } from '../simulators/caldav'
import { serveCaldav } from '../simulators/caldav/over-http'
import type { GoogleEvent } from '../simulators/google'
import { GoogleSimulator, serveOverHttp as serveGoogle } from '../simulators/google'
import { CREDENTIALS, ID, PASSWORD, usualFlow } from './wiring'
import type { FlowNode, Name, Wish } from './wiring'

type TestNode = {
  receive(msg: object): void
  send(msg: object): void
  on(event: string, listener: (value: never) => void): void
}
type Helper = {
  init(runtime: string, settings: object): void
  startServer(): Promise<void>
  stopServer(done: () => void): void
  load(nodes: unknown[], flow: object[], credentials: object): Promise<void>
  unload(): Promise<void>
  getNode(id: string): TestNode | null
}

const load = createRequire(__filename)
const helper = load('node-red-node-test-helper') as Helper
const NODES = [
  'calsync-google-account',
  'calsync-icloud-account',
  'calsync-calendar',
  'calendar-source',
  'calsync-reconcile',
  'calendar-sink',
]
const CORE = [
  'common/24-complete.js',
  'common/25-catch.js',
  'common/91-global-config.js',
  'function/10-function.js',
  'network/21-httpin.js',
]

/** A message that a node got. */
export type Got = Message & { payload: unknown }

/** A flow in Node-RED's runtime between two simulated accounts on loopback. */
export class Flow {
  readonly google: GoogleSimulator
  readonly icloud: CaldavServer
  /** Every message that each node got since the flow was loaded. */
  readonly got = new Map<Name, Got[]>()
  /** Every text that each node has shown. */
  readonly shown = new Map<Name, string[]>()
  userDir = ''
  /** How far the clocks of both servers are ahead of ours, in milliseconds. */
  ahead = 0
  private closers: (() => Promise<unknown>)[] = []
  private readonly listeners: { name: Name; hear: (msg: Got) => void }[] = []
  private urls: [string, string] = ['', '']
  private wish: Wish = {}
  private credentials: Record<string, object> = CREDENTIALS
  private count = 0
  private isLoaded = false
  private httpNode: RequestListener | undefined

  constructor() {
    const now = (): number => Date.now() + this.ahead
    this.google = new GoogleSimulator({ now })
    this.icloud = new CaldavServer({ clock: now, username: 'anna', password: PASSWORD })
  }

  /** Starts both servers and Node-RED with the flow. */
  async start(wish: Wish = {}, credentials: Record<string, object> = {}): Promise<this> {
    const google = await serveGoogle(this.google.fetch)
    const icloud = await serveCaldav(this.icloud)
    this.closers = [() => google.close(), () => icloud.close()]
    this.urls = [google.url, icloud.url]
    this.credentials = { ...CREDENTIALS, ...credentials }
    await this.newUserDir()
    await helper.startServer()
    await this.deploy(wish)
    return this
  }

  /** Loads the flow, again if it was there: with other wishes, or as before. */
  async deploy(wish?: Wish): Promise<void> {
    if (wish) this.wish = wish
    if (this.isLoaded) await this.undeploy()
    const own = NODES.map((name) => load(`../../nodes/${name}/${name}.ts`) as unknown)
    const core = CORE.map((file) => load(`@node-red/nodes/core/${file}`) as unknown)
    const spy = (RED: { httpNode: RequestListener }): void => void (this.httpNode = RED.httpNode)
    const flow = usualFlow(...this.urls, this.icloud.calendar.path, this.wish)
    await helper.load([...own, ...core, spy], flow, this.credentials)
    this.isLoaded = true
    this.listen(flow)
  }

  /** Ends the flow's nodes, as a deploy does before it starts the new ones. */
  async undeploy(): Promise<void> {
    this.isLoaded = false
    await helper.unload()
  }

  /** Another process over the same state on disk: nothing is left in memory. */
  async restart(wish?: Wish): Promise<void> {
    if (this.isLoaded) await this.undeploy()
    const before = this.userDir
    await this.newUserDir(before)
    await this.deploy(wish)
  }

  async stop(): Promise<void> {
    if (this.isLoaded) await this.undeploy()
    await new Promise<void>((resolve) => helper.stopServer(resolve))
    for (const close of this.closers) await close()
    this.closers = []
  }

  /** Changes the accounts' credentials from the next deploy on. */
  useCredentials(credentials: Record<string, object>): void {
    this.credentials = { ...this.credentials, ...credentials }
  }

  /** Where the simulated Google is. */
  googleAddresses(): { apiUrl: string; tokenUrl: string } {
    const [url] = this.urls
    return { apiUrl: url, tokenUrl: `${url}token` }
  }

  node(name: Name): TestNode {
    const node = helper.getNode(ID[name])
    if (!node) throw new Error(`the flow has no node ${name}`)
    return node
  }

  /** The messages that a node got so far. */
  heard(name: Name): readonly Got[] {
    return this.got.get(name) ?? []
  }

  /** The next message that a node gets, which is to be `like` something. */
  next(name: Name, like: (msg: Got) => boolean = () => true): Promise<Got> {
    return new Promise((resolve) => {
      const listener = {
        name,
        hear: (msg: Got): void => {
          if (!like(msg)) return
          this.listeners.splice(this.listeners.indexOf(listener), 1)
          resolve(msg)
        },
      }
      this.listeners.push(listener)
    })
  }

  /** Hands a message to a node, and waits for what another one gets. */
  async ask(name: Name, msg: object, answer: Name): Promise<Got> {
    const asked = { _msgid: `asked${(this.count += 1)}`, ...msg }
    // What an earlier message set off may be on its way yet.
    const answered = this.next(answer, ({ _msgid }) => _msgid === asked._msgid)
    this.node(name).receive(asked)
    return answered
  }

  /** A report that follows from something. */
  async report(cause: () => unknown): Promise<Report> {
    const report = this.next('report', ({ topic }) => topic === 'report')
    await cause()
    return (await report).payload as Report
  }

  /** Triggers both sources with one message, and waits for the report. */
  sync(msg: object = {}): Promise<Report> {
    const trigger = { _msgid: `trigger${(this.count += 1)}`, ...msg }
    return this.report(() => {
      this.node('googleSource').receive({ ...trigger })
      this.node('icloudSource').receive({ ...trigger })
    })
  }

  /** The operations that the last message to a side holds. */
  operations(name: 'toGoogle' | 'toIcloud'): OperationMessage[] {
    return (this.heard(name).at(-1)?.payload ?? []) as OperationMessage[]
  }

  /** The live Google event, series or occurrence with this title. */
  inGoogle(summary: string): GoogleEvent {
    const found = this.google.user.events().find((event) => event.summary === summary)
    if (!found) throw new Error(`Google has no "${summary}", only ${this.titles().google.join(', ')}`)
    return found
  }

  /** The iCloud resource in whose text this title stands. */
  inIcloud(summary: string): { path: string; text: string } {
    for (const [name, { text }] of this.icloud.calendar.members) {
      if (unfolded(text).includes(`SUMMARY:${summary}\r\n`)) {
        return { path: this.icloud.calendar.path + name, text: unfolded(text) }
      }
    }
    throw new Error(`iCloud has no "${summary}", only ${this.titles().icloud.join(', ')}`)
  }

  /** The titles that each calendar holds, sorted. */
  titles(): { google: string[]; icloud: string[] } {
    const google = this.google.user.events().map(({ summary }) => summary ?? '')
    const icloud = [...this.icloud.calendar.members.values()].flatMap(({ text }) =>
      [...unfolded(text).matchAll(/^SUMMARY:(.*)\r$/gm)].map((match) => match[1] ?? ''),
    )
    return { google: google.sort(), icloud: icloud.sort() }
  }

  /** Requests to the calendars since this was called last; logins apart. */
  takeRequests(): { google: string[]; icloud: string[] } {
    const icloud = this.icloud.log.splice(0).map(({ method, path }) => `${method} ${path}`)
    return { google: this.google.takeRequests(), icloud }
  }

  /** Those of them that write. */
  takeWrites(): string[] {
    const { google, icloud } = this.takeRequests()
    return [...google, ...icloud].filter((request) => !/^(GET|PROPFIND|REPORT|OPTIONS) /.test(request))
  }

  /** Asks an `http in` node of the flow. */
  async http(path: string): Promise<{ status: number; body: unknown }> {
    const server = createServer((request, response) => this.httpNode?.(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
      return { status: response.status, body: await response.json() }
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }

  /** Node-RED has no user directory from the next deploy on. */
  withoutUserDir(): void {
    helper.init(load.resolve('node-red'), {})
  }

  private async newUserDir(copyOf?: string): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'calsync-flow-'))
    this.closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
    // A run that a deploy ended may still be writing down that it was: its temporary files come and go.
    const filter = (path: string): boolean => !path.endsWith('.tmp')
    if (copyOf !== undefined) await cp(copyOf, folder, { recursive: true, filter })
    this.userDir = folder
    helper.init(load.resolve('node-red'), { userDir: folder })
  }

  private listen(flow: readonly FlowNode[]): void {
    for (const name of Object.keys(ID) as Name[]) {
      this.got.set(name, [])
      this.shown.set(name, [])
      if (!flow.some(({ id, type }) => id === ID[name] && type !== 'tab')) continue
      const node = this.node(name)
      node.on('input', (msg: Got) => {
        const kept = { ...msg, payload: copyOf(msg.payload) } // the node may change its own
        this.got.get(name)?.push(kept)
        for (const listener of this.listeners.filter((each) => each.name === name)) listener.hear(kept)
      })
      node.on('call:status', (call: { args: [NodeStatus] }) => {
        const [{ text }] = call.args
        if (text !== undefined) this.shown.get(name)?.push(text)
      })
    }
  }
}

/** What can't be copied is kept as it is. */
function copyOf(payload: unknown): unknown {
  try {
    return structuredClone(payload)
  } catch {
    return payload
  }
}

const unfolded = (text: string): string => text.replaceAll(/\r\n[ \t]/g, '')

export { ID }
export type { FlowNode, Name, OperationMessage, Report, Wish }
