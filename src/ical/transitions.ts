import { IANAZone } from 'luxon'
import { canonicalZone } from '../event/zone'
import { IcalError } from './error'

/** A change of a zone's offset from UTC: at an instant, minutes before and after, and whether it begins summer time. */
export type Transition = {
  readonly at: number
  readonly from: number
  readonly to: number
  readonly daylight: boolean
}

const DAY = 86_400_000
/** Less than two changes of one zone lie apart: three weeks in Egypt in 2010, a month over Ramadan in Morocco. */
const STEP = 14 * DAY
/** Since 1972 all clocks change at whole minutes. */
const PRECISION = 60_000

/**
 * The changes of a zone's offset in the years `first` to `last`, and its offset when they begin.
 *
 * @param zone an IANA name
 * @throws IcalError if the zone is not known
 */
export function transitionsOf(zone: string, first: number, last: number): { initial: number; changes: Transition[] } {
  if (canonicalZone(zone) === undefined) throw new IcalError(`time zone "${zone}" is not known`)
  const rules = IANAZone.create(zone)
  const offset = (at: number): number => rules.offset(at)
  const begin = Date.UTC(first, 0, 1) - DAY
  const end = Date.UTC(last + 1, 0, 1)
  const found: Omit<Transition, 'daylight'>[] = []
  for (let low = begin; low < end + 365 * DAY; low += STEP) {
    const from = offset(low)
    const to = offset(low + STEP)
    if (from !== to) found.push({ at: changeBetween(low, low + STEP, offset), from, to })
  }
  const changes = found.map((change, index) => ({ ...change, daylight: isDaylight(change, found[index + 1]) }))
  return { initial: offset(begin), changes: changes.filter(({ at }) => at < end) }
}

/** The first instant with a new offset, by halving. */
function changeBetween(low: number, high: number, offset: (at: number) => number): number {
  const old = offset(low)
  let [before, after] = [low, high]
  while (after - before > PRECISION) {
    const middle = Math.floor((before + after) / 2 / PRECISION) * PRECISION
    if (offset(middle) === old) before = middle
    else after = middle
  }
  return after
}

/** Summer time is ahead of what came before and gone again within the year; a zone that moves for good has none. */
function isDaylight(change: Omit<Transition, 'daylight'>, next: Omit<Transition, 'daylight'> | undefined): boolean {
  return change.to > change.from && next !== undefined && next.to < next.from && next.at - change.at < 350 * DAY
}
