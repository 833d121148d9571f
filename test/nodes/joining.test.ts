import assert from 'node:assert/strict'
import { inGoogle, inIcloud } from './events'
import { Flow, ID } from './flow'
import { changing } from './wiring'

const NONE = { create: 0, update: 0, delete: 0 }
const ONE = { ...NONE, create: 1 }

describe('when both calendars were read', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
  })
  afterEach(() => flow.stop())

  it('for one message, in parallel, one run follows with one report', async () => {
    await flow.start()
    const report = await flow.sync({ _msgid: 'm1' })
    assert.deepEqual([report.planned, report.reads.left?.total], [{ left: ONE, right: ONE }, 1])
    await flow.sync({ _msgid: 'm2' })
    assert.deepEqual(
      flow.heard('report').map(({ _msgid }) => _msgid),
      ['m1', 'm2'],
    )
  })

  it('in series, one run follows with one report', async () => {
    await flow.start({
      edit: (nodes) => changing('googleSource', { wires: [[ID.icloudSource]] })(nodes),
    })
    const report = await flow.report(() => flow.node('googleSource').receive({ _msgid: 'm1', mine: 7 }))
    assert.deepEqual(
      [report.planned, report.reads.left?.total, report.reads.right?.total],
      [{ left: ONE, right: ONE }, 1, 1],
    )
    assert.deepEqual(
      flow.heard('report').map(({ mine }) => mine),
      [7],
    )
  })

  it('for different messages, the run waits for the other half of each', async () => {
    await flow.start()
    flow.node('googleSource').receive({ _msgid: 'm1' })
    await flow.next('googleRead')
    flow.node('icloudSource').receive({ _msgid: 'm2' })
    await flow.next('icloudRead')
    assert.deepEqual(flow.heard('report'), [])
    await flow.report(() => flow.node('icloudSource').receive({ _msgid: 'm1' }))
    await flow.report(() => flow.node('googleSource').receive({ _msgid: 'm2' }))
    assert.deepEqual(
      flow.heard('report').map(({ _msgid }) => _msgid),
      ['m1', 'm2'],
    )
  })

  it('the first to arrive gives the properties of the report, and later ones add theirs', async () => {
    await flow.start()
    flow.node('googleSource').receive({ _msgid: 'm1', a: 'first', b: 1 })
    await flow.next('googleRead')
    await flow.report(() => flow.node('icloudSource').receive({ _msgid: 'm1', a: 'second', c: 2 }))
    const [{ a, b, c, calsync }] = flow.heard('report') as unknown as [Record<string, unknown>]
    assert.deepEqual([a, b, c, calsync], ['first', 1, 2, undefined])
  })

  it('is any read enough where the node says so, once both are known', async () => {
    await flow.start({ reconcile: { when: 'any' } })
    const half = await flow.report(() => flow.node('googleSource').receive({}))
    assert.deepEqual(half.planned, { left: NONE, right: NONE })
    assert.match(half.errors.map(({ message }) => message).join(), /iCloud|Privat/)
    assert.deepEqual(
      half.errors.map(({ code }) => code),
      ['calsync.not-read'],
    )
    const whole = await flow.report(() => flow.node('icloudSource').receive({}))
    assert.deepEqual([whole.errors, whole.applied], [[], { left: ONE, right: ONE }])
    assert.deepEqual([whole.reads.left, whole.reads.right?.kind], [null, 'full'])
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green tea' })
    const later = await flow.report(() => flow.node('googleSource').receive({}))
    assert.deepEqual(later.applied.right, { ...NONE, update: 1 })
  })

  it('during a run, one following run comes of all of them, and each gets its report', async () => {
    await flow.start({ toIcloud: 'setTimeout(() => node.send(msg), 100); return null' })
    const reports = [1, 2, 3].map((n) => flow.next('report', ({ _msgid }) => _msgid === `m${n}`))
    const sent = flow.next('toIcloud')
    void flow.sync({ _msgid: 'm1' })
    await sent
    void flow.sync({ _msgid: 'm2' })
    void flow.sync({ _msgid: 'm3' })
    const [first, second, third] = (await Promise.all(reports)).map(({ payload }) => payload as { run: string })
    assert.notEqual(first?.run, second?.run)
    assert.equal(second?.run, third?.run)
    assert.equal(flow.heard('report').length, 3)
  })

  it('each trigger is answered by its own run: the error of the one before is not its own', async () => {
    await flow.start()
    let asked = 0
    flow.google.interfere = (stage) =>
      stage === 'before' && (asked += 1) === 1 ? new Response('<html>login to the hotel</html>') : undefined
    const done = flow.next('done')
    flow.node('reconcile').receive({ _msgid: 'm1', topic: 'sync', conflictResolution: 'left-wins' })
    flow.node('reconcile').receive({ _msgid: 'm2', topic: 'sync' })
    assert.equal((await done)._msgid, 'm2')
    const ids = (name: 'caught' | 'done'): unknown[] => flow.heard(name).map(({ _msgid }) => _msgid)
    assert.deepEqual([ids('caught'), ids('done')], [['m1'], ['m2']])
  })

  it('a trigger is answered as soon as its own run has ended, whatever waits behind it', async () => {
    await flow.start({ toIcloud: 'return null' })
    await flow.sync({ dryRun: true })
    const done = flow.next('done', ({ _msgid }) => _msgid === 'm1')
    const second = flow.next('report', ({ _msgid }) => _msgid === 'm2')
    flow.node('reconcile').receive({ _msgid: 'm1', topic: 'sync', dryRun: true })
    flow.node('reconcile').receive({ _msgid: 'm2', topic: 'sync' })
    await done
    assert.deepEqual(
      flow.heard('report').filter(({ _msgid }) => _msgid === 'm2'),
      [],
    )
    await second
  })

  it('can be compared again by the command sync, without any read', async () => {
    await flow.start()
    await flow.sync()
    flow.takeRequests()
    const report = await flow.report(() => flow.node('reconcile').receive({ topic: 'sync', mine: 1 }))
    assert.deepEqual([report.errors, report.reads, report.paired], [[], { left: null, right: null }, 2])
    assert.deepEqual(flow.takeRequests(), { google: [], icloud: [] })
    assert.equal(flow.heard('report').at(-1)?.['mine'], 1)
  })

  it('the command sync carries out what is on disk and was not carried out', async () => {
    await flow.start({ reconcile: { wires: [[ID.toGoogle], [], [ID.conflicts], [ID.report]] } })
    const first = await flow.sync()
    assert.deepEqual([first.applied, first.notCarriedOut], [{ left: ONE, right: NONE }, 1])
    await flow.deploy({})
    const again = await flow.report(() => flow.node('reconcile').receive({ topic: 'sync' }))
    assert.deepEqual(again.applied.right, ONE)
  })

  it('the command sync before anything was read is told what to do first', async () => {
    await flow.start()
    const report = await flow.report(() => flow.node('reconcile').receive({ topic: 'sync' }))
    assert.deepEqual([...new Set(report.errors.map(({ code }) => code))], ['calsync.not-read'])
    assert.match(report.errors[0]?.message ?? '', /calendar-source/)
    assert.deepEqual(report.planned, { left: NONE, right: NONE })
  })

  it('through two reconcile nodes over the same pair, nothing is doubled', async () => {
    const second = '00000000000000e1'
    await flow.start({
      edit: (nodes) => [
        ...nodes.map((node) => {
          if (node.id !== ID.googleSource && node.id !== ID.icloudSource) return node
          return { ...node, wires: [[ID.reconcile, second]] }
        }),
        // The other way round: its left is iCloud.
        {
          id: second,
          z: ID.tab,
          type: 'calsync-reconcile',
          left: ID.icloudCalendar,
          right: ID.googleCalendar,
          wires: [[ID.toIcloud], [ID.toGoogle], [ID.conflicts], [ID.caught]],
        },
      ],
    })
    const other = flow.next('caught')
    await flow.sync()
    await other
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Tea'], icloud: ['Coffee', 'Tea'] })
    const third = await flow.sync()
    assert.deepEqual([third.paired, third.planned], [2, { left: NONE, right: NONE }])
  })
})
