import assert from 'node:assert/strict'
import { allDay, at, day, icalDay, inGoogle, inIcloud, inStep } from './events'
import { Flow } from './flow'

const NONE = { create: 0, update: 0, delete: 0 }

describe('two calendars in a flow', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  it('come in step, both ways', async () => {
    inGoogle(flow, 'Tea')
    inIcloud(flow, 'Coffee')
    await flow.start()
    const first = await flow.sync()
    assert.deepEqual(first.errors, [])
    assert.deepEqual(first.applied, { left: { ...NONE, create: 1 }, right: { ...NONE, create: 1 } })
    assert.equal(first.paired, 2)
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Tea'], icloud: ['Coffee', 'Tea'] })
    const second = await flow.sync()
    assert.deepEqual(second.planned, { left: NONE, right: NONE })
  })

  it('carry an edit made on Google to iCloud', async () => {
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green tea', location: 'Kitchen', ...at(5, 15) })
    const report = await flow.sync()
    assert.deepEqual(report.applied, { left: NONE, right: { ...NONE, update: 1 } })
    const { text } = flow.inIcloud('Green tea')
    assert.match(text, /\r\nLOCATION:Kitchen\r\n/)
    assert.match(text, new RegExp(`\r\nDTSTART;TZID=Europe/Paris:${icalDay(5)}T150000\r\n`))
  })

  it('carry an edit made on iCloud to Google', async () => {
    await inStep(flow)
    flow.icloud.user.set(flow.inIcloud('Coffee').path, 'SUMMARY:Espresso', 'DESCRIPTION:strong', 'LOCATION:Bar')
    const report = await flow.sync()
    assert.deepEqual(report.applied, { left: { ...NONE, update: 1 }, right: NONE })
    const { description, location } = flow.inGoogle('Espresso')
    assert.deepEqual({ description, location }, { description: 'strong', location: 'Bar' })
  })

  it('merge edits of different fields of one event', async () => {
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { location: 'Kitchen' })
    flow.icloud.user.set(flow.inIcloud('Tea').path, 'DESCRIPTION:with milk')
    const report = await flow.sync()
    assert.deepEqual(report.applied, { left: { ...NONE, update: 1 }, right: { ...NONE, update: 1 } })
    assert.equal(report.conflicts, 0)
    const { location, description } = flow.inGoogle('Tea')
    assert.deepEqual({ location, description }, { location: 'Kitchen', description: 'with milk' })
    assert.match(flow.inIcloud('Tea').text, /\r\nLOCATION:Kitchen\r\n/)
  })

  it('clear on the other side what was cleared on one', async () => {
    inGoogle(flow, 'Tea', { ...at(3), location: 'Kitchen', description: 'with milk' })
    await flow.start()
    await flow.sync()
    flow.icloud.user.clear(flow.inIcloud('Tea').path, 'LOCATION')
    await flow.sync()
    const { location, description } = flow.inGoogle('Tea')
    assert.deepEqual([location ?? '', description], ['', 'with milk'])
  })

  it('carry deletions, both ways', async () => {
    await inStep(flow)
    inGoogle(flow, 'Stays')
    await flow.sync()
    flow.google.user.delete(flow.inGoogle('Coffee').id ?? '')
    flow.icloud.user.delete(flow.inIcloud('Tea').path)
    const report = await flow.sync()
    assert.deepEqual(report.applied, { left: { ...NONE, delete: 1 }, right: { ...NONE, delete: 1 } })
    assert.deepEqual(flow.titles(), { google: ['Stays'], icloud: ['Stays'] })
    assert.equal(report.paired, 1)
  })

  it('never echo what was carried over', async () => {
    await inStep(flow)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', { summary: 'Green tea' })
    await flow.sync()
    flow.icloud.user.housekeeping(flow.inIcloud('Green tea').path)
    for (const report of [await flow.sync(), await flow.sync()]) {
      assert.deepEqual(report.planned, { left: NONE, right: NONE })
    }
  })

  it('keep all-day events days, with their last day', async () => {
    inGoogle(flow, 'Fair', allDay(6, 3))
    inIcloud(flow, 'Trip', 0, `DTSTART;VALUE=DATE:${icalDay(7)}`, `DTEND;VALUE=DATE:${icalDay(9)}`)
    await flow.start()
    await flow.sync()
    const { text } = flow.inIcloud('Fair')
    assert.match(text, new RegExp(`\r\nDTSTART;VALUE=DATE:${icalDay(6)}\r\nDTEND;VALUE=DATE:${icalDay(9)}\r\n`))
    const { start, end } = flow.inGoogle('Trip')
    assert.deepEqual([start?.date, end?.date], [day(7), day(9)])
    flow.google.user.edit(flow.inGoogle('Trip').id ?? '', { start: { date: day(8) }, end: { date: day(9) } })
    await flow.sync()
    assert.match(flow.inIcloud('Trip').text, new RegExp(`DTSTART;VALUE=DATE:${icalDay(8)}\r\n`))
  })

  it('turn an all-day event into one with a time and back', async () => {
    inGoogle(flow, 'Fair', allDay(6))
    await flow.start()
    await flow.sync()
    const { path } = flow.inIcloud('Fair')
    flow.icloud.user.set(path, `DTSTART:${icalDay(6)}T090000Z`, `DTEND:${icalDay(6)}T100000Z`)
    await flow.sync()
    const { start } = flow.inGoogle('Fair')
    assert.deepEqual(
      [start?.date ?? null, Date.parse(start?.dateTime ?? '')],
      [null, Date.parse(`${day(6)}T09:00:00Z`)],
    )
    flow.google.user.edit(flow.inGoogle('Fair').id ?? '', {
      start: { date: day(6), dateTime: null, timeZone: null },
      end: { date: day(7), dateTime: null, timeZone: null },
    })
    await flow.sync()
    assert.match(flow.inIcloud('Fair').text, new RegExp(`DTSTART;VALUE=DATE:${icalDay(6)}\r\n`))
  })

  for (const zone of ['America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC']) {
    it(`keep wall clock and zone of an event in ${zone}`, async () => {
      inGoogle(flow, 'Call', at(20, 9, zone))
      await flow.start()
      await flow.sync()
      const { text } = flow.inIcloud('Call')
      const expected = zone === 'UTC' ? `DTSTART:${icalDay(20)}T090000Z` : `DTSTART;TZID=${zone}:${icalDay(20)}T090000`
      assert.ok(text.includes(`\r\n${expected}\r\n`), text)
      assert.deepEqual((await flow.sync()).planned, { left: NONE, right: NONE })
    })
  }

  it('carry reminders, and what a server adds to them does not come back', async () => {
    inGoogle(flow, 'Tea', { ...at(3), reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 20 }] } })
    await flow.start()
    await flow.sync()
    assert.match(flow.inIcloud('Tea').text, /\r\nTRIGGER:-PT20M\r\n/)
    flow.google.user.edit(flow.inGoogle('Tea').id ?? '', {
      reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 45 }] },
    })
    await flow.sync()
    assert.match(flow.inIcloud('Tea').text, /\r\nTRIGGER:-PT45M\r\n/)
    assert.deepEqual((await flow.sync()).planned, { left: NONE, right: NONE })
  })

  it('lose nothing and double nothing when both are read in full again', async () => {
    await inStep(flow)
    flow.google.user.expireSyncTokens()
    flow.icloud.user.forgetTokens(flow.icloud.calendar)
    const lost = await flow.sync()
    assert.deepEqual([lost.reads.left?.kind, lost.reads.right?.kind], ['full', 'full'])
    const forced = await flow.sync({ fullSync: true })
    assert.deepEqual([forced.reads.left?.kind, forced.reads.right?.kind], ['full', 'full'])
    assert.deepEqual([lost.planned, forced.planned], Array(2).fill({ left: NONE, right: NONE }))
    assert.deepEqual(flow.titles(), { google: ['Coffee', 'Tea'], icloud: ['Coffee', 'Tea'] })
  })

  it('send no mail to anybody', async () => {
    const guests = { ...at(3), attendees: [{ email: 'bob@example.com' }] }
    inGoogle(flow, 'Meeting', guests)
    await flow.start()
    await flow.sync()
    flow.google.user.edit(flow.inGoogle('Meeting').id ?? '', { summary: 'Board meeting' })
    await flow.sync()
    flow.icloud.user.set(flow.inIcloud('Board meeting').path, 'SUMMARY:Party')
    await flow.sync()
    assert.deepEqual([flow.google.mails, flow.icloud.mails], [0, []])
  })
})
