import assert from 'node:assert/strict'
import { Health } from '../../src/runtime/health'
import type { HealthFile, KeptHealth } from '../../src/runtime/health'
import { emptyReport } from '../../src/runtime/report'
import type { Report } from '../../src/runtime/report'
import { SimulatedTime } from '../transport/simulated-time'

const HOUR = 3600_000
const START = Date.UTC(2026, 5, 1, 8)

describe('health', () => {
  let time: SimulatedTime
  let told: string[]
  let texts: string[]
  let warned: unknown[]
  let written: number
  let onDisk: KeptHealth | null
  let closing: AbortController
  beforeEach(() => {
    time = new SimulatedTime(START)
    told = []
    texts = []
    warned = []
    written = 0
    onDisk = null
    closing = new AbortController()
  })
  afterEach(() => closing.abort(new Error('closed')))

  /** What lies on the disk, however often the process is started anew. */
  const open = (): Promise<HealthFile> =>
    Promise.resolve({
      get value() {
        return onDisk
      },
      write: (value) => {
        onDisk = value
        written += 1
        return Promise.resolve()
      },
    })

  function watched(hours: number, setBack: () => number = () => 0, file = open): Health {
    const now = (): number => time.now() - setBack()
    const tell = (topic: string, { text }: { text: string }): void => void (told.push(topic), texts.push(text))
    const health = new Health(
      hours,
      () => ({ left: 'A', right: 'B' }),
      now,
      file,
      tell,
      (trouble) => warned.push(trouble),
    )
    health.watch(time.sleep, closing.signal).catch(() => undefined) // ends with the test
    return health
  }
  /** The process ends, and another one begins so many hours later. */
  async function restarted(hours: number, off = 0): Promise<Health> {
    closing.abort(new Error('restarted'))
    closing = new AbortController()
    await time.pass(off * HOUR)
    return watched(hours)
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
    await health.ran(report(trouble))
    await time.pass(2 * HOUR)
    assert.deepEqual(told, ['stale'])
    await time.pass(48 * HOUR)
    assert.deepEqual(told, ['stale'])
    await health.ran(report(trouble))
    assert.deepEqual(told, ['stale'])
    await health.ran(report())
    await health.ran(report())
    assert.deepEqual(told, ['stale', 'recovered'])
    await time.pass(25 * HOUR)
    assert.deepEqual(told, ['stale', 'recovered', 'stale'])
  })

  it('is not proved by a dry run', async () => {
    const health = watched(2)
    await time.pass(HOUR)
    await health.ran(report([], true))
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
    await health.ran(report())
    back = 365 * 24 * HOUR
    await time.pass(25 * HOUR)
    assert.deepEqual(told, ['stale'])
  })

  it('counts from the last success, not from the last restart, and is told once however often it is restarted', async () => {
    await watched(24).ran(report())
    for (let night = 0; night < 5; night += 1) {
      await time.pass(23 * HOUR)
      await restarted(24, 0.5)
    }
    assert.deepEqual(told, ['stale'])
    assert.deepEqual(texts, ['No sync of A and B has succeeded since 1 Jun, 08:00.'])
    await (await restarted(24)).ran(report())
    assert.deepEqual(told, ['stale', 'recovered'])
    assert.equal(texts[1], 'A and B are synced again.')
    await restarted(24)
    await time.pass(23 * HOUR)
    assert.deepEqual(told, ['stale', 'recovered'])
  })

  it('counts from the first start where no run has ever succeeded', async () => {
    watched(24)
    await time.pass(20 * HOUR)
    await restarted(24)
    await time.pass(5 * HOUR)
    assert.deepEqual(told, ['stale'])
  })

  it('is written down at most once in a quarter of an hour', async () => {
    const health = watched(24)
    for (let minute = 0; minute < 600; minute += 5) {
      await time.pass(5 * 60_000)
      await health.ran(report())
    }
    assert.ok(written <= 1 + 600 / 15, String(written))
    assert.ok(onDisk && time.now() - onDisk.since <= 15 * 60_000)
  })

  it('is told all the same where the disk takes nothing, which is told, too', async () => {
    watched(
      24,
      () => 0,
      () => Promise.reject(new Error('the disk is full')),
    )
    await time.pass(25 * HOUR)
    assert.deepEqual([told, warned.map(String)], [['stale'], ['Error: the disk is full']])
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
