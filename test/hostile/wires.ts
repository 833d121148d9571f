import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Account } from '../../src/runtime/account'
import { asCalSyncError } from '../../src/runtime/errors'
import type { CalSyncError } from '../../src/runtime/errors'
import type { AccountSettings } from '../../src/runtime/settings'
import type { Surroundings } from '../../src/runtime/surroundings'
import { realSleep } from '../../src/transport/real-sleep'
import { MemoryDisk } from '../store/memory-disk'

export const NO_END = new AbortController().signal

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** Servers on this machine, each on a port of its own, until `close`. */
export class Servers {
  private readonly running: Server[] = []

  /** The address of a server that answers so, once it has the whole request. */
  async serve(handler: Handler): Promise<string> {
    const server = createServer((request, response) => {
      let body = ''
      request.setEncoding('latin1')
      request.on('data', (text: string) => (body += text))
      request.on('end', () => handler(request, response, body))
    })
    this.running.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  close(): void {
    for (const server of this.running.splice(0)) {
      server.closeAllConnections()
      server.close()
    }
  }
}

/** The real network. Waits between tries take no time but on the clock; the longer ones of time-outs do. */
export function onTheWire(more: Partial<Surroundings> = {}): Surroundings {
  let ahead = 0
  return {
    version: '0',
    root: '/state',
    disk: new MemoryDisk(),
    fetch: globalThis.fetch,
    now: () => performance.timeOrigin + performance.now() + ahead,
    sleep: (ms, signal) => {
      if (ms >= 10_000) return realSleep(ms, signal)
      ahead += ms
      return realSleep(0, signal)
    },
    random: () => 0.5,
    pause: () => Promise.resolve(),
    localZone: 'UTC',
    warn: () => undefined,
    ...more,
  }
}

export const caldav = (serverUrl: string, settings: AccountSettings = {}, around = onTheWire()): Account =>
  new Account(
    'icloud',
    { name: 'Mine', serverUrl, username: 'anna', password: 'abcd-efgh-ijkl-mnop', ...settings },
    around,
  )

export const google = (url: string, settings: AccountSettings = {}, around = onTheWire()): Account => {
  const login = { clientId: 'the-id', clientSecret: 'the-client-secret', refreshToken: 'the-refresh-token' }
  return new Account(
    'google',
    { name: 'Mine', apiUrl: `${url}/`, tokenUrl: `${url}/token`, ...login, ...settings },
    around,
  )
}

/** What a job fails with, as a flow is told. */
export async function failureOf(job: Promise<unknown>): Promise<CalSyncError> {
  try {
    await job
  } catch (error) {
    return asCalSyncError(error)
  }
  throw new Error('it should have failed')
}
