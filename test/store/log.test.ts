import assert from 'node:assert/strict'
import type { StoreError } from '../../src/store/error'
import type { LogOptions } from '../../src/store/log'
import { openStore } from '../../src/store/store'
import { MemoryDisk } from './memory-disk'

const PATH = '/state/history.log.jsonl'
const DAY = 24 * 60 * 60 * 1000

function setUp(disk = new MemoryDisk(), clock = { now: 1000 * DAY }) {
  const troubles: StoreError[] = []
  const store = openStore({ disk, root: '/state', now: () => clock.now, warn: (trouble) => troubles.push(trouble) })
  const open = (options: Partial<LogOptions<string>> = {}) =>
    store.log<string>(['history'], { version: 1, maxEntries: 10, maxDays: 30, ...options })
  return { disk, clock, troubles, open }
}

const entriesOf = (logged: readonly { entry: string }[]) => logged.map(({ entry }) => entry)
const linesIn = (disk: MemoryDisk) => disk.text(PATH).split('\n').length - 2

describe('A log', () => {
  it('reads back what was added and when, newest last, also after it was opened anew', async () => {
    const { disk, clock, open } = setUp()
    const log = await open()
    await log.add(['one', 'two'])
    clock.now += 5
    await log.add(['three'])
    const expected = [
      { at: 1000 * DAY, entry: 'one' },
      { at: 1000 * DAY, entry: 'two' },
      { at: 1000 * DAY + 5, entry: 'three' },
    ]
    assert.deepEqual(await log.read(), expected)
    assert.deepEqual(await (await setUp(disk).open()).read(), expected)
    assert.equal(disk.counts.syncs, 2)
  })

  it('keeps the newest entries when it has grown to twice as many', async () => {
    const { disk, open } = setUp()
    const log = await open()
    for (let i = 0; i < 20; i += 1) await log.add([`entry ${i}`])
    assert.equal(linesIn(disk), 20)
    assert.equal((await log.read()).length, 10)
    await log.add(['last'])
    assert.deepEqual(entriesOf(await log.read()).slice(-2), ['entry 19', 'last'])
    assert.equal(linesIn(disk), 10)
  })

  it('drops entries that are too old', async () => {
    const { disk, clock, open } = setUp()
    const log = await open()
    await log.add(['old'])
    clock.now += 31 * DAY
    await log.add(['new'])
    assert.deepEqual(entriesOf(await log.read()), ['new'])
    assert.equal(linesIn(disk), 2, 'not at once on disk')
    clock.now += 30 * DAY
    await log.add(['newest'])
    assert.deepEqual(entriesOf(await log.read()), ['new', 'newest'])
    assert.equal(linesIn(disk), 2)
  })

  it('only warns when there is no space for trimming, and tries again', async () => {
    const { disk, open, troubles } = setUp()
    const log = await open()
    await log.add(Array.from({ length: 20 }, (_, i) => `entry ${i}`))
    disk.fail({ is: 'full', after: 100 })
    await log.add(['last'])
    assert.equal((await log.read()).length, 10)
    assert.equal(troubles[0]?.code, 'disk-full')
    disk.fail(null)
    await log.add(['very last'])
    assert.deepEqual(entriesOf(await log.read()).slice(-2), ['last', 'very last'])
    assert.equal(linesIn(disk), 10)
  })

  it('drops a torn last line, and sets aside what is damaged elsewhere', async () => {
    const { disk, open } = setUp()
    await (await open()).add(['one', 'two'])
    const whole = disk.text(PATH)
    disk.put(PATH, whole.slice(0, -3))
    assert.deepEqual(entriesOf(await (await setUp(disk).open()).read()), ['one'])
    disk.put(PATH, whole.replace('one"', 'one'))
    const log = await setUp(disk).open()
    assert.ok(log.damaged)
    assert.deepEqual(await log.read(), [])
    await log.add(['three'])
    assert.deepEqual(entriesOf(await (await setUp(disk).open()).read()), ['three'])
  })

  it('refuses a newer version, and brings an older one up to date', async () => {
    const { disk, open } = setUp()
    await (await open({ version: 2 })).add(['one'])
    await assert.rejects(setUp(disk).open(), { code: 'newer-version' })
    const migrate = (entry: unknown, from: number) => `${String(entry)} of ${from}`
    const log = await setUp(disk).open({ version: 3, migrate })
    await log.add(['two'])
    assert.deepEqual(entriesOf(await (await setUp(disk).open({ version: 3 })).read()), ['one of 2', 'two'])
  })

  it('finishes what was begun when it is closed, and takes nothing more', async () => {
    const { disk, open } = setUp()
    const log = await open()
    const last = log.add(['one'])
    await log.close()
    await last
    await assert.rejects(log.add(['two']), { code: 'closed' })
    assert.equal(linesIn(disk), 1)
  })
})
