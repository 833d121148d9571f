import { isHashOf } from '../event/normal'
import type { Look } from '../sync/look'
import { planOne } from '../sync/plan'
import type { Rules, Side } from '../sync/model'
import { SIDES, other } from '../sync/model'
import { inWindow } from '../sync/window'
import { isLeftOut } from '../sync/entry'
import type { Context } from './commands'

/** Why nothing would be done about an event. */
export function whyNothing(look: Look, context: Context): string {
  const { entry, now } = look
  const { rules } = context
  const unread = SIDES.map((side) => now[side]).find((seen) => seen?.is === 'unread')
  if (unread?.is === 'unread') return `could not be read: ${unread.reason}`
  const live = SIDES.filter((side) => now[side]?.is === 'live')
  const [on] = live
  if (on === undefined) return 'gone on both sides'
  if (isSkipped(look)) return 'skipped by the flow until it changes again'
  if (entry?.due !== undefined && entry.due > rules.now) {
    return `outside the window: looked at again at ${new Date(entry.due).toISOString()}`
  }
  const barred = whatBars(look, context)
  if (barred !== undefined) return barred
  if (entry?.is === 'pair' && entry.settled) {
    return 'what differs could not be carried over when it was done, and is left as it stands; if it can be, you are asked'
  }
  if (live.length === 2) return 'both sides mean the same, or what differs is not carried'
  const seen = now[on]
  if (seen?.is === 'live' && inWindow(seen.fields, rules.window, rules.now) !== true) return 'outside the window'
  const to = context.names[context.turn(other(on))]
  return `gone from ${to}, and it has not changed since`
}

function isSkipped({ entry, now }: Look): boolean {
  const source = entry?.skipped && now[other(entry.skipped.to)]
  return source?.is === 'live' && entry?.skipped !== undefined && isHashOf(entry.skipped.seen, source.fields)
}

/** The one rule without which something would be done. */
function whatBars(look: Look, context: Context): string | undefined {
  const { rules, pair, turn, names } = context
  const without = (relaxed: Partial<Rules>): boolean =>
    planOne(look, pair.agreement, { ...rules, ...relaxed }).some(({ do: what }) => what === 'write' || what === 'ask')
  const shut = SIDES.filter((side) => !rules.into[side])
  if (shut.length > 0 && without({ into: { left: true, right: true }, oneWay: false })) {
    const [to] = shut as [Side]
    return `nothing is written to ${names[turn(to)]}: its direction is off, or it is read-only`
  }
  const kinds = SIDES.flatMap((side) => kindOf(look, side))
  const declined = SIDES.some((side) => isLeftOut(look.now[side], rules))
  if (declined && without({ declined: 'as-free' })) return 'left out: its owner has declined it'
  const barred = kinds.find((kind) => !rules.kinds.includes(kind))
  if (barred !== undefined && without({ kinds })) return `events of the type ${barred} are not carried`
  return undefined
}

function kindOf({ now }: Look, side: Side): string[] {
  const seen = now[side]
  return seen?.is === 'live' && seen.kind !== undefined ? [seen.kind] : []
}
