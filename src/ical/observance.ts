import type { Component } from './component'
import { lineNamed, linesNamed } from './component'
import type { Line } from './line'
import { append } from '../event/lists'
import { ruleParts } from '../event/rule-parts'
import { midnight } from '../event/zone'
import { refuseOver } from './bounds'

const MINUTE = 60_000
/** No clock is further from UTC. */
const MOST_HOURS = 18
const DAY = 24 * 60 * MINUTE
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']

/** From when on (instant in milliseconds) how many minutes a clock is ahead of UTC, and how many it was before. */
type Onset = { readonly at: number; readonly from: number; readonly to: number }

/** The clock of a VTIMEZONE. `changes`: instants at which its offset is said anew, in order. */
export type Offsets = { readonly at: (instant: number) => number; readonly changes: readonly number[] }

/** A clock that never changes, `minutes` ahead of UTC. */
export const fixedOffset = (minutes: number): Offsets => ({ at: () => minutes, changes: [] })

/**
 * What a VTIMEZONE says of the years from one instant to another (RFC 5545 3.6.5); undefined if it says nothing or
 * what it says can't be understood.
 *
 * @throws IcalError for more than any zone says
 */
export function offsetsOf(definition: Component, from: number, to: number): Offsets | undefined {
  const onsets: Onset[] = []
  let observances = 0
  for (const node of definition.content) {
    if (node.kind !== 'component' || (node.name !== 'STANDARD' && node.name !== 'DAYLIGHT')) continue
    refuseOver('observances', (observances += 1))
    const found = onsetsOf(node, yearOf(from) - 1, yearOf(to) + 1)
    if (found === undefined) return undefined
    append(onsets, found)
    refuseOver('onsets', onsets.length)
  }
  const [first] = onsets.sort((a, b) => a.at - b.at)
  if (first === undefined) return undefined
  const at = (instant: number): number =>
    instant < first.at ? first.from : (onsets[countUntil(onsets, instant) - 1] ?? first).to
  return { at, changes: onsets.map((onset) => onset.at) }
}

/** How many onsets lie at or before an instant, by halving. */
function countUntil(onsets: readonly Onset[], instant: number): number {
  let [low, high] = [0, onsets.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((onsets[middle]?.at ?? Infinity) <= instant) low = middle + 1
    else high = middle
  }
  return low
}

const yearOf = (instant: number): number => new Date(instant).getUTCFullYear()

/** The onsets of an observance: its first, its RDATEs, and those of its rule in some years. */
function onsetsOf(observance: Component, firstYear: number, lastYear: number): Onset[] | undefined {
  const from = offsetIn(lineNamed(observance, 'TZOFFSETFROM'))
  const to = offsetIn(lineNamed(observance, 'TZOFFSETTO'))
  const start = clockOf(lineNamed(observance, 'DTSTART')?.value ?? '')
  if (from === undefined || to === undefined || start === undefined) return undefined
  const clocks = [start]
  for (const line of linesNamed(observance, 'RDATE')) {
    for (const value of line.value.split(',')) {
      refuseOver('onsets', clocks.length)
      const clock = clockOf(value)
      if (clock === undefined) return undefined
      clocks.push(clock)
    }
  }
  for (const [index, line] of linesNamed(observance, 'RRULE').entries()) {
    refuseOver('onsets', clocks.length + index)
    const days = yearlyClocks(line, start, from, firstYear, lastYear)
    if (days === undefined) return undefined
    append(clocks, days)
  }
  return clocks.map((clock) => ({ at: clock - from * MINUTE, from, to }))
}

/** `+0530`, `-034602`: minutes, with seconds as a fraction. So many hours that they are none are minutes: `+5730`. */
function offsetIn(line: Line | undefined): number | undefined {
  const [, sign, hours, minutes, seconds] = /^([+-]?)(\d\d):?(\d\d)(\d\d)?$/.exec(line?.value.trim() ?? '') ?? []
  if (hours === undefined) return undefined
  const isShifted = Number(hours) > MOST_HOURS && seconds === undefined
  const size = isShifted
    ? Number(hours) + Number(minutes) / 60
    : Number(hours) * 60 + Number(minutes) + Number(seconds ?? 0) / 60
  return sign === '-' ? -size : size
}

/** A local DATE-TIME as if it were UTC; that of a year before 1000 too, which some programs begin with. */
function clockOf(value: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/.exec(value.trim()) ?? []
  if (year === undefined) return undefined
  const at = Date.parse(`${year}-${month ?? ''}-${day ?? ''}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}Z`)
  return Number.isNaN(at) ? undefined : at
}

/** The clocks of a yearly rule; undefined for a rule of another kind, which time zones don't have. */
function yearlyClocks(
  line: Line,
  start: number,
  offset: number,
  firstYear: number,
  lastYear: number,
): number[] | undefined {
  const parts = ruleParts(line.value.toUpperCase())
  const known = ['FREQ', 'INTERVAL', 'BYMONTH', 'BYDAY', 'BYMONTHDAY', 'COUNT', 'UNTIL', 'WKST', 'BYHOUR', 'BYMINUTE']
  const isYearly = parts.get('FREQ') === 'YEARLY' || (parts.get('FREQ') === 'MONTHLY' && parts.has('BYMONTH'))
  if (!isYearly || (parts.get('INTERVAL') ?? '1') !== '1') return undefined
  if (['BYMONTH', 'BYHOUR', 'BYMINUTE'].some((part) => parts.get(part)?.includes(','))) return undefined
  if ([...parts.keys()].some((part) => part !== '' && !known.includes(part))) return undefined
  const until = parts.get('UNTIL')
  const count = Number(parts.get('COUNT') ?? Infinity)
  const last = until === undefined ? Infinity : untilClock(until, offset)
  if (last === undefined) return undefined
  const end = Math.min(lastYear, until === undefined ? lastYear : yearOf(last))
  const begin = count < Infinity ? yearOf(start) : Math.max(yearOf(start), Math.min(firstYear, end - 1))
  const clocks: number[] = []
  for (let year = begin; year <= end; year++) {
    refuseOver('onsets', year - begin)
    const clock = clockIn(year, parts, start)
    if (clock === undefined || Number.isNaN(clock)) return undefined
    if (clock >= start && clock <= last) clocks.push(clock)
  }
  return clocks.slice(0, count)
}

/** UNTIL is in UTC (RFC 5545 3.6.5); a day counts until its end. */
function untilClock(until: string, offset: number): number | undefined {
  const clock = clockOf(until)
  if (clock === undefined) return undefined
  if (until.length === 8) return clock + DAY - 1
  return until.endsWith('Z') ? clock + offset * MINUTE : clock
}

/** The day that a rule gives in a year, at the time of day of its start or at its own, as Lotus Notes has it. */
function clockIn(year: number, parts: ReadonlyMap<string, string>, start: number): number | undefined {
  const first = new Date(start)
  const month = Number(parts.get('BYMONTH') ?? first.getUTCMonth() + 1)
  const days = (parts.get('BYMONTHDAY') ?? '').split(',').filter(Boolean).map(Number)
  const byDay = parts.get('BYDAY')
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const all = Array.from({ length }, (_, index) => index + 1)
  const named = days.length > 0 ? all.filter((day) => days.includes(day) || days.includes(day - length - 1)) : all
  const day = byDay === undefined ? (days.length > 0 ? named[0] : first.getUTCDate()) : dayBy(byDay, named, year, month)
  const hour = Number(parts.get('BYHOUR') ?? first.getUTCHours())
  const minute = Number(parts.get('BYMINUTE') ?? first.getUTCMinutes())
  const seconds = (hour * 60 + minute) * 60 + first.getUTCSeconds()
  return day === undefined ? undefined : midnight(year, month - 1, day) + seconds * 1000
}

function dayBy(byDay: string, days: readonly number[], year: number, month: number): number | undefined {
  const [, count = '', name = ''] = /^([+-]?\d*)([A-Z]{2})$/.exec(byDay) ?? []
  const weekday = WEEKDAYS.indexOf(name)
  const fitting = days.filter((day) => new Date(Date.UTC(year, month - 1, day)).getUTCDay() === weekday)
  const nth = count === '' ? 1 : Number(count)
  return fitting.at(nth > 0 ? nth - 1 : nth)
}
