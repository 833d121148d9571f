import assert from 'node:assert/strict'
import { createCaldavProvider } from '../../src/caldav'
import type { Calendar, CalendarProvider, Known, Live } from '../../src/event/calendar'
import { ProviderError } from '../../src/event/calendar'
import { LUNCH } from '../contract/events'
import { NO_END, created, live, updated } from '../contract/reader'
import { assertRefused } from '../contract/refusals'
import type { Answered, Asked } from '../recorded'
import { Recorded, replaying } from '../recorded'

const recorded = new Recorded('icloud', [
  '01_current_user_principal.xml',
  '02_calendar_home_set.xml',
  '03_calendar_list.xml',
  '04_sync_no_change.xml',
  '05_sync_delta_own_href_and_404.xml',
  '06_sync_invalid_token_403.xml',
  '07_empty_calendar_query.xml',
  '08_401_headers.txt',
  '09_put_400_edge.html',
  '10_calendar_query_2026-08-17.xml',
  '11_sync_full_2021_at_escaped.xml',
  '12_wellknown_207_in_place.xml',
  '13_calendar_without_current_user_principal.xml',
])

const HOME = '/123456789/calendars/'
const WORK = `${HOME}work/`
const NOW = Date.parse('2026-08-17T12:00:00Z')

const found = (body: string): Answered => ({ status: 207, body, headers: { 'content-type': 'text/xml' } })
const file = (name: string): Answered => found(recorded.text(name))
const bare = (status: number): Answered => ({ status })

/** Of the recorded listing of a home, what it says of one collection, as the answer to a PROPFIND of that alone. */
function described(path: string): string {
  const listing = recorded.text('03_calendar_list.xml')
  const [one] = listing.match(new RegExp(`<response\\b[^>]*>\\s*<href>${WORK}</href>[^]*?</response>`)) ?? []
  assert.ok(one, path)
  return `<multistatus xmlns="DAV:">${one.replace(WORK, path)}</multistatus>`
}

/** The same with what iCloud says where it is asked for reports, which the listing was not. */
const withTokens = (path: string): string =>
  described(path).replace(
    '</prop>',
    '<supported-report-set><supported-report><report><sync-collection/></report></supported-report></supported-report-set></prop>',
  )

/** The login, discovery and listing as they were recorded; `answer` is asked first, and says nothing of most. */
function icloud(answer: (asked: Asked) => Answered | undefined) {
  return replaying((asked) => {
    const { method, url, headers, body } = asked
    const own = answer(asked)
    if (own) return own
    assert.equal(method, 'PROPFIND', `nothing was recorded for ${method} ${url.pathname}`)
    if (url.pathname === '/') return file('01_current_user_principal.xml')
    if (url.pathname === '/123456789/principal/') return file('02_calendar_home_set.xml')
    if (url.pathname === HOME && headers.get('depth') === '1') return file('03_calendar_list.xml')
    const isAskedForReports = body.includes('supported-report-set')
    if (headers.get('depth') === '0') return found((isAskedForReports ? withTokens : described)(url.pathname))
    return bare(404)
  })
}

type Service = ReturnType<typeof icloud>

const signedIn = ({ fetch }: Service, serverUrl = 'https://caldav.icloud.com'): Promise<CalendarProvider> =>
  createCaldavProvider(
    { serverUrl, username: 'user@example.com', password: 'abcd-efgh-ijkl-mnop' },
    { fetch, now: () => NOW, sleep: () => Promise.resolve(), localZone: 'Europe/Berlin', random: () => 0.5 },
  )

async function opened(answer: (asked: Asked) => Answered | undefined, path = WORK) {
  const service = icloud(answer)
  const calendar = await (await signedIn(service)).open(path, NO_END)
  service.asked.splice(0)
  return { calendar, asked: service.asked }
}

const isReport = ({ method, body }: Asked, name: string): boolean => method === 'REPORT' && body.includes(name)

/** A member that is known under an ETag. */
const known = (id: string, etag: string): Live => ({ uid: id, id, is: 'live', ref: { etag }, fields: LUNCH })
const knowing = (...all: Live[]): Known => new Map(all.map((each) => [each.id, each]))

const AFTER = { token: 'HwoQEgwAAEtvRDAmkwAAAAAYARgAIhUI7YrB98zK+bIDEJml3pqc7L7MhgEoAA==', at: NOW }

/** The two events of a recorded answer, as another calendar's. */
const events = (folder: string): string =>
  recorded.text('10_calendar_query_2026-08-17.xml').replaceAll(`${HOME}calendar-example-001/`, folder)

const DENTIST = '66666666-7777-4888-8999-AAAAAAAAAAAA'

function assertDentist(seen: Live): void {
  assert.equal(seen.uid, DENTIST)
  assert.deepEqual([seen.ref, seen.fields.summary], [{ etag: '"mswaqdsq"' }, 'Dentist'])
  assert.deepEqual(seen.fields.when, {
    start: { dateTime: '2026-08-18T10:20:00', timeZone: 'Pacific/Honolulu' },
    end: { dateTime: '2026-08-18T11:20:00', timeZone: 'Pacific/Honolulu' },
  })
}

describe('What iCloud was recorded to answer', () => {
  before(function () {
    if (!recorded.isThere) this.skip() // the recordings lie beside the project, not in it
  })

  it('to the way from its address to the calendars leads to those that hold events, on the host of the account', async () => {
    const service = icloud(() => undefined)
    const calendars = await (await signedIn(service)).listCalendars(NO_END)
    assert.deepEqual(
      calendars.map(({ id, name, color, writable, identity }) => [id, name, color, writable, identity]),
      [
        [
          `${HOME}4D24D1CF-D573-4130-BFB7-F9E0B616E6FE/`,
          'Personal Calendar',
          '#1E4C63',
          true,
          `caldav:caldav.icloud.com:${HOME}4D24D1CF-D573-4130-BFB7-F9E0B616E6FE/`,
        ],
        [WORK, 'Work Calendar', '#FFFFFF', true, `caldav:caldav.icloud.com:${WORK}`],
      ],
    )
    assert.deepEqual(service.asked, [
      'PROPFIND caldav.icloud.com/',
      'PROPFIND caldav.icloud.com/123456789/principal/',
      `PROPFIND p180-caldav.icloud.com${HOME}`,
    ])
  })

  it('to the well-known address, a 207 in place, is where the account is found if the root says nothing', async () => {
    const service = icloud(({ url }) => {
      if (url.pathname === '/') return bare(404)
      return url.pathname === '/.well-known/caldav' ? file('12_wellknown_207_in_place.xml') : undefined
    })
    const calendars = await (await signedIn(service)).listCalendars(NO_END)
    assert.deepEqual(
      calendars.map(({ name }) => name),
      ['Personal Calendar', 'Work Calendar'],
    )
  })

  it('of a calendar that names no principal leads on to the well-known address, and else to what it lies in', async () => {
    for (const wellKnown of [file('12_wellknown_207_in_place.xml'), bare(404)]) {
      const service = icloud(({ url }) => {
        if (url.pathname === WORK) return file('13_calendar_without_current_user_principal.xml')
        if (url.pathname === '/.well-known/caldav') return wellKnown
        return url.pathname === '/' ? bare(404) : undefined
      })
      const provider = await signedIn(service, `https://caldav.icloud.com${WORK}`)
      const names = (await provider.listCalendars(NO_END)).map(({ name }) => name)
      assert.deepEqual(names, ['Personal Calendar', 'Work Calendar'])
      assert.equal(service.asked.includes('PROPFIND caldav.icloud.com/123456789/principal/'), wellKnown.status === 207)
    }
  })

  it('of a login that it refuses is asked three times, and named with what to do at Apple', async () => {
    const [first = '', ...lines] = recorded.text('08_401_headers.txt').trim().split(/\r?\n/)
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
    )
    const status = Number(/ (\d+) /.exec(first)?.[1])
    const service = icloud(() => ({ status, headers }))
    await assert.rejects((await signedIn(service)).check(NO_END), (error: unknown) => {
      assert.ok(error instanceof ProviderError)
      assert.deepEqual([error.code, error.status], ['reauthorise', 401])
      assert.match(error.message, /app-specific.*hyphens.*Calendar has to be switched on/)
      return true
    })
    assert.equal(service.asked.length, 3)
  })

  it('to a token after which nothing changed is no news, and its token is where the next read goes on', async () => {
    const { calendar, asked } = await opened((request) =>
      isReport(request, 'sync-collection') ? file('04_sync_no_change.xml') : undefined,
    )
    const read = await calendar.read(AFTER, new Map(), NO_END)
    assert.deepEqual(read, { kind: 'incremental', seen: [], position: AFTER })
    assert.equal(asked.length, 1)
  })

  it('to a token after which something changed is a deletion, a new event, and nothing about the calendar itself', async () => {
    const id = `${WORK}new-event-abc123.ics`
    const { calendar } = await opened((request) => {
      if (isReport(request, 'sync-collection')) return file('05_sync_delta_own_href_and_404.xml')
      return isReport(request, 'calendar-multiget')
        ? found(events(WORK).replace(`${DENTIST}.ics`, 'new-event-abc123.ics'))
        : undefined
    })
    const gone = known(`${WORK}plot-sync-probe-97471.ics`, '"1"')
    const read = await calendar.read(AFTER, knowing(gone), NO_END)
    assert.equal(read.kind, 'incremental')
    assert.deepEqual(
      read.seen.map(({ is, id: each }) => [is, each]),
      [
        ['live', id],
        ['gone', gone.id],
      ],
    )
    assertDentist(live(read.seen[0]!))
    assert.deepEqual(read.position, { token: AFTER.token.replace('oAA==', 'oAQ=='), at: NOW })
  })

  it('to a multiget of what it has just listed may lack it: it is asked for by itself, and again in the next read', async () => {
    const id = `${WORK}new-event-abc123.ics`
    for (const isGivenOut of [true, false]) {
      const { calendar, asked } = await opened((request) => {
        if (isReport(request, 'sync-collection')) return file('05_sync_delta_own_href_and_404.xml')
        if (isReport(request, 'calendar-multiget')) return file('07_empty_calendar_query.xml')
        if (request.method !== 'GET') return undefined
        const [text] = /BEGIN:VCALENDAR[^]*?END:VCALENDAR\r?\n/.exec(events(WORK)) ?? []
        return isGivenOut ? { status: 200, body: text ?? '', headers: { etag: '"mswaqdsq"' } } : bare(404)
      })
      const read = await calendar.read(AFTER, new Map(), NO_END)
      assert.ok(asked.includes(`GET caldav.icloud.com${id}`))
      assert.deepEqual(
        read.seen.map(({ is, id: each }) => [is, each]),
        [[isGivenOut ? 'live' : 'unread', id]],
      )
      const { again } = read.position as { again?: object }
      assert.deepEqual(again, isGivenOut ? undefined : { [id]: 4 })
    }
  })

  it('to a listing of a calendar that is empty now deletes nothing: what was there is missing', async () => {
    const folder = `${HOME}testcalendar-485d002e-31b9-4147-a334-1d71503a4e2c/`
    const service = icloud(({ method, url, headers }) => {
      if (method !== 'PROPFIND' || url.pathname !== folder) return undefined
      return headers.get('depth') === '1' ? file('07_empty_calendar_query.xml') : found(described(folder))
    })
    const calendar = await (await signedIn(service)).open(folder, NO_END)
    const read = await calendar.read(null, knowing(known(`${folder}a.ics`, '"1"')), NO_END)
    assert.deepEqual([read.kind, read.seen, read.kind === 'full' && read.unchanged], ['full', [], []])
  })

  const refusals: [what: string, answer: () => Answered][] = [
    [
      'that names the token',
      () => ({
        status: 403,
        body: recorded.text('06_sync_invalid_token_403.xml'),
        headers: { 'content-type': 'text/xml' },
      }),
    ],
    ['without a word, as it was reported of tokens that had grown old', () => bare(403)],
  ]
  for (const [what, answer] of refusals) {
    it(`to a token, a 403 ${what}, leads to a complete read, which deletes nothing`, async () => {
      const folder = `${HOME}testcalendar-f96b3bf0-09e1-4f3d-b891-3a25c99a2894/`
      const { calendar, asked } = await opened((request) => {
        if (!isReport(request, 'sync-collection')) return undefined
        return request.body.includes(AFTER.token) ? answer() : file('11_sync_full_2021_at_escaped.xml')
      }, folder)
      const id = `${folder}1761bf8c-6363-11eb-8fe4-74e5f9bfd8c1.ics`
      const at = `${folder}20010712T182145Z-123401@example.com.ics`
      const both = knowing(known(id, '"kkkgorwx"'), known(at, '"kkkgoqqu"'), known(`${folder}other.ics`, '"1"'))
      const read = await calendar.read(AFTER, both, NO_END)
      assert.deepEqual([read.kind, read.seen, read.kind === 'full' && read.unchanged], ['full', [], [id, at]])
      assert.deepEqual(read.position, {
        token: 'HwoQEgwAAAh4yw8ntwAAAAAYAhgAIhUIopml463FieB4EKq9+NSn04DrkQEoAA==',
        at: NOW,
      })
      assert.equal(asked.filter((each) => each.startsWith('PROPFIND')).length, answer().body === undefined ? 1 : 0)
    })
  }

  it('to a token, a bare 403 where the calendar refuses itself as well, is a matter of permission', async () => {
    let isShared = true
    const { calendar } = await opened(({ method }) => (method === 'REPORT' || !isShared ? bare(403) : undefined))
    isShared = false
    await assertRefused(calendar.read(AFTER, new Map(), NO_END), 'calendar-not-found')
  })

  it('with hrefs that escape an @ names the same members, which are asked for without the escape', async () => {
    const folder = `${HOME}testcalendar-f96b3bf0-09e1-4f3d-b891-3a25c99a2894/`
    const wanted: string[] = []
    const { calendar } = await opened((request) => {
      if (isReport(request, 'sync-collection')) return file('11_sync_full_2021_at_escaped.xml')
      if (!isReport(request, 'calendar-multiget')) return undefined
      wanted.push(...(request.body.match(/[^/>]+\.ics/g) ?? []))
      return found(
        events(folder)
          .replace(`${DENTIST}.ics`, '20010712T182145Z-123401%40example.com.ics')
          .replace('task-user-example-1.ics', '1761bf8c-6363-11eb-8fe4-74e5f9bfd8c1.ics'),
      )
    }, folder)
    const read = await calendar.read(null, new Map(), NO_END)
    assert.deepEqual(wanted, ['1761bf8c-6363-11eb-8fe4-74e5f9bfd8c1.ics', '20010712T182145Z-123401@example.com.ics'])
    const byId = new Map(read.seen.map((seen) => [seen.id, seen]))
    assertDentist(live(byId.get(`${folder}20010712T182145Z-123401@example.com.ics`)!))
    const task = live(byId.get(`${folder}1761bf8c-6363-11eb-8fe4-74e5f9bfd8c1.ics`)!)
    assert.equal(task.fields.summary, '[TASK] Call the bank')
    assert.deepEqual(task.fields.when, {
      start: { dateTime: '2026-08-19T19:00:00', timeZone: 'UTC' },
      end: { dateTime: '2026-08-19T19:30:00', timeZone: 'UTC' },
    })
    assert.equal(read.seen.length, 2)
  })

  /** The recorded event, with or without an end, in a calendar that keeps what it is sent, or answers with `refusal`. */
  function oneEvent(refusal: (text: string) => Answered | undefined, text: string) {
    const held = { text, etag: '"mswaqdsq"' }
    return opened((request) => {
      const { method, headers } = request
      if (isReport(request, 'sync-collection')) {
        return found(
          recorded
            .text('11_sync_full_2021_at_escaped.xml')
            .replaceAll('testcalendar-f96b3bf0-09e1-4f3d-b891-3a25c99a2894', 'work'),
        )
      }
      if (isReport(request, 'calendar-multiget')) return file('07_empty_calendar_query.xml')
      if (method === 'GET') return { status: 200, body: held.text, headers: { etag: held.etag } }
      if (method !== 'PUT') return undefined
      const no = refusal(request.body)
      if (no) return no
      if (headers.get('if-match') !== held.etag && headers.get('if-none-match') !== '*') return bare(412)
      Object.assign(held, { text: request.body, etag: '"mswb0000"' })
      return { status: headers.has('if-none-match') ? 201 : 204, headers: { etag: held.etag } }
    })
  }

  const dentist = (): string => /BEGIN:VCALENDAR[^]*?END:VCALENDAR\r?\n/.exec(events(WORK))?.[0] ?? ''
  const page = (): Answered => ({
    status: 400,
    body: recorded.text('09_put_400_edge.html'),
    headers: { 'content-type': 'text/html' },
  })

  const first = async (calendar: Calendar): Promise<Live> => {
    const [seen] = await calendar.readSome([`${WORK}a.ics`], new Map(), NO_END)
    return live(seen!)
  }

  it('to a text without an end, a 400 with a page, leads to the same with one', async () => {
    const sent: string[] = []
    const endless = dentist().replace(/DTEND.*\r?\n/, '')
    const { calendar } = await oneEvent((text) => {
      sent.push(text)
      return /^DTEND/m.test(text) ? undefined : page()
    }, endless)
    const now = await updated(calendar, await first(calendar), { summary: 'Dentist again' })
    assert.equal(now.fields.summary, 'Dentist again')
    assert.deepEqual(
      sent.map((text) => /^DTEND.*$/m.exec(text)?.[0]?.trim()),
      [undefined, 'DTEND;TZID=Pacific/Honolulu:20260818T102000'],
    )
  })

  it('to a text that has all, a 400 with a page, is a refusal of that one event', async () => {
    const { calendar, asked } = await oneEvent(page, dentist())
    await assertRefused(created(calendar, 'u', LUNCH), 'refused')
    assert.equal(asked.filter((each) => each.startsWith('PUT')).length, 1)
  })

  it('to a write, a bare 403 as it was reported, is a refusal of that event while the calendar may be written', async () => {
    const { calendar, asked } = await oneEvent((text) => (text.includes('Cursed') ? bare(403) : undefined), dentist())
    const seen = await first(calendar)
    await assertRefused(updated(calendar, seen, { summary: 'Cursed' }), 'refused')
    assert.equal(asked.at(-1), `PROPFIND caldav.icloud.com${WORK}`)
    assert.equal((await updated(calendar, seen, { summary: 'Fine' })).fields.summary, 'Fine')
  })

  it('leaves its own writing order: a zone after the event, offsets with seconds, several dates, all kept by a write', async () => {
    const sent: string[] = []
    const { calendar } = await oneEvent((text) => void sent.push(text), dentist())
    const seen = await first(calendar)
    assertDentist(seen)
    await updated(calendar, seen, { summary: 'Dentist again' })
    const zone = (text = ''): string | undefined =>
      /BEGIN:VTIMEZONE[^]*END:VTIMEZONE/.exec(text.replace(/\r/g, ''))?.[0]
    assert.ok(zone(dentist())?.includes('TZOFFSETFROM:-103126'))
    assert.equal(zone(sent[0]), zone(dentist()))
  })

  it('is replayed, each file', () => {
    recorded.assertNoneForgotten()
  })
})
