import type { EventTime } from '../event/event'
import { occurrenceKey } from '../event/zone'
import type { Component } from './component'
import { readSpan, statusOf } from './fields'
import { readRecurrence } from './recurrence'
import type { Override } from './resource'
import type { Zones } from './zone'

/** What an event and its overrides stand for. */
export type Stands = {
  readonly main: Component
  readonly start: EventTime
  readonly overrides: readonly Override[]
  readonly implied: readonly string[]
}

/**
 * An event with its overrides; of one that does not recur, for lack of a rule that a program has dropped, or that was
 * never there: each override is an occurrence that takes place besides the event, as calendar apps show it; where the
 * only one is that of the event itself, it stands for the event. Cancelled ones and EXDATEs say nothing there.
 */
export function seriesOf(main: Component, start: EventTime, overrides: readonly Override[], zones: Zones): Stands {
  const asIs: Stands = { main, start, overrides, implied: [] }
  if (overrides.length === 0 || readRecurrence(main, start, zones).length > 0) return asIs
  const first = occurrenceKey(start)
  const own = overrides.filter(({ key }) => key === first)
  const others = overrides.filter(({ key, event }) => key !== first && statusOf(event) !== 'cancelled')
  if (others.length > 0) return { ...asIs, overrides: [...own, ...others], implied: others.map(({ key }) => key) }
  const [instead] = own
  if (instead === undefined) return { ...asIs, overrides: [] }
  return { main: instead.event, start: readSpan(instead.event, zones).start, overrides: [], implied: [] }
}
