import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
let installed: Promise<string | undefined> | undefined

/** The `red.js` of a Node-RED 4.1, installed once a process; undefined, with a word about why, if that can't be done. */
export function nodeRed4(): Promise<string | undefined> {
  installed ??= install()
  return installed
}

async function install(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'calsync-node-red-4-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'node-red-4', private: true }))
  const npm = ['install', '--no-audit', '--no-fund', '--prefer-offline', 'node-red@~4.1.0']
  try {
    await run('npm', npm, { cwd: folder, maxBuffer: 64 * 1024 * 1024 })
  } catch (error) {
    console.log(`    Node-RED 4.1 can't be installed, so it is not tested: ${String(error).split('\n')[0]}`)
    return undefined
  }
  return join(folder, 'node_modules', 'node-red', 'red.js')
}
