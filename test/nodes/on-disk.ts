import assert from 'node:assert/strict'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Flow } from './flow'

/** Where all files of a kind lie. */
export async function paths(flow: Flow, name: string): Promise<string[]> {
  const root = join(flow.userDir, 'calsync')
  const files = await readdir(root, { recursive: true, withFileTypes: true })
  return files.filter((file) => file.isFile() && file.name === name).map((file) => join(file.parentPath, file.name))
}

/** Changes all files of a kind, as they lie there while Node-RED is not running. */
export async function changeAll(flow: Flow, name: string, change: (bytes: Buffer) => Buffer | string): Promise<void> {
  const found = await paths(flow, name)
  assert.ok(found.length > 0, `there is no ${name}`)
  for (const path of found) await writeFile(path, change(await readFile(path)))
}
