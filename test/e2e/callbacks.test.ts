import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { FlowNode } from '../demo/admin'
import { Examples } from './examples-stage'
import { nodeRed4 } from './node-red-4'
import type { Report } from './site'

const EXAMPLE = 'sync-over-http'
/** Of the example: its flow, and the source that a request comes to. */
const [TAB, SOURCE] = ['14140e88d8b4eb48', '6524df83debaa659']

/** A request whose message the flow makes into one that can't be copied. */
const MORE: FlowNode[] = [
  { id: '72e0b3a5c1d94f61', type: 'http in', z: TAB, url: '/odd', method: 'post', wires: [['72e0b3a5c1d94f62']] },
  {
    id: '72e0b3a5c1d94f62',
    type: 'function',
    z: TAB,
    outputs: 1,
    libs: [],
    func: `
      const boom = () => { throw new Error('boom') }
      const revoked = Proxy.revocable({}, {})
      revoked.revoke()
      msg.payload = { get uid() { return boom() } }
      msg.proxy = new Proxy({}, { get: boom, ownKeys: boom, getPrototypeOf: boom })
      msg.revoked = revoked.proxy
      msg.deep = JSON.parse('{"a":'.repeat(6000) + '1' + '}'.repeat(6000))
      return msg`,
    wires: [[SOURCE]],
  },
  { id: '72e0b3a5c1d94f63', type: 'complete', z: TAB, scope: [SOURCE], wires: [[]] },
]

describe('A request whose message can’t be copied', () => {
  const versions = { 'Node-RED 5': () => Promise.resolve(undefined), 'Node-RED 4.1': nodeRed4 }
  for (const [version, install] of Object.entries(versions)) {
    it(`does not end ${version}, and is answered with the report`, async function () {
      const red = await install()
      if (red === undefined && version !== 'Node-RED 5') this.skip()
      const examples = await Examples.import([EXAMPLE], MORE, red)
      try {
        const deep = `${'{"a":'.repeat(6000)}1${'}'.repeat(6000)}`
        for (const path of ['calsync/sync', 'odd', 'calsync/sync']) {
          const answer = await askOnceThere(new URL(path, examples.nodeRed.url), deep)
          assert.equal(answer.status, 200)
          assert.deepEqual(((await answer.json()) as Report).errors, [])
        }
      } finally {
        await examples.close()
      }
    })
  }
})

/** A deploy is answered before its nodes are there. */
async function askOnceThere(address: URL, body: string): Promise<Response> {
  for (let tries = 100; ; tries -= 1) {
    const answer = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    if (answer.status !== 404 || tries === 0) return answer
    await setTimeout(100)
  }
}
