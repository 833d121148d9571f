import type Library from 'ical.js' with { 'resolution-mode': 'import' }
import { IANAZone } from 'luxon'
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { componentText } from '../../src/ical/component'
import { IcalError } from '../../src/ical/error'
import { vtimezone } from '../../src/ical/vtimezone'

const ICAL = createRequire(__filename)('ical.js') as typeof Library

const HOUR = 3_600_000

/** Local times at which another reader of our VTIMEZONE sees another offset than the zone has; around changes too, but not within. */
function differences(zone: string, from: number, to: number): string[] {
  const text = componentText(vtimezone(zone, from))
  const read = new ICAL.Timezone(new ICAL.Component(ICAL.parse(text) as never))
  const rules = IANAZone.create(zone)
  const found: string[] = []
  for (let at = Date.UTC(from, 0, 1); at < Date.UTC(to, 0, 1); at += 5 * HOUR) {
    const offset = rules.offset(at)
    if (rules.offset(at - 2 * HOUR) !== offset || rules.offset(at + 2 * HOUR) !== offset) continue
    const local = new Date(at + offset * 60_000).toISOString().slice(0, 19)
    const seen = read.utcOffset(ICAL.Time.fromDateTimeString(local)) / 60
    if (seen !== offset) found.push(`${local} ${seen} for ${offset}`)
  }
  return found
}

describe('A VTIMEZONE', () => {
  const cases: [zone: string, why: string, from: number, to: number][] = [
    ['Europe/Paris', 'last Sundays', 2026, 2034],
    ['Europe/Berlin', 'an event of long ago', 1979, 1985],
    ['America/New_York', 'nth Sundays', 2026, 2034],
    ['America/New_York', 'other rules before 2007', 2003, 2010],
    ['America/Santiago', 'a Sunday on or after a day, in the south', 2026, 2034],
    ['Australia/Lord_Howe', 'half an hour of summer time', 2026, 2030],
    ['Asia/Jerusalem', 'a Friday on or after a day', 2026, 2034],
    ['Asia/Kolkata', 'no summer time', 2026, 2028],
    ['Asia/Kathmandu', 'three quarters of an hour', 2026, 2028],
    ['Africa/Casablanca', 'Ramadan', 2026, 2034],
    ['Africa/Cairo', 'the night after the last Thursday', 2024, 2034],
    ['Asia/Gaza', 'dates that follow no rule', 2024, 2034],
    ['Europe/Istanbul', 'summer time for good', 2014, 2019],
    ['Europe/Moscow', 'two changes for good', 2009, 2017],
    ['Pacific/Apia', 'a day left out', 2010, 2014],
    ['America/Sao_Paulo', 'summer time given up', 2016, 2022],
    ['Europe/Dublin', 'winter time as the exception', 2026, 2030],
    ['Antarctica/Troll', 'two hours of summer time', 2026, 2030],
  ]
  for (const [zone, why, from, to] of cases) {
    it(`of ${zone} from ${from} on gives the offsets of the zone: ${why}`, () => {
      assert.deepEqual(differences(zone, from, to), [])
    })
  }

  it('states summer time as rules without an end', () => {
    const lines = componentText(vtimezone('Europe/Paris', 2026)).split('\r\n')
    assert.deepEqual(
      lines.filter((line) => line.startsWith('RRULE')),
      ['RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU', 'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU'],
    )
    assert.ok(!lines.some((line) => line.startsWith('RDATE')))
  })

  it('calls the time of a zone that moves for good its standard time', () => {
    const lines = componentText(vtimezone('Europe/Istanbul', 2026)).split('\r\n')
    assert.ok(!lines.includes('BEGIN:DAYLIGHT'))
  })

  it('names the zone to readers that know it', () => {
    const lines = componentText(vtimezone('Asia/Tokyo', 2026)).split('\r\n')
    assert.ok(lines.includes('TZID:Asia/Tokyo') && lines.includes('X-LIC-LOCATION:Asia/Tokyo'))
  })

  it('is the same object each time', () => {
    assert.equal(vtimezone('Europe/Paris', 2026), vtimezone('Europe/Paris', 2026))
  })

  it('of a zone that nobody knows is refused', () => {
    assert.throws(() => vtimezone('Europe/Atlantis', 2026), IcalError)
  })
})
