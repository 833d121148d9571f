import assert from 'node:assert/strict'
import type { Fields } from '../../src/event/event'
import { exceptionField } from '../../src/event/event'
import { hashFields, isHashOf } from '../../src/event/normal'
import type { Fetch } from '../../src/transport/fetch'
import { LUNCH, SECOND, WEEKLY, timed } from '../contract/events'
import { NO_END, Reader, assertHolds, created, updated } from '../contract/reader'
import { CaldavServer, PLAIN } from '../simulators/caldav'
import { providerFor } from './setup'

const INVALID =
  '<D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:valid-calendar-data/>' +
  '<D:responsedescription>DTEND must occur after DTSTART</D:responsedescription></D:error>'

/** Refuses, as Cyrus 3.6 does, events that end when they start. */
const strict =
  (server: CaldavServer): Fetch =>
  async (input, init) => {
    const text = init?.method === 'PUT' && typeof init.body === 'string' ? init.body : ''
    if (text.split('BEGIN:VEVENT').some(isInstant)) return new Response(INVALID, { status: 403 })
    return server.fetch(input, init)
  }

/** Start and end are the same, or noon in Berlin and six in New York. */
const isInstant = (event: string): boolean =>
  /^DTSTART(.*)\r\nDTEND\1\r$/m.test(event) ||
  /^DTSTART.*T120000\r\nDTEND;TZID=America\/New_York:.*T060000\r$/m.test(event)

const INSTANT = timed('2026-06-10T12:00:00', '2026-06-10T12:00:00')
const SECOND_LONG = timed('2026-06-10T12:00:00', '2026-06-10T12:00:01')

describe('A CalDAV server without events without length', () => {
  async function strictCalendar() {
    const server = new CaldavServer(PLAIN)
    const provider = await providerFor(server, {}, strict(server))
    const calendar = await provider.open(server.calendar.path, NO_END)
    return { calendar, reader: new Reader(calendar) }
  }

  it('gets one that lasts a second, and the mark tells so', async () => {
    const { calendar, reader } = await strictCalendar()
    const fields = { ...LUNCH, when: INSTANT }
    const seen = await created(calendar, 'uid-1', fields)
    assertHolds(calendar, seen, { ...LUNCH, when: SECOND_LONG })
    const read = await reader.only()
    assert.deepEqual(read.fields, seen.fields)
    assert.deepEqual(read.mark, { uid: 'uid-1', bearer: read.id, wrote: hashFields(read.fields) })
  })

  it('gets one in an update that leaves an edit open, of which the mark says nothing then either', async () => {
    const { calendar, reader } = await strictCalendar()
    const seen = await created(calendar, 'uid-1', LUNCH)
    const { mark, ...unmarked } = await updated(calendar, { ...seen, mark: undefined }, { summary: 'Brunch' })
    assert.ok(mark && !isHashOf(mark.wrote, unmarked.fields))
    const after = await updated(calendar, unmarked, { when: INSTANT })
    assertHolds(calendar, after, { ...LUNCH, summary: 'Brunch', when: SECOND_LONG })
    assert.deepEqual((await reader.only()).mark, mark)
  })

  it('keeps it in later updates of other fields', async () => {
    const { calendar, reader } = await strictCalendar()
    await created(calendar, 'uid-1', { ...LUNCH, when: INSTANT })
    await updated(calendar, await reader.only(), { summary: 'Brunch' })
    assertHolds(calendar, await reader.only(), { ...LUNCH, summary: 'Brunch', when: SECOND_LONG })
  })

  it('gets an event that ends in another zone when it starts', async () => {
    const { calendar, reader } = await strictCalendar()
    const { start } = INSTANT
    const end = { dateTime: '2026-06-10T06:00:00', timeZone: 'America/New_York' }
    await created(calendar, 'uid-1', { ...LUNCH, when: { start, end } })
    assertHolds(calendar, await reader.only(), { ...LUNCH, when: SECOND_LONG })
  })

  it('gets single occurrences that last a second, too', async () => {
    const { calendar, reader } = await strictCalendar()
    const moved = timed('2026-06-16T14:00:00', '2026-06-16T14:00:00')
    const lasting = timed('2026-06-16T14:00:00', '2026-06-16T14:00:01')
    const series: Fields = { ...WEEKLY, [exceptionField(SECOND)]: moved }
    await created(calendar, 'uid-1', series)
    assertHolds(calendar, await reader.only(), { ...WEEKLY, [exceptionField(SECOND)]: lasting })
  })
})

describe('A text that means something else under the ETag under which it was seen', () => {
  for (const [etag, isEdit] of [
    ['"same"', false],
    ['W/"same"', true],
  ] as const) {
    it(`is ${isEdit ? 'an edit' : 'the server’s doing'} under ${etag}`, async () => {
      const server = new CaldavServer(PLAIN)
      const relabelled: Fetch = async (input, init) => {
        const { status, headers, ...answer } = await server.fetch(input, init).then(async (given) => ({
          status: given.status,
          headers: new Headers(given.headers),
          body: (await given.text()).replace(/(getetag[^>]*>)[^<]*/g, `$1${etag.replaceAll('"', '&quot;')}`),
        }))
        if (headers.has('etag')) headers.set('etag', etag)
        return new Response(answer.body === '' ? null : answer.body, { status, headers })
      }
      const calendar = await (await providerFor(server, {}, relabelled)).open(server.calendar.path, NO_END)
      const path = server.user.add(server.calendar, ['DTSTART:20260610T100000Z', 'DTEND:20260610T110000Z', 'SUMMARY:A'])
      const [before] = await calendar.readSome([path], new Map(), NO_END)
      assert.ok(before?.is === 'live')
      server.user.rewrite(path, (text) => text.replace('SUMMARY:A', 'SUMMARY:B'))
      const [after] = await calendar.readSome([path], new Map([[path, before]]), NO_END)
      assert.ok(after?.is === 'live')
      assert.equal(after.fields.summary, 'B')
      assert.deepEqual(after.asBefore, isEdit ? undefined : before.fields)
    })
  }
})

describe('After a write, a CalDAV calendar that answers with an ETag', () => {
  for (const [text, isKnown, categories] of [
    ['Lunch; with "friends", at one', true, ['A', 'B']],
    [' Lunch', false], // Cyrus drops the space
    ['C:\\new', false], // Xandikos makes it two lines
    ['Lunch', false, ['A, B']], // Xandikos makes it two categories
  ] as const) {
    it(`is ${isKnown ? 'not ' : ''}read again for ${JSON.stringify([text, categories])}`, async () => {
      const server = new CaldavServer(PLAIN)
      const calendar = await (await providerFor(server)).open(server.calendar.path, NO_END)
      const answers = []
      for await (const answer of calendar.create(
        'uid-1',
        { ...LUNCH, description: text, categories: categories ?? null },
        NO_END,
      ))
        answers.push(answer)
      assert.deepEqual(
        answers.map((answer) => 'holds' in answer),
        [isKnown],
      )
    })
  }
})
