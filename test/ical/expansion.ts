import { DateTime } from 'luxon'
import type { EventTime, Fields, When } from '../../src/event/event'
import { isAllDay, whenOf } from '../../src/event/event'
import type { Occurrence } from '../mapping/occurrences'
import { DAY, expand, inReach, occurrence } from '../mapping/occurrences'

/** When an event takes place by its fields: expanded by the `rrule` library, with nothing of the mapping. */
export function occurrencesOf(fields: Fields): Occurrence[] {
  const when = whenOf(fields)!
  const own = new Map(
    Object.entries(fields)
      .filter(([name]) => name.startsWith('exceptions.'))
      .map(([name, value]) => [
        Date.parse(name.slice('exceptions.'.length)),
        value as { start?: EventTime; end?: EventTime } | null,
      ]),
  )
  const all = new Set([...startsOf(when), ...own.keys()])
  const found = [...all].flatMap((start) => {
    const exception = own.get(start)
    if (exception === null) return []
    const allDay = isAllDay(when.start)
    const length = instant(when.end) - instant(when.start)
    const [from, to] = [exception?.start, exception?.end]
    return [occurrence(from ? instant(from) : start, to ? instant(to) : start + length, allDay)]
  })
  return inReach(found, Math.min(...found.map(({ start }) => start)))
}

function startsOf({ start, recurrence = [] }: When): number[] {
  const rules = recurrence.filter((line) => line.startsWith('RRULE'))
  const first = clockOf(start)
  const ruled = rules.flatMap((line) => {
    const text = line.slice('RRULE:'.length)
    const until = /UNTIL=([0-9TZ]+)/.exec(text)?.[1]
    return expand.clocks(
      expand.rule(
        text.replace(/;?UNTIL=[0-9TZ]*/, ''),
        first,
        until === undefined ? undefined : lastClock(until, start),
      ),
      first,
    )
  })
  const dates = recurrence.filter((line) => line.startsWith('RDATE')).flatMap((line) => line.split(':')[1]!.split(','))
  const added = dates.map((text) => +DateTime.fromISO(text, { zone: 'utc' }))
  return [...(rules.length > 0 ? ruled : [first]).map((clock) => fromClock(clock, start)), ...added]
}

const lastClock = (until: string, start: EventTime): number => {
  const at = DateTime.fromISO(until, { zone: 'utc' })
  return isAllDay(start) ? +at + DAY - 1 : +at + at.setZone(start.timeZone).offset * 60_000
}

/** The wall clock of a time as if it were UTC. */
const clockOf = (time: EventTime): number => Date.parse(isAllDay(time) ? time.date : `${time.dateTime}Z`)

const fromClock = (clock: number, start: EventTime): number =>
  isAllDay(start) ? clock : zoned(new Date(clock).toISOString().slice(0, 19), start.timeZone)

const instant = (time: EventTime): number => (isAllDay(time) ? clockOf(time) : zoned(time.dateTime, time.timeZone))

/** Of an hour that is shown twice the first; one that is skipped is counted on from before (RFC 5545 3.3.5). */
function zoned(clock: string, zone: string): number {
  const at = Date.parse(`${clock}Z`)
  const offset = (instantAt: number): number => DateTime.fromMillis(instantAt, { zone }).offset * 60_000
  const [before, after] = [at - offset(at - DAY), at - offset(at + DAY)]
  return offset(before) === at - before || offset(after) !== at - after ? before : after
}
