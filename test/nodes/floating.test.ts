import assert from 'node:assert/strict'
import { icalDay, day, inIcloud } from './events'
import { Flow } from './flow'

describe('a time of no zone in a flow', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
    flow.google.addCalendar({ id: flow.google.account, primary: true, timeZone: 'Asia/Tokyo' })
  })
  afterEach(() => flow.stop())

  it('is in the zone of the calendar that its own is synced with, where its own has none', async () => {
    inIcloud(flow, 'Coffee', 4, `DTSTART:${icalDay(4)}T100000`, `DTEND:${icalDay(4)}T110000`)
    await flow.start()
    const report = await flow.sync()
    assert.deepEqual(report.errors, [])
    const { start } = flow.inGoogle('Coffee')
    assert.deepEqual(start, { dateTime: `${day(4)}T10:00:00+09:00`, timeZone: 'Asia/Tokyo' })
  })
})
