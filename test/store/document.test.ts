import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { DocumentOptions } from '../../src/store/document'
import type { StoreError } from '../../src/store/error'
import { openStore } from '../../src/store/store'
import { MemoryDisk } from './memory-disk'

const PATH = '/state/health.json'
type Health = { readonly token: string | null; readonly runs: number }
const initial: Health = { token: null, runs: 0 }

function setUp(disk = new MemoryDisk()) {
  const troubles: StoreError[] = []
  const store = openStore({ disk, root: '/state', now: () => 0, warn: (trouble) => troubles.push(trouble) })
  const open = (options: Partial<DocumentOptions<Health>> = {}) =>
    store.document<Health>(['health'], { version: 1, initial, ...options })
  return { disk, troubles, open }
}

describe('A document', () => {
  it('holds the initial value until something is written, and then that', async () => {
    const { disk, open } = setUp()
    const document = await open()
    assert.deepEqual(document.value, initial)
    assert.deepEqual(disk.paths(), [])
    await document.write({ token: 'x', runs: 1 })
    assert.deepEqual(document.value, { token: 'x', runs: 1 })
    assert.deepEqual((await setUp(disk).open()).value, { token: 'x', runs: 1 })
  })

  it('hands nothing to write if nothing changed, also after it was opened anew', async () => {
    const { disk, open } = setUp()
    await (await open()).write({ token: 'x', runs: 1 })
    const again = await setUp(disk).open()
    await again.write({ token: 'x', runs: 1 })
    assert.equal(disk.counts.writes, 1)
  })

  it('makes one change after another, each from the value before', async () => {
    const { disk, open } = setUp()
    const document = await open()
    await Promise.all(
      Array.from({ length: 20 }, () => document.update((health) => ({ ...health, runs: health.runs + 1 }))),
    )
    assert.equal((await setUp(disk).open()).value.runs, 20)
  })

  it('keeps the old value, in memory and on disk, if the new one can not be written', async () => {
    const { disk, open } = setUp()
    const document = await open()
    await document.write({ token: 'x', runs: 1 })
    disk.fail({ is: 'full', after: 5 })
    await assert.rejects(document.write({ token: 'y', runs: 2 }), { code: 'disk-full' })
    assert.deepEqual(document.value, { token: 'x', runs: 1 })
    disk.fail(null)
    assert.deepEqual((await setUp(disk).open()).value, { token: 'x', runs: 1 })
    await document.write({ token: 'y', runs: 2 })
    assert.deepEqual(disk.paths(), [PATH])
    assert.deepEqual((await setUp(disk).open()).value, { token: 'y', runs: 2 })
  })

  it('is written again if nobody knows what a failed write left', async () => {
    const { disk, open } = setUp()
    const document = await open()
    await document.write({ token: 'x', runs: 1 })
    disk.fail({ is: 'unsynced' })
    await assert.rejects(document.write({ token: 'y', runs: 2 }), { code: 'io' })
    disk.fail(null)
    await document.write({ token: 'x', runs: 1 })
    assert.equal((await setUp(disk).open()).value.token, 'x')
  })

  for (const content of ['', '{"calsync":"document","ver', '[]', '{"token":"x","runs":1}', 'null', '\0\0\0']) {
    it(`is set aside and begun anew if it holds ${JSON.stringify(content)}`, async () => {
      const { disk, open, troubles } = setUp()
      disk.put(PATH, content)
      const document = await open()
      assert.deepEqual(document.value, initial)
      assert.equal(disk.text(document.damaged?.setAside ?? ''), content)
      assert.deepEqual(
        troubles.map((trouble) => trouble.code),
        ['damaged'],
      )
      await document.write({ token: 'z', runs: 3 })
      assert.deepEqual((await setUp(disk).open()).value, { token: 'z', runs: 3 })
    })
  }

  it('refuses the file of a newer version and leaves it untouched', async () => {
    const { disk, open } = setUp()
    await (await open({ version: 2 })).write({ token: 'x', runs: 1 })
    const before = disk.text(PATH)
    await assert.rejects(setUp(disk).open(), { code: 'newer-version', message: /Update node-red-contrib-calsync/ })
    assert.equal(disk.text(PATH), before)
    assert.deepEqual(disk.paths(), [PATH])
  })

  it('brings an older version up to date, and is written so with the next write', async () => {
    const { disk, open } = setUp()
    await (await open()).write({ token: 'x', runs: 1 })
    const migrate = (old: unknown, from: number): Health => ({ ...(old as Health), runs: 100 * from })
    const document = await setUp(disk).open({ version: 2, migrate })
    assert.deepEqual(document.value, { token: 'x', runs: 100 })
    await document.write(document.value)
    assert.deepEqual((await setUp(disk).open({ version: 2 })).value, { token: 'x', runs: 100 })
  })

  it('sets an older version aside that nobody can bring up to date', async () => {
    for (const migrate of [undefined, () => assert.fail('no such thing')]) {
      const { disk, open } = setUp()
      await (await open()).write({ token: 'x', runs: 1 })
      const document = await setUp(disk).open({ version: 2, migrate })
      assert.deepEqual(document.value, initial)
      assert.ok(document.damaged)
    }
  })

  it('holds the old value or the new one, whole, wherever the power is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(120), async (after) => {
        const { disk, open } = setUp()
        const document = await open()
        await document.write({ token: 'old', runs: 1 })
        disk.fail({ is: 'power-cut', after })
        const written = await document.write({ token: 'new', runs: 2 }).then(
          () => true,
          () => false,
        )
        const found = await setUp(new MemoryDisk(disk.snapshot())).open()
        assert.equal(found.damaged, null)
        if (written || found.value.runs === 2) assert.deepEqual(found.value, { token: 'new', runs: 2 })
        else assert.deepEqual(found.value, { token: 'old', runs: 1 })
      }),
    )
  })

  it('finishes what was begun when it is closed, and takes nothing more', async () => {
    const { disk, open } = setUp()
    const document = await open()
    const last = document.write({ token: 'x', runs: 1 })
    await document.close()
    await last
    await assert.rejects(document.write({ token: 'y', runs: 2 }), { code: 'closed' })
    assert.equal((await setUp(disk).open()).value.token, 'x')
  })
})
