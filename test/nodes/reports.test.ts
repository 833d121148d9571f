import assert from 'node:assert/strict'
import { at, inGoogle, inIcloud, inStep } from './events'
import { Flow, ID } from './flow'
import type { FlowNode, Report } from './flow'
import { changing } from './wiring'

const NONE = { create: 0, update: 0, delete: 0 }

describe('a report', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  it('counts all that a run did', async () => {
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
    await flow.start()
    const begun = Date.now()
    const { run, startedAt, finishedAt, requests, ...report } = await flow.sync()
    assert.match(run, /^\w+$/)
    assert.ok(Date.parse(startedAt) >= begun - 1 && Date.parse(finishedAt) >= Date.parse(startedAt))
    const { google, icloud } = flow.takeRequests()
    assert.ok(requests.left > 0 && requests.left <= google.length, `${requests.left} of ${google.length}`)
    assert.ok(requests.right > 0 && requests.right <= icloud.length, `${requests.right} of ${icloud.length}`)
    assert.deepEqual(report, {
      pair: { left: 'someone@example.com', right: 'Privat' },
      dryRun: false,
      reads: {
        left: { kind: 'full', changed: 1, deleted: 0, total: 1 },
        right: { kind: 'full', changed: 1, deleted: 0, total: 1 },
      },
      text: 'someone@example.com got 1 new event, Privat got 1 new event.',
      paired: 2,
      planned: { left: { ...NONE, create: 1 }, right: { ...NONE, create: 1 } },
      applied: { left: { ...NONE, create: 1 }, right: { ...NONE, create: 1 } },
      failed: 0,
      skipped: 0,
      stale: 0,
      late: 0,
      notCarriedOut: 0,
      notWritable: 0,
      remaining: 0,
      conflicts: 0,
      heldDeletions: 0,
      setAside: [],
      retries: 0,
      errors: [],
      lost: [],
    } satisfies Omit<Report, 'run' | 'startedAt' | 'finishedAt' | 'requests'>)
  })

  it('counts every request to each calendar, reading and writing', async () => {
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green tea' })
    flow.icloud.user.set(flow.inIcloud('Coffee').path, 'SUMMARY:Espresso')
    for (const n of [1, 2, 3]) inIcloud(flow, `New ${n}`)
    const { requests, applied } = await flow.sync()
    const { google, icloud } = flow.takeRequests()
    assert.deepEqual([requests.left, requests.right], [google.length, icloud.length])
    assert.ok(google.length >= 5 && applied.left.create === 3)
  })

  it('says what was read: how many changed and were deleted, and how many there are', async () => {
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green tea' })
    flow.google.user.delete(flow.inGoogle('Coffee').id ?? '')
    const { reads } = await flow.sync()
    assert.deepEqual(reads.left, { kind: 'incremental', changed: 1, deleted: 1, total: 1 })
    assert.deepEqual(reads.right, { kind: 'incremental', changed: 0, deleted: 0, total: 2 })
  })

  it('is sent exactly once for each triggering message, with its properties and not those of others', async () => {
    await inStep(flow)
    for (const mine of [1, 2, 3]) await flow.sync({ _msgid: `m${mine}`, mine, nested: { mine } })
    const reports = flow.heard('report').slice(-3)
    assert.deepEqual(
      reports.map(({ _msgid, mine, nested }) => [_msgid, mine, nested]),
      [
        ['m1', 1, { mine: 1 }],
        ['m2', 2, { mine: 2 }],
        ['m3', 3, { mine: 3 }],
      ],
    )
    assert.ok(reports.every((msg) => msg.topic === 'report' && !('calsync' in msg)))
  })

  it('counts events that can’t be read as set aside, by title and reason, and they count as no deletion', async () => {
    await inStep(flow)
    flow.icloud.user.set(flow.inIcloud('Tea').path, 'DTSTART:nonsense')
    const { setAside, applied, conflicts } = await flow.sync()
    assert.equal(setAside.length, 1)
    assert.match(setAside[0]?.reason ?? '', /\S/)
    assert.deepEqual([applied, conflicts], [{ left: NONE, right: NONE }, 0])
    assert.ok(flow.titles().google.includes('Tea'))
  })

  it('counts an event that nobody may write as not writable', async () => {
    flow.google.user.create({ summary: 'Board', ...at(3), attendees: [{ email: 'bob@example.com' }] })
    flow.icloud.options.schedules = true
    await flow.start()
    await flow.sync()
    const { path } = flow.inIcloud('Board')
    flow.icloud.user.set(path, 'ORGANIZER:mailto:anna@example.com', 'ATTENDEE:mailto:bob@example.com')
    await flow.sync()
    flow.google.user.edit(flow.inGoogle('Board').id ?? '', { summary: 'Board meeting' })
    const report = await flow.sync()
    assert.deepEqual([report.notWritable, report.applied.right, report.failed], [1, NONE, 0])
    assert.deepEqual(flow.icloud.mails, [])
  })

  it('counts the retries of a run', async () => {
    await inStep(flow)
    let refusals = 1
    flow.google.interfere = (stage, { url }) => {
      if (stage === 'after' || !url.pathname.endsWith('/events') || refusals-- <= 0) return undefined
      return new Response('try later', { status: 503 })
    }
    const { retries, errors, requests } = await flow.sync()
    assert.deepEqual([retries, errors, requests.left], [1, [], 2])
  })

  it('goes back as the answer to an HTTP request: http in, source, source, reconcile, http response', async () => {
    inGoogle(flow, 'Tea')
    const z = ID.tab
    await flow.start({
      edit: (nodes: FlowNode[]) => [
        ...changing('icloudSource', { wires: [[ID.reconcile]] })(
          changing('googleSource', { wires: [[ID.icloudSource]] })(
            changing('reconcile', { wires: [[ID.toGoogle], [ID.toIcloud], [], ['00000000000000e2']] })(nodes),
          ),
        ),
        { id: '00000000000000e1', z, type: 'http in', url: '/sync', method: 'get', wires: [[ID.googleSource]] },
        { id: '00000000000000e2', z, type: 'http response', wires: [] },
      ],
    })
    const { status, body } = await flow.http('/sync')
    const { applied, errors } = body as Report
    assert.deepEqual([status, errors, applied.right], [200, [], { ...NONE, create: 1 }])
  })

  it('is the answer to an HTTP request through a sink too', async () => {
    inGoogle(flow, 'Tea')
    const z = ID.tab
    await flow.start({
      edit: (nodes) => [
        ...changing('icloudSource', { wires: [[ID.reconcile]] })(
          changing('googleSource', { wires: [[ID.icloudSource]] })(
            changing('icloudSink', { wires: [['00000000000000e2']] })(nodes),
          ),
        ),
        { id: '00000000000000e1', z, type: 'http in', url: '/sync', method: 'get', wires: [[ID.googleSource]] },
        { id: '00000000000000e2', z, type: 'http response', wires: [] },
      ],
    })
    const { status, body } = await flow.http('/sync')
    assert.deepEqual([status, (body as { applied: object }).applied], [200, { ...NONE, create: 1 }])
  })
})
