import assert from 'node:assert/strict'
import { GoogleSimulator, LOGIN, serveOverHttp } from '../simulators/google'
import { lastHeld, shownBy } from './dialogue'
import { at, inGoogle, inIcloud, inStep } from './events'
import { Flow, ID } from './flow'
import { changing } from './wiring'
import { MINUTE, resetClock, setClock } from './clock'

const NONE = { create: 0, update: 0, delete: 0 }
const IDLE = { left: NONE, right: NONE }

describe('a calendar that is not what it was', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(async () => {
    resetClock()
    await flow.stop()
  })
  const codes = ({ errors }: { errors: { code: string }[] }): string[] => errors.map(({ code }) => code)

  it('renamed on both sides goes on, and has its new name after a full read', async () => {
    await inStep(flow)
    flow.google.calendar().settings.summary = 'Work'
    flow.icloud.calendar.name = 'Family'
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
    const report = await flow.sync()
    assert.deepEqual([report.errors, report.applied.right, report.paired], [[], { ...NONE, update: 1 }, 2])
    const renewed = await flow.sync({ fullSync: true })
    assert.deepEqual([renewed.pair, renewed.paired, renewed.planned], [{ left: 'Work', right: 'Family' }, 2, IDLE])
  })

  for (const command of ['reset', 'sync', 'undo', '__proto__']) {
    it(`named ${command}, like a command, is read as any other`, async () => {
      flow.google.calendar().settings.summary = command
      flow.icloud.calendar.name = command
      await inStep(flow)
      flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
      const report = await flow.sync()
      assert.deepEqual([report.errors, report.paired, report.applied.right.update], [[], 2, 1])
      assert.equal(flow.heard('googleRead').at(-1)?.topic, command)
      assert.deepEqual(flow.heard('caught'), [])
    })
  }

  describe('deleted between two runs', () => {
    it('on Google is named, and nothing is deleted on iCloud', async () => {
      await inStep(flow)
      const id = flow.google.calendar().settings.id
      flow.google.calendars.delete(id)
      for (let run = 0; run < 2; run += 1) {
        const report = await flow.sync()
        assert.deepEqual([codes(report), report.planned], [['calsync.calendar-not-found'], IDLE])
      }
      assert.equal(flow.shown.get('googleSource')?.at(-1), 'no such calendar')
      assert.equal(flow.icloud.calendar.members.size, 2)
      await flow.restart()
      assert.deepEqual(codes(await flow.sync()), ['calsync.calendar-not-found'])
    })

    it('on iCloud is named, and nothing is deleted on Google', async () => {
      await inStep(flow)
      const { path } = flow.icloud.calendar
      const kept = flow.icloud.store.collections.get(path)
      flow.icloud.store.collections.delete(path)
      const report = await flow.sync()
      assert.deepEqual([codes(report), report.planned], [['calsync.calendar-not-found'], IDLE])
      assert.equal(flow.titles().google.length, 2)
      if (kept) flow.icloud.store.collections.set(path, kept)
      assert.deepEqual((await flow.sync()).errors, [])
    })

    it('and made again under the same address, empty, asks what is to become of the other side’s events', async () => {
      await inStep(flow)
      const { path } = flow.icloud.calendar
      flow.icloud.store.collections.delete(path)
      flow.icloud.store.addCollection({ path, name: 'Privat', sequence: 500, oldest: 499 })
      const report = await flow.sync()
      assert.deepEqual([report.applied, report.heldDeletions], [IDLE, 2])
      assert.deepEqual([lastHeld(flow).count, flow.titles().google.length], [2, 2])
    })
  })

  describe('made read-only between two runs', () => {
    const makeReadOnly = {
      google: () => (flow.google.calendar().settings.role = 'reader'),
      icloud: () => (flow.icloud.calendar.access = 'read'),
    }
    const makeWritable = {
      google: () => (flow.google.calendar().settings.role = 'owner'),
      icloud: () => (flow.icloud.calendar.access = 'owner'),
    }
    for (const side of ['google', 'icloud'] as const) {
      const other = side === 'google' ? 'icloud' : 'google'
      const to = side === 'google' ? 'left' : 'right'
      const make = (title: string): unknown =>
        other === 'google' ? inGoogle(flow, title, at(5)) : inIcloud(flow, title, 5)

      it(`${side} is found out by the first refusal, reported and then left alone; the other direction goes on`, async () => {
        await inStep(flow)
        makeReadOnly[side]()
        make('Cake')
        const refused = await flow.sync()
        assert.deepEqual([codes(refused), refused.failed], [['calsync.read-only'], 1])
        flow.takeRequests()
        const report = await flow.sync()
        assert.deepEqual([report.errors, report.failed, report.planned[to]], [[], 0, NONE])
        assert.match(report.setAside[0]?.reason ?? '', /is read-only for this account: nothing goes there/)
        assert.deepEqual(flow.takeWrites(), [])
        if (side === 'google') flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green Tea' })
        else flow.icloud.user.set(flow.inIcloud('Tea').path, 'SUMMARY:Green Tea')
        await flow.sync()
        assert.ok(flow.titles()[other].includes('Green Tea'))
        assert.match(shownBy(flow, 'reconcile') ?? '', /^in sync/)
      })

      it(`${side} is written again once it may be: at the latest a quarter of an hour later, or after a full read`, async () => {
        await inStep(flow)
        makeReadOnly[side]()
        make('Cake')
        await flow.sync()
        await flow.sync()
        makeWritable[side]()
        setClock(16 * MINUTE)
        assert.deepEqual((await flow.sync()).applied[to], { ...NONE, create: 1 })
        makeReadOnly[side]()
        make('Pie')
        await flow.sync()
        await flow.sync()
        makeWritable[side]()
        await flow.sync({ fullSync: true })
        await flow.sync()
        assert.ok(flow.titles()[side].includes('Pie'))
      })
    }
  })

  it('whose account node is another one’s now is another calendar: it starts afresh, and nothing is deleted', async () => {
    await inStep(flow)
    const second = new GoogleSimulator({ now: () => Date.now(), account: 'other@example.com' })
    second.user.create({ summary: 'Elsewhere', iCalUID: 'elsewhere', ...at(6) })
    const served = await serveOverHttp(second.fetch)
    try {
      const account = '00000000000000e1'
      flow.useCredentials({ [account]: { ...LOGIN } })
      const url = served.url
      await flow.deploy({
        edit: (nodes) => [
          ...changing('googleCalendar', { googleAccount: account })(nodes),
          { id: account, type: 'calsync-google-account', name: 'Other', apiUrl: url, tokenUrl: `${url}token` },
        ],
      })
      const report = await flow.sync()
      assert.deepEqual(
        [report.reads.left?.kind, report.applied.right.delete, report.applied.left.delete],
        ['full', 0, 0],
      )
      assert.equal(report.pair.left, 'other@example.com')
      const all = ['Coffee', 'Elsewhere', 'Tea']
      assert.deepEqual(
        [
          second.user
            .events()
            .map(({ summary }) => summary)
            .sort(),
          flow.titles().icloud,
        ],
        [all, all],
      )
      assert.deepEqual(flow.titles().google, ['Coffee', 'Tea'])
      await flow.deploy({})
      const back = await flow.sync()
      assert.deepEqual(
        [back.reads.left?.kind, back.applied.left.create, back.pair.left],
        ['incremental', 1, 'someone@example.com'],
      )
      assert.deepEqual(flow.titles(), { google: all, icloud: all })
    } finally {
      await flow.undeploy()
      await served.close()
      await flow.deploy({})
    }
  })

  it('whose account nodes are swapped between two iCloud users is refused or read, but never taken for the old one', async () => {
    await inStep(flow)
    flow.useCredentials({ [ID.icloudAccount]: { username: 'bert', password: 'bert-pass-word' } })
    await flow.deploy()
    const report = await flow.sync()
    assert.deepEqual([codes(report), report.planned], [['calsync.reauthorise'], IDLE])
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Tea'], icloud: ['Coffee', 'Tea'] })
  })
})
