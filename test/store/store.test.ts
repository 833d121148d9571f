import assert from 'node:assert/strict'
import { openStore } from '../../src/store/store'
import { MemoryDisk } from './memory-disk'

const setUp = (disk = new MemoryDisk()) => ({
  disk,
  store: openStore({ disk, root: '/state', now: () => 0, warn: assert.ifError }),
})

describe('A store', () => {
  it('gives the same object for the same path, so that a file has one writer', async () => {
    const { store } = setUp()
    const [one, two] = await Promise.all([
      store.journal(['pairs', 'a'], { version: 1 }),
      store.journal(['pairs', 'a'], { version: 1 }),
    ])
    assert.equal(one, two)
    assert.notEqual(one, await store.journal(['pairs', 'b'], { version: 1 }))
  })

  it('keeps files of one name and different kinds apart', async () => {
    const { store, disk } = setUp()
    await (await store.journal(['a'], { version: 1 })).put([{ key: 'k', value: 1 }])
    await (await store.document<number>(['a'], { version: 1, initial: 0 })).write(2)
    await (await store.log(['a'], { version: 1, maxEntries: 10, maxDays: 10 })).add([3])
    assert.deepEqual(disk.paths(), ['/state/a.json', '/state/a.jsonl', '/state/a.log.jsonl'])
    assert.deepEqual(await store.list([]), ['a.json', 'a.jsonl', 'a.log.jsonl'])
  })

  it('refuses names that could lead elsewhere', async () => {
    const { store } = setUp()
    for (const name of ['..', '.', '', 'a/b', 'A', 'a.json', '-a', 'a'.repeat(65), 'ä', 'a\0']) {
      await assert.rejects(store.journal([name], { version: 1 }), TypeError, JSON.stringify(name))
    }
    await assert.rejects(store.journal([], { version: 1 }), TypeError)
    await assert.rejects(store.list(['..']), TypeError)
  })

  it('tries again after an opening that failed', async () => {
    const { store, disk } = setUp()
    disk.put('/state/a.json', '{"calsync":"document","version":9,"value":1}')
    const open = () => store.document<number>(['a'], { version: 1, initial: 0 })
    await assert.rejects(open(), { code: 'newer-version' })
    disk.put('/state/a.json', '{"calsync":"document","version":1,"value":1}')
    assert.equal((await open()).value, 1)
  })

  it('opens nothing more after it was closed, and closes all that was open', async () => {
    const { store, disk } = setUp()
    disk.put('/state/bad.json', '{"calsync":"document","version":9,"value":1}')
    const bad = store.document(['bad'], { version: 1, initial: 0 })
    const journal = await store.journal(['a'], { version: 1 })
    const last = journal.put([{ key: 'k', value: 1 }])
    await Promise.all([assert.rejects(bad), store.close()])
    await last
    await assert.rejects(journal.put([{ key: 'k', value: 2 }]), { code: 'closed' })
    await assert.rejects(store.journal(['b'], { version: 1 }), { code: 'closed' })
  })
})
