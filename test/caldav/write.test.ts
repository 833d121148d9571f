import assert from 'node:assert/strict'
import type { Answer, Live } from '../../src/event/calendar'
import type { Fields } from '../../src/event/event'
import { LUNCH, SECOND, WEEKLY } from '../contract/events'
import { assertRefused } from '../contract/refusals'
import { NO_END, assertHolds, created, readAll, updated, written } from '../contract/reader'
import { PLAIN } from '../simulators/caldav'
import { account, hour } from './setup'

const answersOf = async (answers: AsyncIterable<Answer>): Promise<Answer[]> => {
  const all: Answer[] = []
  for await (const answer of answers) all.push(answer)
  return all
}

const lost = () => {
  throw new TypeError('fetch failed')
}

describe('Writing to a CalDAV calendar', () => {
  it('takes one request to create, two to update, two to delete, once it was seen to keep such texts', async () => {
    const { calendar, asked } = await account(PLAIN)
    for (const [uid, looks] of [
      ['uid-1', 1],
      ['uid-2', 0],
    ] as const) {
      const seen = await created(calendar, uid, WEEKLY)
      const name = seen.id.split('/').at(-1)
      const look = Array.from({ length: looks }, () => `GET ${name}`)
      const fields: Fields = { summary: 'X', location: 'Y', [`exceptions.${SECOND}`]: null }
      const later = await updated(calendar, seen, fields)
      await written(calendar, calendar.delete(later, NO_END))
      const steps = [`PUT ${name}`, ...look, `GET ${name}`, `PUT ${name}`, ...look, `GET ${name}`, `DELETE ${name}`]
      assert.deepEqual(asked(), steps)
    }
  })

  it('answers with what it wrote where the server stored it as it was, else asks to read it again', async () => {
    for (const [options, isKnown] of [
      [PLAIN, true],
      [{ ...PLAIN, rewrites: 'stamps' }, false],
      [{ ...PLAIN, etagAfterPut: false }, false],
      [{ rewrites: 'nothing' }, false], // iCloud: always read again
    ] as const) {
      const { calendar } = await account(options)
      const [answer, ...more] = await answersOf(calendar.create('uid-1', LUNCH, NO_END))
      assert.deepEqual(more, [])
      assert.equal(answer && 'holds' in answer, isKnown)
      assert.equal(answer && 'readAgain' in answer, !isKnown)
    }
  })

  it('never overwrites after a lost answer of an update', async () => {
    const { server, calendar, reader } = await account()
    const seen = await created(calendar, 'uid-1', LUNCH)
    server.interfere = { after: (request, response) => (request.method === 'PUT' ? lost() : response) }
    await assertRefused(updated(calendar, seen, { summary: 'Brunch' }), 'unreachable')
    server.interfere = {}
    await assertRefused(updated(calendar, seen, { summary: 'Brunch' }), 'stale')
    assertHolds(calendar, await reader.only(), { ...LUNCH, summary: 'Brunch' })
  })

  it('does not overwrite an edit between its reading and its writing', async () => {
    const { server, calendar, reader } = await account()
    const path = server.user.add(server.calendar, [...hour('20260610T100000Z'), 'SUMMARY:Lunch'])
    const seen = await reader.only()
    server.interfere = {
      after: (request, response) => {
        if (request.method === 'GET') server.user.set(path, 'SUMMARY:Brunch')
        return response
      },
    }
    await assertRefused(updated(calendar, seen, { location: 'Garden' }), 'stale')
    assert.match(server.user.text(path), /SUMMARY:Brunch/)
  })

  it('takes a 412 against the right ETag for a refusal, which would come again and again', async () => {
    const { server, calendar, reader } = await account()
    server.user.add(server.calendar, hour('20260610T100000Z'))
    const seen = await reader.only()
    server.interfere = {
      before: (request) => (request.method === 'PUT' ? new Response(null, { status: 412 }) : undefined),
    }
    await assertRefused(updated(calendar, seen, { summary: 'X' }), 'refused')
  })

  it('writes nothing about an event with guests, so that nobody gets mail', async () => {
    const { server, calendar, reader } = await account()
    const guests = ['ORGANIZER:mailto:anna@example.com', 'ATTENDEE:mailto:b@example.com']
    server.user.add(server.calendar, [...hour('20260610T100000Z'), ...guests])
    const seen = await reader.only()
    await assertRefused(updated(calendar, seen, { summary: 'X' }), 'refused')
    await assertRefused(written(calendar, calendar.delete(seen, NO_END)), 'refused')
    const { fixed: _, ...unaware } = seen
    await assertRefused(updated(calendar, unaware, { summary: 'X' }), 'refused')
    assert.deepEqual(server.mails, [])
  })

  it('writes an event whose only guest is its owner, by the address that the account signs in with', async () => {
    for (const guests of [
      ['ORGANIZER;CN=Anna:mailto:Anna@example.com', 'ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:anna@example.com'],
      ['ATTENDEE;CN=Anna:mailto:anna@example.com'],
      ['ORGANIZER;EMAIL=anna@example.com:/1234567890/principal/'],
    ]) {
      const { server, calendar, reader } = await account()
      const path = server.user.add(server.calendar, [...hour('20260610T100000Z'), ...guests])
      const seen = await reader.only()
      assert.equal(seen.fixed, undefined)
      await updated(calendar, seen, { summary: 'X' })
      assert.match(server.user.text(path), /SUMMARY:X/)
      for (const line of guests) assert.ok(server.user.text(path).includes(line))
      assert.deepEqual(server.mails, [])
    }
  })

  it('does not write an event that somebody else has called, or of which the guest is not known', async () => {
    for (const guests of [
      ['ORGANIZER:mailto:b@example.com', 'ATTENDEE:mailto:anna@example.com'],
      ['ATTENDEE:mailto:not-anna@example.com'],
      ['ATTENDEE:urn:uuid:anna@example.com'],
    ]) {
      const { server, reader } = await account()
      server.user.add(server.calendar, [...hour('20260610T100000Z'), ...guests])
      assert.match((await reader.only()).fixed ?? '', /guests/)
    }
  })

  it('writes an event with guests where the server sends no mail, and leaves them in it', async () => {
    const { server, calendar, reader } = await account(PLAIN)
    const guests = ['ORGANIZER:mailto:anna@example.com', 'ATTENDEE;CN=Bo:mailto:b@example.com']
    const path = server.user.add(server.calendar, [...hour('20260610T100000Z'), ...guests])
    const seen = await updated(calendar, await reader.only(), { summary: 'X' })
    assert.equal(seen.fixed, undefined)
    for (const line of guests) assert.ok(server.user.text(path).includes(line), line)
    await written(calendar, calendar.delete(seen, NO_END))
    assert.equal(server.calendar.members.size, 0)
  })

  it('takes a server for one that sends mail if it says so, or nothing', async () => {
    for (const features of [
      '1, calendar-access, calendar-auto-schedule',
      '1, calendar-access, calendar-auto-scheduling',
      null,
    ]) {
      const { server, provider } = await account(PLAIN)
      server.interfere = {
        after: (request, response) =>
          request.method === 'OPTIONS'
            ? new Response(null, { headers: features === null ? {} : { dav: features } })
            : response,
      }
      server.user.add(server.calendar, [...hour('20260610T100000Z'), 'ATTENDEE:mailto:b@example.com'])
      const [seen] = await readAll(await provider.open(server.calendar.path, NO_END))
      assert.match(seen?.fixed ?? '', /guests/)
    }
  })

  it('deletes nothing but an event of its calendar', async () => {
    const { server, calendar } = await account(PLAIN)
    const seen = await created(calendar, 'uid-1', LUNCH)
    const path = server.user.add(server.user.newCalendar({ name: 'Work' }), hour('20260610T100000Z'))
    for (const id of [server.calendar.path, path, '/', server.store.home]) {
      await assertRefused(written(calendar, calendar.delete({ ...seen, id }, NO_END)), 'refused')
    }
    assert.equal((await readAll(calendar)).length, 1)
  })

  it('leaves what the app wrote as it is, line by line', async () => {
    const { server, calendar, reader } = await account({ ...PLAIN })
    const odd = [
      'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="Hauptstr. 1\\n10115 Berlin";X-TITLE="Café":geo:52.5,13.4',
      'X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC',
      'CATEGORIES:a\\,b,c',
    ]
    const path = server.user.add(server.calendar, [...hour('20260610T100000Z'), 'SUMMARY:Lunch', ...odd])
    await updated(calendar, await reader.only(), { summary: 'Brunch', description: 'long '.repeat(50).trim() })
    const lines = server.user.text(path).replaceAll('\r\n ', '').split('\r\n')
    for (const line of odd) assert.ok(lines.includes(line), line)
  })

  it('keeps what the app changed in a series', async () => {
    const { server, calendar, reader } = await account()
    const rule = 'RRULE:FREQ=WEEKLY;COUNT=6;BYDAY=WE'
    const path = server.user.add(server.calendar, [...hour('20260610T100000Z'), 'SUMMARY:Lunch', rule])
    server.user.changeOccurrence(path, '20260617T100000Z', 'DTSTART:20260617T120000Z', 'DTEND:20260617T130000Z')
    server.user.changeOccurrence(path, '20260624T100000Z', 'SUMMARY:Picnic')
    server.user.cancelOccurrence(path, '20260701T100000Z')
    const seen = await reader.only()
    await updated(calendar, seen, { location: 'Garden' })
    const { fields } = await reader.only()
    assertHolds(calendar, { ...seen, fields: { ...seen.fields, location: 'Garden' } }, fields)
    server.user.reviveOccurrence(path, '20260701T100000Z')
    assert.equal((await reader.only()).fields['exceptions.2026-07-01T10:00:00Z'] ?? undefined, undefined)
  })

  it('works with a server that names no ETags where it lists events', async () => {
    const { server, calendar, reader } = await account({ ...PLAIN, multigetEtag: false })
    const path = server.user.add(server.calendar, [...hour('20260610T100000Z'), 'SUMMARY:Lunch'])
    const seen = await reader.only()
    assert.deepEqual(seen.ref, { etag: null })
    server.user.set(path, 'SUMMARY:Brunch')
    await assertRefused(updated(calendar, seen, { location: 'Garden' }), 'stale')
    await assertRefused(written(calendar, calendar.delete(seen, NO_END)), 'stale')
    const now = await reader.only()
    await updated(calendar, now, { location: 'Garden' })
    const again = await calendar.readSome([path], new Map(), NO_END)
    await written(calendar, calendar.delete(again[0] as Live, NO_END))
    assert.equal(server.calendar.members.size, 0)
  })

  it('sees a default alarm that the server adds, as what the server holds', async () => {
    const { calendar, reader } = await account({ ...PLAIN, rewrites: 'alarm' })
    const seen = await created(calendar, 'uid-1', LUNCH)
    assert.deepEqual((await reader.only()).fields, seen.fields)
    assert.deepEqual(seen.fields.reminders, [15])
  })

  it('writes a category with a comma as one', async () => {
    const { server, calendar, reader } = await account(PLAIN)
    const categories = ['Sport', 'Work, hard']
    const seen = await created(calendar, 'uid-1', { ...LUNCH, categories })
    assert.deepEqual((await reader.only()).fields.categories, categories)
    assert.match(server.user.text(seen.id), /^CATEGORIES:Sport,Work\\, hard\r$/m)
    const after = await updated(calendar, seen, { categories: ['Work, hard', 'a, b'] })
    assert.deepEqual(after.fields.categories, ['Work, hard', 'a, b'])
  })

  it('tells iCloud of an event without reminders that it is to have none', async () => {
    const { server, calendar, reader } = await account({ rewrites: 'alarm' })
    const seen = await created(calendar, 'uid-1', LUNCH)
    assert.equal((await reader.only()).fields.reminders, null)
    assert.match(server.user.text(seen.id), /ACTION:NONE/)
    const updatedOnce = await updated(calendar, seen, { reminders: [30] })
    assert.deepEqual(updatedOnce.fields.reminders, [30])
    assert.deepEqual((await created(calendar, 'uid-2', { ...LUNCH, reminders: [5] })).fields.reminders, [5])
  })

  for (const [status, text, code] of [
    [403, '', 'refused'],
    [405, '', 'refused'],
    [403, '<error xmlns="DAV:"><need-privileges/></error>', 'refused'],
    [403, '<error xmlns="DAV:"><max-resource-size xmlns="urn:ietf:params:xml:ns:caldav"/></error>', 'refused'],
    [404, '', 'refused'],
    [400, '', 'refused'],
    [413, '', 'refused'],
    [507, '', 'refused'],
    [429, '', 'rate-limit'],
    [503, '', 'unreachable'],
    [401, '', 'reauthorise'],
    [418, '', 'bad-answer'],
  ] as const) {
    it(`takes a ${status} with ${text === '' ? 'nothing' : text.replace(/.*<([\w-]+).*/, '$1')} for ${code}`, async () => {
      const { server, calendar, reader } = await account()
      server.user.add(server.calendar, hour('20260610T100000Z'))
      const seen = await reader.only()
      server.interfere = {
        before: (request) => (request.method === 'PUT' ? new Response(text || null, { status }) : undefined),
      }
      await assertRefused(created(calendar, 'uid-1', LUNCH), code)
      await assertRefused(updated(calendar, seen, { summary: 'X' }), code)
    })
  }

  it('says that the calendar is gone where nothing can be created any more', async () => {
    const { server, calendar } = await account()
    server.user.delete(server.calendar.path)
    await assertRefused(created(calendar, 'uid-1', LUNCH), 'calendar-not-found')
  })

  it('refuses an event that iCalendar can not hold, before it asks the server', async () => {
    const { calendar, asked } = await account()
    await assertRefused(created(calendar, 'uid-1', { summary: 'No time' }), 'refused')
    assert.deepEqual(asked(), [])
  })
})
