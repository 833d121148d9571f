import assert from 'node:assert/strict'
import { allDay, at, inGoogle, inIcloud, inStep } from './events'
import { Flow } from './flow'
import type { Report } from './flow'

const NONE = { create: 0, update: 0, delete: 0 }
const total = ({ applied: { left, right } }: Report): number =>
  [left, right].flatMap((counts) => Object.values(counts)).reduce((sum, count) => sum + count, 0)

describe('a reconcile node’s limits', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  describe('the window', () => {
    it('leaves out new events before pastDays and after futureDays', async () => {
      inGoogle(flow, 'Long ago', at(-10))
      inGoogle(flow, 'Yesterday', at(-1))
      inGoogle(flow, 'Soon', at(5))
      inGoogle(flow, 'Far off', allDay(15))
      await flow.start({ reconcile: { pastDays: 3, futureDays: '10' } })
      await flow.sync()
      assert.deepEqual(flow.titles().icloud, ['Soon', 'Yesterday'])
    })

    it('is 30 days back and 365 ahead unless the node says otherwise', async () => {
      for (const [title, days] of [
        ['31 ago', -32],
        ['29 ago', -29],
        ['in 364', 364],
        ['in 366', 367],
      ] as const) {
        inGoogle(flow, title, at(days))
      }
      await flow.start()
      await flow.sync()
      assert.deepEqual(flow.titles().icloud, ['29 ago', 'in 364'])
    })

    it('takes a series that began before it and goes on', async () => {
      inGoogle(flow, 'Old series', { ...at(-100), recurrence: ['RRULE:FREQ=WEEKLY'] })
      inGoogle(flow, 'Ended series', { ...at(-100), recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] })
      await flow.start({ reconcile: { pastDays: 3 } })
      await flow.sync()
      assert.deepEqual(flow.titles().icloud, ['Old series'])
    })

    it('keeps in step what was paired, also when it leaves', async () => {
      inGoogle(flow, 'Trip', at(5))
      await flow.start({ reconcile: { futureDays: 10 } })
      await flow.sync()
      flow.google.user.edit(flow.inGoogle('Trip').id ?? '', at(40))
      const report = await flow.sync()
      assert.deepEqual(report.applied.right, { ...NONE, update: 1 })
      flow.google.user.delete(flow.inGoogle('Trip').id ?? '')
      await flow.sync()
      assert.deepEqual(flow.titles().icloud, [])
    })
  })

  describe('maxOperations', () => {
    it('counts both sides together, and the rest follows in the next runs', async () => {
      for (const n of [1, 2, 3]) inGoogle(flow, `G${n}`)
      for (const n of [1, 2]) inIcloud(flow, `I${n}`)
      await flow.start({ reconcile: { maxOperations: 2 } })
      const reports = [await flow.sync(), await flow.sync(), await flow.sync()]
      assert.deepEqual(reports.map(total), [2, 2, 1])
      assert.deepEqual(
        reports.map(({ remaining }) => remaining),
        [3, 1, 0],
      )
      assert.deepEqual(flow.titles().google, flow.titles().icloud)
    })
  })

  describe('deletionLimit', () => {
    const paired = async (count: number, reconcile: object = {}): Promise<void> => {
      for (let n = 0; n < count; n += 1) inGoogle(flow, `G${n}`)
      await flow.start({ reconcile: { ...reconcile } })
      await flow.sync()
      await flow.sync()
    }
    const remove = (count: number): void => {
      for (let n = 0; n < count; n += 1) flow.google.user.delete(flow.inGoogle(`G${n}`).id ?? '')
    }

    it('carries out a few deletions', async () => {
      await paired(12)
      remove(3)
      assert.deepEqual((await flow.sync()).applied.right, { ...NONE, delete: 3 })
    })

    it('holds a mass deletion, announces it once as a set, and lets everything else go on', async () => {
      await paired(12)
      remove(7)
      inIcloud(flow, 'New')
      const report = await flow.sync()
      assert.deepEqual(
        [report.applied.right, report.heldDeletions, report.applied.left],
        [NONE, 7, { ...NONE, create: 1 }],
      )
      const [msg, ...others] = flow.heard('conflicts')
      assert.deepEqual([msg?.topic, others], ['held-deletions', []])
      const held = msg?.payload as {
        id: string
        side: string
        count: number
        events: { uid: string; summary: string; start: object }[]
        text: string
      }
      assert.deepEqual([held.side, held.count, held.events.length], ['right', 7, 7])
      assert.deepEqual(held.events.map(({ summary }) => summary).sort(), ['G0', 'G1', 'G2', 'G3', 'G4', 'G5', 'G6'])
      assert.ok(held.events.every(({ uid, start }) => uid !== '' && 'dateTime' in start))
      assert.match(held.text, /^7 events are gone from .+; deleting them in .+ too waits for you\.$/)
      const next = await flow.sync()
      assert.deepEqual([next.heldDeletions, flow.heard('conflicts').length], [7, 1])
      assert.equal(flow.titles().icloud.length, 13)
    })

    it('holds more than one deletion if they would leave nothing', async () => {
      await paired(3)
      remove(3)
      const report = await flow.sync()
      assert.deepEqual([report.applied.right, report.heldDeletions], [NONE, 3])
      assert.equal(flow.titles().icloud.length, 3)
    })

    it('is what the node says', async () => {
      await paired(12, { deletionLimit: 90 })
      remove(7)
      assert.deepEqual((await flow.sync()).applied.right, { ...NONE, delete: 7 })
    })

    it('counts the deletions of the last day with those that are due', async () => {
      await paired(16)
      remove(4)
      assert.deepEqual((await flow.sync()).applied.right, { ...NONE, delete: 4 })
      for (const n of [4, 5, 6]) flow.google.user.delete(flow.inGoogle(`G${n}`).id ?? '')
      const report = await flow.sync()
      assert.deepEqual([report.applied.right, report.heldDeletions], [NONE, 3])
    })

    it('is not touched by an empty or failed listing', async () => {
      await paired(3)
      flow.google.interfere = (stage, { url }) =>
        stage === 'before' && url.pathname.endsWith('/events')
          ? Response.json({
              kind: 'calendar#events',
              items: [],
              nextSyncToken: 'x',
              timeZone: 'Europe/Berlin',
              accessRole: 'owner',
            })
          : undefined
      const report = await flow.sync({ fullSync: true })
      assert.deepEqual(report.applied, { left: NONE, right: NONE })
      assert.equal(flow.titles().icloud.length, 3)
      assert.equal(report.heldDeletions, 3)
    })
  })

  describe('eventTypes', () => {
    const plant = (summary: string, eventType: string): unknown =>
      flow.google.user.plant({ summary, eventType, ...at(3) })

    it('are default, fromGmail and outOfOffice unless the node says otherwise', async () => {
      for (const type of ['default', 'fromGmail', 'outOfOffice', 'focusTime', 'workingLocation', 'birthday'])
        plant(type, type)
      await flow.start()
      await flow.sync()
      assert.deepEqual(flow.titles().icloud, ['default', 'fromGmail', 'outOfOffice'])
    })

    it('are chosen by the node', async () => {
      for (const type of ['default', 'fromGmail', 'focusTime']) plant(type, type)
      await flow.start({ reconcile: { eventTypes: ['default', 'focusTime'] } })
      await flow.sync()
      assert.deepEqual(flow.titles().icloud, ['default', 'focusTime'])
    })

    it('but default go one way: an edit of the copy is not carried back', async () => {
      plant('Away', 'outOfOffice')
      await flow.start()
      await flow.sync()
      flow.icloud.user.set(flow.inIcloud('Away').path, 'SUMMARY:Not away')
      const report = await flow.sync()
      assert.deepEqual([report.applied.left, report.errors, report.conflicts], [NONE, [], 0])
      assert.equal(flow.inGoogle('Away').summary, 'Away')
      flow.google.user.edit(flow.inGoogle('Away').id ?? '', { summary: 'Away again' })
      await flow.sync()
      assert.deepEqual(flow.titles().icloud, ['Away again'])
    })
  })

  it('leave what is idle alone', async () => {
    await inStep(flow, { reconcile: { maxOperations: 1 } })
    const report = await flow.sync()
    assert.deepEqual([report.remaining, report.planned], [0, { left: NONE, right: NONE }])
  })
})
