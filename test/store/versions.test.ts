import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { heldOnBoth } from '../engine/held'
import type { World } from '../engine/world'
import { STATES, load, playHistory, runOnce } from './saved-state'

const NONE = { create: 0, update: 0, delete: 0 }

/** A process that starts on the state of a version, beside the calendars as they were then. */
async function startedOn(version: string): Promise<World> {
  const world = await playHistory()
  const { questions } = world.flow
  assert.deepEqual(
    questions.map(({ topic }) => topic),
    ['conflict', 'held-deletions'],
  )
  world.restart(await load(version))
  return world
}

for (const version of readdirSync(STATES)) {
  describe(`State that version ${version} left on disk`, () => {
    it('is gone on from: what was planned is done, nothing else is written, nothing is asked twice', async () => {
      const world = await startedOn(version)
      world.between = (_to, ops, handOn) => handOn(ops)
      await runOnce(world)
      const report = world.reports.at(-1)
      assert.deepEqual(report?.errors, [])
      // That version saw less of an event; and no time stands beside a CalDAV token of then.
      const kinds = (): unknown[] => Object.values(world.reports.at(-1)?.reads ?? {}).map((read) => read?.kind)
      assert.deepEqual(kinds(), ['full', 'full'])
      assert.deepEqual(report.applied, { left: NONE, right: { ...NONE, update: 1 } })
      assert.deepEqual([report.paired, report.conflicts, report.heldDeletions], [12, 1, 6])
      assert.deepEqual(world.flow.questions, [])
      await runOnce(world)
      assert.deepEqual(world.reports.at(-1)?.planned, { left: NONE, right: NONE })
      assert.deepEqual(kinds(), ['incremental', 'incremental'])
      const { right } = await heldOnBoth(world)
      assert.equal(right.byTag.get('cake')?.[0]?.fields.location, 'Kitchen')
    })

    it('still holds the history, and the versions that were lost', async () => {
      const world = await startedOn(version)
      await runOnce(world)
      const pair = await world.time.until(world.life.pair())
      const lost = (await pair.lostVersions()).map(({ entry }) => entry.fields.summary)
      assert.ok(lost.includes('coffee'), JSON.stringify(lost))
      assert.ok((await pair.past.runs()).length >= 3)
    })

    it('takes an answer to what was asked then', async () => {
      const world = await startedOn(version)
      world.between = (_to, ops, handOn) => handOn(ops)
      const pair = await world.time.until(world.life.pair())
      const [uid = ''] = [...pair.agreement.open].filter((each) => pair.agreement.get(each)?.told?.about === 'conflict')
      const entry = pair.agreement.get(uid)
      assert.ok(entry?.told)
      await pair.put(new Map([[uid, { ...entry, answer: { to: entry.told.id, choice: 'left' }, due: 0 }]]))
      await runOnce(world)
      assert.equal(world.reports.at(-1)?.conflicts, 0)
    })
  })
}
