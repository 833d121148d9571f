import { DateTime } from 'luxon'
import type { DemoEvent } from './events'
import { HOME_ZONE } from './events'

/** A day, or a wall clock time in a zone. */
export type Time = { readonly date: string } | { readonly dateTime: string; readonly timeZone: string }

/** What the page lets one enter. `end` of an all-day event is the day after its last. */
export type Entry = { readonly title: string; readonly place: string; readonly start: Time; readonly end: Time }

/** One event as a row of the page. */
export type Row = Entry & {
  readonly id: string
  readonly note: string
  readonly reminders: readonly number[]
  /** The rule, and what differs from it, in words; empty for a single event. */
  readonly repeats: string
}

/** The owner of a calendar, at work in the provider's own app: past the plugin, straight on the server. */
export type Owner = {
  rows(): Row[]
  add(entry: Entry): void
  /** Of a series only title and place can be changed here. */
  change(id: string, entry: Entry): void
  remove(id: string): void
  /** Puts the events of the demo in. */
  seed(events: readonly DemoEvent[], monday: string): void
}

export const ZONES = ['Europe/Berlin', 'Europe/London', 'America/New_York', 'Asia/Tokyo']

export const isSeries = (row: Row): boolean => row.repeats !== ''

export const sameTime = (a: Time, b: Time): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The start and end of an event of the demo. */
export function timesOf(event: DemoEvent, monday: string): { start: Time; end: Time } {
  const day = DateTime.fromISO(monday, { zone: 'utc' }).plus({ days: event.day })
  if (event.at === undefined) {
    return { start: { date: isoDay(day) }, end: { date: isoDay(day.plus({ days: event.length })) } }
  }
  return clockTimes(day, event.at, event)
}

/** Start and end of the occurrence of a weekly series in a later week, at its own or at another time of the day. */
export function occurrence(event: DemoEvent, monday: string, week: number, at = event.at): { start: Time; end: Time } {
  return timesOf({ ...event, day: event.day + 7 * week, at }, monday)
}

const isoDay = (day: DateTime): string => day.toFormat('yyyy-MM-dd')

function clockTimes(day: DateTime, at: string, event: DemoEvent): { start: Time; end: Time } {
  const timeZone = event.zone ?? HOME_ZONE
  const start = DateTime.fromISO(`${isoDay(day)}T${at}`, { zone: timeZone })
  const wall = (time: DateTime): Time => ({ dateTime: time.toFormat("yyyy-MM-dd'T'HH:mm:ss"), timeZone })
  return { start: wall(start), end: wall(start.plus({ minutes: event.length })) }
}

/** The rule of an event of the demo, as a content line without its name. */
export function ruleOf(event: DemoEvent): string | undefined {
  if (event.yearly) return 'FREQ=YEARLY'
  return event.weekly && `FREQ=WEEKLY;COUNT=${event.weekly.times}`
}

/** A rule and its exceptions in words. */
export function repeatsInWords(rule: string, moved: readonly string[], cancelled: readonly string[]): string {
  const part = (name: string): string | undefined => new RegExp(`${name}=([^;]+)`).exec(rule)?.[1]
  const times = part('COUNT')
  const words = [(part('FREQ') ?? rule).toLowerCase()]
  if (times !== undefined) words.push(`${times} times`)
  if (moved.length > 0) words.push(`changed: ${[...moved].sort().join(', ')}`)
  if (cancelled.length > 0) words.push(`cancelled: ${[...cancelled].sort().join(', ')}`)
  return words.join(', ')
}
