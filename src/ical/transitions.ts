import { canonicalZone, midnight } from '../event/zone'
import type { OffsetChange } from '../event/zone-changes'
import { offsetChanges, offsetIn } from '../event/zone-changes'
import { IcalError } from './error'

/** A change of a zone's offset from UTC: at an instant, minutes before and after, and whether it begins summer time. */
export type Transition = OffsetChange & { readonly daylight: boolean }

const DAY = 86_400_000

/**
 * The changes of a zone's offset in the years `first` to `last`, and its offset when they begin.
 *
 * @param zone an IANA name
 * @throws IcalError if the zone is not known
 */
export function transitionsOf(zone: string, first: number, last: number): { initial: number; changes: Transition[] } {
  if (canonicalZone(zone) === undefined) throw new IcalError(`time zone "${zone}" is not known`)
  const begin = midnight(first, 0, 1) - DAY
  const end = midnight(last + 1, 0, 1)
  const found = offsetChanges(zone, first - 1, last + 1).filter(({ at }) => at >= begin)
  const changes = found.map((change, index) => ({ ...change, daylight: isDaylight(change, found[index + 1]) }))
  return { initial: offsetIn(zone, begin), changes: changes.filter(({ at }) => at < end) }
}

/** Summer time is ahead of what came before and gone again within the year; a zone that moves for good has none. */
function isDaylight(change: OffsetChange, next: OffsetChange | undefined): boolean {
  return change.to > change.from && next !== undefined && next.to < next.from && next.at - change.at < 350 * DAY
}
