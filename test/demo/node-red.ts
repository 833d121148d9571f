import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A Node-RED that runs in a process of its own. */
export type NodeRed = {
  /** Where editor and admin API are, with a slash at its end. */
  readonly url: string
  /** What it has logged so far. */
  readonly log: readonly string[]
  /** Resolves with the exit code when it has ended, however that came. */
  readonly ended: Promise<number | null>
  /** Lets the flows close, then ends it. */
  stop(): Promise<void>
  /** Ends it at once, as a power failure would: nothing is closed or saved. */
  kill(): Promise<void>
}

export type NodeRedOptions = {
  readonly userDir: string
  readonly port: number
  /** The `red.js` of another Node-RED than the repository's. */
  readonly red?: string
  /** Settings besides those that keep it quiet, or in place of them; `undefined` leaves one to Node-RED. */
  readonly settings?: { readonly httpAdminRoot?: string | false } & Readonly<Record<string, unknown>>
  /** Environment variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** Nothing phones home, nothing covers the editor: no telemetry, no tours, no update notice. */
const SETTINGS = {
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  credentialSecret: 'calsync-demo',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, projects: { enabled: false }, palette: { editable: false } },
}

/**
 * Starts Node-RED on 127.0.0.1 with a user directory. Resolves when its flows run; rejects with the
 * end of its log if it gives up before.
 */
export async function startNodeRed(options: NodeRedOptions): Promise<NodeRed> {
  const settings = join(options.userDir, 'settings.js')
  await writeFile(settings, `module.exports = ${JSON.stringify({ ...SETTINGS, ...options.settings }, null, 2)}\n`)
  const red = options.red ?? createRequire(__filename).resolve('node-red/red.js')
  const child = spawn(process.execPath, [red, '-u', options.userDir, '-s', settings, '-p', String(options.port)], {
    env: { ...process.env, NODE_RED_DISABLE_TELEMETRY: 'true', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log: string[] = []
  const awaited = new Set(['server', 'flows'])
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGTERM')
    await ended
  }
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        log.push(line)
        // Which of the two comes first is left to chance. The third comes if a node's type could not be loaded.
        if (/Server now running/.test(line)) awaited.delete('server')
        if (/Started flows|Waiting for missing types/.test(line)) awaited.delete('flows')
        if (awaited.size === 0) resolve()
      })
    }
    child.once('error', reject)
    void ended.then((code) =>
      reject(new Error(`Node-RED ended with code ${String(code)}:\n${log.slice(-20).join('\n')}`)),
    )
  })
  const root = options.settings?.httpAdminRoot || '/'
  return { url: new URL(root, `http://127.0.0.1:${options.port}/`).href, log, ended, stop, kill }
}
