import assert from 'node:assert/strict'
import { DateTime } from 'luxon'
import type { Fields, When } from '../../src/event/event'
import { exceptionField } from '../../src/event/event'
import { writeEvent } from '../../src/ical'
import { readAll } from '../contract/reader'
import { nextToken, onRealServers } from './real-servers'
import type { Meddle } from './two-way'
import { TwoWay } from './two-way'

const ZONE = 'Europe/Berlin'
const NONE = { create: 0, update: 0, delete: 0 }
const NOTHING = { left: NONE, right: NONE }

/** Today stays the day on which the tests began, also when midnight passes. */
const TODAY = DateTime.now().setZone(ZONE).startOf('day')
const day = (days: number): DateTime => TODAY.plus({ days })
const iso = (days: number): string => day(days).toFormat('yyyy-MM-dd')

/** An hour, that many days from now. */
const at = (days: number, hour: number): When => ({
  start: { dateTime: `${iso(days)}T${String(hour).padStart(2, '0')}:00:00`, timeZone: ZONE },
  end: { dateTime: `${iso(days)}T${String(hour + 1).padStart(2, '0')}:00:00`, timeZone: ZONE },
})

const LUNCH: Fields = { when: at(3, 12), summary: 'Lunch' }
const DINNER: Fields = { when: at(4, 19), summary: 'Dinner', location: 'Café "Öl"; 2. Stock', reminders: [20] }
const TRIP: Fields = { when: { start: { date: iso(10) }, end: { date: iso(13) } }, summary: 'Trip' }
/** Five times, from in 5 days on. */
const DAILY: Fields = { when: { ...at(5, 9), recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] }, summary: 'Stand-up' }
/** The name of the occurrence of {@link DAILY} that many days after its first. */
const key = (days: number): string =>
  day(5 + days)
    .set({ hour: 9 })
    .toUTC()
    .toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'")

/** Sends a token that the server never gave out. */
const staleToken: Meddle = (method, body) => {
  const other = (_: string, open: string, token: string): string => {
    const last = token.search(/[^/,]+$/)
    return open + token.slice(0, last) + (token[last] === '0' ? '1' : '0') + token.slice(last + 1)
  }
  return method === 'REPORT' ? { body: body.replace(/(<[\w:]*sync-token>)([^<]+)/, other) } : {}
}

onRealServers((server, name) => {
  describe('in step with a Google calendar', () => {
    let both: TwoWay
    beforeEach(async () => {
      both = await TwoWay.start(server())
    })
    afterEach(async () => both.close())

    it('gets and gives all events in the first sync, and then none', async () => {
      const series = await both.google.create(DAILY)
      await both.google.changeOccurrence(series, key(1), { summary: 'Stand-up with cake' })
      await both.google.changeOccurrence(series, key(2), null)
      await both.google.create(LUNCH)
      const other = await both.caldav.create({ ...DAILY, summary: 'Yoga' })
      await both.caldav.changeOccurrence(other, key(3), { ...at(8, 15) })
      await both.caldav.create(DINNER)
      await both.caldav.create(TRIP)
      const { applied } = await both.sync()
      assert.deepEqual(applied, { left: { ...NONE, create: 3 }, right: { ...NONE, create: 2 } })
      const all: Fields[] = [
        { ...DAILY, [exceptionField(key(1))]: { summary: 'Stand-up with cake' }, [exceptionField(key(2))]: null },
        { ...DAILY, summary: 'Yoga', [exceptionField(key(3))]: { ...at(8, 15) } },
        LUNCH,
        DINNER,
        TRIP,
      ]
      await both.assertBothHold(...all)
      await nextToken(name)
      const echo = await both.sync()
      assert.deepEqual(echo.planned, NOTHING)
      const idle = await both.sync()
      assert.deepEqual([idle.planned, idle.requests], [NOTHING, { left: 1, right: 1 }])
      const full = await both.sync({ fullSync: true })
      assert.deepEqual([full.reads.right?.kind, full.planned], ['full', NOTHING])
      await both.assertBothHold(...all)
    })

    it('carries edits and deletions, both ways, and merges those of one event', async () => {
      const [lunch, trip] = [await both.google.create(LUNCH), await both.google.create(TRIP)]
      const dinner = await both.caldav.create(DINNER)
      const coffee = await both.caldav.create({ ...LUNCH, summary: 'Coffee' })
      await both.sync()
      await both.google.edit(lunch, { when: at(3, 13), summary: 'Late lunch' })
      await both.google.edit(await idOf('left', 'Dinner'), { description: 'Bring wine;\nred, not white' })
      await both.caldav.edit(dinner, { location: null })
      await both.caldav.delete(coffee)
      await both.google.delete(trip)
      const { applied, conflicts } = await both.sync()
      assert.deepEqual(applied, {
        left: { create: 0, update: 1, delete: 1 },
        right: { create: 0, update: 2, delete: 1 },
      })
      assert.equal(conflicts, 0)
      const { location: _, ...rest } = DINNER
      const edited = { ...rest, description: 'Bring wine;\nred, not white' }
      await both.assertBothHold({ when: at(3, 13), summary: 'Late lunch' }, edited)
      assert.deepEqual((await both.sync()).planned, NOTHING)
    })

    it('carries a series that turns from times to days and back, its end and dates and all', async () => {
      const rule = (end: string): string => `RRULE:FREQ=DAILY;UNTIL=${end}`
      const last = iso(9).replaceAll('-', '')
      const times: When = { ...at(5, 9), recurrence: [rule(day(9).set({ hour: 9 }).toUTC().toFormat("yyyyMMdd'T'HHmmss'Z'"))] } // prettier-ignore
      const days: When = { start: { date: iso(5) }, end: { date: iso(6) }, recurrence: [rule(last)] }
      const series = await both.google.create({ when: times, summary: 'Course' })
      await both.google.changeOccurrence(series, key(1), null)
      await both.sync()
      for (const when of [days, times]) {
        await both.google.edit(series, { when })
        const { failed, applied } = await both.sync()
        assert.deepEqual([failed, applied.right.update], [0, 1])
        const [copy] = await readAll(both.calendars.right)
        assert.deepEqual(copy?.fields.when, when)
        assert.deepEqual((await both.sync()).planned, NOTHING)
      }
    })

    it('carries on what was deleted right after it was copied here, and asks for it once', async () => {
      await both.google.create(LUNCH)
      await both.sync()
      await both.google.create(DINNER)
      await both.sync()
      await both.caldav.delete(await idOf('right', 'Dinner'))
      await both.sync()
      await both.assertBothHold(LUNCH)
      await nextToken(name)
      await both.sync()
      assert.deepEqual((await both.sync()).requests, { left: 1, right: 1 })
    })

    it('carries changes of single occurrences, made on both sides, and of their series', async () => {
      const series = await both.google.create(DAILY)
      await both.sync()
      const copy = await idOf('right', 'Stand-up')
      await both.google.changeOccurrence(series, key(1), { ...at(6, 16) })
      await both.caldav.changeOccurrence(copy, key(2), null)
      await both.caldav.changeOccurrence(copy, key(3), { summary: 'Cake' })
      await both.sync()
      const changed = { [exceptionField(key(1))]: { ...at(6, 16) }, [exceptionField(key(3))]: { summary: 'Cake' } }
      await both.assertBothHold({ ...DAILY, ...changed, [exceptionField(key(2))]: null })
      assert.deepEqual((await both.sync()).planned, NOTHING)

      await both.google.changeOccurrence(series, key(2), {})
      await both.caldav.edit(copy, { location: 'Room 2' })
      await both.sync()
      await both.assertBothHold({ ...DAILY, ...changed, location: 'Room 2' })
      await both.caldav.edit(copy, { when: LUNCH.when!, summary: 'Once' })
      await both.sync()
      assert.deepEqual((await both.sync()).planned, NOTHING)
    })

    // What was written is asked about or written again in the same run; a request that only reads is sent again.
    for (const method of ['PUT', 'DELETE', 'REPORT']) {
      it(`loses nothing and doubles nothing where an answer to a ${method} is lost`, async () => {
        const trip = await both.google.create(TRIP)
        await both.sync()
        const lunch = await both.google.create(LUNCH)
        await both.caldav.create(DINNER)
        const made = await losing(method)
        await both.sync()
        await both.assertBothHold(LUNCH, TRIP, DINNER)

        await both.google.edit(lunch, { location: 'Garden' })
        await both.google.delete(trip)
        const changed = await losing(method)
        await both.sync()
        await both.assertBothHold({ ...LUNCH, location: 'Garden' }, DINNER)
        assert.deepEqual((await both.sync()).planned, NOTHING)
        assert.deepEqual([made, changed], [0, 0])
      })
    }

    /** One run in which the answer to the first request with this method is lost; how many errors there are. */
    async function losing(lost: string): Promise<number> {
      let left = 1
      both.meddle = (method) => ({ loseAnswer: method === lost && left-- > 0 })
      const { errors } = await both.trySync()
      both.meddle = () => ({})
      for (const { message } of errors) assert.match(message, /can't be reached/)
      return errors.length
    }

    it('reads all again where its sync token is not known any more, and misses no edit', async () => {
      const lunch = await both.caldav.create(LUNCH)
      await both.google.create(TRIP)
      await both.sync()
      await both.sync() // which names what was written again
      await both.caldav.edit(lunch, { summary: 'Brunch' })
      await both.caldav.create(DINNER)
      both.meddle = staleToken
      both.simulator.user.expireSyncTokens()
      const { reads } = await both.sync()
      assert.deepEqual([reads.left?.kind, reads.right?.kind], ['full', 'full'])
      both.meddle = () => ({})
      await both.sync()
      await both.assertBothHold({ ...LUNCH, summary: 'Brunch' }, TRIP, DINNER)
      assert.deepEqual((await both.sync()).planned, NOTHING)
    })

    it('gets an event whose UID another calendar of the account holds', async () => {
      const lunch = await both.google.create(LUNCH)
      const { uid } = (await readAll(both.calendars.left))[0]!
      const elsewhere = await server().newCalendar()
      await put(`${elsewhere}copy.ics`, writeEvent({ uid, fields: LUNCH, now: Date.now() }))
      try {
        await both.sync()
        await both.google.edit(lunch, { summary: 'Brunch' })
        await both.sync()
        await both.caldav.edit(await idOf('right', 'Brunch'), { location: 'Garden' })
        await both.sync()
        await both.assertBothHold({ ...LUNCH, summary: 'Brunch', location: 'Garden' })
        assert.deepEqual((await both.sync()).planned, NOTHING)
      } finally {
        await server().removeCalendar(elsewhere)
      }
    })

    it('has an event without length, or nearly so', async () => {
      const { start } = at(3, 12)
      await both.google.create({ when: { start, end: start }, summary: 'Bell' })
      await both.sync()
      assert.deepEqual((await both.sync()).planned, NOTHING)
      await both.caldav.edit(await idOf('right', 'Bell'), { summary: 'Gong' })
      await both.sync()
      assert.deepEqual((await both.sync()).planned, NOTHING)
      const { fields } = (await readAll(both.calendars.left))[0]!
      assert.deepEqual([fields.summary, fields.when], ['Gong', { start, end: start }])
    })

    async function idOf(side: 'left' | 'right', summary: string): Promise<string> {
      const found = (await readAll(both.calendars[side])).find(({ fields }) => fields.summary === summary)
      assert.ok(found, `${summary} is there`)
      return found.id
    }

    async function put(path: string, body: string): Promise<void> {
      const { serverUrl, username, password } = server().config
      const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
      const headers = { authorization, 'content-type': 'text/calendar; charset=utf-8' }
      const response = await fetch(new URL(path, serverUrl), { method: 'PUT', headers, body })
      assert.ok(response.ok, `PUT ${path}: ${response.status}`)
    }
  })
})
