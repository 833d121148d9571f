import assert from 'node:assert/strict'
import type { Known, Live, Seen } from '../../src/event/calendar'
import { ProviderError } from '../../src/event/calendar'
import { fieldNames, isAllDay, isException, originalStart, whenOf } from '../../src/event/event'
import { instantOf } from '../../src/event/zone'
import { byId, signal } from '../google/world'
import { Random } from '../sync/random'
import { at, calendarBefore, isEvents, page, plain } from './google-answers'

/** Values in place of right ones. */
const ODD: readonly unknown[] = [
  null,
  undefined,
  true,
  false,
  0,
  -1,
  1.5,
  1e300,
  '',
  ' ',
  'x',
  '\u0000',
  '<!--',
  '0000-00-00',
  '9999-12-31',
  '10000-01-01',
  '2026-02-29',
  '2026-03-29T02:30:00',
  '2026-10-25T02:30:00+01:00',
  '9999-12-31T23:59:59Z',
  '0001-01-01T00:00:00Z',
  'Europe/Nowhere',
  'GMT+05:30',
  'cancelled',
  'private',
  'RRULE:FREQ=DAILY;UNTIL=99999999',
  'EXDATE:20260107T080000Z',
  'RDATE:00000000',
  'RRULE:FREQ=YEARLY;BYMONTHDAY=31',
  'RRULE:DATE;TZID=UTC:20260108T080000',
  'EXDATE;TZID=GMT+01:00:20260107T090000',
  [],
  {},
  [null],
  ['x'],
  [[]],
  { x: 1 },
  [{}],
  { date: '2026-01-07' },
  { dateTime: '2026-01-07T10:00:00Z' },
  { private: { calsyncUid: 'u', calsyncId: 'good', calsyncHash: 'h' } },
  '__proto__',
  'good',
  'x'.repeat(2000), // prettier-ignore
]
const NAMES = ['id', 'etag', 'status', 'eventType', 'iCalUID', 'updated', 'summary', 'description', 'location', 'transparency', 'visibility', 'colorId', 'start', 'end', 'endTimeUnspecified', 'recurrence', 'recurringEventId', 'originalStartTime', 'reminders', 'source', 'attendees', 'attendeesOmitted', 'organizer', 'locked', 'extendedProperties', '__proto__', 'unreadable'] // prettier-ignore
const HEADS = ['items', 'nextPageToken', 'nextSyncToken', 'timeZone', 'accessRole', 'defaultReminders', 'kind']

/** A value like this one, with something in it put wrong. */
function spoiled(random: Random, value: unknown, depth = 0): unknown {
  if (depth > 4 || random.chance(0.3)) return random.pick(ODD)
  if (Array.isArray(value)) {
    const items = value.map((each: unknown) => (random.chance(0.5) ? spoiled(random, each, depth + 1) : each))
    return random.chance(0.3) ? [...items, random.pick(ODD), ...items] : items
  }
  if (typeof value !== 'object' || value === null) return random.pick(ODD)
  const entries = Object.entries(value)
  const [name] = entries.length > 0 ? random.pick(entries) : ['x']
  return { ...value, [name]: spoiled(random, (value as Record<string, unknown>)[name], depth + 1) }
}

function hostileEvent(random: Random, good: Record<string, unknown>): unknown {
  if (random.chance(0.05)) return random.pick(ODD)
  let event = good
  for (let times = 1 + random.below(3); times > 0; times -= 1) {
    const name = random.pick(NAMES)
    event = { ...event, [name]: spoiled(random, event[name]) }
  }
  return event
}

const SERIES = plain('series', { recurrence: ['RRULE:FREQ=DAILY;COUNT=9', 'EXDATE:20260109T080000Z'] })
const instance = (day: string, more: object): Record<string, unknown> =>
  plain(`series_202601${day}T080000Z`, {
    iCalUID: 'series@google.com',
    recurringEventId: 'series',
    originalStartTime: { dateTime: `2026-01-${day}T09:00:00+01:00`, timeZone: 'Europe/Berlin' },
    ...more,
  })
const CANCELLED = { id: 'series_20260108T080000Z', status: 'cancelled', recurringEventId: 'series', originalStartTime: { dateTime: '2026-01-08T09:00:00+01:00' } } // prettier-ignore
const GOOD = [SERIES, instance('07', { summary: 'Other' }), CANCELLED, plain('single'), plain('day', { start: { date: '2026-01-07' }, end: { date: '2026-01-08' } })] // prettier-ignore

/**
 * A list of Google's with something wrong in it, read in full and as what changed since: events that have nothing to do
 * with it are read, what is read is on the calendar, nothing is deleted that is not said to be, and no error is a defect.
 */
export async function play(seed: number): Promise<string> {
  const random = new Random(seed)
  const items: unknown[] = GOOD.map((good) => (random.chance(0.5) ? hostileEvent(random, good) : good))
  const head: Record<string, unknown> = random.chance(0.15) ? { [random.pick(HEADS)]: random.pick(ODD) } : {}
  const answer = { ...page([plain('good', { start: at('11:00'), end: at('12:00') }), ...items]), ...head }
  const body = JSON.stringify(answer)
  const json = { headers: { 'content-type': 'application/json' } }
  const calendar = await calendarBefore((path) => {
    if (isEvents(path)) return new Response(body, json)
    if (!path.startsWith('calendars/')) return undefined
    // One that was asked for is there, or nobody knows.
    return GOOD.find(({ id }) => path.endsWith(`/events/${String(id)}`)) ?? new Response('{}', { status: 503 })
  })
  const known = byId((await (await calendarBefore((path) => (isEvents(path) ? page(GOOD) : undefined))).read(null, new Map(), signal)).seen) // prettier-ignore
  const outcomes = new Set<string>()
  for (const [position, before] of [
    [null, new Map()],
    ['token', known],
  ] as [string | null, Known][])
    // prettier-ignore
    try {
      const { seen } = await calendar.read(position, before, signal)
      check(seen, before, 'items' in head ? [] : items)
      for (const { is } of seen) outcomes.add(is)
    } catch (error) {
      if (!(error instanceof ProviderError) || !['bad-answer', 'stale', 'unreachable'].includes(error.code)) throw error
      outcomes.add(error.code)
    }
  return [...outcomes].sort().join(' ')
}

function check(seen: readonly Seen[], before: Known, items: readonly unknown[]): void {
  for (const each of seen) {
    if (each.is === 'live') checkLive(each)
    if (each.is === 'unread') {
      assert.equal(each.defect, undefined, each.reason)
      assert.ok(each.reason.length <= 500 && each.reason.length > 10, each.reason)
    }
    const isSaid = (item: unknown): boolean => (item as { status?: unknown } | null)?.status === 'cancelled'
    if (each.is === 'gone') assert.ok(items.some(isSaid), `${each.id} is not said to be deleted`)
  }
  const ids = seen.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length, 'each once')
  const isTouched = items.length === 0 || JSON.stringify(items).includes('"good"')
  if (!isTouched && before.size === 0) assert.ok(seen.some(({ id, is }) => id === 'good' && is === 'live'))
}

function checkLive({ fields }: Live): void {
  const when = whenOf(fields)
  assert.ok(when, 'it has a time')
  for (const time of [when.start, when.end]) {
    const text = isAllDay(time) ? time.date : time.dateTime
    assert.match(text, isAllDay(time) ? /^\d{4}-\d\d-\d\d$/ : /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
    assert.ok(Number.isFinite(instantOf(time)) && text >= '0001', `${text} is a time`)
  }
  assert.ok(instantOf(when.end) >= instantOf(when.start), 'it ends after it starts')
  for (const name of fieldNames(fields).filter(isException))
    assert.ok(!Number.isNaN(Date.parse(originalStart(name))), name)
  for (const name of ['summary', 'description', 'location', 'url', 'color'] as const)
    assert.ok(fields[name] === null || typeof fields[name] === 'string', name)
}
