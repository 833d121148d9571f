import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DateTime } from 'luxon'
import { packInto } from '../package/pack'
import { ROOT } from '../package/project'
import { deploy, inject, readFlows } from './admin'
import { HOME_ZONE } from './events'
import { demoFlow, triggerOf, type Addresses } from './flow'
import { installPlugin } from './install'
import { startNodeRed, type NodeRed } from './node-red'
import { servePage, type Desk } from './page'
import { freePort } from './ports'
import { isIdle, reportLines, type Report } from './report'
import { World } from './world'

/** A folder of its own, so that a test does not meet the demo of the person who runs it. */
const DEMO = process.env.CALSYNC_DEMO_FOLDER ?? join(ROOT, '.demo')
const USER_DIR = join(DEMO, 'node-red')
const CALENDARS = join(DEMO, 'calendars.json')
const NAMES = { left: 'Google', right: 'iCloud' }

const say = (text = ''): void => console.log(text)
const now = (): number => Date.now()

type Ports = { nodeRed: number; page: number; google: number; icloud: number }

/**
 * The ports of the last start, as far as they are still free. That of the CalDAV server is part of what its calendar
 * is: at another port it is another calendar, and the first sync happens again.
 */
async function choosePorts(): Promise<Ports> {
  const file = join(DEMO, 'ports.json')
  const usual: Ports = { nodeRed: 1880, page: 1890, google: 1891, icloud: 1892 }
  const before = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<Ports>
  const wanted = { ...usual, ...before }
  const ports: Ports = { ...wanted }
  const taken = new Set<number>()
  for (const name of Object.keys(wanted) as (keyof Ports)[]) {
    let port = await freePort(wanted[name])
    while (taken.has(port)) port = await freePort(port + 1)
    taken.add(port)
    ports[name] = port
  }
  if (before.icloud !== undefined && before.icloud !== ports.icloud) {
    say(`Port ${before.icloud} is taken: the iCloud calendar moves to port ${ports.icloud} and is read anew.`)
  }
  await writeFile(file, JSON.stringify(ports))
  return ports
}

async function openWorld(): Promise<World> {
  const kept = await World.load(now, CALENDARS)
  if (kept !== undefined) {
    say('Two calendars as they were left. (npm start -- --fresh starts anew.)')
    return kept
  }
  const world = World.seeded(
    now,
    DateTime.fromMillis(now(), { zone: HOME_ZONE }).startOf('week').toFormat('yyyy-MM-dd'),
  )
  const held = countsOf(world)
  say(`Two new calendars: Google with ${held.left} events, iCloud with ${held.right}; some stand in both.`)
  return world
}

const countsOf = (world: World): { left: number; right: number } => ({
  left: world.googleOwner.rows().length,
  right: world.icloudOwner.rows().length,
})

/** Prints what the flow tells, and keeps it for the page. */
function listener(world: World): Pick<Desk, 'told' | 'tell' | 'changed'> {
  const told: { at: string; lines: string[] }[] = []
  const changed = (): Promise<void> => world.save(CALENDARS)
  const tell: Desk['tell'] = async ({ topic, payload }) => {
    const lines = linesFor(topic, payload, world)
    const at = DateTime.fromMillis(now()).toFormat('HH:mm:ss')
    told.push({ at, lines })
    told.splice(0, told.length - 20)
    say([`[${at}]`, ...lines].join('\n'))
    await changed()
  }
  return { told, tell, changed }
}

function linesFor(topic: string | undefined, payload: unknown, world: World): string[] {
  if (topic === 'report') {
    const report = payload as Report
    if (isIdle(report)) return ['Synced: nothing to do.']
    return [report.dryRun ? 'Dry run:' : 'Synced:', ...reportLines(report, NAMES, countsOf(world))]
  }
  const texts = [payload].flat().map((each) => each as { text?: string; message?: string })
  return texts.map(({ text, message }) => `${topic ?? 'message'}: ${text ?? message ?? JSON.stringify(payload)}`)
}

async function main(): Promise<void> {
  if (process.argv.includes('--fresh')) await rm(DEMO, { recursive: true, force: true })
  await mkdir(USER_DIR, { recursive: true })
  say('Building and packing the plugin ...')
  const packed = await packInto(DEMO)
  say('Installing it into a Node-RED of its own (.demo) ...')
  await installPlugin(USER_DIR, packed)
  const world = await openWorld()
  const ports = await choosePorts()
  const servers = await world.serve(ports)
  const running: { nodeRed?: NodeRed } = {}
  const flowsOf = async (): Promise<string> => {
    if (running.nodeRed === undefined) throw new Error('Node-RED is not up yet: try again in a moment.')
    return triggerOf(await readFlows(running.nodeRed))
  }
  const page = await servePage(
    {
      ...listener(world),
      sides: {
        google: { name: 'Google', owner: world.googleOwner },
        icloud: { name: 'iCloud', owner: world.icloudOwner },
      },
      editor: () => `http://127.0.0.1:${ports.nodeRed}/`,
      sync: async () => {
        const trigger = await flowsOf()
        if (running.nodeRed) await inject(running.nodeRed, trigger)
      },
    },
    ports.page,
  )
  const env: Addresses = {
    CALSYNC_DEMO_GOOGLE: servers.google,
    CALSYNC_DEMO_GOOGLE_AUTH: `${servers.google}auth`,
    CALSYNC_DEMO_GOOGLE_TOKEN: `${servers.google}token`,
    CALSYNC_DEMO_CALDAV: servers.icloud,
    CALSYNC_DEMO_TELL: `${page.url}tell`,
  }
  say('Starting Node-RED ...')
  const nodeRed = await startNodeRed({ userDir: USER_DIR, port: ports.nodeRed, env })
  running.nodeRed = nodeRed
  const { username, password } = world.icloud.options
  const known = await readFlows(nodeRed)
  if (!known.some((node) => node.type === 'calsync-reconcile')) {
    await deploy(nodeRed, demoFlow({ username, password, path: world.icloud.calendar.path }))
  }
  introduce(page.url, nodeRed.url, servers)

  const end = async (): Promise<void> => {
    await nodeRed.stop()
    await page.close()
    await servers.close()
    await world.save(CALENDARS)
  }
  const why = await Promise.race([nodeRed.ended.then(() => 'node-red' as const), interrupted()])
  if (why === 'node-red') {
    say(`Node-RED has ended by itself. The end of its log:\n${nodeRed.log.slice(-20).join('\n')}`)
    process.exitCode = 1
  } else {
    say('\nEnding: Node-RED first, then the servers. The calendars are kept in .demo for the next start.')
  }
  await end()
}

function introduce(page: string, editor: string, servers: { google: string; icloud: string }): void {
  say()
  say(`  Both calendars, to look at and to edit   ${page}`)
  say(`  Node-RED's editor with the flow          ${editor}`)
  say(`  Servers: Google's API (simulated)        ${servers.google}`)
  say(`           iCloud's CalDAV (simulated)     ${servers.icloud}`)
  say()
  say('  Edit an event on the page as its owner would, press "Sync now" there (or the button of the inject')
  say('  node in the editor), and watch it travel. It also syncs every 5 minutes. Ctrl-C ends.')
  say()
}

/** Resolves at Ctrl-C. */
const interrupted = (): Promise<'interrupted'> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'))
  })

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  },
)
