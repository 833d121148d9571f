import assert from 'node:assert/strict'
import type { Conflict } from '../../src/runtime/question-messages'
import { at, inGoogle, inIcloud, inStep } from './events'
import { Flow, ID } from './flow'
import type { Report } from './flow'

const NONE = { create: 0, update: 0, delete: 0 }
const UPDATE = { ...NONE, update: 1 }

/** Renames the same event on both sides. */
function clash(flow: Flow, summary = 'Tea'): void {
  flow.google.user.edit(flow.inGoogle(summary).id ?? '', { summary: `Green ${summary}` })
  flow.icloud.user.set(flow.inIcloud(summary).path, `SUMMARY:Black ${summary}`)
}

const conflictOf = (flow: Flow): Conflict => flow.heard('conflicts').at(-1)?.payload as Conflict

describe('a conflict', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  it('is announced once on output 3, with both values, and changes nothing', async () => {
    await inStep(flow)
    clash(flow)
    const report = await flow.sync()
    assert.deepEqual([report.conflicts, report.applied], [1, { left: NONE, right: NONE }])
    const [msg, ...more] = flow.heard('conflicts')
    assert.deepEqual([msg?.topic, msg?._msgid, more], ['conflict', flow.heard('report').at(-1)?._msgid, []])
    const conflict = conflictOf(flow)
    assert.deepEqual(Object.keys(conflict).sort(), [
      'detectedAt',
      'fields',
      'id',
      'left',
      'right',
      'summary',
      'text',
      'uid',
    ])
    assert.deepEqual(conflict.fields, [{ name: 'summary', base: 'Tea', left: 'Green Tea', right: 'Black Tea' }])
    assert.deepEqual([conflict.summary, conflict.uid], ['Green Tea', flow.inGoogle('Green Tea').iCalUID])
    assert.deepEqual([conflict.left?.['summary'], conflict.right?.['summary']], ['Green Tea', 'Black Tea'])
    assert.ok(Math.abs(Date.parse(conflict.detectedAt) - Date.now()) < 60_000)
    assert.match(
      conflict.text,
      /^"Green Tea" was changed differently in .+ and .+: summary \("Green Tea" or "Black Tea"\)\.$/,
    )
    assert.ok(!conflict.text.includes('undefined'))
    const again = await flow.sync()
    assert.deepEqual([again.conflicts, flow.heard('conflicts').length], [1, 1])
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Green Tea'], icloud: ['Black Tea', 'Coffee'] })
  })

  it('has another id when one of its values is another, and is announced again then', async () => {
    await inStep(flow)
    clash(flow)
    await flow.sync()
    const { id } = conflictOf(flow)
    flow.google.user.edit(flow.inGoogle('Green Tea').id ?? '', { location: 'Kitchen' })
    await flow.sync()
    assert.equal(flow.heard('conflicts').length, 1)
    flow.google.user.edit(flow.inGoogle('Green Tea').id ?? '', { summary: 'White Tea' })
    await flow.sync()
    assert.equal(flow.heard('conflicts').length, 2)
    assert.notEqual(conflictOf(flow).id, id)
  })

  it('does not hold up the other fields, nor other events', async () => {
    await inStep(flow)
    clash(flow)
    flow.google.user.edit(flow.inGoogle('Green Tea').id ?? '', { location: 'Kitchen' })
    flow.google.user.edit(flow.inGoogle('Coffee').id ?? '', { summary: 'Espresso' })
    const report = await flow.sync()
    assert.deepEqual([report.conflicts, report.applied.right], [1, { ...NONE, update: 2 }])
    assert.match(flow.inIcloud('Black Tea').text, /LOCATION:Kitchen/)
  })

  it('ends when a person makes both sides alike', async () => {
    await inStep(flow)
    clash(flow)
    await flow.sync()
    flow.icloud.user.set(flow.inIcloud('Black Tea').path, 'SUMMARY:Green Tea')
    const report = await flow.sync()
    assert.deepEqual([report.conflicts, report.applied], [0, { left: NONE, right: NONE }])
  })

  it('of an edit and a deletion says which is which', async () => {
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
    flow.icloud.user.delete(flow.inIcloud('Tea').path)
    const report = await flow.sync()
    assert.equal(report.conflicts, 1)
    const { text, left, right, fields } = conflictOf(flow)
    assert.deepEqual([left?.['summary'], right, fields], ['Green Tea', null, []])
    assert.match(text, /^"Green Tea" was changed in someone@example\.com and deleted in Privat\.$/)
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Green Tea'], icloud: ['Coffee'] })
  })

  it('of times shows start, end and recurrence', async () => {
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', at(5))
    flow.icloud.user.set(flow.inIcloud('Tea').path, 'LOCATION:Kitchen')
    flow.icloud.user.rewrite(flow.inIcloud('Tea').path, (text) => text.replace(/T100000/, 'T090000'))
    await flow.sync()
    assert.deepEqual(
      conflictOf(flow).fields.map(({ name }) => name),
      ['start', 'end', 'recurrence'],
    )
  })

  it('found at the first sync is told with the others in one message', async () => {
    const times = (hour: number): object => at(3, hour, 'UTC')
    for (const n of [1, 2]) {
      flow.google.user.create({ summary: `G${n}`, iCalUID: `same-${n}`, ...times(9) })
      inIcloud(flow, `Same ${n}`, 3)
    }
    await flow.start()
    const report = await flow.sync()
    assert.deepEqual([report.conflicts, report.paired], [2, 2])
    const [msg, ...more] = flow.heard('conflicts')
    assert.deepEqual([msg?.topic, more], ['conflicts', []])
    const all = msg?.payload as Conflict[]
    assert.deepEqual(all.map(({ uid }) => uid).sort(), ['same-1', 'same-2'])
    assert.ok(
      all.every(({ text }) => /^"G\d" differs between .+ and .+: .*summary/.test(text)),
      all[0]?.text,
    )
    assert.equal((await flow.sync()).conflicts, 2)
    assert.equal(flow.heard('conflicts').length, 1)
  })

  const winners: [unknown, 'google' | 'icloud'][] = [
    ['left-wins', 'google'],
    ['left_wins', 'google'],
    ['google-wins', 'google'],
    ['google_wins', 'google'],
    ['right-wins', 'icloud'],
    ['right_wins', 'icloud'],
    ['icloud-wins', 'icloud'],
    ['icloud_wins', 'icloud'],
  ]
  for (const [conflictResolution, winner] of winners) {
    it(`is settled for ${winner} by msg.conflictResolution: "${String(conflictResolution)}"`, async () => {
      await inStep(flow)
      clash(flow)
      const report = await flow.sync({ conflictResolution })
      const expected = winner === 'google' ? 'Green Tea' : 'Black Tea'
      assert.deepEqual(flow.titles(), { google: [expected, 'Coffee'].sort(), icloud: [expected, 'Coffee'].sort() })
      assert.deepEqual([report.conflicts, flow.heard('conflicts')], [0, []])
    })
  }

  for (const conflictResolution of ['latest-wins', 'latest_wins']) {
    for (const later of ['google', 'icloud'] as const) {
      it(`is settled for ${later}, edited later, by "${conflictResolution}"`, async () => {
        await inStep(flow)
        const google = (): unknown => flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
        const icloud = (): void => flow.icloud.user.set(flow.inIcloud('Tea').path, 'SUMMARY:Black Tea')
        const [first, second] = later === 'icloud' ? [google, icloud] : [icloud, google]
        first()
        flow.ahead = 10 * 60_000
        second()
        const report = await flow.sync({ conflictResolution })
        const expected = later === 'google' ? 'Green Tea' : 'Black Tea'
        assert.deepEqual(flow.titles(), { google: [expected, 'Coffee'].sort(), icloud: [expected, 'Coffee'].sort() })
        assert.equal(report.conflicts, 0)
      })
    }
  }

  it('is left to the user by msg.conflictResolution: "manual", whatever the node says', async () => {
    await inStep(flow, { reconcile: { conflictResolution: 'left-wins' } })
    clash(flow)
    assert.equal((await flow.sync({ conflictResolution: 'manual' })).conflicts, 1)
    assert.equal(flow.heard('conflicts').length, 1)
  })

  it('is settled by the node’s setting', async () => {
    await inStep(flow, { reconcile: { conflictResolution: 'right-wins' } })
    clash(flow)
    const report = await flow.sync()
    assert.deepEqual([report.conflicts, report.applied.left], [0, UPDATE])
    assert.equal(flow.inGoogle('Black Tea').summary, 'Black Tea')
  })

  for (const conflictResolution of ['newest', 'outlook-wins', 7, true, {}, '-wins', 'LEFT-WINS']) {
    it(`is not resolved by ${JSON.stringify(conflictResolution)}: that is an error which lists what may be`, async () => {
      await inStep(flow)
      clash(flow)
      const caught = flow.next('caught')
      flow.node('googleSource').receive({ _msgid: 'm', conflictResolution })
      flow.node('icloudSource').receive({ _msgid: 'm', conflictResolution })
      const { error } = (await caught) as never as { error: { message: string; code?: string } }
      assert.match(
        error.message,
        /msg\.conflictResolution is .*must be one of manual, latest-wins, left-wins, right-wins/,
      )
      assert.deepEqual(flow.takeWrites(), [])
      assert.equal((await flow.sync()).conflicts, 1)
    })
  }

  it('can’t be settled by a provider’s name that both sides have', async () => {
    const second = flow.google.addCalendar({ id: 'second@group.calendar.google.com', summary: 'Second' })
    inGoogle(flow, 'Tea')
    await flow.start({
      edit: (nodes) =>
        nodes.map((node) =>
          node.id === ID.icloudCalendar ? { ...node, accountType: 'google', calendarId: second.settings.id } : node,
        ),
    })
    const caught = flow.next('caught')
    flow.node('reconcile').receive({ topic: 'sync', conflictResolution: 'google-wins' })
    const { error } = (await caught) as never as { error: { message: string } }
    assert.match(error.message, /google-wins/)
    const report: Report = await flow.sync()
    assert.deepEqual(report.applied.right, { ...NONE, create: 1 })
  })
})
