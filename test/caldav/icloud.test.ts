import assert from 'node:assert/strict'
import type { Fetch } from '../../src/transport/fetch'
import { assertRefused } from '../contract/refusals'
import { NO_END, Reader } from '../contract/reader'
import { CaldavServer, serveCaldav } from '../simulators/caldav'
import type { CaldavOptions } from '../simulators/caldav'
import { addMany, brief, hour, providerFor } from './setup'

const POD = 'https://p62-caldav.icloud.com'
const OTHER_POD = 'https://p07-caldav.icloud.com:443'
const NO_SLEEP = (): Promise<void> => Promise.resolve()

/** An account on iCloud as simulated, with all its peculiarities, and every request with the host that got it. */
async function icloud(options: Partial<CaldavOptions> = {}) {
  const server = new CaldavServer(options)
  const asked: string[] = []
  const waits: number[] = []
  const fetch: Fetch = async (input, init) => {
    const url = new URL(input)
    asked.push(`${init?.method} ${url.origin}${url.pathname}`)
    return server.fetch(input, init)
  }
  const sleep = async (millis: number): Promise<void> => {
    waits.push(millis)
    return Promise.resolve()
  }
  const provider = await providerFor(server, {}, fetch, sleep)
  return { server, provider, waits, take: () => asked.splice(0) }
}

describe('iCloud', () => {
  it('is found from its one address, on the pod and port that it names, through refusals that mean nothing', async () => {
    const { server, provider, take } = await icloud()
    const list = await provider.listCalendars(NO_END)
    assert.deepEqual(
      list.map(({ name }) => name),
      ['Verein', 'Privat'],
    )
    const { principal, home } = server.store
    assert.deepEqual(take(), [
      'PROPFIND https://caldav.icloud.com/', // 401
      'PROPFIND https://caldav.icloud.com/',
      `PROPFIND https://caldav.icloud.com${principal}`,
      `PROPFIND ${POD}${home}`, // 401
      `PROPFIND ${POD}${home}`,
    ])
  })

  it('sends a calendar on to its pod once; from then on the pod alone is asked', async () => {
    const { server, provider, take } = await icloud()
    const { path } = server.calendar
    const reader = new Reader(await provider.open(path, NO_END))
    const [first] = addMany(server.user, server.calendar, 2)
    await reader.read()
    take()
    server.user.set(first!, 'SUMMARY:Moved')
    assert.deepEqual(brief((await reader.read()).seen), ['live u0.ics'])
    await provider.open(path, NO_END)
    assert.deepEqual(new Set(take().map((each) => new URL(each.split(' ')[1]!).origin)), new Set([POD]))
  })

  for (const [what, oldPod] of [
    ['that sends on to the new one', 'redirects'],
    ['that is gone', 'is gone'],
  ] as const) {
    it(`moves an account to another pod while it is in use, from one ${what}`, async () => {
      const server = new CaldavServer()
      const asked: string[] = []
      const fetch: Fetch = (input, init) => {
        const { host, pathname } = new URL(input)
        asked.push(host)
        const isOld = host === new URL(POD).host && server.options.homeOrigin === OTHER_POD
        if (!isOld || oldPod === 'is gone') return server.fetch(input, init)
        return Promise.resolve(new Response(null, { status: 301, headers: { location: OTHER_POD + pathname } }))
      }
      const provider = await providerFor(server, {}, fetch)
      const calendar = await provider.open(server.calendar.path, NO_END)
      const reader = new Reader(calendar)
      addMany(server.user, server.calendar, 1)
      await reader.read()

      server.options.homeOrigin = OTHER_POD
      addMany(server.user, server.calendar, 2)
      assert.deepEqual(brief((await reader.read()).seen), ['live u0.ics', 'live u1.ics'])
      assert.deepEqual((await reader.read()).seen, [])
      asked.splice(0)
      await reader.read()
      assert.deepEqual(asked, ['p07-caldav.icloud.com'])
      const day = { start: { date: '2026-06-12' }, end: { date: '2026-06-13' }, recurrence: [] }
      for await (const _answer of calendar.create('new', { when: day, summary: 'New' }, NO_END)) _answer
      assert.match([...server.calendar.members.values()].at(-1)?.text ?? '', /SUMMARY:New/)
      const again = await provider.open(server.calendar.path, NO_END)
      assert.equal(again.info.identity, calendar.info.identity)
    })
  }

  it('is believed about a wrong password only after it has said so three times, with a pause', async () => {
    const { server, provider, waits } = await icloud({ transient401: false })
    const statuses = [401, 401]
    server.interfere = {
      before: () => {
        const status = statuses.shift()
        return status === undefined ? undefined : new Response(null, { status })
      },
    }
    assert.match(await provider.check(NO_END), /anna@example\.com/)
    assert.deepEqual(waits, [2000])

    server.options.password = 'changed'
    server.log.splice(0)
    await assertRefused(provider.check(NO_END), 'reauthorise')
    assert.deepEqual(
      server.log.map(({ status }) => status),
      [401, 401, 401],
    )
  })

  it('answers a user name that it does not know with a 403, which is said in words', async () => {
    const { server, provider } = await icloud()
    server.interfere = { before: () => new Response(null, { status: 403 }) }
    await assertRefused(provider.check(NO_END), 'reauthorise')
    await assert.rejects(provider.open(server.calendar.path, NO_END), /user name/)
  })

  it('wants a User-Agent, and gets one with every request', async () => {
    const { server, provider } = await icloud({ rewrites: 'alarm' })
    const agents = new Set<string | null>()
    server.interfere = {
      before: (request) => {
        agents.add(request.headers.get('user-agent'))
        return undefined
      },
    }
    const calendar = await provider.open(server.calendar.path, NO_END)
    addMany(server.user, server.calendar, 1)
    await calendar.read(null, new Map(), NO_END)
    assert.deepEqual([...agents].map(Boolean), [true])
    const bare = await server.respond(new Request(server.options.origin, { headers: { 'user-agent': '' } }))
    assert.equal(bare.status, 403)
  })

  it('writes XML without prefixes and events in CDATA, whatever they hold', async () => {
    const { server, provider } = await icloud()
    const odd = 'a ]]> b <c> &amp; d'
    server.user.add(server.calendar, [
      'UID:u1',
      ...hour('20260610T100000Z'),
      `SUMMARY:${odd}`,
      'LOCATION:<![CDATA[x]]>',
    ])
    let xml = ''
    server.interfere = {
      after: async (_, response) => {
        const text = await response.clone().text()
        if (text.includes('calendar-data')) xml = text
        return response
      },
    }
    const calendar = await provider.open(server.calendar.path, NO_END)
    const [seen] = (await calendar.read(null, new Map(), NO_END)).seen
    assert.ok(seen?.is === 'live')
    assert.deepEqual([seen.fields.summary, seen.fields.location], [odd, '<![CDATA[x]]>'])
    assert.match(xml, /<calendar-data xmlns="urn:ietf:params:xml:ns:caldav"><!\[CDATA\[BEGIN:VCALENDAR/)
    assert.doesNotMatch(xml, /<\w+:/)
  })

  it('is found, read and written over HTTP', async () => {
    const server = new CaldavServer()
    const { url, close } = await serveCaldav(server)
    try {
      const provider = await providerFor(server, { serverUrl: url }, fetch, NO_SLEEP)
      assert.equal((await provider.listCalendars(NO_END)).length, 2)
      const calendar = await provider.open(server.calendar.path, NO_END)
      addMany(server.user, server.calendar, 2)
      const [seen] = (await calendar.read(null, new Map(), NO_END)).seen
      assert.ok(seen?.is === 'live')
      for await (const _answer of calendar.update(seen, { summary: 'New' }, ['summary'], NO_END)) _answer
      assert.match(server.user.text(seen.id), /SUMMARY:New/)
      assert.equal(server.log.filter(({ status }) => status === 401).length, 1)
    } finally {
      await close()
    }
  })
})
