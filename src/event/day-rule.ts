import type { EventTime } from './event'
import { Cache } from './cache'
import { isAllDay } from './event'
import { ruleParts } from './rule-parts'
import { addDays, midnight } from './zone'

export const DAY = 86_400_000

/** Days since 1970 of a date, or of the date of a wall clock time. */
export const dayOf = (text: string): number => Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / DAY

/** The date of a day. @throws OutOfYears */
export const dateOf = (day: number): string => addDays('1970-01-01', day)

/** The parts of an RRULE in normal form. */
type Rule = ReadonlyMap<string, string>

/** The days that a rule gives, its end (COUNT, UNTIL) left aside. */
export type DayRule = {
  /** Whether it gives this day (days since 1970), at or after the start. */
  on(day: number): boolean
  /** All of them from the start on, in order, up to the last that has a date in every zone. */
  days(): Iterable<number>
  /** The day that is the so many-th from the start on, counted from 1; undefined if there are fewer. */
  nth(count: number): number | undefined
  /** Equal texts: the same days, of rules that start on the same day. Without `day` on any, whatever day that is. */
  readonly text: string
  /** Whether `text` depends on the date of the start. */
  readonly isDated: boolean
  /** How much is remembered of it, roughly. */
  readonly size: number
}

/** By the distance from the start in days, modulo its length. */
type Cycle = readonly boolean[]
/**
 * `on`: by the distance from January of the start's year in months, modulo its length, a multiple of 12.
 * `days`: which days of such a month (bit 0: the first), by its length and the weekday that it begins with.
 */
type Months = { readonly on: readonly boolean[]; readonly days: readonly number[] }

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
/** Other parts are left undecided, as are the days of a year without their month: not all engines count those alike. */
const DECIDED = /^(FREQ|INTERVAL|UNTIL|COUNT|WKST|BYMONTH|BYMONTHDAY|BYDAY|BYSETPOS|BYHOUR|BYMINUTE|BYSECOND)$/
const LONGEST_INTERVAL = 1000
/** The calendar repeats itself after so many months. */
const ALL_MONTHS = 4800
const EVERY_DAY: Cycle = [true]
/** The last day that has a date in every zone: the year 9999 ends a day later. */
export const LAST_DAY = dayOf('9999-12-30')

const weekdayOf = (day: number): number => mod(day + 4, 7) // 1970-01-01, day 0, was a Thursday
const mod = (a: number, b: number): number => ((a % b) + b) % b
const numbers = (text: string | undefined): number[] | undefined => text?.split(',').map(Number)

const compiled = new Cache<DayRule | undefined>(20_000_000, (rule) => rule?.size ?? 0)

/**
 * What a rule says of days; undefined for one that is left undecided.
 *
 * @param line an RRULE content line in normal form
 * @param start of its series
 */
export function dayRule(line: string, start: EventTime): DayRule | undefined {
  const key = `${isAllDay(start) ? start.date : start.dateTime} ${line}`
  return compiled.get(key, () => compile(ruleParts(line), start))
}

function compile(rule: Rule, start: EventTime): DayRule | undefined {
  if (![...rule.keys()].every((part) => DECIDED.test(part)) || !repeatsTheClock(rule, start)) return undefined
  const interval = Number(rule.get('INTERVAL') ?? 1)
  if (!Number.isInteger(interval) || interval < 1 || interval > LONGEST_INTERVAL) return undefined
  const first = dayOf(isAllDay(start) ? start.date : start.dateTime)
  switch (rule.get('FREQ')) {
    case 'DAILY':
    case 'WEEKLY':
      return ofWeeks(rule, interval, first)
    case 'MONTHLY':
    case 'YEARLY':
      return ofMonths(rule, interval, first)
    default:
      return undefined
  }
}

/** BYHOUR and its like say nothing where they only repeat the start's clock; else they are left undecided. */
function repeatsTheClock(rule: Rule, start: EventTime): boolean {
  const [, ...clock] = isAllDay(start) ? [] : (/T(\d\d):(\d\d):(\d\d)/.exec(start.dateTime) ?? [])
  return ['BYHOUR', 'BYMINUTE', 'BYSECOND'].every((part, index) => {
    const said = rule.get(part)
    return said === undefined || (/^\d+$/.test(said) && Number(said) === Number(clock[index] ?? NaN))
  })
}

function ofWeeks(rule: Rule, interval: number, first: number): DayRule | undefined {
  const weekly = rule.get('FREQ') === 'WEEKLY'
  const days = rule.get('BYDAY')?.split(',').map((day) => WEEKDAYS.indexOf(day)) // prettier-ignore
  if (days?.includes(-1) || rule.has('BYSETPOS') || (weekly && rule.has('BYMONTHDAY'))) return undefined
  const week = (day: number): number => Math.floor((day + 4 - WEEKDAYS.indexOf(rule.get('WKST') ?? 'MO')) / 7)
  const isDay = (day: number): boolean => days?.includes(weekdayOf(day)) ?? (!weekly || (day - first) % 7 === 0)
  const isTurn = (day: number): boolean => (weekly ? week(day) - week(first) : day - first) % interval === 0
  const length = weekly ? 7 * interval : days ? (interval % 7 === 0 ? interval : 7 * interval) : interval
  const cycle = Array.from({ length }, (_, index) => isTurn(first + index) && isDay(first + index))
  const months = numbers(rule.get('BYMONTH'))
  if (!months && !rule.has('BYMONTHDAY')) return ofCycle(first, minimal(cycle, 1))
  const on = Array.from({ length: 12 }, (_, month) => months?.includes(month + 1) ?? true)
  return combined(first, cycle, { on, days: masks((length) => namedDays(rule, length)) })
}

function ofMonths(rule: Rule, interval: number, first: number): DayRule | undefined {
  const yearly = rule.get('FREQ') === 'YEARLY'
  const months = numbers(rule.get('BYMONTH'))
  const positions = numbers(rule.get('BYSETPOS'))
  const named = rule.has('BYDAY') || rule.has('BYMONTHDAY')
  if (yearly && !months && named) return undefined
  if (positions && (!named || (yearly && months?.length !== 1))) return undefined
  const start = new Date(first * DAY)
  const ofStart = start.getUTCMonth()
  const isTurn = (index: number): boolean =>
    yearly ? Math.floor(index / 12) % interval === 0 : (index - ofStart) % interval === 0
  const isMonth = (month: number): boolean => months?.includes(month + 1) ?? (!yearly || month === ofStart)
  const length = 12 * interval // a multiple of both
  const on = Array.from({ length }, (_, index) => isTurn(index) && isMonth(index % 12))
  const ofDate = 1 << (start.getUTCDate() - 1)
  const days = masks((last, weekday) => {
    if (!named) return ofDate & fullMask(last)
    const found = namedDays(rule, last) & weekdayMask(rule, last, weekday)
    return positions ? placed(found, positions) : found
  })
  return combined(first, EVERY_DAY, { on, days })
}

const fullMask = (length: number): number => 2 ** length - 1
const bits = (length: number, isOn: (day: number) => boolean): number =>
  Array.from({ length }, (_, index) => (isOn(index + 1) ? 2 ** index : 0)).reduce((sum, bit) => sum + bit, 0)

/** For each length of a month and each weekday that it may begin with. */
const masks = (of: (length: number, weekday: number) => number): number[] =>
  [28, 29, 30, 31].flatMap((length) => [0, 1, 2, 3, 4, 5, 6].map((weekday) => of(length, weekday) | 0))

function namedDays(rule: Rule, length: number): number {
  const named = numbers(rule.get('BYMONTHDAY'))
  return named ? bits(length, (day) => named.includes(day) || named.includes(day - length - 1)) : fullMask(length)
}

/** The days that BYDAY names in a month: all of a weekday, or the nth from its beginning or end. */
function weekdayMask(rule: Rule, length: number, first: number): number {
  const items = rule.get('BYDAY')?.split(',')
  if (!items) return fullMask(length)
  return bits(length, (day) =>
    items.some((item) => {
      if (item.slice(-2) !== WEEKDAYS[(first + day - 1) % 7]) return false
      const place = Number(item.slice(0, -2) || 0)
      return place === 0 || place === Math.ceil(day / 7) || place === -Math.ceil((length - day + 1) / 7)
    }),
  )
}

/** Of the days of a month those at some positions, from the first or from the last (negative). */
function placed(found: number, positions: readonly number[]): number {
  const days = Array.from({ length: 31 }, (_, index) => index).filter((index) => (found >>> index) & 1)
  const chosen = positions.flatMap((place) => days[place > 0 ? place - 1 : days.length + place] ?? [])
  return [...new Set(chosen)].reduce((sum, index) => sum + 2 ** index, 0)
}

const maskIn = (days: readonly number[], length: number, weekday: number): number =>
  days[(length - 28) * 7 + weekday] ?? 0

/** The lengths that a month (0: January) can have. */
const lengthsOf = (month: number): number[] => (month === 1 ? [28, 29] : [3, 5, 8, 10].includes(month) ? [30] : [31])

/** The days of both, each told in the one way that all rules for the same days have in common. */
function combined(first: number, said: Cycle, months: Months): DayRule {
  const shortest = minimal(said, 1)
  // What is the same each week is told by the months.
  const weekly = 7 % shortest.length === 0
  const isListed = (weekday: number): boolean => shortest[mod(weekday - weekdayOf(first), shortest.length)] === true
  const days = weekly
    ? masks((length, weekday) => {
        return maskIn(months.days, length, weekday) & bits(length, (day) => isListed((weekday + day - 1) % 7))
      })
    : months.days
  const inYear = (month: number): number[] =>
    lengthsOf(month).flatMap((length) => [0, 1, 2, 3, 4, 5, 6].map((weekday) => maskIn(days, length, weekday)))
  const tables = Array.from({ length: 12 }, (_, month) => inYear(month))
  const isEmpty = tables.map((table) => table.every((mask) => mask === 0))
  const on = minimal(
    months.on.map((each, index) => each && isEmpty[index % 12] !== true),
    12,
  )
  const weekdays = on.every(Boolean) ? weekdaysOf(days) : undefined
  if (weekdays) {
    const week = weekly ? [0, 1, 2, 3, 4, 5, 6].map((index) => weekdays[weekdayOf(first + index)] === true) : shortest
    if (weekly || weekdays.every(Boolean)) return ofCycle(first, minimal(week, 1))
  }
  const cycle = weekly ? EVERY_DAY : shortest
  const used = tables.map((table, month) => (on.some((each, index) => each && index % 12 === month) ? table : []))
  const text = JSON.stringify([cycleText(cycle), on.map(Number).join(''), used])
  return {
    ...walk(first, cycle, { on, days }),
    text,
    isDated: true,
    size: text.length + 16 * (on.length + cycle.length),
  }
}

/** The shortest part, of a multiple of `step`, by whose repetition a cycle is made. */
function minimal(cycle: Cycle, step: number): Cycle {
  for (let length = step; length <= cycle.length / 2; length += step) {
    if (cycle.length % length === 0 && cycle.every((each, index) => each === cycle[index % length])) {
      return cycle.slice(0, length)
    }
  }
  return cycle
}

/** The weekdays, if every month has all days of some weekdays and no others. */
function weekdaysOf(days: readonly number[]): boolean[] | undefined {
  const week = [0, 1, 2, 3, 4, 5, 6].map((weekday) => (maskIn(days, 28, 0) & (1 << weekday)) !== 0)
  const wanted = masks((length, weekday) => bits(length, (day) => week[(weekday + day - 1) % 7] === true))
  return wanted.every((mask, index) => mask === days[index]) ? week : undefined
}

const cycleText = (cycle: Cycle): string => `${cycle.length}/${cycle.flatMap((on, index) => (on ? index : [])).join()}`

function ofCycle(first: number, cycle: Cycle): DayRule {
  const offsets = cycle.flatMap((on, index) => (on ? index : []))
  const text = cycleText(cycle)
  return {
    on: (day) => cycle[mod(day - first, cycle.length)] === true,
    *days() {
      if (offsets.length === 0) return
      for (let turn = first; turn <= LAST_DAY; turn += cycle.length) {
        for (const offset of offsets) if (turn + offset <= LAST_DAY) yield turn + offset
      }
    },
    nth(count) {
      const offset = offsets[(count - 1) % offsets.length]
      const day = first + Math.floor((count - 1) / offsets.length) * cycle.length + (offset ?? NaN)
      return day <= LAST_DAY ? day : undefined
    },
    text,
    size: text.length + 16 * cycle.length,
    isDated: false,
  }
}

function walk(first: number, cycle: Cycle, { on, days }: Months): Pick<DayRule, 'on' | 'days' | 'nth'> {
  const start = new Date(first * DAY)
  const january = start.getUTCFullYear()
  const isTurn = (day: number): boolean => cycle[mod(day - first, cycle.length)] === true
  /** The days of a month, counted from January of the start's year. */
  const ofMonth = (index: number): { begin: number; mask: number } => {
    const begin = midnight(january, index, 1) / DAY
    const length = midnight(january, index + 1, 1) / DAY - begin
    return { begin, mask: on[index % on.length] === true ? maskIn(days, length, weekdayOf(begin)) : 0 }
  }
  let asked: { readonly count: number; readonly day: number | undefined } | undefined
  function* daysOf(): Generator<number, void> {
    for (let index = start.getUTCMonth(); index < ALL_MONTHS; index += 1) {
      const { begin, mask } = ofMonth(index)
      if (begin > LAST_DAY) return
      for (let bit = 0; mask >>> bit !== 0 && bit < 31; bit += 1) {
        const day = begin + bit
        if ((mask >>> bit) & 1 && day >= first && day <= LAST_DAY && isTurn(day)) yield day
      }
    }
  }
  return {
    on(day) {
      const date = new Date(day * DAY)
      const { begin, mask } = ofMonth((date.getUTCFullYear() - january) * 12 + date.getUTCMonth())
      return ((mask >>> (day - begin)) & 1) === 1 && isTurn(day)
    },
    days: daysOf,
    // asked by each exception of a series, about the same count
    nth(count) {
      if (asked?.count === count) return asked.day
      let left = count
      let day: number | undefined
      for (const each of daysOf()) {
        left -= 1
        if (left > 0) continue
        day = each
        break
      }
      asked = { count, day }
      return day
    },
  }
}
