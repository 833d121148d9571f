import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { ROOT } from '../engine/life'
import type { Setting } from '../engine/setting'
import { World } from '../engine/world'
import type { Snapshot } from './memory-disk'

// State as a version of CalSync left it, kept as files: later versions have to go on from it.

/** A folder a version of the state. */
export const STATES = join(__dirname, 'states')
const TIMES = { start: '2026-06-10T10:00:00', end: '2026-06-10T11:00:00', zone: 'Europe/Berlin' }
const MINUTE = 60_000

export async function runOnce(world: World): Promise<void> {
  await world.time.pass(5 * MINUTE)
  await world.run()
}

/** All is said, nothing drawn: the servers have to be as they were when the states were kept. */
const SETTING: Setting = {
  googleIs: 'left',
  direction: 'both',
  strategy: 'manual',
  deletionLimit: 10,
  maxOperations: 1000,
  troubles: new Set(),
  behaviour: { exceptions: 'follow', movedSeries: 'orphans', virtualEtag: 'master', seriesEtag: 'kept' },
  paging: { emptyPages: false, exceptionsFirst: false, cancelledByUid: true, listsHidden: true },
  caldav: { rewrites: 'stamps' },
}

/** The history that the kept states come from, up to where the process ended; the same each time. */
export async function playHistory(): Promise<World> {
  const world = new World(SETTING, 1, () => undefined)
  const { left: google, right: icloud } = world.owners
  const tags = ['tea', 'coffee', 'cake', 'pie', 'bread', 'jam', 'milk', 'salt', 'rice', 'corn', 'bean']
  for (const tag of tags) google.add(TIMES, { summary: tag, description: `#${tag}` }, false)
  google.add({ ...TIMES, rule: 'FREQ=WEEKLY;COUNT=5' }, { summary: 'yoga', description: '#yoga' }, false)
  google.add(
    { ...TIMES, start: '2028-01-10T10:00:00', end: '2028-01-10T11:00:00' },
    { summary: 'far', description: '#far' },
    false,
  )
  await runOnce(world)
  await runOnce(world)
  const id = (owner: typeof google, tag: string): string => owner.events().find((each) => each.tag === tag)?.id ?? ''
  google.setText(id(google, 'tea'), 'summary', 'Green tea')
  icloud.setText(id(icloud, 'tea'), 'summary', 'Black tea') // a conflict
  google.setText(id(google, 'coffee'), 'summary', 'Espresso') // a version that is lost
  const [, second = ''] = google.occurrences(id(google, 'yoga'))
  google.renameOccurrence(id(google, 'yoga'), second, 'yoga outside')
  for (const tag of ['pie', 'bread', 'jam', 'milk', 'salt', 'rice']) google.remove(id(google, tag)) // held
  await runOnce(world)
  world.between = () => undefined // what is planned now never gets to a sink
  google.setText(id(google, 'cake'), 'location', 'Kitchen')
  await runOnce(world)
  return world
}

/** Writes the state that the history leaves into the folder of its version: `node --import tsx`, this file, a number. */
async function save(version: string): Promise<void> {
  const { life } = await playHistory()
  for (const [path, bytes] of life.disk.memory.snapshot()) {
    const file = join(STATES, version, relative(ROOT, path))
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, bytes)
  }
}

export async function load(version: string): Promise<Snapshot> {
  const folder = join(STATES, version)
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const snapshot = new Map<string, Uint8Array>()
  for (const file of files.filter((each) => each.isFile())) {
    const path = join(file.parentPath, file.name)
    snapshot.set(join(ROOT, relative(folder, path)), await readFile(path))
  }
  return snapshot
}

const [, script, version] = process.argv
if (script === __filename && version !== undefined) void save(version)
