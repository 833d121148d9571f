import assert from 'node:assert/strict'
import { at, inGoogle, inIcloud, inStep } from './events'
import { Flow, ID } from './flow'
import type { OperationMessage } from './flow'
import { changing } from './wiring'

const NONE = { create: 0, update: 0, delete: 0 }
const ONE = { ...NONE, create: 1 }
type Written = { calendar: object; applied: object; failed: number; results: Record<string, unknown>[] }

describe('a flow between reconcile and sink', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())
  const editTea = (change: object): unknown => {
    const tea = flow.google.user.events().find(({ summary }) => summary?.toLowerCase().endsWith('tea'))
    return flow.google.user.edit(tea?.id ?? '', change as never)
  }

  it('gets operations with all that it needs to decide', async () => {
    await inStep(flow)
    editTea({ location: 'Kitchen', ...at(6) })
    flow.google.user.delete(flow.inGoogle('Coffee').id ?? '')
    inGoogle(flow, 'Cake')
    await flow.sync({ mine: 1 })
    const [msg] = flow.heard('toIcloud').slice(-1)
    assert.equal(msg?.['mine'], 1)
    const ops = Object.fromEntries(flow.operations('toIcloud').map((op) => [op.action, op])) as Record<
      string,
      OperationMessage
    >
    assert.deepEqual(Object.keys(ops).sort(), ['create', 'delete', 'update'])
    for (const op of Object.values(ops)) {
      assert.ok(op.id !== '' && op.uid !== '' && op.reason !== '', JSON.stringify(op))
      assert.equal(op.event?.uid, op.uid)
      assert.deepEqual(JSON.parse(JSON.stringify(op.plan)), op.plan)
    }
    assert.deepEqual(ops['update']?.changed?.sort(), ['end', 'location', 'recurrence', 'start'])
    assert.deepEqual([ops['update'].event?.['summary'], ops['update'].event?.['location']], ['Tea', 'Kitchen'])
    assert.equal(ops['delete']?.event?.['summary'], 'Coffee')
    assert.equal(ops['create']?.event?.['summary'], 'Cake')
  })

  it('gets nothing where nothing is planned', async () => {
    await inStep(flow)
    editTea({ summary: 'Green tea' })
    const before = flow.heard('toGoogle').length
    await flow.sync()
    await flow.sync()
    assert.equal(flow.heard('toGoogle').length, before)
  })

  it('may drop operations: they are planned again under the same id', async () => {
    await flow.start({
      toIcloud: 'msg.payload = msg.payload.filter((op) => op.event.summary !== "Tea"); return msg',
      reconcile: { maxOperations: 2 },
    })
    inGoogle(flow, 'Tea')
    inGoogle(flow, 'Cake')
    const { operations } = await flow.sync({ dryRun: true })
    const { applied, notCarriedOut } = await flow.sync()
    assert.deepEqual([applied.right, notCarriedOut], [ONE, 1])
    await flow.deploy({})
    assert.deepEqual((await flow.sync()).applied.right, ONE)
    const [tea, ...others] = flow.operations('toIcloud')
    assert.deepEqual(others, [])
    assert.equal(tea?.id, operations?.right.find(({ event }) => event?.['summary'] === 'Tea')?.id)
    assert.deepEqual(flow.titles().icloud, ['Cake', 'Tea'])
  })

  it('may turn an operation into skip: it comes again when the event changes again, with the whole difference', async () => {
    await inStep(flow)
    await flow.deploy({ toIcloud: 'for (const op of msg.payload) op.action = "skip"; return msg' })
    editTea({ summary: 'Green tea' })
    const report = await flow.sync()
    assert.deepEqual([report.skipped, report.applied.right, report.notCarriedOut], [1, NONE, 0])
    const { results } = flow.heard('icloudWritten').at(-1)?.payload as Written
    assert.deepEqual(
      results.map(({ status, action }) => [status, action]),
      [['skipped', 'skip']],
    )
    await flow.deploy({})
    assert.deepEqual((await flow.sync()).planned.right, NONE)
    editTea({ location: 'Kitchen' })
    assert.deepEqual((await flow.sync()).applied.right, { ...NONE, update: 1 })
    assert.deepEqual(flow.operations('toIcloud')[0]?.changed?.sort(), ['location', 'summary'])
    assert.match(flow.inIcloud('Green tea').text, /LOCATION:Kitchen/)
  })

  it('may skip a new event: it stays alone until it changes', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({ toIcloud: 'for (const op of msg.payload) op.action = "skip"; return msg' })
    assert.equal((await flow.sync()).skipped, 1)
    await flow.deploy({})
    assert.deepEqual((await flow.sync()).planned.right, NONE)
    editTea({ summary: 'Green tea' })
    assert.deepEqual((await flow.sync()).applied.right, ONE)
  })

  it('may rewrite the title, and nothing comes back', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({
      toIcloud:
        'for (const op of msg.payload) if (op.event.summary) op.event.summary = "[G] " + op.event.summary; return msg',
    })
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Tea'], icloud: ['[G] Tea'] })
    for (const { planned } of [await flow.sync(), await flow.sync({ fullSync: true })]) {
      assert.deepEqual(planned, { left: NONE, right: NONE })
    }
    editTea({ location: 'Kitchen' })
    await flow.sync()
    assert.match(flow.inIcloud('[G] Tea').text, /LOCATION:Kitchen/)
    assert.equal(flow.inGoogle('Tea').summary, 'Tea')
    flow.icloud.user.set(flow.inIcloud('[G] Tea').path, 'SUMMARY:Mine')
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Mine'], icloud: ['Mine'] })
  })

  it('may write "Busy" without details, in updates too', async () => {
    const busy = `for (const op of msg.payload) {
      const { uid, start, end, recurrence } = op.event
      op.event = { uid, start, end, recurrence, summary: 'Busy' }
    }
    return msg`
    inGoogle(flow, 'Doctor', { ...at(3), location: 'Clinic', description: 'knee' })
    await flow.start({ toIcloud: busy, reconcile: { direction: 'left-to-right' } })
    const report = await flow.sync()
    assert.deepEqual(report.errors, [])
    const { text } = flow.inIcloud('Busy')
    assert.ok(!/Clinic|knee|Doctor/.test(text), text)
    flow.google.user.edit(flow.inGoogle('Doctor').id ?? '', { location: 'Hospital', ...at(4) })
    await flow.sync()
    assert.ok(!/Hospital|Doctor/.test(flow.inIcloud('Busy').text))
    assert.deepEqual((await flow.sync()).planned, { left: NONE, right: NONE })
    assert.equal(flow.inGoogle('Doctor').location, 'Hospital')
  })

  it('may rewrite a further field by adding its name to changed', async () => {
    await inStep(flow)
    await flow.deploy({
      toIcloud:
        'for (const op of msg.payload) { op.event.description = "from Google"; op.changed.push("description") } return msg',
    })
    editTea({ summary: 'Green tea' })
    await flow.sync()
    assert.match(flow.inIcloud('Green tea').text, /DESCRIPTION:from Google\r\n/)
    assert.deepEqual((await flow.sync()).planned, { left: NONE, right: NONE })
    assert.equal(flow.inGoogle('Green tea').description, undefined)
  })

  it('may rewrite a field without naming it, and it is not written', async () => {
    await inStep(flow)
    await flow.deploy({ toIcloud: 'for (const op of msg.payload) op.event.location = "nowhere"; return msg' })
    editTea({ summary: 'Green tea' })
    await flow.sync()
    assert.ok(!flow.inIcloud('Green tea').text.includes('\r\nLOCATION'))
  })

  it('may remove a name from changed: that field is planned again', async () => {
    await inStep(flow)
    await flow.deploy({
      toIcloud:
        'for (const op of msg.payload) op.changed = op.changed.filter((name) => name !== "location"); return msg',
    })
    editTea({ summary: 'Green tea', location: 'Kitchen' })
    await flow.sync()
    assert.ok(!flow.inIcloud('Green tea').text.includes('\r\nLOCATION'))
    await flow.deploy({})
    await flow.sync()
    assert.deepEqual(flow.operations('toIcloud')[0]?.changed, ['location'])
    assert.match(flow.inIcloud('Green tea').text, /LOCATION:Kitchen/)
  })

  it('may clear a field that is in changed by leaving it out of the event', async () => {
    await inStep(flow)
    editTea({ location: 'Kitchen' })
    await flow.sync()
    await flow.deploy({ toIcloud: 'for (const op of msg.payload) delete op.event.location; return msg' })
    editTea({ location: 'Hall' })
    await flow.sync()
    assert.ok(!flow.inIcloud('Tea').text.includes('\r\nLOCATION'))
  })

  it('may hold operations for longer than a run lasts: they are carried out late, and counted in the next report', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({ toIcloud: 'return null' })
    const report = await flow.sync() // ends when no sink has had the operation for five seconds
    assert.deepEqual([report.notCarriedOut, report.applied.right, report.late], [1, NONE, 0])
    const held = flow.heard('toIcloud').at(-1)
    const { payload } = await flow.ask('icloudSink', { ...held }, 'icloudWritten')
    assert.deepEqual(
      (payload as Written).results.map(({ status }) => status),
      ['ok'],
    )
    assert.deepEqual(flow.titles().icloud, ['Tea'])
    const next = await flow.sync()
    assert.deepEqual([next.late, next.planned, next.notCarriedOut], [1, { left: NONE, right: NONE }, 0])
    assert.equal((await flow.sync()).late, 0)
  })

  it('may hold an operation that is then no longer current: it ends as stale and is planned again', async () => {
    await inStep(flow)
    editTea({ summary: 'Green tea' })
    await flow.deploy({
      edit: changing('reconcile', { wires: [[ID.toGoogle], [ID.googleRead], [ID.conflicts], [ID.report]] }),
    })
    const held = flow.next('googleRead', ({ topic }) => topic === 'changes')
    void flow.sync()
    const msg = await held
    editTea({ summary: 'White tea' })
    await flow.ask('googleSource', {}, 'googleRead')
    const { payload } = await flow.ask('icloudSink', { ...msg }, 'icloudWritten')
    assert.deepEqual(
      (payload as Written).results.map(({ status }) => status),
      ['stale'],
    )
    assert.deepEqual(flow.takeWrites(), [])
    await flow.deploy({})
    await flow.sync()
    assert.deepEqual(flow.titles().icloud, ['Coffee', 'White tea'])
  })

  it('never overwrites what was changed on the server in the meantime', async () => {
    await inStep(flow)
    editTea({ summary: 'Green tea' })
    flow.icloud.interfere = {
      before: (request) => {
        if (request.method !== 'PUT') return undefined
        flow.icloud.interfere = {}
        flow.icloud.user.set(flow.inIcloud('Tea').path, 'LOCATION:Garden')
        return undefined
      },
    }
    const report = await flow.sync()
    assert.deepEqual([report.stale, report.applied.right, report.failed], [1, NONE, 0])
    await flow.sync()
    assert.match(flow.inIcloud('Green tea').text, /LOCATION:Garden/)
    assert.equal(flow.inGoogle('Green tea').location, 'Garden')
  })

  it('may do the same twice, and nothing is doubled', async () => {
    inGoogle(flow, 'Tea')
    await flow.start()
    const first = flow.next('icloudWritten') // it may come after the report
    await flow.sync()
    await first
    const msg = flow.heard('toIcloud').at(-1)
    const { payload } = await flow.ask('icloudSink', { ...msg }, 'icloudWritten')
    assert.deepEqual(
      (payload as Written).results.map(({ status }) => status),
      ['stale'],
    )
    assert.deepEqual(flow.titles().icloud, ['Tea'])
  })

  it('wired to the wrong sink is told so, and nothing is written', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({ edit: changing('toIcloud', { wires: [[ID.googleSink]] }) })
    const caught = flow.next('caught')
    const report = await flow.sync()
    const { error } = (await caught) as never as { error: { message: string } }
    assert.match(error.message, /is for Privat, not for someone@example\.com: it is wired to the wrong sink/)
    assert.deepEqual(
      report.errors.map(({ code }) => code),
      ['calsync.wrong-sink'],
    )
    assert.deepEqual([report.failed, flow.takeWrites()], [1, []])
  })

  it('may wire an output to two sinks: each operation is carried out once', async () => {
    const second = '00000000000000e1'
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
    await flow.start({
      edit: (nodes) => [
        ...changing('toIcloud', { wires: [[ID.icloudSink, second]] })(nodes),
        { id: second, z: ID.tab, type: 'calendar-sink', calendar: ID.icloudCalendar, wires: [[]] },
      ],
    })
    const report = await flow.sync()
    assert.deepEqual(report.applied, { left: ONE, right: ONE })
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Tea'], icloud: ['Coffee', 'Tea'] })
    assert.deepEqual((await flow.sync()).planned, { left: NONE, right: NONE })
  })

  it('may wire an output to a sink for one calendar and one for another: the right one writes', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({ edit: changing('toIcloud', { wires: [[ID.googleSink, ID.icloudSink]] }) })
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Tea'], icloud: ['Tea'] })
    assert.deepEqual((await flow.sync()).planned, { left: NONE, right: NONE })
  })

  it('that is not wired at all counts as not carried out at once', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({ reconcile: { wires: [[], [], [], [ID.report]] } })
    const { notCarriedOut, startedAt, finishedAt } = await flow.sync()
    assert.equal(notCarriedOut, 1)
    assert.ok(startedAt <= finishedAt)
    assert.equal((await flow.sync()).notCarriedOut, 1)
  })

  it('that keeps operations without their plan makes them its own', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({ toIcloud: 'for (const op of msg.payload) delete op.plan; return msg' })
    const written = flow.next('icloudWritten')
    void flow.sync()
    const { results } = (await written).payload as Written
    assert.deepEqual(
      results.map(({ status }) => status),
      ['ok'],
    )
    assert.deepEqual(flow.titles().icloud, ['Tea'])
  })

  it('that breaks a plan is told what to do', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({
      toIcloud: 'for (const op of msg.payload) op.plan = { run: op.plan.run, changed: "all" }; return msg',
    })
    const report = await flow.sync()
    assert.deepEqual(
      report.errors.map(({ code }) => code),
      ['calsync.invalid-operation'],
    )
    assert.match(report.errors[0]?.message ?? '', /plan was changed: hand it on as it came/)
  })
})
