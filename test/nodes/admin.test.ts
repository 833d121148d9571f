import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
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
})
