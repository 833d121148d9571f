const EUROPE = { forth: 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU', back: 'FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU' }

/** Lines of a VTIMEZONE with summer time, as Apple's app sends it. */
function withSummer(
  zone: string,
  winter: { name: string; offset: string; from: string },
  summer: { name: string; offset: string; from: string },
  rules = EUROPE,
): string[] {
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${zone}`,
    'BEGIN:DAYLIGHT',
    `TZOFFSETFROM:${winter.offset}`,
    `RRULE:${rules.forth}`,
    `DTSTART:${summer.from}`,
    `TZNAME:${summer.name}`,
    `TZOFFSETTO:${summer.offset}`,
    'END:DAYLIGHT',
    'BEGIN:STANDARD',
    `TZOFFSETFROM:${summer.offset}`,
    `RRULE:${rules.back}`,
    `DTSTART:${winter.from}`,
    `TZNAME:${winter.name}`,
    `TZOFFSETTO:${winter.offset}`,
    'END:STANDARD',
    'END:VTIMEZONE',
  ]
}

const ZONES: Readonly<Record<string, string[]>> = {
  'Europe/Berlin': withSummer(
    'Europe/Berlin',
    { name: 'CET', offset: '+0100', from: '19961027T030000' },
    { name: 'CEST', offset: '+0200', from: '19810329T020000' },
  ),
  'Europe/London': withSummer(
    'Europe/London',
    { name: 'GMT', offset: '+0000', from: '19961027T020000' },
    { name: 'BST', offset: '+0100', from: '19810329T010000' },
  ),
  'America/New_York': withSummer(
    'America/New_York',
    { name: 'EST', offset: '-0500', from: '20071104T020000' },
    { name: 'EDT', offset: '-0400', from: '20070311T020000' },
    { forth: 'FREQ=YEARLY;BYMONTH=3;BYDAY=2SU', back: 'FREQ=YEARLY;BYMONTH=11;BYDAY=1SU' },
  ),
  'Asia/Tokyo': [
    'BEGIN:VTIMEZONE',
    'TZID:Asia/Tokyo',
    'BEGIN:STANDARD',
    'TZOFFSETFROM:+0900',
    'DTSTART:19510909T010000',
    'TZNAME:JST',
    'TZOFFSETTO:+0900',
    'END:STANDARD',
    'END:VTIMEZONE',
  ],
}

/** The VTIMEZONE that goes with a TZID; none for a zone that the demo does not use itself. */
export const timeZoneLines = (zone: string): string[] => ZONES[zone] ?? []
