import type { EventTime } from '../event/event'
import { isAllDay } from '../event/event'
import { ruleParts } from '../event/rule-parts'
import { inUtc } from './times'

/**
 * Recurrence lines of Google's as RFC 5545 means what Google shows. Known oddities:
 * - `RRULE:DATE;TZID=...:...` is an RDATE (gcal_sync #327);
 * - dates by an offset in place of a zone (`EXDATE;TZID=GMT+01:00:...`);
 * - a yearly rule with BYMONTHDAY alone is once a year in the month of the start; by the RFC it is monthly (gcal_sync #179).
 */
export function repaired(lines: readonly string[], start: EventTime): string[] {
  return lines.map(inUtc).map((line) => {
    const dates = /^RRULE:DATE(?:-TIME)?((?:;[^:]*)?:.*)$/i.exec(line)
    if (dates) return `RDATE${dates[1] ?? ''}`
    return isYearlyOnDays(line) ? `${line};BYMONTH=${monthOf(start)}` : line
  })
}

function isYearlyOnDays(line: string): boolean {
  if (!/^(RRULE|EXRULE)[:;]/i.test(line)) return false
  const rule = ruleParts(line.toUpperCase())
  const others = ['BYMONTH', 'BYWEEKNO', 'BYYEARDAY', 'BYDAY']
  return rule.get('FREQ') === 'YEARLY' && rule.has('BYMONTHDAY') && !others.some((part) => rule.has(part))
}

const monthOf = (start: EventTime): number => Number((isAllDay(start) ? start.date : start.dateTime).slice(5, 7))
