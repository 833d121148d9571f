import assert from 'node:assert/strict'
import { HOUR, MINUTE, resetClock, setClock } from './clock'
import { at, day, icalDay, inGoogle, inIcloud, inStep } from './events'
import { Flow } from './flow'
import type { Got } from './flow'
import { prefixed } from './several-wiring'

const NONE = { create: 0, update: 0, delete: 0 }
const SKIP = 'for (const op of msg.payload) op.action = "skip"; return msg'
type Written = { results: { status: string; uid: string }[] }

/** A prefix on titles that go to a side, in the series and in its occurrences. */
const marked = (word: string): string => `for (const { action, event } of msg.payload) {
  if (action === 'delete') continue
  const mark = (part) => { if (part && part.summary && !part.summary.startsWith('${word} ')) part.summary = '${word} ' + part.summary }
  mark(event)
  for (const each of Object.values(event.exceptions || {})) mark(each)
}
return msg`

describe('a copy that the flow rewrote', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  /** Nothing is planned any more, also after everything was read anew. */
  async function rests(): Promise<void> {
    for (const msg of [{}, { fullSync: true }, {}]) {
      const { planned, conflicts, errors } = await flow.sync(msg)
      assert.deepEqual([planned, conflicts, errors], [{ left: NONE, right: NONE }, 0, []])
    }
  }
  const google = (title: string, change: object): unknown =>
    flow.google.user.edit(flow.inGoogle(title).id ?? '', change as never)
  const icloud = (title: string, ...lines: string[]): void => flow.icloud.user.set(flow.inIcloud(title).path, ...lines)

  const startOf = (title: string): number => Date.parse(flow.inGoogle(title).start?.dateTime ?? '')

  const walks: [string, () => Promise<void>][] = [
    [
      'an original on Google',
      async () => {
        inGoogle(flow, 'Tea', at(3, 12, 'UTC'))
        await flow.start({ toIcloud: marked('G:') })
        await flow.sync()
        assert.deepEqual(flow.titles(), { google: ['Tea'], icloud: ['G: Tea'] })
        await rests()
        google('Tea', { location: 'Kitchen' })
        await flow.sync()
        assert.match(flow.inIcloud('G: Tea').text, /LOCATION:Kitchen/)
        google('Tea', { summary: 'Green Tea' })
        await flow.sync()
        assert.deepEqual(flow.titles(), { google: ['Green Tea'], icloud: ['G: Green Tea'] })
        google('Green Tea', at(5, 9, 'UTC'))
        await flow.sync()
        assert.match(flow.inIcloud('G: Green Tea').text, new RegExp(`DTSTART[^\r]*${icalDay(5)}T090000`))
        await rests()
        icloud('G: Green Tea', 'DESCRIPTION:With milk')
        await flow.sync()
        assert.deepEqual(flow.inGoogle('Green Tea').description, 'With milk')
        icloud('G: Green Tea', `DTSTART:${icalDay(6)}T120000Z`, `DTEND:${icalDay(6)}T130000Z`)
        await flow.sync()
        assert.equal(startOf('Green Tea'), Date.parse(`${day(6)}T12:00:00Z`))
        await rests()
        assert.deepEqual(flow.titles(), { google: ['Green Tea'], icloud: ['G: Green Tea'] })
        flow.google.user.delete(flow.inGoogle('Green Tea').id ?? '')
        await flow.sync()
        assert.deepEqual(flow.titles(), { google: [], icloud: [] })
        await rests()
      },
    ],
    [
      'an original on iCloud',
      async () => {
        inIcloud(flow, 'Tea', 3)
        await flow.start({ toGoogle: marked('i:') })
        await flow.sync()
        assert.deepEqual(flow.titles(), { google: ['i: Tea'], icloud: ['Tea'] })
        await rests()
        icloud('Tea', 'LOCATION:Kitchen')
        await flow.sync()
        assert.equal(flow.inGoogle('i: Tea').location, 'Kitchen')
        icloud('Tea', 'SUMMARY:Green Tea', `DTSTART:${icalDay(5)}T090000Z`, `DTEND:${icalDay(5)}T100000Z`)
        await flow.sync()
        assert.deepEqual(flow.titles(), { google: ['i: Green Tea'], icloud: ['Green Tea'] })
        assert.equal(startOf('i: Green Tea'), Date.parse(`${day(5)}T09:00:00Z`))
        await rests()
        google('i: Green Tea', { description: 'With milk' })
        await flow.sync()
        assert.match(flow.inIcloud('Green Tea').text, /DESCRIPTION:With milk/)
        await rests()
        assert.deepEqual(flow.titles(), { google: ['i: Green Tea'], icloud: ['Green Tea'] })
        flow.google.user.delete(flow.inGoogle('i: Green Tea').id ?? '')
        await flow.sync()
        assert.deepEqual(flow.titles(), { google: [], icloud: [] })
        await rests()
      },
    ],
  ]
  for (const [what, walk] of walks) it(`of ${what} stays right when either side is edited, moved and deleted`, walk)

  it('gives an edit of its title back, and the original’s next edit is rewritten again', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({ toIcloud: marked('G:') })
    await flow.sync()
    icloud('G: Tea', 'SUMMARY:Mine')
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Mine'], icloud: ['Mine'] })
    await rests()
    google('Mine', { summary: 'Yours' })
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Yours'], icloud: ['G: Yours'] })
    await rests()
  })

  it('has no echo where both directions are rewritten', async () => {
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
    await flow.start({ toIcloud: marked('G:'), toGoogle: marked('i:') })
    await flow.sync()
    const expected = { google: ['Tea', 'i: Coffee'], icloud: ['Coffee', 'G: Tea'] }
    assert.deepEqual(flow.titles(), expected)
    await rests()
    await flow.restart()
    await rests()
    assert.deepEqual(flow.titles(), expected)
  })

  it('is not taken for an edit when its original is edited and it is, too, in another field', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({ toIcloud: marked('G:') })
    await flow.sync()
    google('Tea', { location: 'Kitchen' })
    icloud('G: Tea', 'DESCRIPTION:With milk')
    const { conflicts } = await flow.sync()
    assert.deepEqual([conflicts, flow.inGoogle('Tea').description], [0, 'With milk'])
    assert.match(flow.inIcloud('G: Tea').text, /LOCATION:Kitchen/)
    await rests()
  })

  for (const to of ['google', 'icloud'] as const) {
    it(`that is a series whose writing to ${to} fails in the middle is completed by the next run, without an echo`, async () => {
      const times = [`DTSTART:${icalDay(3)}T120000Z`, `DTEND:${icalDay(3)}T130000Z`]
      let refuse = true
      if (to === 'google') {
        const path = inIcloud(flow, 'Yoga', 3, ...times, 'RRULE:FREQ=WEEKLY;COUNT=6')
        for (const n of [1, 2, 3]) {
          flow.icloud.user.changeOccurrence(path, `${icalDay(3 + 7 * n)}T120000Z`, `SUMMARY:Yoga ${n}`)
        }
        let patches = 0
        flow.google.interfere = (stage, { method }) =>
          refuse && stage === 'before' && method === 'PATCH' && (patches += 1) >= 2
            ? new Response('{}', { status: 500 })
            : undefined
      } else {
        const times = { ...at(3, 12, 'UTC'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=6'] }
        const { id = '' } = flow.google.user.create({ summary: 'Yoga', ...times })
        for (const n of [1, 2, 3]) {
          flow.google.user.edit(`${id}_${icalDay(3 + 7 * n)}T120000Z`, { summary: `Yoga ${n}` })
        }
        flow.icloud.interfere = {
          before: ({ method }) => (refuse && method === 'PUT' ? new Response('no', { status: 500 }) : undefined),
        }
      }
      await flow.start({ toGoogle: marked('i:'), toIcloud: marked('G:') })
      assert.equal((await flow.sync()).failed, 1)
      await flow.sync()
      refuse = false
      await flow.sync()
      await flow.sync()
      await rests()
      const plain = ['Yoga', 'Yoga 1', 'Yoga 2', 'Yoga 3']
      const copies = plain.map((title) => `${to === 'google' ? 'i:' : 'G:'} ${title}`)
      const here = to === 'google' ? { google: copies, icloud: plain } : { google: plain, icloud: copies }
      assert.deepEqual(flow.titles(), here)
    })
  }

  it('takes own operations on either calendar like edits of a person', async () => {
    inGoogle(flow, 'Tea')
    await flow.start({ toIcloud: marked('G:') })
    await flow.sync()
    const uid = flow.inGoogle('Tea').iCalUID
    const own = (sink: 'googleSink' | 'icloudSink', action: string, event: object): Promise<Got> =>
      flow.ask(sink, { payload: { action, uid, event } }, sink === 'googleSink' ? 'googleWritten' : 'icloudWritten')
    await own('icloudSink', 'update', { location: 'Kitchen' })
    await flow.sync()
    assert.deepEqual([flow.inGoogle('Tea').location, flow.titles().icloud], ['Kitchen', ['G: Tea']])
    await own('googleSink', 'update', { summary: 'Green Tea' })
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Green Tea'], icloud: ['G: Green Tea'] })
    await rests()
    await own('icloudSink', 'delete', {})
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: [], icloud: [] })
  })

  it('of a mirror in each direction lives beside the originals of the other side', async () => {
    const busy = prefixed('Busy:')
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
    await flow.start({ toGoogle: busy, toIcloud: busy })
    await flow.sync()
    await rests()
    assert.deepEqual(flow.titles(), { google: ['Busy: Coffee', 'Tea'], icloud: ['Busy: Tea', 'Coffee'] })
  })
})

describe('an operation that the flow skips', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  it('towards Google comes with the whole difference when another field changes', async () => {
    await inStep(flow)
    await flow.deploy({ toGoogle: SKIP })
    flow.icloud.user.set(flow.inIcloud('Coffee').path, 'SUMMARY:Espresso')
    assert.equal((await flow.sync()).skipped, 1)
    await flow.deploy({})
    assert.deepEqual((await flow.sync()).planned.left, NONE)
    flow.icloud.user.set(flow.inIcloud('Espresso').path, 'LOCATION:Bar')
    await flow.sync()
    assert.deepEqual(flow.operations('toGoogle')[0]?.changed?.sort(), ['location', 'summary'])
    assert.equal(flow.inGoogle('Espresso').location, 'Bar')
  })

  it('does not keep the other side’s edits from coming', async () => {
    await inStep(flow)
    await flow.deploy({ toIcloud: SKIP })
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
    await flow.sync()
    await flow.deploy({})
    flow.icloud.user.set(flow.inIcloud('Tea').path, 'LOCATION:Kitchen')
    const { applied, conflicts } = await flow.sync()
    assert.deepEqual([applied, conflicts], [{ left: { ...NONE, update: 1 }, right: NONE }, 0])
    assert.deepEqual([flow.titles().icloud, flow.inGoogle('Green Tea').location], [['Coffee', 'Tea'], 'Kitchen'])
    assert.deepEqual((await flow.sync()).planned, { left: NONE, right: NONE })
  })

  for (const side of ['google', 'icloud'] as const) {
    it(`and that deletes leaves the copy alone until it changes; deleted on ${side}`, async () => {
      await inStep(flow)
      await flow.deploy(side === 'google' ? { toIcloud: SKIP } : { toGoogle: SKIP })
      if (side === 'google') flow.google.user.delete(flow.inGoogle('Tea').id ?? '')
      else flow.icloud.user.delete(flow.inIcloud('Tea').path)
      assert.equal((await flow.sync()).skipped, 1)
      await flow.deploy({})
      for (const msg of [{}, { fullSync: true }]) {
        assert.deepEqual((await flow.sync(msg)).planned, { left: NONE, right: NONE })
      }
      const there = side === 'google' ? 'icloud' : 'google'
      assert.deepEqual(flow.titles()[there], ['Coffee', 'Tea'])
      if (there === 'icloud') flow.icloud.user.set(flow.inIcloud('Tea').path, 'LOCATION:Kitchen')
      else flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { location: 'Kitchen' })
      await flow.sync()
      assert.deepEqual(flow.titles(), { google: ['Coffee', 'Tea'], icloud: ['Coffee', 'Tea'] })
    })
  }

  it('under a message that is not the flow’s last word: dropped ones come again, under the same id', async () => {
    await inStep(flow)
    await flow.deploy({ toIcloud: 'msg.payload = []; return msg' })
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
    flow.google.user.delete(flow.inGoogle('Coffee').id ?? '')
    const ids: string[][] = []
    for (let run = 0; run < 2; run += 1) {
      const { notCarriedOut } = await flow.sync()
      assert.equal(notCarriedOut, 2)
      const ops = flow.heard('toIcloud').at(-1)?.payload as { id: string }[]
      ids.push(ops.map(({ id }) => id).sort())
    }
    assert.deepEqual(ids[0], ids[1])
    await flow.deploy({})
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: ['Green Tea'], icloud: ['Green Tea'] })
  })
})

describe('an operation that is approved after two hours', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(async () => {
    resetClock()
    await flow.stop()
  })

  /** Google's edit and deletion wait for an approval; two hours pass, with a run now and then. */
  async function held(): Promise<Got> {
    await inStep(flow)
    await flow.deploy({ toIcloud: 'return null' })
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
    flow.google.user.delete(flow.inGoogle('Coffee').id ?? '')
    const waiting = flow.next('toIcloud')
    const report = flow.sync()
    const msg = await waiting
    await report
    for (const ahead of [0.5 * HOUR, HOUR, 2 * HOUR + MINUTE]) {
      setClock(ahead)
      await flow.sync()
    }
    return msg
  }
  const statuses = (msg: Got): string[] => (msg.payload as Written).results.map(({ status }) => status)

  it('is carried out if it is current', async () => {
    const msg = await held()
    assert.deepEqual(statuses(await flow.ask('icloudSink', { ...msg }, 'icloudWritten')), ['ok', 'ok'])
    assert.deepEqual(flow.titles(), { google: ['Green Tea'], icloud: ['Green Tea'] })
    await flow.deploy({})
    const { planned, late } = await flow.sync()
    assert.deepEqual([planned, late], [{ left: NONE, right: NONE }, 2])
  })

  it('is stale if either side has changed since, whether that was read or not', async () => {
    const msg = await held()
    flow.google.user.edit(flow.inGoogle('Green Tea').id ?? '', { summary: 'White Tea' })
    await flow.ask('googleSource', {}, 'googleRead')
    flow.icloud.user.set(flow.inIcloud('Coffee').path, 'SUMMARY:Espresso')
    assert.deepEqual(statuses(await flow.ask('icloudSink', { ...msg }, 'icloudWritten')), ['stale', 'stale'])
    assert.deepEqual(flow.titles().icloud, ['Espresso', 'Tea'])
    await flow.deploy({})
    const { conflicts } = await flow.sync()
    assert.deepEqual([conflicts, flow.titles().icloud], [1, ['Espresso', 'White Tea']])
  })
})
