import { DateTime } from 'luxon'
import type { GoogleSimulator } from '../simulators/google'
import type { GoogleEvent, GoogleTime, Patch } from '../simulators/google/resource'
import type { Owned, Owner, TextField, Texts, Times } from './owner'
import { tagIn } from './owner'

const OCCURRENCES = 5

/** The user of the simulated Google calendar. */
export class GoogleOwner implements Owner {
  constructor(private readonly simulator: GoogleSimulator) {}

  events(): Owned[] {
    return owned(this.user.events())
  }

  trash(): Owned[] {
    return owned(this.user.trash())
  }

  restore(id: string): void {
    this.user.restore(id)
  }

  add(times: Times, texts: Texts, guests: boolean, uid?: string): void {
    const attendees = [{ email: 'guest@example.org', responseStatus: 'needsAction' }]
    this.user.create({
      ...native(times),
      ...texts,
      ...(guests ? { attendees } : {}),
      ...(uid === undefined ? {} : { iCalUID: uid }),
    })
  }

  textOf(id: string, field: TextField): string {
    return this.user.get(id)[field] ?? ''
  }

  setText(id: string, field: TextField, text: string): void {
    this.user.edit(id, { [field]: text })
  }

  setTimes(id: string, times: Times): void {
    // The app forgets what was changed in single occurrences when there are none any more.
    const changed = this.user.events().filter(({ recurringEventId }) => recurringEventId === id)
    if (times.rule === undefined) for (const instance of changed) this.user.delete(instance.id ?? '')
    this.user.edit(id, native(times))
  }

  setReminder(id: string, minutes: number): void {
    this.user.edit(id, { reminders: { useDefault: false, overrides: [{ method: 'popup', minutes }] } })
  }

  occurrences(id: string): string[] {
    const event = this.user.get(id)
    const { start, recurrence } = event
    const expansion = this.simulator.calendar().expansion(event)
    const days = recurrence?.some((line) => line.includes('DAILY')) ? 1 : 7
    const keys = Array.from({ length: OCCURRENCES }, (_, index) => keyOf(start ?? {}, (index + 1) * days))
    // What was changed in one that the series no longer has is still there, but no app shows it.
    return keys.filter((key) => expansion.occursAt(Date.parse(key)) && this.user.has(this.instance(id, key)))
  }

  renameOccurrence(id: string, key: string, text: string): void {
    this.change(id, key, { summary: text })
  }

  moveOccurrence(id: string, key: string, hours: number): void {
    const plain = this.user.plainTimes(id, key)
    this.change(id, key, { start: later(plain.start, hours), end: later(plain.end, hours) })
  }

  cancelOccurrence(id: string, key: string): void {
    if (this.user.get(this.instance(id, key)).status !== 'cancelled') this.user.delete(this.instance(id, key))
  }

  reviveOccurrence(id: string, key: string): void {
    this.change(id, key, {})
  }

  split(id: string, key: string, texts: Texts): void {
    this.user.editThisAndFollowing(id, key, texts)
  }

  remove(id: string): void {
    this.user.delete(id)
  }

  private get user() {
    return this.simulator.user
  }

  private instance(id: string, key: string): string {
    return this.user.instanceId(id, key)
  }

  private change(id: string, key: string, patch: Patch): void {
    this.user.edit(this.instance(id, key), { status: 'confirmed', ...patch })
  }
}

const owned = (events: readonly GoogleEvent[]): Owned[] =>
  events.flatMap((event) => {
    const tag = tagIn(event.description)
    if (tag === undefined || typeof event.recurringEventId === 'string') return []
    return [{ id: event.id ?? '', tag, recurs: event.recurrence !== undefined, guests: event.attendees !== undefined }]
  })

function native({ start, end, zone, rule }: Times): Patch {
  const time = (value: string): Patch =>
    zone === undefined
      ? { date: value, dateTime: null, timeZone: null }
      : { dateTime: value, timeZone: zone, date: null }
  return { start: time(start), end: time(end), recurrence: rule === undefined ? null : [`RRULE:${rule}`] }
}

function keyOf(start: GoogleTime, days: number): string {
  if (typeof start.date === 'string') return DateTime.fromISO(start.date).plus({ days }).toISODate() ?? ''
  const zone = start.timeZone ?? 'UTC'
  return DateTime.fromISO(start.dateTime ?? '', { zone })
    .plus({ days })
    .toUTC()
    .toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'")
}

/** Days for whole days. */
function later(time: GoogleTime | undefined, hours: number): Patch {
  if (typeof time?.date === 'string') return { date: DateTime.fromISO(time.date).plus({ days: hours }).toISODate() }
  const zone = time?.timeZone ?? 'UTC'
  const moved = DateTime.fromISO(time?.dateTime ?? '', { zone }).plus({ hours })
  return { dateTime: moved.toFormat("yyyy-MM-dd'T'HH:mm:ss"), timeZone: zone }
}

export type { GoogleEvent }
