/** A change of a zone's offset from UTC: at an instant (milliseconds), minutes before and after. */
export type OffsetChange = { readonly at: number; readonly from: number; readonly to: number }

type Year = { readonly initial: number; readonly changes: readonly OffsetChange[] }

const DAY = 86_400_000
/** Less than two changes of one zone lie apart: three weeks in Egypt in 2010, a month over Ramadan in Morocco. */
const STEP = 14 * DAY
/** Clocks that went by the sun change at seconds. */
const PRECISION = 1000
/** Before, all clocks went by the sun. */
const FIRST_YEAR = 1800
/** From 2104 on zones follow rules, by which each year is like one of these 28. */
const LAST_YEAR = 2131

/** No date lies further from 1970, in milliseconds. */
const MOST = 8.64e15

const years = new Map<string, Year>()

/**
 * The changes of a zone's offset in the years `first` to `last`.
 *
 * @param zone an IANA name
 */
export function offsetChanges(zone: string, first: number, last: number): OffsetChange[] {
  return Array.from({ length: last - first + 1 }, (_, index) => yearOf(zone, first + index).changes).flat()
}

/** Minutes that a zone is ahead of UTC at an instant: NaN if it is no zone. Intl is slow, so years are remembered. */
export function offsetIn(zone: string, instant: number): number {
  let known = zones.get(zone)
  if (!known) {
    if (zones.size > 700) zones.clear() // names come from servers: bounded
    zones.set(zone, (known = offsetsOf(zone)))
  }
  return known(instant)
}

const zones = new Map<string, (instant: number) => number>()

/** The same for many instants of one zone, most of them near the one before. */
export function offsetsOf(zone: string): (instant: number) => number {
  let [from, to, offset] = [0, 0, 0]
  return (asked) => {
    if (!(Math.abs(asked) <= MOST)) return NaN
    const instant = alike(asked)
    if (instant >= from && instant < to) return offset
    const year = new Date(instant).getUTCFullYear()
    const { initial, changes } = yearOf(zone, year)
    const last = changes.findLastIndex(({ at }) => at <= instant)
    from = changes[last]?.at ?? Date.UTC(year, 0, 1)
    to = changes[last + 1]?.at ?? Date.UTC(year + 1, 0, 1)
    offset = changes[last]?.to ?? initial
    return offset
  }
}

const BEGIN = Date.UTC(FIRST_YEAR, 0, 1)

/** An instant of the years that are looked up, at which a clock shows the same offset. */
function alike(instant: number): number {
  const year = new Date(instant).getUTCFullYear()
  if (year < FIRST_YEAR) return BEGIN
  if (!(year > LAST_YEAR)) return instant
  const [begin, end] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)]
  for (let other = LAST_YEAR; other > LAST_YEAR - 28; other -= 1) {
    const start = Date.UTC(other, 0, 1)
    const isSame = (start - begin) % (7 * DAY) === 0 && Date.UTC(other + 1, 0, 1) - start === end - begin
    if (isSame) return instant - begin + start
  }
  return instant
}

function yearOf(zone: string, year: number): Year {
  const key = `${zone} ${year}`
  let known = years.get(key)
  if (!known) {
    if (years.size > 10_000) years.clear() // names and years come from servers: bounded
    years.set(key, (known = lookUp(zone, year)))
  }
  return known
}

function lookUp(zone: string, year: number): Year {
  const offset = offsetAsked(zone)
  if (year < FIRST_YEAR) return { initial: offset(BEGIN), changes: [] }
  const [begin, end] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)]
  const initial = offset(begin)
  const changes: OffsetChange[] = []
  let from = initial
  for (let low = begin; low < end; low += STEP) {
    const high = Math.min(low + STEP, end)
    const to = offset(high)
    if (from !== to) changes.push({ at: changeBetween(low, high, from, offset), from, to })
    from = to
  }
  return { initial, changes }
}

/** The first instant with a new offset, by halving. */
function changeBetween(low: number, high: number, old: number, offset: (at: number) => number): number {
  let [before, after] = [low, high]
  while (after - before > PRECISION) {
    const middle = Math.floor((before + after) / 2 / PRECISION) * PRECISION
    if (offset(middle) === old) before = middle
    else after = middle
  }
  return after
}

const asked = new Map<string, (instant: number) => number>()

/** Minutes ahead of UTC as the runtime tells them each time, NaN for what is no zone; luxon takes seven times as long. */
export function offsetAsked(zone: string): (instant: number) => number {
  let known = asked.get(zone)
  if (!known) {
    if (asked.size > 700) asked.clear() // names come from servers: bounded
    asked.set(zone, (known = asking(zone)))
  }
  return known
}

function asking(timeZone: string): (instant: number) => number {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset', hour: 'numeric' })
    return (instant) => minutesIn(format.format(instant))
  } catch {
    return () => NaN // no zone that is known here
  }
}

/** `2 AM GMT+01:00`, `2 AM GMT-00:01:15`, `2 AM GMT`. */
function minutesIn(text: string): number {
  const [, sign, hours, minutes, seconds] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? []
  const size = Number(hours ?? 0) * 60 + Number(minutes ?? 0) + Number(seconds ?? 0) / 60
  return sign === '-' ? -size : size
}
