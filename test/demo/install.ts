import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Packed } from '../package/pack'

const run = promisify(execFile)

/**
 * Installs a packed plugin into a user directory of Node-RED, as a user would: `npm install` of the package file.
 * Does nothing if this very package is installed there already.
 *
 * @returns whether anything was installed
 */
export async function installPlugin(userDir: string, packed: Packed): Promise<boolean> {
  const hash = createHash('sha256')
    .update(await readFile(packed.tgz))
    .digest('hex')
  const note = join(userDir, 'installed.txt')
  if ((await readFile(note, 'utf8').catch(() => '')) === hash) return false
  await mkdir(userDir, { recursive: true })
  const manifest = { name: 'node-red-user-directory', private: true, description: 'A user directory of Node-RED' }
  await writeFile(join(userDir, 'package.json'), JSON.stringify(manifest))
  // npm remembers the checksum of a package file by its name: another content needs another name.
  const tgz = join(userDir, `calsync-${hash.slice(0, 12)}.tgz`)
  await rename(packed.tgz, tgz)
  await run('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline', tgz], {
    cwd: userDir,
    maxBuffer: 64 * 1024 * 1024,
  })
  await writeFile(note, hash)
  return true
}
