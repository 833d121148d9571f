import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OperationMessage } from '../../src/runtime/operation-message'
import type { Report } from '../../src/runtime/report'
import type { Message } from '../../src/runtime/node-red'
import { CaldavServer } from '../simulators/caldav'
import { serveCaldav } from '../simulators/caldav/over-http'
import { GoogleSimulator, LOGIN, serveOverHttp as serveGoogle } from '../simulators/google'

type TestNode = {
  receive(msg: object): void
  on(event: string, listener: (value: never) => void): void
  removeListener(event: string, listener: (value: never) => void): void
}
type Helper = {
  init(runtime: string, settings: object): void
  startServer(): Promise<void>
  stopServer(done: () => void): void
  load(nodes: unknown[], flow: object[], credentials: object): Promise<void>
  unload(): Promise<void>
  getNode(id: string): TestNode
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
const core = (file: string): unknown => load(`@node-red/nodes/core/${file}`)

/** A message that a node got. */
export type Got = Message & { payload: unknown }
export type Settings = Record<string, unknown>

/** A flow in Node-RED's runtime between two simulated accounts on loopback. */
export class Flow {
  readonly google: GoogleSimulator
  readonly icloud: CaldavServer
  private closers: (() => Promise<void>)[] = []
  private userDir = ''
  private count = 0
  private loaded: [object[], object] = [[], {}]
  clock = Date.UTC(2026, 5, 1, 8)

  constructor() {
    const now = (): number => Date.now()
    this.google = new GoogleSimulator({ now })
    this.icloud = new CaldavServer({ clock: now, username: 'anna', password: 'app-pass-word-xxxx' })
  }

  /** Starts both servers and Node-RED with the flow: two sources, a reconcile node, two sinks, and what `more` adds. */
  async start(settings: Settings = {}, more: object[] = []): Promise<void> {
    const google = await serveGoogle(this.google.fetch)
    const icloud = await serveCaldav(this.icloud)
    this.closers = [() => google.close(), () => icloud.close()]
    this.userDir = await mkdtemp(join(tmpdir(), 'calsync-flow-'))
    helper.init(load.resolve('node-red'), { userDir: this.userDir })
    await helper.startServer()
    this.loaded = [
      [...nodes(google.url, icloud.url, this.icloud.calendar.path, settings), ...more],
      { '00000000000000a1': { ...LOGIN }, '00000000000000a2': { username: 'anna', password: 'app-pass-word-xxxx' } },
    ]
    await this.deploy()
  }

  /** Loads the flow, the first time or again. */
  async deploy(settings: Settings = {}): Promise<void> {
    const [flow, credentials] = this.loaded
    const changed = flow.map((node) => ((node as { id: string }).id === ID.reconcile ? { ...node, ...settings } : node))
    const own = NODES.map((name) => load(`../../nodes/${name}/${name}.ts`) as unknown)
    const catchers = [core('common/25-catch.js'), core('function/10-function.js'), core('network/21-httpin.js')]
    await helper.load([...own, ...catchers], changed, credentials)
  }

  async undeploy(): Promise<void> {
    await helper.unload()
  }

  async stop(): Promise<void> {
    await helper.unload()
    await new Promise<void>((resolve) => helper.stopServer(resolve))
    for (const close of this.closers) await close()
    await rm(this.userDir, { recursive: true, force: true })
  }

  node(name: keyof typeof ID): TestNode {
    return helper.getNode(ID[name])
  }

  /** The next message that a node gets. */
  async next(name: keyof typeof ID): Promise<Got> {
    const [msg] = (await once(this.node(name) as never, 'input')) as [Got]
    return msg
  }

  /** All messages that a node gets while a job runs. */
  async during(name: keyof typeof ID, job: () => Promise<unknown>): Promise<Got[]> {
    const all: Got[] = []
    const listener = (msg: Got): void => void all.push(msg)
    this.node(name).on('input', listener as never)
    await job()
    await new Promise((resolve) => setTimeout(resolve, 30))
    this.node(name).removeListener('input', listener as never)
    return all
  }

  /** Triggers both sources with one message, and waits for the report. */
  async sync(msg: object = {}): Promise<Report> {
    const report = this.next('report')
    const trigger = { _msgid: `trigger${(this.count += 1)}`, ...msg }
    this.node('googleSource').receive({ ...trigger })
    this.node('icloudSource').receive({ ...trigger })
    return (await report).payload as Report
  }
}

export const ID = {
  googleSource: '00000000000000c1',
  icloudSource: '00000000000000c2',
  reconcile: '00000000000000c3',
  toGoogle: '00000000000000c4',
  toIcloud: '00000000000000c5',
  googleSink: '00000000000000c6',
  icloudSink: '00000000000000c7',
  report: '00000000000000d1',
  conflicts: '00000000000000d2',
  googleRead: '00000000000000d3',
  icloudRead: '00000000000000d4',
  googleWritten: '00000000000000d5',
  icloudWritten: '00000000000000d6',
  caught: '00000000000000d7',
  catch: '00000000000000d8',
}

/** Google is left, iCloud is right. A Function node stands before each sink, for tests to rewrite. */
function nodes(googleUrl: string, icloudUrl: string, path: string, settings: Settings): object[] {
  const z = '00000000000000f0'
  const pass = 'return msg'
  return [
    { id: z, type: 'tab', label: 'Sync' },
    {
      id: '00000000000000a1',
      type: 'calsync-google-account',
      name: 'Google',
      apiUrl: googleUrl,
      tokenUrl: `${googleUrl}token`,
    },
    { id: '00000000000000a2', type: 'calsync-icloud-account', name: 'iCloud', serverUrl: icloudUrl },
    calendar('00000000000000b1', 'google', 'primary', 'Google'),
    calendar('00000000000000b2', 'icloud', path, 'iCloud'),
    {
      id: ID.googleSource,
      z,
      type: 'calendar-source',
      calendar: '00000000000000b1',
      sendEvents: 'changes',
      wires: [[ID.reconcile, ID.googleRead]],
    },
    {
      id: ID.icloudSource,
      z,
      type: 'calendar-source',
      calendar: '00000000000000b2',
      sendEvents: 'changes',
      wires: [[ID.reconcile, ID.icloudRead]],
    },
    {
      id: ID.reconcile,
      z,
      type: 'calsync-reconcile',
      left: '00000000000000b1',
      right: '00000000000000b2',
      ...settings,
      wires: [[ID.toGoogle], [ID.toIcloud], [ID.conflicts], [ID.report]],
    },
    { id: ID.toGoogle, z, type: 'function', func: pass, outputs: 1, wires: [[ID.googleSink]] },
    { id: ID.toIcloud, z, type: 'function', func: pass, outputs: 1, wires: [[ID.icloudSink]] },
    { id: ID.googleSink, z, type: 'calendar-sink', calendar: '00000000000000b1', wires: [[ID.googleWritten]] },
    { id: ID.icloudSink, z, type: 'calendar-sink', calendar: '00000000000000b2', wires: [[ID.icloudWritten]] },
    { id: ID.catch, z, type: 'catch', scope: null, wires: [[ID.caught]] },
    ...['report', 'conflicts', 'googleRead', 'icloudRead', 'googleWritten', 'icloudWritten', 'caught'].map((name) => ({
      id: ID[name as keyof typeof ID],
      z,
      type: 'helper',
    })),
  ]
}

function calendar(id: string, accountType: string, calendarId: string, name: string): object {
  const accounts = { googleAccount: '00000000000000a1', icloudAccount: '00000000000000a2' }
  return { id, type: 'calsync-calendar', name, accountType, calendarId, ...accounts }
}

export type { OperationMessage, Report }
