import assert from 'node:assert/strict'
import type { Patch } from '../simulators/google/resource'
import { icsOccurrences } from './ics-occurrences'
import { googleOccurrences } from './occurrences'
import { TwoCalendars } from './two-calendars'

const ZONE = 'Europe/Berlin'
const time = (clock: string): Patch => ({ date: null, dateTime: `2026-06-16T${clock}:00`, timeZone: ZONE })
const day = (date: string): Patch => ({ date, dateTime: null, timeZone: null })
const BARE = { summary: 'Course', reminders: { useDefault: false } }
const TIMES: Patch = { start: time('10:00'), end: time('11:00') }
const DAYS: Patch = { start: day('2026-06-16'), end: day('2026-06-17') }

const recurrences: [what: string, ofTimes: string[], ofDays: string[]][] = [
  ['that ends', ['RRULE:FREQ=DAILY;UNTIL=20260622T080000Z'], ['RRULE:FREQ=DAILY;UNTIL=20260622']],
  ['that ends with its day', ['RRULE:FREQ=DAILY;UNTIL=20260622T215959Z'], ['RRULE:FREQ=DAILY;UNTIL=20260622']],
  ['with other dates', ['RRULE:FREQ=DAILY;COUNT=3', 'RDATE:20260625T080000Z'], ['RRULE:FREQ=DAILY;COUNT=3', 'RDATE;VALUE=DATE:20260625']], // prettier-ignore
]

/** A CalDAV server that insists on one value type. */
const strict = (): TwoCalendars => new TwoCalendars({}, { strictDates: true })

async function settle(world: TwoCalendars): Promise<void> {
  assert.deepEqual((await world.sync()).failed, [])
  assert.deepEqual(await world.left(), [])
  const events = [...world.google.calendar().events.values()].map(({ event }) => event)
  assert.deepEqual(icsOccurrences(world.icloud.user.text(world.only('right').id), ZONE), googleOccurrences(events, ZONE)) // prettier-ignore
}

describe('A series turns from times to days and back, though the server insists on one value type', () => {
  for (const [what, ofTimes, ofDays] of recurrences) {
    for (const excluded of [false, true]) {
      it(`${what}${excluded ? ', without one occurrence' : ''}: in Google`, async () => {
        const world = strict()
        const turn = (to: Patch, recurrence: string[]): unknown => world.google.user.edit(id, { ...to, recurrence })
        const id = world.google.user.create({ ...BARE, ...TIMES, recurrence: ofTimes }).id!
        if (excluded) world.google.user.delete(world.google.user.instanceId(id, '2026-06-17T08:00:00Z'))
        await settle(world)
        turn(DAYS, ofDays)
        await settle(world)
        if (excluded) world.google.user.delete(world.google.user.instanceId(id, '2026-06-17'))
        await settle(world)
        turn(TIMES, ofTimes)
        await settle(world)
      })

      it(`${what}${excluded ? ', without one occurrence' : ''}: in iCloud`, async () => {
        const world = strict()
        const path = world.icloud.user.add(world.icloud.calendar, ['DTSTART:20260616T080000Z', 'DTEND:20260616T090000Z', 'SUMMARY:Course', ...ofTimes]) // prettier-ignore
        if (excluded) world.icloud.user.cancelOccurrence(path, '20260617T080000Z')
        await settle(world)
        world.icloud.user.clear(path, 'RRULE', 'RDATE', 'EXDATE')
        world.icloud.user.set(path, 'DTSTART;VALUE=DATE:20260616', 'DTEND;VALUE=DATE:20260617', ...ofDays)
        if (excluded) world.icloud.user.cancelOccurrence(path, '20260617')
        await settle(world)
        world.icloud.user.clear(path, 'RRULE', 'RDATE', 'EXDATE')
        world.icloud.user.set(path, 'DTSTART:20260616T080000Z', 'DTEND:20260616T090000Z', ...ofTimes)
        await settle(world)
      })
    }
  }

  it('with an occurrence that differs, which Google keeps as a time', async () => {
    const world = strict()
    const id = world.google.user.create({ ...BARE, ...TIMES, recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] }).id!
    world.google.user.edit(world.google.user.instanceId(id, '2026-06-18T08:00:00Z'), { summary: 'Exam' })
    await settle(world)
    for (const [to, rule] of [
      [DAYS, 'UNTIL=20260622'],
      [TIMES, 'UNTIL=20260622T080000Z'],
    ] as const) {
      world.google.user.edit(id, { ...to, recurrence: [`RRULE:FREQ=DAILY;${rule}`] })
      assert.deepEqual((await world.sync()).failed, [])
      assert.deepEqual(await world.left(), [])
      assert.match(world.icloud.user.text(world.only('right').id), new RegExp(`${rule}\\r\\n`))
    }
  })
})
