import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Preview, PreviewRow } from '../../src/runtime/preview'
import { post } from './admin'
import { inGoogle, inIcloud, inStep } from './events'
import { Flow, ID } from './flow'
import { PASSWORD } from './wiring'

async function preview(): Promise<Preview> {
  const { status, body } = await post('/calsync/preview', { id: ID.reconcile })
  assert.equal(status, 200, JSON.stringify(body))
  return body as unknown as Preview
}

const brief = ({ what, side, summary, fields }: PreviewRow): unknown[] => [what, side, summary, ...fields]

/** All that lies on disk of the state, but for the stamps of when a file was written. */
async function onDisk(flow: Flow): Promise<Record<string, string>> {
  const root = join(flow.userDir, 'calsync')
  const files = await readdir(root, { recursive: true, withFileTypes: true })
  const texts = files
    .filter((file) => file.isFile())
    .map(async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [path, await readFile(path, 'utf8')] as const
    })
  return Object.fromEntries(await Promise.all(texts))
}

describe('a preview', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  it('before anything was ever read shows what the first run would do', async () => {
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
    await flow.start()
    const { rows, counts, more, remaining, running, calendars } = await preview()
    assert.deepEqual(rows.map(brief), [
      ['create', 'left', 'Coffee'],
      ['create', 'right', 'Tea'],
    ])
    assert.match(rows[0]?.reason ?? '', /new in Privat/)
    assert.ok(rows[0]?.start)
    assert.deepEqual([counts.left.create, counts.right.create, more, remaining, running], [1, 1, 0, 0, false])
    assert.deepEqual(calendars.right, { name: 'Privat', provider: 'icloud', writable: true })
    assert.deepEqual(flow.takeWrites(), [])
  })

  it('shows edits with their fields, deletions, conflicts and what can not be read, each with its reason', async () => {
    for (const title of ['Tea', 'Cake', 'Bread', 'Milk', 'Salt']) inGoogle(flow, title)
    await flow.start()
    await flow.sync()
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { location: 'Kitchen' })
    flow.icloud.user.delete(flow.inIcloud('Cake').path)
    flow.google.user.edit(flow.inGoogle('Bread').id ?? '', { summary: 'Rye' })
    flow.icloud.user.set(flow.inIcloud('Bread').path, 'SUMMARY:Wheat')
    flow.google.user.edit(flow.inGoogle('Salt').id ?? '', { summary: 'Sea salt' })
    flow.icloud.user.delete(flow.inIcloud('Salt').path)
    flow.icloud.user.set(flow.inIcloud('Milk').path, 'DTSTART;TZID=Mars/Olympus:20260610T100000')
    const { rows } = await preview()
    assert.deepEqual(rows.map(brief), [
      ['update', 'right', 'Tea', 'location'],
      ['delete', 'left', 'Cake'],
      ['conflict', null, 'Rye', 'summary'],
      ['conflict', 'left', 'Sea salt'],
      ['set-aside', 'right', 'Milk'],
    ])
    assert.match(rows[3]?.reason ?? '', /changed on one side and deleted on the other/)
    for (const { reason } of rows) assert.notEqual(reason, '')
  })

  it('keeps, writes and announces nothing: the run after it finds all as if nobody had looked', async () => {
    const twin = new Flow()
    const reports = []
    for (const [each, looks] of [
      [twin, false],
      [flow, true],
    ] as const) {
      await inStep(each)
      inGoogle(each, 'Cake')
      each.google.user.edit(each.inGoogle('Tea').id ?? '', { summary: 'Green tea' })
      each.icloud.user.set(each.inIcloud('Tea').path, 'SUMMARY:Black tea')
      if (looks) {
        const before = await onDisk(each)
        const shown = [...each.shown.values()].flat().length
        assert.equal((await preview()).counts.neither.conflict, 1)
        await preview()
        assert.deepEqual(await onDisk(each), before)
        assert.equal([...each.shown.values()].flat().length, shown)
        assert.deepEqual(each.takeWrites(), [])
        assert.deepEqual(each.heard('conflicts'), [])
      }
      const { reads, planned, applied, conflicts, requests, paired } = await each.sync()
      reports.push({ reads, planned, applied, conflicts, requests, paired })
      assert.equal(each.heard('conflicts').length, 1)
      await each.stop()
    }
    assert.deepEqual(reports[1], reports[0])
  })

  it('shows an open conflict and held deletions again, though they were told before', async () => {
    for (let at = 0; at < 8; at++) inGoogle(flow, `Event ${at}`)
    inGoogle(flow, 'Tea')
    await flow.start()
    await flow.sync()
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green tea' })
    flow.icloud.user.set(flow.inIcloud('Tea').path, 'SUMMARY:Black tea')
    for (let at = 0; at < 8; at++) flow.icloud.user.delete(flow.inIcloud(`Event ${at}`).path)
    const asked = await flow.sync()
    assert.deepEqual([asked.conflicts, asked.heldDeletions], [1, 8])
    const { counts, rows } = await preview()
    assert.deepEqual([counts.neither.conflict, counts.left.held, counts.left.delete], [1, 8, 0])
    assert.match(rows.find(({ what }) => what === 'held')?.reason ?? '', /limit/)
  })

  it('lists what was refused and rests, with what can be done about it', async () => {
    inGoogle(flow, 'Tea')
    await flow.start()
    flow.icloud.interfere = {
      before: ({ method }) => (method === 'PUT' ? new Response('no', { status: 415 }) : undefined),
    }
    await flow.sync()
    for (let times = 0; times < 2; times += 1) {
      const { counts, rows } = await preview()
      assert.deepEqual([counts.right['set-aside'], counts.right.create, rows.length], [1, 0, 1])
      assert.deepEqual([rows[0]?.summary, rows[0]?.side], ['Tea', 'right'])
      assert.match(rows[0]?.reason ?? '', /415.*Change it in either calendar/)
      assert.notEqual(rows[0]?.start, null)
      await flow.sync()
    }
  })

  it('goes by the settings of the node that is deployed', async () => {
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
    await flow.start({ reconcile: { direction: 'left-to-right', maxOperations: 0 } })
    const { rows, remaining } = await preview()
    assert.deepEqual([rows, remaining], [[], 1])
  })

  it('cuts a long list and counts the rest', async () => {
    for (let at = 0; at < 230; at++) inGoogle(flow, `Event ${at}`)
    await flow.start()
    const { rows, more, counts } = await preview()
    assert.deepEqual([rows.length, more, counts.right.create], [200, 30, 230])
  })

  it('says so while a run is under way, and disturbs it in nothing', async () => {
    inGoogle(flow, 'Tea')
    await flow.start()
    let go = (): void => undefined
    const held = new Promise<void>((resolve) => (go = resolve))
    const writing = new Promise<void>((resolve) => {
      flow.icloud.interfere = {
        before: async (request) => {
          if (request.method !== 'PUT') return undefined
          resolve()
          await held
          return undefined
        },
      }
    })
    const run = flow.sync()
    await writing
    assert.equal((await preview()).running, true)
    go()
    const report = await run
    assert.deepEqual([report.applied.right.create, report.failed, report.stale, report.late], [1, 0, 0, 0])
    assert.equal((await preview()).running, false)
  })

  it('that is asked for twice at once is made once', async () => {
    await inStep(flow)
    flow.takeRequests()
    await Promise.all([preview(), preview()])
    assert.deepEqual(flow.takeRequests().icloud.length, 1)
  })

  it('of a node that does not run, or whose account is broken, says what to do, without secrets', async () => {
    await flow.start()
    const unknown = await post('/calsync/preview', { id: '00000000000000ff' })
    assert.deepEqual([unknown.status, unknown.body.code], [422, 'calsync.not-deployed'])
    assert.match(String(unknown.body.message), /deploy it first/)
    assert.equal((await post('/calsync/preview', {})).status, 400)
    flow.icloud.options.password = 'another'
    const broken = await post('/calsync/preview', { id: ID.reconcile })
    assert.deepEqual([broken.status, broken.body.code], [422, 'calsync.reauthorise'])
    assert.ok(!broken.text.includes(PASSWORD))
    await flow.undeploy()
    assert.equal((await post('/calsync/preview', { id: ID.reconcile })).body.code, 'calsync.not-deployed')
  })
})
