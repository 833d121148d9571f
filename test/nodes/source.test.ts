import assert from 'node:assert/strict'
import { at, inGoogle, inIcloud, inStep } from './events'
import { Flow, ID } from './flow'
import { source } from './wiring'

type Payload = {
  calendar: { id: string; name: string; provider: string }
  kind: string
  events: ({ uid: string; summary?: string } & Record<string, unknown>)[]
  deleted: { uid: string }[]
  total: number
}

describe('a source', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
    inGoogle(flow, 'Tea')
  })
  afterEach(() => flow.stop())
  const read = async (msg: object = {}): Promise<Payload> =>
    (await flow.ask('googleSource', msg, 'googleRead')).payload as Payload
  const summaries = ({ events }: Payload): unknown[] => events.map(({ summary }) => summary).sort()

  it('says which calendar it read and how many events there are, and counts only what a full read brings', async () => {
    await flow.start()
    const msg = await flow.ask('googleSource', { mine: 1 }, 'googleRead')
    assert.deepEqual([msg.topic, msg['mine']], ['someone@example.com', 1])
    assert.deepEqual(msg.payload, {
      calendar: { id: 'someone@example.com', name: 'someone@example.com', provider: 'google' },
      kind: 'full',
      events: [],
      deleted: [],
      total: 1,
    })
  })

  it('sends what changed since its last message, and what was deleted', async () => {
    await flow.start()
    await read()
    const id = flow.inGoogle('Tea').id ?? ''
    flow.google.user.edit(id, { location: 'Kitchen' })
    inGoogle(flow, 'Cake', at(5))
    const changes = await read()
    assert.deepEqual(
      [changes.kind, summaries(changes), changes.deleted, changes.total],
      ['incremental', ['Cake', 'Tea'], [], 2],
    )
    const tea = changes.events.find(({ summary }) => summary === 'Tea')
    assert.deepEqual([tea?.['location'], tea?.uid], ['Kitchen', `${id}@google.com`])
    assert.deepEqual(tea?.['start'], at(3).start)
    flow.google.user.delete(id)
    const gone = await read()
    assert.deepEqual([gone.events, gone.deleted, gone.total], [[], [{ uid: `${id}@google.com` }], 1])
    const idle = await read()
    assert.deepEqual([idle.kind, idle.events, idle.deleted], ['incremental', [], []])
  })

  it('tells what its own node has not told yet, though another node has read it', async () => {
    const second = source('00000000000000e1', ID.googleCalendar, ID.caught)
    await flow.start({ edit: (nodes) => [...nodes, { ...second, wires: [[ID.caught]] }] })
    await read()
    inGoogle(flow, 'Cake')
    const other = flow.next('caught')
    flow.google.user.get(flow.inGoogle('Cake').id ?? '')
    await flow.sync()
    const own = await read()
    void other
    assert.deepEqual(summaries(own), [])
    assert.deepEqual(summaries(flow.heard('googleRead').at(-2)?.payload as Payload), ['Cake'])
  })

  it('sends the whole list after a full read where it is to send all', async () => {
    await flow.start({ source: { sendEvents: 'all' } })
    assert.deepEqual(summaries(await read()), ['Tea'])
    inGoogle(flow, 'Cake')
    assert.deepEqual(summaries(await read()), ['Cake'])
    const full = await read({ fullSync: true })
    assert.deepEqual([full.kind, summaries(full)], ['full', ['Cake', 'Tea']])
  })

  it('sends no events where it is to send none', async () => {
    await flow.start({ source: { sendEvents: 'none' } })
    await read()
    inGoogle(flow, 'Cake')
    const changes = await read()
    assert.deepEqual([changes.kind, changes.events, changes.deleted, changes.total], ['incremental', [], [], 2])
  })

  it('reads completely when msg.fullSync is true, and only then', async () => {
    await flow.start()
    await read()
    assert.equal((await read({ fullSync: true })).kind, 'full')
    assert.equal((await read({ fullSync: false })).kind, 'incremental')
  })

  it('sends copies: what a flow does to them touches nothing', async () => {
    await flow.start({ source: { sendEvents: 'all' } })
    const first = await flow.ask('googleSource', {}, 'googleRead')
    for (const event of (first.payload as Payload).events) Object.assign(event, { summary: 'changed', start: null })
    assert.deepEqual(summaries(await read({ fullSync: true })), ['Tea'])
  })

  it('lists the account’s calendars for the topic "calendars", and reads nothing', async () => {
    flow.google.addCalendar({ id: 'second@example.com', summary: 'Second', role: 'reader' })
    await flow.start()
    const google = await flow.ask('googleSource', { topic: 'calendars', mine: 1 }, 'googleRead')
    assert.deepEqual([google.topic, google['mine']], ['calendars', 1])
    const list = google.payload as { id: string; name: string; writable: boolean }[]
    assert.deepEqual(
      list.map(({ id, writable }) => [id, writable]),
      [
        ['someone@example.com', true],
        ['second@example.com', false],
      ],
    )
    const icloud = await flow.ask('icloudSource', { topic: 'calendars' }, 'icloudRead')
    const names = (icloud.payload as { name: string }[]).map(({ name }) => name)
    assert.ok(names.includes('Privat') && names.includes('Verein') && !names.includes('Reminders'), names.join())
    assert.ok(!flow.takeRequests().google.some((request) => request.includes('/events')))
    assert.deepEqual([flow.heard('report'), flow.heard('caught')], [[], []])
  })

  it('shows the whole series as one event, with its exceptions by original start', async () => {
    await flow.start({ source: { sendEvents: 'all' } })
    const series = flow.google.user.create({
      summary: 'Class',
      ...at(5, 9, 'UTC'),
      recurrence: ['RRULE:FREQ=DAILY;COUNT=4'],
    })
    const start = (series.start?.dateTime ?? '').slice(0, 10)
    const second = new Date(Date.parse(`${start}T09:00:00Z`) + 86_400_000).toISOString().replace('.000', '')
    flow.google.user.edit(flow.google.user.instanceId(series.id ?? '', second), { summary: 'Exam' })
    const { events } = await read()
    const [all] = events.filter(({ summary }) => summary === 'Class')
    assert.deepEqual(all?.['recurrence'], ['RRULE:FREQ=DAILY;COUNT=4'])
    assert.deepEqual(all['exceptions'], { [second]: { summary: 'Exam' } })
    assert.equal(events.length, 2)
  })

  it('gives a copy the uid of its original', async () => {
    await flow.start()
    await flow.sync()
    inIcloud(flow, 'Coffee')
    await flow.sync()
    flow.google.user.edit(flow.inGoogle('Coffee').id ?? '', { location: 'Bar' })
    const { events } = await read()
    assert.deepEqual(
      events.map(({ uid }) => uid),
      ['coffee'],
    )
  })
})

describe('the status under a node', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  it('says in few words what goes on', async () => {
    await inStep(flow)
    inGoogle(flow, 'Cake')
    await flow.sync()
    const shown = (name: 'googleSource' | 'icloudSink' | 'reconcile'): string[] => flow.shown.get(name) ?? []
    assert.ok(
      shown('googleSource').some((text) => /^reading \d+$/.test(text)),
      shown('googleSource').join(),
    )
    assert.equal(shown('googleSource').at(-1), '3 events')
    assert.ok(shown('icloudSink').includes('writing 1/1'), shown('icloudSink').join())
    assert.equal(shown('icloudSink').at(-1), '1 written')
    assert.match(shown('reconcile').at(-1) ?? '', /^in sync \d\d:\d\d$/)
  })

  it('names what waits for the user', async () => {
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green tea' })
    flow.icloud.user.set(flow.inIcloud('Tea').path, 'SUMMARY:Black tea')
    await flow.sync()
    assert.equal(flow.shown.get('reconcile')?.at(-1), '1 conflict')
    flow.icloud.user.set(flow.inIcloud('Black tea').path, 'SUMMARY:Green tea')
    await flow.sync()
    for (const { id } of flow.google.user.events()) flow.google.user.delete(id ?? '')
    await flow.sync()
    assert.equal(flow.shown.get('reconcile')?.at(-1), '2 deletions held')
    await flow.sync({ dryRun: true })
    assert.equal(flow.shown.get('reconcile')?.at(-1), 'dry run')
    for (const texts of flow.shown.values()) for (const text of texts) assert.ok(text.length <= 20, text)
  })
})
