import assert from 'node:assert/strict'
import type { Live } from '../../src/event/calendar'
import { preconditionsIn } from '../../src/caldav/errors'
import { ProviderError } from '../../src/event/calendar'
import { LUNCH } from '../contract/events'
import { NO_END, created, readAll, updated, written } from '../contract/reader'
import { assertRefused } from '../contract/refusals'
import { account } from './setup'

const titled = (summary: string) => ({ ...LUNCH, summary })

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error: unknown) => (error instanceof ProviderError ? error.code : 'unknown'),
  )

describe('A 403 to a write', () => {
  it('is about that one event while the calendar may be written, and others go on', async () => {
    const { server, calendar, reader, asked } = await account()
    const liked = await created(calendar, 'liked', titled('Liked'))
    const soon = await created(calendar, 'soon', titled('Soon'))
    server.options.dislikes = /SUMMARY:(Cursed|Soon)/
    asked()
    await assertRefused(created(calendar, 'cursed', titled('Cursed')), 'refused')
    assert.ok(asked().includes('PROPFIND'))
    await assertRefused(updated(calendar, liked, { summary: 'Cursed' }), 'refused')
    await assertRefused(written(calendar, calendar.delete(soon, NO_END)), 'refused')
    const now = await updated(calendar, liked, { location: 'Garden' })
    await written(calendar, calendar.delete(now, NO_END))
    await created(calendar, 'other', titled('Other'))
    await reader.read()
    const left = [...reader.known.values()].filter((seen): seen is Live => seen.is === 'live')
    assert.deepEqual(left.map(({ fields }) => fields.summary).sort(), ['Other', 'Soon'])
  })

  for (const bare403 of [true, false]) {
    it(`means that the calendar may not be written once its privileges say so, ${bare403 ? 'bare' : 'named'}`, async () => {
      const { server, calendar } = await account({ bare403 })
      const seen = await created(calendar, 'first', LUNCH)
      server.calendar.access = 'read'
      await assertRefused(created(calendar, 'second', LUNCH), 'read-only')
      await assertRefused(updated(calendar, seen, { summary: 'X' }), 'read-only')
      await assertRefused(written(calendar, calendar.delete(seen, NO_END)), 'read-only')
    })

    it(`tells who hides the privileges and refuses to be read-only, ${bare403 ? 'bare' : 'named'}`, async () => {
      const { server, calendar } = await account({ bare403, privileges: false })
      assert.equal(calendar.info.writable, true)
      server.calendar.access = 'read'
      await assertRefused(created(calendar, 'first', LUNCH), 'read-only')
    })
  }

  it('is about one event where privileges are hidden but a write was taken, and about all after a few', async () => {
    const { server, calendar } = await account({ bare403: true, privileges: false })
    await created(calendar, 'first', LUNCH)
    server.options.dislikes = /SUMMARY:Cursed/
    await assertRefused(created(calendar, 'cursed', titled('Cursed')), 'refused')
    await created(calendar, 'second', titled('Fine'))
    server.calendar.access = 'read'
    const codes: string[] = []
    for (const uid of ['a', 'b', 'c']) {
      codes.push(await codeOf(created(calendar, uid, titled(uid))))
    }
    assert.deepEqual(codes, ['refused', 'refused', 'read-only'])
  })

  it('is a throttle where one event after another gets it, though the calendar may be written', async () => {
    const { server, calendar } = await account()
    server.options.dislikes = /./
    const codes: string[] = []
    for (const uid of 'abcdef') {
      codes.push(await codeOf(created(calendar, uid, titled(uid))))
    }
    assert.deepEqual(codes, ['refused', 'refused', 'refused', 'refused', 'rate-limit', 'refused'])
    server.options.dislikes = null
    await created(calendar, 'a', titled('a'))
    assert.equal((await readAll(calendar)).length, 1)
  })

  it('with a time to wait is a throttle', async () => {
    const { server, calendar } = await account()
    server.interfere = {
      before: (request) =>
        request.method === 'PUT' ? new Response(null, { status: 403, headers: { 'retry-after': '30' } }) : undefined,
    }
    await assertRefused(created(calendar, 'a', LUNCH), 'rate-limit')
  })
})

describe('An error body of a CalDAV server', () => {
  const bodies: [what: string, inside: string, names: string[]][] = [
    ['a precondition', '<C:no-uid-conflict/>', ['no-uid-conflict']],
    ['one with the resource that stands in the way', '<C:no-uid-conflict><D:href>/a.ics</D:href></C:no-uid-conflict>', ['no-uid-conflict']], // prettier-ignore
    ['privileges that are missing, each with its resource', '<D:need-privileges><D:resource><D:href>/a/</D:href><D:privilege><D:bind/></D:privilege></D:resource><D:resource><D:href>/b/</D:href><D:privilege><C:no-uid-conflict/></D:privilege></D:resource></D:need-privileges>', ['need-privileges']], // prettier-ignore
    ['several, with attributes and words besides', '<C:valid-calendar-data a="1>0" /> <D:responsedescription>no <b>way</b></D:responsedescription>\n<D:valid-sync-token\n/>', ['valid-calendar-data', 'valid-sync-token']], // prettier-ignore
    [
      'a remark in which one is named',
      '<!-- <D:valid-sync-token/> --><C:valid-calendar-data/>',
      ['valid-calendar-data'],
    ],
    ['nothing', '', []],
  ]
  for (const [what, inside, names] of bodies) {
    it(`names ${what}`, () => {
      assert.deepEqual(preconditionsIn(`<?xml version="1.0"?><D:error xmlns:D="DAV:">${inside}</D:error>`), names)
    })
  }
})
