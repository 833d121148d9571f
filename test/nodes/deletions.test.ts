import assert from 'node:assert/strict'
import type { Explanation } from '../../src/runtime/explain'
import { answer, command, lastHeld, refusal, shownBy } from './dialogue'
import { at, inGoogle, inIcloud } from './events'
import { Flow } from './flow'
import type { Report } from './flow'

const NONE = { create: 0, update: 0, delete: 0 }

describe('held deletions', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  /** So many events in step, made on one side. */
  async function paired(count: number, side: 'google' | 'icloud' = 'google'): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      if (side === 'google') inGoogle(flow, `E${n}`, at(n + 1, 12, 'UTC'))
      else inIcloud(flow, `E${n}`, n + 1)
    }
    await flow.start()
    await flow.sync()
    await flow.sync()
  }
  const removeFrom = (side: 'google' | 'icloud', ...numbers: number[]): void => {
    for (const n of numbers) {
      if (side === 'google') flow.google.user.delete(flow.inGoogle(`E${n}`).id ?? '')
      else flow.icloud.user.delete(flow.inIcloud(`E${n}`).path)
    }
  }
  /** Google lists no events any more, though they are there. */
  function listNothing(): void {
    const empty = { kind: 'calendar#events', items: [], nextSyncToken: 'x', timeZone: 'UTC', accessRole: 'owner' }
    flow.google.interfere = (stage, { url }) =>
      stage === 'before' && url.pathname.endsWith('/events') ? Response.json(empty) : undefined
  }
  const SEVEN = [0, 1, 2, 3, 4, 5, 6]

  for (const side of ['google', 'icloud'] as const) {
    const there = side === 'google' ? 'icloud' : 'google'
    const to = side === 'google' ? 'right' : 'left'

    it(`made on ${side}: are announced once, shown under the node, and approved by a message`, async () => {
      await paired(8, side)
      removeFrom(side, ...SEVEN)
      await flow.sync()
      const { id, text, side: deletedOn, count } = lastHeld(flow)
      assert.deepEqual([deletedOn, count, flow.heard('conflicts').length], [to, 7, 1])
      assert.match(text, /^7 events are gone from .+; deleting them in .+ too waits for you\.$/)
      assert.equal(shownBy(flow, 'reconcile'), '7 deletions held')
      await flow.sync()
      assert.equal(flow.heard('conflicts').length, 1)
      const report = await command(flow, 'approve-deletions', { id })
      assert.deepEqual(report.applied[to], { ...NONE, delete: 7 })
      assert.deepEqual(flow.titles()[there], ['E7'])
      assert.equal(report.lost.length, 7)
      assert.match(shownBy(flow, 'reconcile') ?? '', /^in sync/)
    })

    it(`made on ${side}: stay when they are kept, alone, until they change again`, async () => {
      await paired(8, side)
      removeFrom(side, ...SEVEN)
      await flow.sync()
      await command(flow, 'keep-deletions', { id: lastHeld(flow).id })
      const { planned, heldDeletions } = await flow.sync()
      assert.deepEqual([planned, heldDeletions], [{ left: NONE, right: NONE }, 0])
      if (there === 'icloud') flow.icloud.user.set(flow.inIcloud('E0').path, 'SUMMARY:Again')
      else flow.google.user.edit(flow.inGoogle('E0').id ?? '', { summary: 'Again' })
      await flow.sync()
      assert.ok(flow.titles()[side].includes('Again'))
    })
  }

  it('that more join are announced anew as one set, and each set is approved for exactly its own', async () => {
    await paired(10)
    removeFrom('google', ...SEVEN)
    await flow.sync()
    const first = lastHeld(flow)
    removeFrom('google', 7, 8)
    await flow.sync()
    const second = lastHeld(flow)
    assert.deepEqual([first.count, second.count, flow.heard('conflicts').length], [7, 9, 2])
    await command(flow, 'approve-deletions', { id: first.id })
    assert.deepEqual(flow.titles().icloud, ['E7', 'E8', 'E9'])
    const report = await command(flow, 'approve-deletions', { id: second.id })
    assert.deepEqual([report.applied.right.delete, flow.titles().icloud], [2, ['E9']])
  })

  it('are held until the user decides, also when some are made again and there are few of them', async () => {
    await paired(20)
    removeFrom('google', ...SEVEN)
    await flow.sync()
    for (const n of [0, 1, 2, 3]) inGoogle(flow, `E${n}`, at(n + 1, 12, 'UTC'))
    const report = await flow.sync()
    assert.equal(report.applied.right.delete, 0)
    await flow.sync()
    assert.equal(flow.titles().icloud.filter((title) => ['E4', 'E5', 'E6'].includes(title)).length, 3)
  })

  it('are gone by themselves when the events come back', async () => {
    await paired(4)
    const before = flow.google.interfere
    listNothing()
    const empty = await flow.sync({ fullSync: true })
    assert.deepEqual([empty.heldDeletions, empty.applied], [4, { left: NONE, right: NONE }])
    flow.google.interfere = before
    const { heldDeletions, planned } = await flow.sync({ fullSync: true })
    assert.deepEqual([heldDeletions, planned], [0, { left: NONE, right: NONE }])
    assert.match(shownBy(flow, 'reconcile') ?? '', /^in sync/)
    assert.match(await refusal(flow, 'approve-deletions', { id: lastHeld(flow).id }), /No held deletions/)
  })

  for (const [how, titles] of [
    ['approve-deletions', []],
    ['keep-deletions', ['E0']],
  ] as const) {
    it(`that are only missing are decided in the same way: ${how}`, async () => {
      await paired(1)
      listNothing()
      const report = await flow.sync({ fullSync: true })
      assert.deepEqual([report.heldDeletions, lastHeld(flow).count, flow.titles().icloud], [1, 1, ['E0']])
      const { decision } = await answer<Explanation>(flow, 'explain', { uid: flow.inGoogle('E0').iCalUID })
      assert.match(decision.join(), /^held: missing in .+, though nothing says that it was deleted there/)
      await command(flow, how)
      assert.deepEqual(flow.titles().icloud, titles)
    })
  }

  it('can’t be outrun by runs that follow each other fast, one deletion at a time', async () => {
    await paired(12)
    const reports: Report[] = []
    for (let n = 0; n < 12; n += 1) {
      removeFrom('google', n)
      reports.push(await flow.sync())
    }
    const carriedOut = reports.reduce((sum, { applied }) => sum + applied.right.delete, 0)
    assert.ok(carriedOut <= 5, `${carriedOut} deletions were carried out`)
    assert.equal(flow.titles().icloud.length, 12 - carriedOut)
    assert.equal(reports.at(-1)?.heldDeletions, 12 - carriedOut)
  })

  it('can’t be outrun by a restart between the runs either', async () => {
    await paired(12)
    for (let n = 0; n < 9; n += 1) {
      removeFrom('google', n)
      if (n % 3 === 0) await flow.restart()
      await flow.sync()
    }
    assert.equal(flow.titles().icloud.length, 7)
  })

  it('never empty a calendar by the few that are free', async () => {
    await paired(3)
    for (const n of [0, 1, 2]) {
      removeFrom('google', n)
      await flow.sync()
    }
    assert.equal(flow.titles().icloud.length, 1)
    assert.equal(lastHeld(flow).count, 1)
  })

  it('are explained as what they are', async () => {
    await paired(8)
    const uid = flow.inGoogle('E0').iCalUID
    removeFrom('google', ...SEVEN)
    await flow.sync()
    const { decision } = await answer<Explanation>(flow, 'explain', { uid })
    assert.match(decision.join(), /^held: deleted in .+approve-deletions or keep-deletions decides$/)
  })

  it('whose carrying out fails stay approved', async () => {
    await paired(8)
    removeFrom('google', ...SEVEN)
    await flow.sync()
    flow.icloud.interfere = {
      before: ({ method }) => (method === 'DELETE' ? new Response('no', { status: 500 }) : undefined),
    }
    assert.equal((await command(flow, 'approve-deletions')).failed, 7)
    flow.icloud.interfere = {}
    assert.deepEqual((await flow.sync()).applied.right, { ...NONE, delete: 7 })
    assert.deepEqual(flow.titles().icloud, ['E7'])
  })

  it('are not approved for an event that was edited since: that is asked', async () => {
    await paired(8)
    removeFrom('google', ...SEVEN)
    await flow.sync()
    flow.icloud.user.set(flow.inIcloud('E0').path, 'SUMMARY:Edited')
    const report = await command(flow, 'approve-deletions', { id: lastHeld(flow).id })
    assert.deepEqual([report.applied.right.delete, report.stale, report.conflicts], [6, 0, 1])
    assert.deepEqual(flow.titles().icloud, ['E7', 'Edited'])
  })

  it('are not approved for an event that has come back since', async () => {
    await paired(8)
    const id = flow.inGoogle('E0').id ?? ''
    const { path } = flow.inIcloud('E0')
    removeFrom('google', ...SEVEN)
    await flow.sync()
    flow.google.user.edit(id, { status: 'confirmed' })
    const report = await command(flow, 'approve-deletions', { id: lastHeld(flow).id })
    assert.deepEqual([report.applied.right, report.errors], [{ ...NONE, delete: 6 }, []])
    assert.deepEqual(flow.titles(), { google: ['E0', 'E7'], icloud: ['E0', 'E7'] })
    assert.equal(flow.inIcloud('E0').path, path)
  })

  it('are kept or approved by whoever sends no id, for all that are held now', async () => {
    await paired(8)
    removeFrom('google', ...SEVEN)
    await flow.sync()
    for (const payload of [{ id: 7 }, { id: {} }]) {
      assert.match(await refusal(flow, 'approve-deletions', payload), /id must be the id of a set/)
    }
    flow.node('reconcile').receive({ topic: 'approve-deletions' })
    await flow.next('report', ({ topic }) => topic === 'report')
    assert.deepEqual(flow.titles().icloud, ['E7'])
  })
})
