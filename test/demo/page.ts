import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { DateTime, IANAZone } from 'luxon'
import type { Entry, Owner, Time } from './owner'

/** What the page shows and does. */
export type Desk = {
  readonly sides: Readonly<Record<'google' | 'icloud', { readonly name: string; readonly owner: Owner }>>
  readonly editor: () => string
  /** What the last runs said, newest last. */
  readonly told: readonly { readonly at: string; readonly lines: readonly string[] }[]
  /** Starts a sync. */
  sync(): Promise<void>
  /** Something was changed by hand. */
  changed(): Promise<void>
  /** The flow reports something. */
  tell(message: { topic?: string; payload?: unknown }): Promise<void>
}

/** A request that makes no sense; the message says what would. */
class BadRequest extends Error {}

/** Serves the page on a port of 127.0.0.1. */
export async function servePage(desk: Desk, port: number): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    answer(desk, request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      send(response, error instanceof BadRequest ? 400 : 500, { message })
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${port}/`, close }
}

async function answer(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
  if (request.method === 'GET' && pathname === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(readFileSync(join(__dirname, 'page.html')))
    return
  }
  if (request.method === 'GET' && pathname === '/state') {
    send(response, 200, stateOf(desk))
    return
  }
  if (request.method !== 'POST') {
    send(response, 404, { message: `There is nothing at ${pathname}.` })
    return
  }
  // A form of another site can't send JSON: nobody but this page and the flow gets through.
  if (!request.headers['content-type']?.startsWith('application/json')) throw new BadRequest('Send JSON.')
  await act(desk, pathname, await bodyOf(request))
  send(response, 200, stateOf(desk))
}

async function act(desk: Desk, pathname: string, body: Record<string, unknown>): Promise<void> {
  if (pathname === '/tell') return desk.tell(body)
  if (pathname === '/sync') return desk.sync()
  const [, side, action] = /^\/(google|icloud)\/(add|change|remove)$/.exec(pathname) ?? []
  if (side !== 'google' && side !== 'icloud') throw new BadRequest(`There is nothing at ${pathname}.`)
  const { owner } = desk.sides[side]
  if (action === 'add') owner.add(entryFrom(body))
  if (action === 'change') owner.change(idFrom(body), entryFrom(body))
  if (action === 'remove') owner.remove(idFrom(body))
  return desk.changed()
}

const stateOf = ({ sides, editor, told }: Desk): object => ({
  editor: editor(),
  told,
  google: { name: sides.google.name, rows: sides.google.owner.rows() },
  icloud: { name: sides.icloud.name, rows: sides.icloud.owner.rows() },
})

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}')
  if (typeof body !== 'object' || body === null) throw new BadRequest('Send a JSON object.')
  return body as Record<string, unknown>
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

function idFrom({ id }: Record<string, unknown>): string {
  if (typeof id !== 'string') throw new BadRequest('Say which event, by its id.')
  return id
}

function entryFrom({ title, place, start, end }: Record<string, unknown>): Entry {
  if (typeof title !== 'string' || title.trim() === '') throw new BadRequest('Give the event a title.')
  const entry = { title, place: typeof place === 'string' ? place : '', start: timeFrom(start), end: timeFrom(end) }
  if ('date' in entry.start !== 'date' in entry.end) throw new BadRequest('Start and end are both days, or both times.')
  if (instant(entry.end) <= instant(entry.start)) throw new BadRequest('The end has to be after the start.')
  return entry
}

function timeFrom(value: unknown): Time {
  const { date, dateTime, timeZone } = (value ?? {}) as Record<string, unknown>
  if (typeof date === 'string' && DateTime.fromISO(date).isValid) return { date }
  if (typeof dateTime !== 'string' || typeof timeZone !== 'string' || !IANAZone.isValidZone(timeZone)) {
    throw new BadRequest('A time is a date, or a dateTime with a timeZone.')
  }
  const wall = DateTime.fromISO(dateTime, { zone: timeZone })
  if (!wall.isValid) throw new BadRequest(`${dateTime} is no time.`)
  return { dateTime: wall.toFormat("yyyy-MM-dd'T'HH:mm:ss"), timeZone }
}

const instant = (time: Time): number =>
  'date' in time
    ? DateTime.fromISO(time.date, { zone: 'utc' }).toMillis()
    : DateTime.fromISO(time.dateTime, { zone: time.timeZone }).toMillis()
