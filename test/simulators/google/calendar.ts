import { Expansion } from './recurrence'
import type { GoogleEvent, GoogleTime } from './resource'
import { same } from './resource'
import { idSuffix, instant } from './times'

export type Role = 'owner' | 'writer' | 'writerWithoutPrivateAccess' | 'reader' | 'freeBusyReader'

/** One stored event; an occurrence that differs from its series is one of its own. */
export type Stored = {
  readonly event: GoogleEvent
  /** Grows with every change in the calendar: order of changes, ETag and sync token. */
  readonly version: number
  /** Members in which an exception differs from its series on its own account. */
  readonly overrides: ReadonlySet<string>
}

/** Members that an occurrence does not take from its series. */
const OWN = [
  'id',
  'etag',
  'recurrence',
  'recurringEventId',
  'originalStartTime',
  'start',
  'end',
  'status',
  'kind',
  'updated',
]

/** Where an instance's id leads: its series and the UTC instant (or day) at which it was to start. */
const INSTANCE_ID = /^(.+)_(\d{8}(?:T\d{6}Z)?)$/

export type CalendarSettings = {
  readonly id: string
  summary: string
  timeZone: string
  role: Role
  primary: boolean
  defaultReminders: { method: string; minutes: number }[]
  color: string
}

/** One calendar in memory: its events and the versions that its changes got. No rules of the API. */
export class SimulatedCalendar {
  readonly events = new Map<string, Stored>()
  /** Deleted events and series, with the ids of the exceptions that were deleted with them. */
  readonly trash = new Map<string, readonly string[]>()
  /** Sync tokens older than this are answered with 410. */
  oldestToken = 0
  version = 0
  private readonly expansions = new WeakMap<GoogleEvent, Expansion>()
  private readonly byMaster = new Map<string, Set<string>>()

  constructor(readonly settings: CalendarSettings) {}

  /** Stores a changed event under the next version. */
  put(event: GoogleEvent, overrides: ReadonlySet<string> = new Set()): Stored {
    this.version += 1
    // The service's ETags are quoted numbers of this size.
    const etag = `"${3_181_161_784_712_000 + 2 * this.version}"`
    const stored = { event: { ...event, etag }, version: this.version, overrides }
    const id = event.id ?? ''
    this.events.set(id, stored)
    const master = event.recurringEventId
    if (typeof master === 'string') this.byMaster.set(master, (this.byMaster.get(master) ?? new Set()).add(id))
    return stored
  }

  /** Forgets an event without a trace. */
  drop(id: string): void {
    const master = this.events.get(id)?.event.recurringEventId
    if (typeof master === 'string') this.byMaster.get(master)?.delete(id)
    this.events.delete(id)
  }

  /** Its live exceptions and cancelled instances, those that are resources of their own. */
  exceptionsOf(masterId: string): Stored[] {
    const ids = [...(this.byMaster.get(masterId) ?? [])]
    return ids.map((id) => this.events.get(id)).filter((stored) => stored !== undefined)
  }

  expansion(master: GoogleEvent): Expansion {
    const known = this.expansions.get(master)
    if (known) return known
    const made = new Expansion(master, this.settings.timeZone)
    this.expansions.set(master, made)
    return made
  }

  /** The stored event, or the virtual instance that this id names; undefined if there is none. */
  find(id: string, virtualEtag: 'master' | 'own' = 'master'): Stored | undefined {
    const stored = this.events.get(id)
    if (stored) return stored
    const match = INSTANCE_ID.exec(id)
    const master = match?.[1] === undefined ? undefined : this.events.get(match[1])
    if (!master || master.event.status === 'cancelled' || !master.event.recurrence) return undefined
    const allDay = typeof master.event.start?.date === 'string'
    const suffix = match?.[2] ?? ''
    if (allDay !== (suffix.length === 8)) return undefined
    const day = `${suffix.slice(0, 4)}-${suffix.slice(4, 6)}-${suffix.slice(6, 8)}`
    const time = allDay ? '00:00:00' : `${suffix.slice(9, 11)}:${suffix.slice(11, 13)}:${suffix.slice(13, 15)}`
    const millis = Date.parse(`${day}T${time}Z`)
    if (Number.isNaN(millis) || !this.expansion(master.event).occursAt(millis)) return undefined
    return this.virtual(master, millis, virtualEtag)
  }

  /** The occurrence of a series that starts then, unmodified. */
  virtual(master: Stored, millis: number, virtualEtag: 'master' | 'own' = 'master'): Stored {
    const expansion = this.expansion(master.event)
    const original = expansion.timeOf(millis)
    const { recurrence: _, ...inherited } = master.event
    const etag =
      virtualEtag === 'master' ? master.event.etag : `"${1_000_000_000_000 + millis / 1000 + master.version}"`
    const event: GoogleEvent = {
      ...inherited,
      id: `${master.event.id ?? ''}_${idSuffix(original, this.settings.timeZone)}`,
      etag,
      recurringEventId: master.event.id,
      originalStartTime: original,
      start: original,
      end: expansion.endOf(master.event, millis),
    }
    return { event, version: master.version, overrides: new Set() }
  }

  /** The plain start and end of an exception's occurrence, wherever the exception was moved. */
  plainTimes(master: GoogleEvent, original: GoogleTime): { start: GoogleTime; end: GoogleTime } {
    const millis = instant(original, this.settings.timeZone)
    return { start: original, end: this.expansion(master).endOf(master, millis) }
  }

  /** The members in which an exception differs from the plain occurrence of its series. */
  differences(master: GoogleEvent, exception: GoogleEvent): Set<string> {
    const plain = { ...master, ...this.plainTimes(master, exception.originalStartTime ?? {}) }
    const names = new Set([...Object.keys(master), ...Object.keys(exception)])
    for (const name of OWN) if (name !== 'start' && name !== 'end' && name !== 'status') names.delete(name)
    return new Set(
      [...names].filter((name) => !same(plain[name as keyof GoogleEvent], exception[name as keyof GoogleEvent])),
    )
  }
}
