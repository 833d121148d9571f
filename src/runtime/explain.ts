import type { Operation, Question, Seen, Side, Step, Uid } from '../sync/model'
import { deletionQuestion } from '../sync/operation'
import type { Look } from '../sync/look'
import type { CalendarState } from './calendar-state'
import type { Context } from './commands'
import { CalSyncError } from './errors'
import type { EventMessage } from './event-message'
import { toChangedNames, toEventMessage } from './event-message'
import type { PastWrite } from './history'
import { writesOf } from './history'
import { stepsFor } from './questions'
import { summaryOf, titleOf } from './report'
import { quoted, restsSentence } from './sentence'
import { whyNothing } from './why-nothing'

/** What the planner would do about one event now, in words, and what it knows. Sides are the node's. */
export type Explanation = {
  /** The decision in a sentence. */
  text: string
  uid: Uid
  summary: string
  decision: string[]
  left: Holding
  right: Holding
  /** In the last hour. */
  wroteLately: { to: Side; at: string }[]
  /** What runs did about it, as far as the history goes back, newest first. */
  history: PastWrite[]
}
type Holding = { is: string; why?: string; event?: EventMessage }

/** `explain`: what would be decided about an event now and why, also where nothing would be. */
export async function explain(uid: Uid, context: Context): Promise<Explanation> {
  const { pair, rules, turn } = context
  const { look, steps } = stepsFor(uid, pair, rules)
  const seen = (side: Side): Seen | undefined => look.now[turn(side)] ?? lastSeen(uid, pair.calendars[turn(side)])
  const now = { left: seen('left'), right: seen('right') }
  const history = await writesOf(uid, pair)
  const lost = (await pair.lostVersions()).filter(({ entry }) => entry.uid === uid).at(-1)?.entry
  if (!now.left && !now.right && !look.entry && !lost && history.length === 0) {
    throw new CalSyncError(
      'no-such-event',
      `Neither calendar has an event with the uid "${uid}", and the history knows of none.`,
      'no such event',
    )
  }
  const spoken = steps.flatMap((step) => speak(step, look, context))
  const decision = spoken.length > 0 ? spoken : [whyNothing(look, context)]
  const wroteLately = (look.entry?.wrote ?? []).map(({ to, at }) => ({ to: turn(to), at: new Date(at).toISOString() }))
  const [left, right] = [holding(now.left), holding(now.right)]
  const summary = summaryOf(pair, uid) || (lost ? titleOf(lost.fields) : '')
  return {
    text: `${quoted(summary)}: ${decision.join('; ').replace(/\.$/, '')}.`,
    uid,
    summary,
    decision,
    left,
    right,
    wroteLately,
    history,
  }
}

/** What is still known of a resource that bore a uid and is gone. */
function lastSeen(uid: Uid, { replica }: CalendarState): Seen | undefined {
  return [...replica.withUid(uid)].sort((a, b) => b.seq - a.seq)[0]
}

function holding(seen: Seen | undefined): Holding {
  if (!seen) return { is: 'never there' }
  if (seen.is === 'live') {
    const event = toEventMessage(seen.uid, seen.fields)
    return seen.fixed === undefined ? { is: 'there', event } : { is: 'there', why: seen.fixed, event }
  }
  return seen.is === 'gone' ? { is: seen.how } : { is: 'could not be read', why: seen.reason }
}

function speak(step: Step, look: Look, { turn, names }: Context): string[] {
  if (step.do === 'write') {
    const { action, to, changed, reason } = step.op
    if (step.approved !== true && isHeld(step.op, look)) {
      return [`held: ${reason}, but it was one of too many to delete at once; ${DECIDE}`]
    }
    const fields = action === 'update' ? ` (${toChangedNames(changed).join(', ')})` : ''
    return [`${action} in ${names[turn(to)]}${fields}: ${reason}`]
  }
  if (step.do === 'ask') return [asked(step.question, { turn, names })]
  if (step.do === 'leave' && step.why === 'refused') {
    const until = look.entry?.refused?.find(({ to }) => to === step.to)?.until
    const where = step.to === undefined ? '' : ` by ${names[turn(step.to)]}`
    return [`refused${where}: ${restsSentence(step.reason, until)}`]
  }
  if (step.do === 'leave') return [`left alone: ${step.reason}`]
  return step.do === 'forget' ? ['gone on both sides: it is forgotten'] : []
}

const DECIDE = 'approve-deletions or keep-deletions decides'

function asked({ fields, why, on }: Question, { turn, names }: Pick<Context, 'turn' | 'names'>): string {
  if (why === 'settled') {
    const what = fields === 'deletion' ? 'it was deleted' : `${toChangedNames(fields).join(', ')} was changed`
    return `waits for a decision: ${what} when that could not be carried over; resolve with carry or keep decides`
  }
  if (fields !== 'deletion') return `waits for a decision about ${toChangedNames(fields).join(', ')} (${why})`
  const side = on && turn(on)
  const [here, gone] = side === 'left' ? [names.left, names.right] : [names.right, names.left]
  if (why === 'conflict') return `waits for a decision about deleting it too: changed in ${here}, deleted in ${gone}`
  return `held: missing in ${gone}, though nothing says that it was deleted there; ${DECIDE}`
}

function isHeld({ action, uid, to, fields }: Operation, { entry }: Look): boolean {
  const held = action === 'delete' && entry?.told?.about === 'deletion' ? entry.told : undefined
  return held?.id === deletionQuestion(uid, to, fields, 'limit', held).id
}
