import { setTimeout } from 'node:timers/promises'
import { rm } from 'node:fs/promises'
import { deploy, inject, type FlowNode } from '../demo/admin'
import { startNodeRed, type NodeRed } from '../demo/node-red'
import { freePort } from '../demo/ports'
import { World } from '../demo/world'
import { readJson } from '../package/project'
import { Listener } from './listener'
import { overheard, pointed } from './overheard'
import { thisMonday } from './sides'
import { newUserDir } from './user-dir'

/** An example with two servers of its own. */
type Example = { readonly world: World; readonly flow: FlowNode[]; readonly listener: Listener; close(): Promise<void> }

async function open(name: string): Promise<Example> {
  // A Google calendar is known by its id, through whichever account: each example needs one of its own.
  const world = World.seeded(() => Date.now(), thisMonday(), `${name}@gmail.com`)
  const servers = await world.serve({ google: 0, icloud: 0 })
  const listener = await Listener.open()
  const { username, password } = world.icloud.options
  const caldav = { url: servers.icloud, username, password, path: world.icloud.calendar.path }
  const example = readJson('examples', `${name}.json`) as FlowNode[]
  const flow = overheard(pointed(example, { google: servers.google, caldav }), listener.url)
  const close = async (): Promise<void> => {
    await listener.close()
    await servers.close()
  }
  return { world, flow, listener, close }
}

/** Examples, imported side by side into a real Node-RED. */
export class Examples<Name extends string> {
  private constructor(
    readonly of: Readonly<Record<Name, Example>>,
    readonly nodeRed: NodeRed,
    private readonly userDir: string,
  ) {}

  /**
   * @param more nodes besides those of the examples
   * @param red the `red.js` of another Node-RED than the repository's
   */
  static async import<Name extends string>(
    names: readonly Name[],
    more: readonly FlowNode[] = [],
    red?: string,
  ): Promise<Examples<Name>> {
    const of = {} as Record<Name, Example>
    for (const name of names) of[name] = await open(name)
    const userDir = await newUserDir()
    const nodeRed = await startNodeRed({ userDir, port: await freePort(31880), ...(red === undefined ? {} : { red }) })
    await deploy(nodeRed, [...names.flatMap((name) => of[name].flow), ...more])
    return new Examples(of, nodeRed, userDir)
  }

  get all(): Example[] {
    return Object.values(this.of)
  }

  /** What an example's debug node shows first. */
  first<T>(name: Name, debug: string): Promise<T> {
    return this.of[name].listener.next(debug, 0) as Promise<T>
  }

  /** What it shows next. */
  next<T>(name: Name, debug: string): Promise<T> {
    const { listener } = this.of[name]
    return listener.next(debug, listener.told.length) as Promise<T>
  }

  /** Presses an inject node. @returns what a debug node shows next */
  async press<T>(name: Name, label: string, debug: string): Promise<T> {
    const shown = this.next<T>(name, debug)
    const id = this.of[name].flow.find((node) => node.name === label && node.type === 'inject')?.id ?? ''
    await this.injectOnceThere(id)
    return shown
  }

  /** A deploy is answered before its nodes are there. */
  private async injectOnceThere(id: string): Promise<void> {
    for (let tries = 50; ; tries -= 1) {
      try {
        await inject(this.nodeRed, id)
        return
      } catch (error) {
        if (tries === 0 || !(error as Error).message.includes('answered 404')) throw error
        await setTimeout(100)
      }
    }
  }

  async close(): Promise<void> {
    await this.nodeRed.kill()
    for (const example of this.all) await example.close()
    await rm(this.userDir, { recursive: true, force: true })
  }
}
