import type { Component } from './component'
import { childrenNamed } from './component'
import { ruleParts } from '../event/recurrence'
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

/** When the events of a calendar take place, and whether any takes place more than once. */
export type EventWindow = Window & { readonly recurs: boolean }

/** Undefined if no event says a date. */
export function windowOf(calendar: Component): EventWindow | undefined {
  const lines = childrenNamed(calendar, 'VEVENT').flatMap(({ content }) =>
    content.filter((node) => node.kind === 'line'),
  )
  const rules = lines.filter(({ name }) => RULES.test(name))
  const dates = lines.filter(({ name }) => DATED.test(name)).flatMap(({ value }) => daysIn(value))
  const ends = rules.map(({ value }) => daysIn(ruleParts(value.toUpperCase()).get('UNTIL') ?? '')[0])
  if (dates.length === 0) return undefined
  const first = Math.min(...dates)
  const open = ends.includes(undefined) ? [first + OPEN_YEARS * YEAR] : []
  const last = Math.max(...dates, ...open, ...ends.filter((end) => end !== undefined))
  return {
    from: Date.UTC(yearOf(first - MARGIN), 0, 1),
    to: Date.UTC(yearOf(Math.min(last, first + MOST_YEARS * YEAR) + MARGIN) + 1, 0, 1),
    recurs: rules.length > 0 || lines.some(({ name }) => name === 'RDATE'),
  }
}

const yearOf = (instant: number): number => new Date(instant).getUTCFullYear()

function daysIn(value: string): number[] {
  const days = [...value.matchAll(/(?<!\d)(\d{4})(\d\d)(\d\d)(?!\d)/g)]
  return days
    .map(([, year = '', month = '', day = '']) => Date.parse(`${year}-${month}-${day}`))
    .filter(Number.isFinite)
}
