import { DateTime } from 'luxon'
import type { EventTime } from './event'
import { isAllDay } from './event'
import { withOneEnd } from './rule-end'
import { EventError } from './fault'
import { basicUtc, instantOf, isDay, LAST_INSTANT, wallClock } from './zone'

const PART_ORDER = ['FREQ', 'UNTIL', 'COUNT', 'INTERVAL', 'BYSECOND', 'BYMINUTE', 'BYHOUR', 'BYDAY', 'BYMONTHDAY']
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']

/**
 * The normal form of a series' RFC 5545 content lines: EXDATEs taken out (each is an occurrence key), RDATEs in UTC or
 * as days and one sorted line, rule parts upper case and in a fixed order, UNTIL of the value type of the start.
 *
 * @param lines RRULE, EXRULE, RDATE and EXDATE lines, unfolded, in any order
 * @param start the first occurrence; its value type and zone govern the lines
 * @throws EventError with the line that can't be understood, or for more than any series needs
 */
export function normalRecurrence(
  lines: readonly string[],
  start: EventTime,
): { recurrence: string[]; excluded: EventTime[] } {
  const rules: string[] = []
  const added = new Set<string>()
  const excluded: EventTime[] = []
  for (const line of lines) {
    const { name, params, value } = splitLine(line)
    if (name === 'RRULE' || name === 'EXRULE') rules.push(withOneEnd(`${name}:${normalRule(value, start)}`, start))
    else if (name === 'EXDATE') for (const time of timesOf(params, value, start)) excluded.push(time)
    else if (name === 'RDATE') for (const time of timesOf(params, value, start)) added.add(basicTime(time))
    else throw new EventError(`"${cited(line)}" is no recurrence line`)
  }
  if (rules.length > MOST_RULES) throw new EventError(`it has more than ${MOST_RULES} rules by which it repeats`)
  if (added.size > MOST_DATES) throw new EventError(`it has more than ${MOST_DATES} added dates (RDATE)`)
  if (excluded.length > MOST_DATES) throw new EventError(`it leaves out more than ${MOST_DATES} dates (EXDATE)`)
  // Where only dates are added, the start is an occurrence whether it is among them or not.
  if (rules.every((rule) => rule.startsWith('EXRULE'))) added.delete(basicTime(start))
  const rdates = [...added].sort()
  const rdate = isAllDay(start) ? 'RDATE;VALUE=DATE:' : 'RDATE:'
  const recurrence = [...new Set(rules)].sort()
  if (rdates.length > 0) recurrence.unshift(rdate + rdates.join(','))
  return { recurrence, excluded }
}

/** No series needs more: ten years of every day, several times over, and each month, week and day of a year by itself. */
export const MOST_DATES = 10_000
const MOST_RULES = 50
const LONGEST_RULE = 10_000

/** As much of a text from outside as a sentence can bear. */
const cited = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)

function splitLine(line: string): { name: string; params: Map<string, string>; value: string } {
  const match = /^([A-Za-z-]+)((?:;[^:;=]+=(?:"[^"]*"|[^:;"]*))*):(.*)$/.exec(line.trim())
  if (!match) throw new EventError(`"${cited(line)}" is no recurrence line`)
  const params = new Map<string, string>()
  for (const part of (match[2] ?? '').split(';').filter(Boolean)) {
    const [key = '', text = ''] = part.split('=')
    params.set(key.toUpperCase(), text.replace(/^"|"$/g, ''))
  }
  return { name: (match[1] ?? '').toUpperCase(), params, value: match[3] ?? '' }
}

/** One RRULE value in normal form. Defaults (INTERVAL=1, WKST=MO) and what says nothing go; the weekday or months that are implied are written out. */
function normalRule(value: string, start: EventTime): string {
  if (value.length > LONGEST_RULE) throw new EventError(`its rule is longer than ${LONGEST_RULE} characters`)
  const parts = new Map<string, string>()
  for (const part of value.split(';').filter(Boolean)) {
    const [key = '', text = ''] = part.split('=')
    const [name, said] = [key.trim().toUpperCase(), plainNumbers(text.replace(/\s+/g, '').toUpperCase())]
    const before = parts.get(name)
    // said twice it means nothing (RFC 5545 3.3.10), unless that is the same
    parts.set(name, before === undefined || before === said ? said : `${before}&${said}`)
  }
  for (const [key, text] of parts) if (saysNothing(key, text, parts, start)) parts.delete(key)
  if (!/^(SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)$/.test(parts.get('FREQ') ?? '')) {
    throw new EventError(`"RRULE:${cited(value)}" has no FREQ`)
  }
  if (parts.get('INTERVAL') === '1') parts.delete('INTERVAL')
  if (parts.get('WKST') === 'MO') parts.delete('WKST')
  if (parts.get('FREQ') === 'WEEKLY' && !parts.has('BYDAY')) parts.set('BYDAY', weekday(start))
  if (isInEveryMonth(parts)) parts.set('BYMONTH', '1,2,3,4,5,6,7,8,9,10,11,12')
  const until = parts.get('UNTIL')
  if (until !== undefined) parts.set('UNTIL', normalUntil(until, start))
  return [...parts]
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([key, text]) => `${key}=${key.startsWith('BY') ? sortedList(text) : text}`)
    .join(';')
}

/** `01` and `+1` are 1, and `-01` is -1, in lists and before weekdays, too. */
const plainNumbers = (text: string): string =>
  /^\d{8}/.test(text) ? text : text.replace(/(^|,)(?:\+|(-))?0*(?=\d)/g, '$1$2')

/**
 * Parts that change nothing: an app's own (`X-EVOLUTION-ENDDATE`), lists of nothing (`BYDAY=`), the usual calendar (RFC
 * 7529), hours of a day, the first or last of one, and a start of the week that lacks its sign (`WKST1`) where it has no
 * effect.
 */
function saysNothing(key: string, text: string, parts: ReadonlyMap<string, string>, start: EventTime): boolean {
  if (key.startsWith('X-')) return true
  if (/^,*$/.test(text) && (key === '' || /^BY[A-Z]+$/.test(key))) return true
  if (/^BY(HOUR|MINUTE|SECOND)$/.test(key) && isAllDay(start)) return true
  if (key === 'BYSETPOS' && /^-?1(,-?1)*$/.test(text)) {
    return ![...parts].some(([name, said]) => name.startsWith('BY') && name !== key && said !== '')
  }
  if (key === 'RSCALE') return text === 'GREGORIAN' && (parts.get('SKIP') ?? 'OMIT') === 'OMIT'
  if (key === 'SKIP') return text === 'OMIT' && (parts.get('RSCALE') ?? 'GREGORIAN') === 'GREGORIAN'
  if (!key.startsWith('WKST') || /^(MO|TU|WE|TH|FR|SA|SU)$/.test(text)) return false
  return !parts.has('BYWEEKNO') && (parts.get('FREQ') !== 'WEEKLY' || (parts.get('INTERVAL') ?? '1') === '1')
}

/** Yearly on a day of no month is every month by RFC 5545, but not for all calendars: said, it is for all. */
const isInEveryMonth = (parts: ReadonlyMap<string, string>): boolean =>
  parts.get('FREQ') === 'YEARLY' &&
  parts.has('BYMONTHDAY') &&
  !['BYMONTH', 'BYWEEKNO', 'BYYEARDAY'].some((part) => parts.has(part))

const rank = (part: string): number => (PART_ORDER.indexOf(part) + PART_ORDER.length + 1) % (PART_ORDER.length + 1)

function sortedList(text: string): string {
  const day = (item: string): number => WEEKDAYS.indexOf(item.slice(-2)) + 10 * Number(item.slice(0, -2) || 0)
  const order = /[A-Z]/.test(text) ? day : Number
  return [...new Set(text.split(',').filter(Boolean))].sort((a, b) => order(a) - order(b)).join(',')
}

function weekday(start: EventTime): string {
  const day = DateTime.fromISO(isAllDay(start) ? start.date : start.dateTime, { zone: 'utc' }).weekday
  return WEEKDAYS[day - 1] ?? 'MO'
}

/** `20260601T100000Z`: a day, a clock (the second that some minutes have besides is their last), and whether it is UTC's. */
const TIME = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/

/** Undefined for what is no day of the years 1 to 9999 and no time on one. */
function timeIn(text: string): { date: string; clock: string | undefined; isUtc: boolean } | undefined {
  const [, year = '', month = '', day = '', hour, minute = '', second = '', utc] = TIME.exec(text) ?? []
  const date = `${year}-${month}-${day}`
  if (!isDay(date)) return undefined
  if (hour === undefined) return { date, clock: undefined, isUtc: false }
  const isEnd = `${hour}${minute}${second}` === '240000'
  if (!isEnd && (hour > '23' || minute > '59')) return undefined
  const clock = isEnd ? '23:59:59' : `${hour}:${minute}:${second > '59' ? '59' : second}`
  return { date, clock, isUtc: utc !== undefined }
}

/** UNTIL as the start has it: a day for days, else a UTC instant; a day means until its end in the zone of the start. */
function normalUntil(until: string, start: EventTime): string {
  const time = timeIn(until)
  if (!time) throw new EventError(`UNTIL=${cited(until)} is no date`)
  if (isAllDay(start)) return until.slice(0, 8)
  if (time.isUtc) return `${until.slice(0, 8)}T${time.clock?.replaceAll(':', '') ?? ''}Z`
  const clock = `${time.date}T${time.clock ?? '23:59:59'}`
  const instant = instantOf({ dateTime: clock, timeZone: start.timeZone })
  return basicUtc(Math.min(instant, LAST_INSTANT)) // "for ever", as some programs say it
}

/** The dates of an EXDATE or RDATE, in the value type of the start: a day that excludes from a timed series is its hour. */
function timesOf(params: Map<string, string>, value: string, start: EventTime): EventTime[] {
  if (params.get('VALUE') === 'PERIOD') throw new EventError('RDATE with periods is not supported')
  return value.split(',').map((text) => {
    const time = timeIn(text.trim())
    if (!time) throw new EventError(`"${cited(text)}" is no date`)
    const { date, clock, isUtc } = time
    if (isAllDay(start)) return { date }
    if (clock === undefined) return { dateTime: `${date}T${start.dateTime.slice(11)}`, timeZone: start.timeZone }
    const zone = isUtc ? 'UTC' : (params.get('TZID') ?? start.timeZone)
    const instant = instantOf({ dateTime: `${date}T${clock}`, timeZone: zone })
    if (Number.isNaN(instant)) throw new EventError(`time zone "${cited(zone)}" is not known`)
    return { dateTime: wallClock(instant, start.timeZone), timeZone: start.timeZone }
  })
}

/** `YYYYMMDD` of a day, `YYYYMMDDTHHMMSSZ` of a time: the value of an RDATE or EXDATE line. */
export function basicTime(time: EventTime): string {
  return isAllDay(time) ? time.date.replaceAll('-', '') : basicUtc(instantOf(time))
}
