import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { DateTime } from 'luxon'
import type { SinkPayload } from '../../src/runtime/sink-results'
import type { CalendarInfo } from '../../src/event/calendar'
import { readFlows } from '../demo/admin'
import { NOTHING } from './carried'
import { Examples } from './examples-stage'
import { agendas, assertInStep, assertNoMail, isThere, row } from './sides'
import type { Report } from './site'

const NAMES = ['list-calendars', 'own-event', 'one-way-busy', 'sync-over-http'] as const
type Name = (typeof NAMES)[number]

describe('The examples, imported side by side into a real Node-RED', function () {
  let examples: Examples<Name>
  before(async () => {
    examples = await Examples.import(NAMES)
  })
  afterEach(() => {
    for (const { world, listener } of examples.all) {
      assertNoMail(world)
      assert.deepEqual(listener.all('errors'), [])
    }
  })
  after(() => examples.close())

  it('are taken over as they are', async () => {
    const ids = new Set((await readFlows(examples.nodeRed)).map(({ id }) => id))
    for (const { flow } of examples.all) for (const { id } of flow) assert.ok(ids.has(id), id)
  })

  it('list-calendars names the calendars of both accounts, with the ids that the settings ask for', async () => {
    const { world } = examples.of['list-calendars']
    const google = await examples.press<CalendarInfo[]>('list-calendars', 'list Google calendars', 'calendars')
    assert.deepEqual(
      google.map(({ id, provider }) => ({ id, provider })),
      [{ id: world.google.account, provider: 'google' }],
    )
    const icloud = await examples.press<CalendarInfo[]>('list-calendars', 'list iCloud calendars', 'calendars')
    assert.ok(icloud.some(({ id, name }) => id === world.icloud.calendar.path && name === 'Privat'))
  })

  it('own-event makes an event for tomorrow at ten, and names its uid', async () => {
    const { world } = examples.of['own-event']
    const tomorrow = (): string => `${DateTime.local().plus({ days: 1 }).toFormat('yyyy-MM-dd')}T10:00:00`
    const asked = tomorrow()
    const { results } = await examples.press<SinkPayload>('own-event', 'make an event', 'results')
    assert.deepEqual(
      results.map(({ action, status, uid }) => [action, status, uid !== '']),
      [['create', 'ok', true]],
    )
    const { start } = row(world.googleOwner, 'Water the plants')
    const { zoneName: timeZone } = DateTime.local()
    const expected = [asked, tomorrow()].map((dateTime) => ({ dateTime, timeZone })) // midnight may pass
    assert.ok(
      expected.some((one) => isDeepStrictEqual(start, one)),
      JSON.stringify(start),
    )
  })

  it('one-way-busy shows in the work calendar when, and not why', async () => {
    const { world } = examples.of['one-way-busy']
    const report = await examples.first<Report>('one-way-busy', 'report')
    assert.deepEqual([report.errors, report.planned.left], [[], NOTHING])
    const mine = agendas(world).google.map(timeOnly)
    const shown = agendas(world).icloud.filter((line) => line.includes('| Busy |'))
    for (const line of shown) assert.match(line, /\| Busy \| {2}\| {2}\| [\d ]*$/)
    assert.deepEqual(
      shown.map(timeOnly).filter((time) => !mine.includes(time)),
      [],
    )
    assert.equal(report.applied.right.create, 37)
  })

  it('one-way-busy follows what happens on the private side, and gives nothing back', async () => {
    const { world } = examples.of['one-way-busy']
    const offsite = row(world.googleOwner, 'Offsite')
    world.googleOwner.change(offsite.id, { ...offsite, title: 'Secret', place: 'Secret' })
    world.icloudOwner.change(row(world.icloudOwner, 'Zoo').id, { ...row(world.icloudOwner, 'Zoo'), title: 'Meeting' })
    const before = agendas(world)
    const renamed = await examples.press<Report>('one-way-busy', 'every 5 minutes', 'report')
    assert.deepEqual(renamed.errors, [])
    assert.deepEqual(agendas(world), before)
    const { start } = row(world.googleOwner, 'Secret')
    const day = { date: 'date' in start ? start.date : start.dateTime.slice(0, 10) }
    const end = { date: DateTime.fromISO(day.date).plus({ days: 1 }).toFormat('yyyy-MM-dd') }
    world.googleOwner.change(offsite.id, { ...row(world.googleOwner, 'Secret'), start: day, end })
    world.googleOwner.remove(row(world.googleOwner, 'Audit').id)
    const moved = await examples.press<Report>('one-way-busy', 'every 5 minutes', 'report')
    assert.deepEqual(moved.applied, { left: NOTHING, right: { create: 0, update: 1, delete: 1 } })
    const busyDays = agendas(world).icloud.filter((line) => line.startsWith(`${day.date} to ${end.date} | Busy |`))
    assert.equal(busyDays.length, 1)
    assert.ok(!isThere(world.googleOwner, 'Meeting'))
    const idle = await examples.press<Report>('one-way-busy', 'every 5 minutes', 'report')
    assert.deepEqual(idle.planned, { left: NOTHING, right: NOTHING })
  })

  it('sync-over-http syncs when it is asked to, and answers with the report', async () => {
    const { world } = examples.of['sync-over-http']
    const ask = async (): Promise<Report> => {
      const answer = await fetch(new URL('calsync/sync', examples.nodeRed.url), { method: 'POST' })
      assert.equal(answer.status, 200)
      return (await answer.json()) as Report
    }
    const report = await ask()
    assert.deepEqual([report.errors, report.applied.left.create, report.applied.right.create], [[], 38, 37])
    const concert = row(world.googleOwner, 'Concert')
    world.googleOwner.change(concert.id, { ...concert, place: row(world.icloudOwner, 'Concert').place })
    assert.deepEqual((await ask()).errors, [])
    assertInStep(world)
    assert.deepEqual((await ask()).planned, { left: NOTHING, right: NOTHING })
  })
})

const timeOnly = (line: string): string => line.split(' | ')[0] ?? ''
