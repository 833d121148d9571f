import assert from 'node:assert/strict'
import { jsonResponse } from '../simulators/google/refusal'
import { at, day, icalDay, inGoogle, inIcloud, inStep } from './events'
import { Flow } from './flow'
import type { Got } from './flow'

const NONE = { create: 0, update: 0, delete: 0 }
type Caught = Got & { error: { message: string; code?: string } }
type Status = {
  lastSuccess: string | null
  successRate: number | null
  setAside: { uid: string; summary: string; start: unknown; reason: string; calendar: string; until: string }[]
}

/** What each side refuses for good, of the events with this word in their title. */
const refusals = (flow: Flow) => ({
  right: (word: string) => {
    flow.icloud.interfere = {
      before: ({ method }, body) =>
        method === 'PUT' && body.includes(word) ? new Response('no', { status: 415 }) : undefined,
    }
  },
  left: (word: string) => {
    const reason = 'forbiddenForNonOrganizer'
    const error = { errors: [{ reason, message: 'Shared properties can only be changed by the organizer.' }] }
    flow.google.interfere = (stage, { method, body }) =>
      stage === 'before' && method !== 'GET' && body.includes(word) ? jsonResponse(403, { error }) : undefined
  },
})

describe('what a server refuses for good', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  for (const side of ['left', 'right'] as const) {
    const calendar = side === 'left' ? 'someone@example.com' : 'Privat'
    const make = (title: string): string => (side === 'left' ? inIcloud(flow, title, 5) : inGoogle(flow, title, at(5)))
    const start =
      side === 'left'
        ? { dateTime: `${day(5)}T12:00:00`, timeZone: 'UTC' }
        : { dateTime: `${day(5)}T10:00:00`, timeZone: 'Europe/Paris' }

    describe(`on the ${side}`, () => {
      it('is told once by its title, is set aside, and all else is in sync', async () => {
        await inStep(flow)
        refusals(flow)[side]('Cursed')
        make('Cursed')
        make('Fine')
        const caught = flow.next('caught')
        const first = await flow.sync()
        const { error } = (await caught) as Caught
        assert.equal(error.code, 'calsync.refused')
        assert.match(
          error.message,
          new RegExp(`"Cursed" \\(${day(5)} 1\\d:00 .*\\) could not be copied to ${calendar}`),
        )
        assert.match(error.message, /Change it in either calendar/)
        assert.deepEqual([first.errors, first.failed, first.applied[side]], [[], 1, { ...NONE, create: 1 }])

        const told = flow.heard('caught').length
        flow.takeRequests()
        const later = [await flow.sync(), await flow.sync()]
        for (const report of [first, ...later]) {
          const [aside, ...others] = report.setAside
          assert.deepEqual([aside?.summary, aside?.start, others], ['Cursed', start, []])
          assert.match(
            aside?.reason ?? '',
            /^(It could not be written|Google lets only).*Change it in either calendar.*"sync"/,
          )
        }
        for (const report of later) {
          assert.deepEqual([report.errors, report.failed, report.planned], [[], 0, { left: NONE, right: NONE }])
        }
        assert.deepEqual(flow.takeWrites(), [])
        assert.equal(flow.heard('caught').length, told)
        assert.match(flow.shown.get('reconcile')?.at(-1) ?? '', /^in sync/)
      })

      it('is known to status, explain and the preview, also after a restart', async () => {
        await inStep(flow)
        refusals(flow)[side]('Cursed')
        make('Cursed')
        const { setAside } = await flow.sync()
        await flow.restart()
        const status = (await flow.ask('reconcile', { topic: 'status' }, 'report')).payload as Status
        assert.deepEqual(
          status.setAside.map(({ summary, calendar: where, start: when }) => [summary, where, when]),
          [['Cursed', calendar, start]],
        )
        assert.deepEqual([status.successRate, status.lastSuccess === null], [1, false])
        const uid = setAside[0]?.uid
        const explained = await flow.ask('reconcile', { topic: 'explain', payload: { uid } }, 'report')
        const { decision } = explained.payload as { decision: string[] }
        assert.match(decision.join(), new RegExp(`^refused by ${calendar}: .*Change it in either calendar`))
        const dry = await flow.sync({ dryRun: true })
        assert.deepEqual(
          [dry.planned, dry.setAside.map(({ summary }) => summary)],
          [{ left: NONE, right: NONE }, ['Cursed']],
        )
      })

      it('is tried again after a change on either side, and by "sync" with its uid', async () => {
        await inStep(flow)
        refusals(flow)[side]('Cursed')
        make('Cursed')
        const { setAside } = await flow.sync()
        await flow.sync()
        const uid = setAside[0]?.uid
        const again = await flow.report(() =>
          flow.node('reconcile').receive({ _msgid: 'again', topic: 'sync', payload: { uid } }),
        )
        assert.deepEqual([again.failed, again.errors], [1, []])
        flow.icloud.interfere = {}
        flow.google.interfere = () => undefined
        assert.deepEqual((await flow.sync()).planned, { left: NONE, right: NONE })
        if (side === 'left') flow.icloud.user.set(flow.inIcloud('Cursed').path, 'LOCATION:Bar')
        else flow.google.user.edit(flow.inGoogle('Cursed').id ?? '', { location: 'Bar' })
        const report = await flow.sync()
        assert.deepEqual([report.applied[side].create, report.setAside], [1, []])
      })
    })
  }

  it('is told of each event where several are refused in one run', async () => {
    for (const title of ['Cursed one', 'Cursed two', 'Fine']) inGoogle(flow, title)
    await flow.start()
    refusals(flow).right('Cursed')
    const caught = flow.next('caught')
    await flow.sync()
    const { error } = (await caught) as Caught
    for (const title of ['Cursed one', 'Cursed two']) assert.ok(error.message.includes(`"${title}"`), error.message)
    assert.ok(!error.message.includes('Fine'))
  })

  it('is a rule that Google does not take, in words for its owner', async () => {
    await inStep(flow)
    flow.google.interfere = (stage, { method, body }) =>
      stage === 'before' && method === 'POST' && body.includes('RRULE')
        ? jsonResponse(400, { error: { errors: [{ reason: 'invalid', message: 'Invalid recurrence rule.' }] } })
        : undefined
    inIcloud(flow, 'Odd', 5, `DTSTART:${icalDay(5)}T120000Z`, `DTEND:${icalDay(5)}T130000Z`, 'RRULE:FREQ=DAILY;COUNT=3')
    const report = await flow.sync()
    assert.match(report.setAside[0]?.reason ?? '', /recurrence rule/)
    assert.deepEqual((await flow.sync()).errors, [])
  })
})
