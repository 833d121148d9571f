import { rm } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { deploy, type FlowNode } from '../demo/admin'
import { startNodeRed, type NodeRed, type NodeRedOptions } from '../demo/node-red'
import { freePort } from '../demo/ports'
import { World } from '../demo/world'
import { readJson } from '../package/project'
import { LOGIN } from '../simulators/google/simulator'
import { thisMonday } from '../e2e/sides'
import { newUserDir } from '../e2e/user-dir'
import { launchBrowser } from './browser'

/** Ids in {@link flowFor}: those of the example two-way-sync. */
export const ID = {
  googleAccount: 'e5f935bb051f8d9a',
  icloudAccount: '9ad99edd07bbd74e',
  googleCalendar: '30a845ba5c7aff77',
  icloudCalendar: '9538df11b45f8f1a',
  source: 'e566ae747bdc7ef5',
  reconcile: '667650057f9ed01e',
  sink: '1be3d51a9b0df1b0',
}

/** Two simulated servers with a calendar each and more, a Node-RED with the plugin, and a browser. */
export type EditorSite = {
  readonly world: World
  readonly servers: { readonly google: string; readonly icloud: string }
  readonly nodeRed: NodeRed
  readonly browser: Browser
  close(): Promise<void>
}

/** @param options of Node-RED: other settings, or another `red.js` */
export async function openSite(options: Pick<NodeRedOptions, 'settings' | 'red' | 'env'> = {}): Promise<EditorSite> {
  const world = World.seeded(() => Date.now(), thisMonday())
  world.google.addCalendar({ id: 'team@group.calendar.google.com', summary: 'Team', role: 'reader', color: '#f691b2' })
  world.icloud.user.newCalendar({ name: 'Büro', color: '#FF2968FF' })
  const servers = await world.serve({ google: 0, icloud: 0 })
  const userDir = await newUserDir()
  const nodeRed = await startNodeRed({ userDir, port: await freePort(32080), ...options })
  const browser = await launchBrowser()
  const close = async (): Promise<void> => {
    await browser.close()
    await nodeRed.stop()
    await servers.close()
    await rm(userDir, { recursive: true, force: true })
  }
  return { world, servers, nodeRed, browser, close }
}

/** The example for two-way sync with accounts on the simulated servers; it is triggered by hand only. */
export function flowFor({ world, servers }: Pick<EditorSite, 'world' | 'servers'>): FlowNode[] {
  const { username, password } = world.icloud.options
  const own: Record<string, object> = {
    [ID.googleAccount]: { apiUrl: servers.google, tokenUrl: `${servers.google}token`, credentials: { ...LOGIN } },
    [ID.icloudAccount]: { serverUrl: servers.icloud, credentials: { username, password } },
    [ID.googleCalendar]: { name: 'Personal' },
    [ID.icloudCalendar]: { name: 'Home', calendarId: world.icloud.calendar.path },
  }
  const example = readJson('examples', 'two-way-sync.json') as FlowNode[]
  return example.map((node) => ({
    ...node,
    ...(node.type === 'inject' ? { once: false, repeat: '' } : {}),
    ...own[node.id],
  }))
}

/** Deploys it. */
export const deployFlow = (site: EditorSite): Promise<void> => deploy(site.nodeRed, flowFor(site))
