import assert from 'node:assert/strict'
import type { StoreError } from '../../src/store/error'
import { openStore } from '../../src/store/store'
import { MemoryDisk } from './memory-disk'

const PATH = '/state/pair/agreement.jsonl'

/** A store on a simulated disk, and the troubles it told of. */
function setUp(disk = new MemoryDisk()) {
  const troubles: StoreError[] = []
  const store = openStore({ disk, root: '/state', now: () => 0, warn: (trouble) => troubles.push(trouble) })
  const open = (options = {}) => store.journal<string>(['pair', 'agreement'], { version: 1, minBytes: 0, ...options })
  return { disk, store, troubles, open }
}

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
})
