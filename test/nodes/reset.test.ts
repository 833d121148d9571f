import assert from 'node:assert/strict'
import { answer, clash, command, refusal } from './dialogue'
import { at, icalDay, inGoogle, inIcloud, inStep } from './events'
import { Flow } from './flow'
import { prefixed } from './several-wiring'

const NONE = { create: 0, update: 0, delete: 0 }
const IDLE = { left: NONE, right: NONE }

describe('reset of a pair', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())
  const reset = (): Promise<{ forgotten: number }> => answer(flow, 'reset', { confirm: true })
  const both = (...titles: string[]): object => ({ google: titles, icloud: titles })

  it('needs to be confirmed, and says so', async () => {
    await inStep(flow)
    for (const payload of [undefined, {}, { confirm: 'true' }, { confirm: 1 }, true]) {
      assert.match(await refusal(flow, 'reset', payload), /it deletes no event.*\{confirm: true\}/)
    }
    assert.equal((await flow.sync()).paired, 2)
  })

  it('writes nothing at all when both sides are in step', async () => {
    const times = [`DTSTART:${icalDay(3)}T120000Z`, `DTEND:${icalDay(3)}T130000Z`]
    const path = inIcloud(flow, 'Yoga', 3, ...times, 'RRULE:FREQ=WEEKLY;COUNT=6')
    flow.icloud.user.changeOccurrence(path, `${icalDay(10)}T120000Z`, 'SUMMARY:Yoga outside')
    await inStep(flow)
    assert.equal((await reset()).forgotten, 3)
    flow.takeWrites()
    for (const msg of [{}, { fullSync: true }]) {
      const { paired, conflicts } = await flow.sync(msg)
      assert.deepEqual([paired, conflicts, flow.takeWrites()], [3, 0, []])
    }
  })

  it('overwrites nothing of what was edited since the last run: a copy follows its original, the rest is asked', async () => {
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
    clash(flow, 'Coffee')
    await reset()
    const { conflicts } = await flow.sync()
    assert.equal(conflicts, 1)
    assert.deepEqual(flow.titles(), { google: ['Green Coffee', 'Green Tea'], icloud: ['Black Coffee', 'Green Tea'] })
    await command(flow, 'resolve', { all: true, choice: 'icloud' })
    await flow.sync()
    assert.deepEqual(flow.titles(), both('Black Coffee', 'Green Tea'))
  })

  it('asks again what was open, and takes the answer', async () => {
    await inStep(flow)
    clash(flow)
    await flow.sync()
    await reset()
    assert.equal((await flow.sync()).conflicts, 1)
    assert.equal(flow.heard('conflicts').length, 2)
    await command(flow, 'resolve', { all: true, choice: 'google' })
    await flow.sync()
    assert.deepEqual(flow.titles(), both('Coffee', 'Green Tea'))
  })

  it('while deletions are held deletes nothing: what is only on one side is carried to the other again', async () => {
    for (let n = 0; n < 8; n += 1) inGoogle(flow, `E${n}`, at(n + 1))
    await flow.start()
    await flow.sync()
    for (let n = 0; n < 7; n += 1) flow.google.user.delete(flow.inGoogle(`E${n}`).id ?? '')
    assert.equal((await flow.sync()).heldDeletions, 7)
    await reset()
    const { heldDeletions, applied } = await flow.sync()
    assert.deepEqual([heldDeletions, applied.right.delete, flow.titles().icloud.length], [0, 0, 8])
    await flow.sync()
    assert.deepEqual(flow.titles().google, flow.titles().icloud)
  })

  it('doubles no copy whose title the flow rewrites, and overwrites no original with it', async () => {
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
    await flow.start({ toIcloud: prefixed('G:'), toGoogle: prefixed('i:') })
    await flow.sync()
    await flow.sync()
    const before = flow.titles()
    await reset()
    for (let run = 0; run < 3; run += 1) {
      const { applied, conflicts } = await flow.sync()
      assert.deepEqual([applied.left.create, applied.right.create, conflicts], [0, 0, 0])
      assert.deepEqual(flow.titles(), before)
    }
    assert.deepEqual((await flow.sync()).planned, IDLE)
  })

  it('in a one-way flow copies nothing twice and gives nothing back', async () => {
    await inStep(flow, { reconcile: { direction: 'left-to-right' } })
    const before = flow.titles()
    await reset()
    flow.takeWrites()
    await flow.sync()
    assert.deepEqual([flow.titles(), flow.takeWrites()], [before, []])
    flow.google.user.delete(flow.inGoogle('Tea').id ?? '')
    await flow.sync()
    assert.deepEqual(flow.titles().icloud, ['Coffee'])
  })

  it('under dry run forgets nothing', async () => {
    await inStep(flow)
    const told = flow.next('report', ({ topic }) => topic === 'reset')
    flow.node('reconcile').receive({ topic: 'reset', payload: { confirm: true }, dryRun: true })
    assert.equal(((await told).payload as { forgotten: number }).forgotten, 0)
    assert.deepEqual([(await flow.sync()).paired, (await flow.sync()).planned], [2, IDLE])
  })

  it('and a restart before the next run change nothing of that', async () => {
    await inStep(flow)
    await reset()
    await flow.restart()
    flow.takeWrites()
    const { paired } = await flow.sync()
    assert.deepEqual([paired, flow.takeWrites(), flow.titles()], [2, [], both('Coffee', 'Tea')])
  })
})
