import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inGoogle, inIcloud, inStep } from './events'
import type { Report } from '../../src/runtime/report'
import { Flow } from './flow'

const NONE = { create: 0, update: 0, delete: 0 }
const ONE = { ...NONE, create: 1 }

/** What lies in the state's pair folders: what was agreed, announced and remembered. */
async function agreedOnDisk(flow: Flow): Promise<Record<string, string>> {
  const root = join(flow.userDir, 'calsync', 'pairs')
  const files = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  const texts = files
    .filter((file) => file.isFile())
    .map(async (file) => [file.name, await readFile(join(file.parentPath, file.name), 'utf8')] as const)
  return Object.fromEntries(await Promise.all(texts))
}

describe('a dry run', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  for (const [how, reconcile, msg] of [
    ['by the setting', { dryRun: true }, {}],
    ['by msg.dryRun', {}, { dryRun: true }],
  ] as const) {
    it(`${how} lists the operations in full and writes nothing`, async () => {
      inGoogle(flow, 'Tea')
      inIcloud(flow, 'Coffee')
      await flow.start({ reconcile })
      const report = await flow.sync(msg)
      assert.equal(report.dryRun, true)
      assert.deepEqual(
        [report.planned, report.applied],
        [
          { left: ONE, right: ONE },
          { left: NONE, right: NONE },
        ],
      )
      const [toGoogle] = report.operations?.left ?? []
      const [toIcloud] = report.operations?.right ?? []
      assert.deepEqual([toGoogle?.action, toGoogle?.event?.['summary']], ['create', 'Coffee'])
      assert.deepEqual([toIcloud?.action, toIcloud?.event?.['summary']], ['create', 'Tea'])
      assert.deepEqual([report.operations?.left.length, report.operations?.right.length], [1, 1])
      assert.deepEqual(flow.takeWrites(), [])
      assert.deepEqual([flow.heard('toGoogle'), flow.heard('toIcloud'), flow.heard('conflicts')], [[], [], []])
    })
  }

  it('counts nothing as not carried out that was never to be', async () => {
    inGoogle(flow, 'Tea')
    await flow.start()
    const report = await flow.sync({ dryRun: true })
    assert.deepEqual([report.failed, report.skipped, report.stale], [0, 0, 0])
    assert.deepEqual(report.errors, [])
  })

  it('records nothing: the real run after it plans and announces the same', async () => {
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green tea' })
    flow.icloud.user.set(flow.inIcloud('Tea').path, 'SUMMARY:Black tea')
    inGoogle(flow, 'Cake')
    const before = await agreedOnDisk(flow)
    const dry = await flow.sync({ dryRun: true })
    assert.deepEqual(dry.planned.right, ONE)
    assert.deepEqual(await agreedOnDisk(flow), before)
    assert.deepEqual(flow.heard('conflicts'), [])
    const real = await flow.sync()
    assert.deepEqual([real.applied.right, real.conflicts], [ONE, 1])
    assert.equal(flow.heard('conflicts').length, 1)
  })

  it('counts the conflicts and held deletions that the run would announce, and those that wait already', async () => {
    await inStep(flow)
    for (let n = 0; n < 8; n += 1) inGoogle(flow, `E${n}`)
    await flow.sync()
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green tea' })
    flow.icloud.user.set(flow.inIcloud('Tea').path, 'SUMMARY:Black tea')
    for (let n = 0; n < 8; n += 1) flow.google.user.delete(flow.inGoogle(`E${n}`).id ?? '')
    const counts = ({ conflicts, heldDeletions }: Report): number[] => [conflicts, heldDeletions]
    const dry = await flow.sync({ dryRun: true })
    assert.deepEqual(
      [counts(dry), counts(await flow.sync())],
      [
        [1, 8],
        [1, 8],
      ],
    )
    assert.match(dry.text, /^Dry run: .*1 conflict waits for you\. 8 deletions wait for you\.$/)
    assert.deepEqual(counts(await flow.sync({ dryRun: true })), [1, 8])
    const settled = await flow.sync({ dryRun: true, conflictResolution: 'left-wins' })
    assert.deepEqual(counts(settled), [0, 8])
  })

  it('can be lifted by msg.dryRun: false', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({ reconcile: { dryRun: true } })
    const report = await flow.sync({ dryRun: false })
    assert.deepEqual([report.dryRun, report.applied.right], [false, ONE])
  })

  it('of a sink writes nothing, and what was planned counts as not carried out and is planned again', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({ toIcloud: 'msg.dryRun = true; return msg' })
    const written = flow.next('icloudWritten')
    const report = await flow.sync()
    assert.deepEqual([report.applied.right, report.notCarriedOut, report.failed], [NONE, 1, 0])
    const { applied, results } = (await written).payload as { applied: object; results: { status: string }[] }
    assert.deepEqual([applied, results.map(({ status }) => status)], [NONE, ['dropped']])
    assert.deepEqual(flow.takeWrites(), [])
    await flow.deploy({})
    assert.deepEqual((await flow.sync()).applied.right, ONE)
  })

  it('of a sink writes none of the flow’s own operations', async () => {
    await inStep(flow)
    const own = {
      action: 'create',
      event: { summary: 'Mine', start: { date: '2026-06-01' }, end: { date: '2026-06-02' } },
    }
    const { payload } = await flow.ask('icloudSink', { payload: own, dryRun: true }, 'icloudWritten')
    assert.deepEqual((payload as { applied: object }).applied, NONE)
    assert.deepEqual(flow.takeWrites(), [])
  })

  it('reads and sends as usual from a source', async () => {
    await inStep(flow)
    inGoogle(flow, 'Cake')
    const { payload } = await flow.ask('googleSource', { dryRun: true }, 'googleRead')
    const { events } = payload as { events: { summary: string }[] }
    assert.deepEqual(
      events.map(({ summary }) => summary),
      ['Cake'],
    )
  })
})
