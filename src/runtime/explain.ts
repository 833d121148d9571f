import { hashFields } from '../event/normal'
import type { Entry, Rules, Seen, Side, Step, Uid } from '../sync/model'
import { other } from '../sync/model'
import { inWindow } from '../sync/window'
import type { Context } from './commands'
import { CalSyncError } from './errors'
import type { EventMessage } from './event-message'
import { toChangedNames, toEventMessage } from './event-message'
import { stepsFor } from './questions'

/** What the planner would do about one event now, in words, and what it knows. Sides are the node's. */
export type Explanation = {
  uid: Uid
  summary: string
  decision: string[]
  left: Holding
  right: Holding
  wroteLately: { to: Side; at: string }[]
}
type Holding = { is: string; why?: string; event?: EventMessage }

/** `explain`: what would be decided about an event now and why, also where nothing would be. */
export async function explain(uid: Uid, context: Context): Promise<Explanation> {
  const { pair, rules, turn, names } = context
  const { look, steps } = stepsFor(uid, pair, rules)
  const now = { left: look.now[turn('left')], right: look.now[turn('right')] }
  if (!now.left && !now.right && !look.entry) {
    throw new CalSyncError(
      'no-such-event',
      `Neither calendar ever had an event with the uid "${uid}".`,
      'no such event',
    )
  }
  const spoken = steps.flatMap((step) => speak(step, turn, names))
  const decision = spoken.length > 0 ? spoken : [whyNothing(look.entry, look.now, rules, turn, names)]
  const summary = [now.left, now.right].map(summaryOf).find((text) => text !== '') ?? ''
  const wroteLately = (look.entry?.wrote ?? []).map(({ to, at }) => ({ to: turn(to), at: new Date(at).toISOString() }))
  return Promise.resolve({ uid, summary, decision, left: holding(now.left), right: holding(now.right), wroteLately })
}

const summaryOf = (seen: Seen | undefined): string =>
  seen?.is === 'live' && typeof seen.fields.summary === 'string' ? seen.fields.summary : ''

function holding(seen: Seen | undefined): Holding {
  if (!seen) return { is: 'never there' }
  if (seen.is === 'live') {
    const event = toEventMessage(seen.uid, seen.fields)
    return seen.fixed === undefined ? { is: 'there', event } : { is: 'there', why: seen.fixed, event }
  }
  return seen.is === 'gone' ? { is: seen.how } : { is: 'could not be read', why: seen.reason }
}

type Names = Context['names']

function speak(step: Step, turn: Context['turn'], names: Names): string[] {
  if (step.do === 'write') {
    const { action, to, changed, reason } = step.op
    const fields = action === 'update' ? ` (${toChangedNames(changed).join(', ')})` : ''
    return [`${action} in ${names[turn(to)]}${fields}: ${reason}`]
  }
  if (step.do === 'ask') {
    const { fields, why } = step.question
    const about = fields === 'deletion' ? 'deleting it too' : toChangedNames(fields).join(', ')
    return [`waits for a decision about ${about} (${why})`]
  }
  if (step.do === 'leave') return [`left alone: ${step.reason}`]
  return step.do === 'forget' ? ['gone on both sides: it is forgotten'] : []
}

/** Nothing would be done: for one of these reasons. */
function whyNothing(
  entry: Entry | undefined,
  now: { readonly left: Seen | undefined; readonly right: Seen | undefined },
  rules: Rules,
  turn: Context['turn'],
  names: Names,
): string {
  const unread = [now.left, now.right].find((seen) => seen?.is === 'unread')
  if (unread?.is === 'unread') return `could not be read: ${unread.reason}`
  const live = (['left', 'right'] as const).filter((side) => now[side]?.is === 'live')
  const [on] = live
  const seen = on && now[on]
  if (on === undefined || seen?.is !== 'live') return 'gone on both sides'
  if (entry?.skipped && entry.skipped.seen === hashFields(seen.fields)) return 'skipped until it changes again'
  if (entry?.due !== undefined && entry.due > rules.now) {
    return `looked at again at ${new Date(entry.due).toISOString()}`
  }
  if (live.length === 2) return 'both sides mean the same, or what differs is not carried'
  const to = names[turn(other(on))]
  if (!rules.into[other(on)]) return `nothing is written to ${to}: its direction is off, or it is read-only`
  if (seen.kind !== undefined && !rules.kinds.includes(seen.kind))
    return `events of the type ${seen.kind} are not carried`
  if (inWindow(seen.fields, rules.window, rules.now) !== true) return 'outside the window'
  return `gone from ${to}, and it has not changed since`
}
