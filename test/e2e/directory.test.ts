import assert from 'node:assert/strict'
import { newStage } from './stage'

describe('Two Node-REDs on one user directory', () => {
  it('do not both sync: the second says so, and goes on when the first was killed', async () => {
    const stage = await newStage()
    const { site } = stage
    try {
      await site.report(() => site.install())
      const second = await site.beside()
      await second.start()
      const refused = await second.sync()
      assert.deepEqual(
        refused.errors.map(({ code }) => code),
        ['calsync.store-in-use', 'calsync.store-in-use'],
      )
      assert.ok(second.running.log.some((line) => line.includes('Another Node-RED works on')))
      assert.deepEqual((await site.sync()).errors, [])
      await site.kill()
      assert.deepEqual((await second.sync()).errors, [])
      await second.stop()
      await second.listener.close()
    } finally {
      await stage.close()
    }
  })
})
