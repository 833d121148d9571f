import assert from 'node:assert/strict'
import { at, day, icalDay, inStep } from './events'
import { Flow, ID } from './flow'
import type { FlowNode, Got } from './flow'

const NONE = { create: 0, update: 0, delete: 0 }
type Result = { action: string; id: string; uid: string; status: string; error?: { message: string; code: string } }
type Written = { calendar: object; applied: object; failed: number; results: Result[] }
const meeting = { summary: 'Meeting', ...at(5) }

/** Only a sink, with its account and calendar: no source, no reconcile node. */
const loneSink = (nodes: FlowNode[]): FlowNode[] =>
  nodes.filter(({ type }) => !['calendar-source', 'calsync-reconcile', 'function'].includes(type))

describe('a flow’s own operations', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())
  const write = async (payload: unknown, sink: 'google' | 'icloud' = 'icloud'): Promise<Written> => {
    const { payload: written } = await flow.ask(`${sink}Sink`, { payload }, `${sink}Written`)
    return written as Written
  }
  const statuses = ({ results }: Written): string[] => results.map(({ status }) => status)

  for (const sink of ['google', 'icloud'] as const) {
    it(`work on ${sink} without any source or reconcile node`, async () => {
      await flow.start({ edit: loneSink })
      const made = await write({ action: 'create', event: { ...meeting, location: 'Room 1' } }, sink)
      assert.deepEqual([made.applied, made.failed, statuses(made)], [{ ...NONE, create: 1 }, 0, ['ok']])
      assert.deepEqual(flow.titles()[sink], ['Meeting'])
      const uid = made.results[0]?.uid ?? ''
      assert.match(uid, /\S/)
      const changed = await write({ action: 'update', uid, event: { summary: 'Talk', location: null } }, sink)
      assert.deepEqual([changed.applied, statuses(changed)], [{ ...NONE, update: 1 }, ['ok']])
      assert.deepEqual(flow.titles()[sink], ['Talk'])
      const gone = await write([{ action: 'delete', uid }], sink)
      assert.deepEqual([gone.applied, statuses(gone)], [{ ...NONE, delete: 1 }, ['ok']])
      assert.deepEqual(flow.titles()[sink], [])
    })

    it(`find on ${sink} what was there before the sink knew the calendar`, async () => {
      flow.google.user.create({ iCalUID: 'here', summary: 'Here', ...at(3) })
      flow.icloud.user.add(flow.icloud.calendar, [
        'UID:here',
        `DTSTART:${icalDay(3)}T120000Z`,
        `DTEND:${icalDay(3)}T130000Z`,
        'SUMMARY:Here',
      ])
      await flow.start({ edit: loneSink })
      const written = await write({ action: 'update', uid: 'here', event: { summary: 'Still here' } }, sink)
      assert.deepEqual(statuses(written), ['ok'])
      assert.deepEqual(flow.titles()[sink], ['Still here'])
    })
  }

  it('say in the answer which calendar it was', async () => {
    await flow.start()
    const { calendar } = await write({ action: 'create', event: meeting }, 'google')
    assert.deepEqual(calendar, { id: 'someone@example.com', name: 'someone@example.com', provider: 'google' })
  })

  it('write what is present, clear what is null, and leave what is absent', async () => {
    await flow.start()
    const event = { ...meeting, location: 'Room 1', description: 'bring cake', reminders: [10] }
    await write({ action: 'create', uid: 'mine', event })
    await write({ action: 'update', uid: 'mine', event: { location: null, summary: 'Talk' } })
    const { text } = flow.inIcloud('Talk')
    assert.ok(!text.includes('\r\nLOCATION'))
    assert.match(text, /\r\nDESCRIPTION:bring cake\r\n/)
    assert.match(text, /\r\nTRIGGER:-PT10M\r\n/)
    await write({ action: 'update', uid: 'mine', event: { reminders: null } })
    assert.ok(!flow.inIcloud('Talk').text.includes('VALARM'))
  })

  it('are carried on by the pairs of the calendar, a deletion too', async () => {
    await inStep(flow)
    await write({ action: 'create', uid: 'mine', event: meeting })
    const report = await flow.sync()
    assert.deepEqual(report.applied, { left: { ...NONE, create: 1 }, right: NONE })
    assert.deepEqual(flow.titles().google, ['Coffee', 'Meeting', 'Tea'])
    await write({ action: 'update', uid: 'mine', event: { summary: 'Talk' } })
    await flow.sync()
    assert.deepEqual(flow.titles().google, ['Coffee', 'Talk', 'Tea'])
    await write({ action: 'delete', uid: 'mine' })
    assert.deepEqual((await flow.sync()).applied.left, { ...NONE, delete: 1 })
    assert.deepEqual(flow.titles().google, ['Coffee', 'Tea'])
  })

  it('know by its uid what was copied from the other calendar', async () => {
    await inStep(flow)
    const uid = flow.inGoogle('Tea').iCalUID ?? ''
    assert.deepEqual(statuses(await write({ action: 'update', uid, event: { summary: 'Green tea' } })), ['ok'])
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Green tea'], icloud: ['Coffee', 'Green tea'] })
  })

  it('come as an array, each with a result of its own', async () => {
    await flow.start()
    const events = ['A', 'B', 'C'].map((summary) => ({
      action: 'create',
      id: `op-${summary}`,
      event: { summary, ...at(5) },
    }))
    const written = await write(events)
    assert.deepEqual(written.applied, { ...NONE, create: 3 })
    assert.deepEqual(written.results.map(({ id }) => id).sort(), ['op-A', 'op-B', 'op-C'])
    assert.equal(new Set(written.results.map(({ uid }) => uid)).size, 3)
    assert.deepEqual((await write([])).results, [])
  })

  it('on one event go one after another', async () => {
    await flow.start()
    const written = await write([
      { action: 'create', uid: 'mine', event: meeting },
      { action: 'update', uid: 'mine', event: { summary: 'Talk' } },
      { action: 'update', uid: 'mine', event: { location: 'Room 2' } },
    ])
    assert.deepEqual(statuses(written), ['ok', 'ok', 'ok'])
    assert.match(flow.inIcloud('Talk').text, /\r\nLOCATION:Room 2\r\n/)
  })

  it('with the same uid made twice are one event', async () => {
    await flow.start()
    await write({ action: 'create', uid: 'mine', event: meeting })
    await write({ action: 'create', uid: 'mine', event: { ...meeting, summary: 'Talk' } })
    assert.deepEqual(flow.titles().icloud, ['Talk'])
  })

  it('may have an offset in dateTime, a zone, neither, or be days', async () => {
    await flow.start()
    const times = (start: object, end: object) => ({ start, end })
    const written = await write(
      [
        {
          action: 'create',
          event: {
            summary: 'Offset',
            ...times({ dateTime: `${day(5)}T10:00:00-05:00` }, { dateTime: `${day(5)}T11:00:00-05:00` }),
          },
        },
        {
          action: 'create',
          event: {
            summary: 'Zulu',
            ...times(
              { dateTime: `${day(5)}T10:00:00.000Z`, timeZone: 'Asia/Tokyo' },
              { dateTime: `${day(5)}T11:00:00Z`, timeZone: 'Asia/Tokyo' },
            ),
          },
        },
        {
          action: 'create',
          event: { summary: 'Local', ...times({ dateTime: `${day(5)}T10:00:00` }, { dateTime: `${day(5)}T11:00:00` }) },
        },
        { action: 'create', event: { summary: 'Days', ...times({ date: day(5) }, { date: day(7) }) } },
      ],
      'google',
    )
    assert.deepEqual(statuses(written), ['ok', 'ok', 'ok', 'ok'])
    const start = (summary: string): number => Date.parse(flow.inGoogle(summary).start?.dateTime ?? '')
    assert.equal(start('Offset'), Date.parse(`${day(5)}T15:00:00Z`))
    assert.equal(start('Zulu'), Date.parse(`${day(5)}T10:00:00Z`))
    assert.equal(flow.inGoogle('Zulu').start?.timeZone, 'Asia/Tokyo')
    assert.equal(flow.inGoogle('Local').start?.timeZone, 'Europe/Berlin')
    assert.deepEqual([flow.inGoogle('Days').start?.date, flow.inGoogle('Days').end?.date], [day(5), day(7)])
  })

  it('make and change series and their occurrences', async () => {
    await flow.start()
    const start = { dateTime: `${day(5)}T09:00:00`, timeZone: 'UTC' }
    const end = { dateTime: `${day(5)}T10:00:00`, timeZone: 'UTC' }
    const event = {
      summary: 'Class',
      start,
      end,
      recurrence: ['RRULE:FREQ=DAILY;COUNT=5'],
      exceptions: { [`${day(6)}T09:00:00Z`]: null },
    }
    assert.deepEqual(statuses(await write({ action: 'create', uid: 'class', event })), ['ok'])
    assert.match(flow.inIcloud('Class').text, new RegExp(`EXDATE:${icalDay(6)}T090000Z`))
    const moved = { [`${day(7)}T09:00:00Z`]: { summary: 'Exam' } }
    assert.deepEqual(statuses(await write({ action: 'update', uid: 'class', event: { exceptions: moved } })), ['ok'])
    assert.match(flow.inIcloud('Exam').text, new RegExp(`RECURRENCE-ID:${icalDay(7)}T090000Z`))
  })

  const bad: [string, unknown, RegExp][] = [
    ['no object', 'delete everything', /an operation must be an object/],
    ['no action', { event: meeting }, /action must be create, update, delete or skip, not undefined/],
    ['an unknown action', { action: 'remove', uid: 'a' }, /action must be .* not "remove"/],
    ['a uid that is no text', { action: 'delete', uid: 5 }, /uid must be a text/],
    ['a delete without uid', { action: 'delete' }, /delete needs the uid/],
    ['an update without uid', { action: 'update', event: meeting }, /update needs the uid/],
    ['an update without event', { action: 'update', uid: 'a' }, /update needs an event/],
    ['a create without event', { action: 'create' }, /create needs an event/],
    ['a create without times', { action: 'create', event: { summary: 'x' } }, /needs start and end/],
    ['a start without end', { action: 'create', event: { summary: 'x', start: { date: day(1) } } }, /^end must be/],
    ['an end before start', { action: 'create', event: { ...meeting, end: at(4).end } }, /end must be after start/],
    ['a day and a time', { action: 'create', event: { ...meeting, end: { date: day(7) } } }, /must both be/],
    [
      'a date that is none',
      { action: 'create', event: { start: { date: '2026-02-31' }, end: { date: '2026-03-02' } } },
      /start must be/,
    ],
    [
      'a zone that is none',
      { action: 'create', event: { ...at(5, 10, 'Mars/Base'), summary: 'x' } },
      /"Mars\/Base" is no IANA time zone/,
    ],
    ['a title that is no text', { action: 'create', event: { ...meeting, summary: 7 } }, /summary must be a text/],
    ['a status that is none', { action: 'create', event: { ...meeting, status: 'maybe' } }, /status must be one of/],
    ['reminders that are none', { action: 'create', event: { ...meeting, reminders: 'soon' } }, /reminders must be/],
    ['a rule that is none', { action: 'create', event: { ...meeting, recurrence: ['every day'] } }, /recurrence/],
    [
      'a rule that is no array',
      { action: 'create', event: { ...meeting, recurrence: 'RRULE:FREQ=DAILY' } },
      /recurrence must be an array/,
    ],
    [
      'an occurrence that has no name',
      { action: 'update', uid: 'a', event: { exceptions: { tomorrow: null } } },
      /"tomorrow" names no occurrence/,
    ],
    [
      'changed that is no array',
      { action: 'update', uid: 'a', event: meeting, changed: 'summary' },
      /changed must be an array/,
    ],
    [
      'a name that is no field',
      { action: 'update', uid: 'a', event: meeting, changed: ['colour'] },
      /"colour" in changed is no field/,
    ],
    [
      'times that are cleared',
      { action: 'update', uid: 'a', event: { summary: 'x' }, changed: ['start'] },
      /can be changed but not cleared/,
    ],
    ['an unknown event', { action: 'update', uid: 'nowhere', event: { summary: 'x' } }, /no event with this uid/],
    ['null', null, /an operation must be an object/],
  ]
  for (const [what, operation, message] of bad) {
    it(`with ${what} get a clear error, while the others of the message go on`, async () => {
      await flow.start({ edit: loneSink })
      const caught = flow.next('caught')
      const written = await write([operation, { action: 'create', id: 'good', event: meeting }])
      assert.deepEqual([written.applied, written.failed], [{ ...NONE, create: 1 }, 1])
      const failed = written.results.find(({ status }) => status === 'failed')
      assert.match(failed?.error?.message ?? '', message)
      assert.match(failed?.error?.code ?? '', /^calsync\.(invalid-operation|invalid-event|no-such-event)$/)
      assert.equal(written.results.find(({ id }) => id === 'good')?.status, 'ok')
      const { error } = (await caught) as Got & { error: { message: string; code?: string } }
      assert.ok(error.message.endsWith(failed?.error?.message ?? '-'), error.message)
      assert.equal(error.code, failed?.error?.code)
    })
  }

  it('that delete what is not there are done', async () => {
    await flow.start()
    const written = await write({ action: 'delete', uid: 'nowhere' })
    assert.deepEqual([statuses(written), written.failed], [['ok'], 0])
    assert.deepEqual(flow.takeWrites(), [])
  })

  it('towards a calendar that is read-only fail before anything is tried', async () => {
    const shared = [...flow.icloud.store.collections.values()].find(
      ({ access, kind }) => access === 'read' && kind === 'calendar',
    )
    await flow.start({
      edit: (nodes) =>
        nodes.map((node) => (node.id === ID.icloudCalendar ? { ...node, calendarId: shared?.path } : node)),
    })
    const { results } = await write({ action: 'create', event: meeting })
    assert.deepEqual(
      results.map(({ error }) => error?.code),
      ['calsync.read-only'],
    )
    assert.deepEqual(flow.takeWrites(), [])
  })

  it('pass the properties of their message on', async () => {
    await flow.start()
    const msg = await flow.ask('icloudSink', { _msgid: 'm1', payload: [], mine: { deep: 1 } }, 'icloudWritten')
    assert.deepEqual([msg._msgid, msg['mine'], msg.topic], ['m1', { deep: 1 }, 'Privat'])
  })
})
