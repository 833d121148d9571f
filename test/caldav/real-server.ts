import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
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
}

/** Starts a server and waits until it answers; one that doesn't is stopped, and the error holds what it said. */
export async function launch({ program, options, folder, port, home }: Launch): Promise<RealServer> {
  const url = `http://127.0.0.1:${port}`
  // a process group of its own: Cyrus ends by ending its whole group
  const child = spawn(program, options, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const said: string[] = []
  child.stderr.on('data', (data: Buffer) => said.push(String(data)))
  const kill = (): void => void child.kill()
  process.once('exit', kill) // also where the tests are broken off
  const stop = async (): Promise<void> => {
    process.off('exit', kill)
    kill()
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  if (!(await answers(url, child))) {
    await stop()
    throw new Error(`${program} does not answer: ${said.join('').slice(-2000)}`)
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

/** Sends a request as the account's user. Rejects unless it succeeds. */
export async function request(method: string, url: string, body?: string): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${USERNAME}:${PASSWORD}`).toString('base64')}`
  const type = { 'content-type': 'application/xml; charset=utf-8' }
  const headers = { authorization, ...(body === undefined ? {} : type) } // Xandikos takes no type without a body
  const response = await fetch(url, { method, headers, body: body ?? null })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null || child.signalCode !== null) return false
    const answer = await fetch(url).catch(() => undefined)
    if (answer) return true
    await pause(100)
  }
  return false
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
