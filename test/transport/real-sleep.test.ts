import assert from 'node:assert/strict'
import { realSleep } from '../../src/transport/real-sleep'

describe('The real timer', () => {
  it('resolves after some time, in the order of the times', async () => {
    const order: number[] = []
    await Promise.all([30, 1, 10].map((ms) => realSleep(ms).then(() => order.push(ms))))
    assert.deepEqual(order, [1, 10, 30])
  })

  it('rejects with the reason when it is told to stop, before or while it waits', async () => {
    const reason = new Error('stopped')
    await assert.rejects(realSleep(1e6, AbortSignal.abort(reason)), reason)
    const controller = new AbortController()
    const sleeping = realSleep(1e6, controller.signal)
    controller.abort(reason)
    await assert.rejects(sleeping, reason)
  })

  it('does not fire at once for a time that is too long for a timer', async () => {
    const controller = new AbortController()
    const sleeping = realSleep(2 ** 40, controller.signal).then(() => 'fired')
    assert.equal(await Promise.race([sleeping, realSleep(20).then(() => 'still asleep')]), 'still asleep')
    controller.abort()
    await assert.rejects(sleeping)
  })
})
