import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Node-RED 4.1 in a folder of its own: its `red.js`. */
export type OldNodeRed = { readonly red: string; remove(): Promise<void> }

/** Installs Node-RED 4.1; undefined, and a line that says why, if that can't be done here. */
export async function installNodeRed4(): Promise<OldNodeRed | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'calsync-node-red-4-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'node-red-4', private: true }))
  const npm = ['install', '--no-audit', '--no-fund', '--prefer-offline', 'node-red@~4.1.0']
  try {
    await run('npm', npm, { cwd: folder, maxBuffer: 64 * 1024 * 1024 })
  } catch (error) {
    console.log(`    Node-RED 4.1 can't be installed, so it is not tested: ${String(error).split('\n')[0]}`)
    await remove()
    return undefined
  }
  return { red: join(folder, 'node_modules', 'node-red', 'red.js'), remove }
}
