import assert from 'node:assert/strict'
import { assertRefused } from '../contract/refusals'
import { NO_END } from '../contract/reader'
import { PLAIN } from '../simulators/caldav'
import { account, addMany, brief, hour } from './setup'

describe('What a CalDAV server lists and does not give out, or gives out and does not list', () => {
  it('gets by GET what multiget does not give out', async () => {
    const { server, reader, asked } = await account()
    addMany(server.user, server.calendar, 3)
    server.interfere = {
      after: async (_, response) => {
        if (!(await response.clone().text()).includes('calendar-data')) return response
        const text = (await response.text()).replace(/<href>[^<]*u1\.ics<\/href>/, '<href/>')
        return new Response(text, response)
      },
    }
    const read = await reader.read()
    assert.deepEqual(brief(read.seen), ['live u0.ics', 'live u1.ics', 'live u2.ics'])
    assert.deepEqual(asked(), ['REPORT', 'REPORT', 'GET u1.ics'])
  })

  it('sets aside what is listed but not given out, asks for it a few times more, and never calls it deleted', async () => {
    const { server, reader, asked } = await account()
    const [, broken] = addMany(server.user, server.calendar, 3)
    server.calendar.broken.add('u1.ics')
    assert.deepEqual(brief((await reader.read()).seen), ['live u0.ics', 'live u2.ics', 'unread u1.ics'])
    assert.deepEqual(brief((await reader.read()).seen), ['unread u1.ics'])
    for (let times = 0; times < 10; times++) await reader.read()
    asked()
    assert.deepEqual((await reader.read()).seen, [])
    assert.deepEqual(asked(), ['REPORT'])
    server.user.delete(broken!)
    assert.deepEqual(brief((await reader.read()).seen), ['gone u1.ics'])
  })

  it('reads what appears only a while after it was listed', async () => {
    for (const options of [{}, { ...PLAIN, syncCollection: false }]) {
      const { server, reader } = await account(options)
      addMany(server.user, server.calendar, 1)
      server.calendar.broken.add('u0.ics')
      assert.deepEqual(brief((await reader.read()).seen), ['unread u0.ics'])
      server.calendar.broken.clear()
      assert.deepEqual(brief((await reader.read()).seen), ['live u0.ics'])
      assert.deepEqual((await reader.read()).seen, [])
    }
  })

  it('asks again for what a write found to be withheld, a few times', async () => {
    for (const options of [{}, { ...PLAIN, syncCollection: false, ctag: true }]) {
      const { server, calendar, reader } = await account(options)
      const [path] = addMany(server.user, server.calendar, 1)
      await reader.read()
      server.calendar.broken.add('u0.ics')
      const [found] = await calendar.readSome([path!], reader.known, NO_END)
      assert.equal(found?.is, 'unread')
      reader.known.set(path!, found)
      assert.deepEqual(brief((await reader.read()).seen), ['unread u0.ics'])
      server.calendar.broken.clear()
      assert.deepEqual(brief((await reader.read()).seen), ['live u0.ics'])
      assert.deepEqual((await reader.read()).seen, [])
    }
  })

  it('takes what is not given out after it was written for there, not for deleted', async () => {
    const { server, calendar } = await account()
    const [broken, gone] = addMany(server.user, server.calendar, 2)
    server.calendar.broken.add('u0.ics')
    server.user.delete(gone!)
    const seen = await calendar.readSome([broken!, gone!], new Map(), NO_END)
    assert.deepEqual(brief(seen), ['gone u1.ics', 'unread u0.ics'])
  })

  it('calls nothing deleted unless the server says that it is not there', async () => {
    const empty = '<d:multistatus xmlns:d="DAV:"/>'
    for (const [answer, expected] of [
      [new Response(null, { status: 403 }), 'unread u0.ics'],
      [new Response(empty, { status: 207 }), 'unread u0.ics'],
      [new Response(null, { status: 404 }), 'gone u0.ics'],
      [new Response(null, { status: 410 }), 'gone u0.ics'],
    ] as const) {
      const { server, calendar } = await account()
      const [path] = addMany(server.user, server.calendar, 1)
      server.calendar.broken.add('u0.ics')
      server.interfere = { after: (request, response) => (request.method === 'PROPFIND' ? answer : response) }
      assert.deepEqual(brief(await calendar.readSome([path!], new Map(), NO_END)), [expected])
    }
  })

  it('asks again for what left the listing, until the server says what became of it', async () => {
    const { server, reader } = await account({ ...PLAIN, syncCollection: false })
    const [path] = addMany(server.user, server.calendar, 2)
    await reader.read()
    server.user.delete(path!)
    let refusals = 1
    server.interfere = {
      after: (request, response) =>
        request.method === 'GET' && refusals-- > 0 ? new Response(null, { status: 403 }) : response,
    }
    assert.deepEqual(brief((await reader.read()).seen), ['unread u0.ics'])
    assert.deepEqual(brief((await reader.read()).seen), ['gone u0.ics'])
    assert.deepEqual((await reader.read()).seen, [])
  })

  it('believes the last that a delta says of a member', async () => {
    const { server, reader } = await account({ ...PLAIN, duplicateHrefs: true })
    const [first] = addMany(server.user, server.calendar, 1)
    await reader.read()
    server.user.set(first!, 'SUMMARY:Made again')
    let left = 1
    server.interfere = {
      after: async (_, response) => {
        if (left-- === 0) return response
        const text = await response.text()
        const gone = `<d:response><d:href>${first!}</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>`
        return new Response(text.replace('<d:response>', `${gone}<d:response>`), response)
      },
    }
    assert.deepEqual(brief((await reader.read()).seen), ['live u0.ics'])
  })

  it('sets aside an event that it can not read, with its title, until it can', async () => {
    const { server, reader } = await account()
    const path = server.user.add(server.calendar, ['UID:u1', ...hour('20260610T100000Z'), 'SUMMARY:Odd'])
    server.user.set(path, 'DTSTART;TZID=Mars/Olympus:20260610T100000')
    const [seen] = (await reader.read()).seen
    assert.ok(seen?.is === 'unread')
    assert.equal(seen.title, 'Odd')
    assert.match(seen.reason, /Mars/)
    server.user.set(path, 'DTSTART:20260610T100000Z')
    assert.equal((await reader.only()).id, path)
  })

  it('confirms each absence from a listing before it calls it a deletion', async () => {
    const { server, reader, asked } = await account({ ...PLAIN, syncCollection: false })
    const [kept, removed] = addMany(server.user, server.calendar, 3)
    await reader.read()
    asked()
    server.user.delete(removed!)
    server.interfere = {
      after: async (_, response) =>
        new Response((await response.text()).replaceAll(kept!, '/elsewhere/x.ics') || null, response),
    }
    const read = await reader.read()
    assert.deepEqual(brief(read.seen), ['gone u1.ics', 'live u0.ics'])
    assert.deepEqual(asked().sort(), ['GET u0.ics', 'GET u1.ics', 'PROPFIND', 'PROPFIND', 'PROPFIND u1.ics'])
  })

  it('calls nothing deleted that a listing lacks and a GET does not give out yet', async () => {
    const { server, reader } = await account({ ...PLAIN, syncCollection: false, ctag: false })
    const [path] = addMany(server.user, server.calendar, 2)
    await reader.read()
    server.calendar.broken.add('u0.ics')
    server.interfere = {
      after: async (request, response) =>
        new URL(request.url).pathname.endsWith('/')
          ? new Response((await response.text()).replaceAll(path!, '/elsewhere/x.ics') || null, response)
          : response,
    }
    assert.deepEqual(brief((await reader.read()).seen), ['unread u0.ics'])
  })

  it('takes an answer that is no listing of the calendar for an error', async () => {
    const { server, reader } = await account({ ...PLAIN, syncCollection: false })
    server.interfere = {
      before: () =>
        new Response('<multistatus xmlns="DAV:"/>', { status: 207, headers: { 'content-type': 'text/xml' } }),
    }
    await assertRefused(reader.read(), 'bad-answer')
    server.interfere = { before: () => new Response('<multistatus', { status: 207 }) }
    await assertRefused(reader.read(), 'bad-answer')
  })

  it('sets aside an event at which the server fails each time, and reads the others', async () => {
    for (const options of [{}, { ...PLAIN, syncCollection: false }]) {
      const { server, reader, calendar } = await account(options)
      const [cursed = ''] = addMany(server.user, server.calendar, 5)
      const name = cursed.split('/').at(-1) ?? ''
      server.interfere = {
        before: (request, body) => {
          const isAsked = request.method === 'GET' ? request.url.endsWith(name) : body.includes(`${name}<`)
          return isAsked ? new Response('trouble', { status: 500 }) : undefined
        },
      }
      const { seen } = await reader.read()
      assert.deepEqual(brief(seen), ['live u1.ics', 'live u2.ics', 'live u3.ics', 'live u4.ics', 'unread u0.ics'])
      const again = await calendar.readSome([cursed], reader.known, NO_END)
      assert.deepEqual(brief(again), ['unread u0.ics'])
    }
  })

  it('takes a server that fails at all events for one that is out of order', async () => {
    const { server, reader } = await account(PLAIN)
    addMany(server.user, server.calendar, 30)
    server.interfere = {
      before: (request, body) =>
        request.method === 'GET' || body.includes('multiget') ? new Response('trouble', { status: 500 }) : undefined,
    }
    await assertRefused(reader.read(), 'unreachable')
    assert.equal(reader.known.size, 0)
  })
})
