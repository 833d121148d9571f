import { IANAZone } from 'luxon'

/** A change of a zone's offset from UTC: at an instant (milliseconds), minutes before and after. */
export type OffsetChange = { readonly at: number; readonly from: number; readonly to: number }

type Year = { readonly initial: number; readonly changes: readonly OffsetChange[] }

const DAY = 86_400_000
/** Less than two changes of one zone lie apart: three weeks in Egypt in 2010, a month over Ramadan in Morocco. */
const STEP = 14 * DAY
/** Since 1972 all clocks change at whole minutes. */
const PRECISION = 60_000

const years = new Map<string, Year>()

/**
 * The changes of a zone's offset in the years `first` to `last`.
 *
 * @param zone an IANA name
 */
export function offsetChanges(zone: string, first: number, last: number): OffsetChange[] {
  return Array.from({ length: last - first + 1 }, (_, index) => yearOf(zone, first + index).changes).flat()
}

/** Minutes that a zone is ahead of UTC at an instant: for whoever asks for many, since Intl is slow. */
export const offsetIn = (zone: string, instant: number): number => offsetsOf(zone)(instant)

/** The same for many instants of one zone, most of them near the one before. */
export function offsetsOf(zone: string): (instant: number) => number {
  let [from, to, offset] = [0, 0, 0]
  return (instant) => {
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

function yearOf(zone: string, year: number): Year {
  const key = `${zone} ${year}`
  let known = years.get(key)
  if (!known) {
    if (years.size > 5000) years.clear() // names and years come from servers: bounded
    years.set(key, (known = lookUp(zone, year)))
  }
  return known
}

function lookUp(zone: string, year: number): Year {
  const rules = IANAZone.create(zone)
  const offset = (at: number): number => rules.offset(at)
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
