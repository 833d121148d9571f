import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(__dirname, '../..')

/** What this package says about itself, as far as the tests look at it. */
export type Manifest = {
  name: string
  version: string
  license: string
  repository: { url: string }
  bugs: { url: string }
  keywords: string[]
  engines: { node: string }
  dependencies: Record<string, string>
  'node-red': { version: string; nodes: Record<string, string> }
}

export const readText = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8')
export const readJson = (...path: string[]): unknown => JSON.parse(readText(...path))
export const manifest = (): Manifest => readJson('package.json') as Manifest

/** The sets of nodes that Node-RED is told to load; folder, file and node type have the same name. */
export const sets = (): string[] => Object.keys(manifest()['node-red'].nodes)

/** All files under a folder of the project, as paths from its root. */
export function filesUnder(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort()
}
