import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { inGoogle } from '../nodes/events'
import { Flow, ID } from '../nodes/flow'
import type { Got, Name } from '../nodes/flow'
import { changing } from '../nodes/wiring'

// A rejection that nobody handles ends Node-RED, and so does it the test run: mocha reports it.

type LogHandler = { emit(event: string, line: { level: number; msg: unknown }): void }
const { log, events, hooks } = createRequire(__filename)('@node-red/util') as {
  log: { addHandler(handler: LogHandler): void; removeHandler(handler: LogHandler): void }
  events: { on(name: string, hear: () => void): void; removeListener(name: string, hear: () => void): void }
  hooks: { add(name: string, hook: (event: object) => void): void; remove(name: string): void }
}

const boom = (): never => {
  throw new Error('boom')
}
const traps = new Proxy(
  {},
  { get: () => boom, ownKeys: boom, has: boom, getPrototypeOf: boom, getOwnPropertyDescriptor: boom },
)
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const deep = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)
const cyclic = (): object => {
  const self: Record<string, unknown> = { uid: 'x' }
  self['self'] = self
  return self
}
class Odd {
  readonly uid = 'odd'
  toString(): string {
    return boom()
  }
  toJSON(): never {
    return boom()
  }
}

/** What a flow may hand over in a property, by name. Each is made anew: a node may change it. */
const VALUES: Readonly<Record<string, () => unknown>> = {
  'is nested 6,000 levels deep': () => deep(6000),
  'has a getter that throws': () => ({
    action: 'delete',
    uid: 'x',
    get event() {
      return boom()
    },
  }),
  'has a getter that throws no error': () => ({
    get uid() {
      throw Object.create(null) as Error
    },
  }),
  'has a getter that throws a revoked proxy': () => ({
    get uid() {
      throw revoked() as Error
    },
  }),
  'is a proxy whose traps throw': () => traps,
  'is a proxy that was revoked': revoked,
  'is cyclic': cyclic,
  'is a bigint': () => 10n,
  'holds bigints': () => ({ action: 1n, uid: 2n, id: 3n, choice: 4n, event: { summary: 5n } }),
  'is a symbol': () => Symbol('payload'),
  'holds symbols': () => ({ action: Symbol('a'), uid: Symbol('b'), id: Symbol('c') }),
  'is a function': () => boom,
  'is an instance of a class that shows itself badly': () => new Odd(),
  'is a date that is none': () => new Date(NaN),
  'has no prototype': () => Object.create(null) as unknown,
  'holds operations of all these kinds': () => [
    traps,
    revoked(),
    cyclic(),
    1n,
    Symbol('x'),
    boom,
    new Odd(),
    deep(6000),
    null,
  ],
}

/** No error that calls itself a defect. */
const CLEAR = /^calsync\.invalid-(operation|event|input)$/

/** A Complete node for each kind of node, besides the Catch node: for both, Node-RED copies the message. */
const everywhere = changing('complete', { scope: [ID.googleSource, ID.reconcile, ID.googleSink] })

describe('A message that can’t be copied', () => {
  let flow: Flow
  before(async () => {
    flow = new Flow()
    inGoogle(flow, 'Tea')
    await flow.start({ edit: everywhere })
    await flow.sync()
  })
  after(() => flow.stop())

  /** The error that a message ends in, as a Catch node gets it. */
  async function caught(name: Name, msg: object): Promise<{ message: string; code: string }> {
    const got = await flow.ask(name, msg, 'caught')
    return (got as Got & { error: { message: string; code: string } }).error
  }

  for (const [what, make] of Object.entries(VALUES)) {
    it(`since its payload ${what} is read by a source, which needs none`, async () => {
      const { payload } = await flow.ask('googleSource', { payload: make() }, 'googleRead')
      assert.equal((payload as { kind: string }).kind, 'incremental')
    })

    it(`since its payload ${what} ends in an error for a Catch node`, async () => {
      assert.match((await caught('googleSink', { payload: make() })).code, CLEAR)
      assert.match((await caught('reconcile', { topic: 'resolve', payload: make() })).code, CLEAR)
      assert.match((await caught('reconcile', { topic: make() })).code, CLEAR)
    })

    it(`since another property ${what} sets off a run, and what can’t be copied is left out`, async () => {
      const report = await flow.ask('reconcile', { topic: 'sync', more: make(), kept: 1 }, 'report')
      assert.deepEqual([report.topic, report['kept']], ['report', 1])
    })
  }

  it('does not keep the next run from its end', async () => {
    assert.deepEqual((await flow.sync()).errors, [])
  })
})

describe('What Node-RED throws at a node', () => {
  let flow: Flow
  before(async () => {
    flow = new Flow()
    inGoogle(flow, 'Tea')
    await flow.start({ edit: everywhere })
    await flow.sync()
  })
  after(() => flow.stop())
  const ends: (() => void)[] = []
  afterEach(() => {
    for (const stop of ends.splice(0)) stop()
  })

  it('when it shows a status is no trouble', async () => {
    events.on('node-status', boom)
    ends.push(() => events.removeListener('node-status', boom))
    inGoogle(flow, 'Coffee')
    const report = await flow.sync()
    assert.deepEqual([report.errors, report.applied.right.create], [[], 1])
    assert.equal((await caughtBy(flow)).code, 'calsync.invalid-input')
  })

  it('when a line is logged is no trouble', async () => {
    const handler = { emit: (_: string, { level }: { level: number }) => (level < METRIC ? boom() : undefined) }
    log.addHandler(handler)
    ends.push(() => log.removeHandler(handler))
    inGoogle(flow, 'Cake')
    const report = await flow.sync()
    assert.deepEqual([report.errors, report.applied.right.create], [[], 1])
  })

  for (const hook of ['onSend', 'preRoute', 'preDeliver', 'onComplete']) {
    it(`by a hook (${hook}) is no trouble for what comes later`, async () => {
      hooks.add(`${hook}.hostile`, boom)
      ends.push(() => hooks.remove(`${hook}.hostile`))
      const completed = new Promise((resolve) => flow.node('reconcile').on('call:error', resolve))
      flow.node('reconcile').receive({ topic: 'status' })
      await completed
      for (const stop of ends.splice(0)) stop()
      assert.deepEqual((await flow.sync()).errors, [])
    })
  }

  it('when operations are sent leaves them to the next run', async () => {
    const node = flow.node('reconcile') as unknown as { send: (outputs: readonly unknown[]) => void }
    const { send } = node
    node.send = (outputs) => (outputs[1] ? boom() : send.call(node, outputs))
    inGoogle(flow, 'Sandwich')
    const { notCarriedOut, applied } = await flow.sync()
    assert.deepEqual([notCarriedOut, applied.right.create], [1, 0])
    node.send = send
    assert.equal((await flow.sync()).applied.right.create, 1)
  })

  for (const name of ['googleSource', 'reconcile', 'googleSink', 'googleAccount', 'icloudAccount'] as const) {
    it(`when it is closed (${name}) does not keep it from that`, async () => {
      const node = flow.node(name) as unknown as { status: () => void; close: (removed: boolean) => Promise<void> }
      node.status = boom
      await node.close(false)
    })
  }
})

/** The level of lines that Node-RED writes about each message. */
const METRIC = 98

async function caughtBy(flow: Flow): Promise<{ code: string }> {
  return ((await flow.ask('reconcile', { topic: 'nonsense' }, 'caught')) as Got & { error: { code: string } }).error
}
