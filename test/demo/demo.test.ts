import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { demoFlow, triggerOf } from './flow'
import { servePage, type Desk } from './page'
import type { Entry, Owner, Row } from './owner'
import { isSeries } from './owner'
import { freePort } from './ports'
import { isIdle, reportLines, type Report } from './report'
import { World } from './world'

const NOW = Date.UTC(2026, 2, 25, 12)
const now = (): number => NOW
const seeded = (): World => World.seeded(now, '2026-03-23')

const byTitle = (rows: Row[], title: string): Row => {
  const [row, ...others] = rows.filter((each) => each.title === title)
  assert.ok(row && others.length === 0, `${rows.length} rows, ${others.length + 1} of them ${title}`)
  return row
}

const sides: [string, (world: World) => Owner][] = [
  ['Google', (world) => world.googleOwner],
  ['iCloud', (world) => world.icloudOwner],
]

describe('The calendars of the demo', () => {
  it('hold about 60 events each, a third of them on both sides', () => {
    const world = seeded()
    const google = world.googleOwner.rows()
    const icloud = world.icloudOwner.rows()
    const titles = new Set(google.map(({ title }) => title))
    assert.deepEqual([google.length, icloud.length], [59, 59])
    assert.equal(icloud.filter(({ title }) => titles.has(title)).length, 20)
  })

  it('hold the same of an event that stands on both sides, but for two places', () => {
    const world = seeded()
    const meaning = ({ id: _id, ...row }: Row): string => JSON.stringify(row)
    const google = new Set(world.googleOwner.rows().map(meaning))
    const titles = new Set(world.googleOwner.rows().map(({ title }) => title))
    const differ = world.icloudOwner.rows().filter((row) => titles.has(row.title) && !google.has(meaning(row)))
    assert.deepEqual(differ.map(({ title }) => title).sort(), ['Bank appointment', 'Concert'])
  })

  for (const [name, owner] of sides) {
    it(`hold series with a moved and a cancelled occurrence, in ${name}`, () => {
      const choir = byTitle(owner(seeded()).rows(), 'Choir rehearsal')
      assert.equal(choir.repeats, 'weekly, 12 times, changed: 2026-04-06, cancelled: 2026-04-20')
    })

    it(`can be edited as their owner does, in ${name}`, () => {
      const calendar = owner(seeded())
      const before = calendar.rows().length
      const start = { dateTime: '2026-04-01T10:00:00', timeZone: 'America/New_York' }
      const entry: Entry = {
        title: 'Tea; and, cake',
        place: 'Home, kitchen',
        start,
        end: { ...start, dateTime: '2026-04-01T11:00:00' },
      }
      calendar.add(entry)
      const added = byTitle(calendar.rows(), entry.title)
      assert.deepEqual({ ...added, id: '' }, { ...entry, id: '', note: '', reminders: [], repeats: '' })
      const allDay = { title: 'Tea', place: '', start: { date: '2026-04-02' }, end: { date: '2026-04-04' } }
      calendar.change(added.id, allDay)
      assert.deepEqual({ ...byTitle(calendar.rows(), 'Tea') }, { ...added, ...allDay })
      calendar.change(added.id, entry)
      assert.deepEqual(byTitle(calendar.rows(), entry.title), added)
      calendar.remove(added.id)
      assert.equal(calendar.rows().length, before)
    })

    it(`let a series be renamed without touching its exceptions, in ${name}`, () => {
      const calendar = owner(seeded())
      const choir = byTitle(calendar.rows(), 'Choir rehearsal')
      calendar.change(choir.id, { ...choir, title: 'Choir' })
      assert.deepEqual(byTitle(calendar.rows(), 'Choir'), { ...choir, title: 'Choir' })
    })
  }

  it('are the same after they were saved and loaded, ETags, tokens and logins included', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'calsync-demo-')), 'calendars.json')
    const before = seeded()
    before.googleOwner.remove(byTitle(before.googleOwner.rows(), 'Expenses').id)
    before.icloudOwner.remove(byTitle(before.icloudOwner.rows(), 'Zoo').id)
    const login = before.google.tokens.newLogin()
    await before.save(file)
    const after = await World.load(now, file)
    assert.ok(after)
    assert.ok(after.google.tokens.logins().includes(login))
    assert.deepEqual(after.googleOwner.rows(), before.googleOwner.rows())
    assert.deepEqual(after.icloudOwner.rows(), before.icloudOwner.rows())
    assert.deepEqual(after.google.calendar().events, before.google.calendar().events)
    assert.deepEqual(after.icloud.calendar, before.icloud.calendar)
    assert.equal(after.icloud.store.tokenOf(after.icloud.calendar), before.icloud.store.tokenOf(before.icloud.calendar))
  })

  it('are saved in turn when several ask at once', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'calsync-demo-')), 'calendars.json')
    const world = seeded()
    const first = world.save(file)
    world.googleOwner.remove(byTitle(world.googleOwner.rows(), 'Expenses').id)
    await Promise.all([first, world.save(file), world.save(file)])
    const after = await World.load(now, file)
    assert.deepEqual(after?.googleOwner.rows(), world.googleOwner.rows())
  })

  it('give no ETag and no id a second time after they were loaded', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'calsync-demo-')), 'calendars.json')
    const before = seeded()
    await before.save(file)
    const after = await World.load(now, file)
    assert.ok(after)
    const etags = new Set([...before.icloud.calendar.members.values()].map(({ etag }) => etag))
    const ids = new Set(before.google.calendar().events.keys())
    const day = { title: 'New', place: '', start: { date: '2026-04-02' }, end: { date: '2026-04-03' } }
    after.googleOwner.add(day)
    after.icloudOwner.add(day)
    assert.ok(!ids.has(byTitle(after.googleOwner.rows(), 'New').id))
    const path = byTitle(after.icloudOwner.rows(), 'New').id
    assert.ok(!etags.has(after.icloud.store.find(path)?.member?.etag ?? ''))
  })

  it('are not there before they were saved', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'calsync-demo-'))
    assert.equal(await World.load(now, join(folder, 'calendars.json')), undefined)
  })
})

describe('The flow of the demo', () => {
  const flow = demoFlow({ username: 'anna', password: 'secret', path: '/calendars/home/' })

  it('is the example, with wires that lead somewhere and ids that occur once', () => {
    const ids = new Set(flow.map(({ id }) => id))
    assert.equal(ids.size, flow.length)
    for (const { wires } of flow) {
      for (const target of ((wires ?? []) as string[][]).flat()) assert.ok(ids.has(target), target)
    }
  })

  it('takes from the environment what a start may change', () => {
    const text = JSON.stringify(flow)
    const names = ['GOOGLE', 'GOOGLE_AUTH', 'GOOGLE_TOKEN', 'CALDAV', 'TELL']
    for (const name of names) assert.ok(text.includes(`"\${CALSYNC_DEMO_${name}}"`), name)
  })

  it('is started by the inject node that repeats', () => {
    const trigger = flow.find(({ id }) => id === triggerOf(flow))
    assert.equal(trigger?.name, 'every 5 minutes')
  })
})

describe('The page of the demo', () => {
  const open = async (): Promise<{ world: World; url: string; done: string[]; close: () => Promise<void> }> => {
    const world = seeded()
    const done: string[] = []
    const note = (what: string) => (): Promise<void> => Promise.resolve(void done.push(what))
    const desk: Desk = {
      sides: {
        google: { name: 'Google', owner: world.googleOwner },
        icloud: { name: 'iCloud', owner: world.icloudOwner },
      },
      editor: () => 'http://127.0.0.1:1880/',
      told: [],
      sync: note('sync'),
      changed: note('changed'),
      tell: ({ topic }) => note(`told ${topic ?? ''}`)(),
    }
    return { world, done, ...(await servePage(desk, await freePort(21890))) }
  }

  const post = (url: string, body: object, headers = { 'content-type': 'application/json' }): Promise<Response> =>
    fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })

  it('adds, changes and removes on the side that it is told', async () => {
    const { world, url, done, close } = await open()
    try {
      const entry = { title: 'Tea', place: '', start: { date: '2026-04-02' }, end: { date: '2026-04-03' } }
      await post(`${url}icloud/add`, entry)
      const { id } = byTitle(world.icloudOwner.rows(), 'Tea')
      await post(`${url}icloud/change`, { ...entry, id, title: 'Coffee' })
      assert.equal(byTitle(world.icloudOwner.rows(), 'Coffee').id, id)
      await post(`${url}icloud/remove`, { id })
      assert.equal(world.icloudOwner.rows().length, 59)
      assert.equal(world.googleOwner.rows().length, 59)
      await post(`${url}sync`, {})
      await post(`${url}tell`, { topic: 'report' })
      assert.deepEqual(done, ['changed', 'changed', 'changed', 'sync', 'told report'])
    } finally {
      await close()
    }
  })

  it('says what is wrong with an entry, and changes nothing', async () => {
    const { world, url, done, close } = await open()
    const start = { dateTime: '2026-04-02T10:00', timeZone: 'Europe/Berlin' }
    const cases: [object, RegExp][] = [
      [{ title: ' ', start, end: start }, /title/],
      [{ title: 'Tea', start, end: start }, /after the start/],
      [{ title: 'Tea', start, end: { date: '2026-04-03' } }, /both/],
      [{ title: 'Tea', start: { ...start, timeZone: 'Moon' }, end: start }, /timeZone/],
    ]
    try {
      for (const [entry, words] of cases) {
        const answer = await post(`${url}google/add`, entry)
        assert.equal(answer.status, 400)
        assert.match(((await answer.json()) as { message: string }).message, words)
      }
      const form = await post(`${url}google/add`, cases, { 'content-type': 'text/plain' })
      assert.equal(form.status, 400)
      assert.equal(world.googleOwner.rows().length, 59)
      assert.deepEqual(done, [])
    } finally {
      await close()
    }
  })

  it('shows both calendars and where the editor is', async () => {
    const { world, url, close } = await open()
    try {
      const state = (await (await fetch(`${url}state`)).json()) as { google: { rows: Row[] }; editor: string }
      assert.deepEqual(state.google.rows, world.googleOwner.rows())
      assert.equal(state.editor, 'http://127.0.0.1:1880/')
      assert.match(await (await fetch(url)).text(), /<!doctype html>/)
    } finally {
      await close()
    }
  })

  it('knows a series from a single event', () => {
    const rows = seeded().googleOwner.rows()
    assert.ok(isSeries(byTitle(rows, 'Stand-up')))
    assert.ok(!isSeries(byTitle(rows, 'Expenses')))
  })
})

describe('A report in the terminal', () => {
  const counts = { create: 0, update: 0, delete: 0 }
  const idle: Report = {
    startedAt: '',
    finishedAt: '',
    dryRun: false,
    reads: { left: null, right: null },
    paired: 96,
    planned: { left: counts, right: counts },
    applied: { left: counts, right: counts },
    failed: 0,
    stale: 0,
    notCarriedOut: 0,
    notWritable: 0,
    remaining: 0,
    conflicts: 0,
    heldDeletions: 0,
    setAside: [],
    errors: [],
  }
  const names = { left: 'Google', right: 'iCloud' }

  it('says what was done on each side, and what was not', () => {
    const report = {
      ...idle,
      applied: { left: { create: 38, update: 1, delete: 2 }, right: counts },
      conflicts: 2,
      setAside: [{ summary: 'Odd one', reason: 'no start' }],
      errors: [{ message: 'no answer' }],
    }
    assert.deepEqual(reportLines(report, names, { left: 98, right: 97 }), [
      '  Google  created 38, updated 1, deleted 2; holds 98, of which 96 paired, 2 left alone',
      '  iCloud  created 0, updated 0, deleted 0; holds 97, of which 96 paired, 1 left alone',
      '  2 differ on both sides and wait for a decision',
      '  set aside: Odd one: no start',
      '  error: no answer',
    ])
    assert.ok(!isIdle(report))
  })

  it('counts what is planned in a dry run', () => {
    const report = { ...idle, dryRun: true, planned: { left: counts, right: { ...counts, create: 5 } } }
    assert.match(reportLines(report, names, { left: 96, right: 96 })[1] ?? '', /created 5/)
  })

  it('is idle when nothing was done, failed or left', () => {
    assert.ok(isIdle(idle))
    assert.ok(!isIdle({ ...idle, failed: 1 }))
    assert.ok(!isIdle({ ...idle, applied: { left: counts, right: { ...counts, update: 1 } } }))
  })
})
