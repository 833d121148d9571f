import { parseIcal } from '../simulators/caldav/ical-text'
import type { Component } from '../simulators/caldav/ical-text'

/** A rule of daylight saving time: where the clock goes from and to, since when, and how it recurs. */
type Shift = { readonly from: string; readonly to: string; readonly start: string; readonly rule: string }
const SHIFTS: Record<string, { readonly summer: Shift; readonly winter: Shift }> = {
  'Europe/Berlin': {
    summer: { from: '+0100', to: '+0200', start: '19810329T020000', rule: 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU' },
    winter: { from: '+0200', to: '+0100', start: '19961027T030000', rule: 'FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU' },
  },
  'America/New_York': {
    summer: { from: '-0500', to: '-0400', start: '20070311T020000', rule: 'FREQ=YEARLY;BYMONTH=3;BYDAY=2SU' },
    winter: { from: '-0400', to: '-0500', start: '20071104T020000', rule: 'FREQ=YEARLY;BYMONTH=11;BYDAY=1SU' },
  },
}

const lines = (name: string, { from, to, start, rule }: Shift): string[] => [
  `BEGIN:${name}`,
  `TZOFFSETFROM:${from}`,
  `RRULE:${rule}`,
  `DTSTART:${start}`,
  `TZOFFSETTO:${to}`,
  `END:${name}`,
]

/** A zone as Apple's app writes it beside an event that names it; UTC and whole days need none. */
export function zoneLines(zone: string | undefined): string[] {
  const shifts = SHIFTS[zone ?? '']
  if (!shifts) return []
  const inside = [...lines('DAYLIGHT', shifts.summer), ...lines('STANDARD', shifts.winter)]
  return ['BEGIN:VTIMEZONE', `TZID:${zone}`, ...inside, 'END:VTIMEZONE']
}

/** The same as components, to be put into a text. */
export function zoneComponents(zone: string | undefined): Component[] {
  const text = ['BEGIN:VCALENDAR', ...zoneLines(zone), 'END:VCALENDAR'].join('\r\n')
  return parseIcal(text).components
}
