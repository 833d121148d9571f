import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { StoreError } from '../../src/store/error'
import { Ownership, ownedDisk } from '../../src/store/ownership'
import { Flow } from '../nodes/flow'
import type { Got } from '../nodes/flow'
import { MemoryDisk } from '../store/memory-disk'

const ROOT = '/data/calsync'
const LOCK = `${ROOT}/in-use.json`

/** A disk, a clock, and the processes that work on both. */
class Machine {
  readonly disk = new MemoryDisk()
  time = Date.UTC(2026, 5, 1)
  private readonly jobs = new Set<{
    readonly of: string
    readonly ms: number
    readonly job: () => void
    next: number
  }>()

  /** A Node-RED that starts. Process ids come again. */
  start(token: string, { pid = 7, host = 'pi', place = 'boot container' } = {}, isGone = false) {
    const losses: string[] = []
    const owner = new Ownership(this.disk, ROOT, {
      me: { token, pid, host, place },
      now: () => this.time,
      sleep: (ms) => this.pass(ms),
      every: (ms, job) => this.jobs.add({ of: token, ms, job, next: this.time + ms }),
      isGone: () => isGone,
      lost: ({ message }) => losses.push(message),
    })
    return { owner, losses, disk: ownedDisk(this.disk, owner) }
  }

  /** Stands still from now on, as if killed: nothing of it is removed. */
  halt(token: string): void {
    for (const each of this.jobs) if (each.of === token) this.jobs.delete(each)
  }

  async pass(ms: number): Promise<void> {
    for (const end = this.time + ms; this.time < end;) {
      this.time += Math.min(1000, end - this.time)
      for (const each of this.jobs) {
        if (each.next > this.time) continue
        each.next = this.time + each.ms
        each.job()
      }
      for (let turn = 0; turn < 20; turn += 1) await setImmediate()
    }
  }
}

const inUse = (error: unknown): boolean => error instanceof StoreError && error.code === 'in-use'

describe('A state on which a second process works', () => {
  let machine: Machine
  beforeEach(() => {
    machine = new Machine()
  })

  it('is refused to it, with a word about the first and what to do, and nothing of it is read or written', async () => {
    const first = machine.start('first', { pid: 41 })
    await first.disk.write(`${ROOT}/a.json`, ['1'])
    const second = machine.start('second')
    await assert.rejects(second.disk.append(`${ROOT}/a.json`, ['2']), inUse)
    await assert.rejects(
      second.disk.read(`${ROOT}/a.json`),
      /process 41 on pi, since 2026-06-01T.* user directory of its own/,
    )
    assert.equal(machine.disk.text(`${ROOT}/a.json`), '1')
    assert.deepEqual(await machine.disk.list(ROOT), ['a.json', 'in-use.json'])
    await first.disk.append(`${ROOT}/a.json`, ['3'])
    assert.deepEqual(first.losses, [])
  })

  it('is its own as soon as the first has ended', async () => {
    const first = machine.start('first')
    await first.owner.held()
    const second = machine.start('second')
    await assert.rejects(second.owner.held(), inUse)
    assert.equal(first.owner.toRemove, LOCK)
    assert.equal(second.owner.toRemove, undefined)
    machine.halt('first')
    await machine.disk.remove(LOCK)
    await second.owner.held()
  })

  const killed: readonly (readonly [string, { pid?: number; host?: string; place?: string }])[] = [
    ['whose process id is in use again', {}],
    ['in another container', { place: 'boot another' }],
    ['on a machine that has another name now', { host: 'fa3b77', place: 'reboot container' }],
    ['where nothing is known of processes', { place: '' }],
  ]
  for (const [where, holder] of killed) {
    it(`is its own within half a minute if the first was killed, ${where}`, async () => {
      await machine.start('first').owner.held()
      machine.halt('first')
      const begun = machine.time
      await machine.start('second', holder).owner.held()
      assert.ok(machine.time - begun <= 30_000)
      assert.match(machine.disk.text(LOCK), /"token":"second"/)
      assert.deepEqual(await machine.disk.list(ROOT), ['in-use.json'])
    })
  }

  it('is its own at once if the process of the first is known to be dead', async () => {
    await machine.start('first').owner.held()
    machine.halt('first')
    const begun = machine.time
    await machine.start('second', {}, true).owner.held()
    assert.equal(machine.time, begun)
  })

  it('is lost to it by a first that stood still, which then writes nothing more and says so once', async () => {
    const first = machine.start('first')
    await first.disk.write(`${ROOT}/a.json`, ['1'])
    machine.halt('first')
    const second = machine.start('second')
    await second.disk.write(`${ROOT}/a.json`, ['2'])
    await assert.rejects(first.disk.write(`${ROOT}/a.json`, ['3']), /has taken over .* restart it/)
    await assert.rejects(first.owner.held(), inUse)
    assert.throws(() => first.owner.throwIfLost(), inUse)
    assert.equal(machine.disk.text(`${ROOT}/a.json`), '2')
    assert.equal(first.losses.length, 1)
  })

  it('is refused to several that ask at the same time', async () => {
    await machine.start('first').owner.held()
    const others = ['second', 'third', 'fourth'].map((token) => machine.start(token).owner.held())
    for (const result of await Promise.allSettled(others)) assert.equal(result.status, 'rejected')
  })

  it('is asked for once a minute, not with each message', async () => {
    await machine.start('first').owner.held()
    const second = machine.start('second')
    await assert.rejects(second.owner.held(), inUse)
    const { writes } = machine.disk.counts
    for (let message = 0; message < 10; message += 1) await assert.rejects(second.owner.held(), inUse)
    assert.equal(machine.disk.counts.writes, writes)
    await machine.pass(61_000)
    await assert.rejects(second.owner.held(), inUse)
    assert.ok(machine.disk.counts.writes > writes)
  })
})

describe('A state on which one process works', () => {
  it('is not written to by it for staying alive', async () => {
    const machine = new Machine()
    const { owner } = machine.start('only')
    await owner.held()
    const { writes, appends } = machine.disk.counts
    await machine.pass(3_600_000)
    await owner.held()
    assert.deepEqual([machine.disk.counts.writes, machine.disk.counts.appends], [writes, appends])
  })

  it('is its own whatever lies in the place of the file', async () => {
    for (const text of ['', 'null', '{}', '[1]', '{"token":1}', '\u0000\u0001', '{"token":"x","pid":"y"}']) {
      const machine = new Machine()
      machine.disk.put(LOCK, text)
      await machine.start('only').owner.held()
    }
  })

  it('stays its own when the folder is removed', async () => {
    const machine = new Machine()
    const { owner, losses } = machine.start('only')
    await owner.held()
    await machine.disk.remove(LOCK)
    await machine.pass(60_000)
    await owner.held()
    assert.deepEqual(losses, [])
  })
})

describe('A Node-RED without a user directory', () => {
  it('gets an error that says what to set, and nothing is kept in the folder for temporary files', async () => {
    const flow = new Flow()
    try {
      await flow.start()
      flow.withoutUserDir()
      const before = await readdir(tmpdir())
      await flow.deploy()
      const caught = (await flow.ask('googleSource', {}, 'caught')) as Got & {
        error: { message: string; code: string }
      }
      assert.equal(caught.error.code, 'calsync.store-no-directory')
      assert.match(caught.error.message, /Set "userDir" in the settings/)
      assert.equal(flow.shown.get('googleSource')?.at(-1), 'no user directory')
      const made = (await readdir(tmpdir())).filter((name) => !before.includes(name))
      assert.ok(!made.includes('node-red'), made.join())
    } finally {
      await flow.stop()
    }
  })
})
