import assert from 'node:assert/strict'
import { TwoCalendars } from './two-calendars'

const dates = Array.from({ length: 400 }, (_, index) =>
  new Date(Date.UTC(2026, 5, 17 + index, 8)).toISOString().replace(/[-:]|\.\d+/g, ''),
)
const text = (excluded: readonly string[]): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//other//\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260601T000000Z\r\nDTSTART:20260616T080000Z\r\nDTEND:20260616T090000Z\r\nRRULE:FREQ=DAILY\r\n${excluded.map((date) => `EXDATE:${date}\r\n`).join('')}SUMMARY:A\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`

describe('A series in iCloud that leaves out 400 days', () => {
  for (const movedSeries of ['orphans', 'resets'] as const) {
    it(`is one write in Google, new or later, and nothing is sent again (moved series: ${movedSeries})`, async () => {
      const world = new TwoCalendars({ behaviour: { movedSeries, exdates: 'occurrences' } })
      const path = world.icloud.user.addText(world.icloud.calendar, text(dates.slice(0, 300)), 'one.ics')
      const writes = async (): Promise<number> => {
        world.google.takeRequests()
        assert.deepEqual((await world.sync()).failed, [])
        return world.google.takeRequests().filter((each) => !each.startsWith('GET')).length
      }
      assert.equal(await writes(), 1)
      assert.deepEqual(await world.left(), [])
      world.icloud.user.rewrite(path, () => text(dates))
      assert.equal(await writes(), 1)
      assert.deepEqual(await world.left(), [])
      // what is cancelled in Google's app is excluded in iCloud, and stays a cancelled occurrence in Google
      const { user } = world.google
      const id = user.instanceId(world.only('left').id, '2026-06-16T08:00:00Z')
      user.delete(id)
      assert.equal(await writes(), 0)
      assert.deepEqual(await world.left(), [])
      assert.ok(world.icloud.user.text(path).includes('20260616T080000Z'))
      assert.equal(user.get(id).status, 'cancelled')
    })
  }
})
