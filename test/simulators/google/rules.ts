import { invalid } from './refusal'
import type { GoogleEvent } from './resource'
import { Expansion } from './recurrence'
import { checkedTime, instant } from './times'

const STATUS = ['confirmed', 'tentative', 'cancelled']
const TRANSPARENCY = ['opaque', 'transparent']
const VISIBILITY = ['default', 'public', 'private', 'confidential']

/**
 * Checks an event as it would stand after a write and brings it into the stored form.
 *
 * @throws Refusal with Google's reason
 */
export function checkedEvent(
  event: GoogleEvent,
  calendarZone: string,
  unknownZones: readonly string[] = [],
): GoogleEvent {
  const checked: GoogleEvent = { ...event }
  oneOf('status', event.status, STATUS)
  oneOf('transparency', event.transparency, TRANSPARENCY)
  oneOf('visibility', event.visibility, VISIBILITY)
  checked.start = checkedTime(event.start, 'start', calendarZone, unknownZones)
  checked.end = checkedTime(event.end, 'end', calendarZone, unknownZones)
  checkOrder(checked, calendarZone)
  if (event.recurrence?.length === 0) delete checked.recurrence
  if (checked.recurrence) checkRecurrence(checked, calendarZone)
  checkTexts(event)
  if (event.source) checkSource(event.source)
  if (typeof event.colorId === 'string' && !/^([1-9]|1[01])$/.test(event.colorId)) throw invalid('Invalid color id.')
  if (event.reminders) checked.reminders = checkedReminders(event.reminders)
  if (event.extendedProperties) checked.extendedProperties = checkedProperties(event.extendedProperties)
  if (event.summary === '') delete checked.summary
  if (event.description === '') delete checked.description
  if (event.location === '') delete checked.location
  if (event.transparency === 'opaque') delete checked.transparency
  if (event.visibility === 'default') delete checked.visibility
  return checked
}

function oneOf(name: string, value: string | null | undefined, allowed: readonly string[]): void {
  if (typeof value === 'string' && !allowed.includes(value)) throw invalid(`Invalid value for ${name}.`)
}

function checkOrder(event: GoogleEvent, calendarZone: string): void {
  const allDay = typeof event.start?.date === 'string'
  if (allDay !== (typeof event.end?.date === 'string'))
    throw invalid('Start and end times must either both be date or both be dateTime.')
  const length = instant(event.end ?? {}, calendarZone) - instant(event.start ?? {}, calendarZone)
  if (length < 0 || (allDay && length === 0)) {
    throw invalid('The specified time range is empty.') // reason timeRangeEmpty in the service
  }
}

function checkRecurrence(event: GoogleEvent, calendarZone: string): void {
  const timed = typeof event.start?.dateTime === 'string'
  if (timed && (typeof event.start?.timeZone !== 'string' || typeof event.end?.timeZone !== 'string')) {
    throw invalid('Missing time zone definition for start time.')
  }
  for (const line of event.recurrence ?? []) {
    if (/^DT(START|END)/.test(line)) throw invalid('Invalid recurrence rule.')
    const until = /UNTIL=(\d{8}(T\d{6}Z?)?)/.exec(line)?.[1]
    if (until !== undefined && timed !== until.endsWith('Z')) throw invalid('Invalid recurrence rule.')
    if (/^(EX|R)DATE/.test(line) && timed === line.includes('VALUE=DATE:')) throw invalid('Invalid recurrence rule.')
  }
  if (new Expansion(event, calendarZone).isEmpty()) throw invalid('Invalid recurrence rule.')
}

function checkedReminders(reminders: NonNullable<GoogleEvent['reminders']>): NonNullable<GoogleEvent['reminders']> {
  const overrides = reminders.overrides ?? []
  if (reminders.useDefault === true && overrides.length > 0) {
    throw invalid('Cannot specify both default reminders and overrides at the same time.') // cannotUseDefaultRemindersAndSpecifyOverride
  }
  if (overrides.length > 5) throw invalid('Too many reminder overrides.')
  for (const { method, minutes } of overrides) {
    if (method !== 'popup' && method !== 'email') throw invalid('Invalid reminder method.')
    if (typeof minutes !== 'number' || minutes < 0 || minutes > 40320) throw invalid('Invalid reminder minutes.')
  }
  if (reminders.useDefault === true) return { useDefault: true }
  return overrides.length > 0 ? { useDefault: false, overrides } : { useDefault: false }
}

/** Not in Google's documents, but what other clients keep to. */
function checkTexts({ summary, description, location }: GoogleEvent): void {
  if ((summary ?? '').length > 1024 || (location ?? '').length > 1024) throw invalid('Field is too long.')
  if ((description ?? '').length > 8192) throw invalid('Field is too long.')
}

/** "The source must have a title and an http or https URL." */
function checkSource({ url, title }: NonNullable<GoogleEvent['source']>): void {
  if (!/^https?:\/\/[^\s/]/.test(url ?? '') || !title) throw invalid('Invalid source.')
}

type Properties = NonNullable<GoogleEvent['extendedProperties']>

/** Too long keys are dropped and too long values cut, both silently, as the service does. */
function checkedProperties(properties: Properties): Properties {
  const cut = (held: { [key: string]: string } | null | undefined): { [key: string]: string } =>
    Object.fromEntries(
      Object.entries(held ?? {})
        .filter(([key]) => key.length <= 44)
        .map(([key, value]) => [key, value.slice(0, 1024)]),
    )
  const checked = { private: cut(properties.private), shared: cut(properties.shared) }
  const all = [...Object.entries(checked.private), ...Object.entries(checked.shared)]
  const bytes = all.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0)
  if (all.length > 300 || bytes > 32_768) throw invalid('Extended properties exceed the size limit.')
  return {
    ...(Object.keys(checked.private).length > 0 && { private: checked.private }),
    ...(Object.keys(checked.shared).length > 0 && { shared: checked.shared }),
  }
}
