import type { Seen } from '../event/calendar'
import type { Fields } from '../event/event'
import { exceptionField, whenOf } from '../event/event'
import { occurs } from '../event/occurs'
import { refOf } from './seen'
import type { GoogleEvent } from './times'
import { instanceId, originalTime } from './times'

/**
 * The instances of a series that were seen cancelled, as Google tells of them, also those that the series did not have
 * then. A query by UID is not known to find them, so what was told of them once has to be remembered.
 */
export function cancelledBefore(before: Seen | undefined): GoogleEvent[] {
  if (before?.is !== 'live') return []
  const { instances = {}, ids } = refOf(before)
  return Object.entries(instances)
    .filter(([key]) => isCancelledIn(before.fields, key))
    .map(([key, etag]) => ({
      id: ids?.[key] ?? instanceId(before.id, key),
      etag,
      status: 'cancelled',
      recurringEventId: before.id,
      originalStartTime: originalTime(key),
    }))
}

/** Of an instance that a series can't have, nothing is said if it is cancelled; a live one is an occurrence on top. */
function isCancelledIn(fields: Fields, key: string): boolean {
  const name = exceptionField(key)
  return name in fields ? fields[name] === null : !mayOccur(fields, key)
}

/** Whether an event, given by its fields, may have an occurrence; one that does not recur has none. */
export function mayOccur(fields: Fields, key: string): boolean {
  const when = whenOf(fields)
  return when !== undefined && occurs(when, key) !== 'no'
}
