import type { Component } from './component'
import { childrenNamed } from './component'
import { greatest, least } from '../event/lists'
import { ruleParts } from '../event/rule-parts'
import { isDay, midnight } from '../event/zone'
import type { Window } from './zone-match'

const DAY = 86_400_000
const YEAR = 365 * DAY
/** Around the dates of an event, its zone is looked at for whole years: events of a year have one answer. */
const MARGIN = 100 * DAY
/** How long a series is followed whose end is not said, or lies far away. */
const OPEN_YEARS = 5
const MOST_YEARS = 10

const DATED = /^(DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE)$/
const RULES = /^(RRULE|EXRULE)$/

/**
 * When the events of a calendar take place, and whether any takes place more than once. `first`: the first day that
 * they name, at midnight UTC. `span`: from the first to the
 * last, a day around; missing where it is not known which is the last.
 */
export type EventWindow = Window & { readonly first: number; readonly recurs: boolean; readonly span?: Window }

/** Undefined if no event says a date. */
export function windowOf(calendar: Component): EventWindow | undefined {
  const lines = childrenNamed(calendar, 'VEVENT').flatMap(({ content }) =>
    content.filter((node) => node.kind === 'line'),
  )
  const rules = lines.filter(({ name }) => RULES.test(name))
  const dates = lines.filter(({ name }) => DATED.test(name)).flatMap(({ value }) => daysIn(value))
  if (dates.length === 0) return undefined
  const first = least(dates)
  const ends = rules.map(({ value }) => endOf(ruleParts(value.toUpperCase()), first))
  const open = ends.includes(undefined) ? [first + OPEN_YEARS * YEAR] : []
  const last = greatest([...dates, ...open, ...ends.filter((end) => end !== undefined)])
  return {
    first,
    from: midnight(yearOf(first - MARGIN), 0, 1),
    to: midnight(yearOf(Math.min(last, first + MOST_YEARS * YEAR) + MARGIN) + 1, 0, 1),
    recurs: rules.length > 0 || lines.some(({ name }) => name === 'RDATE'),
    ...(open.length === 0 && last - first < MOST_YEARS * YEAR && { span: { from: first - DAY, to: last + DAY } }),
  }
}

/** No later than this a rule gives its last occurrence; undefined if that is not plain to see. */
function endOf(rule: ReadonlyMap<string, string>, first: number): number | undefined {
  const [until] = daysIn(rule.get('UNTIL') ?? '')
  if (until !== undefined) return until + DAY
  const freq = rule.get('FREQ') ?? ''
  const isSparse = ['BYMONTH', 'BYMONTHDAY', 'BYSETPOS', 'BYYEARDAY', 'BYWEEKNO'].some((part) => rule.has(part))
  if (isSparse || !['DAILY', 'WEEKLY'].includes(freq)) return undefined
  const days = freq === 'DAILY' && !rule.has('BYDAY') ? 1 : 7 // at most, from one occurrence to the next
  const last = first + (Number(rule.get('COUNT')) + 1) * Number(rule.get('INTERVAL') ?? 1) * days * DAY
  return Number.isFinite(last) ? last : undefined
}

const yearOf = (instant: number): number => new Date(instant).getUTCFullYear()

function daysIn(value: string): number[] {
  const days = [...value.matchAll(/(?<!\d)(\d{4})(\d\d)(\d\d)(?!\d)/g)]
  return days
    .map(([, year = '', month = '', day = '']) => `${year}-${month}-${day}`)
    .filter(isDay)
    .map((day) => Date.parse(day))
}
