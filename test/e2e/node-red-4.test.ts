import assert from 'node:assert/strict'
import { shortScenario } from './carried'
import type { OldNodeRed } from './old-node-red'
import { installNodeRed4 } from './old-node-red'
import { newStage } from './stage'

describe('Two calendars in Node-RED 4.1', function () {
  this.timeout(120_000)
  let old: OldNodeRed | undefined

  before(async function () {
    old = await installNodeRed4()
    if (!old) this.skip()
  })
  after(() => old?.remove())

  it('come in step, stay so, and go on after a restart', async () => {
    const stage = await newStage(old?.red)
    try {
      await shortScenario(stage)
      await stage.site.stop()
      assert.ok(stage.site.log.some((line) => /Node-RED version: v4\.1\./.test(line)))
    } finally {
      await stage.close()
    }
  })
})
