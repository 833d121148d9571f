import assert from 'node:assert/strict'
import { assertRefused } from '../contract/refusals'
import { NO_END } from '../contract/reader'
import { CaldavServer, PLAIN, serveCaldav } from '../simulators/caldav'
import { providerFor } from './setup'

const ICLOUD_LIST = ['/1234567890/calendars/shared/', '/1234567890/calendars/home/']

describe('Finding the calendars of an account', () => {
  for (const serverUrl of [
    'https://caldav.icloud.com',
    'caldav.icloud.com',
    ' https://caldav.icloud.com/ ',
    'https://caldav.icloud.com/1234567890/principal/',
    'https://caldav.icloud.com/1234567890/calendars/',
    'https://caldav.icloud.com/1234567890/calendars/home/',
    'https://caldav.icloud.com/something/else/',
    'https://p62-caldav.icloud.com:443/',
  ]) {
    it(`works from ${serverUrl.trim()}`, async () => {
      const provider = await providerFor(new CaldavServer(), { serverUrl })
      const list = await provider.listCalendars(NO_END)
      assert.deepEqual(
        list.map(({ id }) => id),
        ICLOUD_LIST,
      )
    })
  }

  it('lists calendars that hold events only, with what is known of them', async () => {
    const server = new CaldavServer()
    const zone = 'BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:America/New_York\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n'
    server.user.newCalendar({ name: '2026', timeZone: zone, color: '#FF2968FF', components: ['VEVENT', 'VTODO'] })
    server.user.newCalendar({ name: 'true', color: null })
    const provider = await providerFor(server)
    const list = await provider.listCalendars(NO_END)
    assert.deepEqual(
      list.map(({ id: _id, identity: _identity, ...rest }) => rest),
      [
        { name: 'Verein', provider: 'icloud', writable: false, color: '#1BADF8' },
        { name: 'Privat', provider: 'icloud', writable: true, color: '#1BADF8' },
        { name: '2026', provider: 'icloud', writable: true, color: '#FF2968', timeZone: 'America/New_York' },
        { name: 'true', provider: 'icloud', writable: true },
      ],
    )
    assert.equal(list[1]?.identity, 'caldav:caldav.icloud.com:/1234567890/calendars/home/')
    assert.equal(await provider.check(NO_END), 'Signed in to caldav.icloud.com as Anna Müller (anna@example.com).')
  })

  for (const name of ['1e3', '1.0', '007', 'true', 'False', '-0', '1.50', '0x1f', '1E400', '12345678901234567890']) {
    it(`leaves a calendar called "${name}" its name`, async () => {
      const server = new CaldavServer()
      server.user.newCalendar({ name })
      const list = await (await providerFor(server)).listCalendars(NO_END)
      assert.equal(list.at(-1)?.name, name)
    })
  }

  it('opens a calendar by its path alone, with one request, under the identity that the list gives it', async () => {
    const server = new CaldavServer({ podRedirects: false, transient401: false })
    const provider = await providerFor(server)
    const opened = await provider.open(server.calendar.path, NO_END)
    assert.equal(server.log.length, 1)
    const listed = await provider.listCalendars(NO_END)
    assert.deepEqual(
      listed.find(({ id }) => id === server.calendar.path),
      opened.info,
    )
  })

  it('opens a calendar by what leads to it', async () => {
    const server = new CaldavServer()
    const calendar = server.user.newCalendar({ name: 'Büro', path: '/1234567890/calendars/Büro @work/' })
    const provider = await providerFor(server)
    for (const id of [
      calendar.path,
      calendar.path.slice(0, -1),
      '/1234567890/calendars/B%C3%BCro%20%40work/',
      'https://p07-caldav.icloud.com:443/1234567890/calendars/B%C3%BCro%20%40work/',
    ]) {
      assert.equal((await provider.open(id, NO_END)).info.id, calendar.path)
    }
  })

  it('opens a calendar by its name, if it is the only one of that name, and else says which there are', async () => {
    const server = new CaldavServer()
    const provider = await providerFor(server)
    assert.equal((await provider.open(' Privat ', NO_END)).info.id, server.calendar.path)
    server.user.newCalendar({ name: 'Privat', path: '/1234567890/calendars/second/' })
    await assertRefused(provider.open('Privat', NO_END), 'calendar-not-found')
    await assert.rejects(provider.open('Work', NO_END), /Verein: \/1234567890\/calendars\/shared\/; Privat: /)
  })

  it('opens no reminders, no inbox and no subscription', async () => {
    const server = new CaldavServer()
    const provider = await providerFor(server)
    for (const name of ['tasks', 'inbox', 'holidays', 'nothing']) {
      await assertRefused(provider.open(`${server.store.home}${name}/`, NO_END), 'calendar-not-found')
    }
    await assertRefused(provider.open('primary', NO_END), 'calendar-not-found')
  })

  it('follows the well-known address where the server address leads nowhere', async () => {
    const server = new CaldavServer({ ...PLAIN })
    server.interfere = {
      before: (request) =>
        ['/', '/web'].includes(new URL(request.url).pathname) ? new Response('<html>', { status: 405 }) : undefined,
    }
    const wellKnown = new URL('/.well-known/caldav', server.options.origin).href
    const provider = await providerFor(server, { serverUrl: `${server.options.origin}/web` }, async (input, init) => {
      const isWellKnown = (input as string) === wellKnown
      if (!isWellKnown) return server.fetch(input, init)
      return new Response(null, { status: 301, headers: { location: server.store.principal } })
    })
    assert.equal((await provider.listCalendars(NO_END)).length, 2)
  })

  it('says what to do where there is no CalDAV server', async () => {
    const server = new CaldavServer({ ...PLAIN })
    const web = () => Promise.resolve(new Response('<html><title>Welcome</title>', { status: 200 }))
    const provider = await providerFor(server, {}, web)
    await assertRefused(provider.listCalendars(NO_END), 'bad-answer')
    await assert.rejects(provider.check(NO_END), /Enter the address that the server's manual gives/)
    await assertRefused(providerFor(server, { serverUrl: 'not an address' }), 'bad-answer')
    await assertRefused(providerFor(server, { serverUrl: 'ftp://example.org' }), 'bad-answer')
    await assertRefused(providerFor(server, { password: '' }), 'reauthorise')
  })

  it('takes a 403 of iCloud for a user name that it does not know, and of others for another server', async () => {
    for (const [server, code, words] of [
      [new CaldavServer(), 'reauthorise', /e-mail address of the Apple Account/],
      [new CaldavServer({ ...PLAIN }), 'bad-answer', /does not lead to a CalDAV account \(HTTP 403\)/],
    ] as const) {
      server.interfere = { before: () => new Response(null, { status: 403 }) }
      const provider = await providerFor(server)
      await assert.rejects(provider.check(NO_END), { code, message: words })
    }
  })

  it('says so where a home lists something, and nothing of it is recognised as a calendar', async () => {
    for (const lacks of [/<calendar xmlns[^>]*><\/calendar>/g, / name=["']VEVENT["']/g]) {
      const server = new CaldavServer()
      server.store.collections.delete(`${server.store.home}tasks/`)
      server.store.collections.delete(`${server.store.home}holidays/`)
      server.interfere = {
        after: async (_, response) => {
          const { status, headers } = response
          return new Response((await response.text()).replace(lacks, ''), { status, headers })
        },
      }
      const provider = await providerFor(server)
      await assert.rejects(provider.listCalendars(NO_END), /lists 5 things, and none of them is a calendar/)
    }
  })

  it('calls the user by the name of the principal, not of a server whose root bears the homes', async () => {
    const server = new CaldavServer({ ...PLAIN })
    const provider = await providerFor(server)
    assert.match(await provider.check(NO_END), /as Anna Müller \(anna@example.com\)/)
    const home = `<d:calendar-home-set xmlns="urn:ietf:params:xml:ns:caldav"><d:href xmlns:d="DAV:">${server.store.home}</d:href></d:calendar-home-set>`
    server.interfere = {
      before: (request) =>
        request.method === 'PROPFIND' && new URL(request.url).pathname === '/'
          ? new Response(
              `<d:multistatus xmlns:d="DAV:"><d:response><d:href>/</d:href><d:propstat><d:prop><d:displayname>DAV Server</d:displayname><d:resourcetype><d:collection/></d:resourcetype>${home.replaceAll('d:calendar', 'calendar')}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>`,
              { status: 207 },
            )
          : undefined,
    }
    assert.equal(await provider.check(NO_END), 'Signed in to dav.example.org as anna@example.com.')
  })

  it('lists no calendar in a home that has none, or task lists only', async () => {
    const server = new CaldavServer()
    const { collections, home } = server.store
    for (const name of ['home', 'shared']) collections.delete(`${home}${name}/`)
    assert.deepEqual(await (await providerFor(server)).listCalendars(NO_END), [])
    collections.clear()
    assert.deepEqual(await (await providerFor(server)).listCalendars(NO_END), [])
  })

  it('does not take a failed list for an empty one', async () => {
    const server = new CaldavServer()
    const provider = await providerFor(server)
    await provider.check(NO_END)
    for (const [status, code] of [
      [503, 'unreachable'],
      [429, 'rate-limit'],
      [401, 'reauthorise'],
      [403, 'bad-answer'],
    ] as const) {
      server.interfere = { before: () => new Response(null, { status }) }
      await assertRefused(provider.listCalendars(NO_END), code)
    }
  })

  it('works over HTTP', async () => {
    const server = new CaldavServer({ ...PLAIN })
    const { url, close } = await serveCaldav(server)
    try {
      const provider = await providerFor(server, {}, fetch)
      const calendar = await provider.open(server.calendar.path, NO_END)
      assert.equal((await provider.listCalendars(NO_END)).length, 2)
      assert.equal(calendar.info.identity, `caldav:${new URL(url).host}:${server.calendar.path}`)
    } finally {
      await close()
    }
  })
})
