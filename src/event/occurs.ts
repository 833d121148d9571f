import type { When } from './event'
import { isAllDay } from './event'
import { basicTime, ruleParts } from './recurrence'
import { instantOf, occurrenceKey, occurrenceTime } from './zone'

export type Occurs = 'yes' | 'no' | 'unknown'

const DAY = 86_400_000
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
/** Rules with other parts are left undecided: nothing here depends on them being decided. */
const DECIDED = ['FREQ', 'INTERVAL', 'UNTIL', 'COUNT', 'WKST', 'BYMONTH', 'BYMONTHDAY', 'BYDAY']
/** So many days are counted for a COUNT, about a century. */
const LONGEST_COUNT = 40_000

type Rule = ReadonlyMap<string, string>

/**
 * Whether a series has an occurrence with this original start. Calendars keep exceptions of occurrences that a series
 * no longer has since it moved; this tells them from those that it has. `unknown` for rare rules.
 *
 * @param startCounts whether the start of the series is an occurrence also where no rule gives it, on which calendars
 *   do not agree
 */
export function occurs(when: When, key: string, startCounts = true): Occurs {
  const { start, recurrence } = when
  if (!recurrence) return 'no'
  if (isAllDay(start) !== (key.length === 10)) return 'no'
  if (key === occurrenceKey(start) && (startCounts || !recurrence.some((line) => line.startsWith('RRULE'))))
    return 'yes'
  const zone = isAllDay(start) ? 'UTC' : start.timeZone
  const time = occurrenceTime(key, zone)
  const dates = recurrence
    .filter((line) => line.startsWith('RDATE'))
    .flatMap((line) => line.slice(line.indexOf(':') + 1).split(','))
  if (dates.includes(basicTime(time))) return 'yes'
  if (instantOf(time) < instantOf(start)) return 'no'
  const startDay = dayOf(isAllDay(start) ? start.date : start.dateTime)
  const day = dayOf(isAllDay(time) ? time.date : time.dateTime)
  const answers = recurrence
    .filter((line) => line.startsWith('RRULE'))
    .map((line) => byRule(ruleParts(line), when, key, startDay, day))
  const found: Occurs = answers.includes('yes') ? 'yes' : answers.includes('unknown') ? 'unknown' : 'no'
  return found === 'yes' && recurrence.some((line) => line.startsWith('EXRULE')) ? 'unknown' : found
}

/** Days since 1970 of a date or wall clock time. */
const dayOf = (text: string): number => Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / DAY

function byRule(rule: Rule, when: When, key: string, startDay: number, day: number): Occurs {
  const until = rule.get('UNTIL')
  if (until !== undefined && key.replace(/[-:]/g, '') > until) return 'no'
  const isDecided = [...rule.keys()].every((part) => DECIDED.includes(part))
  if (!isDecided || !/^(DAILY|WEEKLY|MONTHLY|YEARLY)$/.test(rule.get('FREQ') ?? '')) return 'unknown'
  if (!startsAtTheSameTime(when, key, day)) return 'no'
  const match = isOnDay(rule, startDay, day)
  const count = Number(rule.get('COUNT') ?? Infinity)
  if (match !== 'yes' || count === Infinity) return match
  return day - startDay > LONGEST_COUNT ? 'unknown' : countDays(rule, startDay, day) <= count ? 'yes' : 'no'
}

/** Occurrences keep the wall clock of the start; in the hour that a clock change skips, they are where luxon puts it. */
function startsAtTheSameTime({ start }: When, key: string, day: number): boolean {
  if (isAllDay(start)) return true
  const date = new Date(day * DAY).toISOString().slice(0, 10)
  return instantOf({ dateTime: `${date}T${start.dateTime.slice(11)}`, timeZone: start.timeZone }) === Date.parse(key)
}

function countDays(rule: Rule, startDay: number, day: number): number {
  let count = 0
  for (let each = startDay; each <= day; each += 1) if (isOnDay(rule, startDay, each) === 'yes') count += 1
  return count
}

function isOnDay(rule: Rule, startDay: number, day: number): Occurs {
  const date = new Date(day * DAY)
  const start = new Date(startDay * DAY)
  const interval = Number(rule.get('INTERVAL') ?? 1)
  const months = rule.get('BYMONTH')?.split(',').map(Number)
  if (months && !months.includes(date.getUTCMonth() + 1)) return 'no'
  const years = date.getUTCFullYear() - start.getUTCFullYear()
  switch (rule.get('FREQ')) {
    case 'DAILY':
      return decided((day - startDay) % interval === 0 && isListedDay(rule, date))
    case 'WEEKLY':
      return decided(
        weeksBetween(rule, startDay, day) % interval === 0 &&
          (rule.has('BYDAY') ? isListedDay(rule, date) : (day - startDay) % 7 === 0),
      )
    case 'MONTHLY':
      return decided(
        (years * 12 + date.getUTCMonth() - start.getUTCMonth()) % interval === 0 && isDayOfMonth(rule, start, date),
      )
    default:
      // In a year's rule, days without their month are counted within the year, and not by all engines alike.
      if (!months && (rule.has('BYDAY') || rule.has('BYMONTHDAY'))) return 'unknown'
      if (years % interval !== 0) return 'no'
      return decided(
        (months !== undefined || date.getUTCMonth() === start.getUTCMonth()) && isDayOfMonth(rule, start, date),
      )
  }
}

const decided = (condition: boolean): Occurs => (condition ? 'yes' : 'no')

function weeksBetween(rule: Rule, startDay: number, day: number): number {
  // 1970-01-01, day 0, was a Thursday, weekday 4.
  const first = WEEKDAYS.indexOf(rule.get('WKST') ?? 'MO')
  const week = (each: number): number => Math.floor((each + 4 - first) / 7)
  return week(day) - week(startDay)
}

/** Whether BYDAY and BYMONTHDAY, where there are any, name this day. */
function isListedDay(rule: Rule, date: Date): boolean {
  const days = rule.get('BYDAY')?.split(',')
  const monthDays = rule.get('BYMONTHDAY')?.split(',').map(Number)
  const ofMonth = date.getUTCDate()
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  const isNamed = (item: string): boolean => {
    if (item.slice(-2) !== WEEKDAYS[date.getUTCDay()]) return false
    const place = Number(item.slice(0, -2) || 0)
    return place === 0 || place === Math.ceil(ofMonth / 7) || place === -Math.ceil((last - ofMonth + 1) / 7)
  }
  if (days && !days.some(isNamed)) return false
  return !monthDays || monthDays.includes(ofMonth) || monthDays.includes(ofMonth - last - 1)
}

function isDayOfMonth(rule: Rule, start: Date, date: Date): boolean {
  if (!rule.has('BYDAY') && !rule.has('BYMONTHDAY')) return date.getUTCDate() === start.getUTCDate()
  return isListedDay(rule, date)
}
