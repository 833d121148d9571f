import assert from 'node:assert/strict'
import { createCaldavProvider } from '../../src/caldav'
import type { Fetch } from '../../src/transport/fetch'
import { secondClient } from '../contract/caldav-world'
import { CaldavServer, PLAIN } from '../simulators/caldav'
import type { CaldavOptions, Collection } from '../simulators/caldav'
import type { Examined } from './checking'
import { examined, having, sawOf } from './checking'
import { nextToken, onRealServers } from './real-servers'
import { addMany, hour, providerFor } from './setup'

type Setting = { server: CaldavServer; scratch: Collection; second: Collection }

/** A server with four events in its calendar, and two calendars made for a check. */
function setting(options: Partial<CaldavOptions>): Setting {
  const server = new CaldavServer(options)
  addMany(server.user, server.calendar, 4)
  const [scratch, second] = ['Scratch', 'Scratch 2'].map((name) => server.user.newCalendar({ name }))
  return { server, scratch: scratch!, second: second! }
}

/** All requests bear a User-Agent, which the transport adds to those that have none. */
async function check({ server, scratch, second }: Setting, writes = true, signal?: AbortSignal): Promise<Examined> {
  const fetch: Fetch = (input, init) => {
    const headers = new Headers(init?.headers)
    if (!headers.has('user-agent')) headers.set('user-agent', 'CalSync')
    return server.fetch(input, { ...init, headers })
  }
  const provider = await providerFor(server, {}, fetch)
  return examined(provider, writes ? { id: scratch.path, second: second.path } : undefined, signal)
}

const written = ({ server }: Setting): string[] =>
  server.log.filter(({ method }) => !['PROPFIND', 'REPORT', 'GET', 'OPTIONS'].includes(method)).map(({ path }) => path)

describe('The check of a CalDAV account', () => {
  it('finds all as expected that is read on a server that keeps to the RFCs', async () => {
    const found = await check(setting(PLAIN), false)
    assert.deepEqual([having(found, 'differs'), having(found, 'not tried')], [[], ['caldav.discovery.home']])
  })

  it('finds on a server with iCloud’s habits those that CalSync is ready for, and no other', async () => {
    const found = await check(setting({}))
    assert.deepEqual(having(found, 'differs'), ['caldav.write.create', 'caldav.write.again'])
    assert.deepEqual(having(found, 'not tried'), [])
    assert.match(
      sawOf(found, 'caldav.write.create'),
      /^HTTP 201, no ETag; at once: rewritten \(added: LAST-MODIFIED, DTSTAMP\)\.$/,
    )
    assert.match(
      sawOf(found, 'caldav.discovery.home'),
      /^https:\/\/p<2 digits #\w+>-caldav\.icloud\.com:443\/<10 digits #\w+>\/calendars\/\.$/,
    )
    assert.match(sawOf(found, 'caldav.sync.empty-token-depth-0'), /4 doubled, the calendar itself among them/)
  })

  for (const [what, options, facts] of [
    ['no ctag', { ctag: false }, ['caldav.sync.ctag']],
    ['no word of what may be written', { privileges: false }, ['caldav.list.privileges']],
    ['no word of components', { componentSet: false }, ['caldav.list.components']],
    ['a multiget without ETags', { multigetEtag: false }, ['caldav.members.multiget']],
    ['no ETag after a PUT', { etagAfterPut: false }, ['caldav.write.create']],
    ['texts that it rewrites', { rewrites: 'alarm' }, ['caldav.write.create']],
    ['names of deleted events that it keeps', { tombstones: true }, ['caldav.write.again']],
    ['UIDs that an account may hold once', { uniqueUid: 'account' }, ['caldav.write.same-uid']],
  ] as const) {
    it(`names the fact in which a server differs that has ${what}`, async () => {
      const found = await check(setting({ ...PLAIN, ...options }))
      // the simulator refuses an event without an end, as iCloud does
      assert.deepEqual(
        having(found, 'differs').filter((id) => id !== 'caldav.write.no-end'),
        facts,
      )
    })
  }

  it('goes on where a server cuts its list', async () => {
    const found = await check(setting({ ...PLAIN, deltaLimit: 2 }), false)
    assert.deepEqual(having(found, 'differs'), [])
    assert.match(sawOf(found, 'caldav.sync.empty-token-depth-0'), /^4 members, 0 missing.*in 2 parts \(507\)/)
  })

  it('says what is not tried on a server without sync tokens', async () => {
    const found = await check(setting({ ...PLAIN, syncCollection: false }), false)
    assert.deepEqual(having(found, 'differs'), [
      'caldav.list.reports',
      'caldav.sync.ctag',
      'caldav.sync.empty-token-depth-0',
      'caldav.sync.empty-token-depth-1',
    ])
    assert.deepEqual(having(found, 'not tried'), [
      'caldav.discovery.home',
      'caldav.sync.same-token',
      'caldav.sync.changed-token',
    ])
  })

  it('compares nothing in an account without events', async () => {
    const server = new CaldavServer(PLAIN)
    const found = await examined(await providerFor(server))
    assert.deepEqual(having(found, 'not tried').slice(1), ['caldav.members.multiget', 'caldav.members.readable'])
  })

  it('counts events that can’t be read, and those that only a time zone keeps from it', async () => {
    const { server, ...rest } = setting(PLAIN)
    server.user.add(server.calendar, [
      'UID:nowhere',
      'DTSTART;TZID=Nowhere/Land:20260610T100000',
      'DTEND;TZID=Nowhere/Land:20260610T110000',
    ])
    const found = await check({ server, ...rest }, false)
    assert.equal(
      sawOf(found, 'caldav.members.readable'),
      '5 events: 0 not given out, 1 not readable, 1 of them for a time zone.',
    )
  })

  it('writes nothing unless a scratch calendar is named, and elsewhere never', async () => {
    const read = setting({})
    await check(read, false)
    assert.deepEqual(written(read), [])
    const wrote = setting({})
    await check(wrote)
    const own = [wrote.scratch.path, wrote.second.path]
    assert.ok(written(wrote).length > 0)
    assert.ok(written(wrote).every((path) => own.some((each) => path.startsWith(`${each}calsync-check-`))))
    assert.deepEqual(wrote.server.mails, [])
  })

  it('tells nothing of whose account it is', async () => {
    const place = setting({ username: 'anna.mueller@example.com' })
    place.server.user.add(place.server.calendar, [
      'UID:secret-uid@example.com',
      ...hour('20260610T100000Z', 'SUMMARY:Doctor Nowak'),
    ])
    const found = await check(place)
    const all = JSON.stringify(found.findings)
    const { server } = place
    const own = [
      '1234567890',
      'p62',
      'anna.mueller',
      'example.com',
      'Anna',
      'Müller',
      'abcd-efgh',
      'Privat',
      'Verein',
      'Doctor',
      'secret-uid',
    ]
    for (const secret of [...own, server.store.tokenOf(server.calendar)]) assert.ok(!all.includes(secret), secret)
    assert.ok(found.findings.some(({ asked }) => asked.length > 0))
  })

  it('hides the same things under other hashes in the next report', async () => {
    const { server } = setting({})
    const { examination } = await providerFor(server)
    const saw = async (salt: string): Promise<string[]> => {
      const all: string[] = []
      await examination!.run(
        { salt },
        ({ id, saw }) => id === 'caldav.discovery.home' && all.push(saw),
        new AbortController().signal,
      )
      return all
    }
    assert.notDeepEqual(await saw('a'), await saw('b'))
    assert.deepEqual(await saw('a'), await saw('a'))
  })

  it('leaves nothing behind wherever it is given up', async () => {
    const whole = setting(PLAIN)
    await check(whole)
    const { length } = whole.server.log
    for (let after = 1; after < length; after += 1) {
      const place = setting(PLAIN)
      const giveUp = new AbortController()
      place.server.interfere.before = () => {
        if (place.server.log.length === after) giveUp.abort(new Error('the dialog was closed'))
        return undefined
      }
      await check(place, true, giveUp.signal)
      assert.deepEqual([place.scratch.members.size, place.second.members.size], [0, 0], `after ${after} requests`)
      assert.equal(place.server.calendar.members.size, 4)
    }
  })

  it('leaves nothing behind though answers are lost', async () => {
    const place = setting(PLAIN)
    place.server.interfere.after = (request, response) => {
      if (request.method === 'PUT') throw new TypeError('fetch failed')
      return response
    }
    const found = await check(place)
    assert.deepEqual([place.scratch.members.size, place.second.members.size], [0, 0])
    assert.match(sawOf(found, 'caldav.cleanup'), /^[1-9] removed\.$/)
  })

  it('names what it can’t remove', async () => {
    const place = setting(PLAIN)
    place.server.interfere.before = ({ method }) =>
      method === 'DELETE' ? new Response(null, { status: 403 }) : undefined
    const found = await check(place)
    assert.ok(having(found, 'differs').includes('caldav.cleanup'))
    const [name] = [...place.scratch.members.keys()]
    assert.ok(
      name && sawOf(found, 'caldav.cleanup').includes(`Delete these yourself: ${name}`),
      sawOf(found, 'caldav.cleanup'),
    )
  })

  it('removes what an earlier check left that was killed', async () => {
    const place = setting(PLAIN)
    place.server.store.put(place.scratch, 'calsync-check-earlier-one.ics', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n')
    place.server.user.add(place.scratch, ['UID:mine', ...hour('20260610T100000Z')])
    await check(place)
    assert.equal(place.scratch.members.size, 1)
  })

  it('writes into no calendar that may only be read, or is not there', async () => {
    const { server } = setting(PLAIN)
    for (const [id, code] of [
      [`${server.store.home}shared/`, 'read-only'],
      [`${server.store.home}nowhere/`, 'calendar-not-found'],
    ] as const) {
      const found = await examined(await providerFor(server), { id })
      assert.equal((found.error as { code?: string } | undefined)?.code, code)
    }
    assert.ok(!server.log.some(({ method }) => method === 'PUT'))
  })

  it('ends where the password is wrong, and says so', async () => {
    const { server } = setting(PLAIN)
    const found = await examined(await providerFor(server, { password: 'another one' }))
    assert.equal((found.error as { code?: string } | undefined)?.code, 'reauthorise')
    assert.ok(having(found, 'not tried').includes('caldav.list.recognised'))
    assert.ok(server.log.length < 8, 'servers lock accounts that keep trying')
  })
})

/** In what each real server differs from what is expected. */
const DIFFERS: Readonly<Record<string, readonly string[]>> = {
  Radicale: ['caldav.sync.ctag'],
  // knows no passwords; has sync-collection, but does not list it; an unknown token is an error of its own
  Xandikos: ['caldav.discovery.challenge', 'caldav.list.reports', 'caldav.sync.changed-token'],
  // describes itself to everybody; a UID may stand once in an account; sorts categories
  Cyrus: [
    'caldav.discovery.challenge',
    'caldav.sync.ctag',
    'caldav.write.same-uid',
    'caldav.write.no-end',
    'caldav.write.kept',
  ],
  // lists all for a token that it does not know
  DAViCal: ['caldav.sync.ctag', 'caldav.sync.changed-token'],
  // so does this one; adds what is the default; ignores two preconditions
  SOGo: [
    'caldav.discovery.well-known',
    'caldav.sync.changed-token',
    'caldav.write.create',
    'caldav.write.if-none-match',
    'caldav.write.stale-delete',
  ],
}
/** Where a manual gives another address than that of the server. */
const ADDRESS: Readonly<Record<string, string>> = { SOGo: '/SOGo/dav/' }

onRealServers((server, name) => {
  it('differs from what the check expects in what is known of it', async () => {
    const { config, newCalendar, removeCalendar } = server()
    const [path, scratch, second] = [await newCalendar(), await newCalendar(), await newCalendar()]
    const other = secondClient({ config, fetch, now: Date.now, path })
    for (const day of ['01', '02', '03', '04']) {
      await other.create({
        summary: 'Tea',
        when: {
          start: { date: `2026-06-${day}` },
          end: { date: `2026-06-${Number(day) + 1}`.replace(/-(\d)$/, '-0$1') },
        },
      })
    }
    const sleep = (): Promise<void> => Promise.resolve()
    const serverUrl = new URL(ADDRESS[name] ?? '', config.serverUrl).href
    const provider = await createCaldavProvider(
      { ...config, serverUrl },
      { fetch, now: Date.now, sleep, localZone: 'Europe/Berlin', random: () => 0.5 },
    )
    await nextToken(name)
    const found = await examined(provider, { id: scratch, second })
    assert.deepEqual(
      [...having(found, 'differs')].sort(),
      [...(DIFFERS[name] ?? [])].sort(),
      JSON.stringify(found.findings, null, 1),
    )
    assert.deepEqual(having(found, 'not tried'), ['caldav.discovery.home'])
    const left = await provider.open(scratch, new AbortController().signal)
    assert.deepEqual((await left.read(null, new Map(), new AbortController().signal)).seen, [])
    for (const each of [path, scratch, second]) await removeCalendar(each)
  })
})
