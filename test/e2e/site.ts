import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from '../../src/runtime/report'
import { deploy, inject, type FlowNode } from '../demo/admin'
import { demoFlow, triggerOf, type Addresses } from '../demo/flow'
import { startNodeRed, type NodeRed } from '../demo/node-red'
import { freePort } from '../demo/ports'
import { Listener } from './listener'
import { newUserDir } from './user-dir'

export type { Report }

/** The two servers that a flow talks to. */
export type Servers = {
  /** Root URL of the Google simulator, with a slash at its end. */
  readonly google: string
  readonly caldav: { readonly url: string; readonly username: string; readonly password: string; readonly path: string }
}

/** Somebody's Node-RED with the packed plugin and the example flow for two-way sync, in a process of its own. */
export class Site {
  /** All that its Node-RED has logged, over all its starts. */
  readonly log: string[] = []
  private nodeRed: NodeRed | undefined
  private flow: FlowNode[] = []

  private constructor(
    private readonly servers: Servers,
    readonly userDir: string,
    readonly listener: Listener,
    private readonly port: number,
    private readonly red: string | undefined,
  ) {}

  /** @param red the `red.js` of another Node-RED than the repository's */
  static async create(servers: Servers, red?: string): Promise<Site> {
    return new Site(servers, await newUserDir(), await Listener.open(), await freePort(31880), red)
  }

  /** A second Node-RED on the same user directory, with a listener of its own; it has not been started. */
  async beside(): Promise<Site> {
    const { servers, userDir, red } = this
    const other = new Site(servers, userDir, await Listener.open(), await freePort(31880), red)
    other.flow = this.flow
    return other
  }

  /** Where the state is kept. */
  get folder(): string {
    return join(this.userDir, 'calsync')
  }

  /** Node-RED as it runs now. */
  get running(): NodeRed {
    if (!this.nodeRed) throw new Error('Node-RED is not running')
    return this.nodeRed
  }

  /** Starts Node-RED with an empty flow and imports the example. The example starts a run by itself. */
  async install(): Promise<void> {
    await this.start()
    this.flow = demoFlow(this.servers.caldav)
    await this.deploy()
  }

  /** Deploys the whole flow again, as after an edit in the editor. */
  deploy(): Promise<void> {
    return deploy(this.running, this.flow)
  }

  /** Starts Node-RED with the flow that it has. The example starts a run by itself. */
  async start(): Promise<void> {
    const { google, caldav } = this.servers
    const env: Addresses = {
      CALSYNC_DEMO_GOOGLE: google,
      CALSYNC_DEMO_GOOGLE_AUTH: `${google}auth`,
      CALSYNC_DEMO_GOOGLE_TOKEN: `${google}token`,
      CALSYNC_DEMO_CALDAV: caldav.url,
      CALSYNC_DEMO_TELL: this.listener.url,
    }
    const { userDir, port, red } = this
    this.nodeRed = await startNodeRed({ userDir, port, env, ...(red === undefined ? {} : { red }) })
  }

  /** SIGTERM; resolves with the exit code when the process has ended by itself. */
  stop(): Promise<number | null> {
    return this.end((nodeRed) => nodeRed.stop())
  }

  /** SIGKILL, as a power failure. */
  kill(): Promise<number | null> {
    return this.end((nodeRed) => nodeRed.kill())
  }

  /** The report of the run that an action sets off. Fails if Node-RED ends before. */
  async report(act: () => Promise<unknown>): Promise<Report> {
    const from = this.listener.told.length
    await act()
    const died = this.running.ended.then(() => {
      throw new Error(`Node-RED has ended:\n${this.running.log.slice(-20).join('\n')}`)
    })
    return (await Promise.race([this.listener.next('report', from), died])) as Report
  }

  /** Presses the button of the inject node, and waits for the report. */
  sync(): Promise<Report> {
    return this.report(() => inject(this.running, triggerOf(this.flow)))
  }

  async close(): Promise<void> {
    if (this.nodeRed) await this.kill()
    await this.listener.close()
    await rm(this.userDir, { recursive: true, force: true })
  }

  private async end(how: (nodeRed: NodeRed) => Promise<void>): Promise<number | null> {
    const { running } = this
    await how(running)
    this.log.push(...running.log)
    this.nodeRed = undefined
    return running.ended
  }
}
