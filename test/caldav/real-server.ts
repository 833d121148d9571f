import type { ChildProcess } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { CaldavConfig } from '../../src/caldav'

/** A real CalDAV server on a free port of 127.0.0.1, with an empty temporary folder. */
export type RealServer = {
  readonly config: CaldavConfig
  /** A calendar that the account may only read, where the server can be told so. */
  readonly readOnlyId?: string
  /** Makes an empty calendar and gives its path. */
  readonly newCalendar: () => Promise<string>
  readonly removeCalendar: (path: string) => Promise<void>
  readonly stop: () => Promise<void>
}

export const USERNAME = 'anna'
export const PASSWORD = 'geheim-öffne'

/** How a server is run. `home`: the path in which the account's calendars lie; `folder` is removed in the end. */
export type Launch = {
  readonly program: string
  readonly options: readonly string[]
  readonly folder: string
  readonly port: number
  readonly home: string
  readonly environment?: Readonly<Record<string, string>>
}

/** Starts a server and waits until it answers; one that doesn't is stopped, and the error holds what it said. */
export async function launch({ program, options, folder, port, home, environment }: Launch): Promise<RealServer> {
  const url = `http://127.0.0.1:${port}`
  const end = await running(program, options, () => isAnswering(url), environment)
  const stop = async (): Promise<void> => {
    await end()
    rmSync(folder, { recursive: true, force: true })
  }
  let count = 0
  const newCalendar = async (): Promise<string> => {
    const path = `${home}calendar-${++count}/`
    await request('MKCALENDAR', url + path)
    return path
  }
  const removeCalendar = (path: string): Promise<void> => request('DELETE', url + path)
  return { config: { serverUrl: url, username: USERNAME, password: PASSWORD }, newCalendar, removeCalendar, stop }
}

/** Sends a request as the account's user, or another with the same password. Rejects unless it succeeds. */
export async function request(method: string, url: string, body?: string, user = USERNAME): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${user}:${PASSWORD}`).toString('base64')}`
  const type = { 'content-type': 'application/xml; charset=utf-8' }
  const headers = { authorization, ...(body === undefined ? {} : type) } // Xandikos takes no type without a body
  const response = await fetch(url, { method, headers, body: body ?? null })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
}

const isAnswering = async (url: string): Promise<boolean> => (await fetch(url).catch(() => undefined)) !== undefined

/** Starts a program and waits until it is ready: what stops it. One that ends or is never ready rejects with what it said. */
export async function running(
  program: string,
  options: readonly string[],
  isReady: () => boolean | Promise<boolean>,
  environment: Readonly<Record<string, string>> = {},
): Promise<() => Promise<void>> {
  // a process group of its own: Cyrus ends by ending its whole group, PHP and SOGo are several processes
  const env = { ...process.env, ...environment }
  const child = spawn(program, options, { stdio: ['ignore', 'ignore', 'pipe'], detached: true, env })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const said: string[] = []
  child.stderr.on('data', (data: Buffer) => said.push(String(data)))
  const kill = (): void => endGroup(child)
  process.once('exit', kill) // also where the tests are broken off
  const stop = async (): Promise<void> => {
    process.off('exit', kill)
    kill()
    await ended
  }
  for (let tries = 0; tries < 600 && isRunning(child); tries++) {
    if (await isReady()) return stop
    await pause(100)
  }
  await stop()
  throw new Error(`${program} does not answer: ${said.join('').slice(-2000)}`)
}

const isRunning = (child: ChildProcess): boolean =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null

function endGroup(child: ChildProcess): void {
  if (child.pid !== undefined && isRunning(child)) process.kill(-child.pid)
}

/** Whether a program is installed. */
export const isInstalled = (program: string): boolean => spawnSync('which', [program]).status === 0

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Runs a program to its end. Throws what it said if it fails. */
export function run(program: string, options: readonly string[], input = ''): void {
  const { status, stderr, error } = spawnSync(program, options, { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} fails: ${stderr}`, { cause: error })
}
