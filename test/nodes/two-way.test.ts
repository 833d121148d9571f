import assert from 'node:assert/strict'
import { Flow } from './flow'

const day = (offset: number): string => new Date(Date.now() + offset * 86400_000).toISOString().slice(0, 10)

const times = (offset: number): object => ({
  start: { dateTime: `${day(offset)}T10:00:00`, timeZone: 'Europe/Paris' },
  end: { dateTime: `${day(offset)}T11:00:00`, timeZone: 'Europe/Paris' },
})

const vevent = (uid: string, summary: string, offset: number): string[] => [
  `UID:${uid}`,
  'DTSTAMP:20260101T000000Z',
  `DTSTART:${day(offset).replaceAll('-', '')}T120000Z`,
  `DTEND:${day(offset).replaceAll('-', '')}T130000Z`,
  `SUMMARY:${summary}`,
]

describe('two calendars in a flow', () => {
  let flow: Flow
  beforeEach(() => {
    flow = new Flow()
  })
  afterEach(() => flow.stop())

  it('come in step, both ways, and an idle run makes one request a side', async () => {
    flow.google.user.create({ summary: 'Tea', ...times(3) })
    flow.icloud.user.add(flow.icloud.calendar, vevent('coffee', 'Coffee', 4))
    await flow.start()
    const first = await flow.sync()
    assert.deepEqual(first.errors, [])
    assert.deepEqual(first.applied, {
      left: { create: 1, update: 0, delete: 0 },
      right: { create: 1, update: 0, delete: 0 },
    })
    assert.equal(first.paired, 2)
    const second = await flow.sync()
    assert.deepEqual(second.planned.left, { create: 0, update: 0, delete: 0 })
    assert.deepEqual(second.planned.right, { create: 0, update: 0, delete: 0 })
    const before = [flow.google.requests.length, flow.icloud.log.length]
    const third = await flow.sync()
    assert.deepEqual(third.requests, { left: 1, right: 1 })
    assert.deepEqual([flow.google.requests.length, flow.icloud.log.length], [before[0]! + 1, before[1]! + 1])
  })
})
