import assert from 'node:assert/strict'
import type { Calendar, ErrorCode } from '../../src/event/calendar'
import { ProviderError } from '../../src/event/calendar'
import { createGoogleProvider } from '../../src/google/provider'
import { LUNCH } from '../contract/events'
import { Reader, created, updated, written } from '../contract/reader'
import type { Answered, Asked } from '../recorded'
import { Recorded, replaying } from '../recorded'
import type { GoogleEvent } from '../simulators/google/resource'
import { LOGIN } from '../simulators/google'
import { NOW } from './api'
import { only, signal } from './world'

/** A day in one calendar, each answer under the token of the one before. */
const DAY = [
  '10_list_empty_first.json',
  '11_delta_created.json',
  '12_delta_deleted_single.json',
  '13_delta_created2.json',
  '14_delta_reminder_edit_updated_unchanged.json',
  '15_delta_only_self_attendee_left.json',
  '16_delta_default_reminders_edited_no_items.json',
]
const REPLAYED = [
  ...DAY,
  '20_fromGmail_endTimeUnspecified.json',
  '21_fromGmail_2020_eventType_default.json',
  '22_birthday_instance_self.json',
  '23_public_reader_list.json',
  '24_cancelled_instance_no_timezone.json',
  'errors.json',
]
const recorded = new Recorded('google', REPLAYED, {
  'token_errors.json': 'the login’s answers are replayed in token-trouble.test.ts',
})

type Page = { items: GoogleEvent[]; nextSyncToken: string; accessRole: string }

const page = (name: string): Page => recorded.json(name) as Page
const event = (name: string): GoogleEvent => recorded.json(name) as GoogleEvent
/** The first page that was recorded, with other events and the token of another. */
const listOf = (...items: GoogleEvent[]): Page => ({ ...page('10_list_empty_first.json'), items })

const json = (body: object, status = 200): Answered => ({
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json; charset=UTF-8' },
})

const ENTRY = { id: 'user@example.com', summary: 'user@example.com', timeZone: 'Europe/Madrid', primary: true }

/** Answers the calendar's own requests; what else is asked goes to `events`. */
async function account(events: (asked: Asked) => Answered, accessRole = 'owner') {
  const service = replaying((asked) => {
    const { pathname } = asked.url
    if (pathname === '/token') return json({ access_token: 'T', expires_in: 3599, token_type: 'Bearer' })
    if (/\/calendarList\//.test(pathname)) return json({ ...ENTRY, accessRole })
    return events(asked)
  })
  const config = { apiUrl: 'http://google/', tokenUrl: 'http://google/token', credentials: LOGIN }
  const provider = await createGoogleProvider(config, { fetch: service.fetch, now: () => NOW })
  const calendar = await provider.open('primary', signal)
  return { provider, calendar, reader: new Reader(calendar), asked: service.asked }
}

/** A calendar that answers its lists with these, each under the token of the one before; a query by UID finds `found`. */
function pages(list: readonly Page[], found: readonly GoogleEvent[] = []) {
  return account(({ url }) => {
    if (url.searchParams.has('iCalUID')) return json(listOf(...found))
    const token = url.searchParams.get('syncToken')
    const at = token === null ? 0 : list.findIndex(({ nextSyncToken }) => nextSyncToken === token) + 1
    const next = list[at]
    assert.ok(next, `nobody asks after the last page, nor with another token: ${url.search}`)
    return json(next)
  })
}

const at = (dateTime: string, timeZone: string) => ({ dateTime, timeZone })

describe('What Google was recorded to answer', () => {
  before(function () {
    if (!recorded.isThere) this.skip() // the recordings lie beside the project, not in it
  })

  it('to a calendar’s whole day of edits is read as what its owner did, one delta after another', async () => {
    const all = DAY.map(page)
    const { reader } = await pages(all)
    const first = await reader.read()
    assert.deepEqual([first.kind, first.seen, first.position], ['full', [], all[0]?.nextSyncToken])

    const made = only(await reader.read())
    assert.equal(made.uid, '1vk76ch9q0e0b4v13ku0rklsnr@google.com')
    assert.equal(made.fields.summary, 'event created')
    assert.deepEqual(made.fields.when, {
      start: at('2024-03-22T02:00:00', 'Europe/Madrid'),
      end: at('2024-03-22T03:00:00', 'Europe/Madrid'),
    })
    assert.deepEqual(made.fields.reminders, [30])
    assert.equal(made.fixed, undefined)

    assert.deepEqual((await reader.read()).seen, [{ is: 'gone', how: 'deleted', id: made.id, uid: made.uid }])

    const second = only(await reader.read())
    assert.deepEqual([second.fields.summary, second.fields.reminders], ['another event created', [30]])

    const reminded = only(await reader.read())
    assert.deepEqual(reminded.fields.reminders, [30, 600])
    assert.equal(reminded.fields.summary, second.fields.summary)

    const alone = only(await reader.read())
    assert.equal(alone.fixed, undefined, 'its only guest is its owner: nobody gets mail')
    assert.deepEqual(alone.fields.reminders, [600])

    const last = await reader.read()
    assert.deepEqual([last.kind, last.seen, last.position], ['incremental', [], all.at(-1)?.nextSyncToken])
  })

  it('to an edit of reminders alone is an edit, though the event’s stamp stays', async () => {
    const edited = page('14_delta_reminder_edit_updated_unchanged.json')
    const [after] = edited.items
    assert.ok(after)
    const before = { ...after, etag: '"3422133478194000"', reminders: { useDefault: true } }
    const { reader } = await pages([listOf(before), edited])
    const old = only(await reader.read())
    const now = only(await reader.read())
    assert.equal(now.changedAt, old.changedAt)
    assert.deepEqual([old.fields.reminders, now.fields.reminders], [[30], [30, 600]])
  })

  it('to an edit of the default reminders, which names no event, is one of those that use them', async () => {
    const made = page('11_delta_created.json')
    const [own] = page('14_delta_reminder_edit_updated_unchanged.json').items
    assert.ok(own)
    const first = { ...made, items: [...made.items, own] }
    const { reader } = await pages([first, page('16_delta_default_reminders_edited_no_items.json')])
    await reader.read()
    const now = only(await reader.read())
    assert.deepEqual([now.fields.summary, now.fields.reminders], ['event created', [600]])
  })

  it('of an event out of a mail is one that only Google can change, whose end is a placeholder', async () => {
    const { reader, calendar } = await pages([listOf(event('20_fromGmail_endTimeUnspecified.json'))])
    const seen = only(await reader.read())
    assert.equal(seen.kind, 'fromGmail')
    assert.match(seen.fixed ?? '', /fromGmail/)
    assert.deepEqual(seen.fields.when, {
      start: at('2015-03-05T14:41:00', 'Europe/Madrid'),
      end: at('2015-03-05T14:41:00', 'Europe/Madrid'),
    })
    assert.deepEqual([seen.fields.transparency, seen.fields.visibility], ['transparent', 'private'])
    assert.equal(calendar.info.writable, true)
  })

  it('of an event that somebody else organises has a guest, its owner, whose answer would be mailed', async () => {
    const { reader } = await pages([listOf(event('21_fromGmail_2020_eventType_default.json'))])
    const seen = only(await reader.read())
    assert.equal(seen.kind, undefined)
    assert.match(seen.fixed ?? '', /guests/)
    assert.deepEqual(seen.fields.when, {
      start: at('2020-10-10T22:00:00', 'UTC'),
      end: at('2020-10-10T22:00:00', 'UTC'),
    })
  })

  it('of a birthday without its series is an event of its own, for all of the day, that nobody may write', async () => {
    const { reader } = await pages([listOf(event('22_birthday_instance_self.json'))])
    const seen = only(await reader.read())
    assert.equal(seen.kind, 'birthday')
    assert.match(seen.fixed ?? '', /birthday/)
    assert.equal(seen.uid, '19o7d836ha3b5htsidejmt7jss@google.com/2026-10-14')
    assert.deepEqual(seen.fields.when, { start: { date: '2026-10-14' }, end: { date: '2026-10-15' } })
    assert.deepEqual([seen.fields.summary, seen.fields.transparency], ['Happy birthday!', 'transparent'])
  })

  it('of a public calendar that is not in the account’s list is read, and known to be read-only', async () => {
    const service = replaying(({ url }) => {
      if (url.pathname === '/token') return json({ access_token: 'T', expires_in: 3599, token_type: 'Bearer' })
      return url.pathname.includes('/calendarList/') ? error('404_notFound') : json(page('23_public_reader_list.json'))
    })
    const config = { apiUrl: 'http://google/', tokenUrl: 'http://google/token', credentials: LOGIN }
    const provider = await createGoogleProvider(config, { fetch: service.fetch, now: () => NOW })
    const calendar = await provider.open('fj88@group.calendar.google.com', signal)
    assert.deepEqual([calendar.info.name, calendar.info.writable], ['A club', false])
    const read = await calendar.read(null, new Map(), signal)
    assert.equal(read.position, 'CK_GqJv9i44DEAAYASCC6cHxAiiC6cHxAg==')
    const seen = only(read)
    assert.deepEqual(seen.fields.when, {
      start: at('2025-06-19T19:00:00', 'Europe/Brussels'),
      end: at('2025-06-19T21:00:00', 'Europe/Brussels'),
    })
    assert.deepEqual([seen.fields.description, seen.fields.reminders], ['MØ: D\nMU: C', null])
    assert.equal(seen.fixed, undefined)
  })

  it('of a cancelled occurrence without a zone counts, also where a query by UID finds the series alone', async () => {
    const cancelled = event('24_cancelled_instance_no_timezone.json')
    const id = String(cancelled.recurringEventId)
    const series = {
      id,
      etag: '"316514750000000"',
      status: 'confirmed',
      summary: 'Sunday',
      iCalUID: `${id}@google.com`,
      updated: '2020-03-01T00:00:00.000Z',
      start: { dateTime: '2020-05-10T10:00:00+03:00', timeZone: 'Europe/Moscow' },
      end: { dateTime: '2020-05-10T11:00:00+03:00', timeZone: 'Europe/Moscow' },
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'],
      reminders: { useDefault: false },
    } as unknown as GoogleEvent
    const delta = { ...listOf(cancelled), nextSyncToken: 'T1' }
    const { reader } = await pages([{ ...listOf(series), nextSyncToken: 'T0' }, delta], [series])
    assert.equal(only(await reader.read()).fields['exceptions.2020-05-17T07:00:00Z'], undefined)
    const now = only(await reader.read())
    assert.equal(now.fields['exceptions.2020-05-17T07:00:00Z'], null)

    const whole = await pages([listOf(cancelled, series)])
    assert.equal(only(await whole.reader.read()).fields['exceptions.2020-05-17T07:00:00Z'], null)
  })

  type Errors = Record<string, { error: { code: number } }>
  const errors = (): Errors => recorded.json('errors.json') as Errors
  const error = (name: string): Answered => {
    const body = errors()[name]
    assert.ok(body, name)
    return json(body, body.error.code)
  }

  const READ = (calendar: Calendar): Promise<unknown> => calendar.read(null, new Map(), signal)
  const CREATE = (calendar: Calendar): Promise<unknown> => created(calendar, 'u', LUNCH)
  const UPDATE = async (calendar: Calendar): Promise<unknown> =>
    updated(calendar, only(await calendar.read(null, new Map(), signal)), { summary: 'New' })
  const DELETE = async (calendar: Calendar): Promise<unknown> => {
    const seen = only(await calendar.read(null, new Map(), signal))
    return written(calendar, calendar.delete(seen, signal))
  }
  const wordless: [what: string, name: string, work: typeof READ, method: string, code: ErrorCode, word: RegExp][] = [
    ['a list', '400_timeRangeEmpty', READ, 'GET', 'bad-answer', /time range is empty/],
    ['a list', '401_authError', READ, 'GET', 'reauthorise', /press Connect/],
    ['a list', '403_userRateLimitExceeded', READ, 'GET', 'rate-limit', /slow down/],
    ['a create', '403_rateLimitExceeded', CREATE, 'POST', 'rate-limit', /slow down/],
    ['a create', '403_quotaExceeded', CREATE, 'POST', 'rate-limit', /usage limits/],
    ['an edit', '403_forbiddenForNonOrganizer', UPDATE, 'PATCH', 'refused', /only its organizer/],
    ['an edit', '403_disallowedFieldMutation', UPDATE, 'PATCH', 'refused', /Insufficient permissions to modify/],
    ['a list', '404_notFound', READ, 'GET', 'calendar-not-found', /no such calendar/],
    ['a create', '404_notFound', CREATE, 'POST', 'calendar-not-found', /no such calendar/],
    ['an edit', '404_notFound', UPDATE, 'PATCH', 'stale', /no longer there/],
    ['an edit', '409_conflict', UPDATE, 'PATCH', 'stale', /another version/],
    ['an edit', '410_deleted', UPDATE, 'PATCH', 'stale', /no longer there/],
    ['an edit', '412_conditionNotMet', UPDATE, 'PATCH', 'stale', /newer version/],
    ['a deletion', '412_conditionNotMet', DELETE, 'DELETE', 'stale', /newer version/],
    ['a list', '429_rateLimitExceeded', READ, 'GET', 'rate-limit', /slow down/],
    ['a create', '500_backendError', CREATE, 'POST', 'unreachable', /trouble of its own/],
    ['a list', '410_deleted', READ, 'GET', 'calendar-not-found', /no such calendar/],
  ]
  for (const [what, name, work, method, code, words] of wordless) {
    it(`to ${what} with ${name} means ${code}`, async () => {
      const made = page('11_delta_created.json').items[0]
      assert.ok(made)
      const { calendar } = await account((asked) => {
        if (asked.method === method) return error(name)
        return json(/\/events\/./.test(asked.url.pathname) ? made : listOf(made))
      })
      await assert.rejects(work(calendar), (thrown: unknown) => {
        assert.ok(thrown instanceof ProviderError, String(thrown))
        assert.equal(thrown.code, code, thrown.message)
        assert.match(thrown.message, words)
        return true
      })
    })
  }

  for (const accessRole of ['reader', 'writer']) {
    const meant = accessRole === 'reader' ? 'read-only' : 'refused'
    it(`to an edit with 403_requiredAccessLevel means ${meant} where the list says ${accessRole}`, async () => {
      const made = listOf(...page('11_delta_created.json').items)
      const answer = (asked: Asked) => (asked.method === 'PATCH' ? error('403_requiredAccessLevel') : json(made))
      const { calendar } = await account(answer, accessRole)
      await assert.rejects(UPDATE(calendar), { code: meant })
    })
  }

  for (const name of ['410_fullSyncRequired', '410_updatedMinTooLongAgo', '410_deleted']) {
    it(`to a list with a token with ${name} leads to one without, which deletes nothing`, async () => {
      const made = page('11_delta_created.json')
      const { reader, asked } = await account(({ url }) =>
        url.searchParams.has('syncToken') ? error(name) : json(made),
      )
      await reader.read()
      asked.splice(0)
      const again = await reader.read()
      assert.deepEqual([again.kind, again.seen], ['full', []])
      assert.deepEqual(again.kind === 'full' && again.unchanged, [made.items[0]?.id])
      assert.equal(asked.length, 2)
    })
  }

  it('to a deletion with 410_deleted, or 404_notFound, means that it is deleted', async () => {
    for (const name of ['410_deleted', '404_notFound']) {
      const made = listOf(...page('11_delta_created.json').items)
      const { calendar } = await account((asked) => (asked.method === 'DELETE' ? error(name) : json(made)))
      assert.deepEqual(await DELETE(calendar), {
        is: 'gone',
        how: 'deleted',
        id: made.items[0]?.id,
        uid: made.items[0]?.iCalUID,
      })
    }
  })

  it('to a create with 409_duplicate leads to the next id where a deleted event keeps the first', async () => {
    const ids: string[] = []
    const { calendar } = await account((asked) => {
      if (asked.method === 'GET') return json({ id: ids[0], status: 'cancelled', kind: 'calendar#event' })
      const sent = JSON.parse(asked.body) as GoogleEvent
      ids.push(String(sent.id))
      return ids.length === 1 ? error('409_duplicate') : json({ ...sent, etag: '"1"', status: 'confirmed' })
    })
    const made = await created(calendar, 'u', LUNCH)
    assert.equal(made.id, ids[1])
    assert.equal(made.fields.summary, LUNCH.summary)
    assert.notEqual(ids[0], ids[1])
  })

  it('is replayed, each error and each file', () => {
    const named = new Set([...wordless.map(([, name]) => name), ...ALSO_NAMED])
    assert.deepEqual(Object.keys(errors()).sort(), [...named].sort())
    recorded.assertNoneForgotten()
  })
})

/** Errors that have sentences of their own. */
const ALSO_NAMED = [
  '403_requiredAccessLevel',
  '409_duplicate',
  '410_fullSyncRequired',
  '410_updatedMinTooLongAgo',
  '410_deleted',
]
