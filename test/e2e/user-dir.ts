import { rmSync } from 'node:fs'
import { cp, copyFile, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { installPlugin } from '../demo/install'
import { packPlugin } from '../package/pack'

let template: Promise<string> | undefined

/** A new user directory of Node-RED with the packed plugin in it, as `npm install` puts it there. */
export async function newUserDir(): Promise<string> {
  template ??= install()
  const folder = await mkdtemp(join(tmpdir(), 'calsync-e2e-'))
  await cp(await template, folder, { recursive: true, verbatimSymlinks: true })
  return folder
}

/** Packs and installs, once a process. */
async function install(): Promise<string> {
  const packed = await packPlugin()
  const folder = await mkdtemp(join(tmpdir(), 'calsync-e2e-template-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const tgz = join(folder, `packed-${basename(packed.tgz)}`)
  await copyFile(packed.tgz, tgz) // installing moves the file, and others may want it too
  await installPlugin(folder, { ...packed, tgz })
  return folder
}
