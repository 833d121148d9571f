import assert from 'node:assert/strict'
import { HALF_JOIN, Joins } from '../../src/runtime/joins'
import type { Joined } from '../../src/runtime/joins'
import type { ReadRecord } from '../../src/runtime/source'
import type { Side } from '../../src/sync/model'

type Msg = Record<string, unknown>

/** A sleep that ends when the test says so. */
class Alarm {
  readonly asleep: { ms: number; wake: () => void }[] = []
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      this.asleep.push({ ms, wake: resolve })
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
}

const record = (node: string): ReadRecord => ({
  calendar: node,
  node,
  name: node,
  kind: 'full',
  changed: 0,
  deleted: 0,
  total: 0,
  requests: 1,
  retries: 0,
})
const reads = (...sides: Side[]): Map<Side, ReadRecord> => new Map(sides.map((side) => [side, record(side)]))

describe('reads that wait for each other', () => {
  let alarm: Alarm
  let closing: AbortController
  let joins: Joins<Msg>
  beforeEach(() => {
    alarm = new Alarm()
    closing = new AbortController()
    joins = new Joins<Msg>(alarm.sleep, closing.signal)
  })
  const sidesOf = (joined: Joined<Msg> | 'waiting'): unknown =>
    joined === 'waiting' ? joined : [...joined.reads.keys()].sort()

  it('join when both came for the same message, in either order', () => {
    assert.equal(joins.add('a', {}, reads('left')), 'waiting')
    assert.deepEqual(sidesOf(joins.add('a', {}, reads('right'))), ['left', 'right'])
    assert.equal(joins.add('b', {}, reads('right')), 'waiting')
    assert.deepEqual(sidesOf(joins.add('b', {}, reads('left'))), ['left', 'right'])
  })

  it('that came in series are whole at once', () => {
    assert.deepEqual(sidesOf(joins.add('a', {}, reads('left', 'right'))), ['left', 'right'])
    assert.deepEqual(alarm.asleep, [])
  })

  it('for different messages wait for their own', () => {
    assert.equal(joins.add('a', {}, reads('left')), 'waiting')
    assert.equal(joins.add('b', {}, reads('right')), 'waiting')
    assert.deepEqual(sidesOf(joins.add('b', {}, reads('left'))), ['left', 'right'])
  })

  it('keep the first message’s properties and add those of later ones', () => {
    joins.add('a', { x: 1, y: 1 }, reads('left'))
    const joined = joins.add('a', { y: 2, z: 2 }, reads('right'))
    assert.deepEqual(joined === 'waiting' ? joined : joined.msg, { x: 1, y: 1, z: 2 })
  })

  it('of one side twice count once, the later read', () => {
    joins.add('a', {}, new Map([['left', record('first')]]))
    assert.equal(joins.add('a', {}, new Map([['left', record('second')]])), 'waiting')
    const joined = joins.add('a', {}, reads('right'))
    assert.equal(joined === 'waiting' ? joined : joined.reads.get('left')?.node, 'second')
    assert.equal(alarm.asleep.length, 1)
  })

  it('wait ten minutes for the other half and then come out alone, once', async () => {
    const overdue = joins.overdue()[Symbol.asyncIterator]()
    joins.add('a', { mine: 1 }, reads('left'))
    assert.deepEqual(
      alarm.asleep.map(({ ms }) => ms),
      [HALF_JOIN],
    )
    assert.equal(HALF_JOIN, 600_000)
    const first = overdue.next()
    alarm.asleep[0]?.wake()
    const { value } = (await first) as { value: Joined<Msg> }
    assert.deepEqual([value.msg, [...value.reads.keys()]], [{ mine: 1 }, ['left']])
    assert.equal(joins.add('a', {}, reads('right')), 'waiting')
  })

  it('all come out that are overdue at the same time', async () => {
    joins.add('a', { n: 1 }, reads('left'))
    joins.add('b', { n: 2 }, reads('right'))
    for (const { wake } of alarm.asleep) wake()
    const overdue = joins.overdue()[Symbol.asyncIterator]()
    const both = [await overdue.next(), await overdue.next()] as { value: Joined<Msg> }[]
    assert.deepEqual(
      both.map(({ value }) => value.msg['n']),
      [1, 2],
    )
  })

  it('that were joined are not overdue later', async () => {
    joins.add('a', { n: 1 }, reads('left'))
    joins.add('a', {}, reads('right'))
    joins.add('b', { n: 2 }, reads('right'))
    for (const { wake } of alarm.asleep) wake()
    const { value } = (await joins.overdue()[Symbol.asyncIterator]().next()) as { value: Joined<Msg> }
    assert.equal(value.msg['n'], 2)
  })

  it('started again for the same message have ten minutes of their own', async () => {
    joins.add('a', { n: 1 }, reads('left'))
    joins.add('a', {}, reads('right'))
    joins.add('a', { n: 2 }, reads('left'))
    joins.add('b', { n: 3 }, reads('left'))
    alarm.asleep[0]?.wake() // the first one's time
    alarm.asleep[2]?.wake() // b's
    const { value } = (await joins.overdue()[Symbol.asyncIterator]().next()) as { value: Joined<Msg> }
    assert.equal(value.msg['n'], 3)
    assert.deepEqual(sidesOf(joins.add('a', {}, reads('right'))), ['left', 'right'])
  })

  it('end with their node', async () => {
    joins.add('a', {}, reads('left'))
    const overdue = joins.overdue()[Symbol.asyncIterator]()
    const next = overdue.next()
    closing.abort(new Error('closed'))
    assert.equal((await next).done, true)
  })
})
