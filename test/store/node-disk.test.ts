import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDisk } from '../../src/store/node-disk'
import { openStore } from '../../src/store/store'

const disk = nodeDisk()
const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

describe('The real disk', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calsync-disk-'))
  })
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  it('says null or nothing for what is not there', async () => {
    assert.equal(await disk.read(join(folder, 'none')), null)
    assert.equal(await disk.size(join(folder, 'none')), null)
    assert.deepEqual(await disk.list(join(folder, 'none')), [])
    await disk.remove(join(folder, 'none'))
  })

  it('writes and appends files that only their owner can read, in folders that only their owner can enter', async () => {
    const path = join(folder, 'one', 'two', 'file')
    await disk.write(path, ['a', 'ü'])
    await disk.append(path, ['b', 'c'])
    assert.equal(await readFile(path, 'utf8'), 'aübc')
    assert.equal(await disk.size(path), 5)
    await disk.append(join(folder, 'three', 'log'), ['x'])
    assert.deepEqual(await disk.list(folder), ['one', 'three'])
    if (process.platform === 'win32') return
    assert.equal(await mode(path), '600')
    assert.equal(await mode(join(folder, 'one')), '700')
    assert.equal(await mode(join(folder, 'three', 'log')), '600')
  })

  it('replaces a file as a whole, and leaves it and nothing besides if the text breaks off', async () => {
    const path = join(folder, 'file')
    await disk.write(path, ['old'])
    await disk.write(path, ['new'])
    assert.equal(await readFile(path, 'utf8'), 'new')
    async function* broken(): AsyncIterable<string> {
      yield 'half'
      await Promise.resolve()
      throw new RangeError('broken')
    }
    await assert.rejects(disk.write(path, broken()), RangeError)
    assert.equal(await readFile(path, 'utf8'), 'new')
    assert.deepEqual(await readdir(folder), ['file'])
  })

  it('cuts off, renames and removes', async () => {
    const path = join(folder, 'file')
    await disk.write(path, ['abcdef'])
    await disk.truncate(path, 3)
    await disk.rename(path, join(folder, 'other'))
    assert.equal(await readFile(join(folder, 'other'), 'utf8'), 'abc')
    await disk.remove(join(folder, 'other'))
    assert.deepEqual(await readdir(folder), [])
  })

  it('says clearly what went wrong', async () => {
    await writeFile(join(folder, 'file'), '')
    const inFile = join(folder, 'file', 'state.json')
    await assert.rejects(disk.write(inFile, ['x']), { name: 'StoreError', code: 'io', message: /Can't write .*file/ })
  })

  it('says clearly that it may not write', async function () {
    if (process.platform === 'win32' || process.getuid?.() === 0) this.skip() // nothing is forbidden to root
    await chmod(folder, 0o500)
    try {
      await assert.rejects(disk.append(join(folder, 'file'), ['x']), { code: 'read-only', message: /owns this folder/ })
    } finally {
      await chmod(folder, 0o700)
    }
  })

  it('says clearly that the disk is full', async function () {
    const isThere = await stat('/dev/full').catch(() => null)
    if (isThere === null) this.skip()
    await assert.rejects(disk.append('/dev/full', ['x']), { code: 'disk-full', message: /Free some space/ })
  })

  it('carries a store: a journal that was rewritten, a document and a log are found again', async () => {
    const open = () => openStore({ disk, root: join(folder, 'calsync'), now: () => 0, warn: assert.ifError })
    const options = { version: 1, minBytes: 0, initial: 0, maxEntries: 5, maxDays: 5 }
    const store = open()
    const journal = await store.journal<string>(['pair', 'agreement'], options)
    const many = (value: string) => Array.from({ length: 1000 }, (_, i) => ({ key: `k${i}`, value: value.repeat(100) }))
    await journal.put(many('a'))
    await journal.put(many('b'))
    await journal.put([{ key: 'k0', deleted: true }])
    await journal.settled()
    await (await store.document<number>(['pair', 'health'], options)).write(7)
    await (await store.log<string>(['pair', 'history'], options)).add(['x'])
    await store.close()

    const files = await readdir(join(folder, 'calsync', 'pair'))
    assert.deepEqual(files.sort(), ['agreement.jsonl', 'health.json', 'history.log.jsonl'])
    const size = (await stat(journal.path)).size
    assert.ok(size < 130_000, `${size} bytes`)
    const again = open()
    const { entries } = await again.journal<string>(['pair', 'agreement'], options)
    assert.equal(entries.size, 999)
    assert.equal(entries.get('k1'), 'b'.repeat(100))
    assert.equal((await again.document<number>(['pair', 'health'], options)).value, 7)
    assert.deepEqual(await (await again.log<string>(['pair', 'history'], options)).read(), [{ at: 0, entry: 'x' }])
  })
})
