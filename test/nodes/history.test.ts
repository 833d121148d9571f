import assert from 'node:assert/strict'
import type { Explanation } from '../../src/runtime/explain'
import { answer, clash, command, lastConflict, refusal } from './dialogue'
import type { Status } from './dialogue'
import { at, icalDay, inGoogle, inIcloud, inStep } from './events'
import { Flow, ID } from './flow'
import { changing } from './wiring'

type Broken = { pair: object; errors: { code: string }[]; runs: { errors: { code: string }[] }[] }

describe('the history of a pair', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())
  const status = (): Promise<Status> => answer<Status>(flow, 'status')
  const editTea = (change: object): unknown => flow.google.user.edit(flow.inGoogle('Tea').id ?? '', change as never)
  const failListing = (fails: boolean): void => {
    flow.google.interfere = (stage, { url }) =>
      fails && stage === 'before' && url.pathname.endsWith('/events') ? new Response('<html>no</html>') : undefined
  }

  it('keeps the last runs with reads, plans, results, times, retries, errors and conflicts, newest first', async () => {
    await inStep(flow)
    clash(flow)
    inGoogle(flow, 'Cake')
    flow.icloud.interfere = {
      before: ({ method }) => (method === 'PUT' ? new Response('no', { status: 415 }) : undefined),
    }
    const report = await flow.sync()
    const { runs } = await status()
    const [latest, ...older] = runs
    assert.ok(older.length >= 1)
    assert.ok(latest)
    const { events, ...rest } = latest
    assert.deepEqual(rest, JSON.parse(JSON.stringify(report)))
    assert.deepEqual([rest.reads.left?.changed, rest.planned.right.create, rest.conflicts, rest.failed], [2, 1, 1, 1])
    assert.deepEqual(
      events.map(({ action, state }) => [action, state]),
      [['create', 'failed']],
    )
    assert.ok(Date.parse(rest.finishedAt) >= Date.parse(rest.startedAt))
  })

  it('says of each event what was done to it where, and why', async () => {
    await inStep(flow)
    editTea({ summary: 'Green Tea', ...at(5) })
    flow.icloud.user.delete(flow.inIcloud('Coffee').path)
    inIcloud(flow, 'Cake')
    await flow.sync()
    const events = (await status()).runs[0]?.events ?? []
    const spoken = events.map(({ action, calendar, reason, state }) => [action, calendar, reason, state].join(' / '))
    assert.deepEqual(spoken.sort(), [
      'create / someone@example.com / new in Privat / ok',
      'delete / someone@example.com / deleted in Privat / ok',
      'update / Privat / changed in someone@example.com: start, end, recurrence, summary / ok',
    ])
  })

  it('names runs whose read failed, and counts them against the success rate', async () => {
    await inStep(flow)
    const before = await status()
    assert.equal(before.successRate, 1)
    failListing(true)
    await flow.sync()
    const after = await status()
    assert.deepEqual(
      after.runs[0]?.errors.map(({ code }) => code),
      ['calsync.bad-answer'],
    )
    assert.equal(after.lastSuccess, before.lastSuccess)
    assert.ok(after.successRate < 1 && after.successRate > 0)
  })

  it('counts a failure that comes again and again, and lists it once', async () => {
    await inStep(flow)
    const { runs } = await status()
    failListing(true)
    for (let run = 0; run < 5; run += 1) await flow.sync()
    const failing = await status()
    assert.equal(failing.runs.length, runs.length + 1)
    failListing(false)
    editTea({ summary: 'Green Tea' })
    await flow.sync()
    const { failedAgain, successRate, runs: after } = (await status()) as Status & { failedAgain: number }
    assert.deepEqual([failedAgain, after.length], [4, runs.length + 2])
    assert.ok(successRate < 0.7)
  })

  it('is kept over a restart', async () => {
    await inStep(flow)
    editTea({ summary: 'Green Tea' })
    await flow.sync()
    const before = await status()
    await flow.restart()
    await flow.sync()
    const after = await status()
    assert.deepEqual([after.runs, after.lost], [before.runs, before.lost])
  })

  it('names a run that a deploy ended', async () => {
    await inStep(flow)
    editTea({ summary: 'Green Tea' })
    await flow.deploy({ toIcloud: 'return null' })
    void flow.sync()
    await flow.next('toIcloud')
    await flow.deploy({})
    await flow.sync()
    const { runs } = await status()
    assert.equal(runs.filter((run) => 'interrupted' in run).length, 1)
  })

  it('is told as far as it is known when a calendar was never reached, with what is wrong', async () => {
    await flow.start({}, { [ID.icloudAccount]: { username: 'anna', password: 'wrong' } })
    await flow.sync()
    const caught = flow.next('caught')
    const { pair, errors, runs } = await answer<Broken>(flow, 'status')
    assert.deepEqual(pair, { left: 'someone@example.com', right: 'iCloud' })
    assert.equal(errors[0]?.code, 'calsync.reauthorise')
    assert.deepEqual(
      runs.map((run) => run.errors[0]?.code),
      ['calsync.reauthorise'],
    )
    assert.equal(((await caught) as unknown as { error: { code: string } }).error.code, 'calsync.reauthorise')
    await flow.deploy({})
  })

  it('takes up what failed before the calendar was reached', async () => {
    await flow.start({ edit: changing('googleCalendar', { calendarId: 'later@example.com' }) })
    await flow.sync()
    flow.google.addCalendar({ id: 'later@example.com' })
    await flow.sync({ dryRun: true })
    await flow.sync()
    const codes = (await status()).runs.flatMap(({ errors }) => errors.map(({ code }) => code))
    assert.deepEqual(codes, ['calsync.calendar-not-found'])
  })

  it('knows the event that rests for an hour, and so do the reports of that hour', async () => {
    await inStep(flow)
    editTea({ summary: 'Green Tea' })
    const otherTool = (): void => {
      const { google, icloud } = flow.titles()
      if (google.includes('Tea')) editTea({ summary: 'Green Tea' })
      else if (icloud.includes('Green Tea')) flow.icloud.user.set(flow.inIcloud('Green Tea').path, 'SUMMARY:Tea')
    }
    for (let run = 0; run < 7; run += 1) {
      await flow.sync()
      otherTool()
    }
    const { setAside } = await flow.sync()
    const { uid } = setAside[0] ?? {}
    assert.equal(uid, flow.inGoogle('Green Tea').iCalUID)
    type Resting = Status & { leftAlone: { uid: string; reason: string; until: string }[] }
    const [resting, ...others] = ((await status()) as Resting).leftAlone
    assert.deepEqual([resting?.uid, others], [uid, []])
    assert.match(resting?.reason ?? '', /three times within an hour/)
    assert.ok(Date.parse(resting?.until ?? '') > Date.now() + 50 * 60_000)
    assert.match((await answer<Explanation>(flow, 'explain', { uid })).decision.join(), /three times within an hour/)
    await command(flow, 'sync', { uid })
    assert.deepEqual(((await status()) as Resting).leftAlone, [])
    assert.deepEqual((await flow.sync()).setAside, [])
  })
})

describe('undo', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  for (const side of ['google', 'icloud'] as const) {
    it(`makes a series again, with its occurrences, that was deleted on ${side}`, async () => {
      const times = [`DTSTART:${icalDay(3)}T120000Z`, `DTEND:${icalDay(3)}T130000Z`]
      const path = inIcloud(flow, 'Yoga', 3, ...times, 'RRULE:FREQ=WEEKLY;COUNT=6')
      flow.icloud.user.changeOccurrence(path, `${icalDay(10)}T120000Z`, 'SUMMARY:Yoga outside')
      flow.icloud.user.cancelOccurrence(path, `${icalDay(17)}T120000Z`)
      await flow.start()
      await flow.sync()
      if (side === 'google') flow.google.user.delete(flow.inGoogle('Yoga').id ?? '')
      else flow.icloud.user.delete(path)
      const { lost } = await flow.sync()
      assert.deepEqual(flow.titles(), { google: [], icloud: [] })
      await answer(flow, 'undo', { id: lost[0]?.id })
      await flow.sync()
      const titles = ['Yoga', 'Yoga outside']
      assert.deepEqual(flow.titles(), { google: titles, icloud: titles })
      assert.match(flow.inGoogle('Yoga').recurrence?.join() ?? '', new RegExp(`EXDATE[^,]*${icalDay(17)}T120000Z`))
      assert.match(flow.inIcloud('Yoga').text, new RegExp(`EXDATE[^\r]*${icalDay(17)}`))
      assert.deepEqual((await flow.sync()).planned.left, { create: 0, update: 0, delete: 0 })
    })
  }

  it('keeps what it overwrites, so that it can be undone, too', async () => {
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
    const { lost } = await flow.sync()
    await answer(flow, 'undo', { id: lost[0]?.id })
    await flow.sync()
    assert.ok(flow.titles().google.includes('Tea'))
    const status = await answer<Status>(flow, 'status')
    const green = status.lost.find(({ summary }) => summary === 'Green Tea')
    await answer(flow, 'undo', { id: green?.id })
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Green Tea'], icloud: ['Coffee', 'Green Tea'] })
  })

  it('finds what an own operation overwrote before any run in this process', async () => {
    await inStep(flow)
    await flow.restart()
    const uid = flow.inGoogle('Tea').iCalUID
    await flow.ask('icloudSink', { payload: { action: 'update', uid, event: { summary: 'Mine' } } }, 'icloudWritten')
    const [lost] = (await answer<Status>(flow, 'status')).lost
    assert.deepEqual([lost?.uid, lost?.summary], [uid, 'Tea'])
    await answer(flow, 'undo', { id: lost?.id })
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Tea'], icloud: ['Coffee', 'Tea'] })
  })

  it('writes nothing under dry run, and refuses what is no version, with what to do', async () => {
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
    const { lost } = await flow.sync()
    flow.takeWrites()
    const told = flow.next('report', ({ topic }) => topic === 'undo')
    flow.node('reconcile').receive({ topic: 'undo', payload: { id: lost[0]?.id }, dryRun: true })
    assert.equal(((await told).payload as { status: string }).status, 'dropped')
    assert.deepEqual(flow.takeWrites(), [])
    for (const payload of [undefined, {}, { id: 7 }, { id: '' }]) {
      assert.match(await refusal(flow, 'undo', payload), /needs payload \{id\} of a version/)
    }
  })
})

describe('explain', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())
  const explained = (uid: string | null | undefined): Promise<Explanation> =>
    answer<Explanation>(flow, 'explain', { uid })
  const decision = async (uid: string | null | undefined): Promise<string> => (await explained(uid)).decision.join()

  it('tells what was written lately, by which run and why', async () => {
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
    const { run } = await flow.sync()
    const { history, wroteLately } = await explained(flow.inGoogle('Green Tea').iCalUID)
    assert.deepEqual(
      history.map(({ action, calendar, reason, state }) => [action, calendar, reason, state]),
      [
        ['update', 'Privat', 'changed in someone@example.com: summary', 'ok'],
        ['create', 'Privat', 'new in someone@example.com', 'ok'],
      ],
    )
    assert.deepEqual([history[0]?.run, wroteLately.map(({ to }) => to)], [run, ['right', 'right']])
  })

  it('says that an event enters the window later, or has left it', async () => {
    inGoogle(flow, 'Far', at(400))
    inGoogle(flow, 'Old', at(-100))
    await flow.start()
    await flow.sync()
    assert.match(await decision(flow.inGoogle('Far').iCalUID), /^outside the window: looked at again at \d{4}-/)
    assert.equal(await decision(flow.inGoogle('Old').iCalUID), 'outside the window')
  })

  it('says that the flow skipped it, towards either side', async () => {
    const skip = 'for (const op of msg.payload) op.action = "skip"; return msg'
    await inStep(flow)
    await flow.deploy({ toIcloud: skip, toGoogle: skip })
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
    flow.icloud.user.set(flow.inIcloud('Coffee').path, 'SUMMARY:Espresso')
    await flow.sync()
    for (const uid of [flow.inGoogle('Green Tea').iCalUID, 'coffee']) {
      assert.equal(await decision(uid), 'skipped by the flow until it changes again')
    }
  })

  it('says that nobody may write it, that its direction is off, or that its type is not carried', async () => {
    flow.google.user.plant({ summary: 'Focus', eventType: 'focusTime', ...at(3) })
    await inStep(flow)
    assert.equal(await decision(flow.inGoogle('Focus').iCalUID), 'events of the type focusTime are not carried')
    await flow.deploy({ reconcile: { direction: 'right-to-left' } })
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
    await flow.sync()
    assert.match(
      await decision(flow.inGoogle('Green Tea').iCalUID),
      /^nothing is written to Privat: its direction is off/,
    )
  })

  it('tells the history of an event that is gone on both sides', async () => {
    await inStep(flow)
    const { id, iCalUID: uid } = flow.inGoogle('Tea')
    flow.google.user.delete(id ?? '')
    await flow.sync()
    await flow.sync()
    for (const again of [false, true]) {
      if (again) await flow.restart()
      const { text, summary, decision: told, left, right, history } = await explained(uid)
      assert.deepEqual([summary, told, left.is, right.is], ['Tea', ['gone on both sides'], 'deleted', 'deleted'])
      assert.equal(text, '"Tea": gone on both sides.')
      assert.deepEqual(
        history.map(({ action, calendar, state }) => [action, calendar, state]),
        [
          ['delete', 'Privat', 'ok'],
          ['create', 'Privat', 'ok'],
        ],
      )
    }
  })

  it('says that an event could not be read, and why', async () => {
    await inStep(flow)
    const uid = flow.inGoogle('Tea').iCalUID
    flow.icloud.user.set(flow.inIcloud('Tea').path, 'DTSTART:nonsense')
    await flow.sync()
    assert.match(await decision(uid), /^could not be read: /)
  })

  it('says of a conflict which fields wait, and since when', async () => {
    await inStep(flow)
    clash(flow)
    await flow.sync()
    const { uid, detectedAt } = lastConflict(flow)
    assert.match(await decision(uid), /^waits for a decision about summary/)
    const [listed] = await answer<{ detectedAt: string }[]>(flow, 'conflicts')
    assert.equal(listed?.detectedAt, detectedAt)
  })

  it('says what is missing in its payload', async () => {
    await inStep(flow)
    for (const payload of [undefined, {}, { uid: 7 }, 'tea'])
      assert.match(await refusal(flow, 'explain', payload), /needs payload \{uid\}/)
  })
})
