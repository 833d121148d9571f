import type { ChildProcess } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { CaldavConfig } from '../../src/caldav'

/** A real CalDAV server on a free port of 127.0.0.1, with an empty temporary folder. */
export type RealServer = {
  readonly config: CaldavConfig
  /** A calendar that the account may only read, where the server can be told so. */
  readonly readOnlyId?: string
  /** Makes an empty calendar and gives its path. */
  newCalendar(): Promise<string>
  stop(): Promise<void>
}

const USERNAME = 'anna'
const PASSWORD = 'geheim-öffne'

/** Whether a program is installed. */
export const isInstalled = (program: string): boolean => spawnSync('which', [program]).status === 0

export async function startRadicale(): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'calsync-radicale-'))
  const users = join(folder, 'users')
  const rights = join(folder, 'rights')
  writeFileSync(users, `${USERNAME}:${PASSWORD}\n`)
  writeFileSync(rights, RIGHTS)
  const readOnly = join(folder, 'data', 'collection-root', USERNAME, 'readonly')
  mkdirSync(readOnly, { recursive: true })
  writeFileSync(join(readOnly, '.Radicale.props'), '{"tag": "VCALENDAR", "D:displayname": "Verein"}')
  const config = join(folder, 'config')
  const port = await freePort()
  writeFileSync(
    config,
    [
      `[server]\nhosts = 127.0.0.1:${port}`,
      `[auth]\ntype = htpasswd\nhtpasswd_filename = ${users}\nhtpasswd_encryption = plain\ndelay = 0`,
      `[rights]\ntype = from_file\nfile = ${rights}`,
      `[storage]\nfilesystem_folder = ${join(folder, 'data')}`,
    ].join('\n'),
  )
  const server = await start('radicale', ['--config', config], folder, port)
  return { ...server, readOnlyId: `/${USERNAME}/readonly/` }
}

const RIGHTS = `
[root]
user: .+
collection:
permissions: R
[principal]
user: .+
collection: {user}
permissions: RW
[readonly]
user: .+
collection: {user}/readonly
permissions: r
[calendars]
user: .+
collection: {user}/[^/]+
permissions: rw
`

/** Xandikos knows no passwords: it takes any. */
export async function startXandikos(): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'calsync-xandikos-'))
  const port = await freePort()
  const options = ['-d', folder, '-l', '127.0.0.1', '-p', String(port)]
  const principal = ['--current-user-principal', `/${USERNAME}/`, '--defaults']
  return start('xandikos', [...options, ...principal], folder, port)
}

async function start(program: string, options: string[], folder: string, port: number): Promise<RealServer> {
  const url = `http://127.0.0.1:${port}`
  const child = spawn(program, options, { stdio: ['ignore', 'ignore', 'pipe'] })
  const said: string[] = []
  child.stderr.on('data', (data: Buffer) => said.push(String(data)))
  await answering(url, child, said)
  const authorization = `Basic ${Buffer.from(`${USERNAME}:${PASSWORD}`).toString('base64')}`
  const home = program === 'xandikos' ? `/${USERNAME}/calendars/` : `/${USERNAME}/`
  let count = 0
  return {
    config: { serverUrl: url, username: USERNAME, password: PASSWORD },
    async newCalendar() {
      const path = `${home}calendar-${++count}/`
      const response = await fetch(url + path, { method: 'MKCALENDAR', headers: { authorization } })
      if (!response.ok) throw new Error(`${program} makes no calendar: ${response.status} ${await response.text()}`)
      return path
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answering(url: string, child: ChildProcess, said: string[]): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) break
    const answer = await fetch(url).catch(() => undefined)
    if (answer) return
    await pause(100)
  }
  child.kill()
  throw new Error(`the server does not answer: ${said.join('').slice(-2000)}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
