import assert from 'node:assert/strict'
import { shortScenario } from './carried'
import { nodeRed4 } from './node-red-4'
import { newStage } from './stage'

describe('Two calendars in Node-RED 4.1', function () {
  it('come in step, stay so, and go on after a restart', async function () {
    const red = await nodeRed4()
    if (red === undefined) this.skip()
    const stage = await newStage(red)
    try {
      await shortScenario(stage)
      await stage.site.stop()
      assert.ok(stage.site.log.some((line) => /Node-RED version: v4\.1\./.test(line)))
    } finally {
      await stage.close()
    }
  })
})
