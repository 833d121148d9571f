import type { EventTime, Exception, Fields } from '../event/event'
import { isAllDay } from '../event/event'
import { exceptionOf, plainOccurrence } from '../event/occurrence'
import { instantOf, wallClock } from '../event/zone'
import type { Component } from './component'
import { linesNamed } from './component'
import type { Line } from './line'
import { isPeriods, periodsOf } from './period'
import { keyOf } from './recurrence'
import { readTime } from './time'
import { readDuration } from './value'
import { timeOf } from './wanted'
import type { Zones } from './zone'

/** The occurrences that a period makes longer or shorter than their series, as exceptions of it. */
export function periodExceptions(event: Component, series: Fields, zones: Zones): [key: string, Exception][] {
  const when = timeOf(series)
  const { start } = when
  if (isAllDay(start)) return []
  const lines = linesNamed(event, 'RDATE').filter(isPeriods)
  return lines.flatMap((line) =>
    periodsOf(line).map(([from, to]): [string, Exception] => {
      const key = keyOf(line, from, start, zones)
      const plain = plainOccurrence(when, key)
      const end = endOf(plain.start, to, line, zones)
      const zone = isAllDay(plain.end) ? start.timeZone : plain.end.timeZone
      const ends = isAllDay(end) ? plain.end : { dateTime: wallClock(instantOf(end), zone), timeZone: zone }
      return [key, exceptionOf(series, key, { when: { start: plain.start, end: ends } })]
    }),
  )
}

function endOf(begins: EventTime, to: string, line: Line, zones: Zones): EventTime {
  if (to === '') return begins
  if (!/^[+-]?P/i.test(to)) return readTime({ ...line, value: to }, zones)
  const { days, seconds } = readDuration({ ...line, value: to })
  const at = instantOf(begins) + (days * 86_400 + seconds) * 1000
  return { dateTime: wallClock(at, 'UTC'), timeZone: 'UTC' }
}
