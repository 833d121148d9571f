import assert from 'node:assert/strict'
import { TwoCalendars } from './two-calendars'

const OUTLOOK = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN',
  'X-WR-TIMEZONE:Europe/Berlin',
  'BEGIN:VEVENT',
  'UID:one',
  'DTSTAMP:20260501T080000Z',
  'DTSTART;VALUE=DATE:20261020',
  'DTEND;VALUE=DATE:20261021',
  'RRULE:FREQ=YEARLY;UNTIL=20281019T220000Z',
  'EXDATE:20271019T220000Z',
  'SUMMARY:Birthday',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n')

async function settle(world: TwoCalendars): Promise<void> {
  assert.deepEqual((await world.sync()).failed, [])
  assert.deepEqual(await world.left(), [])
}

const days = (world: TwoCalendars): (string | null | undefined)[] => {
  const [master] = world.google.user.events().filter((event) => event.recurrence)
  return (master?.recurrence ?? []).toSorted()
}

describe('A series of days whose last one Outlook tells by its midnight in UTC', () => {
  it('has that day in Google, and keeps its own spelling when it is edited there', async () => {
    const world = new TwoCalendars()
    const path = world.icloud.user.addText(world.icloud.calendar, OUTLOOK, 'one.ics')
    await settle(world)
    assert.deepEqual(days(world), ['EXDATE;VALUE=DATE:20271020', 'RRULE:FREQ=YEARLY;UNTIL=20281020'])
    assert.equal(world.only('left').fields['exceptions.2027-10-20'], null)
    world.google.user.edit(world.only('left').id, { summary: 'Party' })
    await settle(world)
    const text = world.icloud.user.text(path)
    assert.ok(text.includes('RRULE:FREQ=YEARLY;UNTIL=20281019T220000Z\r\n'))
    assert.ok(text.includes('SUMMARY:Party\r\n'))
  })

  it('is taken as it stands from Google', async () => {
    const world = new TwoCalendars()
    world.google.user.plant({
      id: 'case0',
      summary: 'A',
      start: { date: '2026-10-20' },
      end: { date: '2026-10-21' },
      recurrence: ['RRULE:FREQ=YEARLY;UNTIL=20281019T220000Z'],
    })
    await settle(world)
    assert.ok(world.icloud.user.text(world.only('right').id).includes('RRULE:FREQ=YEARLY;UNTIL=20281019\r\n'))
  })
})
