import assert from 'node:assert/strict'
import { createCaldavProvider } from '../../src/caldav'
import type { CaldavConfig } from '../../src/caldav'
import type { ResourceId } from '../../src/event/calendar'
import { exceptionField, fieldNames } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import { isObject } from '../../src/event/json'
import { patchEvent, writeEvent } from '../../src/ical'
import type { Fetch } from '../../src/transport/fetch'
import { NO_END } from './reader'
import type { OtherUser, World } from './world'

/** A CalDAV server with an account on it, whatever it is. `path`: the calendar's, decoded. */
export type CaldavPlace = {
  readonly config: CaldavConfig
  readonly fetch: Fetch
  readonly now: () => number
  readonly path: string
  readonly readOnlyId?: string
  readonly noInstants?: boolean
  /** Called after each write of the other user. */
  readonly settled?: () => Promise<void>
  readonly close?: () => Promise<void>
}

export async function caldavWorld(place: CaldavPlace): Promise<World> {
  const { fetch, now, config, path, readOnlyId, noInstants = false } = place
  const provider = await createCaldavProvider(config, {
    fetch,
    now,
    sleep: () => Promise.resolve(),
    localZone: 'Europe/Berlin',
    random: Math.random,
  })
  return {
    provider,
    calendarId: path,
    calendar: await provider.open(path, NO_END),
    other: secondClient(place),
    ...(readOnlyId === undefined ? {} : { readOnlyId }),
    noInstants,
    unknownId: path.replace(/[^/]+\/$/, 'no-such-calendar/'),
    spoil: spoiled,
    close: async () => place.close?.(),
  }
}

/** Another client of the same account, which speaks plain HTTP. */
export function secondClient({ config, fetch, now, path, settled }: CaldavPlace): OtherUser {
  let count = 0
  let unknown: readonly string[] = []
  const credentials = Buffer.from(`${config.username}:${config.password}`).toString('base64')
  const send = async (
    method: string,
    id: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Response> => {
    let url = new URL(encodeURI(id), config.serverUrl)
    const all = { authorization: `Basic ${credentials}`, 'user-agent': 'second client', ...headers }
    const ask = () => fetch(url, { method, headers: all, body, redirect: 'manual' })
    let response = await ask()
    // as iCloud: refusals that mean nothing, and the way to the host where the calendars are
    for (let tries = 0; tries < 3 && [301, 401].includes(response.status); tries++) {
      url = new URL(response.headers.get('location') ?? url)
      response = await ask()
    }
    if (method !== 'GET') await settled?.()
    assert.ok(response.ok, `${method} ${id}: ${response.status} ${response.headers.get('x-why') ?? ''}`)
    return response
  }
  const get = async (id: ResourceId): Promise<{ text: string; etag: string }> => {
    const response = await send('GET', id, {})
    return { text: await response.text(), etag: response.headers.get('etag')! }
  }
  const put = (id: ResourceId, text: string, precondition: Record<string, string>) =>
    send('PUT', id, { 'content-type': 'text/calendar; charset=utf-8', ...precondition }, text)
  const change = async (id: ResourceId, edit: (text: string) => string): Promise<void> => {
    const { text, etag } = await get(id)
    await put(id, edit(text), { 'if-match': etag })
  }
  const patch = (id: ResourceId, fields: Record<string, Json>): Promise<void> =>
    change(id, (text) =>
      patchEvent(text, { fields, changed: fieldNames(fields), now: now(), floatingZone: 'Europe/Berlin' }),
    )
  return {
    async create(fields) {
      const uid = `other-${now()}-${++count}`
      const id = `${path}${uid}.ics`
      await put(id, writeEvent({ uid, fields, now: now() }), { 'if-none-match': '*' })
      return id
    },
    edit: (id, fields) => patch(id, fields as Record<string, Json>),
    changeOccurrence: (id, key, exception) => patch(id, { [exceptionField(key)]: exception }),
    async delete(id) {
      const { etag } = await get(id)
      await send('DELETE', id, { 'if-match': etag })
    },
    async addUnknown(id) {
      const before = linesOf((await get(id)).text)
      await change(id, (text) => text.replace('END:VEVENT', `${UNKNOWN.join('\r\n')}\r\nEND:VEVENT`))
      const after = linesOf((await get(id)).text)
      unknown = after.filter((line) => !before.includes(line)) // as the server spells them: Cyrus has its own way
      assert.equal(unknown.length, UNKNOWN.length, unknown.join())
    },
    async hasUnknown(id) {
      const lines = linesOf((await get(id)).text)
      return unknown.length > 0 && unknown.every((line) => lines.includes(line))
    },
  }
}

const linesOf = (text: string): string[] => text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)

const UNKNOWN = ['X-OTHER-APP-COLOR;X-KIND=loud:papaya\\, ripe', 'PRIORITY:3', 'GEO:52.52;13.405']

/**
 * A token of the same form, which the server never gave out; without tokens there is no such thing but none at all. It is
 * the first letter of its last part that differs: Cyrus counts up in the end, and takes another number for an earlier one.
 */
function spoiled(position: Json): Json {
  if (!isObject(position) || typeof position.token !== 'string') return null
  const at = position.token.search(/[^/,]+$/)
  const other = position.token[at] === '0' ? '1' : '0'
  return { token: position.token.slice(0, at) + other + position.token.slice(at + 1) }
}
