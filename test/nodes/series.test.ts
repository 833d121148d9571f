import assert from 'node:assert/strict'
import { day, icalDay } from './events'
import { Flow } from './flow'

const NONE = { create: 0, update: 0, delete: 0 }
const IDLE = { left: NONE, right: NONE }

/** Once a week from the fourth day on, at nine in Paris. */
const weekly = {
  start: { dateTime: `${day(4)}T09:00:00`, timeZone: 'Europe/Paris' },
  end: { dateTime: `${day(4)}T09:30:00`, timeZone: 'Europe/Paris' },
  recurrence: ['RRULE:FREQ=WEEKLY'],
}
/** The occurrence in so many weeks, as the Apple app names it. */
const local = (week: number): string => `${icalDay(4 + 7 * week)}T090000`

describe('a weekly series in a flow', () => {
  let flow: Flow
  let googleId: string
  let path: string

  beforeEach(async () => {
    flow = new Flow()
    googleId = flow.google.user.create({ summary: 'Stand-up', ...weekly }).id ?? ''
    await flow.start()
    await flow.sync()
    path = flow.inIcloud('Stand-up').path
  })
  afterEach(() => flow.stop())

  /** The id of an occurrence on Google. */
  const occurrence = (week: number): string => {
    const wall = `${day(4 + 7 * week)}T09:00:00`
    for (const offset of ['+01:00', '+02:00']) {
      const id = flow.google.user.instanceId(googleId, new Date(`${wall}${offset}`).toISOString())
      if (flow.google.user.has(id)) return id
    }
    throw new Error(`no occurrence in week ${week}`)
  }

  const settled = async (): Promise<void> => {
    assert.deepEqual((await flow.sync()).planned, IDLE)
    assert.deepEqual((await flow.sync()).planned, IDLE)
  }

  it('is carried with its rule', async () => {
    const { text } = flow.inIcloud('Stand-up')
    assert.match(text, /\r\nRRULE:FREQ=WEEKLY;BYDAY=[A-Z]{2}\r\n/)
    assert.ok(text.includes(`\r\nDTSTART;TZID=Europe/Paris:${local(0)}\r\n`), text)
    await settled()
  })

  it('carries an occurrence moved on Google', async () => {
    flow.google.user.edit(occurrence(2), {
      start: { dateTime: `${day(18)}T14:00:00`, timeZone: 'Europe/Paris' },
      end: { dateTime: `${day(18)}T14:30:00`, timeZone: 'Europe/Paris' },
    })
    const report = await flow.sync()
    assert.deepEqual(report.applied, { left: NONE, right: { ...NONE, update: 1 } })
    const { text } = flow.inIcloud('Stand-up')
    assert.ok(text.includes(`RECURRENCE-ID;TZID=Europe/Paris:${local(2)}\r\n`), text)
    assert.ok(text.includes(`DTSTART;TZID=Europe/Paris:${icalDay(18)}T140000\r\n`), text)
    await settled()
  })

  it('carries an occurrence moved on iCloud', async () => {
    flow.icloud.user.changeOccurrence(
      path,
      local(2),
      `DTSTART;TZID=Europe/Paris:${icalDay(18)}T140000`,
      `DTEND;TZID=Europe/Paris:${icalDay(18)}T143000`,
    )
    const report = await flow.sync()
    assert.deepEqual(report.applied, { left: { ...NONE, update: 1 }, right: NONE })
    const { start } = flow.google.user.get(occurrence(2))
    assert.equal(
      Date.parse(start?.dateTime ?? '') -
        Date.parse(flow.google.user.plainTimes(googleId, original(2)).start?.dateTime ?? ''),
      5 * 3600_000,
    )
    await settled()
  })

  it('carries an occurrence renamed on either side', async () => {
    flow.google.user.edit(occurrence(1), { summary: 'Planning' })
    flow.icloud.user.changeOccurrence(path, local(3), 'SUMMARY:Review')
    const report = await flow.sync()
    assert.deepEqual(report.errors, [])
    assert.deepEqual(report.applied, { left: { ...NONE, update: 1 }, right: { ...NONE, update: 1 } })
    assert.equal(flow.google.user.get(occurrence(3)).summary, 'Review')
    const { text } = flow.inIcloud('Planning')
    assert.match(text, /SUMMARY:Review\r\n/)
    await settled()
  })

  it('carries an occurrence cancelled on Google, and revived there', async () => {
    const before = flow.google.user.get(occurrence(2))
    flow.google.user.delete(occurrence(2))
    await flow.sync()
    assert.ok(flow.inIcloud('Stand-up').text.includes(`EXDATE;TZID=Europe/Paris:${local(2)}\r\n`))
    await settled()
    flow.google.user.edit(before.id ?? '', { status: 'confirmed' })
    await flow.sync()
    assert.ok(!flow.inIcloud('Stand-up').text.includes('EXDATE'))
    await settled()
  })

  it('carries an occurrence cancelled on iCloud, and revived there', async () => {
    flow.icloud.user.cancelOccurrence(path, local(2))
    const id = occurrence(2)
    await flow.sync()
    assert.equal(flow.google.user.get(id).status, 'cancelled')
    await settled()
    flow.icloud.user.reviveOccurrence(path, local(2))
    const report = await flow.sync()
    assert.deepEqual(report.errors, [])
    assert.equal(flow.google.user.get(id).status, 'confirmed')
    await settled()
  })

  it('merges different occurrences changed on both sides without a conflict', async () => {
    flow.google.user.delete(occurrence(1))
    flow.icloud.user.changeOccurrence(path, local(2), 'LOCATION:Room 2')
    const report = await flow.sync()
    assert.equal(report.conflicts, 0)
    assert.equal(flow.google.user.get(occurrence(2)).location, 'Room 2')
    assert.ok(flow.inIcloud('Stand-up').text.includes(`EXDATE;TZID=Europe/Paris:${local(1)}\r\n`))
    await settled()
  })

  it('carries an edit of the whole series, made on either side', async () => {
    flow.google.user.edit(googleId, { summary: 'Daily' })
    await flow.sync()
    assert.match(flow.inIcloud('Daily').text, /RRULE:FREQ=WEEKLY/)
    flow.icloud.user.set(path, 'RRULE:FREQ=WEEKLY;INTERVAL=2')
    await flow.sync()
    assert.match(flow.inGoogle('Daily').recurrence?.join() ?? '', /^RRULE:FREQ=WEEKLY;INTERVAL=2/)
    await settled()
  })

  it('goes with all its occurrences when it is deleted on one side', async () => {
    flow.google.user.edit(occurrence(1), { summary: 'Planning' })
    await flow.sync()
    flow.icloud.user.delete(path)
    await flow.sync()
    assert.deepEqual(flow.titles(), { google: [], icloud: [] })
  })

  it('is split by "this and following" on Google into two, and nothing is doubled', async () => {
    flow.google.user.editThisAndFollowing(googleId, original(2), { summary: 'Late stand-up' })
    const report = await flow.sync()
    assert.deepEqual(report.errors, [])
    assert.deepEqual(flow.titles().icloud, ['Late stand-up', 'Stand-up'])
    assert.match(flow.inIcloud('Stand-up').text, /RRULE:FREQ=WEEKLY;UNTIL=/)
    await settled()
  })

  /** The original start of an occurrence, an instant. */
  const original = (week: number): string => flow.google.user.get(occurrence(week)).originalStartTime?.dateTime ?? ''
})
