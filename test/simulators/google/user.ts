import { DateTime } from 'luxon'
import type { SimulatedCalendar } from './calendar'
import type { GoogleSimulator } from './simulator'
import type { GoogleEvent, Patch } from './resource'
import { idSuffix } from './times'
import { cancel, change, insert } from './write'

/** What a person does in the calendar app: changes that come from outside, native JSON, no preconditions, no mail count. */
export class User {
  constructor(private readonly simulator: GoogleSimulator) {}

  /** Creates an event; returns it as stored. */
  create(body: Patch, calendarId?: string): GoogleEvent {
    const calendar = this.simulator.calendar(calendarId)
    return insert(this.simulator.writer(calendar), body, this.simulator.nextId).event
  }

  /** Puts an event into the calendar as it stands, past all rules: invitations, odd data, exceptions without a series. */
  plant(event: GoogleEvent, calendarId?: string): GoogleEvent {
    const now = new Date(this.simulator.options.now()).toISOString()
    const id = event.id ?? this.simulator.nextId()
    const usual: GoogleEvent = {
      kind: 'calendar#event',
      status: 'confirmed',
      updated: now,
      created: now,
      sequence: 0,
      iCalUID: `${id}@google.com`,
      eventType: 'default',
      reminders: { useDefault: true },
    }
    return this.simulator.calendar(calendarId).put({ ...usual, ...event, id }).event
  }

  /** Edits an event, a series or (by its id) one occurrence. */
  edit(id: string, patch: Patch, calendarId?: string): GoogleEvent {
    const { calendar, current } = this.at(id, calendarId)
    return change(this.simulator.writer(calendar), current, patch, 'patch').event
  }

  /** Deletes an event, a series or one occurrence. */
  delete(id: string, calendarId?: string): void {
    const { calendar, current } = this.at(id, calendarId)
    cancel(this.simulator.writer(calendar), current)
  }

  /** Events and series that were deleted, by whomever. */
  trash(calendarId?: string): GoogleEvent[] {
    const calendar = this.simulator.calendar(calendarId)
    const stored = [...calendar.trash.keys()].flatMap((id) => calendar.events.get(id)?.event ?? [])
    return stored.filter(({ status }) => status === 'cancelled')
  }

  /** Takes an event out of the trash, a series with what was changed in its occurrences. */
  restore(id: string, calendarId?: string): void {
    const calendar = this.simulator.calendar(calendarId)
    const instances = calendar.trash.get(id)
    if (!instances) throw new Error(`${id} is not in the trash`)
    calendar.trash.delete(id)
    for (const each of [id, ...instances]) this.edit(each, { status: 'confirmed' }, calendarId)
  }

  /**
   * Puts an event from the trash back as an app does that knows of no trash: as a new one, with all that was changed in
   * its occurrences. @returns its id
   */
  restoreAnew(id: string, calendarId?: string): string {
    const calendar = this.simulator.calendar(calendarId)
    const changed = calendar.trash.get(id)
    if (!changed) throw new Error(`${id} is not in the trash`)
    const newId = this.simulator.nextId()
    const plant = (event: GoogleEvent, own: Partial<GoogleEvent>): void => {
      const { etag: _e, updated: _u, created: _c, ...kept } = event
      this.plant({ ...kept, iCalUID: `${newId}@google.com`, sequence: 0, ...own }, calendarId)
    }
    plant(this.get(id, calendarId), { id: newId, status: 'confirmed' })
    for (const { event } of calendar.exceptionsOf(id)) {
      const status = changed.includes(event.id ?? '') ? 'confirmed' : event.status
      const own = `${newId}${(event.id ?? '').slice(id.length)}`
      plant(event, { id: own, recurringEventId: newId, ...(status === undefined ? {} : { status }) })
    }
    return newId
  }

  /** The id of the occurrence of a series that starts then: `2026-01-02` or `2026-01-02T09:00:00Z`. */
  instanceId(seriesId: string, originalStart: string): string {
    const time = originalStart.length === 10 ? { date: originalStart } : { dateTime: originalStart }
    return `${seriesId}_${idSuffix(time, 'UTC')}`
  }

  /**
   * "This and following events": the old series ends before `originalStart` and a new one, with the changes, begins
   * there. As the app does it, exceptions from there on are reset; the new id and UID are made from the old.
   */
  editThisAndFollowing(seriesId: string, originalStart: string, changes: Patch, calendarId?: string): GoogleEvent {
    const { calendar, current } = this.at(seriesId, calendarId)
    const series = current.event
    const split = calendar.find(this.instanceId(seriesId, originalStart))?.event
    if (!split?.originalStartTime) throw new Error(`${seriesId} has no occurrence at ${originalStart}`)
    const suffix = idSuffix(split.originalStartTime, calendar.settings.timeZone)
    for (const { event } of calendar.exceptionsOf(seriesId)) {
      const at = idSuffix(event.originalStartTime ?? {}, calendar.settings.timeZone)
      if (at >= suffix && event.status !== 'cancelled') this.delete(event.id ?? '', calendarId)
    }
    const rest = { ...calendar.virtual(current, Date.parse(originalStart)).event, recurrence: untrimmed(series) }
    this.edit(seriesId, { recurrence: trimmed(series, originalStart) }, calendarId)
    const usual = `${seriesId.replace(/_R.*$/, '')}_R${suffix.replace('Z', '')}`
    // A series that was put together again may be split once more at the same place.
    const base = calendar.find(usual) ? this.simulator.nextId() : usual
    const { etag: _e, recurringEventId: _r, originalStartTime: _o, updated: _u, created: _c, ...copied } = rest
    this.plant({ ...copied, id: base, iCalUID: `${base}@google.com`, sequence: 0 }, calendarId)
    return this.edit(base, changes, calendarId)
  }

  /** All sync tokens given so far become stale. */
  expireSyncTokens(calendarId?: string): void {
    const calendar = this.simulator.calendar(calendarId)
    calendar.oldestToken = calendar.version + 1
    calendar.version += 1
  }

  /** Edits the calendar's default reminders: no event changes, and yet a delta tells of it. */
  setDefaultReminders(minutes: readonly number[], calendarId?: string): void {
    const calendar = this.simulator.calendar(calendarId)
    calendar.settings.defaultReminders = minutes.map((each) => ({ method: 'popup', minutes: each }))
    calendar.version += 1
  }

  /** Shares a calendar with the account, read-only or in another role. */
  share(id: string, role: SimulatedCalendar['settings']['role'] = 'reader'): SimulatedCalendar {
    const calendar = this.simulator.calendars.get(id) ?? this.simulator.addCalendar({ id })
    calendar.settings.role = role
    return calendar
  }

  /** What the calendar holds, live and as stored: series and exceptions, without deleted events. */
  events(calendarId?: string): GoogleEvent[] {
    const stored = [...this.simulator.calendar(calendarId).events.values()].map(({ event }) => event)
    return stored.filter((event) => event.status !== 'cancelled')
  }

  /** Whether there is an event or occurrence with this id, deleted or not. */
  has(id: string, calendarId?: string): boolean {
    return this.simulator.calendar(calendarId).find(id) !== undefined
  }

  /** One event or occurrence as it stands, deleted or not. */
  get(id: string, calendarId?: string): GoogleEvent {
    return this.at(id, calendarId).current.event
  }

  /** Start and end of an occurrence as its series has it. */
  plainTimes(seriesId: string, originalStart: string, calendarId?: string) {
    const { calendar, current } = this.at(seriesId, calendarId)
    const { start, end } = calendar.virtual(current, Date.parse(originalStart)).event
    return { start, end }
  }

  private at(id: string, calendarId?: string) {
    const calendar = this.simulator.calendar(calendarId)
    const current = calendar.find(id)
    if (!current) throw new Error(`${calendar.settings.id} has no event ${id}`)
    return { calendar, current }
  }
}

/** The rules of a series cut before an occurrence: UNTIL in place of COUNT. */
function trimmed(series: GoogleEvent, before: string): string[] {
  const end = DateTime.fromISO(before, { zone: 'utc' })
  const until =
    before.length === 10
      ? end.minus({ days: 1 }).toFormat('yyyyMMdd')
      : end.minus({ seconds: 1 }).toFormat("yyyyMMdd'T'HHmmss'Z'")
  return (series.recurrence ?? []).map((line) =>
    line.startsWith('RRULE') ? `${line.replace(/;?(UNTIL|COUNT)=[^;]+/g, '')};UNTIL=${until}` : line,
  )
}

/** The rules for the rest; a COUNT is dropped, so that the rest goes on without end. */
function untrimmed(series: GoogleEvent): string[] {
  return (series.recurrence ?? []).map((line) => line.replace(/;?COUNT=[^;]+/g, ''))
}
