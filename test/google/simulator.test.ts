import assert from 'node:assert/strict'
import { GoogleSimulator } from '../simulators/google/simulator'
import { serveOverHttp } from '../simulators/google/http'
import type { Api } from './api'
import { bareClient, NOW } from './api'

const single = {
  summary: 'Dentist',
  start: { dateTime: '2026-01-06T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-01-06T10:00:00', timeZone: 'Europe/Berlin' },
}
const weekly = { ...single, summary: 'Choir', recurrence: ['RRULE:FREQ=WEEKLY;COUNT=10'] }
const allDay = { summary: 'Fair', start: { date: '2026-01-06' }, end: { date: '2026-01-08' } }

describe('simulator of Google Calendar: refusals', () => {
  let simulator: GoogleSimulator
  let api: Api
  beforeEach(async () => {
    simulator = new GoogleSimulator({ now: () => NOW })
    api = await bareClient(simulator)
  })

  const refusedBodies: [string, object, RegExp][] = [
    ['id and iCalUID together', { ...single, id: 'abcde', iCalUID: 'x@y' }, /Invalid resource id value/],
    ['an id outside base32hex', { ...single, id: 'wxyz-1' }, /Invalid resource id value/],
    ['a short id', { ...single, id: 'abc' }, /Invalid resource id value/],
    ['an unknown member', { ...single, colour: 'red' }, /Unknown name "colour"/],
    ['a member of the wrong type', { ...single, summary: 5 }, /summary/],
    ['an inner member of the wrong type', { ...single, reminders: { useDefault: 'no' } }, /reminders.useDefault/],
    ['date and dateTime together', { ...single, start: { ...single.start, date: '2026-01-06' } }, /start time/],
    ['a start that is a day with an end that is a time', { ...single, start: allDay.start }, /both/],
    ['no end', { start: single.start }, /Missing end time/],
    ['an end before the start', { ...single, end: { ...single.end, dateTime: '2026-01-06T08:00:00' } }, /empty/],
    ['a local time without a zone', { ...single, start: { dateTime: '2026-01-06T09:00:00' } }, /time zone/],
    ['a zone that is none', { ...single, start: { ...single.start, timeZone: 'Mars/Base' } }, /time zone/],
    [
      'a recurring event without a zone',
      {
        start: { dateTime: '2026-01-06T09:00:00Z' },
        end: { dateTime: '2026-01-06T10:00:00Z' },
        recurrence: weekly.recurrence,
      },
      /time zone/,
    ],
    [
      'DTSTART in the recurrence',
      { ...weekly, recurrence: ['DTSTART:20260106T090000', ...weekly.recurrence] },
      /recurrence/,
    ],
    ['a rule without a frequency', { ...weekly, recurrence: ['RRULE:COUNT=3'] }, /recurrence/],
    ['a day as UNTIL of a timed series', { ...weekly, recurrence: ['RRULE:FREQ=DAILY;UNTIL=20260110'] }, /recurrence/],
    [
      'six reminders',
      {
        ...single,
        reminders: {
          useDefault: false,
          overrides: [1, 2, 3, 4, 5, 6].map((minutes) => ({ method: 'popup', minutes })),
        },
      },
      /reminder/,
    ],
    [
      'a reminder beyond four weeks',
      { ...single, reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 40321 }] } },
      /minutes/,
    ],
    [
      'default reminders with overrides',
      { ...single, reminders: { useDefault: true, overrides: [{ method: 'popup', minutes: 1 }] } },
      /default/,
    ],
    ['a birthday', { ...allDay, eventType: 'birthday' }, /type/],
  ]
  for (const [what, body, message] of refusedBodies) {
    it(`refuses to insert ${what}`, async () => {
      const answer = await api('POST', '/events', body)
      assert.equal(answer.status, 400)
      assert.match(answer.message ?? '', message)
      assert.deepEqual(simulator.user.events(), [])
    })
  }

  it('refuses an id that is taken, by a deleted event too', async () => {
    await api('POST', '/events', { ...single, id: 'abcde' })
    assert.equal((await api('POST', '/events', { ...single, id: 'abcde' })).reason, 'duplicate')
    await api('DELETE', '/events/abcde?sendUpdates=none')
    assert.equal((await api('POST', '/events', { ...single, id: 'abcde' })).status, 409)
    assert.equal((await api('GET', '/events/abcde')).body.status, 'cancelled')
    assert.equal((await api('PATCH', '/events/abcde', { summary: 'x' })).status, 403)
    assert.equal((await api('DELETE', '/events/abcde')).reason, 'deleted')
  })

  it('refuses unknown parameters, wrong values, and what does not go with a sync token', async () => {
    const { nextSyncToken = '' } = (await api('GET', '/events')).body
    for (const query of ['foo=1', 'maxResults=many', 'maxResults=2501', `syncToken=${nextSyncToken}&iCalUID=x`]) {
      assert.equal((await api('GET', `/events?${query}`)).status, 400, query)
    }
    assert.equal((await api('GET', `/events?syncToken=${nextSyncToken}&showDeleted=false`)).status, 400)
    assert.equal((await api('GET', '/events?singleEvents=true')).status, 501)
  })

  it('refuses a garbage token with 400 and a stale one with 410', async () => {
    const { nextSyncToken = '' } = (await api('GET', '/events')).body
    assert.match((await api('GET', '/events?syncToken=garbage')).message ?? '', /Invalid sync token value/)
    simulator.user.expireSyncTokens()
    const stale = await api('GET', `/events?syncToken=${nextSyncToken}`)
    assert.deepEqual([stale.status, stale.reason], [410, 'fullSyncRequired'])
  })

  it('refuses a write against an old ETag', async () => {
    const { id = '', etag } = simulator.user.create(single)
    simulator.user.edit(id ?? '', { summary: 'Moved' })
    const answer = await api('PATCH', `/events/${id ?? ''}`, { summary: 'Mine' }, etag ?? '')
    assert.deepEqual([answer.status, answer.reason], [412, 'conditionNotMet'])
    assert.equal(simulator.user.get(id ?? '').summary, 'Moved')
  })

  it('refuses a lower sequence and a changed event type', async () => {
    const { id } = simulator.user.create(single)
    simulator.user.edit(id ?? '', { location: 'Elsewhere' })
    assert.match((await api('PATCH', `/events/${id ?? ''}`, { sequence: 0 })).message ?? '', /Invalid sequence value/)
    assert.equal((await api('PATCH', `/events/${id ?? ''}`, { eventType: 'focusTime' })).reason, 'eventTypeRestriction')
  })

  it('refuses writes to a calendar that is only shared for reading', async () => {
    simulator.calendar().settings.role = 'reader'
    assert.equal((await api('POST', '/events', single)).status, 403)
  })

  it('refuses requests without a valid token and scopes that are too narrow', async () => {
    const bare = await simulator.fetch('http://google/calendar/v3/calendars/primary/events')
    assert.equal(bare.status, 401)
    assert.equal((await api('GET', '')).reason, 'insufficientPermissions')
    simulator.tokens.expireAll()
    assert.equal((await api('GET', '/events')).status, 401)
  })

  it('cuts what is too long in extended properties', async () => {
    const properties = { private: { ['k'.repeat(45)]: 'gone', key: 'v'.repeat(2000) } }
    const { body } = await api('POST', '/events', { ...single, extendedProperties: properties })
    assert.deepEqual(Object.keys(body.extendedProperties?.private ?? {}), ['key'])
    assert.equal(body.extendedProperties?.private?.key?.length, 1024)
  })

  it('counts the mails that a write to guests would send', async () => {
    const { id } = simulator.user.plant({
      ...single,
      attendees: [{ email: 'a@example.com' }, { email: 'b@example.com' }],
    })
    await api('PATCH', `/events/${id ?? ''}?sendUpdates=none`, { summary: 'x' })
    assert.equal(simulator.mails, 0)
    await api('PATCH', `/events/${id ?? ''}`, { summary: 'y' })
    assert.equal(simulator.mails, 2)
  })
})

describe('simulator of Google Calendar: what it does', () => {
  let simulator: GoogleSimulator
  let api: Api
  beforeEach(async () => {
    simulator = new GoogleSimulator({ now: () => NOW })
    api = await bareClient(simulator)
  })

  it('merges objects, replaces arrays and deletes what is null', async () => {
    const { body } = await api('POST', '/events', {
      ...single,
      location: 'Here',
      extendedProperties: { private: { a: '1', b: '2' } },
    })
    const patch = {
      location: null,
      start: { date: '2026-01-06', dateTime: null, timeZone: null },
      end: { date: '2026-01-07', dateTime: null },
    }
    const patched = await api('PATCH', `/events/${body.id ?? ''}`, {
      ...patch,
      extendedProperties: { private: { a: null } },
    })
    assert.deepEqual(patched.body.start, { date: '2026-01-06' })
    assert.equal(patched.body.location, undefined)
    assert.deepEqual(patched.body.extendedProperties, { private: { b: '2' } })
    assert.notEqual(patched.body.etag, body.etag)
  })

  it('pages, with the sync token on the last page alone, and then tells what changed', async () => {
    simulator.paging.pageSize = 2
    simulator.paging.emptyPages = true
    for (let at = 0; at < 5; at += 1) simulator.user.create({ ...single, summary: `Event ${at}` })
    const seen: string[] = []
    let page = await api('GET', '/events')
    while (page.body.nextPageToken !== undefined) {
      assert.equal(page.body.nextSyncToken, undefined)
      seen.push(...(page.body.items ?? []).map(({ summary }) => summary ?? ''))
      page = await api('GET', `/events?pageToken=${page.body.nextPageToken}`)
    }
    seen.push(...(page.body.items ?? []).map(({ summary }) => summary ?? ''))
    assert.deepEqual(seen, ['Event 0', 'Event 1', 'Event 2', 'Event 3', 'Event 4'])
    simulator.user.delete(simulator.user.events()[0]?.id ?? '')
    simulator.paging.emptyPages = false
    const delta = await api('GET', `/events?syncToken=${page.body.nextSyncToken ?? ''}`)
    assert.deepEqual(
      (delta.body.items ?? []).map(({ status }) => status),
      ['cancelled'],
    )
  })

  it('addresses occurrences of a series, and no others', async () => {
    const { id = '' } = simulator.user.create(weekly)
    const instance = await api('GET', `/events/${id ?? ''}_20260113T080000Z`)
    assert.equal(instance.body.recurringEventId, id)
    assert.equal(instance.body.start?.dateTime, '2026-01-13T09:00:00+01:00')
    assert.equal((await api('GET', `/events/${id ?? ''}_20260114T080000Z`)).status, 404)
    assert.equal((await api('GET', `/events/${id ?? ''}_20260113`)).status, 404)
  })

  it('keeps the wall clock of a series over a daylight saving change', async () => {
    const { id = '' } = simulator.user.create({ ...weekly, recurrence: ['RRULE:FREQ=WEEKLY'] })
    const summer = await api('GET', `/events/${id ?? ''}_20260407T070000Z`)
    assert.equal(summer.body.start?.dateTime, '2026-04-07T09:00:00+02:00')
  })

  it('makes an exception of a patched occurrence and a cancelled one of a deleted one', async () => {
    const { id = '' } = simulator.user.create(weekly)
    await api('PATCH', `/events/${id ?? ''}_20260113T080000Z`, { summary: 'Concert' })
    await api('DELETE', `/events/${id ?? ''}_20260120T080000Z`)
    const { items = [] } = (await api('GET', '/events')).body
    assert.deepEqual(
      items.map(({ status, summary }) => [status, summary]),
      [['confirmed', 'Choir'], ['confirmed', 'Concert'], ['cancelled', undefined]], // prettier-ignore
    )
    const instances = await api(
      'GET',
      `/events/${id ?? ''}/instances?showDeleted=true&originalStart=2026-01-20T09:00:00%2B01:00`,
    )
    assert.deepEqual(
      (instances.body.items ?? []).map(({ status }) => status),
      ['cancelled'],
    )
    assert.equal((await api('GET', `/events/${id ?? ''}/instances`)).body.items?.length, 9)
  })

  it('deletes a series with its exceptions', async () => {
    const { id = '' } = simulator.user.create(weekly)
    simulator.user.edit(`${id ?? ''}_20260113T080000Z`, { summary: 'Concert' })
    await api('DELETE', `/events/${id ?? ''}`)
    assert.deepEqual((await api('GET', '/events')).body.items, [])
    assert.equal((await api('GET', '/events?showDeleted=true')).body.items?.length, 2)
    assert.equal((await api('PATCH', `/events/${id ?? ''}_20260113T080000Z`, { summary: 'x' })).status, 410)
  })

  it('lets exceptions follow their series in what they do not say themselves, or not', () => {
    for (const exceptions of ['follow', 'keep'] as const) {
      const { user } = new GoogleSimulator({ now: () => NOW, behaviour: { exceptions } })
      const { id } = user.create(weekly)
      const instance = user.edit(`${id ?? ''}_20260113T080000Z`, { summary: 'Concert' })
      user.edit(id ?? '', { summary: 'Band', location: 'Hall', end: { dateTime: '2026-01-06T11:00:00' } })
      const after = user.get(instance.id ?? '')
      assert.equal(after.summary, 'Concert')
      assert.equal(after.location, exceptions === 'follow' ? 'Hall' : undefined)
      assert.equal(after.end?.dateTime, `2026-01-13T1${exceptions === 'follow' ? 1 : 0}:00:00+01:00`)
      assert.equal(after.etag === instance.etag, exceptions === 'keep')
    }
  })

  it('leaves `updated` alone when only reminders change', () => {
    let now = NOW
    const { user } = new GoogleSimulator({ now: () => now })
    const { id, updated, etag } = user.create(single)
    now += 60_000
    const after = user.edit(id ?? '', {
      reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 5 }] },
    })
    assert.equal(after.updated, updated)
    assert.notEqual(after.etag, etag)
    assert.notEqual(user.edit(id ?? '', { summary: 'x' }).updated, updated)
  })

  it('splits a series as the app does: the old one ends, a new one begins under an id made from the old', () => {
    const { user } = simulator
    const { id } = user.create(weekly)
    user.edit(`${id ?? ''}_20260113T080000Z`, { summary: 'Before' })
    user.edit(`${id ?? ''}_20260127T080000Z`, { summary: 'After' })
    const rest = user.editThisAndFollowing(id ?? '', '2026-01-20T08:00:00Z', { summary: 'Band' })
    assert.equal(rest.id, `${id ?? ''}_R20260120T080000`)
    assert.deepEqual(user.get(id ?? '').recurrence, ['RRULE:FREQ=WEEKLY;UNTIL=20260120T075959Z'])
    assert.deepEqual(
      user
        .events()
        .map(({ summary }) => summary)
        .sort(),
      ['Band', 'Before', 'Choir'],
    )
  })

  it('serves the same over HTTP', async () => {
    simulator.user.create(allDay)
    const server = await serveOverHttp(simulator.fetch)
    try {
      const answer = await fetch(`${server.url}calendar/v3/calendars/primary/events`)
      assert.equal(answer.status, 401)
      assert.match(await answer.text(), /authError/)
    } finally {
      await server.close()
    }
  })
})
