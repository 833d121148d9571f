import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FlowNode } from '../demo/admin'
import { startNodeRed, type NodeRed } from '../demo/node-red'
import { freePort } from '../demo/ports'
import { newUserDir } from '../e2e/user-dir'
import { CaldavServer } from '../simulators/caldav'
import { serveCaldav } from '../simulators/caldav/over-http'
import { GoogleSimulator, LOGIN, serveOverHttp } from '../simulators/google'
import type { User } from './browser'

const bcrypt = createRequire(__filename)('bcryptjs') as { hashSync(password: string, rounds: number): string }

export const ADMIN: User = { username: 'admin', password: 'admin-password' }
const READER: User = { username: 'reader', password: 'reader-password' }
/** May write accounts, but not deploy. */
const HALF: User = { username: 'half', password: 'half-password' }
export const USERS = { admin: ADMIN, reader: READER, half: HALF }

export const ID = {
  tab: '0000000000000e00',
  google: '0000000000000e01',
  calendar: '0000000000000e02',
  inject: '0000000000000e03',
  source: '0000000000000e04',
  sink: '0000000000000e05',
  catch: '0000000000000e06',
}

/** A Node-RED with users and an admin root of its own, between two simulated servers; nothing is deployed at first. */
export class LoginStage {
  readonly google = new GoogleSimulator({ now: () => Date.now() })
  readonly icloud = new CaldavServer({ clock: () => Date.now(), username: 'anna@example.com' })
  googleUrl = ''
  icloudUrl = ''
  userDir = ''
  private running: NodeRed | undefined
  private readonly closers: (() => Promise<void>)[] = []

  /** @param red the `red.js` of another Node-RED than the repository's */
  async start(red?: string): Promise<void> {
    const google = await serveOverHttp(this.google.fetch)
    const icloud = await serveCaldav(this.icloud)
    this.googleUrl = google.url
    this.icloudUrl = icloud.url
    this.userDir = await newUserDir()
    const user = ({ username, password }: User, permissions: string | string[]): object => ({
      username,
      password: bcrypt.hashSync(password, 4),
      permissions,
    })
    const users = [
      user(ADMIN, '*'),
      user(READER, 'read'),
      user(HALF, ['read', 'calsync-google-account.write', 'calsync-icloud-account.write']),
    ]
    const settings = {
      httpAdminRoot: '/red/',
      adminAuth: { type: 'credentials', users },
      logging: { console: { level: 'trace', metrics: false, audit: true } },
    }
    const nodeRed = await startNodeRed({ userDir: this.userDir, port: await freePort(21980), settings, red })
    this.running = nodeRed
    this.closers.push(
      () => google.close(),
      () => icloud.close(),
      () => nodeRed.stop(),
    )
  }

  /** Deploys a source and a sink of a Google account beside what is there. */
  async deploy(): Promise<void> {
    const token = await this.tokenOf(ADMIN)
    const before = (await (await this.ask('flows', token)).json()) as FlowNode[]
    const deployed = await this.ask('flows', token, {
      method: 'POST',
      body: JSON.stringify([...before, ...this.flow()]),
    })
    if (!deployed.ok) throw new Error(`Node-RED did not take the flow: ${deployed.status}`)
  }

  get nodeRed(): NodeRed {
    if (!this.running) throw new Error('Node-RED is not up')
    return this.running
  }

  async stop(): Promise<void> {
    for (const close of this.closers.reverse()) await close()
  }

  /** A user's token for the admin API. */
  async tokenOf({ username, password }: User): Promise<string> {
    const scope = username === 'admin' ? '*' : username === 'reader' ? 'read' : 'calsync-google-account.write'
    const form = { client_id: 'node-red-admin', grant_type: 'password', scope, username, password }
    const url = new URL('auth/token', this.nodeRed.url)
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
    return ((await answer.json()) as { access_token: string }).access_token
  }

  /** A request to the admin API; without a token as somebody unknown. */
  ask(path: string, token: string | undefined, init: RequestInit = {}): Promise<Response> {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    return fetch(new URL(path, this.nodeRed.url), { headers, redirect: 'manual', ...init })
  }

  /** The whole of a file in the user directory. */
  file(name: string): Promise<string> {
    return readFile(join(this.userDir, name), 'utf8')
  }

  private flow(): FlowNode[] {
    const z = ID.tab
    const credentials = { ...LOGIN }
    return [
      { id: z, type: 'tab', label: 'Sync' },
      { id: ID.google, type: 'calsync-google-account', name: 'Mine', ...this.googleAddresses(), credentials },
      {
        id: ID.calendar,
        type: 'calsync-calendar',
        name: 'Main',
        accountType: 'google',
        googleAccount: ID.google,
        icloudAccount: '',
        calendarId: 'primary',
      },
      { id: ID.inject, z, type: 'inject', props: [], repeat: '', x: 120, y: 80, wires: [[ID.source]] },
      {
        id: ID.source,
        z,
        type: 'calendar-source',
        calendar: ID.calendar,
        sendEvents: 'changes',
        x: 320,
        y: 80,
        wires: [[]],
      },
      { id: ID.sink, z, type: 'calendar-sink', calendar: ID.calendar, x: 320, y: 160, wires: [[]] },
    ]
  }

  googleAddresses(): { apiUrl: string; authUrl: string; tokenUrl: string } {
    const { googleUrl } = this
    return { apiUrl: googleUrl, authUrl: `${googleUrl}auth`, tokenUrl: `${googleUrl}token` }
  }
}
