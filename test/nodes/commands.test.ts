import assert from 'node:assert/strict'
import type { Explanation } from '../../src/runtime/explain'
import type { Conflict, HeldDeletions } from '../../src/runtime/question-messages'
import { answer, clash, command, lastConflict, refusal } from './dialogue'
import type { Status } from './dialogue'
import { at, inGoogle, inIcloud, inStep } from './events'
import { Flow } from './flow'

describe('commands to a reconcile node', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  describe('conflicts and resolve', () => {
    it('lists all that are open, as one message with an array', async () => {
      await inStep(flow)
      clash(flow)
      clash(flow, 'Coffee')
      await flow.sync()
      const open = await answer<Conflict[]>(flow, 'conflicts')
      assert.deepEqual(open.map(({ summary }) => summary).sort(), ['Green Coffee', 'Green Tea'])
    })

    for (const [choice, google, icloud] of [
      ['left', 'Green Tea', 'Green Tea'],
      ['right', 'Black Tea', 'Black Tea'],
      ['google', 'Green Tea', 'Green Tea'],
      ['icloud', 'Black Tea', 'Black Tea'],
      [{ summary: 'White Tea' }, 'White Tea', 'White Tea'],
    ] as const) {
      it(`resolves one by ${JSON.stringify(choice)}, at once, followed by a report`, async () => {
        await inStep(flow)
        clash(flow)
        await flow.sync()
        const report = await command(flow, 'resolve', { id: lastConflict(flow).id, choice })
        assert.deepEqual(report.errors, [])
        await flow.sync()
        assert.deepEqual(flow.titles(), { google: ['Coffee', google].sort(), icloud: ['Coffee', icloud].sort() })
        assert.equal((await flow.sync()).conflicts, 0)
      })
    }

    it('keeps both versions: the left one stays, the right one becomes an event of its own on both sides', async () => {
      await inStep(flow)
      clash(flow)
      await flow.sync()
      await command(flow, 'resolve', { id: lastConflict(flow).id, choice: 'both' })
      await flow.sync()
      await flow.sync()
      await flow.sync()
      const titles = ['Black Tea', 'Coffee', 'Green Tea']
      assert.deepEqual(flow.titles(), { google: titles, icloud: titles })
    })

    it('resolves hundreds at once with all', async () => {
      for (let index = 0; index < 12; index += 1) {
        inGoogle(flow, `Event ${index}`, { ...at(index + 1), location: 'Here' })
        inIcloud(flow, `Event ${index}`, index + 1, ...sameTime(index + 1), 'LOCATION:There')
      }
      await flow.start()
      await flow.sync()
      const [announced, ...more] = flow.heard('conflicts')
      assert.deepEqual([announced?.topic, (announced?.payload as unknown[]).length, more], ['conflicts', 12, []])
      const report = await command(flow, 'resolve', { all: true, choice: 'icloud' })
      assert.equal(report.applied.left.update, 12)
      assert.equal((await flow.sync()).conflicts, 0)
    })

    it('asks again when one side has changed since, and says so', async () => {
      await inStep(flow)
      clash(flow)
      await flow.sync()
      const { id } = lastConflict(flow)
      flow.google.user.edit(flow.inGoogle('Green Tea').id ?? '', { summary: 'Greener Tea' })
      await flow.sync()
      assert.match(await refusal(flow, 'resolve', { id, choice: 'right' }), /asked anew/)
      assert.notEqual(lastConflict(flow).id, id)
      assert.ok(flow.titles().google.includes('Greener Tea'))
    })

    it('resolves an event that was edited here and deleted there', async () => {
      for (const [choice, titles] of [
        ['left', ['Coffee', 'Green Tea']],
        ['right', ['Coffee']],
      ] as const) {
        await inStep(flow)
        flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
        flow.icloud.user.delete(flow.inIcloud('Tea').path)
        await flow.sync()
        await command(flow, 'resolve', { id: lastConflict(flow).id, choice })
        await flow.sync()
        assert.deepEqual(flow.titles(), { google: titles, icloud: titles })
        await flow.stop()
        flow = new Flow()
      }
      await flow.start()
    })

    it('refuses what it can’t understand, with what it needs', async () => {
      await inStep(flow)
      clash(flow)
      await flow.sync()
      const { id } = lastConflict(flow)
      for (const payload of [
        undefined,
        'left',
        {},
        { id },
        { id, choice: 'outlook' },
        { id, choice: 7 },
        { choice: 'left' },
      ]) {
        assert.ok((await refusal(flow, 'resolve', payload)).length > 20)
      }
      assert.match(await refusal(flow, 'resolve', { id: 'unknown', choice: 'left' }), /No conflict with the id/)
      assert.match(await refusal(flow, 'dance', {}), /sync, status, conflicts, resolve/)
    })

    it('refuses to release what is no event, or one that it does not know', async () => {
      await inStep(flow)
      for (const uid of [7, null, {}]) {
        assert.match(await refusal(flow, 'sync', { uid }), /uid in the payload of sync must be the uid of an event/)
      }
      assert.match(await refusal(flow, 'sync', { uid: 'nobody' }), /knows no event with the uid "nobody"/)
      assert.deepEqual((await command(flow, 'sync', 1_234_567)).errors, [])
    })

    it('records nothing under dry run', async () => {
      await inStep(flow)
      clash(flow)
      await flow.sync()
      const { id } = lastConflict(flow)
      await flow.report(() =>
        flow.node('reconcile').receive({ topic: 'resolve', payload: { id, choice: 'left' }, dryRun: true }),
      )
      assert.equal((await flow.sync()).conflicts, 1)
    })
  })

  describe('held deletions', () => {
    async function held(): Promise<HeldDeletions> {
      for (let index = 0; index < 8; index += 1) inGoogle(flow, `Event ${index}`, at(index + 1))
      await flow.start()
      await flow.sync()
      for (let index = 0; index < 7; index += 1) flow.google.user.delete(flow.inGoogle(`Event ${index}`).id ?? '')
      const report = await flow.sync()
      assert.equal(report.heldDeletions, 7)
      return flow.heard('conflicts').at(-1)?.payload as HeldDeletions
    }

    it('are carried out when they are approved', async () => {
      const { id, count } = await held()
      assert.equal(count, 7)
      const report = await command(flow, 'approve-deletions', { id })
      assert.equal(report.applied.right.delete, 7)
      assert.deepEqual(flow.titles().icloud, ['Event 7'])
    })

    it('stay where they are when they are kept', async () => {
      await held()
      const report = await command(flow, 'keep-deletions')
      assert.deepEqual([report.heldDeletions, report.applied.right.delete], [0, 0])
      const next = await flow.sync()
      assert.deepEqual([next.heldDeletions, next.planned.left.create, next.planned.right.delete], [0, 0, 0])
      assert.equal(flow.titles().icloud.length, 8)
    })

    it('are approved for exactly those that were announced', async () => {
      const { id } = await held()
      flow.google.user.delete(flow.inGoogle('Event 7').id ?? '')
      await flow.sync()
      const report = await command(flow, 'approve-deletions', { id })
      assert.equal(report.applied.right.delete, 7)
      assert.deepEqual(flow.titles().icloud, ['Event 7'])
      assert.match(await refusal(flow, 'approve-deletions', { id: 'unknown' }), /No held deletions/)
    })
  })

  describe('history and undo', () => {
    it('status tells how things stand, how the runs went, and which versions were lost', async () => {
      await inStep(flow)
      flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
      const report = await flow.sync()
      const status = await answer<Status>(flow, 'status')
      assert.equal(status.paired, 2)
      assert.deepEqual([status.conflicts, status.heldDeletions, status.successRate], [0, 0, 1])
      assert.equal(status.calendars.left.events, 2)
      assert.equal(status.runs[0]?.run, report.run)
      const [event] = status.runs.flatMap(({ events }) => events)
      assert.deepEqual([event?.action, event?.state], ['update', 'ok'])
      assert.match(event?.reason ?? '', /^changed in .+: summary$/)
      assert.ok(status.idleRuns >= 1)
      assert.ok(Date.parse(status.lastSuccess) > 0)
      assert.deepEqual(
        status.lost.map(({ summary }) => summary),
        ['Tea'],
      )
      assert.deepEqual(status.lost[0]?.id, report.lost[0]?.id)
    })

    it('status counts a run that had nothing to do as a success, and names its time', async () => {
      await inStep(flow)
      const { lastSuccess } = await answer<Status>(flow, 'status')
      const { startedAt, planned } = await flow.sync()
      assert.deepEqual(planned.left, { create: 0, update: 0, delete: 0 })
      const after = await answer<Status>(flow, 'status')
      assert.ok(after.lastSuccess >= startedAt, `${after.lastSuccess} is before ${startedAt}, was ${lastSuccess}`)
    })

    it('undo puts a version back that was overwritten, and the pair carries it on', async () => {
      await inStep(flow)
      flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea', location: 'Kitchen' })
      const { lost } = await flow.sync()
      const result = await answer<{ id: string; status: string }>(flow, 'undo', { id: lost[0]?.id })
      assert.deepEqual([result.id, result.status], [lost[0]?.id, 'ok'])
      assert.ok(flow.titles().icloud.includes('Tea'))
      await flow.sync()
      assert.deepEqual(flow.titles(), { google: ['Coffee', 'Tea'], icloud: ['Coffee', 'Tea'] })
      assert.equal(flow.inGoogle('Tea').location, undefined)
    })

    it('undo makes an event again that was deleted', async () => {
      await inStep(flow)
      flow.google.user.delete(flow.inGoogle('Tea').id ?? '')
      const { lost } = await flow.sync()
      assert.deepEqual(flow.titles().icloud, ['Coffee'])
      await answer(flow, 'undo', { id: lost[0]?.id })
      await flow.sync()
      assert.deepEqual(flow.titles(), { google: ['Coffee', 'Tea'], icloud: ['Coffee', 'Tea'] })
      assert.match(await refusal(flow, 'undo', { id: 'unknown' }), /in the history/)
    })
  })

  it('are answered, and reported on, with a sentence that a person would say, first of all', async () => {
    await inStep(flow)
    clash(flow)
    const report = await flow.sync()
    const first = (payload: object): [string, unknown] => Object.entries(payload)[0] ?? ['', undefined]
    assert.deepEqual(first(report), ['text', 'Nothing was written. 1 conflict waits for you.'])
    assert.deepEqual(first(lastConflict(flow))[0], 'text')
    const status = await answer<object>(flow, 'status')
    assert.deepEqual(Object.entries(status).slice(0, 2), [
      ['text', '1 conflict waits for you; 2 events in step in someone@example.com and Privat.'],
      ['health', 'conflicts'],
    ])
    const resolved = await command(flow, 'resolve', { all: true, choice: 'left' })
    assert.deepEqual(first(resolved), ['text', 'someone@example.com got nothing, Privat got 1 change.'])
    const [lost] = (await answer<Status>(flow, 'status')).lost
    assert.deepEqual([lost?.summary, lost?.calendar], ['Black Tea', 'Privat'])
    const undone = await answer<object>(flow, 'undo', { id: lost?.id })
    assert.deepEqual(first(undone), ['text', '"Black Tea" was put back in Privat.'])
    const forgotten = await answer<object>(flow, 'reset', { confirm: true })
    const text = 'What someone@example.com and Privat agreed on about 2 events is forgotten; no event was deleted.'
    assert.deepEqual(first(forgotten), ['text', text])
  })

  describe('explain', () => {
    const decision = async (uid: string | null | undefined): Promise<string> =>
      (await answer<Explanation>(flow, 'explain', { uid })).decision.join(' ')

    it('says what would be done about an event, and why', async () => {
      await inStep(flow)
      const { iCalUID } = flow.inGoogle('Tea')
      assert.match(await decision(iCalUID), /both sides mean the same/)
      inGoogle(flow, 'Long ago', at(-100))
      flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { location: 'Kitchen' })
      flow.node('googleSource').receive({})
      await flow.next('reconcile')
      assert.match(await decision(iCalUID), /update in .+ \(location\): changed in/)
      assert.match(await decision(flow.inGoogle('Long ago').iCalUID), /outside the window/)
      assert.match(
        await refusal(flow, 'explain', { uid: 'never' }),
        /Neither calendar has an event with the uid "never", and the history knows of none/,
      )
      assert.match(await refusal(flow, 'explain', {}), /needs payload/)
    })

    it('says that a decision is waited for, and what was written lately', async () => {
      await inStep(flow)
      clash(flow)
      await flow.sync()
      const { uid } = lastConflict(flow)
      const explained = await answer<Explanation>(flow, 'explain', { uid })
      assert.match(explained.decision.join(' '), /waits for a decision about summary/)
      assert.equal(explained.left.event?.['summary'], 'Green Tea')
      assert.equal(explained.wroteLately.length, 1)
    })
  })

  describe('reset', () => {
    it('forgets the agreement and deletes nothing; the next run pairs again and overwrites nothing', async () => {
      await inStep(flow)
      assert.match(await refusal(flow, 'reset', {}), /confirm: true/)
      const { forgotten } = await answer<{ forgotten: number }>(flow, 'reset', { confirm: true })
      assert.equal(forgotten, 2)
      flow.takeWrites()
      const report = await flow.sync()
      assert.equal(report.paired, 2)
      assert.deepEqual(flow.takeWrites(), [])
      assert.deepEqual(flow.titles(), { google: ['Coffee', 'Tea'], icloud: ['Coffee', 'Tea'] })
    })
  })
})

/** The hour of `at`, as iCalendar writes it. */
function sameTime(offset: number): string[] {
  const { start, end } = at(offset) as { start: { dateTime: string }; end: { dateTime: string } }
  const text = ({ dateTime }: { dateTime: string }): string => dateTime.replaceAll(/[-:]/g, '')
  return [`DTSTART;TZID=Europe/Paris:${text(start)}`, `DTEND;TZID=Europe/Paris:${text(end)}`]
}
