import assert from 'node:assert/strict'
import type { CalendarInfo } from '../../src/event/calendar'
import type { CheckAnswer, CheckLine } from '../../src/runtime/check'
import { checkWishIn } from '../../src/runtime/check'
import { checkRoutes } from '../../src/runtime/check-routes'
import { Checks, UNASKED } from '../../src/runtime/checks'
import type { Engine } from '../../src/runtime/engine'
import type { NodeAPI } from '../../src/runtime/node-red'
import { whyNotScratch } from '../../src/runtime/scratch'
import { SimulatedTime } from '../transport/simulated-time'

const LINE: CheckLine = { id: 'a.b', says: 'It is so.', outcome: 'as expected', saw: 'So it is.', seen: 'So it is.' }
const ANSWER: CheckAnswer = { text: 'All is well.', lines: [LINE], report: 'report' }

describe('The checks that dialogs have begun', () => {
  let time: SimulatedTime
  let checks: Checks
  beforeEach(() => {
    let keys = 0
    time = new SimulatedTime()
    checks = new Checks(time.now, time.sleep, () => `key${(keys += 1)}`)
  })

  const endless = (_: unknown, signal: AbortSignal): Promise<CheckAnswer> =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

  it('show what was found so far, and then the answer, once', async () => {
    let finish: (answer: CheckAnswer) => void = () => undefined
    const id = checks.begin((tell) => {
      tell(LINE, 2)
      return new Promise((resolve) => (finish = resolve))
    })
    assert.deepEqual(checks.state(id), { is: 'running', lines: [LINE], of: 2 })
    finish(ANSWER)
    await time.pass(0)
    assert.deepEqual(checks.state(id), { is: 'done', ...ANSWER })
    assert.throws(() => checks.state(id), { code: 'calsync.no-such-check' })
    assert.equal(time.sleeping, 0)
  })

  it('are given up once nobody asks for them any more, and not before', async () => {
    const [asked, forgotten] = [checks.begin(endless), checks.begin(endless)]
    for (let passed = 0; passed <= UNASKED; passed += 30_000) {
      await time.pass(30_000)
      assert.equal(checks.state(asked).is, 'running')
    }
    assert.equal(checks.state(forgotten).is, 'failed')
  })

  it('are given up after a quarter of an hour, whoever asks', async () => {
    const id = checks.begin(endless)
    let state = checks.state(id)
    for (let passed = 0; state.is === 'running' && passed < 20; passed += 1) {
      await time.pass(60_000)
      state = checks.state(id)
    }
    assert.equal(state.is, 'failed')
  })

  it('are three at most, of those that are under way', async () => {
    const ids = [1, 2, 3].map(() => checks.begin(endless))
    assert.throws(() => checks.begin(endless), { code: 'calsync.busy' })
    checks.cancel(ids[0]!)
    await time.pass(0)
    assert.ok(checks.begin(endless))
  })
})

describe('The routes of a check', () => {
  it('need the permission to write the account and to deploy, and take JSON only', () => {
    const engine = { around: { now: () => 0, sleep: () => Promise.resolve() } } as unknown as Engine
    const routes = checkRoutes({} as NodeAPI, engine, () => 'key')
    assert.equal(routes.length, 6)
    for (const { method, path, permission } of routes) {
      const type = path.split('/')[2] ?? ''
      assert.deepEqual([method, permission], ['post', [`calsync-${type}-account.write`, 'flows.write']])
    }
  })
})

describe('A scratch calendar', () => {
  const info: CalendarInfo = { id: '/home/', identity: 'x:/home/', name: 'Home', provider: 'icloud', writable: true }
  const why = (calendar: CalendarInfo, pairs: number): Promise<string | undefined> => {
    const RED = { nodes: { eachNode: () => undefined } } as unknown as NodeAPI
    const engine = { pairsWith: (identity: string) => Promise.resolve(identity === info.identity ? Array(pairs) : []) }
    return whyNotScratch(RED, engine as unknown as Engine)(calendar)
  }

  it('is none that is synced, and none that is the main one of its account', async () => {
    assert.equal(await why(info, 1), '"Home" is or was synced by this Node-RED.')
    assert.equal(await why({ ...info, primary: true }, 0), '"Home" is the main calendar of the account.')
    assert.equal(await why(info, 0), undefined)
  })

  it('is named by texts, and a second one only beside a first', () => {
    assert.deepEqual(checkWishIn({ scratch: ' A ', second: 'B', confirm: true }), {
      scratch: 'A',
      second: 'B',
      confirm: true,
    })
    assert.deepEqual(checkWishIn({ scratch: '', second: 'B' }), { confirm: false })
    for (const nothing of [undefined, null, 12, 'x', []]) assert.deepEqual(checkWishIn(nothing), { confirm: false })
  })
})
