import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from './project'

const run = promisify(execFile)

/** A package file as `npm publish` would send it, and the paths in it. */
export type Packed = { readonly tgz: string; readonly files: readonly string[] }

let packed: Promise<Packed> | undefined

/** Builds and packs the plugin, once a process. Rejects with the build's own words if it does not compile. */
export function packPlugin(): Promise<Packed> {
  packed ??= packInto(mkdtemp(join(tmpdir(), 'calsync-pack-')))
  return packed
}

/**
 * Builds and packs the plugin into a folder.
 *
 * @param folder where the package file goes; it exists
 */
export async function packInto(folder: string | Promise<string>): Promise<Packed> {
  const destination = await folder
  const { stdout } = await run(
    'npm',
    ['pack', '--json', '--foreground-scripts=false', '--pack-destination', destination],
    {
      cwd: ROOT,
      maxBuffer: 64 * 1024 * 1024,
    },
  )
  const [answer] = Object.values(JSON.parse(stdout) as { filename: string; files: { path: string }[] }[])
  if (answer === undefined) throw new Error(`npm pack made nothing: ${stdout}`)
  return { tgz: join(destination, answer.filename), files: answer.files.map((file) => file.path).sort() }
}
