import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { clash } from './dialogue'
import { inStep } from './events'
import { Flow } from './flow'

type Answer = { status: number; text: string; headers: Record<string, string> }
type Asking = {
  get(path: string): Asking & PromiseLike<Answer>
  set(name: string, value: string): Asking & PromiseLike<Answer>
}
const helper = createRequire(__filename)('node-red-node-test-helper') as { request(): Asking }

describe('the metrics page of a Node-RED', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  it('is served to its user, and to no page of another site', async () => {
    await inStep(flow)
    const { status, text } = await helper.request().get('/calsync/metrics')
    assert.equal(status, 200)
    assert.match(text, /calsync_runs_total\{pair="[^"]+",result="success"\} \d+/)
    for (const secret of ['app-pass-word-xxxx', 'client-secret', 'refresh-token']) assert.ok(!text.includes(secret))
    const cross = await helper.request().get('/calsync/metrics').set('sec-fetch-site', 'cross-site')
    const foreign = await helper.request().get('/calsync/metrics').set('origin', 'https://evil.example.com')
    assert.deepEqual([cross.status, foreign.status], [403, 403])
  })

  it('tells of each pair under one name how its runs went and what is open, also while reading fails', async () => {
    await inStep(flow)
    clash(flow)
    await flow.sync()
    flow.google.interfere = (stage, { url }) =>
      stage === 'before' && url.pathname.endsWith('/events') ? new Response('<html>no</html>') : undefined
    const { errors } = await flow.sync()
    assert.equal(errors.length, 1)
    const { text } = await helper.request().get('/calsync/metrics')
    const pair = 'pair="Privat ↔ someone@example.com"'
    const of = (name: string, labels = ''): number[] => {
      const start = `${name}{${pair}${labels}} `
      const lines = text.split('\n').filter((line) => line.startsWith(start))
      return lines.map((line) => Number(line.slice(start.length)))
    }
    const [good = 0] = of('calsync_runs_total', ',result="success"')
    assert.ok(good >= 3)
    assert.deepEqual(of('calsync_runs_total', ',result="error"').length, 1)
    assert.deepEqual(of('calsync_conflicts'), [1])
    assert.deepEqual(of('calsync_paired_events'), [2])
    assert.ok((of('calsync_errors_total', ',code="calsync.bad-answer"')[0] ?? 0) >= 1)
    assert.ok((of('calsync_operations_total', ',calendar="Privat",action="create"')[0] ?? 0) >= 1)
    const [last = 0] = of('calsync_last_success_timestamp_seconds')
    assert.ok(Math.abs(last * 1000 - Date.now()) < 60_000)
    assert.ok((of('calsync_run_duration_seconds_count')[0] ?? 0) > good)
  })
})
