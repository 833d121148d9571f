import { DateTime } from 'luxon'
import type { Owner, Row } from '../demo/owner'
import type { World } from '../demo/world'
import { eventsOf, linesOf, nameOf, parameterOf, removeLines, valueOf } from '../simulators/caldav/ical-text'
import type { Component } from '../simulators/caldav/ical-text'
import { row } from './sides'

/** What the owner of a calendar does to a weekly series in the provider's own app; weeks count from its first one. */
export type SeriesApp = {
  readonly owner: Owner
  reminders(title: string, minutes: readonly number[]): void
  note(title: string, text: string): void
  moveOccurrence(title: string, week: number, hours: number): void
  renameOccurrence(title: string, week: number, newTitle: string): void
  cancelOccurrence(title: string, week: number): void
  reviveOccurrence(title: string, week: number): void
  moveSeries(title: string, hours: number): void
  /** "This and following": another title and time from that week on. */
  changeFrom(title: string, week: number, newTitle: string, hours: number): void
}

const wall = (time: DateTime): string => time.toFormat("yyyy-MM-dd'T'HH:mm:ss")
const basic = (time: DateTime): string => time.toFormat("yyyyMMdd'T'HHmmss")

/** The plain start and end of an occurrence. */
function plain({ start, end }: Row, week: number, hours = 0): { start: DateTime; end: DateTime; zone: string } {
  if ('date' in start || 'date' in end) throw new Error('The series has no time of day.')
  const at = (text: string): DateTime => DateTime.fromISO(text, { zone: start.timeZone }).plus({ weeks: week, hours })
  return { start: at(start.dateTime), end: at(end.dateTime), zone: start.timeZone }
}

/** The day of an occurrence of an all-day series. */
const dayIn = ({ start }: Row, week: number): DateTime | undefined =>
  'date' in start ? DateTime.fromISO(start.date, { zone: 'utc' }).plus({ weeks: week }) : undefined

/** Google Calendar on the web. */
export function googleApp({ google, googleOwner }: World): SeriesApp {
  const { user } = google
  const times = (from: Row, week: number, hours: number) => {
    const { start, end, zone } = plain(from, week, hours)
    return { start: { dateTime: wall(start), timeZone: zone }, end: { dateTime: wall(end), timeZone: zone } }
  }
  const original = (from: Row, week: number): string =>
    dayIn(from, week)?.toFormat('yyyy-MM-dd') ??
    plain(from, week).start.toUTC().toISO({ suppressMilliseconds: true }) ??
    ''
  const instance = (from: Row, week: number): string => user.instanceId(from.id, original(from, week))
  const find = (title: string): Row => row(googleOwner, title)
  return {
    owner: googleOwner,
    reminders(title, minutes) {
      const overrides = minutes.map((each) => ({ method: 'popup', minutes: each }))
      user.edit(find(title).id, { reminders: { useDefault: false, overrides } })
    },
    note: (title, text) => void user.edit(find(title).id, { description: text }),
    moveOccurrence: (title, week, hours) =>
      void user.edit(instance(find(title), week), times(find(title), week, hours)),
    renameOccurrence: (title, week, newTitle) => void user.edit(instance(find(title), week), { summary: newTitle }),
    cancelOccurrence: (title, week) => user.delete(instance(find(title), week)),
    reviveOccurrence: (title, week) => void user.edit(instance(find(title), week), { status: 'confirmed' }),
    moveSeries: (title, hours) => void user.edit(find(title).id, times(find(title), 0, hours)),
    changeFrom(title, week, newTitle, hours) {
      const from = find(title)
      const changes = { summary: newTitle, ...times(from, week, hours) }
      user.editThisAndFollowing(from.id, original(from, week), changes)
    },
  }
}

/** Calendar on a Mac. */
export function icloudApp({ icloud, icloudOwner }: World): SeriesApp {
  const { user } = icloud
  const find = (title: string): Row => row(icloudOwner, title)
  const lines = (from: Row, week: number, hours: number): string[] => {
    const { start, end, zone } = plain(from, week, hours)
    return [`DTSTART;TZID=${zone}:${basic(start)}`, `DTEND;TZID=${zone}:${basic(end)}`]
  }
  const original = (from: Row, week: number): string =>
    dayIn(from, week)?.toFormat('yyyyMMdd') ?? basic(plain(from, week).start)
  return {
    owner: icloudOwner,
    reminders(title, minutes) {
      user.edit(find(title).id, (calendar) => eventsOf(calendar).forEach((event) => setAlarms(event, minutes)))
    },
    note: (title, text) => user.set(find(title).id, `DESCRIPTION:${text}`),
    moveOccurrence(title, week, hours) {
      const from = find(title)
      user.changeOccurrence(from.id, original(from, week), ...lines(from, week, hours))
    },
    renameOccurrence(title, week, newTitle) {
      const from = find(title)
      user.changeOccurrence(from.id, original(from, week), `SUMMARY:${newTitle}`)
    },
    cancelOccurrence(title, week) {
      const from = find(title)
      user.cancelOccurrence(from.id, original(from, week))
    },
    reviveOccurrence(title, week) {
      const from = find(title)
      user.reviveOccurrence(from.id, original(from, week))
    },
    moveSeries(title, hours) {
      const from = find(title)
      user.edit(from.id, (calendar) => eventsOf(calendar).forEach((event) => shift(event, hours)))
    },
    changeFrom(title, week, newTitle, hours) {
      const from = find(title)
      const until = plain(from, week).start.toUTC().minus({ seconds: 1 })
      const first = `RRULE:FREQ=WEEKLY;UNTIL=${basic(until)}Z`
      user.splitSeries(from.id, first, `SUMMARY:${newTitle}`, 'RRULE:FREQ=WEEKLY', ...lines(from, week, hours))
    },
  }
}

function setAlarms(event: Component, minutes: readonly number[]): void {
  const others = event.components.filter(({ name }) => name !== 'VALARM')
  const alarms = minutes.map((each) => ({
    name: 'VALARM',
    lines: ['ACTION:DISPLAY', 'DESCRIPTION:Reminder', `TRIGGER:-PT${each}M`],
    components: [],
  }))
  event.components.splice(0, event.components.length, ...others, ...alarms)
}

const TIMES = ['DTSTART', 'DTEND', 'RECURRENCE-ID', 'EXDATE']

/** Moves a series with all that was done to its occurrences. */
function shift(event: Component, hours: number): void {
  const moved = TIMES.flatMap((name) => linesOf(event, name)).map((line) => {
    const zone = parameterOf(line, 'TZID')
    const value = (text: string): string => basic(DateTime.fromISO(text, { zone: 'utc' }).plus({ hours }))
    if (zone === undefined) throw new Error(`${line} has no zone`)
    return `${nameOf(line)};TZID=${zone}:${valueOf(line).split(',').map(value).join(',')}`
  })
  for (const name of TIMES) removeLines(event, name)
  event.lines.push(...moved)
}
