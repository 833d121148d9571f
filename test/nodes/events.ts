import type { Flow } from './flow'

const DAY = 86_400_000
/** Today stays the day on which the tests began, also when midnight passes. */
const TODAY = Date.now()

/** The date so many days from today: `2026-06-01`. */
export const day = (offset: number): string => new Date(TODAY + offset * DAY).toISOString().slice(0, 10)
/** The same as iCalendar writes it: `20260601`. */
export const icalDay = (offset: number): string => day(offset).replaceAll('-', '')

/** Start and end of an hour, in Google's spelling. */
export const at = (offset: number, hour = 10, timeZone = 'Europe/Paris'): { start: object; end: object } => ({
  start: { dateTime: `${day(offset)}T${two(hour)}:00:00`, timeZone },
  end: { dateTime: `${day(offset)}T${two(hour + 1)}:00:00`, timeZone },
})

/** Start and end of whole days, in Google's spelling. */
export const allDay = (offset: number, days = 1): { start: object; end: object } => ({
  start: { date: day(offset) },
  end: { date: day(offset + days) },
})

/** A person makes an event in the Google app. @returns its id */
export function inGoogle(flow: Flow, summary: string, more: object = at(3)): string {
  return flow.google.user.create({ summary, ...more }).id ?? ''
}

/** A person makes an event in the Apple app, from 12 to 13 in UTC unless `times` says otherwise. @returns its path */
export function inIcloud(flow: Flow, summary: string, offset = 4, ...more: string[]): string {
  const own = more.some((line) => line.startsWith('DTSTART'))
  const times = own ? [] : [`DTSTART:${icalDay(offset)}T120000Z`, `DTEND:${icalDay(offset)}T130000Z`]
  const uid = summary.toLowerCase().replaceAll(/\W+/g, '-')
  return flow.icloud.user.add(flow.icloud.calendar, [`UID:${uid}`, ...times, `SUMMARY:${summary}`, ...more])
}

/** A flow in which one event was made on each side and carried over, and nothing is left to do. */
export async function inStep(flow: Flow, wish: Parameters<Flow['start']>[0] = {}): Promise<void> {
  inGoogle(flow, 'Tea')
  inIcloud(flow, 'Coffee')
  await flow.start(wish)
  await flow.sync()
  await flow.sync()
  flow.takeRequests()
}

const two = (value: number): string => String(value).padStart(2, '0')
