import type { CaldavServer } from '../simulators/caldav'
import {
  eventsOf,
  linesOf,
  masterOf,
  parameterOf,
  parseIcal,
  property,
  valueOf,
  type Component,
} from '../simulators/caldav/ical-text'
import { HOME_ZONE, type DemoEvent } from './events'
import {
  occurrence,
  repeatsInWords,
  ruleOf,
  sameTime,
  timesOf,
  type Entry,
  type Owner,
  type Row,
  type Time,
} from './owner'
import { timeZoneLines } from './time-zones'

/** The owner of the calendar, in Apple's own app. `nextUid` names the events that are added. */
export class IcloudOwner implements Owner {
  constructor(
    private readonly server: CaldavServer,
    private readonly nextUid: () => string,
  ) {}

  rows(): Row[] {
    const { path, members } = this.server.calendar
    return [...members.values()].flatMap((member) => rowOf(path + member.name, parseIcal(member.text)) ?? [])
  }

  add(entry: Entry): void {
    this.create([`SUMMARY:${escaped(entry.title)}`, ...timeLines(entry), ...placeLines(entry.place)], entry.start)
  }

  change(id: string, entry: Entry): void {
    const row = rowOf(id, parseIcal(this.server.user.text(id)))
    if (row === undefined) throw new Error(`${id} holds no event`)
    const moved = !sameTime(row.start, entry.start) || !sameTime(row.end, entry.end)
    this.server.user.clear(id, 'LOCATION', ...(moved ? ['DTSTART', 'DTEND', 'DURATION'] : []))
    const lines = [`SUMMARY:${escaped(entry.title)}`, ...placeLines(entry.place), ...(moved ? timeLines(entry) : [])]
    this.server.user.set(id, ...lines)
  }

  remove(id: string): void {
    this.server.user.delete(id)
  }

  seed(events: readonly DemoEvent[], monday: string): void {
    for (const event of events) this.put(event, monday)
  }

  private put(event: DemoEvent, monday: string): void {
    const times = timesOf(event, monday)
    const rule = ruleOf(event)
    const path = this.create(
      [
        `SUMMARY:${escaped(event.title)}`,
        ...timeLines(times),
        ...placeLines(event.place ?? ''),
        ...(event.note === undefined ? [] : [`DESCRIPTION:${escaped(event.note)}`]),
        ...(rule === undefined ? [] : [`RRULE:${rule}`]),
        ...(event.reminder === undefined ? [] : alarmLines(event.reminder)),
      ],
      times.start,
    )
    const at = (week: number): string => basic(occurrence(event, monday, week).start)
    const { moved, cancelled } = event.weekly ?? {}
    if (moved) {
      this.server.user.changeOccurrence(path, at(moved[0]), ...timeLines(occurrence(event, monday, ...moved)))
    }
    if (cancelled !== undefined) this.server.user.cancelOccurrence(path, at(cancelled))
  }

  private create(lines: readonly string[], start: Time): string {
    const zone = 'date' in start ? [] : timeZoneLines(start.timeZone)
    return this.server.user.add(this.server.calendar, [`UID:${this.nextUid()}`, ...lines], zone)
  }
}

function rowOf(id: string, calendar: Component): Row | undefined {
  const master = masterOf(calendar)
  if (master === undefined) return undefined
  const rule = property(master, 'RRULE')
  const changed = eventsOf(calendar).flatMap((event) => day(property(event, 'RECURRENCE-ID')))
  const cancelled = linesOf(master, 'EXDATE')
    .flatMap((line) => valueOf(line).split(','))
    .flatMap(day)
  const start = timeOf(master, 'DTSTART') ?? { date: '1970-01-01' }
  return {
    id,
    title: unescaped(property(master, 'SUMMARY') ?? ''),
    place: unescaped(property(master, 'LOCATION') ?? ''),
    note: unescaped(property(master, 'DESCRIPTION') ?? ''),
    start,
    end: timeOf(master, 'DTEND') ?? start,
    reminders: alarmsOf(master),
    repeats: rule === undefined ? '' : repeatsInWords(rule, changed, cancelled),
  }
}

const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replaceAll('\n', '\\n')
const unescaped = (text: string): string => text.replace(/\\n/gi, '\n').replace(/\\([\\;,])/g, '$1')
const placeLines = (place: string): string[] => (place === '' ? [] : [`LOCATION:${escaped(place)}`])

const alarmLines = (minutes: number): string[] => [
  'BEGIN:VALARM',
  'ACTION:DISPLAY',
  'DESCRIPTION:Reminder',
  `TRIGGER:-PT${minutes}M`,
  'END:VALARM',
]

/** Minutes before the start of the alarms that the page can show in figures. */
function alarmsOf(event: Component): number[] {
  const triggers = event.components.map((alarm) => property(alarm, 'TRIGGER') ?? '')
  return triggers.flatMap((trigger) => {
    const [, weeks, days, hours, minutes] = /^-P(?:(\d+)W)?(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?/.exec(trigger) ?? []
    if ([weeks, days, hours, minutes].every((part) => part === undefined)) return []
    return [Number(weeks ?? 0) * 10_080 + Number(days ?? 0) * 1440 + Number(hours ?? 0) * 60 + Number(minutes ?? 0)]
  })
}

/** `20260608` or `20260608T090000`. */
const basic = (time: Time): string => ('date' in time ? time.date : time.dateTime).replace(/[-:]/g, '')

function timeLines({ start, end }: { start: Time; end: Time }): string[] {
  const line = (name: string, time: Time): string =>
    'date' in time ? `${name};VALUE=DATE:${basic(time)}` : `${name};TZID=${time.timeZone}:${basic(time)}`
  return [line('DTSTART', start), line('DTEND', end)]
}

function timeOf(event: Component, name: string): Time | undefined {
  const [line] = linesOf(event, name)
  if (line === undefined) return undefined
  const [, date = '', clock] = /^(\d{8})(?:T(\d{6}))?/.exec(valueOf(line)) ?? []
  const iso = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`
  if (clock === undefined) return { date: iso }
  const timeZone = parameterOf(line, 'TZID') ?? (valueOf(line).endsWith('Z') ? 'Etc/UTC' : HOME_ZONE)
  return { dateTime: `${iso}T${clock.slice(0, 2)}:${clock.slice(2, 4)}:${clock.slice(4, 6)}`, timeZone }
}

const day = (value: string | undefined): string[] =>
  value === undefined ? [] : [`${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6, 8)}`]
