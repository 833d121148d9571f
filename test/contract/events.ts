import type { BaseField, Fields, When } from '../../src/event/event'
import type { Json } from '../../src/event/json'

const BERLIN = 'Europe/Berlin'

export const timed = (start: string, end: string, timeZone = BERLIN): When => ({
  start: { dateTime: start, timeZone },
  end: { dateTime: end, timeZone },
})

export const allDay = (start: string, end: string): When => ({ start: { date: start }, end: { date: end } })

export const LUNCH: Fields = { when: timed('2026-06-10T12:00:00', '2026-06-10T13:00:00'), summary: 'Lunch' }

/** Every Monday at nine, four times: 8, 15, 22 and 29 June. */
export const WEEKLY: Fields = {
  when: { ...timed('2026-06-08T09:00:00', '2026-06-08T09:30:00'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO'] },
  summary: 'Stand-up',
  location: 'Room 1',
}
/** The second and the third occurrence of {@link WEEKLY}, by key. */
export const SECOND = '2026-06-15T07:00:00Z'
export const THIRD = '2026-06-22T07:00:00Z'

/** One value for each field, to be written to an event that has none. */
export const VALUES: readonly { name: string; field: BaseField; value: Json }[] = [
  { name: 'a summary', field: 'summary', value: 'Zahnarzt, 2. Termin; "privat" \\ 牙医 🦷' },
  {
    name: 'a description of several lines',
    field: 'description',
    value: 'First line\nSecond; line, with \\ and ö\n\nEnd',
  },
  { name: 'a long description', field: 'description', value: 'öä€🦷 '.repeat(400).trim() },
  { name: 'a location', field: 'location', value: 'Café Zentral, Hauptstraße 1' },
  { name: 'a tentative status', field: 'status', value: 'tentative' },
  { name: 'free time', field: 'transparency', value: 'transparent' },
  { name: 'privacy', field: 'visibility', value: 'private' },
  { name: 'one reminder', field: 'reminders', value: [15] },
  { name: 'several reminders', field: 'reminders', value: [0, 30, 1440] },
  { name: 'a URL', field: 'url', value: 'https://example.org/a?b=c&d=%20e' },
  // A comma in one is tested apart: Xandikos 0.2.8 (python3-icalendar 4) makes two of it.
  { name: 'categories', field: 'categories', value: ['Sport', 'Work; hard'] },
  { name: 'a colour', field: 'color', value: 'dodgerblue' },
]

/** Times that an event may have. `lasting`: what becomes of one on a server that has no events without length. */
export const TIMES: readonly { name: string; when: When; lasting?: When }[] = [
  { name: 'one day', when: allDay('2026-06-10', '2026-06-11') },
  { name: 'several days', when: allDay('2026-12-30', '2027-01-03') },
  { name: 'a time in UTC', when: timed('2026-06-10T12:00:00', '2026-06-10T13:00:00', 'UTC') },
  { name: 'a time in a southern zone', when: timed('2026-01-10T12:00:00', '2026-01-10T13:00:00', 'Australia/Sydney') },
  {
    name: 'a time with half an hour of offset',
    when: timed('2026-06-10T12:00:00', '2026-06-10T13:00:00', 'Asia/Kolkata'),
  },
  {
    name: 'no length',
    when: timed('2026-06-10T12:00:00', '2026-06-10T12:00:00'),
    lasting: timed('2026-06-10T12:00:00', '2026-06-10T12:00:01'),
  },
  {
    name: 'a flight between two zones',
    when: {
      start: { dateTime: '2026-06-10T12:00:00', timeZone: BERLIN },
      end: { dateTime: '2026-06-10T14:30:00', timeZone: 'America/New_York' },
    },
  },
]

/** Recurrences, each on a start that it falls on. */
export const RECURRENCES: typeof TIMES = [
  {
    name: 'each day until a day',
    when: { ...allDay('2026-06-10', '2026-06-11'), recurrence: ['RRULE:FREQ=DAILY;UNTIL=20260620'] },
  },
  {
    name: 'two weekdays until an instant',
    when: {
      ...timed('2026-06-09T09:00:00', '2026-06-09T10:00:00'),
      recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20260801T070000Z;INTERVAL=2;BYDAY=TU,TH'],
    },
  },
  {
    name: 'the last Friday of a month, for ever',
    when: { ...timed('2026-06-26T17:00:00', '2026-06-26T18:00:00'), recurrence: ['RRULE:FREQ=MONTHLY;BYDAY=-1FR'] },
  },
  {
    name: 'each year',
    when: { ...allDay('2026-06-10', '2026-06-11'), recurrence: ['RRULE:FREQ=YEARLY'] },
  },
  {
    name: 'a rule and an added date',
    when: {
      ...timed('2026-06-09T09:00:00', '2026-06-09T10:00:00'),
      recurrence: ['RDATE:20260611T070000Z', 'RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU'],
    },
  },
]
