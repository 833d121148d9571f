import { mayFlow } from './entry'
import type { Now } from './entry'
import { agree } from './merge'
import type { Both, Common, Field, Fields, PairEntry, Rules, Settled, Side } from './model'
import { SIDES, other } from './model'

// What may not flow is settled in that run: both sides count as holding what they hold. It is remembered only so that
// the user can be asked, once, should the way open some day.

/**
 * Whether what may not flow from a side flows nowhere else either. Where nothing is known of others, they are left those
 * events that do not flow here in either direction: two one-way nodes mirror two calendars into each other.
 */
export function isShut(from: Side, now: Now, born: Side | 'both', rules: Rules): boolean {
  const { elsewhere } = rules
  if (!elsewhere) return mayFlow(other(from), now, born, rules)
  if (elsewhere[from] === 'not') return true
  const others = { ...rules, into: { left: true, right: true }, oneWay: elsewhere[from] === 'one-way' }
  return !mayFlow(from, now, born, others)
}

/**
 * The entry with what was edited on a side and could not be carried over.
 *
 * @param before what was settled already
 */
export function withSettled(entry: PairEntry, stuck: Both<readonly Field[]>, before: Settled = {}): PairEntry {
  if (stuck.left.length + stuck.right.length === 0) return entry
  const settled = new Map<Field, Side | 'both'>()
  for (const side of SIDES) {
    for (const field of stuck[side]) {
      const known = settled.get(field) ?? before[field] ?? side
      settled.set(field, known === side ? side : 'both')
    }
  }
  return { ...entry, settled: { ...entry.settled, ...Object.fromEntries(settled) } }
}

/** The entry of an event whose deletion on a side could not be carried over. */
export const withSettledDeletion = (entry: PairEntry, on: Side): PairEntry => ({
  ...entry,
  settled: { ...entry.settled, event: on },
})

/**
 * The fields that differ since an edit could not be carried over, and whose way is open now, each with the side that it
 * comes from; `both`: both were edited, and both ways are open.
 */
export function opened(
  { settled }: PairEntry,
  fields: Both<Fields>,
  flows: Both<boolean>,
  common: Common,
): Map<Field, Side | 'both'> {
  const open = new Map<Field, Side | 'both'>()
  for (const [what, from] of Object.entries(settled ?? {})) {
    const field = what as Field
    if (what === 'event' || agree(field, fields, common)) continue
    const ways = SIDES.filter((side) => flows[side] && (from === side || from === 'both'))
    if (ways[0]) open.set(field, ways.length > 1 ? 'both' : ways[0])
  }
  return open
}
