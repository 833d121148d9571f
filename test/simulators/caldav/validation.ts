import type { Component } from './ical-text'
import { eventsOf, linesOf, masterOf, nameOf, parameterOf, parseIcal, property, valueOf } from './ical-text'

/** Why a text is refused: the status that iCloud was seen to answer, and the precondition in the body if it names one. */
export type Refusal = { readonly status: number; readonly precondition?: string; readonly why: string }

const invalid = (why: string): Refusal => ({ status: 403, precondition: 'valid-calendar-data', why })
const wrongObject = (why: string): Refusal => ({ status: 403, precondition: 'valid-calendar-object-resource', why })

/**
 * What is wrong with a text that a client wants to store; undefined if nothing is.
 *
 * @param strictDates whether rules and dates are looked at, too (Radicale, Xandikos, SOGo)
 */
export function refusalOf(text: string, strictDates = false): Refusal | undefined {
  if (/(^|[^\r])\n/.test(text)) return { status: 400, why: 'line ends must be CRLF' }
  let calendar: Component
  try {
    calendar = parseIcal(text)
  } catch (error) {
    return invalid(String(error))
  }
  const ofDates = (event: Component): Refusal | undefined => (strictDates ? ofRecurrence(event) : undefined)
  return ofCalendar(calendar) ?? firstOf(eventsOf(calendar).map((event) => ofEvent(event, calendar) ?? ofDates(event)))
}

const RULE_PARTS = /^(FREQ|UNTIL|COUNT|INTERVAL|BY(SECOND|MINUTE|HOUR|DAY|MONTHDAY|YEARDAY|WEEKNO|MONTH|SETPOS)|WKST)=./

/** Dates have to be of the type of the start, and say so; a rule has to be of parts that RFC 5545 knows. */
function ofRecurrence(event: Component): Refusal | undefined {
  const type = typeOf(linesOf(event, 'DTSTART')[0] ?? '')
  for (const line of ['EXDATE', 'RDATE'].flatMap((name) => linesOf(event, name))) {
    const said = parameterOf(line, 'VALUE') ?? 'DATE-TIME'
    const dates = valueOf(line).split(',').map((value) => typeOf(`X:${value}`)) // prettier-ignore
    if (said !== type || dates.some((date) => date !== type)) return { status: 415, why: `${line}: not ${type}` }
  }
  for (const rule of ['RRULE', 'EXRULE'].flatMap((name) => linesOf(event, name)).map(valueOf)) {
    if (!rule.split(';').every((part) => RULE_PARTS.test(part))) return { status: 400, why: rule }
    if (/[=,](\w+),(?:.*,)?\1(?![^,;])/.test(rule)) return { status: 400, why: rule }
    if (/UNTIL=/.test(rule) && /COUNT=/.test(rule)) return { status: 400, why: rule }
    const until = /UNTIL=([^;]*)/.exec(rule)?.[1]
    if (until !== undefined && typeOf(`X:${until}`) !== type) return { status: 415, why: `${rule}: not ${type}` }
  }
  return undefined
}

const firstOf = (refusals: (Refusal | undefined)[]): Refusal | undefined => refusals.find((each) => each !== undefined)

function ofCalendar(calendar: Component): Refusal | undefined {
  for (const required of ['VERSION', 'PRODID']) {
    if (property(calendar, required) === undefined) return invalid(`${required} is missing`)
  }
  if (property(calendar, 'METHOD') !== undefined) return wrongObject('METHOD is not allowed')
  const kinds = new Set(calendar.components.map((each) => each.name).filter((name) => name !== 'VTIMEZONE'))
  if (kinds.size !== 1) return wrongObject('one component type, please')
  if (!kinds.has('VEVENT')) return { status: 403, precondition: 'supported-calendar-component', why: 'events only' }
  const uids = new Set(eventsOf(calendar).map((event) => property(event, 'UID')))
  if (uids.has(undefined) || uids.has('')) return invalid('UID is missing')
  if (uids.size !== 1) return wrongObject('one UID, please')
  if (!masterOf(calendar)) return { status: 412, why: 'overrides without their series' }
  if (eventsOf(calendar).filter((event) => linesOf(event, 'RECURRENCE-ID').length === 0).length > 1) {
    return wrongObject('two series in one resource')
  }
  return undefined
}

function ofEvent(event: Component, calendar: Component): Refusal | undefined {
  const start = linesOf(event, 'DTSTART')[0]
  if (start === undefined) return invalid('DTSTART is missing')
  const end = linesOf(event, 'DTEND')[0]
  // bitfireAT/davx5-ose #1859, pimutils/vdirsyncer #1200
  if (end === undefined && property(event, 'DURATION') === undefined) return { status: 404, why: 'DTEND is missing' }
  if (end !== undefined && typeOf(end) !== typeOf(start)) return invalid('DTEND is of another type than DTSTART')
  if (end !== undefined && typeOf(end) === 'DATE' && valueOf(end) <= valueOf(start)) return invalid('DTEND <= DTSTART')
  const stamp = property(event, 'DTSTAMP')
  if (stamp === undefined) return invalid('DTSTAMP is missing')
  const utc = ['DTSTAMP', 'CREATED', 'LAST-MODIFIED'].flatMap((name) => linesOf(event, name))
  if (!utc.every((line) => /^\d{8}T\d{6}Z$/.test(valueOf(line)))) return invalid('stamps must be in UTC')
  const status = property(event, 'STATUS')
  if (status !== undefined && !['CONFIRMED', 'TENTATIVE', 'CANCELLED'].includes(status)) {
    return { status: 403, why: `STATUS:${status}` }
  }
  return ofZones(event, calendar) ?? ofOverride(event, calendar, start)
}

function ofZones(event: Component, calendar: Component): Refusal | undefined {
  const zones = calendar.components.filter((each) => each.name === 'VTIMEZONE').map((each) => property(each, 'TZID'))
  for (const line of event.lines) {
    const zone = parameterOf(line, 'TZID')
    if (zone !== undefined && !zones.includes(zone)) return { status: 400, why: `no VTIMEZONE for ${zone}` }
    if (zone !== undefined && valueOf(line).endsWith('Z')) return invalid(`${nameOf(line)} with TZID and Z`)
  }
  return undefined
}

function ofOverride(event: Component, calendar: Component, start: string): Refusal | undefined {
  const id = linesOf(event, 'RECURRENCE-ID')[0]
  if (id === undefined) return undefined
  if (property(event, 'RRULE') !== undefined) return wrongObject('RRULE in an override')
  const series = linesOf(masterOf(calendar) ?? event, 'DTSTART')[0] ?? start
  if (typeOf(id) !== typeOf(series)) return wrongObject('RECURRENCE-ID is of another type than the series')
  const twins = eventsOf(calendar).filter((each) => linesOf(each, 'RECURRENCE-ID').some((line) => line === id))
  return twins.length > 1 ? wrongObject('two overrides of one occurrence') : undefined
}

const typeOf = (line: string): 'DATE' | 'DATE-TIME' => (/^\d{8}$/.test(valueOf(line)) ? 'DATE' : 'DATE-TIME')
