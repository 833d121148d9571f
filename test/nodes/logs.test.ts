import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { answer, clash } from './dialogue'
import { inGoogle, inIcloud, inStep } from './events'
import { Flow, ID } from './flow'
import { PASSWORD } from './wiring'

type Line = { level: number; msg: unknown; id?: string; type?: string }
type Entry = { message: string; calsync: Record<string, unknown> }
type Handler = { emit(event: 'log', line: Line): void }
const { log } = createRequire(__filename)('@node-red/util') as {
  log: { addHandler(handler: Handler): void; removeHandler(handler: Handler): void; [level: string]: unknown }
}
const LEVEL = { warn: 30, info: 40, debug: 50 }
const SECRETS = [PASSWORD, Buffer.from(`anna:${PASSWORD}`).toString('base64'), 'client-secret', 'refresh-token', 'ya29']

describe('the log', () => {
  let flow: Flow
  let lines: Line[]
  const handler: Handler = { emit: (_event, line) => void lines.push(line) }
  beforeEach(() => {
    lines = []
    flow = new Flow()
  })
  afterEach(async () => {
    log.removeHandler(handler)
    await flow.stop()
  })
  /** From now on; Node-RED forgets handlers when it starts. */
  const listen = (): void => log.addHandler(handler)
  /** Our own lines of a level. */
  const ours = (level: number): Entry[] =>
    lines.filter(({ level: at }) => at === level).flatMap(({ msg }) => (isEntry(msg) ? [msg] : []))
  const noSecrets = (): void => {
    const all = JSON.stringify(lines)
    for (const secret of SECRETS) assert.ok(!all.includes(secret), `${secret} is in the log`)
    assert.ok(!/[?&](access_)?token=/i.test(all))
  }

  it('has one line for a run that did something, at level info: run, pair, duration, what was done', async () => {
    await inStep(flow)
    listen()
    inGoogle(flow, 'Cake')
    const { run } = await flow.sync()
    const [entry, ...more] = ours(LEVEL.info)
    assert.deepEqual(more, [])
    const { message = '', calsync } = entry ?? {}
    assert.match(message, /^\[calsync\] someone@example\.com ↔ Privat: 1 change, 0 failed, 0 conflicts in \d+ ms$/)
    assert.deepEqual([calsync?.['run'], calsync?.['pair']], [run, 'someone@example.com ↔ Privat'])
    assert.equal(typeof calsync?.['duration'], 'number')
    assert.deepEqual((calsync?.['applied'] as { right: object }).right, { create: 1, update: 0, delete: 0 })
    noSecrets()
  })

  it('has nothing at level info or above for runs that had nothing to do', async () => {
    await inStep(flow)
    listen()
    await flow.sync()
    await flow.sync()
    assert.deepEqual([ours(LEVEL.info), ours(LEVEL.warn)], [[], []])
    assert.ok(ours(LEVEL.debug).some(({ message }) => message.includes('0 changes')))
  })

  it('has one line for each operation at level debug: run, pair, calendar, event, duration, what became of it', async () => {
    await inStep(flow)
    listen()
    inGoogle(flow, 'Cake')
    const { run } = await flow.sync()
    const uid = flow.inGoogle('Cake').iCalUID
    const found = ours(LEVEL.debug).filter(({ calsync }) => calsync['event'] === uid)
    assert.equal(found.length, 1)
    const { run: of, pair, calendar, action, status, duration } = found[0]?.calsync ?? {}
    assert.deepEqual(
      [of, pair, calendar, action, status],
      [run, 'someone@example.com ↔ Privat', 'Privat', 'create', 'ok'],
    )
    assert.equal(typeof duration, 'number')
  })

  it('has each request at level debug, with its method, address, status and time, and no secret in it', async () => {
    await flow.start()
    listen()
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
    await flow.sync()
    const requests = ours(LEVEL.debug).filter(({ calsync }) => 'url' in calsync)
    for (const method of ['GET', 'POST', 'PUT', 'REPORT']) {
      assert.ok(
        requests.some(({ calsync }) => calsync['method'] === method),
        method,
      )
    }
    for (const { calsync } of requests) {
      const { status, duration, url } = calsync
      assert.deepEqual([typeof status, typeof duration], ['number', 'number'])
      assert.ok(!String(url).includes('?'), String(url))
    }
    noSecrets()
  })

  it('is that of a plugin that says the same of itself to every server: its name and version', async () => {
    await flow.start()
    const agents = new Set<string | null>()
    const { version } = createRequire(__filename)('../../package.json') as { version: string }
    const note = ({ headers }: { headers: Headers }): undefined => void agents.add(headers.get('user-agent'))
    flow.google.interfere = (stage, request) => (stage === 'before' ? note(request) : undefined)
    flow.icloud.interfere = { before: note }
    await flow.sync()
    assert.deepEqual([...agents], [`CalSync/${version} (Node-RED; gzip)`])
  })

  it('has a request that got no answer, too', async () => {
    await inStep(flow)
    listen()
    flow.icloud.interfere = {
      before: () => {
        throw new TypeError('fetch failed')
      },
    }
    await flow.sync()
    const failed = ours(LEVEL.debug).filter(({ calsync }) => 'url' in calsync && !('status' in calsync))
    assert.ok(failed.length > 0)
    assert.match(failed[0]?.message ?? '', /no answer after \d+ ms/)
    flow.icloud.interfere = {}
  })

  it('has a run with errors at level warn, and each error with its code', async () => {
    await inStep(flow)
    flow.google.interfere = (stage, { url }) =>
      stage === 'before' && url.pathname.endsWith('/events') ? new Response('<html>hotel</html>') : undefined
    listen()
    const { run } = await flow.sync()
    const [warning, ...more] = ours(LEVEL.warn)
    assert.deepEqual(more, [])
    assert.deepEqual([warning?.calsync['run'], warning?.calsync['errors']], [run, 1])
    assert.match(
      warning?.message ?? '',
      /0 changes, 0 failed, 0 conflicts in \d+ ms: Google sent something that is no JSON\. The next run tries again\.$/,
    )
    const errors = ours(LEVEL.debug).filter(({ calsync }) => calsync['code'] === 'calsync.bad-answer')
    assert.equal(errors.length, 1)
  })

  it('survives a wrong password, a revoked login, conflicts and commands without a secret', async () => {
    await flow.start({}, { [ID.icloudAccount]: { username: 'anna', password: `${PASSWORD}x` } })
    listen()
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
    await flow.sync()
    flow.useCredentials({ [ID.icloudAccount]: { username: 'anna', password: PASSWORD } })
    await flow.deploy()
    await flow.sync()
    clash(flow)
    await flow.sync()
    await answer(flow, 'status')
    flow.google.tokens.revoked = true
    await flow.restart()
    await flow.sync()
    assert.ok(lines.length > 0)
    noSecrets()
  })

  it('has only lines that are JSON as they are', async () => {
    await inStep(flow)
    listen()
    clash(flow)
    inGoogle(flow, 'Cake')
    await flow.sync()
    const entries = [...ours(LEVEL.debug), ...ours(LEVEL.info)]
    assert.ok(entries.length > 5)
    for (const entry of entries) assert.deepEqual(JSON.parse(JSON.stringify(entry)), entry)
  })
})

function isEntry(msg: unknown): msg is Entry {
  return typeof msg === 'object' && msg !== null && 'calsync' in msg
}
