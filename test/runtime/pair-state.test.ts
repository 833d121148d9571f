import assert from 'node:assert/strict'
import { CalendarState } from '../../src/runtime/calendar-state'
import { PairState } from '../../src/runtime/pair-state'
import type { Surroundings } from '../../src/runtime/surroundings'
import { newPair } from '../../src/sync/entry'
import { Store } from '../../src/store/store'
import type { Both, Compared } from '../../src/sync/model'
import { both } from '../../src/sync/model'
import { standing } from '../../src/sync/plan'
import type { Snapshot } from '../store/memory-disk'
import { MemoryDisk } from '../store/memory-disk'
import { MemoryCalendar } from '../sync/memory-calendar'
import { START, tea } from '../sync/world'

const never = new AbortController().signal

/** A process on what a disk holds. */
async function started(snapshot: Snapshot = new Map()) {
  const disk = new MemoryDisk(snapshot)
  const now = () => START
  const warn = () => undefined
  const store = new Store({ disk, root: '/data', now, warn })
  const around: Surroundings = {
    version: '0.0.0',
    root: '/data',
    disk,
    now,
    warn,
    fetch: () => Promise.reject(new Error('there is no network')),
    sleep: () => Promise.resolve(),
    random: () => 0.5,
    pause: () => Promise.resolve(),
    localZone: 'UTC',
  }
  const calendars = {
    left: await CalendarState.open('memory:left', store, around),
    right: await CalendarState.open('memory:right', store, around),
  }
  return { disk, calendars, pair: await PairState.open(calendars, store, around) }
}

function standsAt(calendars: Both<CalendarState>): Compared {
  return standing({ left: calendars.left.replica, right: calendars.right.replica }, 'settings', START)
}

describe('What two calendars agreed on, on disk', () => {
  it('is never ahead of what was seen of them, also where the disk was full in between', async () => {
    const first = await started()
    const servers = both((side) => new MemoryCalendar(side, () => START))
    first.calendars.left.connect(servers.left)
    first.calendars.right.connect(servers.right)
    for (const calendar of [first.calendars.left, first.calendars.right]) await calendar.read(false, never)
    servers.left.add('tea', tea)
    first.disk.fail({ is: 'full', after: 0 })
    await assert.rejects(first.calendars.left.read(false, never))
    first.disk.fail(null)
    // The next run compares what this process knows, and ends well.
    await first.pair.end(standsAt(first.calendars))

    const second = await started(first.disk.snapshot())
    const { compared } = second.pair.agreement
    assert.equal(compared?.at.left.seq, 1)
    assert.equal(second.calendars.left.replica.seq, 1)
  })

  it('is not ended where the disk does not take what was seen', async () => {
    const first = await started()
    const server = new MemoryCalendar('left', () => START)
    first.calendars.left.connect(server)
    server.add('tea', tea)
    first.disk.fail({ is: 'full', after: 0 })
    await assert.rejects(first.calendars.left.read(false, never))
    await assert.rejects(first.pair.end(standsAt(first.calendars)))
    assert.equal((await started(first.disk.snapshot())).pair.agreement.compared, undefined)
  })

  it('holds a deletion that a read found which was then given up', async () => {
    const { calendars, disk } = await started()
    const server = new MemoryCalendar('left', () => START)
    calendars.left.connect(server)
    server.add('tea', tea)
    await calendars.left.read(false, never)
    server.remove('tea')
    // A forced complete read takes what changed first; a deploy ends it before the rest.
    const whole = server.read.bind(server)
    server.read = (position, known) =>
      position === null ? Promise.reject(new Error('given up')) : whole(position, known)
    await assert.rejects(calendars.left.read(true, never), /given up/)
    server.read = whole
    await calendars.left.read(false, never)

    const { replica } = (await started(disk.snapshot())).calendars.left
    assert.equal(replica.get('left-tea')?.is, 'gone')
  })

  it('is written in the end, though the disk was full when it changed', async () => {
    const first = await started()
    first.calendars.left.connect(new MemoryCalendar('left', () => START))
    first.disk.fail({ is: 'full', after: 0 })
    const entry = newPair('tea', 'left', { left: 'l', right: 'r' })
    await assert.rejects(first.pair.put(new Map([['tea', entry]])))
    first.disk.fail(null)
    await first.pair.end(standsAt(first.calendars))
    assert.deepEqual((await started(first.disk.snapshot())).pair.agreement.get('tea'), entry)
  })
})
