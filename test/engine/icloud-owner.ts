import { DateTime } from 'luxon'
import type { CaldavServer } from '../simulators/caldav'
import type { Component } from '../simulators/caldav/ical-text'
import {
  eventsOf,
  linesOf,
  masterOf,
  parameterOf,
  parseIcal,
  property,
  removeLines,
  setLine,
} from '../simulators/caldav/ical-text'
import type { Owned, Owner, TextField, Texts, Times } from './owner'
import { tagIn } from './owner'
import { zoneComponents, zoneLines } from './apple-zones'

const OCCURRENCES = 5
const BASIC = "yyyyMMdd'T'HHmmss"

/** The user of the simulated CalDAV calendar. */
export class IcloudOwner implements Owner {
  private count = 0

  constructor(private readonly server: CaldavServer) {}

  events(): Owned[] {
    const { path, members } = this.server.calendar
    return this.owned([...members.values()].map(({ name, text }) => [path + name, text]))
  }

  trash(): Owned[] {
    return this.owned([...this.user.trash(this.server.calendar)])
  }

  restore(id: string): void {
    this.user.restore(id)
  }

  private owned(texts: readonly (readonly [string, string])[]): Owned[] {
    return texts.flatMap(([id, text]) => {
      const master = this.master(parseIcal(text))
      const tag = master && tagIn(property(master, 'DESCRIPTION'))
      if (!master || tag === undefined) return []
      const guests = linesOf(master, 'ATTENDEE').length > 0
      return [{ id, tag, recurs: linesOf(master, 'RRULE').length > 0, guests }]
    })
  }

  add(times: Times, texts: Texts, guests: boolean, own?: string): void {
    const mail = guests
      ? ['ORGANIZER:mailto:anna@example.com', 'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:guest@example.org']
      : []
    const uid = `UID:${own ?? `9F0C-${(this.count += 1)}`}`
    const lines = [uid, ...native(times), ...textLines(texts), ...mail]
    this.user.add(this.server.calendar, lines, zoneLines(times.zone))
  }

  textOf(id: string, field: TextField): string {
    return property(this.masterAt(id), NAMES[field]) ?? ''
  }

  setText(id: string, field: TextField, text: string): void {
    this.user.set(id, ...textLines({ [field]: text }))
  }

  setTimes(id: string, times: Times): void {
    this.user.edit(id, (calendar) => {
      const master = this.master(calendar)!
      const overrides = eventsOf(calendar).filter((event) => event !== master)
      // The app forgets what was changed in single occurrences when the series moves.
      for (const override of overrides) calendar.components.splice(calendar.components.indexOf(override), 1)
      for (const name of ['RRULE', 'RDATE', 'EXDATE', 'DURATION']) removeLines(master, name)
      for (const line of native(times)) setLine(master, line)
      const others = calendar.components.filter(({ name }) => name !== 'VTIMEZONE')
      calendar.components.splice(0, calendar.components.length, ...zoneComponents(times.zone), ...others)
    })
  }

  setReminder(id: string, minutes: number): void {
    this.user.edit(id, (calendar) => {
      const master = this.master(calendar)!
      const lines = ['ACTION:DISPLAY', 'DESCRIPTION:Reminder', `TRIGGER:-PT${minutes}M`, `UID:ALARM-${minutes}`]
      const others = master.components.filter(({ name }) => name !== 'VALARM')
      master.components.splice(0, master.components.length, ...others, { name: 'VALARM', lines, components: [] })
    })
  }

  occurrences(id: string): string[] {
    const master = this.masterAt(id)
    const rule = property(master, 'RRULE') ?? ''
    const until = /UNTIL=(\w+)/.exec(rule)?.[1]
    const count = Number(/COUNT=(\d+)/.exec(rule)?.[1] ?? Infinity)
    const days = rule.includes('DAILY') ? 1 : 7
    const { time, zone } = startOf(master)
    const times = Array.from({ length: Math.min(OCCURRENCES, count - 1) }, (_, index) =>
      time.plus({ days: (index + 1) * days }),
    )
    const last = until === undefined ? undefined : untilOf(until)
    return times.filter((each) => last === undefined || each.toMillis() <= last).map((each) => keyOf(each, zone))
  }

  renameOccurrence(id: string, key: string, text: string): void {
    this.revive(id, key)
    this.user.changeOccurrence(id, this.native(id, key), `SUMMARY:${text}`)
  }

  moveOccurrence(id: string, key: string, hours: number): void {
    this.revive(id, key)
    const master = this.masterAt(id)
    const { zone } = startOf(master)
    const length = endOf(master).diff(startOf(master).time)
    const plain = timeOf(key, zone)
    const start = zone === undefined ? plain.plus({ days: hours }) : plain.plus({ hours })
    this.user.changeOccurrence(
      id,
      this.native(id, key),
      timeLine('DTSTART', start, zone),
      timeLine('DTEND', start.plus(length), zone),
    )
  }

  cancelOccurrence(id: string, key: string): void {
    if (!this.isCancelled(id, key)) this.user.cancelOccurrence(id, this.native(id, key))
  }

  reviveOccurrence(id: string, key: string): void {
    this.user.reviveOccurrence(id, this.native(id, key))
  }

  split(id: string, key: string, texts: Texts): void {
    const master = this.masterAt(id)
    const { zone } = startOf(master)
    const start = timeOf(key, zone)
    const length = endOf(master).diff(startOf(master).time)
    const rule = (property(master, 'RRULE') ?? '').replace(/;?(UNTIL|COUNT)=[^;]+/g, '')
    const until =
      zone === undefined
        ? start.minus({ days: 1 }).toFormat('yyyyMMdd')
        : `${start.minus({ seconds: 1 }).toUTC().toFormat(BASIC)}Z`
    // What was changed in occurrences from there on goes with them.
    this.user.edit(id, (calendar) => {
      for (const event of eventsOf(calendar)) {
        const name = property(event, 'RECURRENCE-ID')
        const isLater = name !== undefined && name >= this.native(id, key)
        if (isLater) calendar.components.splice(calendar.components.indexOf(event), 1)
      }
    })
    this.user.splitSeries(
      id,
      `RRULE:${rule};UNTIL=${until}`,
      timeLine('DTSTART', start, zone),
      timeLine('DTEND', start.plus(length), zone),
      `RRULE:${rule}`,
      ...textLines(texts),
    )
  }

  remove(id: string): void {
    this.user.delete(id)
  }

  private get user() {
    return this.server.user
  }

  private master(calendar: Component): Component | undefined {
    return masterOf(calendar) ?? eventsOf(calendar)[0]
  }

  private masterAt(id: string): Component {
    return this.master(parseIcal(this.user.text(id)))!
  }

  /** An occurrence as the series itself spells it. */
  private native(id: string, key: string): string {
    const { zone } = startOf(this.masterAt(id))
    const time = timeOf(key, zone)
    return zone === undefined ? time.toFormat('yyyyMMdd') : time.toFormat(BASIC) + (zone === 'UTC' ? 'Z' : '')
  }

  private isCancelled(id: string, key: string): boolean {
    const name = this.native(id, key)
    return linesOf(this.masterAt(id), 'EXDATE').some((line) => line.slice(line.lastIndexOf(':')).includes(name))
  }

  /** An occurrence that was cancelled has no override to change. */
  private revive(id: string, key: string): void {
    if (this.isCancelled(id, key)) this.reviveOccurrence(id, key)
  }
}

const NAMES: Record<TextField, string> = { summary: 'SUMMARY', location: 'LOCATION', description: 'DESCRIPTION' }

const textLines = (texts: Texts): string[] =>
  Object.entries(texts).map(([field, text]) => `${NAMES[field as TextField]}:${text}`)

function native({ start, end, zone, rule }: Times): string[] {
  const line = (name: string, value: string): string =>
    timeLine(name, DateTime.fromISO(value, { zone: zone ?? 'UTC' }), zone)
  return [line('DTSTART', start), line('DTEND', end), ...(rule === undefined ? [] : [`RRULE:${rule}`])]
}

function timeLine(name: string, time: DateTime, zone: string | undefined): string {
  if (zone === undefined) return `${name};VALUE=DATE:${time.toFormat('yyyyMMdd')}`
  return zone === 'UTC' ? `${name}:${time.toFormat(BASIC)}Z` : `${name};TZID=${zone}:${time.toFormat(BASIC)}`
}

function valueOf(master: Component, name: string): { time: DateTime; zone: string | undefined } {
  const line = linesOf(master, name)[0]!
  const value = property(master, name)!
  if (value.length === 8) return { time: DateTime.fromFormat(value, 'yyyyMMdd', { zone: 'UTC' }), zone: undefined }
  const zone = value.endsWith('Z') ? 'UTC' : (parameterOf(line, 'TZID') ?? 'Europe/Berlin')
  return { time: DateTime.fromFormat(value.replace('Z', ''), BASIC, { zone }), zone }
}

const startOf = (master: Component): { time: DateTime; zone: string | undefined } => valueOf(master, 'DTSTART')
const endOf = (master: Component): DateTime => valueOf(master, 'DTEND').time

const keyOf = (time: DateTime, zone: string | undefined): string =>
  zone === undefined ? time.toFormat('yyyy-MM-dd') : time.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'")

const timeOf = (key: string, zone: string | undefined): DateTime => DateTime.fromISO(key, { zone: zone ?? 'UTC' })

const untilOf = (until: string): number =>
  until.length === 8
    ? DateTime.fromFormat(until, 'yyyyMMdd', { zone: 'UTC' }).toMillis()
    : DateTime.fromFormat(until.replace('Z', ''), BASIC, { zone: 'UTC' }).toMillis()
