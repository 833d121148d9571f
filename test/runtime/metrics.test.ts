import assert from 'node:assert/strict'
import { bareUrl } from '../../src/runtime/log'
import { Metrics } from '../../src/runtime/metrics'
import { emptyReport } from '../../src/runtime/report'

const AT = Date.UTC(2026, 5, 1, 8)
const names = { left: 'Private "A"', right: 'Work' }

describe('the metrics page', () => {
  it('names a pair as its node does, left first, and not anew for a node that has it the other way round', () => {
    const metrics = new Metrics()
    assert.equal(metrics.nameOf({ left: 'Work', right: 'Private' }), 'Work ↔ Private')
    assert.equal(metrics.nameOf({ left: 'Private', right: 'Work' }), 'Work ↔ Private')
  })

  it('counts runs, operations and errors per pair, and tells of the last success, in OpenMetrics', async () => {
    const metrics = new Metrics()
    const good = emptyReport('1', names, AT, false)
    good.applied.right = { create: 3, update: 1, delete: 0 }
    good.conflicts = 2
    good.paired = 40
    good.finishedAt = new Date(AT + 2500).toISOString()
    await metrics.ran(good)
    const bad = emptyReport('2', { left: names.right, right: names.left }, AT + 60_000, false)
    bad.errors.push({ message: 'no', code: 'calsync.unreachable' })
    await metrics.ran(bad)
    await metrics.ran({ ...good, dryRun: true })

    const { contentType, text } = await metrics.page()
    assert.match(contentType, /^application\/openmetrics-text/)
    assert.ok(text.trimEnd().endsWith('# EOF'))
    const pair = 'pair="Private \\"A\\" ↔ Work"'
    for (const line of [
      `calsync_runs_total{${pair},result="success"} 1`,
      `calsync_runs_total{${pair},result="error"} 1`,
      `calsync_operations_total{${pair},calendar="Work",action="create"} 3`,
      `calsync_errors_total{${pair},code="calsync.unreachable"} 1`,
      `calsync_conflicts{${pair}} 0`,
      `calsync_last_success_timestamp_seconds{${pair}} ${(AT + 2500) / 1000}`,
      `calsync_run_duration_seconds_count{${pair}} 2`,
    ]) {
      assert.ok(text.includes(line), `${line} is missing in\n${text}`)
    }
  })
})

describe('an address in a log line', () => {
  it('has no credentials, query or fragment', () => {
    assert.equal(bareUrl('https://anna:secret@dav.example.org/a/b?token=secret#x'), 'https://dav.example.org/a/b')
    assert.equal(bareUrl('secret'), 'an address that is none')
  })
})
