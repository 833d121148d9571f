import assert from 'node:assert/strict'
import { inGoogle, inIcloud } from './events'
import { Flow, ID } from './flow'
import type { Got, Name } from './flow'

type Caught = Got & { error: { message: string; code?: string; source: { id: string } } }
const OF_GOOGLE: readonly Name[] = ['googleAccount', 'googleSource', 'reconcile', 'googleSink']

describe('a login that dies', () => {
  let flow: Flow
  beforeEach(async () => {
    flow = new Flow()
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
    await flow.start()
    await flow.sync()
  })
  afterEach(() => flow.stop())

  /** Node-RED's test helper tells of a status in the next tick. */
  const last = async (name: Name): Promise<string | undefined> => {
    await new Promise((resolve) => setImmediate(resolve))
    return flow.shown.get(name)?.at(-1)
  }

  it('shows on the account and on each node that depends on it, and on no other', async () => {
    flow.google.tokens.endLogins()
    await flow.sync()
    for (const name of OF_GOOGLE) assert.equal(await last(name), 're-authorise', name)
    for (const name of ['icloudAccount', 'icloudSource', 'icloudSink'] as const) {
      assert.notEqual(await last(name), 're-authorise', name)
    }
  })

  it('shows as well where it is a password, on the other side, and no longer once it works again', async () => {
    const { password } = flow.icloud.options
    flow.icloud.options.password = 'another'
    await flow.sync()
    const ofIcloud = ['icloudAccount', 'icloudSource', 'reconcile', 'icloudSink'] as const
    for (const name of ofIcloud) assert.equal(await last(name), 're-authorise', name)
    flow.icloud.options.password = password
    await flow.deploy()
    await flow.sync()
    for (const name of ofIcloud) assert.notEqual(await last(name), 're-authorise', name)
    assert.equal(await last('googleSource'), '2 events')
  })

  it('is one error for a Catch node, that explains the seven days and what to do', async () => {
    flow.google.tokens.endLogins()
    await flow.sync()
    await new Promise((resolve) => setImmediate(resolve))
    const [caught, ...others] = flow.heard('caught') as Caught[]
    assert.deepEqual([caught?.error.code, caught?.error.source.id], ['calsync.reauthorise', ID.googleSource])
    assert.equal(others.length, 0)
    for (const words of [/press Connect/, /seven days/, /"Publish app"/, /secret need not be entered again/]) {
      assert.match(caught?.error.message ?? '', words)
    }
  })

  it('is repaired by a new token, deployed beside the client secret that was there', async () => {
    flow.google.tokens.endLogins()
    await flow.sync()
    flow.useCredentials({
      [ID.googleAccount]: {
        clientId: 'client',
        clientSecret: 'client-secret',
        refreshToken: flow.google.tokens.newLogin(),
      },
    })
    await flow.deploy()
    const report = await flow.sync()
    assert.deepEqual(report.errors, [])
    for (const name of OF_GOOGLE) assert.notEqual(await last(name), 're-authorise', name)
  })
})
