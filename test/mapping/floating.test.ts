import assert from 'node:assert/strict'
import { TwoCalendars } from './two-calendars'

const text = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')

const event = (...lines: string[]): string[] => [
  'BEGIN:VEVENT',
  'UID:one',
  'DTSTAMP:20260501T080000Z',
  'DTSTART:20260616T100000',
  'DTEND:20260616T110000',
  'SUMMARY:A',
  ...lines,
  'END:VEVENT',
]
const SINGLE = event()
const SERIES = [
  ...event('RRULE:FREQ=WEEKLY;COUNT=30', 'EXDATE:20260623T100000'),
  ...event('RECURRENCE-ID:20260630T100000').map((line) => line.replace('0616T1', '0701T1')),
]

const add = (world: TwoCalendars, ...lines: string[]): string =>
  world.icloud.user.addText(world.icloud.calendar, text(...lines), 'one.ics')

async function settle(world: TwoCalendars): Promise<void> {
  assert.deepEqual((await world.sync()).failed, [])
  assert.deepEqual(await world.left(), [])
}

/** Where Google's event, or series, starts, and in which zone. */
function start(world: TwoCalendars): string {
  const own = world.google.user.events().find((each) => !each.recurringEventId)
  const instant = new Date(own?.start?.dateTime ?? '').toISOString().slice(0, 16)
  return `${instant} ${own?.start?.timeZone}`
}

const zoneOf = (name: string): string => text('BEGIN:VTIMEZONE', `TZID:${name}`, 'END:VTIMEZONE')

describe('A time of no zone (the process is in Berlin)', () => {
  const cases: [
    where: string,
    calendar: string | null,
    header: string[],
    assumed: string | undefined,
    start: string,
  ][] = [
    // prettier-ignore
    ['in the zone of its calendar', 'America/New_York', ['X-WR-TIMEZONE:Asia/Tokyo'], 'Asia/Kolkata', '2026-06-16T14:00 America/New_York'], // prettier-ignore
    ['in that of its calendar, by the name that Windows has for it', 'Eastern Standard Time', [], 'Asia/Kolkata', '2026-06-16T14:00 America/New_York'], // prettier-ignore
    ['else in the one that its own text names', null, ['X-WR-TIMEZONE:Asia/Tokyo'], 'Asia/Kolkata', '2026-06-16T01:00 Asia/Tokyo'], // prettier-ignore
    ['else in that of the paired calendar', null, [], 'Asia/Tokyo', '2026-06-16T01:00 Asia/Tokyo'],
    ['and only if none is known in that of the process', null, [], undefined, '2026-06-16T08:00 Europe/Berlin'],
  ]
  for (const [where, calendar, header, assumed, expected] of cases) {
    it(`is ${where}`, async () => {
      for (const lines of [SINGLE, SERIES]) {
        const world = new TwoCalendars()
        if (calendar !== null) world.icloud.calendar.timeZone = zoneOf(calendar)
        add(world, ...header, ...lines)
        const { right } = await world.calendars()
        if (assumed !== undefined) right.assume?.(assumed)
        await settle(world)
        assert.equal(start(world), expected)
      }
    })
  }

  for (const [what, lines] of [
    ['event', SINGLE],
    ['series', SERIES],
  ] as const) {
    // prettier-ignore
    it(`is not edited when something else comes to be assumed: an ${what}`, async () => {
      const world = new TwoCalendars()
      const path = add(world, ...lines)
      await settle(world)
      const before = world.google.user.events()
      const { right } = await world.calendars()
      right.assume?.('America/New_York')
      assert.deepEqual(await world.left(), [])
      world.icloud.user.rewrite(path, (held) => held.replaceAll('SUMMARY:A', 'SUMMARY:B'))
      await settle(world)
      const after = world.google.user.events()
      assert.ok(after.every(({ summary, status }) => summary === 'B' || status === 'cancelled'))
      assert.deepEqual(after.map((each) => each.start), before.map((each) => each.start)) // prettier-ignore
      world.google.user.edit(world.only('left').id, { location: 'L' })
      await settle(world)
      assert.match(world.icloud.user.text(path), /DTSTART:20260616T100000\r\n[^]*LOCATION:L/)
    })
  }

  it('is edited together with it where its user moves it: it is then where it is assumed now', async () => {
    const world = new TwoCalendars()
    const path = add(world, ...SINGLE)
    await settle(world)
    const { right } = await world.calendars()
    right.assume?.('America/New_York')
    world.icloud.user.rewrite(path, (held) => held.replace('16T100000', '16T103000'))
    await settle(world)
    assert.equal(start(world), '2026-06-16T14:30 America/New_York')
  })

  it('means what is assumed now if it has no copy yet', async () => {
    const world = new TwoCalendars()
    add(world, ...SINGLE)
    await world.read()
    const { right } = await world.calendars()
    right.assume?.('America/New_York')
    await settle(world)
    assert.equal(start(world), '2026-06-16T14:00 America/New_York')
  })
})
