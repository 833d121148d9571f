import assert from 'node:assert/strict'
import { at, calendarBefore, isEvents, liveIn, page, plain, readOf, unreadIn } from './google-answers'

const WRONG: readonly unknown[] = [5, -0.5, true, 'a text', [], [5], [null], [[]], {}, { x: 1 }, [{}], 'x'.repeat(5000)]
/** Members of an event, and which of the wrong values above would be right for each. */
const MEMBERS: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...Object.fromEntries(
    ['etag', 'eventType', 'iCalUID', 'updated', 'summary', 'description', 'location', 'status', 'transparency', 'visibility', 'colorId'].map((name) => [name, (value: unknown) => typeof value === 'string']), // prettier-ignore
  ),
  endTimeUnspecified: (value) => value === true,
  attendeesOmitted: (value) => value === true,
  locked: (value) => value === true,
  start: () => false,
  end: (value) => isObject(value),
  recurrence: (value) => Array.isArray(value) && value.length === 0,
  reminders: isObject,
  source: isObject,
  organizer: isObject,
  extendedProperties: isObject,
  attendees: (value) => Array.isArray(value) && value.every(isObject),
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item)
const SERIES = { recurrence: ['RRULE:FREQ=DAILY'] }
const INSTANCE = { recurringEventId: 'bad', originalStartTime: at('09:00') }

/** What one event may hold, and why it can't be read then; null: it is read all the same. */
const CASES: readonly (readonly [what: string, more: object, why: RegExp | null])[] = [
  ['a start without anything', { start: {} }, /no start/],
  ['no start', { start: undefined }, /no start/],
  ['a start of null', { start: null }, /no start/],
  ['a day as a number', { start: { date: 20260106 } }, /"date" is a number, and not a text/],
  ['a day that is none', { start: { date: '0000-00-00' } }, /starts at "0000-00-00", which is no time/],
  ['a day of no month', { start: { date: '2026-02-30' }, end: { date: '2026-03-03' } }, /"2026-02-30"/],
  ['the year 0', { start: { date: '0000-01-01' }, end: { date: '0000-01-02' } }, /"0000-01-01"/],
  ['the year 99999', { start: { date: '99999-01-01' }, end: { date: '99999-01-02' } }, /"99999-01-01"/],
  ['the year +099999', { start: { dateTime: '+099999-01-01T10:00:00Z' } }, /"\+099999/],
  ['a negative year', { start: { dateTime: '-000001-01-01T10:00:00Z' } }, /"-000001/],
  ['the last of all days', { start: { date: '9999-12-31' }, end: { date: '10000-01-01' } }, /no time|beyond/],
  ['the last of all hours', { start: { dateTime: '9999-12-31T23:30:00Z' }, end: { dateTime: '9999-12-31T23:45:00Z' } }, /"9999-12-31T23:30/], // prettier-ignore
  ['an hour that no day has', { start: { dateTime: '2026-01-06T25:00:00Z' } }, /"2026-01-06T25/],
  ['a time in words', { start: { dateTime: 'tomorrow' } }, /"tomorrow"/],
  ['an end that is none', { end: { date: '0000-00-00' } }, /ends at "0000-00-00"/],
  ['a start of a megabyte', { start: { dateTime: '2'.repeat(1_000_000) } }, /"2{40}"/],
  ['a zone of 100,000 letters', { start: { ...at('09:00'), timeZone: 'x'.repeat(100_000) }, ...SERIES }, /time zone/],
  ['a rule as a text', { recurrence: 'RRULE:FREQ=DAILY' }, /"recurrence" is a text, and not a list/],
  ['a rule of null', { recurrence: [null] }, /"recurrence" is null/],
  ['a rule of nothing', { recurrence: [''] }, /no recurrence line/],
  ['more than 1,000 rules', { recurrence: many(1001, 'RRULE:FREQ=DAILY') }, /more than 1000/],
  ['guests as an object', { attendees: { self: true } }, /"attendees" is an object/],
  ['a guest of null', { attendees: [null] }, /"attendees" is null/],
  ['more than 5,000 guests', { attendees: many(5001, { self: true }) }, /more than 5000/],
  ['overrides of null', { reminders: { useDefault: false, overrides: null } }, null],
  ['reminders of null', { reminders: null }, null],
  ['an override of null', { reminders: { overrides: [null] } }, /"overrides" is null/],
  ['minutes in words', { reminders: { overrides: [{ minutes: 'ten' }] } }, /"minutes" is a text/],
  ['minutes before the Big Bang', { reminders: { overrides: [{ method: 'popup', minutes: 1e300 }] } }, null],
  ['more than 100 overrides', { reminders: { overrides: many(101, { minutes: 5 }) } }, /more than 100/],
  ['private properties as a list', { extendedProperties: { private: [] } }, /"private" is a list/],
  ['shared properties as a list', { extendedProperties: { shared: ['x'] } }, /"shared" is a list/],
  ['a mark as a number', { extendedProperties: { private: { calsyncUid: 5 } } }, /"calsyncUid" is a number/],
  ['categories that are no list', { extendedProperties: { private: { calsyncCategories: '{"a":1}' } } }, null],
  ["another program's property of any type", { extendedProperties: { private: { theirs: { deep: [] } } } }, null],
  ['members of no interest, of any type', { conferenceData: 5, gadget: [], attachments: { a: null } }, null],
  ['what is said about unreadable ones', { unreadable: 'Trust me.' }, null],
  ['a link as a text', { source: 'https://example.org' }, /"source" is a text/],
  ['more than a megabyte of text', { description: 'x'.repeat(1_048_577) }, /too long/],
  ['a megabyte of text', { description: 'x'.repeat(1_000_000) }, null],
  ['nothing but openings of comments', { description: '<!--'.repeat(200_000) }, null],
  ['nothing but openings of links', { description: `<a ${'href="" '.repeat(100_000)}` }, null],
  ['nothing but openings of elements', { description: '<a '.repeat(300_000) }, null],
  ['nothing but beginnings of entities', { description: '&'.repeat(1_000_000) }, null],
]

describe('One event of a list of Google’s', () => {
  const good = [plain('first'), plain('second')]
  const among = async (...bad: unknown[]) => {
    const read = await readOf([good[0], ...bad, good[1]])
    const live = liveIn(read.seen).filter(({ id }) => id !== 'bad')
    assert.deepEqual(live.map(({ id }) => id), ['first', 'second']) // prettier-ignore
    assert.equal(read.position, 'next')
    return { read, other: read.seen.filter(({ id }) => id !== 'first' && id !== 'second') }
  }

  for (const [what, more, why] of CASES) {
    it(`that has ${what} is ${why === null ? 'read' : 'set aside, with its title'}`, async () => {
      const { other } = await among(plain('bad', more))
      const [seen, ...rest] = other
      assert.deepEqual([seen?.id, rest], ['bad', []])
      if (why === null || seen?.is !== 'unread') assert.deepEqual([seen?.is, why], ['live', null])
      else {
        assert.match(seen.reason, why)
        assert.ok(seen.reason.length < 600)
        assert.deepEqual([seen.title, seen.uid], ['Event bad', 'bad@google.com'])
      }
    })
  }

  for (const [name, isRight] of Object.entries(MEMBERS)) {
    it(`in which "${name}" is of any wrong type is set aside, and no other`, async () => {
      for (const value of WRONG) {
        const { other } = await among(plain('bad', { [name]: value }))
        assert.equal(other.length, 1)
        assert.equal(other[0]?.is, isRight(value) ? 'live' : 'unread', JSON.stringify(value).slice(0, 50))
        for (const { title } of unreadIn(other)) assert.equal(title, name === 'summary' ? undefined : 'Event bad')
      }
    })
  }

  for (const item of [
    null,
    5,
    'x',
    true,
    [],
    [plain('in a list')],
    {},
    { id: 5 },
    { id: '' },
    { id: null },
    { id: ['bad'] },
    { id: 'x'.repeat(5000) },
  ]) {
    // prettier-ignore
    it(`that is ${JSON.stringify(item).slice(0, 30)} is set aside, though nobody knows which it is`, async () => {
      const { other } = await among(item)
      assert.equal(unreadIn(other).length, 1)
      assert.match(unreadIn(other)[0]?.reason ?? '', /^Google sent it in a form that can't be read: its? /)
    })
  }

  it('that is deep beyond reason is read, for nothing looks into what nobody knows', async () => {
    const depth = 100_000
    const text = `{"kind":"calendar#events","nextSyncToken":"next","items":[${JSON.stringify(plain('bad')).slice(0, -1)},"deep":${'['.repeat(depth)}${']'.repeat(depth)}},{"id":${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}}]}`
    const calendar = await calendarBefore((path) =>
      isEvents(path) ? new Response(text, { headers: { 'content-type': 'application/json' } }) : undefined,
    )
    const { seen } = await calendar.read(null, new Map(), new AbortController().signal)
    assert.deepEqual([liveIn(seen).length, unreadIn(seen).length], [1, 1])
  })

  it('that is said to be cancelled, and of which the rest is wrong, does not count as deleted', async () => {
    const before = await readOf([plain('bad')])
    const known = new Map(before.seen.map((each) => [each.id, each]))
    const calendar = await calendarBefore((path) =>
      isEvents(path) ? page([plain('bad', { status: 'cancelled', start: 5 })]) : undefined,
    )
    const { seen } = await calendar.read('token', known, new AbortController().signal)
    assert.deepEqual(seen.map(({ is }) => is), ['unread']) // prettier-ignore
  })
})

describe('One occurrence of a series of Google’s', () => {
  for (const [what, more, why] of [
    ['is of wrong types', { summary: 5 }, /"summary" is a number/],
    ['does not say which it is', { originalStartTime: undefined }, /does not say when/],
    ['says an impossible time', { originalStartTime: { date: '0000-00-00' } }, /does not say when/],
    ['is at no time', { start: { date: '2026-13-01' } }, /"2026-13-01"/],
    ['ends at no time', { end: { dateTime: '9'.repeat(50) } }, /ends at/],
  ] as const) {
    it(`that ${what} sets its series aside, by its title`, async () => {
      const instance = plain('bad_20260106T080000Z', { ...INSTANCE, ...more })
      const { seen } = await readOf([plain('bad', SERIES), instance, plain('good')])
      assert.deepEqual(liveIn(seen).map(({ id }) => id), ['good']) // prettier-ignore
      const [series, ...rest] = unreadIn(seen)
      assert.deepEqual([series?.id, series?.title, rest], ['bad', 'Event bad', []])
      assert.match(series?.reason ?? '', why)
    })
  }

  it('that names no series that could be one is an event of its own, set aside', async () => {
    const { seen } = await readOf([plain('good'), plain('bad', { ...INSTANCE, recurringEventId: 5 })])
    assert.deepEqual(unreadIn(seen).map(({ id, title }) => [id, title]), [['bad', 'Event bad']]) // prettier-ignore
  })
})

describe('An event of Google’s that stood alone', () => {
  it('is not deleted when it is said to belong to a series, in a way that nobody understands', async () => {
    const before = await readOf([plain('good'), plain('single')])
    for (const more of [{ summary: 5 }, {}, { originalStartTime: { date: '0000-00-00' } }]) {
      const calendar = await calendarBefore((path) => {
        const items = [plain('good', SERIES), plain('single', { recurringEventId: 'good', ...more })]
        return isEvents(path) ? page(items) : undefined
      })
      const known = new Map(before.seen.map((each) => [each.id, each]))
      for (const position of ['token', null]) {
        const { seen } = await calendar.read(position, known, new AbortController().signal)
        assert.deepEqual(seen.map(({ id, is }) => [id, is]), [['good', 'unread']]) // prettier-ignore
      }
    }
  })
})
