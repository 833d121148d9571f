import assert from 'node:assert/strict'
import type { ProviderError } from '../../src/event/calendar'
import { byId, signal } from '../google/world'
import {
  calendarBefore,
  ENTRY,
  isEvents,
  liveIn,
  page,
  plain,
  providerBefore,
  readOf,
  unreadIn,
} from './google-answers'

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index)) // prettier-ignore
const badAnswer = (words: RegExp) => (error: unknown) =>
  (error as ProviderError).code === 'bad-answer' && words.test((error as ProviderError).message)

/** Tokens that can be none. */
const NO_TOKENS: readonly unknown[] = ['', 5, 0, true, [], {}, ['x'], 'x'.repeat(100_000)]
/** Lists that are none. */
const NO_LISTS: readonly unknown[] = [null, 5, 'items', {}, { 0: plain('one') }, true]

describe('A list of Google’s events', () => {
  for (const token of NO_TOKENS) {
    const shown = JSON.stringify(token).slice(0, 20)
    it(`that goes on at ${shown} is no complete list, and an error`, async () => {
      const asked: string[] = []
      const calendar = await calendarBefore(
        (path) =>
          isEvents(path) ? page([plain('one')], { nextPageToken: token, nextSyncToken: undefined }) : undefined,
        asked,
      )
      await assert.rejects(() => calendar.read(null, new Map(), signal), badAnswer(/where its list goes on/))
      assert.equal(asked.filter((each) => each.includes('/events')).length, 1)
    })

    it(`that bears the sync token ${shown} is read; next time all is read again`, async () => {
      const read = await readOf([plain('one')], { nextSyncToken: token })
      assert.deepEqual([read.kind, read.position, read.seen.length], ['full', null, 1])
    })

    it(`is read in full where ${shown} was remembered as its token`, async () => {
      const asked: string[] = []
      const calendar = await calendarBefore((path) => (isEvents(path) ? page([plain('one')]) : undefined), asked)
      const read = await calendar.read(token as string, new Map(), signal)
      assert.deepEqual([read.kind, read.position], ['full', 'next'])
      assert.ok(asked.every((each) => !each.includes('syncToken')))
    })
  }

  for (const status of [400, 410, 413, 414, 431]) {
    it(`is read in full where its token is answered with ${status}`, async () => {
      const calendar = await calendarBefore((path, query) => {
        if (!isEvents(path)) return undefined
        return query.has('syncToken') ? new Response('<h1>No</h1>', { status }) : page([plain('one')])
      })
      const read = await calendar.read('a token', new Map(), signal)
      assert.deepEqual([read.kind, read.position], ['full', 'next'])
    })
  }

  it('that comes back to a page is an error, after one request for each', async () => {
    const asked: string[] = []
    const calendar = await calendarBefore((path, query) => {
      if (!isEvents(path)) return undefined
      return page([], { nextPageToken: query.get('pageToken') === 'a' ? 'b' : 'a' })
    }, asked)
    await assert.rejects(() => calendar.read(null, new Map(), signal), badAnswer(/leads to the same page again/))
    assert.equal(asked.filter((each) => each.includes('/events')).length, 3)
  })

  it('that never ends is an error after a thousand pages', async () => {
    let pages = 0
    const calendar = await calendarBefore((path) =>
      isEvents(path) ? page([], { nextPageToken: `page ${(pages += 1)}` }) : undefined,
    )
    await assert.rejects(() => calendar.read(null, new Map(), signal), badAnswer(/more than 1000 pages/))
    assert.equal(pages, 1000)
  })

  it('of more than 100,000 events is an error, and so is one of more than 64 MB', async () => {
    for (const [count, text] of [
      [10_001, ''],
      [70, 'x'.repeat(100_000)],
    ] as const) {
      // prettier-ignore
      let pages = 0
      const items = many(count, (index) => ({ id: `e${index}`, summary: text }))
      const body = JSON.stringify(page(items)).slice(1)
      const calendar = await calendarBefore((path) => {
        if (!isEvents(path)) return undefined
        return new Response(`{"nextPageToken":"${(pages += 1)}",${body}`, { headers: { 'content-type': 'application/json' } }) // prettier-ignore
      })
      await assert.rejects(() => calendar.read(null, new Map(), signal), badAnswer(/more than can be read/))
      assert.equal(pages, 10)
    }
  })

  it('that repeats items, on a page and on the next ones, has each once, as it comes last', async () => {
    const calendar = await calendarBefore((path, query) => {
      if (!isEvents(path)) return undefined
      const isLast = query.has('pageToken')
      return page([plain('one'), plain('one', { summary: isLast ? 'Last' : 'First' }), plain('two')], isLast ? {} : { nextPageToken: 'more' }) // prettier-ignore
    })
    const { seen } = await calendar.read(null, new Map(), signal)
    assert.deepEqual(liveIn(seen).map(({ id, fields }) => [id, fields.summary]).sort(), [['one', 'Last'], ['two', 'Event two']]) // prettier-ignore
  })

  for (const items of NO_LISTS) {
    it(`that is ${JSON.stringify(items).slice(0, 20)} is an error, and nothing was deleted`, async () => {
      await assert.rejects(() => readOf(items), badAnswer(/list of events without events/))
    })
  }

  it('that lacks its items has none if it says that it is a list of events, and else is an error', async () => {
    assert.deepEqual((await readOf(undefined)).seen, [])
    await assert.rejects(() => readOf(undefined, { kind: undefined }), badAnswer(/without events/))
  })

  for (const body of ['null', '5', '"x"', '[]', 'true', '', '<html>']) {
    it(`that is ${body === '' ? 'empty' : body} is an error`, async () => {
      const calendar = await calendarBefore((path) =>
        isEvents(path) ? new Response(body, { headers: { 'content-type': 'application/json' } }) : undefined,
      )
      await assert.rejects(() => calendar.read(null, new Map(), signal), { code: 'bad-answer' })
    })
  }

  for (const [what, more] of [
    ['default reminders as a text', { defaultReminders: 'ten' }],
    ['default reminders as an object', { defaultReminders: { minutes: 10 } }],
    ['default reminders of null', { defaultReminders: [null] }],
    ['default reminders in words', { defaultReminders: [{ minutes: 'ten' }] }],
    ['a hundred thousand default reminders', { defaultReminders: many(100_000, () => ({ minutes: 10 })) }],
    ['a time zone as a number', { timeZone: 5 }],
    ['a time zone that is none', { timeZone: 'Nowhere/At_All' }],
    ['a role as a list', { accessRole: ['owner'] }],
    ['all of these as null', { defaultReminders: null, timeZone: null, accessRole: null }],
  ] as const) {
    it(`is read though its calendar has ${what}`, async () => {
      const { seen, position } = await readOf([plain('one', { reminders: { useDefault: true } }), plain('two')], more)
      assert.deepEqual([liveIn(seen).length, unreadIn(seen).length, position], [2, 0, 'next'])
      assert.equal(liveIn(seen)[0]?.fields.reminders, null)
    })
  }

  it('of changes that is odd deletes nothing: what it does not understand is set aside', async () => {
    const { seen } = await readOf([plain('one'), plain('two')])
    const calendar = await calendarBefore(
      (path) =>
      isEvents(path) ? page([null, { id: 'one', status: ['cancelled'] }, { status: 'cancelled' }], { nextSyncToken: 7 }) : undefined, // prettier-ignore
    )
    const read = await calendar.read('token', byId(seen), signal)
    assert.equal(read.position, 'token')
    assert.deepEqual(read.seen.map(({ is }) => is), ['unread', 'unread', 'unread']) // prettier-ignore
  })
})

describe('A list of Google’s calendars', () => {
  const listed = async (items: unknown, more: object = {}) => {
    const provider = await providerBefore((path) =>
      path === 'users/me/calendarList' ? { kind: 'calendar#calendarList', ...more, items } : undefined,
    )
    return (await provider.listCalendars(signal)).map(({ id, name }) => [id, name])
  }

  it('leaves out what does not say which calendar it is, and has the others', async () => {
    const odd = [null, 5, 'x', [], {}, { id: 5, accessRole: 'owner' }, { id: '', accessRole: 'owner' }]
    assert.deepEqual(await listed([...odd, ENTRY]), [['me@example.com', 'Mine']])
  })

  it('names a calendar by its id where its name is none', async () => {
    for (const summary of [5, null, [], {}, true]) {
      assert.deepEqual(
        await listed([{ ...ENTRY, summary, backgroundColor: 5, defaultReminders: 'x', primary: 'yes' }]),
        [['me@example.com', 'me@example.com']],
      )
    }
  })

  for (const items of NO_LISTS) {
    it(`that is ${JSON.stringify(items).slice(0, 20)} is an error`, async () => {
      await assert.rejects(() => listed(items), badAnswer(/list of calendars without calendars/))
    })
  }

  it('that goes on nowhere, or without end, is an error', async () => {
    for (const nextPageToken of NO_TOKENS) {
      await assert.rejects(() => listed([ENTRY], { nextPageToken }), badAnswer(/where its list goes on/))
    }
    await assert.rejects(() => listed([ENTRY], { nextPageToken: 'again' }), badAnswer(/same page again/))
  })

  it('is not needed to open a calendar, which has to say its id', async () => {
    for (const entry of [null, 5, [], {}, { id: 7 }]) {
      const provider = await providerBefore((path) => (path.startsWith('users/me/calendarList/') ? entry : undefined))
      await assert.rejects(() => provider.open('primary', signal), { code: 'bad-answer' })
    }
  })
})
