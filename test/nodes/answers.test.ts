import assert from 'node:assert/strict'
import type { Conflict } from '../../src/runtime/question-messages'
import { answer, clash, command, lastConflict, refusal, shownBy } from './dialogue'
import { at, day, icalDay, inGoogle, inIcloud, inStep } from './events'
import { Flow } from './flow'

const TITLES = (...titles: string[]): { google: string[]; icloud: string[] } => ({ google: titles, icloud: titles })

describe('an answer to a conflict', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  /** The titles differ, and the user was asked. @returns the question's id */
  async function asked(): Promise<string> {
    await inStep(flow)
    clash(flow)
    await flow.sync()
    return lastConflict(flow).id
  }
  const failWrites = (status: number | undefined): void => {
    const refuse = (): Response | undefined => (status === undefined ? undefined : new Response('no', { status }))
    flow.icloud.interfere = { before: ({ method }) => (method === 'PUT' ? refuse() : undefined) }
    flow.google.interfere = (stage, { method }) =>
      stage === 'before' && ['PATCH', 'POST'].includes(method) ? refuse() : undefined
  }

  /** The next write to iCloud gets no answer before it is released. */
  function stuckWrite(): { written: Promise<void>; release: () => void } {
    let release = (): void => undefined
    const stuck = new Promise<void>((resolve) => (release = resolve))
    const written = new Promise<void>((resolve) => {
      flow.icloud.interfere = {
        after: async ({ method }, response) => {
          if (method !== 'PUT') return response
          flow.icloud.interfere = {}
          resolve()
          await stuck
          return response
        },
      }
    })
    return { written, release }
  }

  describe('on the node', () => {
    it('is waited for under the node, as long as one is open', async () => {
      const id = await asked()
      assert.equal(shownBy(flow, 'reconcile'), '1 conflict')
      clash(flow, 'Coffee')
      await flow.sync()
      assert.equal(shownBy(flow, 'reconcile'), '2 conflicts')
      await command(flow, 'resolve', { id, choice: 'left' })
      assert.equal(shownBy(flow, 'reconcile'), '1 conflict')
      await command(flow, 'resolve', { all: true, choice: 'left' })
      assert.match(shownBy(flow, 'reconcile') ?? '', /^in sync \d\d:\d\d$/)
    })

    it('is not waited for any more when the sides agree again, and is not in the list then', async () => {
      const id = await asked()
      flow.google.user.edit(flow.inGoogle('Green Tea').id ?? '', { summary: 'Black Tea' })
      await flow.sync()
      assert.match(shownBy(flow, 'reconcile') ?? '', /^in sync/)
      assert.deepEqual(await answer<Conflict[]>(flow, 'conflicts'), [])
      assert.match(await refusal(flow, 'resolve', { id, choice: 'left' }), /No conflict with the id/)
      assert.equal(flow.heard('conflicts').filter(({ topic }) => topic === 'conflict').length, 1)
    })
  })

  describe('that comes late', () => {
    const loserEdits: [string, () => void][] = [
      ['right', () => flow.google.user.edit(flow.inGoogle('Green Tea').id ?? '', { summary: 'White Tea' })],
      ['left', () => flow.icloud.user.set(flow.inIcloud('Black Tea').path, 'SUMMARY:White Tea')],
    ]
    for (const [choice, edit] of loserEdits) {
      it(`overwrites nothing that was edited since and was not read yet, and asks again: ${choice}`, async () => {
        const id = await asked()
        edit()
        const report = await command(flow, 'resolve', { id, choice })
        assert.deepEqual([report.stale, report.failed], [1, 0])
        await flow.sync()
        await flow.sync()
        const { google, icloud } = flow.titles()
        assert.ok([...google, ...icloud].includes('White Tea'), [...google, ...icloud].join())
        assert.notEqual(lastConflict(flow).id, id)
        await command(flow, 'resolve', { id: lastConflict(flow).id, choice })
        const winner = choice === 'right' ? 'Black Tea' : 'Green Tea'
        assert.deepEqual(flow.titles(), TITLES(...[winner, 'Coffee'].sort()))
      })
    }

    it('is asked anew at once when the edit was read already', async () => {
      const id = await asked()
      flow.google.user.edit(flow.inGoogle('Green Tea').id ?? '', { summary: 'White Tea' })
      await flow.ask('googleSource', {}, 'googleRead')
      const report = await command(flow, 'resolve', { id, choice: 'right' })
      assert.equal(report.conflicts, 1)
      assert.deepEqual([lastConflict(flow).left?.['summary'], lastConflict(flow).id === id], ['White Tea', false])
      assert.deepEqual(flow.titles(), { google: ['Coffee', 'White Tea'], icloud: ['Black Tea', 'Coffee'] })
    })

    it('counts when it names the conflict as the list names it now', async () => {
      await asked()
      flow.google.user.edit(flow.inGoogle('Green Tea').id ?? '', { summary: 'White Tea' })
      await flow.ask('googleSource', {}, 'googleRead')
      const [open] = await answer<Conflict[]>(flow, 'conflicts')
      assert.equal(open?.left?.['summary'], 'White Tea')
      await command(flow, 'resolve', { id: open.id, choice: 'left' })
      assert.deepEqual(flow.titles(), TITLES('Coffee', 'White Tea'))
    })
  })

  describe('whose write fails', () => {
    for (const choice of ['left', 'right', 'both', { summary: 'White Tea' }]) {
      it(`is not forgotten: ${JSON.stringify(choice)}`, async () => {
        const id = await asked()
        failWrites(500)
        const report = await command(flow, 'resolve', { id, choice })
        assert.equal(report.failed, 1)
        await flow.sync()
        assert.deepEqual(flow.titles(), { google: ['Coffee', 'Green Tea'], icloud: ['Black Tea', 'Coffee'] })
        failWrites(undefined)
        for (let run = 0; run < 4; run += 1) await flow.sync()
        const expected = {
          left: ['Coffee', 'Green Tea'],
          right: ['Black Tea', 'Coffee'],
          both: ['Black Tea', 'Coffee', 'Green Tea'],
        }
        assert.deepEqual(
          flow.titles(),
          TITLES(...(typeof choice === 'string' ? expected[choice as 'left'] : ['Coffee', 'White Tea'])),
        )
        assert.equal(flow.heard('conflicts').length, 1)
      })
    }

    it('is not forgotten by a restart either', async () => {
      const id = await asked()
      failWrites(500)
      await command(flow, 'resolve', { id, choice: 'right' })
      failWrites(undefined)
      await flow.restart()
      await flow.sync()
      assert.deepEqual(flow.titles(), TITLES('Black Tea', 'Coffee'))
    })
  })

  describe('is carried out on both sides in the run that it sets off', () => {
    const NONE = { create: 0, update: 0, delete: 0 }

    it('where it is an event of the user’s own', async () => {
      const id = await asked()
      const report = await command(flow, 'resolve', { id, choice: { summary: 'White Tea' } })
      assert.deepEqual(flow.titles(), TITLES('Coffee', 'White Tea'))
      const { applied, planned, conflicts } = report
      const one = { ...NONE, update: 1 }
      assert.deepEqual([applied, planned, conflicts], [{ left: one, right: one }, { left: one, right: one }, 0])
      assert.deepEqual((await flow.sync()).planned, { left: NONE, right: NONE })
    })

    it('where both versions are kept', async () => {
      const id = await asked()
      const report = await command(flow, 'resolve', { id, choice: 'both' })
      assert.deepEqual(flow.titles(), TITLES('Black Tea', 'Coffee', 'Green Tea'))
      assert.equal(report.conflicts, 0)
      assert.deepEqual((await flow.sync()).planned, { left: NONE, right: NONE })
    })

    for (const edited of ['google', 'icloud'] as const) {
      it(`where the event was edited on ${edited} and deleted on the other side`, async () => {
        await inStep(flow)
        if (edited === 'google') {
          flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
          flow.icloud.user.delete(flow.inIcloud('Tea').path)
        } else {
          flow.icloud.user.set(flow.inIcloud('Tea').path, 'SUMMARY:Green Tea')
          flow.google.user.delete(flow.inGoogle('Tea').id ?? '')
        }
        await flow.sync()
        const report = await command(flow, 'resolve', { id: lastConflict(flow).id, choice: { summary: 'White Tea' } })
        assert.deepEqual([flow.titles(), report.conflicts], [TITLES('Coffee', 'White Tea'), 0])
        assert.deepEqual((await flow.sync()).planned, { left: NONE, right: NONE })
      })
    }

    it('for all conflicts at once', async () => {
      await asked()
      clash(flow, 'Coffee')
      await flow.sync()
      const report = await command(flow, 'resolve', { all: true, choice: { summary: 'Drink' } })
      assert.deepEqual([flow.titles(), report.conflicts], [TITLES('Drink', 'Drink'), 0])
    })
  })

  describe('about a deletion that was taken back meanwhile', () => {
    /** Tea is deleted in one calendar, renamed in the other, and asked about. @returns what takes it out of the trash */
    async function askedOf(
      deleted: 'google' | 'icloud',
    ): Promise<{ inPlace: () => void; renamed: () => void; anew: () => void }> {
      await inStep(flow)
      const { google, icloud } = flow
      const { path, text } = flow.inIcloud('Tea')
      const id = flow.inGoogle('Tea').id ?? ''
      if (deleted === 'google') {
        icloud.user.set(path, 'SUMMARY:Green Tea')
        google.user.delete(id)
      } else {
        google.user.edit(id, { summary: 'Green Tea' })
        icloud.user.delete(path)
      }
      await flow.sync()
      const isGoogle = deleted === 'google'
      return {
        inPlace: () => (isGoogle ? google.user.restore(id) : icloud.user.restore(path)),
        renamed: () => icloud.user.addText(icloud.calendar, text, 'restored.ics'),
        anew: () => (isGoogle ? google.user.restoreAnew(id) : icloud.user.restoreAnew(path)),
      }
    }
    const WAYS = [
      ['icloud', 'inPlace'],
      ['icloud', 'renamed'],
      ['icloud', 'anew'],
      ['google', 'inPlace'],
      ['google', 'anew'],
    ] as const
    const none = { create: 0, update: 0, delete: 0 }

    for (const [deleted, how] of WAYS) {
      for (const choice of [{ summary: 'White Tea' }, 'the edited one'] as const) {
        it(`makes no second event: ${deleted}, ${how}, ${JSON.stringify(choice)}`, async () => {
          const restore = await askedOf(deleted)
          restore[how]()
          const edited = deleted === 'google' ? 'right' : 'left'
          const said = typeof choice === 'string' ? edited : choice
          const report = await command(flow, 'resolve', { id: lastConflict(flow).id, choice: said })
          const title = typeof choice === 'string' ? 'Green Tea' : 'White Tea'
          assert.deepEqual([flow.titles(), report.conflicts], [TITLES(...['Coffee', title].sort()), 0])
          assert.deepEqual((await flow.sync()).planned, { left: none, right: none })
          assert.deepEqual(flow.titles(), TITLES(...['Coffee', title].sort()))
        })
      }

      it(`deletes nothing if the one that was deleted wins, and is back: ${deleted}, ${how}`, async () => {
        const restore = await askedOf(deleted)
        restore[how]()
        const choice = deleted === 'google' ? 'left' : 'right'
        const { applied } = await command(flow, 'resolve', { id: lastConflict(flow).id, choice })
        assert.deepEqual([applied.left.delete, applied.right.delete], [0, 0])
        await flow.sync()
        assert.deepEqual(flow.titles(), TITLES('Coffee', 'Green Tea'))
      })
    }

    for (const restored of ['icloud, under another name', 'google'] as const) {
      it(`makes no second event of two that were found to be alike, under a UID each: ${restored}`, async () => {
        const id = inGoogle(flow, 'Cake', at(5, 12, 'UTC'))
        const path = inIcloud(flow, 'Cake', 5)
        await inStep(flow)
        const all = (title: string): ReturnType<typeof TITLES> => TITLES(...[title, 'Coffee', 'Tea'].sort())
        assert.deepEqual(flow.titles(), all('Cake'))
        const text = flow.icloud.user.text(path)
        if (restored === 'google') {
          flow.icloud.user.set(path, 'SUMMARY:Green Cake')
          flow.google.user.delete(id)
        } else {
          flow.google.user.edit(id, { summary: 'Green Cake' })
          flow.icloud.user.delete(path)
        }
        await flow.sync()
        if (restored === 'google') flow.google.user.edit(id, { status: 'confirmed' })
        else flow.icloud.user.addText(flow.icloud.calendar, text, 'restored.ics')
        const edited = restored === 'google' ? 'right' : 'left'
        const report = await command(flow, 'resolve', { id: lastConflict(flow).id, choice: edited })
        assert.deepEqual([flow.titles(), report.conflicts], [all('Green Cake'), 0])
        const none = { create: 0, update: 0, delete: 0 }
        assert.deepEqual((await flow.sync()).planned, { left: none, right: none })
        assert.deepEqual(flow.titles(), all('Green Cake'))
      })
    }

    it('puts a lost version back over the one that is there', async () => {
      await inStep(flow)
      const { path, text } = flow.inIcloud('Coffee')
      flow.google.user.delete(flow.inGoogle('Coffee').id ?? '')
      const { lost } = await flow.sync()
      flow.icloud.user.addText(flow.icloud.calendar, text, path.split('/').at(-1) ?? '')
      await answer(flow, 'undo', { id: lost[0]?.id })
      await flow.sync()
      assert.deepEqual(flow.titles(), TITLES('Coffee', 'Tea'))
    })
  })

  describe('that comes during a run', () => {
    it('waits for its end and is carried out then', async () => {
      const id = await asked()
      const { written, release } = stuckWrite()
      inGoogle(flow, 'Cake')
      const first = flow.sync()
      await written
      const settled = flow.next('report', ({ _msgid }) => _msgid === 'answer')
      flow.node('reconcile').receive({ _msgid: 'answer', topic: 'resolve', payload: { id, choice: 'right' } })
      release()
      await first
      await settled
      assert.deepEqual(flow.titles(), TITLES('Black Tea', 'Cake', 'Coffee'))
    })

    it('to forget everything waits for its end, too', async () => {
      await asked()
      const { written, release } = stuckWrite()
      inGoogle(flow, 'Cake')
      const run = flow.sync()
      await written
      const forgotten = answer<{ forgotten: number }>(flow, 'reset', { confirm: true })
      release()
      await run
      assert.equal((await forgotten).forgotten, 3)
      const report = await flow.sync()
      assert.deepEqual([report.paired, report.conflicts], [3, 1])
      const [google, icloud] = [
        ['Cake', 'Coffee', 'Green Tea'],
        ['Black Tea', 'Cake', 'Coffee'],
      ]
      assert.deepEqual(flow.titles(), { google, icloud })
    })
  })

  describe('that keeps both', () => {
    it('makes a new event of the right version with its occurrences, and the left one stays', async () => {
      const times = [`DTSTART:${icalDay(3)}T120000Z`, `DTEND:${icalDay(3)}T130000Z`]
      inIcloud(flow, 'Yoga', 3, ...times, 'RRULE:FREQ=WEEKLY;COUNT=6')
      await flow.start()
      await flow.sync()
      const second = flow.google.user.instanceId(flow.inGoogle('Yoga').id ?? '', `${day(10)}T12:00:00Z`)
      flow.google.user.edit(second, { summary: 'Yoga outside' })
      flow.icloud.user.changeOccurrence(flow.inIcloud('Yoga').path, `${icalDay(10)}T120000Z`, 'SUMMARY:Yoga inside')
      const report = await flow.sync()
      assert.equal(report.conflicts, 1)
      await command(flow, 'resolve', { id: lastConflict(flow).id, choice: 'both' })
      for (let run = 0; run < 3; run += 1) await flow.sync()
      const series = ['Yoga', 'Yoga', 'Yoga inside', 'Yoga outside']
      assert.deepEqual(flow.titles(), TITLES(...series))
      assert.equal((await flow.sync()).conflicts, 0)
    })

    it('writes nothing to a side that the node may not write to', async () => {
      const options = { reconcile: { direction: 'right-to-left' } }
      flow.google.user.create({ summary: 'Green', iCalUID: 'same', ...at(4, 12, 'UTC') })
      inIcloud(flow, 'Same', 4)
      await flow.start(options)
      await flow.sync()
      flow.takeWrites()
      await command(flow, 'resolve', { all: true, choice: 'both' })
      for (let run = 0; run < 3; run += 1) await flow.sync()
      assert.deepEqual(flow.titles(), { google: ['Green', 'Same'], icloud: ['Same'] })
      assert.ok(flow.takeWrites().every((request) => !request.startsWith('PUT')))
    })
  })

  describe('that is an edited event', () => {
    const refused: [string, object, RegExp][] = [
      ['an end before its start', { ...at(3), end: (at(2) as { start: object }).start }, /end must be after start/],
      ['a time in no zone', { start: { dateTime: 'noon' }, end: { dateTime: 'later' } }, /start must be/],
      ['a title that is none', { summary: 7 }, /summary must be a text/],
      ['a status that is none', { status: 'maybe' }, /status must be one of/],
      ['nothing that is known', { title: 'White Tea' }, /choice must be/],
      ['nothing that is in conflict', { location: 'Kitchen' }, /summary/],
      ['reminders that are none', { reminders: 'soon' }, /reminders must be/],
    ]
    for (const [what, choice, message] of refused) {
      it(`with ${what} is refused with what it must be, and the question stays open`, async () => {
        const id = await asked()
        flow.takeWrites()
        assert.match(await refusal(flow, 'resolve', { id, choice }), message)
        assert.deepEqual([flow.takeWrites(), (await flow.sync()).conflicts], [[], 1])
        await command(flow, 'resolve', { id, choice: { summary: 'White Tea' } })
        await flow.sync()
        assert.deepEqual(flow.titles(), TITLES('Coffee', 'White Tea'))
      })
    }

    it('settles times, with occurrences', async () => {
      await inStep(flow)
      flow.google.user.edit(flow.inGoogle('Tea').id ?? '', at(5))
      flow.icloud.user.rewrite(flow.inIcloud('Tea').path, (text) => text.replace(/T100000/, 'T090000'))
      await flow.sync()
      const { id } = lastConflict(flow)
      await command(flow, 'resolve', { id, choice: at(6, 8) })
      await flow.sync()
      assert.match(flow.inGoogle('Tea').start?.dateTime ?? '', new RegExp(`^${day(6)}T08:00:00`))
      assert.match(flow.inIcloud('Tea').text, new RegExp(`DTSTART;TZID=Europe/Paris:${icalDay(6)}T080000`))
      assert.equal((await flow.sync()).conflicts, 0)
    })

    for (const edited of ['google', 'icloud'] as const) {
      it(`settles an event that was edited on ${edited} and deleted on the other side`, async () => {
        await inStep(flow)
        if (edited === 'google') {
          flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
          flow.icloud.user.delete(flow.inIcloud('Tea').path)
        } else {
          flow.icloud.user.set(flow.inIcloud('Tea').path, 'SUMMARY:Green Tea')
          flow.google.user.delete(flow.inGoogle('Tea').id ?? '')
        }
        await flow.sync()
        await command(flow, 'resolve', { id: lastConflict(flow).id, choice: { summary: 'White Tea' } })
        for (let run = 0; run < 3; run += 1) await flow.sync()
        assert.deepEqual(flow.titles(), TITLES('Coffee', 'White Tea'))
        assert.deepEqual([(await flow.sync()).conflicts, flow.heard('conflicts').length], [0, 1])
      })
    }
  })
})
