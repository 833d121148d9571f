import type { Component } from './ical-text'
import {
  copyOf,
  eventsOf,
  linesOf,
  masterOf,
  parameterOf,
  parseIcal,
  property,
  removeLines,
  setLine,
  valueOf,
  writeIcal,
} from './ical-text'
import type { Collection, Member, Store } from './store'

/**
 * The user in the Apple app. What is written here is native iCalendar text and goes past the server's checks: an app
 * may hold things that a client may not send. Paths are decoded, occurrences are named by the value of their
 * RECURRENCE-ID in the series' own form (`20260608T090000`, `20260608`).
 */
export class AppleUser {
  private numbers = 0

  constructor(private readonly store: Store) {}

  /** Adds an event; `lines` are those inside the VEVENT, `around` further components (VTIMEZONE, overrides). */
  add(calendar: Collection, lines: readonly string[], around: readonly string[] = [], name?: string): string {
    const uid = lines.find((line) => line.startsWith('UID:'))?.slice(4) ?? `9F0C-${++this.numbers}`
    const stamps = ['CREATED:20260501T080000Z', 'DTSTAMP:20260501T080000Z', 'SEQUENCE:0']
    const own = lines.filter((line) => !line.startsWith('UID:'))
    const event = ['BEGIN:VEVENT', `UID:${uid}`, ...stamps, ...own, 'END:VEVENT']
    const head = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Apple Inc.//iOS 19.1//EN', 'CALSCALE:GREGORIAN']
    return this.addText(
      calendar,
      [...head, ...around, ...event, 'END:VCALENDAR', ''].join('\r\n'),
      name ?? `${uid}.ics`,
    )
  }

  /** Adds a whole resource as it is, sane or not. */
  addText(calendar: Collection, text: string, name: string): string {
    this.store.put(calendar, name, text)
    return calendar.path + name
  }

  /** The text that the server holds. */
  text(path: string): string {
    return this.member(path).text
  }

  /** Changes the text as a whole. */
  rewrite(path: string, change: (text: string) => string): void {
    const { collection, name, member } = this.find(path)
    this.store.put(collection, name, change(member.text))
  }

  /** Changes the components. */
  edit(path: string, change: (calendar: Component) => void): void {
    this.rewrite(path, (text) => {
      const calendar = parseIcal(text)
      change(calendar)
      return writeIcal(calendar)
    })
  }

  /** Sets properties of the series (or single event), each by a whole content line: `SUMMARY:Lunch`. */
  set(path: string, ...lines: readonly string[]): void {
    this.edit(path, (calendar) => {
      for (const line of lines) setLine(masterOf(calendar) ?? eventsOf(calendar)[0]!, line)
    })
  }

  clear(path: string, ...names: readonly string[]): void {
    this.edit(path, (calendar) => {
      for (const name of names) removeLines(masterOf(calendar) ?? eventsOf(calendar)[0]!, name)
    })
  }

  /** Changes one occurrence (moves it, renames it): `lines` are set in its override, which is made if there is none. */
  changeOccurrence(path: string, occurrence: string, ...lines: readonly string[]): void {
    this.edit(path, (calendar) => {
      const override = overrideOf(calendar, occurrence) ?? newOverride(calendar, occurrence)
      for (const line of lines) setLine(override, line)
    })
  }

  cancelOccurrence(path: string, occurrence: string): void {
    this.edit(path, (calendar) => {
      const master = masterOf(calendar)!
      drop(calendar, overrideOf(calendar, occurrence))
      master.lines.push(likeStart('EXDATE', master, occurrence))
    })
  }

  /** Takes back what was done to one occurrence. */
  reviveOccurrence(path: string, occurrence: string): void {
    this.edit(path, (calendar) => {
      const master = masterOf(calendar)!
      drop(calendar, overrideOf(calendar, occurrence))
      const kept = master.lines.filter((line) => !(line.startsWith('EXDATE') && valueOf(line) === occurrence))
      master.lines.splice(0, master.lines.length, ...kept)
    })
  }

  /** "This and following": ends the series with `rule` and makes a second one from `lines` (its times, its rule). */
  splitSeries(path: string, rule: string, ...lines: readonly string[]): string {
    const { collection, member } = this.find(path)
    const rest = parseIcal(member.text)
    const tail = masterOf(rest)!
    rest.components.splice(
      0,
      rest.components.length,
      ...rest.components.filter((each) => each.name === 'VTIMEZONE'),
      tail,
    )
    const uid = `${property(tail, 'UID')}-SPLIT-${++this.numbers}`
    for (const line of [`UID:${uid}`, ...lines]) setLine(tail, line)
    removeLines(tail, 'EXDATE')
    const link = `RELATED-TO;RELTYPE=X-CALENDARSERVER-RECURRENCE-SET:${uid}`
    setLine(tail, link)
    this.set(path, rule, link)
    return this.addText(collection, writeIcal(rest), `${uid}.ics`)
  }

  /** Deletes an event, or a whole calendar if the path is one. */
  delete(path: string): void {
    if (this.store.collections.delete(path)) return
    const { collection, name } = this.find(path)
    this.store.remove(collection, name)
  }

  /** Keeps the state of a calendar. @returns what puts it back, as an administrator puts back a backup: tokens since are unknown */
  backup(calendar: Collection): () => void {
    const kept = [...calendar.members].map(([name, member]) => [name, { ...member }] as const)
    return () => {
      for (const name of calendar.members.keys()) calendar.changes.set(name, ++calendar.sequence)
      calendar.members.clear()
      for (const [name, member] of kept) {
        calendar.members.set(name, { ...member })
        calendar.changes.set(name, ++calendar.sequence)
      }
      this.forgetTokens(calendar)
    }
  }

  /** What was deleted from a calendar and is not there again, by whomever: paths with texts. */
  trash({ path, members }: Collection): Map<string, string> {
    const deleted = [...this.store.trash].filter(([id]) => id.startsWith(path) && !members.has(id.slice(path.length)))
    return new Map(deleted)
  }

  /** Takes an event out of the trash: the same name and text, another version. */
  restore(path: string): void {
    const found = this.store.find(path)
    const text = this.store.trash.get(path)
    if (!found || found.member || text === undefined) throw new Error(`${path} is not in the trash`)
    this.store.trash.delete(path)
    this.store.put(found.collection, found.name, text)
  }

  /** Puts an event from the trash back as many apps and services do: under another name and UID. @returns its path */
  restoreAnew(path: string): string {
    const text = this.store.trash.get(path)
    const found = this.store.find(path)
    if (!found || text === undefined) throw new Error(`${path} is not in the trash`)
    const uid = `RESTORED-${++this.numbers}`
    const calendar = parseIcal(text)
    for (const event of eventsOf(calendar)) setLine(event, `UID:${uid}`)
    return this.addText(found.collection, writeIcal(calendar), `${uid}.ics`)
  }

  newCalendar(settings: Partial<Collection> & { name: string }): Collection {
    return this.store.addCollection({ path: `${this.store.home}${++this.numbers}A7B-NEW/`, ...settings })
  }

  /** Moves an event to another calendar: same name and UID there. */
  moveTo(path: string, calendar: Collection): string {
    const { collection, name, member } = this.find(path)
    this.store.remove(collection, name)
    return this.addText(calendar, member.text, name)
  }

  /** What the server does on its own: a new ETag, and lines that mean nothing. */
  housekeeping(path: string): void {
    this.edit(path, (calendar) => {
      for (const event of eventsOf(calendar)) {
        event.lines.push('X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC', 'DTSTAMP:20260601T000000Z')
        event.lines.reverse()
      }
    })
  }

  /** All tokens that were given out so far become invalid. */
  forgetTokens(calendar: Collection): void {
    calendar.sequence += 1
    calendar.oldest = calendar.sequence
  }

  private member(path: string): Member {
    return this.find(path).member
  }

  private find(path: string): { collection: Collection; name: string; member: Member } {
    const found = this.store.find(path)
    if (!found?.member) throw new Error(`${path} is not there`)
    return { ...found, member: found.member }
  }
}

const overrideOf = (calendar: Component, occurrence: string): Component | undefined =>
  eventsOf(calendar).find((event) => property(event, 'RECURRENCE-ID') === occurrence)

function newOverride(calendar: Component, occurrence: string): Component {
  const master = masterOf(calendar)!
  const override = copyOf(master)
  for (const name of ['RRULE', 'RDATE', 'EXDATE', 'DTSTART', 'DTEND']) removeLines(override, name)
  override.lines.push(likeStart('RECURRENCE-ID', master, occurrence), likeStart('DTSTART', master, occurrence))
  override.lines.push(likeStart('DTEND', master, plainEnd(master, occurrence)))
  calendar.components.push(override)
  return override
}

/** A line with a time in the series' own form. */
function likeStart(name: string, master: Component, value: string): string {
  const start = linesOf(master, 'DTSTART')[0]!
  const zone = parameterOf(start, 'TZID')
  if (/^\d{8}$/.test(value)) return `${name};VALUE=DATE:${value}`
  return zone === undefined ? `${name}:${value}` : `${name};TZID=${zone}:${value}`
}

/** The end of an occurrence that is as long as the series' first. */
function plainEnd(master: Component, occurrence: string): string {
  const isUtc = occurrence.endsWith('Z')
  const length = clock(property(master, 'DTEND')!) - clock(property(master, 'DTSTART')!)
  const text = new Date(clock(occurrence) + length).toISOString().replace(/[-:]|\.\d+/g, '')
  return occurrence.length === 8 ? text.slice(0, 8) : isUtc ? text : text.slice(0, -1)
}

function clock(value: string): number {
  const [, year, month, day, hour = 0, minute = 0, second = 0] = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?/.exec(
    value,
  )!
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
}

function drop(calendar: Component, component: Component | undefined): void {
  if (component) calendar.components.splice(calendar.components.indexOf(component), 1)
}
