import assert from 'node:assert/strict'
import { CaldavServer, PLAIN } from '../simulators/caldav'
import type { CaldavOptions } from '../simulators/caldav'
import { hour } from './setup'

const EVENT = ['UID:u1', 'DTSTAMP:20260601T080000Z', ...hour('20260610T100000Z'), 'SUMMARY:Lunch']

const resource = (...events: readonly (readonly string[])[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test//EN',
    ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']),
    'END:VCALENDAR',
    '',
  ].join('\r\n')

const without = (name: string): string[] => EVENT.filter((line) => !line.startsWith(name))

/** A client that says exactly what it is told to. */
function client(options: Partial<CaldavOptions> = {}) {
  const server = new CaldavServer({ ...PLAIN, uniqueUid: 'account', ...options })
  const { username, password, origin } = server.options
  const credentials = Buffer.from(`${username}:${password}`).toString('base64')
  const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
    server.fetch(new URL(path, origin), {
      method,
      body,
      redirect: 'manual',
      headers: { authorization: `Basic ${credentials}`, 'user-agent': 'test', ...headers },
    })
  const put = (name: string, text: string, headers: Record<string, string> = { 'if-none-match': '*' }) =>
    send('PUT', server.calendar.path + name, { 'content-type': 'text/calendar', ...headers }, text)
  return { server, send, put, path: server.calendar.path }
}

const MULTIGET = (href: string) =>
  `<?xml version="1.0"?><c:calendar-multiget xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><d:getetag/><c:calendar-data/></d:prop><d:href>${href}</d:href></c:calendar-multiget>`
const QUERY = (filter: string) =>
  `<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><d:getetag/></d:prop>${filter}</c:calendar-query>`
const SYNC = (token: string) =>
  `<sync-collection xmlns="DAV:"><sync-token>${token}</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`

describe('The simulated CalDAV server', () => {
  const REFUSED: readonly { what: string; text: string; status: number }[] = [
    { what: 'an event without an end', text: resource(without('DTEND')), status: 404 },
    { what: 'an event without UID', text: resource(without('UID')), status: 403 },
    { what: 'an event without DTSTAMP', text: resource(without('DTSTAMP')), status: 403 },
    { what: 'two UIDs', text: resource(EVENT, [...without('UID'), 'UID:u2']), status: 403 },
    { what: 'a METHOD', text: resource(EVENT).replace('VERSION', 'METHOD:PUBLISH\r\nVERSION'), status: 403 },
    { what: 'a status in mixed case', text: resource([...EVENT, 'STATUS:Confirmed']), status: 403 },
    {
      what: 'a zone without VTIMEZONE',
      text: resource(EVENT).replace('DTSTART', 'DTSTART;TZID=Europe/Paris'),
      status: 400,
    },
    {
      what: 'an override without its series',
      text: resource([...EVENT, 'RECURRENCE-ID:20260610T100000Z']),
      status: 412,
    },
    { what: 'a task', text: resource(EVENT).replaceAll('VEVENT', 'VTODO'), status: 403 },
    { what: 'line ends without CR', text: resource(EVENT).replaceAll('\r', ''), status: 400 },
    { what: 'half a text', text: resource(EVENT).slice(0, 120), status: 403 },
  ]
  for (const { what, text, status } of REFUSED) {
    it(`refuses ${what} and stores nothing`, async () => {
      const { put, server } = client()
      assert.equal((await put('a.ics', text)).status, status)
      assert.equal(server.calendar.members.size, 0)
    })
  }

  it('stores a sane event once under a name, and again only against its ETag', async () => {
    const { put } = client()
    const first = await put('a.ics', resource(EVENT))
    assert.equal(first.status, 201)
    const etag = first.headers.get('etag')!
    assert.equal((await put('a.ics', resource(EVENT))).status, 412)
    assert.equal((await put('a.ics', resource(EVENT), {})).status, 412)
    assert.equal((await put('a.ics', resource(EVENT), { 'if-match': '*' })).status, 412)
    assert.equal((await put('a.ics', resource(EVENT), { 'if-match': '"other"' })).status, 412)
    assert.equal((await put('a.ics', resource(EVENT), { 'if-match': etag })).status, 204)
    assert.equal((await put('a.ics', resource(EVENT), { 'if-match': etag })).status, 412)
  })

  it('refuses a UID that lives elsewhere in the account', async () => {
    const { put, server } = client()
    server.user.add(server.user.newCalendar({ name: 'Work' }), EVENT)
    const answer = await put('a.ics', resource(EVENT))
    assert.equal(answer.status, 403)
    assert.match(await answer.text(), /no-uid-conflict/)
  })

  it('keeps names and UIDs of deleted events for itself, as iCloud does', async () => {
    const { put, send, server, path } = client({ tombstones: true })
    server.user.delete(server.user.add(server.calendar, EVENT, [], 'a.ics'))
    for (const name of ['a.ics', 'b.ics']) {
      const answer = await put(name, resource(EVENT))
      assert.deepEqual([answer.status, await answer.text()], [412, ''])
    }
    assert.equal((await send('GET', `${path}a.ics`)).status, 404)
  })

  it('gives no ETag for a text that it rewrote', async () => {
    const { put, server, path } = client({ rewrites: 'alarm' })
    const answer = await put('a.ics', resource(EVENT))
    assert.deepEqual([answer.status, answer.headers.get('etag')], [201, null])
    assert.match(server.user.text(`${path}a.ics`), /X-APPLE-DEFAULT-ALARM:TRUE/)
  })

  it('counts the mails that guests would get', async () => {
    const { put, send, server, path } = client({ schedules: true })
    const answer = await put('a.ics', resource([...EVENT, 'ATTENDEE:mailto:b@example.com']))
    await send('DELETE', `${path}a.ics`, { 'if-match': answer.headers.get('etag')! })
    assert.deepEqual(
      server.mails.map(({ because }) => because),
      ['put', 'delete'],
    )
  })

  it('refuses what iCloud refuses in requests', async () => {
    const { send, put, server, path } = client({ needsUserAgent: true })
    await put('a.ics', resource(EVENT))
    const [member] = server.calendar.members.values()
    assert.equal((await send('GET', `${path}a.ics`, { 'user-agent': '' })).status, 403)
    assert.equal((await send('GET', `${path}a.ics`, { authorization: 'Basic x' })).status, 401)
    assert.equal((await send('REPORT', path, { depth: '1' }, ` ${MULTIGET(`${path}a.ics`)}`)).status, 400)
    assert.equal((await send('DELETE', `${path}a.ics`, { depth: 'infinity', 'if-match': member!.etag })).status, 400)
    assert.equal((await send('PUT', `${path}b.ics`, {}, resource(EVENT))).status, 415)
    assert.equal((await send('DELETE', path)).status, 404)
    const shared = `${server.store.home}shared/`
    assert.equal(
      (await send('PUT', `${shared}b.ics`, { 'content-type': 'text/calendar' }, resource(EVENT))).status,
      403,
    )
  })

  it('answers a query for events only, and none for a property of theirs', async () => {
    const { send, path } = client()
    const filter = (inner: string) =>
      QUERY(`<c:filter><c:comp-filter name="VCALENDAR">${inner}</c:comp-filter></c:filter>`)
    const ask = async (body: string) => (await send('REPORT', path, { depth: '1' }, body)).status
    assert.equal(await ask(QUERY('')), 400)
    assert.equal(await ask(filter('')), 400)
    assert.equal(await ask(filter('<c:comp-filter name="VEVENT"/>')), 207)
    assert.equal(await ask(filter('<c:comp-filter name="VTODO"/>')), 500)
    assert.equal(await ask(filter('<c:comp-filter name="VEVENT"><c:prop-filter name="UID"/></c:comp-filter>')), 412)
  })

  it('lists itself and doubles in a delta, deletions as 404, and refuses tokens that it never gave', async () => {
    const { send, server, path } = client({ ownHrefInDelta: true, duplicateHrefs: true, xml: 'default-namespace' })
    const sync = (token: string) => send('REPORT', path, { depth: '0' }, SYNC(token))
    const kept = server.user.add(server.calendar, EVENT)
    const token = /<sync-token>(.+)<\/sync-token>/.exec(await (await sync('')).text())![1]!
    const idle = await (await sync(token)).text()
    assert.match(idle, /^<\?xml[^>]+><multistatus xmlns="DAV:"><sync-token>[^<]+<\/sync-token><\/multistatus>$/)

    server.user.set(kept, 'SUMMARY:Brunch')
    server.user.delete(server.user.add(server.calendar, ['UID:u2', ...hour('20260611T100000Z')]))
    const delta = await (await sync(token)).text()
    assert.equal(delta.split(`<href>${kept}</href>`).length, 3)
    assert.equal(delta.split(`<href>${path}</href>`).length, 2)
    assert.match(delta, /u2\.ics<\/href><status>HTTP\/1\.1 404 Not Found<\/status>/)

    server.user.forgetTokens(server.calendar)
    for (const bad of [token, 'garbage']) {
      const answer = await sync(bad)
      assert.equal(answer.status, 403)
      assert.match(await answer.text(), /<valid-sync-token/)
    }
  })

  it('does not know the sync report where it has no tokens', async () => {
    const { send, path } = client({ syncCollection: false })
    const answer = await send('REPORT', path, { depth: '0' }, SYNC(''))
    assert.equal(answer.status, 403)
    assert.match(await answer.text(), /supported-report/)
  })

  it('lets its answers be replaced and lost', async () => {
    const { put, server } = client()
    server.interfere = { before: () => new Response(null, { status: 429 }) }
    assert.equal((await put('a.ics', resource(EVENT))).status, 429)
    assert.equal(server.calendar.members.size, 0)
    server.interfere = {
      after: () => {
        throw new TypeError('fetch failed')
      },
    }
    await assert.rejects(put('a.ics', resource(EVENT)), TypeError)
    assert.equal(server.calendar.members.size, 1)
  })
})
