import assert from 'node:assert/strict'
import type { Patch } from '../simulators/google/resource'
import { icsOccurrences } from './ics-occurrences'
import { googleOccurrences } from './occurrences'
import { TwoCalendars } from './two-calendars'

const ZONE = 'Europe/Berlin'
const at = (clock: string, timeZone = ZONE): Patch => ({ dateTime: `2027-01-12T${clock}:00`, timeZone })
const DENTIST: Patch = { summary: 'Dentist', start: at('10:00'), end: at('11:00') }
const weekly = (end: string): Patch => ({ ...DENTIST, recurrence: [`RRULE:FREQ=WEEKLY${end}`] })
const UTC = ['DTSTART:20270112T090000Z', 'DTEND:20270112T100000Z', 'SUMMARY:Dentist']
const DAY: Patch = { summary: 'Dentist', start: { date: '2027-01-12' }, end: { date: '2027-01-13' } }
const OF_DAYS = ['DTSTART;VALUE=DATE:20270112', 'DTEND;VALUE=DATE:20270113', 'SUMMARY:Dentist']
const LONDON = 'BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\nBEGIN:STANDARD\r\nDTSTART:19961027T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19810329T010000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE' // prettier-ignore
const IN_LONDON = ['DTSTART;TZID=Europe/London:20270112T090000', 'DTEND;TZID=Europe/London:20270112T100000', 'SUMMARY:Dentist'] // prettier-ignore

const pairs: [what: string, google: Patch, icloud: string[]][] = [
  ['in UTC', DENTIST, UTC],
  ['in another zone', DENTIST, IN_LONDON],
  ['with a duration', DENTIST, ['DTSTART:20270112T090000Z', 'DURATION:PT1H', 'SUMMARY:Dentist']],
  ['whose UNTIL is the end of the day', weekly(';UNTIL=20270126T225959Z'), [...IN_LONDON, 'RRULE:FREQ=WEEKLY;UNTIL=20270126T090000Z']], // prettier-ignore
  ['whose UNTIL is a day', weekly(';UNTIL=20270126T090000Z'), [...IN_LONDON, 'RRULE:FREQ=WEEKLY;UNTIL=20270126']],
  ['that is counted', weekly(';COUNT=3'), [...UTC, 'RRULE:FREQ=WEEKLY;UNTIL=20270126T090000Z']],
  ['with a WKST', weekly(''), [...IN_LONDON, 'RRULE:FREQ=WEEKLY;WKST=SU']],
  ['with BYDAY', weekly(''), [...IN_LONDON, 'RRULE:FREQ=WEEKLY;BYDAY=TU']],
  ['with BYMONTHDAY', { ...DENTIST, recurrence: ['RRULE:FREQ=MONTHLY'] }, [...IN_LONDON, 'RRULE:FREQ=MONTHLY;BYMONTHDAY=12']], // prettier-ignore
  ['with BYMONTH', { ...DAY, recurrence: ['RRULE:FREQ=YEARLY'] }, [...OF_DAYS, 'RRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=12']], // prettier-ignore
  ['on weekdays', { ...DENTIST, recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'] }, [...IN_LONDON, 'RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR']], // prettier-ignore
  ['of days that is counted', { ...DAY, recurrence: ['RRULE:FREQ=DAILY;COUNT=400'] }, [...OF_DAYS, 'RRULE:FREQ=DAILY;UNTIL=20280215']], // prettier-ignore
]

function both(google: readonly Patch[], icloud: readonly (readonly string[])[]): TwoCalendars {
  const world = new TwoCalendars()
  for (const patch of google) world.google.user.create({ ...patch, reminders: { useDefault: false } })
  for (const lines of icloud) {
    const around = lines.some((line) => line.includes('London')) ? LONDON.split('\r\n') : []
    world.icloud.user.add(world.icloud.calendar, lines, around)
  }
  return world
}

describe('An event that was in both calendars before', () => {
  for (const [what, google, icloud] of pairs) {
    it(`is paired with the one that says its times otherwise: ${what}`, async () => {
      const world = both([google], [icloud])
      assert.deepEqual((await world.sync()).planned, [])
      assert.deepEqual(await world.left(), [])
      assert.deepEqual([world.live('left').length, world.live('right').length], [1, 1])
    })

    it(`is not asked about if both have one UID: ${what}`, async () => {
      const world = both([{ ...google, iCalUID: 'one@example.com' }], [[...icloud, 'UID:one@example.com']])
      assert.deepEqual((await world.sync()).planned, [])
      assert.deepEqual([world.only('left').uid, world.only('right').uid], ['one@example.com', 'one@example.com'])
      assert.deepEqual(await world.left(), [])
    })

    it(`stays as often as it was on each side: ${what}`, async () => {
      for (const number of [2, 3]) {
        const world = both(Array<Patch>(number).fill(google), Array<string[]>(number).fill(icloud))
        assert.deepEqual((await world.sync()).planned, [])
        assert.deepEqual(await world.left(), [])
      }
    })
  }
})

describe('A time that is only told in another zone is no edit', () => {
  const copied = async (event: Patch): Promise<{ world: TwoCalendars; id: string; path: string }> => {
    const world = new TwoCalendars()
    const id = world.google.user.create({ ...event, reminders: { useDefault: false } }).id!
    assert.deepEqual((await world.sync()).failed, [])
    return { world, id, path: world.only('right').id }
  }

  it('by the app that changes the title, while Google moves it: title from one, time from the other', async () => {
    const { world, id, path } = await copied(DENTIST)
    world.google.user.edit(id, { start: at('14:00'), end: at('15:00') })
    world.icloud.user.set(path, 'DTSTART:20270112T090000Z', 'DTEND:20270112T100000Z', 'SUMMARY:Dentist, with the card')
    assert.equal((await world.sync()).planned.length, 2)
    assert.deepEqual(await world.left(), [])
    const { summary, start } = world.google.user.get(id)
    assert.deepEqual([summary, start?.dateTime], ['Dentist, with the card', '2027-01-12T14:00:00+01:00'])
    assert.match(world.icloud.user.text(path), /DTSTART;TZID=Europe\/Berlin:20270112T140000\r\n/)
    assert.match(world.icloud.user.text(path), /DTEND;TZID=Europe\/Berlin:20270112T150000\r\n/)
  })

  it('by Google, while the app moves it', async () => {
    const { world, id, path } = await copied(DENTIST)
    world.google.user.edit(id, {
      start: at('09:00', 'UTC'),
      end: at('10:00', 'UTC'),
      summary: 'Dentist, with the card',
    })
    world.icloud.user.set(path, 'DTSTART:20270112T130000Z', 'DTEND:20270112T140000Z')
    assert.equal((await world.sync()).planned.length, 2)
    assert.deepEqual(await world.left(), [])
    const { summary, start } = world.google.user.get(id)
    assert.deepEqual([summary, Date.parse(start!.dateTime!)], ['Dentist, with the card', Date.UTC(2027, 0, 12, 13)])
    assert.match(world.icloud.user.text(path), /DTSTART:20270112T130000Z\r\n/)
    assert.match(world.icloud.user.text(path), /SUMMARY:Dentist\\, with the card/)
  })

  it('where the zone of a Google calendar changes and its event names none', async () => {
    const world = new TwoCalendars()
    const time = (clock: string): Patch => ({ dateTime: `2027-01-12T${clock}:00+01:00` })
    world.google.user.plant({ id: 'dentist', summary: 'Dentist', start: time('10:00'), end: time('11:00') })
    assert.deepEqual((await world.sync()).failed, [])
    world.google.calendar().settings.timeZone = 'America/New_York'
    world.google.user.expireSyncTokens()
    assert.deepEqual(await world.left(), [])
    world.google.user.edit('dentist', { summary: 'Dentist, with the card' })
    assert.deepEqual(
      (await world.sync()).planned.map(({ changed }) => changed),
      [['summary']],
    )
    assert.deepEqual(await world.left(), [])
  })

  it('but one in a series whose later occurrences it moves', async () => {
    for (const [zone, lines, planned] of [
      ['Europe/Paris', ['DTSTART;TZID=Europe/London:20270112T090000', 'DTEND;TZID=Europe/London:20270112T100000'], []],
      ['UTC', UTC.slice(0, 2), [['when']]],
    ] as const) {
      const { world, id } = await copied(weekly(''))
      world.google.user.edit(id, { start: at(zone === 'UTC' ? '09:00' : '10:00', zone), end: at(zone === 'UTC' ? '10:00' : '11:00', zone) }) // prettier-ignore
      assert.deepEqual(
        (await world.sync()).planned.map(({ changed }) => changed),
        planned,
        zone,
      )
      const other = await copied(weekly(''))
      const [name = '', ...more] = LONDON.split('\r\n')
      other.world.icloud.user.rewrite(other.path, (text) => text.replace('BEGIN:VEVENT', [name, ...more, 'BEGIN:VEVENT'].join('\r\n'))) // prettier-ignore
      other.world.icloud.user.set(other.path, ...lines)
      assert.deepEqual(
        (await other.world.sync()).planned.map(({ changed }) => changed),
        planned,
        lines[0],
      )
      for (const each of [world, other.world]) {
        assert.deepEqual(await each.left(), [])
        const events = [...each.google.calendar().events.values()].map(({ event }) => event)
        assert.deepEqual(icsOccurrences(each.icloud.user.text(each.only('right').id), ZONE), googleOccurrences(events, ZONE)) // prettier-ignore
      }
    }
  })
})
