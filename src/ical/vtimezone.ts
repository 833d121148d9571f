import { append, greatest, groupedBy, least } from '../event/lists'
import { midnight } from '../event/zone'
import type { Component } from './component'
import { component } from './component'
import { parseLine } from './line'
import type { Transition } from './transitions'
import { transitionsOf } from './transitions'

/**
 * The last year for which changes are listed one by one; the time zone database itself lists no more where a rule
 * goes on for ever.
 */
const LAST_YEAR = 2037
/** After as many years the weekdays fall on the same days again, so that every day a rule can give has occurred. */
const CYCLE_YEARS = 28
/** How many of the last years have to follow one rule for it to be stated as one. */
const RULE_YEARS = 8
const MINUTE = 60_000

const known = new Map<string, Component>()

/**
 * The VTIMEZONE of an IANA zone, right from a year on.
 *
 * @param zone the IANA name, used as TZID
 * @param from the first year
 * @throws IcalError if the zone is not known
 */
export function vtimezone(zone: string, from: number): Component {
  const key = `${zone} ${from}`
  const old = known.get(key)
  if (old) return old
  if (known.size > 500) known.clear() // years come from events: bounded
  const made = makeZone(zone, from)
  known.set(key, made)
  return made
}

function makeZone(zone: string, from: number): Component {
  const last = Math.max(LAST_YEAR, from + CYCLE_YEARS)
  const { initial, changes } = transitionsOf(zone, from, last)
  const first = observance('STANDARD', initial, initial, [wall(midnight(from, 0, 1) - 86_400_000, 0)])
  const lines = [`TZID:${zone}`, `X-LIC-LOCATION:${zone}`].map(parseLine)
  return component('VTIMEZONE', [...lines, first, ...observances(changes, last)])
}

/** Changes of one kind that follow a rule to the end are stated by it, all others by their dates. */
function observances(changes: readonly Transition[], lastYear: number): Component[] {
  const kinds = groupedBy(changes, ({ from, to, daylight }) => `${daylight} ${from} ${to}`)
  return [...kinds.values()].flatMap((kind) => {
    const ruled = ruledTail(kind, lastYear)
    const listed = kind.slice(0, kind.length - (ruled?.changes.length ?? 0))
    const parts: Component[] = []
    if (listed.length > 0) parts.push(observanceOf(listed))
    if (ruled) parts.push(observanceOf(ruled.changes.slice(0, 1), ruled.rule))
    return parts
  })
}

/**
 * The longest row of changes up to the last year, one a year, that one rule describes; none if the last years follow
 * no rule (Ramadan) or the kind has ended.
 */
function ruledTail(
  kind: readonly Transition[],
  lastYear: number,
): { changes: readonly Transition[]; rule: string } | undefined {
  for (let count = kind.length; count >= RULE_YEARS; count--) {
    const tail = kind.slice(-count)
    const yearly = tail.every((change, index) => yearOf(change) === lastYear - count + 1 + index)
    const rule = yearly ? ruleFor(tail.map(wallOf)) : undefined
    if (rule !== undefined) return { changes: tail, rule }
  }
  return undefined
}

/** The yearly rule that gives exactly these local times, if there is one: the nth, the last, or the first weekday from a day of the month on. */
function ruleFor(times: readonly Date[]): string | undefined {
  const [first] = times
  if (first === undefined) return undefined
  const month = first.getUTCMonth()
  const weekday = first.getUTCDay()
  const clock = first.toISOString().slice(11)
  const alike = times.every(
    (time) => time.getUTCMonth() === month && time.getUTCDay() === weekday && time.toISOString().slice(11) === clock,
  )
  if (!alike) return undefined
  const name = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'][weekday] ?? 'SU'
  const by = (day: string): string => `FREQ=YEARLY;BYMONTH=${month + 1};${day}`
  const days = times.map((time) => time.getUTCDate())
  const lowest = least(days)
  if (times.every(isLastOfMonth)) return by(`BYDAY=-1${name}`)
  if (greatest(days) > lowest + 6) return undefined
  if (days.every((day) => Math.ceil(day / 7) === Math.ceil(lowest / 7)))
    return by(`BYDAY=${Math.ceil(lowest / 7)}${name}`)
  const from = startOfWindow(days)
  if (from === undefined) return undefined
  return by(`BYMONTHDAY=${Array.from({ length: 7 }, (_, index) => from + index).join(',')};BYDAY=${name}`)
}

/** Where the seven days begin in which the weekday falls; known only once its first and last day have occurred. */
function startOfWindow(days: readonly number[]): number | undefined {
  const lowest = least(days)
  return greatest(days) === lowest + 6 ? lowest : undefined
}

function isLastOfMonth(time: Date): boolean {
  return new Date(time.getTime() + 7 * 86_400_000).getUTCMonth() !== time.getUTCMonth()
}

/** The local time at which a change happens, by the clock before it (RFC 5545 3.6.5), as if it were UTC. */
const wallOf = ({ at, from }: Transition): Date => new Date(at + from * MINUTE)
const yearOf = (change: Transition): number => wallOf(change).getUTCFullYear()

function observanceOf(changes: readonly Transition[], rule?: string): Component {
  const [first] = changes
  if (first === undefined) throw new TypeError('an observance needs a change')
  const times = changes.map(({ at, from }) => wall(at, from))
  return observance(first.daylight ? 'DAYLIGHT' : 'STANDARD', first.from, first.to, times, rule)
}

/** As zones are commonly written: RDATEs one a line and the first date among them, since some readers want it so. */
function observance(name: string, from: number, to: number, times: readonly string[], rule?: string): Component {
  const [start = ''] = times
  const lines = [`TZOFFSETFROM:${offsetText(from)}`, `TZOFFSETTO:${offsetText(to)}`, `DTSTART:${start}`]
  if (rule !== undefined) lines.push(`RRULE:${rule}`)
  if (times.length > 1)
    append(
      lines,
      times.map((time) => `RDATE:${time}`),
    )
  return component(name, lines.map(parseLine))
}

function wall(at: number, offset: number): string {
  return new Date(at + offset * MINUTE).toISOString().slice(0, 19).replace(/[-:]/g, '')
}

/** `+HHMM`, with seconds where a zone still goes by the sun. */
function offsetText(minutes: number): string {
  const seconds = Math.round(Math.abs(minutes) * 60)
  const two = (value: number): string => String(value).padStart(2, '0')
  const rest = seconds % 60 === 0 ? '' : two(seconds % 60)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(seconds / 3600))}${two(Math.floor(seconds / 60) % 60)}${rest}`
}
