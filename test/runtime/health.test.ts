import assert from 'node:assert/strict'
import { Health } from '../../src/runtime/health'
import { emptyReport } from '../../src/runtime/report'
import type { Report } from '../../src/runtime/report'
import { SimulatedTime } from '../transport/simulated-time'

const HOUR = 3600_000
const START = Date.UTC(2026, 5, 1, 8)

describe('health', () => {
  let time: SimulatedTime
  let told: string[]
  let closing: AbortController
  beforeEach(() => {
    time = new SimulatedTime(START)
    told = []
    closing = new AbortController()
  })
  afterEach(() => closing.abort(new Error('closed')))

  function watched(hours: number, setBack: () => number = () => 0): Health {
    const now = (): number => time.now() - setBack()
    const health = new Health(hours, now, (topic) => told.push(topic))
    health.watch(time.sleep, closing.signal).catch(() => undefined) // ends with the test
    return health
  }
  const report = (errors: Report['errors'] = [], dryRun = false): Report => ({
    ...emptyReport('1', { left: 'A', right: 'B' }, START, dryRun),
    errors,
  })
  const trouble = [{ message: 'no', code: 'calsync.unreachable' }]

  it('is told as stale once, when no run has succeeded for so many hours, and as recovered once', async () => {
    const health = watched(24)
    await time.pass(23 * HOUR)
    assert.deepEqual(told, [])
    health.ran(report(trouble))
    await time.pass(2 * HOUR)
    assert.deepEqual(told, ['stale'])
    await time.pass(48 * HOUR)
    assert.deepEqual(told, ['stale'])
    health.ran(report(trouble))
    assert.deepEqual(told, ['stale'])
    health.ran(report())
    health.ran(report())
    assert.deepEqual(told, ['stale', 'recovered'])
    await time.pass(25 * HOUR)
    assert.deepEqual(told, ['stale', 'recovered', 'stale'])
  })

  it('is not proved by a dry run', async () => {
    const health = watched(2)
    await time.pass(HOUR)
    health.ran(report([], true))
    await time.pass(1.5 * HOUR)
    assert.deepEqual(told, ['stale'])
  })

  it('is not watched where the node says 0', async () => {
    watched(0)
    await time.pass(1000 * HOUR)
    assert.deepEqual(told, [])
  })

  it('is still watched after the clock was set back by a year', async () => {
    let back = 0
    const health = watched(24, () => back)
    health.ran(report())
    back = 365 * 24 * HOUR
    await time.pass(25 * HOUR)
    assert.deepEqual(told, ['stale'])
  })

  it('is said in few words', () => {
    const health = watched(24)
    const words = (change: Partial<Report>): string => health.words({ ...report(), ...change })[1]
    assert.match(words({}), /^in sync \d\d:\d\d$/)
    assert.equal(words({ conflicts: 1 }), '1 conflict')
    assert.equal(words({ conflicts: 2 }), '2 conflicts')
    assert.equal(words({ conflicts: 2, heldDeletions: 1 }), '1 deletion held')
    assert.equal(words({ dryRun: true }), 'dry run')
    assert.equal(words({ errors: trouble, conflicts: 2 }), '1 error')
    assert.equal(words({ errors: [{ message: 'no', code: 'calsync.reauthorise' }] }), 're-authorise')
    for (const change of [{ conflicts: 123_456 }, { heldDeletions: 99_999 }]) assert.ok(words(change).length <= 20)
  })
})
