import assert from 'node:assert/strict'
import { inGoogle, inIcloud } from './events'
import { Flow } from './flow'

const NONE = { create: 0, update: 0, delete: 0 }

/** The two directions; what a person does at the source and at the target is the same. */
const WAYS = [
  { direction: 'left-to-right', from: 'google', to: 'icloud', into: 'right' },
  { direction: 'right-to-left', from: 'icloud', to: 'google', into: 'left' },
] as const

for (const { direction, from, to, into } of WAYS) {
  describe(`one way, ${from} to ${to}`, () => {
    let flow: Flow
    const make = (side: 'google' | 'icloud', summary: string): unknown =>
      side === 'google' ? inGoogle(flow, summary) : inIcloud(flow, summary)
    const rename = (side: 'google' | 'icloud', summary: string, next: string): unknown =>
      side === 'google'
        ? flow.google.user.edit(flow.inGoogle(summary).id ?? '', { summary: next })
        : flow.icloud.user.set(flow.inIcloud(summary).path, `SUMMARY:${next}`)
    const remove = (side: 'google' | 'icloud', summary: string): void =>
      side === 'google'
        ? flow.google.user.delete(flow.inGoogle(summary).id ?? '')
        : flow.icloud.user.delete(flow.inIcloud(summary).path)

    beforeEach(async () => {
      flow = new Flow()
      for (const title of ['Original', 'Second', 'Third']) make(from, title)
      make(to, 'Own')
      await flow.start({ reconcile: { direction } })
      await flow.sync()
    })
    afterEach(() => flow.stop())

    it('copies the events of the source and none of the target', () => {
      assert.deepEqual(flow.titles()[to], ['Original', 'Own', 'Second', 'Third'])
      assert.deepEqual(flow.titles()[from], ['Original', 'Second', 'Third'])
    })

    it('leaves an edit at the target where it is, without a conflict', async () => {
      rename(to, 'Original', 'Edited')
      const report = await flow.sync()
      assert.deepEqual([report.planned.left, report.planned.right, report.conflicts], [NONE, NONE, 0])
      assert.ok(flow.titles()[to].includes('Edited'))
      assert.ok(flow.titles()[from].includes('Original'))
    })

    it('carries an edit of the source over one of the target', async () => {
      rename(to, 'Original', 'Edited')
      await flow.sync()
      rename(from, 'Original', 'Newer')
      const report = await flow.sync()
      assert.deepEqual([report.applied[into], report.conflicts], [{ ...NONE, update: 1 }, 0])
      assert.ok(flow.titles()[to].includes('Newer'))
    })

    it('deletes the copy when the original is deleted, and never the other way round', async () => {
      remove(from, 'Original')
      const report = await flow.sync()
      assert.deepEqual(report.applied[into], { ...NONE, delete: 1 })
      remove(to, 'Second')
      assert.deepEqual((await flow.sync()).applied, { left: NONE, right: NONE })
      assert.deepEqual(flow.titles(), { [from]: ['Second', 'Third'], [to]: ['Own', 'Third'] } as never)
    })

    it('makes a copy again that was deleted at the target once the original changes', async () => {
      remove(to, 'Second')
      await flow.sync()
      assert.ok(!flow.titles()[to].includes('Second'))
      rename(from, 'Second', 'Second changed')
      const report = await flow.sync()
      assert.deepEqual(report.applied[into], { ...NONE, create: 1 })
      assert.ok(flow.titles()[to].includes('Second changed'))
    })
  })
}
