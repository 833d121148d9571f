import assert from 'node:assert/strict'
import type { Seen } from '../../src/event/calendar'
import { assertRefused } from '../contract/refusals'
import { LUNCH } from '../contract/events'
import { NO_END, created, written } from '../contract/reader'
import { PLAIN } from '../simulators/caldav'
import { account, addMany, brief, hour } from './setup'

describe('Reading a CalDAV calendar', () => {
  it('takes a request for 50 events, and exactly one where nothing changed', async () => {
    const { server, reader, asked } = await account()
    addMany(server.user, server.calendar, 120)
    const read = await reader.read()
    assert.equal(read.seen.length, 120)
    assert.deepEqual(asked(), ['REPORT', 'REPORT', 'REPORT', 'REPORT'])
    assert.deepEqual((await reader.read()).seen, [])
    assert.deepEqual(asked(), ['REPORT'])
  })

  it('takes one request where nothing changed on a server without tokens', async () => {
    for (const ctag of [true, false]) {
      const { server, reader, asked } = await account({ ...PLAIN, syncCollection: false, ctag })
      addMany(server.user, server.calendar, 3)
      await reader.read()
      asked()
      const read = await reader.read()
      assert.deepEqual([read.kind, read.seen], ['incremental', []])
      assert.deepEqual(asked(), ['PROPFIND'])
    }
  })

  it('takes two requests for a change and one for a deletion', async () => {
    const { server, reader, asked } = await account()
    const [first, second] = addMany(server.user, server.calendar, 5)
    await reader.read()
    asked()
    server.user.set(first!, 'SUMMARY:Brunch')
    assert.deepEqual(brief((await reader.read()).seen), ['live u0.ics'])
    assert.deepEqual(asked(), ['REPORT', 'REPORT'])
    server.user.delete(second!)
    assert.deepEqual(brief((await reader.read()).seen), ['gone u1.ics'])
    assert.deepEqual(asked(), ['REPORT'])
  })

  it('fetches only what changed where a token has become invalid', async () => {
    const { server, reader, asked } = await account()
    const [first] = addMany(server.user, server.calendar, 5)
    await reader.read()
    server.user.set(first!, 'SUMMARY:Brunch')
    server.user.forgetTokens(server.calendar)
    asked()
    const read = await reader.read()
    assert.ok(read.kind === 'full')
    assert.deepEqual(brief(read.seen), ['live u0.ics'])
    assert.equal(read.unchanged.length, 4)
    assert.deepEqual(asked(), ['REPORT', 'REPORT', 'REPORT'])
  })

  for (const status of [400, 409, 410, 412]) {
    it(`reads all again where a server says ${status} to a token`, async () => {
      const { server, reader } = await account()
      addMany(server.user, server.calendar, 2)
      await reader.read()
      let answers = 1
      server.interfere = { before: () => (answers-- > 0 ? new Response(null, { status }) : undefined) }
      assert.equal((await reader.read()).kind, 'full')
    })
  }

  it('takes a bare 403 to a token for a dead token while the calendar itself answers, and reads all', async () => {
    const { server, reader, asked } = await account({ bare403: true })
    const [gone] = addMany(server.user, server.calendar, 3)
    await reader.read()
    server.user.delete(gone!)
    server.calendar.oldest = server.calendar.sequence
    asked()
    const read = await reader.read()
    assert.ok(read.kind === 'full')
    assert.deepEqual(brief(read.seen), []) // what it lacks is missing: nobody has said that it was deleted
    assert.equal(read.unchanged.length, 2)
    assert.deepEqual(asked(), ['REPORT', 'PROPFIND', 'REPORT'])
  })

  it('lists a calendar whose server forbids the report of changes, but not the calendar', async () => {
    const { server, reader } = await account()
    addMany(server.user, server.calendar, 2)
    server.interfere = {
      before: (_, body) => (body.includes('sync-collection') ? new Response(null, { status: 403 }) : undefined),
    }
    const read = await reader.read()
    assert.deepEqual([read.kind, brief(read.seen)], ['full', ['live u0.ics', 'live u1.ics']])
  })

  it('takes a bare 403 for a matter of permission, not for an empty calendar', async () => {
    const { server, reader } = await account()
    addMany(server.user, server.calendar, 2)
    await reader.read()
    server.interfere = { before: () => new Response(null, { status: 403 }) }
    await assertRefused(reader.read(), 'calendar-not-found')
    assert.equal(reader.known.size, 2)
  })

  it('takes a 500 for trouble of the server, unless only the token brings it about', async () => {
    const { server, reader } = await account()
    addMany(server.user, server.calendar, 2)
    await reader.read()
    server.interfere = { before: () => new Response(null, { status: 500 }) }
    await assertRefused(reader.read(), 'unreachable')
    server.interfere = {
      before: (_, body) => (/sync-token>[^<\s]/.test(body) ? new Response(null, { status: 500 }) : undefined),
    }
    assert.equal((await reader.read()).kind, 'full')
  })

  it('says that a calendar is gone', async () => {
    const { server, reader } = await account()
    await reader.read()
    server.user.delete(server.calendar.path)
    await assertRefused(reader.read(), 'calendar-not-found')
  })

  for (const deltaCut of ['response', 'status'] as const) {
    it(`goes on where a delta is cut, told by a 507 as ${deltaCut}`, async () => {
      const { server, reader, asked } = await account({ deltaLimit: 3, deltaCut })
      addMany(server.user, server.calendar, 8)
      const read = await reader.read()
      assert.equal(read.seen.length, 8)
      assert.deepEqual(asked(), ['REPORT', 'REPORT', 'REPORT', 'REPORT'])
      assert.deepEqual((await reader.read()).seen, [])
    })
  }

  it('reads members whatever they are called, and only those of this calendar', async () => {
    const { server, reader } = await account()
    const names = ['no-extension', 'a@b.ics', 'Größe 1.ics', 'a+b&c.ics', '%41.ics']
    for (const [index, name] of names.entries()) {
      server.user.add(server.calendar, [`UID:u${index}`, ...hour('20260610T100000Z')], [], name)
    }
    assert.equal((await reader.all()).length, names.length)
    server.user.set(`${server.calendar.path}a@b.ics`, 'SUMMARY:X')
    assert.deepEqual(brief((await reader.read()).seen), ['live a@b.ics'])
  })

  it('reads XML under any content type', async () => {
    const { server, reader } = await account()
    addMany(server.user, server.calendar, 1)
    server.interfere = {
      after: async (_, response) =>
        new Response(await response.text(), { status: response.status, headers: { 'content-type': 'text/html' } }),
    }
    assert.equal((await reader.all()).length, 1)
  })

  it('reads an event of any size', async () => {
    for (const options of [{}, PLAIN]) {
      const { server, reader } = await account(options)
      const description = 'a<b&c '.repeat(30_000).trim()
      server.user.add(server.calendar, [...hour('20260610T100000Z'), `DESCRIPTION:${description}`])
      assert.equal((await reader.only()).fields.description, description)
    }
  })

  it('names the time that the server gives an event, and why one with guests may not be written', async () => {
    const { server, reader } = await account()
    server.user.add(server.calendar, [...hour('20260610T100000Z'), 'ATTENDEE:mailto:b@example.com'])
    const seen = await reader.only()
    assert.equal(seen.changedAt, server.options.clock())
    assert.match(seen.fixed ?? '', /guests/)
  })

  it('reads times without a zone in that of the calendar, else of the place', async () => {
    const { server, provider } = await account()
    const zone = 'BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:America/New_York\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n'
    for (const [timeZone, expected] of [
      [zone, 'America/New_York'],
      [null, 'Europe/Berlin'],
    ] as const) {
      const { path } = server.user.newCalendar({ name: 'Zone', timeZone })
      server.user.add(server.store.collections.get(path)!, ['DTSTART:20260610T100000', 'DTEND:20260610T110000'])
      const { seen } = await (await provider.open(path, NO_END)).read(null, new Map(), NO_END)
      assert.ok(seen[0]?.is === 'live')
      assert.deepEqual(seen[0].fields.when, {
        start: { dateTime: '2026-06-10T10:00:00', timeZone: expected },
        end: { dateTime: '2026-06-10T11:00:00', timeZone: expected },
      })
    }
  })

  it('knows an event without a UID by its path', async () => {
    const { server, calendar, reader } = await account(PLAIN)
    const lines = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'DTSTART:20260610T100000Z', 'SUMMARY:Old', 'X-A:1', 'END:VEVENT']
    const path = server.user.addText(server.calendar, [...lines, 'END:VCALENDAR', ''].join('\r\n'), 'plain.ics')
    const seen = await reader.only()
    assert.deepEqual([seen.uid, seen.id, seen.fields.summary], [path, path, 'Old'])
    await written(calendar, calendar.delete(seen, NO_END))
    assert.equal(server.calendar.members.size, 0)
  })

  it('sets aside what it can not read with its title, and reads the others', async () => {
    const { server, reader } = await account()
    addMany(server.user, server.calendar, 2)
    const time = ['DTSTART;TZID=Mars/Base:20260610T100000', 'DTEND;TZID=Mars/Base:20260610T110000']
    server.user.add(server.calendar, ['UID:mars', ...time, 'SUMMARY:Landing'])
    const { seen } = await reader.read()
    assert.deepEqual(brief(seen), ['live u0.ics', 'live u1.ics', 'unread mars.ics'])
    const [unread] = seen.flatMap((each) => (each.is === 'unread' ? [each] : []))
    assert.deepEqual([unread?.title, unread?.reason], ['Landing', 'time zone "Mars/Base" is not known'])
    assert.equal(unread?.uid, 'mars')
  })

  it('does not name what it can not read by a UID of its own making, which may stand for another', async () => {
    const { server, calendar, reader } = await account(PLAIN)
    const path = (await created(calendar, 'uid-1', LUNCH)).id
    server.user.set(path, 'DTSTART;TZID=Mars/Base:20260610T100000')
    const { seen } = await reader.read()
    assert.deepEqual(
      seen.map(({ uid, id, is }) => [uid, id, is]),
      [[path, path, 'unread']],
    )
  })

  it('sees a series split, an event moved between calendars and housekeeping for what they are', async () => {
    const { server, reader } = await account()
    const { user, calendar } = server
    const series = user.add(calendar, [...hour('20260608T090000Z'), 'RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO'])
    const single = user.add(calendar, hour('20260610T090000Z'))
    const before = await reader.all()
    const lines = ['DTSTART:20260622T100000Z', 'DTEND:20260622T110000Z', 'RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=MO']
    const tail = user.splitSeries(series, 'RRULE:FREQ=WEEKLY;UNTIL=20260621T000000Z;BYDAY=MO', ...lines)
    user.moveTo(single, user.newCalendar({ name: 'Work' }))
    const after = (await reader.read()).seen
    assert.deepEqual(
      after.map(({ id, is }) => [id, is]).sort(),
      [
        [series, 'live'],
        [single, 'gone'],
        [tail, 'live'],
      ].sort(),
    )
    assert.ok(before.some(({ id }) => id === single))
    const { fields } = reader.known.get(tail) as Seen & { is: 'live' }
    user.housekeeping(tail)
    const [again] = (await reader.read()).seen
    assert.ok(again?.is === 'live')
    assert.deepEqual(again.fields, fields)
  })
})
