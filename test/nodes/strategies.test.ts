import assert from 'node:assert/strict'
import type { Conflict } from '../../src/runtime/question-messages'
import { answer, clash, command, lastConflict } from './dialogue'
import type { Status } from './dialogue'
import { at, icalDay, inGoogle, inIcloud, inStep } from './events'
import { Flow } from './flow'

type Side = 'google' | 'icloud'
const both = (...titles: string[]): { google: string[]; icloud: string[] } => {
  const sorted = titles.sort()
  return { google: sorted, icloud: sorted }
}

/** Strategies, by the node's setting or a message; Google is left. */
const STRATEGIES: readonly [string, Side | 'latest' | 'user'][] = [
  ['manual', 'user'],
  ['latest-wins', 'latest'],
  ['latest_wins', 'latest'],
  ['left-wins', 'google'],
  ['left_wins', 'google'],
  ['google-wins', 'google'],
  ['google_wins', 'google'],
  ['right-wins', 'icloud'],
  ['right_wins', 'icloud'],
  ['icloud-wins', 'icloud'],
  ['icloud_wins', 'icloud'],
]

describe('an event edited on one side and deleted on the other', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  function editAndDelete(edited: Side): void {
    if (edited === 'google') {
      flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
      flow.icloud.user.delete(flow.inIcloud('Tea').path)
    } else {
      flow.icloud.user.set(flow.inIcloud('Tea').path, 'SUMMARY:Green Tea')
      flow.google.user.delete(flow.inGoogle('Tea').id ?? '')
    }
  }

  for (const edited of ['google', 'icloud'] as const) {
    for (const [strategy, winner] of STRATEGIES) {
      const outcome =
        winner === 'user' ? 'is asked' : winner === edited || winner === 'latest' ? 'is made again' : 'is deleted, too'
      it(`(edited on ${edited}) ${outcome} by ${strategy}`, async () => {
        await inStep(flow)
        editAndDelete(edited)
        const report = await flow.sync({ conflictResolution: strategy })
        if (winner === 'user') {
          assert.deepEqual([report.conflicts, flow.heard('conflicts').length, report.lost], [1, 1, []])
          assert.match(lastConflict(flow).text, /^"Green Tea" was changed in .+ and deleted in .+\.$/)
          return
        }
        assert.deepEqual([report.conflicts, flow.heard('conflicts')], [0, []])
        const stays = winner === edited || winner === 'latest'
        assert.deepEqual(flow.titles(), stays ? both('Coffee', 'Green Tea') : both('Coffee'))
        assert.deepEqual(
          report.lost.map(({ summary }) => summary),
          stays ? [] : ['Green Tea'],
        )
        assert.deepEqual((await flow.sync({ conflictResolution: strategy })).lost, [])
      })
    }

    it(`(edited on ${edited}) comes back by undo when a strategy deleted it`, async () => {
      await inStep(flow)
      editAndDelete(edited)
      const { lost } = await flow.sync({ conflictResolution: edited === 'google' ? 'right-wins' : 'left-wins' })
      assert.deepEqual(flow.titles(), both('Coffee'))
      await answer(flow, 'undo', { id: lost[0]?.id })
      await flow.sync()
      assert.deepEqual(flow.titles(), both('Coffee', 'Green Tea'))
    })
  }
})

describe('a version that a strategy overwrites', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  for (const [strategy, winner] of STRATEGIES.filter(([, who]) => who === 'google' || who === 'icloud')) {
    it(`(${strategy}) is kept, the report says so, and undo brings it back`, async () => {
      await inStep(flow, { reconcile: { conflictResolution: 'manual' } })
      clash(flow)
      const report = await flow.sync({ conflictResolution: strategy })
      const [won, loser] = winner === 'google' ? ['Green Tea', 'Black Tea'] : ['Black Tea', 'Green Tea']
      assert.deepEqual(flow.titles(), both('Coffee', won))
      assert.deepEqual(
        report.lost.map(({ summary, calendar }) => [summary, calendar]),
        [[loser, winner === 'google' ? 'Privat' : 'someone@example.com']],
      )
      const { lost, runs } = await answer<Status>(flow, 'status')
      assert.deepEqual([lost[0]?.summary, runs[0]?.events[0]?.reason.includes('wins: summary')], [loser, true])
      await answer(flow, 'undo', { id: lost[0]?.id })
      await flow.sync()
      assert.deepEqual(flow.titles(), both('Coffee', loser))
    })
  }

  it('is that of the user’s answer, too', async () => {
    await inStep(flow)
    clash(flow)
    await flow.sync()
    const { lost } = await command(flow, 'resolve', { id: lastConflict(flow).id, choice: 'icloud' })
    assert.deepEqual(
      lost.map(({ summary }) => summary),
      ['Green Tea'],
    )
  })

  it('by latest-wins is asked instead where the servers’ stamps are the same', async () => {
    await inStep(flow)
    const realNow = Date.now
    const wholeSecond = Math.ceil(realNow() / 1000) * 1000 + 60_000
    Date.now = () => wholeSecond
    try {
      clash(flow)
    } finally {
      Date.now = realNow
    }
    const { conflicts } = await flow.sync({ conflictResolution: 'latest-wins' })
    assert.deepEqual(
      [conflicts, flow.titles()],
      [1, { google: ['Coffee', 'Green Tea'], icloud: ['Black Tea', 'Coffee'] }],
    )
  })

  for (const strategy of ['left-wins', 'right-wins'] as const) {
    it(`at a first sync is written over by ${strategy}, and kept`, async () => {
      flow.google.user.create({ summary: 'G', iCalUID: 'same', ...at(3, 12, 'UTC') })
      inIcloud(flow, 'Same', 3)
      await flow.start({ reconcile: { conflictResolution: strategy } })
      const { lost, conflicts } = await flow.sync()
      const [won, loser] = strategy === 'left-wins' ? ['G', 'Same'] : ['Same', 'G']
      assert.deepEqual([flow.titles(), conflicts], [both(won), 0])
      assert.ok(lost.some(({ summary }) => summary === loser))
    })
  }
})

describe('hundreds of differences at a first sync', () => {
  const COUNT = 120
  const reminders = { useDefault: false, overrides: [] } // those of the calendar would be filled in on iCloud
  let flow: Flow
  beforeEach(async () => {
    flow = new Flow()
    for (let n = 0; n < COUNT; n += 1) {
      const offset = 1 + (n % 300)
      flow.google.user.create({
        summary: `E${n}`,
        iCalUID: `e${n}`,
        location: 'Here',
        reminders,
        ...at(offset, 12, 'UTC'),
      })
      inIcloud(flow, `E${n}`, offset, 'LOCATION:There')
    }
    await flow.start()
  })
  afterEach(() => flow.stop())

  it('are one announcement, change nothing, and are resolved at once', async () => {
    const report = await flow.sync()
    const [msg, ...more] = flow.heard('conflicts')
    assert.deepEqual([msg?.topic, (msg?.payload as Conflict[]).length, more], ['conflicts', COUNT, []])
    assert.deepEqual([report.conflicts, flow.takeWrites()], [COUNT, []])
    assert.equal(flow.shown.get('reconcile')?.at(-1), `${COUNT} conflicts`)
    const { applied, lost } = await command(flow, 'resolve', { all: true, choice: 'icloud' })
    assert.deepEqual([applied.left.update, lost.length], [COUNT, COUNT])
    const { conflicts, planned } = await flow.sync()
    assert.deepEqual([conflicts, planned.left.update + planned.right.update], [0, 0])
  })

  it('are resolved one by one, by the ids of the announcement, each in its own way', async () => {
    await flow.sync()
    const all = flow.heard('conflicts')[0]?.payload as Conflict[]
    const [first, second, third] = all
    await command(flow, 'resolve', { id: first?.id, choice: 'google' })
    await command(flow, 'resolve', { id: second?.id, choice: 'icloud' })
    const report = await command(flow, 'resolve', { id: third?.id, choice: { location: 'Elsewhere' } })
    assert.equal(report.conflicts, COUNT - 3)
    await flow.sync()
    const places = [first, second, third].map((each) => flow.inGoogle(each?.summary ?? '').location)
    assert.deepEqual(places, ['Here', 'There', 'Elsewhere'])
    assert.equal((await answer<Conflict[]>(flow, 'conflicts')).length, COUNT - 3)
  })
})

describe('fields', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())
  const editTea = (change: object): unknown => flow.google.user.edit(flow.inGoogle('Tea').id ?? '', change as never)
  const text = (): string => flow.inIcloud('Tea').text

  it('that were edited on both sides, each another one, are merged in one run without asking', async () => {
    await inStep(flow)
    editTea({ location: 'Kitchen', reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 15 }] } })
    flow.icloud.user.set(flow.inIcloud('Tea').path, 'DESCRIPTION:With milk', 'TRANSP:TRANSPARENT')
    const report = await flow.sync()
    assert.deepEqual([report.conflicts, flow.heard('conflicts'), report.errors], [0, [], []])
    const { location, description, transparency, reminders } = flow.inGoogle('Tea')
    assert.deepEqual([location, description, transparency], ['Kitchen', 'With milk', 'transparent'])
    assert.deepEqual(reminders?.overrides, [{ method: 'popup', minutes: 15 }])
    assert.match(text(), /LOCATION:Kitchen\r\n[^]*TRANSP:TRANSPARENT|TRANSP:TRANSPARENT\r\n[^]*LOCATION:Kitchen/)
    assert.match(text(), /TRIGGER[^\r]*:-PT15M/)
    assert.deepEqual((await flow.sync()).planned.left, { create: 0, update: 0, delete: 0 })
  })

  it('that were edited alike on both sides are no conflict and nothing is written', async () => {
    await inStep(flow)
    editTea({ location: 'Kitchen' })
    flow.icloud.user.set(flow.inIcloud('Tea').path, 'LOCATION:Kitchen')
    flow.takeWrites()
    const { conflicts } = await flow.sync()
    assert.deepEqual([conflicts, flow.takeWrites()], [0, []])
  })

  it('go on, both ways, while one of their event is in conflict, and so do those of later edits', async () => {
    await inStep(flow)
    clash(flow)
    flow.google.user.edit(flow.inGoogle('Green Tea').id ?? '', { location: 'Kitchen' })
    flow.icloud.user.set(flow.inIcloud('Black Tea').path, 'DESCRIPTION:With milk')
    const report = await flow.sync()
    assert.deepEqual([report.conflicts, report.applied.left.update, report.applied.right.update], [1, 1, 1])
    flow.icloud.user.set(flow.inIcloud('Black Tea').path, 'LOCATION:Garden')
    await flow.sync()
    const { summary, location, description } = flow.inGoogle('Green Tea')
    assert.deepEqual([summary, location, description], ['Green Tea', 'Garden', 'With milk'])
    assert.match(flow.inIcloud('Black Tea').text, /LOCATION:Garden/)
    assert.equal(flow.heard('conflicts').length, 1)
  })

  describe('of a series', () => {
    const occurrence = (n: number): string => `${icalDay(3 + 7 * n)}T120000Z`
    const onGoogle = (n: number): string => {
      const { id = '' } = flow.google.user.events().find(({ recurrence }) => recurrence) ?? {}
      return `${id}_${occurrence(n)}`
    }
    async function series(): Promise<string> {
      const times = [`DTSTART:${occurrence(0)}`, `DTEND:${icalDay(3)}T130000Z`]
      const path = inIcloud(flow, 'Yoga', 3, ...times, 'RRULE:FREQ=WEEKLY;COUNT=8')
      await flow.start()
      await flow.sync()
      await flow.sync()
      return path
    }

    it('edited in different occurrences on both sides are merged without asking', async () => {
      const path = await series()
      flow.google.user.edit(onGoogle(1), { summary: 'Yoga outside' })
      flow.google.user.delete(onGoogle(2))
      flow.icloud.user.changeOccurrence(path, occurrence(3), 'LOCATION:Hall')
      flow.icloud.user.cancelOccurrence(path, occurrence(4))
      const report = await flow.sync()
      assert.deepEqual([report.conflicts, report.errors], [0, []])
      assert.deepEqual(flow.titles(), both('Yoga', 'Yoga', 'Yoga outside'))
      assert.equal(flow.google.user.get(onGoogle(3)).location, 'Hall')
      assert.equal(flow.google.user.get(onGoogle(4)).status, 'cancelled')
      assert.match(flow.inIcloud('Yoga outside').text, new RegExp(`EXDATE[^\r]*${occurrence(2)}`))
    })

    it('edited in the same occurrence are a conflict of that one alone, and the others go on', async () => {
      const path = await series()
      flow.google.user.edit(onGoogle(1), { summary: 'Yoga outside' })
      flow.icloud.user.changeOccurrence(path, occurrence(1), 'SUMMARY:Yoga inside')
      flow.google.user.edit(onGoogle(2), { summary: 'Yoga in the park' })
      const report = await flow.sync()
      assert.deepEqual([report.conflicts, report.applied.right.update], [1, 1])
      assert.deepEqual(
        lastConflict(flow).fields.map(({ name }) => name),
        [`exceptions.${new Date(Date.parse(atInstant(1))).toISOString().replace('.000', '')}`],
      )
      await command(flow, 'resolve', { id: lastConflict(flow).id, choice: 'right' })
      await flow.sync()
      assert.deepEqual(flow.titles(), both('Yoga', 'Yoga in the park', 'Yoga inside'))
    })

    it('moved here and with an occurrence edited there are one question, and one answer settles both', async () => {
      const path = await series()
      flow.google.user.edit(onGoogle(1).replace(/_.*/, ''), at(3, 15, 'UTC'))
      flow.icloud.user.changeOccurrence(path, occurrence(2), 'SUMMARY:Yoga inside')
      flow.icloud.user.set(path, 'LOCATION:Hall')
      const report = await flow.sync()
      assert.equal(report.conflicts, 1)
      const names = lastConflict(flow).fields.map(({ name }) => name)
      assert.ok(names.includes('start') && names.some((name) => name.startsWith('exceptions.')), names.join())
      assert.equal(flow.google.user.events().find(({ recurrence }) => recurrence)?.location, 'Hall')
      await command(flow, 'resolve', { id: lastConflict(flow).id, choice: 'icloud' })
      await flow.sync()
      assert.deepEqual(flow.titles(), both('Yoga', 'Yoga inside'))
      const { start } = flow.google.user.events().find(({ recurrence }) => recurrence) ?? {}
      assert.equal(Date.parse(start?.dateTime ?? ''), Date.parse(atInstant(0)))
      assert.deepEqual((await flow.sync()).planned.right, { create: 0, update: 0, delete: 0 })
    })

    it('moved on one side take their occurrences along', async () => {
      const path = await series()
      flow.icloud.user.changeOccurrence(path, occurrence(2), 'SUMMARY:Yoga inside')
      await flow.sync()
      flow.google.user.edit(onGoogle(0).replace(/_.*/, ''), { summary: 'Pilates', ...at(4, 9, 'UTC') })
      const { conflicts } = await flow.sync()
      assert.equal(conflicts, 0)
      await flow.sync()
      assert.equal(flow.titles().google.length, flow.titles().icloud.length)
      assert.deepEqual((await flow.sync()).planned.left, { create: 0, update: 0, delete: 0 })
    })

    const atInstant = (n: number): string => {
      const text = occurrence(n)
      return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}T12:00:00Z`
    }
  })

  it('that only one side has at a first sync are filled in on the other', async () => {
    flow.google.user.create({ summary: 'Same', iCalUID: 'same', location: 'Kitchen', ...at(3, 12, 'UTC') })
    inIcloud(flow, 'Same', 3, 'DESCRIPTION:With milk')
    inGoogle(flow, 'Tea')
    await flow.start()
    const { conflicts } = await flow.sync()
    assert.equal(conflicts, 0)
    assert.equal(flow.inGoogle('Same').description, 'With milk')
    assert.match(flow.inIcloud('Same').text, /LOCATION:Kitchen/)
  })
})
