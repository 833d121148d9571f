import assert from 'node:assert/strict'
import type { Row } from '../demo/owner'
import { NOTHING } from './carried'
import { Examples } from './examples-stage'
import { agendas, assertInStep, assertNoMail, isThere, row } from './sides'
import type { Report } from './site'

const NAMES = ['conflict-notification', 'approve-deletions', 'title-prefix', 'status-message'] as const

describe('The examples with commands and a prefix, imported side by side into a real Node-RED', function () {
  let examples: Examples<(typeof NAMES)[number]>
  before(async () => {
    examples = await Examples.import(NAMES)
    for (const name of NAMES) assert.deepEqual((await examples.first<Report>(name, 'report')).errors, [])
  })
  afterEach(() => {
    for (const { world, listener } of examples.all) {
      assertNoMail(world)
      assert.deepEqual(listener.all('errors'), [])
    }
  })
  after(() => examples.close())

  describe('conflict-notification', () => {
    const name = 'conflict-notification'
    const rename = (google: string, icloud: string): void => {
      const { world } = examples.of[name]
      const [left, right] = [row(world.googleOwner, 'Dentist'), row(world.icloudOwner, 'Dentist')]
      world.googleOwner.change(left.id, { ...left, title: google })
      world.icloudOwner.change(right.id, { ...right, title: icloud })
    }

    it('asks about what differed from the beginning, and takes the answer', async () => {
      const { world } = examples.of[name]
      assert.match(
        await examples.first(name, 'notification'),
        /^"Concert" differs between .+: location \(.+ or .+\)\.$/,
      )
      const place = row(world.icloudOwner, 'Concert').place
      const report = await examples.press<Report>(name, 'keep iCloud’s', 'report')
      assert.deepEqual([report.errors, report.conflicts], [[], 0])
      assert.equal(row(world.googleOwner, 'Concert').place, place)
      assertInStep(world)
    })

    it('asks in a sentence when both sides changed the same, and keeps the version that the answer names', async () => {
      const { world } = examples.of[name]
      rename('Dentist, Google', 'Dentist, iCloud')
      const asked = examples.next<string>(name, 'notification')
      await examples.press(name, 'every 5 minutes', 'report')
      assert.match(await asked, /^"Dentist, Google" was changed differently in .+: summary \(.+ or .+\)\.$/)
      const report = await examples.press<Report>(name, 'keep Google’s', 'report')
      assert.deepEqual([report.errors, report.applied.right], [[], { ...NOTHING, update: 1 }])
      assert.ok(isThere(world.icloudOwner, 'Dentist, Google'))
      assertInStep(world)
    })

    it('settles one conflict with each answer, the one that has waited longest first, and remembers none itself', async () => {
      const { world, flow } = examples.of[name]
      const both = (title: string, google: string, icloud: string): void => {
        const [left, right] = [row(world.googleOwner, title), row(world.icloudOwner, title)]
        world.googleOwner.change(left.id, { ...left, title: google })
        world.icloudOwner.change(right.id, { ...right, title: icloud })
      }
      both('Dentist, Google', 'Dentist 1', 'Dentist 2')
      await examples.press(name, 'every 5 minutes', 'report')
      both('Concert', 'Concert 1', 'Concert 2')
      await examples.press(name, 'every 5 minutes', 'report')
      assert.equal((await examples.press<Report>(name, 'keep iCloud’s', 'report')).conflicts, 1)
      assert.ok(isThere(world.googleOwner, 'Dentist 2') && isThere(world.googleOwner, 'Concert 1'))
      assert.equal((await examples.press<Report>(name, 'keep Google’s', 'report')).conflicts, 0)
      assert.ok(isThere(world.icloudOwner, 'Concert 1'))
      assertInStep(world)
      const remembers = flow.filter(({ func }) => /\b(flow|context|global)\.(get|set)\b/.test(String(func)))
      assert.deepEqual(remembers, [])
    })
  })

  describe('approve-deletions', () => {
    const name = 'approve-deletions'
    let gone: Row[]
    /** More than a quarter of all. */
    const removeMany = (): void => {
      const { googleOwner, icloudOwner } = examples.of[name].world
      gone = googleOwner.rows().filter(({ title }) => title !== 'Concert' && isThere(icloudOwner, title))
      gone = gone.slice(0, Math.ceil(gone.length * 0.4))
      for (const { id } of gone) googleOwner.remove(id)
    }
    const stillInIcloud = (): number =>
      gone.filter(({ title }) => isThere(examples.of[name].world.icloudOwner, title)).length

    it('tells of many deletions, and holds them until they are approved', async () => {
      removeMany()
      const notification = examples.next<string>(name, 'notification')
      await examples.press(name, 'every 5 minutes', 'report')
      const told = await notification
      assert.match(told, new RegExp(`^${gone.length} events are gone from `))
      assert.equal(told.split('\n').length, 1 + gone.length)
      assert.equal(stillInIcloud(), gone.length)
      const report = await examples.press<Report>(name, 'delete them', 'report')
      assert.deepEqual([report.heldDeletions, report.applied.right.delete], [0, gone.length])
      assert.equal(stillInIcloud(), 0)
    })

    it('keeps them where they are when it is told so', async () => {
      removeMany()
      const { heldDeletions } = await examples.press<Report>(name, 'every 5 minutes', 'report')
      assert.equal(heldDeletions, gone.length)
      const report = await examples.press<Report>(name, 'keep them', 'report')
      assert.deepEqual([report.heldDeletions, report.applied.right], [0, NOTHING])
      assert.equal(stillInIcloud(), gone.length)
    })
  })

  it('title-prefix shows the events of Google in iCloud as Work: ..., and gives nothing back', async () => {
    const { world } = examples.of['title-prefix']
    const { planned } = await examples.first<Report>('title-prefix', 'report')
    assert.equal(planned.left.create, 0)
    const audit = row(world.googleOwner, 'Audit')
    world.googleOwner.change(audit.id, { ...audit, title: 'Review', place: 'Room 2' })
    const { applied } = await examples.press<Report>('title-prefix', 'every 5 minutes', 'report')
    assert.deepEqual(applied, { left: NOTHING, right: { ...NOTHING, update: 1 } })
    assert.equal(row(world.icloudOwner, 'Work: Review').place, 'Room 2')
    const before = agendas(world)
    const idle = await examples.press<Report>('title-prefix', 'every 5 minutes', 'report')
    assert.deepEqual(idle.planned, { left: NOTHING, right: NOTHING })
    assert.deepEqual(agendas(world), before)
    assert.ok(before.google.every((line) => !line.includes('Work: ')))
  })

  it('status-message answers in a sentence how the sync does', async () => {
    const text = await examples.press<string>('status-message', 'how does it do?', 'status')
    assert.match(text, /^1 conflict waits for you; \d+ events in step in .+ and .+\.$/)
  })
})
