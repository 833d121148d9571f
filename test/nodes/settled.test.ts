import assert from 'node:assert/strict'
import type { Conflict, Differences } from '../../src/runtime/question-messages'
import { answer, command, refusal } from './dialogue'
import { at, inGoogle, inIcloud } from './events'
import { Flow, ID } from './flow'
import type { FlowNode } from './flow'

const NONE = { create: 0, update: 0, delete: 0 }
const IDLE = { left: NONE, right: NONE }
type Side = 'google' | 'icloud'
const other = (side: Side): Side => (side === 'google' ? 'icloud' : 'google')
const names = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `Event ${String(n + 1).padStart(2, '0')}`)

describe('what could not be carried over when it was done', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  const make = (side: Side, summary: string, more?: object): unknown =>
    side === 'google' ? inGoogle(flow, summary, { ...at(3), ...more }) : inIcloud(flow, summary)
  const remove = (side: Side, summary: string): void =>
    side === 'google'
      ? flow.google.user.delete(flow.inGoogle(summary).id ?? '')
      : flow.icloud.user.delete(flow.inIcloud(summary).path)
  const rename = (side: Side, summary: string, next: string): unknown =>
    side === 'google'
      ? flow.google.user.edit(flow.inGoogle(summary).id ?? '', { summary: next })
      : flow.icloud.user.set(flow.inIcloud(summary).path, `SUMMARY:${next}`)
  const allow = (side: Side, may: boolean): void => {
    if (side === 'google') flow.google.calendar().settings.role = may ? 'writer' : 'reader'
    else flow.icloud.calendar.access = may ? 'owner' : 'read'
  }
  const announced = (): Differences => flow.heard('conflicts').at(-1)?.payload as Differences

  for (const shut of ['google', 'icloud'] as const) {
    const open = other(shut)

    describe(`to ${shut}, whose calendar was read-only`, () => {
      beforeEach(async () => {
        for (const name of names(24)) make(shut, name)
        allow(shut, false)
        await flow.start()
        await flow.sync()
        for (const name of names(4)) remove(open, name)
        rename(open, 'Event 05', 'Mine')
        const report = await flow.sync()
        assert.deepEqual(report.planned, IDLE)
        allow(shut, true)
        flow.takeRequests()
      })

      it('is announced once when its owner lets us write, and nothing is done by itself', async () => {
        for (let run = 0; run < 3; run += 1) {
          const report = await flow.sync({ fullSync: true })
          assert.deepEqual([report.planned, report.conflicts, report.errors], [IDLE, 5, []])
        }
        assert.deepEqual(flow.takeWrites(), [])
        assert.deepEqual(flow.titles()[shut], names(24))
        const [msg, ...more] = flow.heard('conflicts')
        assert.deepEqual([msg?.topic, more], ['differences', []])
        const { count, events, text } = announced()
        assert.deepEqual([count, events.length], [5, 5])
        assert.match(
          text,
          /^5 events differ between .+ and .+ \("Event 0\d", .+ and 2 more\): 4 were deleted, 1 was changed /,
        )
        assert.match(text, /when that could not be carried over\. Now it can be, if you say so\.$/)
        const about = (title: string): string => events.find(({ summary }) => summary === title)?.text ?? ''
        assert.match(
          about('Event 01'),
          /^"Event 01" was deleted in .+ when that could not be carried over, and is still /,
        )
        assert.match(about('Event 05') + about('Mine'), / differs between .+ and .+: summary \("(Mine|Event 05)" or "/)
      })

      it('is carried over when the user says so', async () => {
        await flow.sync({ fullSync: true })
        const report = await command(flow, 'resolve', { id: announced().id, choice: 'carry' })
        const into = shut === 'google' ? 'left' : 'right'
        assert.deepEqual([report.applied[into], report.conflicts], [{ create: 0, update: 1, delete: 4 }, 0])
        assert.deepEqual(flow.titles().google, [...names(24).slice(5), 'Mine'])
        assert.deepEqual(flow.titles().icloud, flow.titles().google)
        assert.deepEqual((await flow.sync()).planned, IDLE)
      })

      it('is carried over when the user lets that side win', async () => {
        await flow.sync({ fullSync: true })
        await command(flow, 'resolve', { all: true, choice: open })
        assert.deepEqual(flow.titles().google, [...names(24).slice(5), 'Mine'])
        assert.deepEqual(flow.titles().icloud, flow.titles().google)
      })

      it('is undone when the user lets the other side win', async () => {
        await flow.sync({ fullSync: true })
        await command(flow, 'resolve', { all: true, choice: shut })
        assert.deepEqual(flow.titles(), { google: names(24), icloud: names(24) })
      })

      it('stays as it is when the user says so, and is not asked again', async () => {
        await flow.sync({ fullSync: true })
        const report = await command(flow, 'resolve', { id: announced().id, choice: 'keep' })
        assert.deepEqual([report.planned, report.conflicts], [IDLE, 0])
        await flow.restart()
        assert.deepEqual((await flow.sync({ fullSync: true })).planned, IDLE)
        assert.deepEqual([flow.titles()[shut], flow.heard('conflicts').length], [names(24), 0])
        rename(open, 'Mine', 'Mine again')
        await flow.sync()
        assert.ok(flow.titles()[shut].includes('Mine again'), 'what is done from now on is carried over')
      })

      it('may be answered one by one', async () => {
        await flow.sync({ fullSync: true })
        const open5 = await answer<Conflict[]>(flow, 'conflicts')
        assert.equal(open5.length, 5)
        const { id } = open5.find(({ text }) => text.includes('"Event 01"'))!
        await command(flow, 'resolve', { id, choice: 'carry' })
        assert.equal((await flow.sync()).conflicts, 4)
        assert.ok(!flow.titles()[shut].includes('Event 01'))
      })
    })

    describe(`to ${shut}, since the direction was the other one`, () => {
      const direction = shut === 'google' ? 'left-to-right' : 'right-to-left'

      it('is announced once when both directions are on', async () => {
        for (const name of names(4)) make(shut, name)
        for (const name of ['Own 1', 'Own 2', 'Own 3', 'Own 4']) make(open, name)
        await flow.start()
        await flow.sync()
        await flow.deploy({ reconcile: { direction } })
        await flow.sync()
        remove(open, 'Event 01')
        rename(open, 'Event 02', 'Event 02 of mine')
        remove(open, 'Own 1')
        rename(open, 'Own 2', 'Own 2 of mine')
        await flow.sync()
        await flow.deploy({ reconcile: { direction: 'both' } })
        flow.takeRequests()
        for (let run = 0; run < 2; run += 1) assert.deepEqual((await flow.sync()).planned, IDLE)
        assert.deepEqual([flow.heard('conflicts').length, announced().count, flow.takeWrites()], [1, 4, []])
        await command(flow, 'resolve', { id: announced().id, choice: 'carry' })
        assert.deepEqual(flow.titles().google, flow.titles().icloud)
        assert.deepEqual(flow.titles()[shut], [
          'Event 02 of mine',
          'Event 03',
          'Event 04',
          'Own 2 of mine',
          'Own 3',
          'Own 4',
        ])
      })
    })
  }

  it('to a meeting is announced once when its guests have left', async () => {
    const attendees = [{ email: 'guest@example.org', responseStatus: 'needsAction' }]
    make('google', 'Tea')
    make('google', 'Meeting', { attendees })
    make('google', 'Talk', { attendees })
    await flow.start()
    await flow.sync()
    remove('icloud', 'Meeting')
    rename('icloud', 'Talk', 'My talk')
    const report = await flow.sync()
    assert.deepEqual([report.planned, report.notWritable], [IDLE, 2])
    assert.equal((await flow.sync()).notWritable, 0, 'it is told once')
    for (const title of ['Meeting', 'Talk']) {
      flow.google.user.edit(flow.inGoogle(title).id ?? '', { attendees: null })
    }
    for (let run = 0; run < 2; run += 1) assert.deepEqual((await flow.sync()).planned, IDLE)
    assert.deepEqual([flow.heard('conflicts').length, announced().count], [1, 2])
    assert.deepEqual(flow.titles().google, ['Meeting', 'Talk', 'Tea'])
  })

  it('is an answer to nothing else', async () => {
    make('google', 'Tea')
    await flow.start()
    await flow.sync()
    rename('google', 'Tea', 'Green Tea')
    rename('icloud', 'Tea', 'Black Tea')
    await flow.sync()
    const { id } = flow.heard('conflicts').at(-1)?.payload as Conflict
    assert.match(await refusal(flow, 'resolve', { id, choice: 'carry' }), /one has to win/)
    assert.equal((await command(flow, 'resolve', { all: true, choice: 'keep' })).conflicts, 1)
  })

  it('is carried over by another node whose direction it is, whichever of them runs first', async () => {
    const SECOND = '00000000000000e1'
    const mirrored = (nodes: FlowNode[]): FlowNode[] => {
      const node = nodes.find(({ id }) => id === ID.reconcile)!
      const second = { ...node, id: SECOND, direction: 'right-to-left', wires: [[ID.toGoogle], [ID.toIcloud], [], []] }
      return [
        ...nodes.map((each) =>
          each.type === 'calendar-source' ? { ...each, wires: [[SECOND, ...(each['wires'] as string[][])[0]!]] } : each,
        ),
        second,
      ]
    }
    make('google', 'Tea')
    make('icloud', 'Coffee')
    await flow.start({ reconcile: { direction: 'left-to-right' }, edit: mirrored })
    for (let run = 0; run < 2; run += 1) await flow.sync()
    assert.deepEqual(flow.titles().google, flow.titles().icloud)
    rename('google', 'Tea', 'Green Tea')
    rename('icloud', 'Coffee', 'Mocha')
    for (let run = 0; run < 2; run += 1) await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Green Tea', 'Mocha'], icloud: ['Green Tea', 'Mocha'] })
    assert.deepEqual(flow.heard('conflicts'), [])
  })
})
