import assert from 'node:assert/strict'
import type { StoreError } from '../../src/store/error'
import type { JournalOptions } from '../../src/store/journal'
import { openStore } from '../../src/store/store'
import { MemoryDisk } from './memory-disk'

const PATH = '/state/pair/agreement.jsonl'
const HEADER = '{"calsync":"journal","format":1,"version":1}\n'

/** A store on a simulated disk, and the troubles it told of. */
function setUp(disk = new MemoryDisk()) {
  const troubles: StoreError[] = []
  const store = openStore({ disk, root: '/state', now: () => 0, warn: (trouble) => troubles.push(trouble) })
  const open = (options: Partial<JournalOptions<string>> = {}) =>
    store.journal<string>(['pair', 'agreement'], { version: 1, minBytes: 0, ...options })
  return { disk, store, troubles, open }
}

const many = (count: number, value: string) => Array.from({ length: count }, (_, i) => ({ key: `key-${i}`, value }))

describe('A journal', () => {
  it('shows again what was put, after it was opened anew', async () => {
    const { disk, open } = setUp()
    const journal = await open()
    await journal.put([
      { key: 'a', value: 'one' },
      { key: 'b', value: 'two' },
    ])
    await journal.put([
      { key: 'a', value: 'ünf' },
      { key: 'b', deleted: true },
    ])
    const again = await setUp(disk).open()
    assert.deepEqual([...again.entries], [['a', 'ünf']])
  })

  it('keeps one line a change behind a header', async () => {
    const { disk, open } = setUp()
    const journal = await open({ minBytes: 1000 })
    await journal.put([{ key: 'a', value: 'one' }])
    await journal.put([{ key: 'a', deleted: true }])
    assert.equal(disk.text(PATH), `${HEADER}{"k":"a","v":"one"}\n{"k":"a"}\n`)
  })

  it('makes a batch of any size durable with one append and one sync', async () => {
    const { disk, open } = setUp()
    const journal = await open()
    await journal.put(many(500, 'x'.repeat(700)))
    assert.deepEqual({ ...disk.counts, bytes: 0 }, { bytes: 0, syncs: 1, writes: 0, appends: 1 })
  })

  it('writes little for one change of many entries', async () => {
    const { disk, open } = setUp()
    const journal = await open()
    await journal.put(many(10_000, 'x'.repeat(700)))
    const before = disk.counts.bytes
    await journal.put([{ key: 'key-77', value: 'y'.repeat(700) }])
    await journal.settled()
    assert.ok(disk.counts.bytes - before < 1000)
  })

  it('touches no disk for an empty batch, nor makes a file before there is something to keep', async () => {
    const { disk, open } = setUp()
    const journal = await open()
    await journal.put([])
    assert.deepEqual(disk.paths(), [])
  })

  it('shows a change only when it is durable', async () => {
    let go: () => void = () => assert.fail('nothing was begun')
    const held = new Promise<void>((resolve) => (go = resolve))
    const { open } = setUp(new MemoryDisk(new Map(), () => held))
    const opening = open()
    go()
    const journal = await opening
    const putting = journal.put([{ key: 'a', value: 'one' }])
    assert.equal(journal.entries.has('a'), false)
    await putting
    assert.equal(journal.entries.get('a'), 'one')
  })

  it('drops what a crash left of the last line, and goes on behind the whole ones', async () => {
    const { disk, open, troubles } = setUp()
    disk.put(PATH, `${HEADER}{"k":"a","v":"one"}\n{"k":"b","v":"t`)
    const journal = await open({ minBytes: 1000 })
    assert.deepEqual([...journal.entries], [['a', 'one']])
    await journal.put([{ key: 'c', value: 'three' }])
    assert.equal(disk.text(PATH), `${HEADER}{"k":"a","v":"one"}\n{"k":"c","v":"three"}\n`)
    assert.equal(journal.damaged, null)
    assert.deepEqual(troubles, [])
  })

  it('takes a torn header, and zeros behind the last whole line, for a crash as well', async () => {
    const { disk, open } = setUp()
    disk.put(PATH, HEADER.slice(0, 20))
    assert.equal((await open()).damaged, null)
    const second = setUp()
    second.disk.put(PATH, `${HEADER}{"k":"a","v":"one"}\n\0\0\0\0`)
    assert.deepEqual([...(await second.open()).entries], [['a', 'one']])
  })

  for (const [what, content] of [
    ['a line that is no JSON', `${HEADER}{"k":"a","v":"one"}\n{"k":"b","v\n{"k":"c","v":"three"}\n`],
    ['a line that is not ours', `${HEADER}{"k":"a","v":"one"}\n["b"]\n`],
    ['another header', `{"calsync":"log","format":1,"version":1}\n`],
    ['no header', `{"k":"a","v":"one"}\n`],
    ['bytes that are not UTF-8', Buffer.concat([Buffer.from(HEADER), Buffer.from([0xff, 0xfe, 10])])],
  ] as const) {
    it(`is set aside, reported and begun anew if it holds ${what}`, async () => {
      const { disk, open, troubles } = setUp()
      disk.put(PATH, content)
      const journal = await open()
      assert.equal(journal.entries.size, 0)
      assert.equal(journal.damaged?.setAside, `${PATH}.damaged-1970-01-01T00-00-00-000Z`)
      assert.equal(disk.text(journal.damaged.setAside), Buffer.from(content).toString())
      assert.equal(troubles[0]?.code, 'damaged')
      assert.match(troubles[0].message, /set aside as .* rebuilt/)
      await journal.put([{ key: 'a', value: 'new' }])
      assert.deepEqual([...(await setUp(disk).open()).entries], [['a', 'new']])
    })
  }

  it('refuses the file of a newer version and leaves it untouched', async () => {
    for (const header of [
      '{"calsync":"journal","format":1,"version":2}\n',
      '{"calsync":"journal","format":2,"version":1}\n',
    ]) {
      const { disk, open } = setUp()
      disk.put(PATH, `${header}anything`)
      await assert.rejects(open(), { name: 'StoreError', code: 'newer-version', message: /Update node-red-contrib/ })
      assert.deepEqual(disk.paths(), [PATH])
      assert.equal(disk.text(PATH), `${header}anything`)
    }
  })

  it('brings an older version up to date and rewrites it', async () => {
    const { disk, open } = setUp()
    await (await open({ minBytes: 1000 })).put([{ key: 'a', value: 'one' }])
    const options: JournalOptions<string> = {
      version: 2,
      migrate: (value, from, key) => `${String(value)} ${from} ${key}`,
    }
    const journal = await setUp(disk).open(options)
    assert.deepEqual([...journal.entries], [['a', 'one 1 a']])
    assert.equal(disk.text(PATH), '{"calsync":"journal","format":1,"version":2}\n{"k":"a","v":"one 1 a"}\n')
  })

  it('sets an older version aside that nobody can bring up to date', async () => {
    const { disk, open } = setUp()
    await (await open({ minBytes: 1000 })).put([{ key: 'a', value: 'one' }])
    const journal = await setUp(disk).open({ version: 2 })
    assert.match(journal.damaged?.reason ?? '', /version 1 can no longer be read/)
  })

  it('is rewritten when it has grown to twice what lives in it', async () => {
    const { disk, open } = setUp()
    const journal = await open({ minBytes: 2000 })
    for (let i = 0; i < 100; i += 1) await journal.put([{ key: 'a', value: `value ${i}` }])
    await journal.settled()
    assert.ok(disk.text(PATH).length < 2100)
    assert.ok(disk.counts.writes > 0)
    assert.deepEqual([...(await setUp(disk).open()).entries], [['a', 'value 99']])
  })

  it('is rewritten when most of it was deleted', async () => {
    const { disk, open } = setUp()
    const journal = await open()
    await journal.put(many(100, 'x'.repeat(100)))
    await journal.put(many(70, '').map(({ key }) => ({ key, deleted: true })))
    await journal.settled()
    assert.equal(disk.text(PATH).split('\n').length - 2, 30)
  })

  it('loses nothing that is put while it is rewritten', async () => {
    const { disk, open } = setUp()
    const journal = await open()
    await journal.put(many(500, 'x'.repeat(700)))
    await journal.put(many(500, 'y'.repeat(700)))
    assert.equal(disk.counts.writes, 1, 'a rewriting has begun')
    const during = journal.put([
      { key: 'key-1', value: 'changed' },
      { key: 'key-2', deleted: true },
    ])
    await during
    assert.ok(disk.paths().includes(`${PATH}.tmp`), 'and did not hold up the batch')
    await journal.settled()
    const again = (await setUp(disk).open()).entries
    assert.equal(again.size, 499)
    assert.equal(again.get('key-1'), 'changed')
    assert.ok(disk.text(PATH).length < 500 * 750)
  })

  it('forgets everything in one step', async () => {
    const { disk, open } = setUp()
    const journal = await open({ minBytes: 1e9 })
    await journal.put(many(100, 'x'))
    const before = disk.counts.bytes
    await journal.clear()
    assert.equal(journal.entries.size, 0)
    assert.ok(disk.counts.bytes - before < 20)
    await journal.put([{ key: 'a', value: 'one' }])
    assert.deepEqual([...(await setUp(disk).open()).entries], [['a', 'one']])
  })

  it('says so when the disk is full, shows nothing of that batch, and goes on when there is space', async () => {
    const { disk, open } = setUp()
    const journal = await open({ minBytes: 1e9 })
    await journal.put([{ key: 'a', value: 'one' }])
    disk.fail({ is: 'full', after: 10 })
    await assert.rejects(journal.put([{ key: 'b', value: 'two' }]), { code: 'disk-full', message: /Free some space/ })
    assert.deepEqual([...journal.entries.keys()], ['a'])
    disk.fail(null)
    await journal.put([{ key: 'c', value: 'three' }])
    assert.deepEqual([...(await setUp(disk).open()).entries.keys()], ['a', 'c'])
  })

  it('says so when the disk is read-only', async () => {
    const { disk, open } = setUp()
    const journal = await open()
    disk.fail({ is: 'read-only' })
    await assert.rejects(journal.put([{ key: 'b', value: 'two' }]), { code: 'read-only', message: /owns this folder/ })
  })

  it('only warns when there is no space for a rewriting, and does not try again at each change', async () => {
    const { disk, open, troubles } = setUp()
    const journal = await open()
    await journal.put(many(20, 'x'.repeat(100)))
    disk.fail({ is: 'full', after: 20 * 140 })
    await journal.put(many(20, 'y'.repeat(100)))
    await journal.settled()
    disk.fail(null)
    assert.deepEqual(
      troubles.map((trouble) => trouble.code),
      ['disk-full'],
    )
    await journal.put([{ key: 'a', value: 'one' }])
    await journal.settled()
    assert.equal(disk.counts.writes, 1)
    assert.equal((await setUp(disk).open()).entries.size, 21)
  })

  it('gives up a rewriting when it is closed, keeps what was put, and takes nothing more', async () => {
    const { disk, open, troubles } = setUp()
    const journal = await open()
    await journal.put(many(500, 'x'.repeat(700)))
    await journal.put(many(500, 'y'.repeat(700)))
    const last = journal.put([{ key: 'a', value: 'one' }])
    await journal.close()
    await last
    assert.deepEqual(disk.paths(), [PATH])
    assert.deepEqual(troubles, [])
    await assert.rejects(journal.put([{ key: 'b', value: 'two' }]), { code: 'closed' })
    assert.equal((await setUp(disk).open()).entries.size, 501)
  })

  it('lets others have the event loop while it replays, builds a large batch and rewrites', async () => {
    let pauses = 0
    const disk = new MemoryDisk()
    const pause = () => Promise.resolve(void (pauses += 1))
    const around = { disk, root: '/state', now: () => 0, warn: assert.ifError, pause }
    const journal = await openStore(around).journal<string>(['a'], { version: 1 })
    await journal.put(many(1000, 'x'.repeat(700)))
    assert.ok(pauses >= 10, 'while it built the batch')
    pauses = 0
    await openStore(around).journal<string>(['a'], { version: 1 })
    assert.ok(pauses >= 10, 'while it replayed')
  })
})
