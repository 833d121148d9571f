import { createRequire } from 'node:module'
import type Library from 'ical.js' with { 'resolution-mode': 'import' }
import { DateTime } from 'luxon'
import type { GoogleSimulator } from '../simulators/google'
import type { GoogleEvent } from '../simulators/google'
import type { GoogleTime } from '../simulators/google/resource'
import { instant } from '../simulators/google/times'

const ICAL = createRequire(__filename)('ical.js') as typeof Library

/** From the first day to before the second one, both `YYYY-MM-DD`. */
export type Days = readonly [string, string]

/**
 * A calendar as its owner sees it: each occurrence with all that stands in it, as one line, sorted. Both kinds of
 * calendar are expanded here on their own, by other means than the plugin's.
 */
export type Agenda = readonly string[]

type Shown = {
  readonly start: string
  readonly end: string
  readonly title: string
  readonly place: string
  readonly note: string
  readonly reminders: readonly number[]
}

function agenda(shown: readonly Shown[], [from, to]: Days): Agenda {
  return shown
    .filter(({ start }) => start >= from && start < to)
    .map(({ start, end, title, place, note, reminders }) =>
      [`${start} to ${end}`, title, place, note, [...new Set(reminders)].sort((a, b) => a - b).join(' ')].join(' | '),
    )
    .sort()
}

export function googleAgenda(google: GoogleSimulator, days: Days, calendarId?: string): Agenda {
  const series = google.user.events(calendarId).filter(({ recurringEventId }) => typeof recurringEventId !== 'string')
  return agenda(
    series.flatMap((event) => occurrences(google, event, calendarId).map((each) => shownByGoogle(google, each))),
    days,
  )
}

function occurrences(google: GoogleSimulator, series: GoogleEvent, calendarId?: string): GoogleEvent[] {
  if (!series.recurrence) return [series]
  const calendar = google.calendar(calendarId)
  const zone = calendar.settings.timeZone
  const stored = calendar.events.get(series.id ?? '')!
  const exceptions = new Map(
    calendar.exceptionsOf(series.id ?? '').map(({ event }) => [instant(event.originalStartTime ?? {}, zone), event]),
  )
  // What the server keeps of occurrences that the series has no more, since it was moved, belongs to nothing.
  return calendar
    .expansion(series)
    .starts(60)
    .map((start) => exceptions.get(start) ?? calendar.virtual(stored, start).event)
    .filter(({ status }) => status !== 'cancelled')
}

function shownByGoogle(google: GoogleSimulator, event: GoogleEvent): Shown {
  const time = ({ date, dateTime, timeZone }: GoogleTime): string => {
    if (typeof date === 'string') return date
    const zone = timeZone ?? google.calendar().settings.timeZone
    return clock(DateTime.fromISO(dateTime ?? '', { setZone: true }).setZone(zone))
  }
  const { reminders } = event
  const popups = reminders?.useDefault ? google.calendar().settings.defaultReminders : reminders?.overrides
  return {
    start: time(event.start ?? {}),
    end: time(event.end ?? {}),
    title: event.summary ?? '',
    place: event.location ?? '',
    note: event.description ?? '',
    reminders: (popups ?? []).map(({ minutes }) => minutes ?? 0),
  }
}

const clock = (time: DateTime): string => `${time.toFormat("yyyy-MM-dd'T'HH:mm")} ${time.zoneName ?? ''}`

/** @param texts of the resources in the calendar */
export function caldavAgenda(texts: readonly string[], days: Days): Agenda {
  return agenda(
    texts.flatMap((text) => occurrencesIn(text, days[1])),
    days,
  )
}

type Occurrence = { item: Library.Event; startDate: Library.Time; endDate: Library.Time }

function occurrencesIn(text: string, until: string): Shown[] {
  const events = new ICAL.Component(ICAL.parse(text) as unknown[])
    .getAllSubcomponents('vevent')
    .map((component) => new ICAL.Event(component))
  const series = events.find((event) => !event.isRecurrenceException())
  if (!series) throw new Error(`no series in ${text}`)
  if (!series.isRecurring()) return [shownByCaldav(series, series.startDate, series.endDate)]
  for (const event of events) if (event !== series) series.relateException(event)
  const all: Shown[] = []
  const starts = series.iterator()
  for (let start = starts.next() as Library.Time | null; start; start = starts.next() as Library.Time | null) {
    if (all.length === 60 || start.toString() > until) break
    const { item, startDate, endDate } = series.getOccurrenceDetails(start) as Occurrence
    all.push(shownByCaldav(item, startDate, endDate, series))
  }
  return all
}

function shownByCaldav(event: Library.Event, start: Library.Time, end: Library.Time, series = event): Shown {
  const text = (name: string): string => (event.component.getFirstPropertyValue(name) as string | null) ?? ''
  const zone = zoneOf(event) ?? zoneOf(series)
  return {
    start: clockOf(start, zone),
    end: clockOf(end, zone),
    title: text('summary'),
    place: text('location'),
    note: text('description'),
    reminders: event.component.getAllSubcomponents('valarm').flatMap(minutesBefore),
  }
}

const zoneOf = (event: Library.Event): string | undefined => {
  const property = event.component.getFirstProperty('dtstart')
  const named = property?.getFirstParameter('tzid')
  return named !== undefined && named !== '' ? named : undefined
}

function clockOf(time: Library.Time, zone: string | undefined): string {
  const local = time.toString().slice(0, 16)
  if (time.isDate) return local
  return zone === undefined ? `${local} UTC` : `${local} ${zone}`
}

function minutesBefore(alarm: Library.Component): number[] {
  const trigger = alarm.getFirstPropertyValue('trigger')
  return trigger instanceof ICAL.Duration ? [-trigger.toSeconds() / 60] : []
}
