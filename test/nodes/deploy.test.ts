import assert from 'node:assert/strict'
import { stat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { at, inGoogle, inIcloud, inStep } from './events'
import { Flow, ID } from './flow'
import { changing } from './wiring'

const NONE = { create: 0, update: 0, delete: 0 }
const IDLE = { left: NONE, right: NONE }

describe('a deploy', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())
  const editTea = (summary: string): unknown => flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary })

  it('between two runs keeps all that was known', async () => {
    await inStep(flow)
    editTea('Green tea')
    await flow.deploy()
    const report = await flow.sync()
    assert.deepEqual([report.reads.left?.kind, report.applied.right], ['incremental', { ...NONE, update: 1 }])
    assert.deepEqual((await flow.sync()).planned, IDLE)
  })

  it('and a restart of Node-RED keep all that was known', async () => {
    await inStep(flow)
    editTea('Green tea')
    await flow.restart()
    const report = await flow.sync()
    assert.deepEqual([report.reads.left?.kind, report.applied.right], ['incremental', { ...NONE, update: 1 }])
    assert.deepEqual((await flow.sync()).planned, IDLE)
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Green tea'], icloud: ['Coffee', 'Green tea'] })
  })

  it('keeps what was announced: a conflict is not told twice', async () => {
    await inStep(flow)
    editTea('Green tea')
    flow.icloud.user.set(flow.inIcloud('Tea').path, 'SUMMARY:Black tea')
    await flow.sync()
    assert.equal(flow.heard('conflicts').length, 1)
    await flow.restart()
    assert.equal((await flow.sync()).conflicts, 1)
    assert.deepEqual(flow.heard('conflicts'), [])
  })

  it('with other nodes for the same calendars finds the state again', async () => {
    await inStep(flow)
    const renamed = (text: string): string => text.replaceAll('00000000000000b', '00000000000000f')
    await flow.deploy({
      edit: (nodes) =>
        JSON.parse(renamed(JSON.stringify(nodes)).replaceAll(`"${ID.tab}"`, '"00000000000000aa"')) as typeof nodes,
    })
    const report = await flow.sync()
    assert.deepEqual([report.reads.left?.kind, report.paired, report.planned], ['incremental', 2, IDLE])
  })

  it('after which a node names another calendar starts afresh with it, and loses nothing', async () => {
    await inStep(flow)
    const second = flow.google.addCalendar({ id: 'second@example.com', summary: 'Second' })
    await flow.deploy({ edit: changing('googleCalendar', { calendarId: second.settings.id }) })
    const report = await flow.sync()
    assert.deepEqual([report.reads.left?.kind, report.applied], ['full', { left: { ...NONE, create: 2 }, right: NONE }])
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Tea'], icloud: ['Coffee', 'Tea'] })
  })

  it('in the middle of a run ends it at once; nothing is lost and nothing doubled', async () => {
    for (let n = 0; n < 12; n += 1) inGoogle(flow, `G${n}`)
    inIcloud(flow, 'Coffee')
    await flow.start()
    let puts = 0
    let release = (): void => undefined
    const stuck = new Promise<void>((resolve) => (release = resolve))
    let seen = (): void => undefined
    const halfway = new Promise<void>((resolve) => (seen = resolve))
    flow.icloud.interfere = {
      after: async (request, response) => {
        if (request.method === 'PUT' && (puts += 1) > 5) {
          seen()
          await stuck // written, but the answer never comes
        }
        return response
      },
    }
    void flow.sync()
    await halfway
    const before = performance.now()
    await flow.undeploy()
    assert.ok(performance.now() - before < 1000, 'the close handlers are to be done within a second')
    release()
    flow.icloud.interfere = {}
    await flow.restart()
    assert.deepEqual(flow.heard('report'), [])
    await flow.sync()
    const report = await flow.sync()
    const all = ['Coffee', ...Array.from({ length: 12 }, (_, n) => `G${n}`)].sort()
    assert.deepEqual(flow.titles(), { google: all, icloud: all })
    assert.deepEqual([report.planned, report.paired, report.conflicts], [IDLE, 13, 0])
  })

  it('in the middle of a read ends it at once, and the next read has all', async () => {
    inGoogle(flow, 'Tea')
    await flow.start()
    let release = (): void => undefined
    const stuck = new Promise<undefined>((resolve) => (release = () => resolve(undefined)))
    const asked = new Promise<void>((resolve) => {
      flow.google.interfere = (stage, { url }) => {
        if (stage === 'after' || !url.pathname.endsWith('/events')) return undefined
        resolve()
        return stuck
      }
    })
    flow.node('googleSource').receive({})
    await asked
    await flow.undeploy()
    release()
    flow.google.interfere = () => undefined
    await flow.deploy()
    assert.deepEqual((await flow.sync()).applied.right, { ...NONE, create: 1 })
    assert.deepEqual(flow.heard('caught'), [])
  })

  it('leaves operations current that a flow held: they are carried out after it', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({ toIcloud: 'return null' })
    void flow.sync()
    const held = await flow.next('toIcloud')
    await flow.restart({})
    const { payload } = await flow.ask('icloudSink', { ...held }, 'icloudWritten')
    assert.deepEqual(
      (payload as { results: { status: string }[] }).results.map(({ status }) => status),
      ['ok'],
    )
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Tea'], icloud: ['Tea'] })
  })

  it('lets an account’s properties come from the environment', async () => {
    Object.assign(process.env, {
      CALSYNC_TEST_ID: 'primary',
      CALSYNC_TEST_SECRET: 'client-secret',
      CALSYNC_TEST_DAYS: '10',
    })
    inGoogle(flow, 'Tea')
    inGoogle(flow, 'Far off', at(20))
    await flow.start(
      {
        edit: (nodes) => changing('googleCalendar', { calendarId: '${CALSYNC_TEST_ID}' })(nodes),
        reconcile: { futureDays: '${CALSYNC_TEST_DAYS}' },
      },
      {
        [ID.googleAccount]: {
          clientId: 'client',
          clientSecret: '${CALSYNC_TEST_SECRET}',
          refreshToken: 'refresh-token',
        },
      },
    )
    const report = await flow.sync()
    assert.deepEqual([report.errors, flow.titles().icloud], [[], ['Tea']])
  })

  it('names a variable that is not set', async () => {
    await flow.start({ edit: changing('googleCalendar', { calendarId: '${CALSYNC_TEST_UNSET}' }) })
    const report = await flow.sync()
    assert.match(report.errors[0]?.message ?? '', /\$\{CALSYNC_TEST_UNSET\}, which is not set in the environment/)
  })
})

describe('what a run costs', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  const bytesOnDisk = async (): Promise<number> => {
    const root = join(flow.userDir, 'calsync')
    const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((file) => file.isFile())
    const sizes = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name))))
    return sizes.reduce((sum, { size }) => sum + size, 0)
  }

  it('idle: one request a side, and hardly a byte on disk', async () => {
    await inStep(flow)
    const before = await bytesOnDisk()
    const report = await flow.sync()
    assert.deepEqual(report.requests, { left: 1, right: 1 })
    const { google, icloud } = flow.takeRequests()
    assert.deepEqual([google.length, icloud.length], [1, 1])
    assert.ok(Math.abs((await bytesOnDisk()) - before) <= 4096)
  })

  const changes: [string, (flow: Flow) => void][] = [
    ['an edit on Google', (f) => f.google.user.edit(f.inGoogle('Tea').id ?? '', { summary: 'Green tea' })],
    ['an edit on iCloud', (f) => f.icloud.user.set(f.inIcloud('Tea').path, 'SUMMARY:Green tea')],
    ['a new event on Google', (f) => inGoogle(f, 'Cake')],
    ['a new event on iCloud', (f) => inIcloud(f, 'Cake')],
    ['a deletion on Google', (f) => f.google.user.delete(f.inGoogle('Tea').id ?? '')],
    ['a deletion on iCloud', (f) => f.icloud.user.delete(f.inIcloud('Tea').path)],
  ]
  for (const [what, change] of changes) {
    it(`${what}: at most four requests in all`, async () => {
      flow.icloud.options.rewrites = 'nothing'
      await inStep(flow)
      change(flow)
      await flow.sync()
      const { google, icloud } = flow.takeRequests()
      assert.ok(google.length + icloud.length <= 4, [...google, ...icloud].join('\n'))
    })

    it(`${what}: at most one more where the server rewrites what is put and gives no ETag`, async () => {
      await inStep(flow)
      change(flow)
      await flow.sync()
      const { google, icloud } = flow.takeRequests()
      assert.ok(google.length + icloud.length <= 5, [...google, ...icloud].join('\n'))
    })
  }

  it('first sync of n events: n and a few requests', async () => {
    for (let n = 0; n < 30; n += 1) inGoogle(flow, `G${n}`)
    for (let n = 0; n < 30; n += 1) inIcloud(flow, `I${n}`)
    await flow.start()
    const report = await flow.sync()
    assert.deepEqual(report.applied, { left: { ...NONE, create: 30 }, right: { ...NONE, create: 30 } })
    const { google, icloud } = flow.takeRequests()
    const all = google.length + icloud.length
    assert.ok(all <= 60 + Math.ceil(60 / 50) + 15, `${all} requests`)
    await flow.sync()
    assert.ok(flow.takeRequests().icloud.length <= 3)
  })
})
