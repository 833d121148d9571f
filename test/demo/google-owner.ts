import { DateTime } from 'luxon'
import type { GoogleSimulator } from '../simulators/google/simulator'
import type { GoogleEvent, GoogleTime } from '../simulators/google/resource'
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

/** The owner of the primary calendar, in Google's own app. */
export class GoogleOwner implements Owner {
  constructor(private readonly simulator: GoogleSimulator) {}

  rows(): Row[] {
    const events = this.simulator.user.events()
    return events.filter((event) => event.recurringEventId === undefined).map((event) => this.row(event))
  }

  add(entry: Entry): void {
    this.simulator.user.create({ summary: entry.title, location: entry.place, ...timesFrom(entry) })
  }

  change(id: string, entry: Entry): void {
    const row = this.row(this.simulator.user.get(id))
    const moved = !sameTime(row.start, entry.start) || !sameTime(row.end, entry.end)
    this.simulator.user.edit(id, { summary: entry.title, location: entry.place, ...(moved && timesFrom(entry)) })
  }

  remove(id: string): void {
    this.simulator.user.delete(id)
  }

  seed(events: readonly DemoEvent[], monday: string): void {
    for (const event of events) this.put(event, monday)
  }

  private put(event: DemoEvent, monday: string): void {
    const { user } = this.simulator
    const rule = ruleOf(event)
    const created = user.create({
      summary: event.title,
      ...(event.place !== undefined && { location: event.place }),
      ...(event.note !== undefined && { description: event.note }),
      ...timesFrom(timesOf(event, monday)),
      ...(rule !== undefined && { recurrence: [`RRULE:${rule}`] }),
      reminders: {
        useDefault: false,
        overrides: event.reminder === undefined ? [] : [{ method: 'popup', minutes: event.reminder }],
      },
    })
    const instance = (week: number): string =>
      user.instanceId(created.id ?? '', originalStart(occurrence(event, monday, week).start))
    const { moved, cancelled } = event.weekly ?? {}
    if (moved) user.edit(instance(moved[0]), timesFrom(occurrence(event, monday, ...moved)))
    if (cancelled !== undefined) user.delete(instance(cancelled))
  }

  private row(event: GoogleEvent): Row {
    const rule = event.recurrence?.find((line) => line.startsWith('RRULE'))
    const exceptions = this.simulator
      .calendar()
      .exceptionsOf(event.id ?? '')
      .map((stored) => stored.event)
    const days = (wanted: boolean): string[] =>
      exceptions
        .filter((each) => (each.status === 'cancelled') === wanted)
        .map((each) => (each.originalStartTime?.date ?? each.originalStartTime?.dateTime ?? '').slice(0, 10))
    return {
      id: event.id ?? '',
      title: event.summary ?? '',
      place: event.location ?? '',
      note: event.description ?? '',
      start: timeOf(event.start ?? {}),
      end: timeOf(event.end ?? {}),
      reminders: (event.reminders?.overrides ?? []).map(({ minutes }) => minutes ?? 0),
      repeats: rule === undefined ? '' : repeatsInWords(rule, days(false), days(true)),
    }
  }
}

/** `start` and `end` for the API; null clears what belongs to the other kind of time. */
function timesFrom({ start, end }: { start: Time; end: Time }): { start: object; end: object } {
  const time = (each: Time): object =>
    'date' in each ? { date: each.date, dateTime: null, timeZone: null } : { ...each, date: null }
  return { start: time(start), end: time(end) }
}

function timeOf({ date, dateTime, timeZone }: GoogleTime): Time {
  if (typeof date === 'string') return { date }
  const zone = timeZone ?? HOME_ZONE
  const wall = DateTime.fromISO(dateTime ?? '', { setZone: true }).setZone(zone)
  return { dateTime: wall.toFormat("yyyy-MM-dd'T'HH:mm:ss"), timeZone: zone }
}

/** As the id of an instance is made from it: a day, or UTC. */
function originalStart(time: Time): string {
  if ('date' in time) return time.date
  const utc = DateTime.fromISO(time.dateTime, { zone: time.timeZone }).toUTC()
  return utc.toISO({ suppressMilliseconds: true }) ?? ''
}
