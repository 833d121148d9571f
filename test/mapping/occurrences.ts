import { DateTime } from 'luxon'
import { RRule } from 'rrule'
import type { GoogleEvent, GoogleTime } from '../simulators/google/resource'

export const DAY = 24 * 3600 * 1000
/** So far from the first occurrence the expansions are compared. */
const REACH = 3 * 366 * DAY

/** Start and end, in milliseconds since 1970; days count from midnight UTC. */
export type Occurrence = { readonly start: number; readonly end: number; readonly allDay: boolean }

export const occurrence = (start: number, end: number, allDay: boolean): Occurrence => ({ start, end, allDay })

/** Sorted, without doubles, those within three years of a first one. */
export function inReach(all: readonly Occurrence[], first: number): Occurrence[] {
  const near = all.filter(({ start }) => start < first + REACH - 40 * DAY)
  const unique = new Map(near.map((each) => [`${each.start} ${each.end}`, each]))
  return [...unique.values()].sort((a, b) => a.start - b.start || a.end - b.end)
}

/** The library's expansion, on the wall clock. */
export const expand = {
  rule(text: string, start: number, until: number | undefined): RRule {
    const options = RRule.parseString(text)
    return new RRule({ ...options, dtstart: new Date(start), until: until === undefined ? null : new Date(until) })
  },
  clocks(rule: RRule, start: number): number[] {
    return rule.between(new Date(start), new Date(start + REACH), true).map(Number)
  },
}

/** When a Google event takes place: a series with its exceptions as the API gives them. */
export function googleOccurrences(events: readonly GoogleEvent[], calendarZone: string): Occurrence[] {
  const found: Occurrence[] = []
  for (const event of events.filter((each) => !each.recurringEventId && each.status !== 'cancelled')) {
    const exceptions = events.filter(({ recurringEventId }) => recurringEventId === event.id)
    const taken = new Set(exceptions.map((each) => at(each.originalStartTime!, calendarZone)))
    const plain = event.recurrence ? series(event, calendarZone) : [single(event, calendarZone)]
    found.push(...plain.filter(({ start }) => !taken.has(start)))
    found.push(...exceptions.filter(({ status }) => status !== 'cancelled').map((each) => single(each, calendarZone)))
  }
  return inReach(found, Math.min(...found.map(({ start }) => start)))
}

const at = (time: GoogleTime, zone: string): number =>
  time.date
    ? Date.parse(`${time.date}T00:00:00Z`)
    : +DateTime.fromISO(time.dateTime!, { zone: named(time.timeZone ?? zone) })

/** The library knows `GMT+02:00` as `UTC+2`. */
const named = (zone: string): string => zone.replace(/^GMT([+-])0?(\d+):00$/, 'UTC$1$2')

function single(event: GoogleEvent, zone: string): Occurrence {
  const allDay = Boolean(event.start!.date)
  const start = at(event.start!, zone)
  // The end of an event without one is a placeholder, and one before the start is none.
  const end = event.endTimeUnspecified ? start : at(event.end!, zone)
  return occurrence(start, Math.max(end, allDay ? start + DAY : start), allDay)
}

function series(event: GoogleEvent, calendarZone: string): Occurrence[] {
  const first = single(event, calendarZone)
  const zone = first.allDay ? 'utc' : named(event.start!.timeZone ?? calendarZone)
  const clockAt = (instant: number): number => instant + DateTime.fromMillis(instant, { zone }).offset * 60_000
  const instantAt = (clock: number): number =>
    +DateTime.fromISO(new Date(clock).toISOString().slice(0, 19), { zone: zone })
  const start = clockAt(first.start)
  const added = new Set<number>()
  const removed = new Set<number>()
  const clockOf = (text: string, own: string): number =>
    first.allDay
      ? +DateTime.fromISO(text.slice(0, 8), { zone: 'utc' })
      : clockAt(+DateTime.fromISO(text, { zone: text.endsWith('Z') ? 'utc' : own }))
  for (const line of event.recurrence!) {
    const [head, value] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]
    const isOfDates = /^(RDATE|EXDATE)/.test(head)
    const target = head.startsWith('EX') ? removed : added
    const own = /TZID=([^;]+)/.exec(head)?.[1] ?? zone
    const times = isOfDates
      ? value.split(',').map((text) => clockOf(text, own))
      : expand.clocks(ruleOf(value, start, clockAt), start)
    for (const time of times) target.add(time)
  }
  return [...added]
    .filter((clock) => !removed.has(clock))
    .map((clock) => occurrence(instantAt(clock), instantAt(clock) + first.end - first.start, first.allDay))
}

function ruleOf(text: string, start: number, clockAt: (instant: number) => number): RRule {
  const until = /UNTIL=([0-9TZ]+)/.exec(text)?.[1]
  const rest = text.replace(/;?UNTIL=[0-9TZ]*/, '').replace(/^;/, '')
  // A yearly rule on days of no month is once a year at Google.
  const isInOneMonth = /FREQ=YEARLY/.test(rest) && /BYMONTHDAY/.test(rest) && !/BYMONTH=/.test(rest)
  const said = isInOneMonth ? `${rest};BYMONTH=${new Date(start).getUTCMonth() + 1}` : rest
  const end = +DateTime.fromISO(until ?? '', { zone: 'utc' })
  // A day as the end of a timed series lasts until its midnight.
  const last = until?.length === 8 ? end + DAY - 1000 : clockAt(end)
  return expand.rule(said, start, until === undefined ? undefined : last)
}
