import assert from 'node:assert/strict'
import { CaldavCalendar } from '../../src/caldav/calendar'
import { LUNCH } from '../contract/events'
import { NO_END, created } from '../contract/reader'
import { PLAIN } from '../simulators/caldav'
import { account, addMany, brief, hour } from './setup'

const DAY = 24 * 3600 * 1000

/** A tidy server whose clock can be set forward, with five events that were read. */
async function aged(options = {}) {
  let now = Date.UTC(2026, 5, 1, 8)
  const world = await account({ ...PLAIN, clock: () => now, ...options })
  const paths = addMany(world.server.user, world.server.calendar, 5)
  await world.reader.read()
  world.asked()
  return { ...world, paths, wait: (millis: number) => (now += millis) }
}

describe('A list of changes on a CalDAV server', () => {
  it('that names what has not changed is a list of all: what it lacks is missing, and not forgotten', async () => {
    const { server, reader, paths, asked } = await aged({ forgottenTokens: 'listed' })
    server.user.delete(paths[0]!)
    server.user.set(paths[1]!, 'SUMMARY:Brunch')
    server.user.forgetTokens(server.calendar)
    const read = await reader.read()
    assert.ok(read.kind === 'full')
    const there = [...read.unchanged, ...read.seen.map(({ id }) => id)]
    assert.deepEqual(there.sort(), paths.slice(1))
    assert.ok(read.seen.some((seen) => seen.is === 'live' && seen.fields.summary === 'Brunch'))
    assert.deepEqual(asked(), ['REPORT', 'REPORT', 'REPORT'])
    assert.deepEqual([(await reader.read()).kind, asked()], ['incremental', ['REPORT']])
  })

  it('is followed by a list of all after a pause of six days, though it names nothing', async () => {
    const { reader, wait, asked } = await aged({ forgottenTokens: 'listed' })
    wait(6 * DAY)
    const read = await reader.read()
    assert.ok(read.kind === 'full')
    assert.deepEqual([read.seen.length, read.unchanged.length, asked()], [0, 5, ['REPORT', 'REPORT']])
  })

  it('still states deletions after a pause, which are none of what is only missing', async () => {
    const { server, reader, paths, wait } = await aged()
    server.user.delete(paths[0]!)
    wait(30 * DAY)
    const read = await reader.read()
    assert.deepEqual([read.kind, brief(read.seen)], ['full', ['gone u0.ics']])
  })

  it('takes one request for as long as it is asked for at least every fifth day', async () => {
    const { reader, wait, asked } = await aged()
    for (const days of [1, 5, 3.5, 0.1, 5, 0.9, 5]) {
      wait(days * DAY)
      assert.deepEqual([(await reader.read()).kind, asked()], ['incremental', ['REPORT']])
    }
  })

  it('moves the position of a calendar that is read each hour once a day', async () => {
    const { reader, wait } = await aged()
    const positions = new Set<string>()
    for (let hours = 0; hours < 48; hours++) {
      wait(DAY / 24)
      positions.add(JSON.stringify((await reader.read()).position))
    }
    assert.equal(positions.size, 3)
  })

  it('is followed by a list of all where the position was written before its time was kept, or the clock was set back', async () => {
    for (const at of [undefined, Date.UTC(2030, 0, 1)]) {
      const { reader, asked } = await aged()
      reader.position = { ...(reader.position as object), at } as never
      assert.deepEqual([(await reader.read()).kind, asked()], ['full', ['REPORT', 'REPORT']])
      assert.deepEqual([(await reader.read()).kind, asked()], ['incremental', ['REPORT']])
    }
  })

  it('tells of an event that was deleted and made again under the same name and ETag', async () => {
    const { server, reader } = await aged({ countedEtags: true })
    const path = server.user.add(server.calendar, ['UID:again', ...hour('20260610T100000Z'), 'SUMMARY:Lunch'])
    await reader.read()
    server.user.delete(path)
    server.user.add(server.calendar, ['UID:again', ...hour('20260610T180000Z'), 'SUMMARY:Dinner'])
    const read = await reader.read()
    const seen = read.seen.find(({ id }) => id === path)
    assert.ok(seen?.is === 'live')
    assert.equal(seen.fields.summary, 'Dinner')
    assert.equal(seen.asBefore, undefined)
  })

  it('may name again what we wrote since: that takes no further request', async () => {
    const { calendar, reader, asked } = await aged({ etagAfterPut: true })
    assert.ok(calendar instanceof CaldavCalendar)
    const seen = await created(calendar, 'uid-1', LUNCH)
    reader.known.set(seen.id, seen)
    asked()
    const read = await calendar.read(reader.position, reader.known, NO_END, [seen.id])
    assert.deepEqual([read.kind, read.seen, asked()], ['incremental', [], ['REPORT']])
  })
})
