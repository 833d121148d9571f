import assert from 'node:assert/strict'
import { answer, lastHeld } from './dialogue'
import type { Status } from './dialogue'
import { DAY, HOUR, MINUTE, resetClock, setClock } from './clock'
import { at, inGoogle, inIcloud, inStep } from './events'
import { Flow } from './flow'

const NONE = { create: 0, update: 0, delete: 0 }

describe('a clock that jumps', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(async () => {
    resetClock()
    await flow.stop()
  })
  const editTea = (change: object): unknown => flow.google.user.edit(flow.inGoogle('Tea').id ?? '', change as never)

  for (const ahead of [-20_000 * DAY, -400 * DAY, -2 * DAY, 2 * DAY, 400 * DAY, 4000 * DAY]) {
    it(`by ${ahead / DAY} days, and back, deletes nothing, doubles nothing, and hides nothing that came meanwhile`, async () => {
      await inStep(flow)
      setClock(ahead)
      await flow.restart()
      resetClock()
      inGoogle(flow, 'Cake', at(5))
      inIcloud(flow, 'Cookies', 6)
      editTea({ location: 'Kitchen' })
      setClock(ahead)
      const wrong = await flow.sync()
      assert.deepEqual([wrong.applied.left.delete, wrong.applied.right.delete, wrong.errors], [0, 0, []])
      assert.match(flow.inIcloud('Tea').text, /LOCATION:Kitchen/)
      resetClock()
      await flow.sync()
      const titles = ['Cake', 'Coffee', 'Cookies', 'Tea']
      assert.deepEqual(flow.titles(), { google: titles, icloud: titles })
      assert.deepEqual((await flow.sync()).planned, { left: NONE, right: NONE })
    })
  }

  it('from 1970 at the first sync, as on a computer without a clock of its own, hides nothing', async () => {
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
    setClock(-Date.now())
    await flow.start()
    await flow.sync()
    resetClock()
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Tea'], icloud: ['Coffee', 'Tea'] })
  })

  describe('and the limit of deletions', () => {
    const removed = async (...numbers: number[]): Promise<number> => {
      for (const n of numbers) flow.google.user.delete(flow.inGoogle(`E${n}`).id ?? '')
      return (await flow.sync()).applied.right.delete
    }
    beforeEach(async () => {
      for (let n = 0; n < 14; n += 1) inGoogle(flow, `E${n}`, at(n + 1))
      await flow.start()
      await flow.sync()
    })

    it('counts what was deleted less than 24 hours ago', async () => {
      assert.equal(await removed(0, 1, 2, 3, 4), 5)
      setClock(23 * HOUR)
      assert.equal(await removed(5), 0)
    })

    it('forgets what was deleted more than 24 hours ago', async () => {
      assert.equal(await removed(0, 1, 2, 3), 4)
      setClock(24 * HOUR + MINUTE)
      assert.equal(await removed(4, 5), 2)
    })

    it('still counts when the clock was set back by some hours', async () => {
      assert.equal(await removed(0, 1, 2, 3, 4), 5)
      setClock(-5 * HOUR)
      assert.equal(await removed(5), 0)
      assert.equal(lastHeld(flow).count, 1)
    })

    it('does not hold everything for a year when the clock was a year ahead', async () => {
      setClock(365 * DAY)
      assert.equal(await removed(0, 1, 2, 3), 4)
      resetClock()
      assert.equal(await removed(4, 5), 2)
    })
  })

  it('ends a rest of an hour after an hour, and not before', async () => {
    await inStep(flow)
    const otherTool = (): void => {
      const { google, icloud } = flow.titles()
      if (google.includes('Tea')) editTea({ summary: 'Green Tea' })
      else if (icloud.includes('Green Tea')) flow.icloud.user.set(flow.inIcloud('Green Tea').path, 'SUMMARY:Tea')
    }
    editTea({ summary: 'Green Tea' })
    for (let run = 0; run < 7; run += 1) {
      await flow.sync()
      otherTool()
    }
    assert.equal((await flow.sync()).setAside.length, 1)
    setClock(50 * MINUTE)
    assert.deepEqual((await flow.sync()).planned, { left: NONE, right: NONE })
    setClock(62 * MINUTE)
    assert.equal((await flow.sync()).applied.right.update, 1)
    assert.deepEqual(flow.titles().icloud, ['Coffee', 'Green Tea'])
  })

  it('does not leave a dead login alone for longer than it should', async () => {
    await inStep(flow)
    setClock(365 * DAY)
    flow.google.tokens.revoked = true
    assert.equal((await flow.sync()).errors[0]?.code, 'calsync.reauthorise')
    flow.google.tokens.revoked = false
    resetClock()
    assert.deepEqual((await flow.sync()).errors, [])
  })

  it('leaves the history in order', async () => {
    await inStep(flow)
    setClock(30 * DAY)
    editTea({ summary: 'Green Tea' })
    const { run } = await flow.sync()
    resetClock()
    flow.google.user.edit(flow.inGoogle('Green Tea').id ?? '', { summary: 'White Tea' })
    await flow.sync()
    const { runs, lost, successRate } = await answer<Status>(flow, 'status')
    assert.deepEqual([runs[1]?.run, lost.length, successRate], [run, 2, 1])
  })
})
