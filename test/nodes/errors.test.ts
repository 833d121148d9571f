import assert from 'node:assert/strict'
import { COMMANDS } from '../../src/runtime/commands'
import { inGoogle, inIcloud, inStep } from './events'
import { Flow, ID } from './flow'
import type { Got } from './flow'
import { changing } from './wiring'

const NONE = { create: 0, update: 0, delete: 0 }
const IDLE = { left: NONE, right: NONE }
type Caught = Got & { error: { message: string; code?: string; source: { id: string } } }
const texts = (caught: readonly Got[]): string[] => (caught as Caught[]).map(({ error }) => error.code ?? error.message)

describe('a source that can’t read', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
  })
  afterEach(() => flow.stop())

  /** Both sources are triggered: one fails. What a Catch node, the source's output and the report say. */
  async function failure(source: 'googleRead' | 'icloudRead') {
    const caught = flow.next('caught')
    const read = flow.next(source)
    const report = await flow.sync()
    const { error } = (await caught) as Caught
    return { error, read: (await read).payload as { kind: string; events: unknown[]; total: number }, report }
  }

  it('with a wrong password sends kind "failed", calls Catch, and nothing is planned', async () => {
    await flow.start({}, { [ID.icloudAccount]: { username: 'anna', password: 'wrong' } })
    const { error, read, report } = await failure('icloudRead')
    assert.deepEqual([read.kind, read.events, read.total], ['failed', [], 0])
    assert.deepEqual([error.code, error.source.id], ['calsync.reauthorise', ID.icloudSource])
    assert.match(error.message, /password/)
    assert.deepEqual(
      report.errors.map(({ code, calendar }) => [code, calendar]),
      [['calsync.reauthorise', 'iCloud']],
    )
    assert.deepEqual([report.planned, report.applied], [IDLE, IDLE])
    assert.deepEqual([report.reads.left?.kind, report.reads.right?.kind], ['full', 'failed'])
    assert.equal(flow.shown.get('icloudSource')?.at(-1), 're-authorise')
    assert.equal(flow.shown.get('reconcile')?.at(-1), 're-authorise')
    assert.deepEqual(flow.takeWrites(), [])
  })

  it('with a revoked login says who has to do what', async () => {
    await flow.start()
    flow.google.tokens.revoked = true
    const { error, report } = await failure('googleRead')
    assert.equal(error.code, 'calsync.reauthorise')
    assert.deepEqual([report.reads.left?.kind, report.planned], ['failed', IDLE])
  })

  it('with an unknown calendar says so, and other calendars go on', async () => {
    await flow.start({ edit: changing('googleCalendar', { calendarId: 'nobody@example.com' }) })
    const { error, report } = await failure('googleRead')
    assert.equal(error.code, 'calsync.calendar-not-found')
    assert.match(error.message, /no such calendar/)
    assert.deepEqual(
      report.errors.map(({ code }) => code),
      ['calsync.calendar-not-found'],
    )
    assert.equal(flow.shown.get('googleSource')?.at(-1), 'no such calendar')
    assert.equal(report.reads.right?.total, 1)
  })

  it('with a server that is down sends kind "failed" and keeps what it knew', async function () {
    await flow.start()
    await flow.sync()
    flow.icloud.interfere = {
      before: () => {
        throw new TypeError('fetch failed')
      },
    }
    const { error, read, report } = await failure('icloudRead')
    assert.deepEqual([error.code, read.kind], ['calsync.unreachable', 'failed'])
    assert.deepEqual([report.planned, report.errors.length], [IDLE, 1])
    assert.ok(report.retries > 0)
    flow.icloud.interfere = {}
    const again = await flow.sync()
    assert.deepEqual([again.errors, again.reads.right?.kind, again.paired], [[], 'incremental', 2])
  })

  it('with an answer that is none says so', async () => {
    await flow.start()
    flow.google.interfere = (stage, { url }) =>
      stage === 'before' && url.pathname.endsWith('/events')
        ? new Response('<html>login to the hotel</html>')
        : undefined
    const { error, report } = await failure('googleRead')
    assert.equal(error.code, 'calsync.bad-answer')
    assert.deepEqual(report.planned, IDLE)
  })

  it('recovers by itself once the trouble is over', async () => {
    await flow.start({ edit: changing('googleCalendar', { calendarId: 'later@example.com' }) })
    await failure('googleRead')
    flow.google.addCalendar({ id: 'later@example.com' })
    const report = await flow.sync()
    assert.deepEqual([report.errors, report.applied.left], [[], { ...NONE, create: 1 }])
  })

  const incomplete: [string, Parameters<typeof changing>, object, string, RegExp][] = [
    ['a calendar without account', ['googleCalendar', { googleAccount: '' }], {}, 'calsync.config', /has no account/],
    [
      'a calendar without id',
      ['googleCalendar', { calendarId: '' }],
      {},
      'calsync.config',
      /calendar id of "Google" is missing/,
    ],
    [
      'an account without login',
      ['tab', {}],
      { [ID.googleAccount]: { clientId: 'client', clientSecret: 'client-secret' } },
      'calsync.reauthorise',
      /"Google": the login \(refresh token\) is missing/,
    ],
    ['a server address that is none', ['icloudAccount', { serverUrl: 'not a url' }], {}, '', /./],
  ]
  for (const [what, change, credentials, code, message] of incomplete) {
    it(`with ${what} says what is missing, to Catch and in the report`, async () => {
      await flow.start({ edit: changing(...change) }, credentials as Record<string, object>)
      const { error, report } = await failure(code === '' ? 'icloudRead' : 'googleRead')
      assert.match(error.message, message)
      if (code !== '') assert.equal(error.code, code)
      assert.doesNotMatch(error.code ?? '', /internal/)
      assert.deepEqual([report.planned, report.errors.length > 0], [IDLE, true])
    })
  }
})

describe('a source without a calendar', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  it('says so to Catch, and sends kind "failed"', async () => {
    await flow.start({ edit: changing('googleSource', { calendar: '' }) })
    const read = flow.next('googleRead')
    const { error } = (await flow.ask('googleSource', {}, 'caught')) as Caught
    assert.equal(error.code, 'calsync.config')
    assert.match(error.message, /choose one/)
    assert.equal(((await read).payload as { kind: string }).kind, 'failed')
  })
})

describe('a sink that can’t write', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  it('reports each operation that failed, and the run plans it again', async () => {
    inGoogle(flow, 'Tea')
    await flow.start()
    flow.icloud.interfere = {
      before: (request) => (request.method === 'PUT' ? new Response('no', { status: 418 }) : undefined),
    }
    const caught = flow.next('caught')
    const report = await flow.sync()
    assert.deepEqual([report.failed, report.applied.right], [1, NONE])
    const [error] = report.errors
    assert.deepEqual([error?.calendar, error?.uid, report.errors.length], ['Privat', flow.inGoogle('Tea').iCalUID, 1])
    assert.match(error?.code ?? '', /^calsync\.bad-answer$/)
    assert.match(error?.message ?? '', /\S/)
    assert.equal(((await caught) as Caught).error.code, 'calsync.bad-answer')
    assert.equal(flow.shown.get('reconcile')?.at(-1), '1 error')
  })

  it('writes the others when the server refuses one', async () => {
    for (const title of ['A', 'B', 'C']) inGoogle(flow, title)
    await flow.start()
    flow.icloud.interfere = {
      before: (request, body) =>
        request.method === 'PUT' && body.includes('SUMMARY:B') ? new Response('no', { status: 403 }) : undefined,
    }
    const report = await flow.sync()
    assert.deepEqual([report.applied.right, report.failed], [{ ...NONE, create: 2 }, 1])
    assert.deepEqual(flow.titles().icloud, ['A', 'C'])
  })

  it('leaves a read-only calendar alone: nothing is tried, and the report says so', async () => {
    await inStep(flow)
    flow.icloud.calendar.access = 'read'
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green tea' })
    flow.icloud.user.set(flow.inIcloud('Coffee').path, 'SUMMARY:Espresso')
    await flow.restart()
    flow.takeRequests()
    const report = await flow.sync()
    assert.deepEqual([report.applied, report.failed], [{ left: { ...NONE, update: 1 }, right: NONE }, 0])
    assert.ok(flow.takeWrites().every((request) => request.startsWith('PATCH')))
    assert.deepEqual(flow.titles().icloud, ['Espresso', 'Tea'])
    assert.deepEqual(report.setAside, [
      { uid: '', summary: 'Privat', reason: 'Privat is read-only for this account: nothing goes there' },
    ])
  })

  it('learns from the refusal that a calendar is read-only whose server does not say so, and tells it once', async () => {
    flow.icloud.options.privileges = false
    inGoogle(flow, 'Tea')
    await flow.start()
    await flow.sync()
    flow.icloud.calendar.access = 'read'
    inGoogle(flow, 'Cake')
    await flow.restart()
    const first = await flow.sync()
    assert.deepEqual(
      first.errors.map(({ code }) => code),
      ['calsync.read-only'],
    )
    flow.takeRequests()
    for (const restart of [false, true]) {
      if (restart) await flow.restart()
      const report = await flow.sync()
      assert.deepEqual([report.errors, report.failed], [[], 0])
      assert.ok(report.setAside.some(({ reason }) => /read-only/.test(reason)))
    }
    assert.deepEqual(flow.takeWrites(), [])
  })
})

describe('bad input', () => {
  let flow: Flow
  beforeEach(async () => {
    flow = new Flow()
    inGoogle(flow, 'Tea')
    await flow.start()
  })
  afterEach(() => flow.stop())
  const caughtBy = async (node: Parameters<Flow['node']>[0], msg: object): Promise<Caught['error']> =>
    ((await flow.ask(node, msg, 'caught')) as Caught).error

  for (const topic of ['Sync', 'hello', '', undefined, 7, null, {}, 'constructor']) {
    it(`a reconcile node gets a message with topic ${JSON.stringify(topic)}: an error lists the commands`, async () => {
      const error = await caughtBy('reconcile', { topic, payload: 1 })
      assert.equal(error.code, 'calsync.invalid-input')
      for (const command of COMMANDS) assert.ok(error.message.includes(command))
    })
  }

  it('a message from a source is never a command, whatever its topic', async () => {
    const report = await flow.report(() => {
      for (const source of ['googleSource', 'icloudSource'] as const) {
        flow.node(source).receive({ _msgid: 'm', topic: 'reset' })
      }
    })
    assert.deepEqual([report.errors, report.applied.right], [[], { ...NONE, create: 1 }])
  })

  it('a message from a source whose topic the flow changed is none either', async () => {
    const read = await flow.ask('googleSource', { _msgid: 'm' }, 'googleRead')
    flow.node('reconcile').receive({ ...read, topic: 'undo' })
    await flow.report(() => flow.node('icloudSource').receive({ _msgid: 'm' }))
    assert.deepEqual(flow.heard('caught'), [])
  })

  for (const dryRun of ['true', 1, null, {}]) {
    it(`msg.dryRun is ${JSON.stringify(dryRun)}: all three nodes refuse it, and nothing is written`, async () => {
      for (const [node, msg] of [
        ['reconcile', { topic: 'sync', dryRun }],
        ['icloudSink', { payload: [], dryRun }],
        ['googleSource', { dryRun }],
      ] as const) {
        const error = await caughtBy(node, msg)
        assert.equal(error.code, 'calsync.invalid-input', node)
        assert.match(error.message, /msg\.dryRun must be true or false/)
      }
      assert.deepEqual(flow.takeWrites(), [])
    })
  }

  for (const fullSync of ['yes', 1, null]) {
    it(`msg.fullSync is ${JSON.stringify(fullSync)}: an error says what it must be`, async () => {
      const error = await caughtBy('googleSource', { fullSync })
      assert.match(error.message, /msg\.fullSync must be true or false/)
    })
  }

  for (const payload of [undefined, null, '']) {
    it(`a sink gets the payload ${JSON.stringify(payload)}: an error says what it must be`, async () => {
      const error = await caughtBy('icloudSink', { payload })
      assert.equal(error.code, 'calsync.invalid-operation')
      assert.match(error.message, /msg\.payload must be an operation or an array/)
    })
  }

  it('a reconcile node gets the read of a third calendar: an error names it', async () => {
    const other = flow.google.addCalendar({ id: 'third@example.com', summary: 'Third' })
    await flow.deploy({
      edit: (nodes) => [
        ...changing('googleSource', { calendar: '00000000000000e2' })(nodes),
        {
          id: '00000000000000e2',
          type: 'calsync-calendar',
          name: 'Third',
          accountType: 'google',
          googleAccount: ID.googleAccount,
          calendarId: other.settings.id,
        },
      ],
    })
    const error = await caughtBy('googleSource', {})
    assert.equal(error.code, 'calsync.wrong-calendar')
    assert.match(error.message, /Third is neither the left nor the right calendar/)
  })

  const wrong: [object, RegExp][] = [
    [{ direction: 'up' }, /direction is "up": it must be one of both, left-to-right, right-to-left/],
    [{ conflictResolution: 'google-first' }, /conflictResolution is "google-first"/],
    [{ when: 'never' }, /when is "never": it must be one of both, any/],
    [{ declined: 'free' }, /declined is "free": it must be one of as-free, leave-out, as-is/],
    [{ pastDays: 'many' }, /pastDays is "many": it must be a number, 0 or more/],
    [{ futureDays: -1 }, /futureDays is -1/],
    [{ maxOperations: '1e999' }, /maxOperations is "1e999"/],
    [{ deletionLimit: {} }, /deletionLimit is \{\}/],
    [{ staleAfter: 'x' }, /staleAfter is "x"/],
    [{ left: ID.googleCalendar, right: ID.googleCalendar }, /same calendar/],
  ]
  for (const [reconcile, message] of wrong) {
    it(`a reconcile node with ${JSON.stringify(reconcile)} says what is wrong to each message`, async () => {
      await flow.deploy({ reconcile: reconcile as Record<string, unknown> })
      const error = await caughtBy('reconcile', { topic: 'sync' })
      assert.equal(error.code, 'calsync.config')
      assert.match(error.message, message)
    })
  }

  it('two nodes that name the same calendar as left and right are told so', async () => {
    await flow.deploy({
      edit: changing('icloudCalendar', { accountType: 'google', calendarId: 'someone@example.com' }),
    })
    const error = await caughtBy('reconcile', { topic: 'sync' })
    assert.match(error.message, /same calendar/)
    const report = flow.heard('report').at(-1)?.payload as { errors: { code: string }[] }
    assert.deepEqual(
      report.errors.map(({ code }) => code),
      ['calsync.config'],
    )
  })

  it('never brings Node-RED down, nor one node another', async () => {
    flow.node('reconcile').receive({ calsync: { reads: [null, 5, { node: {} }] } })
    flow.node('reconcile').receive({ calsync: 'mine' })
    flow.node('icloudSink').receive({ payload: [[[]], { plan: { run: {} } }, { id: 5, plan: null }] })
    const report = await flow.sync()
    assert.deepEqual([report.errors, flow.titles().icloud], [[], ['Tea']])
    assert.ok(
      texts(flow.heard('caught')).every((text) => text !== 'calsync.internal'),
      texts(flow.heard('caught')).join(),
    )
  })
})
