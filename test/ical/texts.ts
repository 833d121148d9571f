/** A VEVENT's lines with what each has to have. */
export const vevent = (...lines: string[]): string[] => [
  'BEGIN:VEVENT',
  'UID:one',
  'DTSTAMP:20260101T000000Z',
  ...lines,
  'END:VEVENT',
]

/** The text of a resource from the lines of its components. */
export const resource = (...components: string[][]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...components.flat(), 'END:VCALENDAR', ''].join('\r\n')

/** A resource with one VEVENT. */
export const event = (...lines: string[]): string => resource(vevent(...lines))

export const PARIS_START = 'DTSTART;TZID=Europe/Paris:20260601T100000'
export const PARIS_END = 'DTEND;TZID=Europe/Paris:20260601T110000'

/** A VTIMEZONE with the rules of the European Union, for a zone an hour ahead of UTC. */
export const vtimezone = (...lines: string[]): string[] => [
  'BEGIN:VTIMEZONE',
  ...lines,
  'BEGIN:DAYLIGHT',
  'DTSTART:19810329T020000',
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'END:DAYLIGHT',
  'BEGIN:STANDARD',
  'DTSTART:19961027T030000',
  'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'END:STANDARD',
  'END:VTIMEZONE',
]

export const paris = (date: string, clock: string): { dateTime: string; timeZone: string } => ({
  dateTime: `${date}T${clock}:00`,
  timeZone: 'Europe/Paris',
})
