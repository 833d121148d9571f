import { fieldNames, isException } from '../event/event'
import { decideGone } from './decide-gone'
import type { Now } from './entry'
import {
  advance,
  askedAs,
  basedOn,
  fitted,
  isLive,
  isSkipped,
  mayFlow,
  without,
  withoutQuestion,
  withoutSettled,
} from './entry'
import { judge } from './judge'
import type { Verdict } from './judge'
import type { Merged } from './merge'
import { merge, withValues } from './merge'
import type { Both, Entry, Field, Json, Live, PairEntry, Rules, Side, Step } from './model'
import { SIDES, both, other } from './model'
import { withStandingOccurrences } from './occurrence'
import { operation, steps } from './operation'
import { isShut, opened, withSettled } from './settled'
import { takeBack } from './take-back'
import { inWindow } from './window'

/**
 * The table: what is to be done about one event, given what both sides hold and what they agreed on.
 *
 * Pure. Nothing is planned that may not flow, nothing against what can't be read, and no overwriting without a base.
 * An `agree` step carries the entry as it is to be kept; without one the entry stays as it is.
 *
 * @param entry the agreement on this event, notes settled; undefined for an event never seen
 * @param now what both sides hold; undefined for a side that never had it
 */
export function decide(uid: string, entry: Entry | undefined, now: Now, rules: Rules): Step[] {
  if (now.left?.is === 'unread' || now.right?.is === 'unread') return []
  if (entry?.is === 'alone' && entry.surplus !== undefined) return takeBack(entry, now, rules)
  if (entry?.is !== 'pair') return decideAlone(uid, entry, now, rules)
  if (isLive(now.left) && isLive(now.right)) return decidePair(entry, { left: now.left, right: now.right }, rules)
  return decideGone(entry, now, rules)
}

/** An event on one side only: its copy is made if it may be and the event lies inside the window. */
function decideAlone(uid: string, entry: Entry | undefined, now: Now, rules: Rules): Step[] {
  const on: Side = isLive(now.left) ? 'left' : 'right'
  const to = other(on)
  const seen = now[on]
  if (!isLive(seen)) return entry ? [{ do: 'forget', uid }] : []
  const inside = inWindow(seen.fields, rules.window, rules.now)
  const wanted = mayFlow(on, now, on, rules) && !isSkipped(entry, to, seen.fields) && inside !== false
  if (!wanted) return entry ? steps(entry, without(entry, 'due'), [], rules.now) : []
  const before: Entry = entry ?? { uid, is: 'alone', on, id: seen.id }
  if (inside !== true) return before.due === inside ? [] : [{ do: 'agree', entry: { ...before, due: inside } }]
  const fields = fitted(seen.fields, rules.common)
  const op = operation('create', to, uid, fields, fieldNames(fields), now, `new in ${rules.names[on]}`)
  return steps(before, before, [op], rules.now)
}

/**
 * The event lives on both sides: what changed on one goes to the other, field by field; what may not is settled, and the
 * rest is judged.
 */
function decidePair(entry: PairEntry, now: Both<Live>, rules: Rules): Step[] {
  const fields = both((side) => now[side].fields)
  const flows = both((side) => mayFlow(side, now, entry.born, rules))
  const older = both((side) => now[side].older ?? [])
  const veils = both((side) => now[side].veil)
  const merged = merge(entry, fields, flows, rules.common, older, veils)
  const verdict = judge(entry, now, merged, opened(entry, fields, flows, rules.common), rules)
  const to = both((side) => new Map([...nowTo(side, merged, verdict), ...verdict.to[side]]))
  const stuck = both((side) =>
    isShut(side, now, entry.born, rules) ? [...merged.stuck[side], ...verdict.stuck[side]] : [],
  )
  const living = withoutSettled(entry, ['event'])
  const based = SIDES.reduce((each, side) => basedOn(each, fields[side], [...to[side].keys()]), living)
  const asTheyStand = verdict.asTheyStand.length > 0 ? [...verdict.asTheyStand, ...merged.beside] : []
  const stands = [...merged.same, ...asTheyStand, ...stuck.left, ...stuck.right]
  const isWritten = (field: Field): boolean => SIDES.some((side) => to[side].has(field) || merged.to[side].has(field))
  const standing = withStandingOccurrences(based, advance(based, fields, stands), fields, stands, isWritten)
  const agreed = withSettled(standing, stuck, entry.settled)
  const ops = SIDES.flatMap((side) => {
    if (to[side].size === 0 || isSkipped(entry, side, fields[other(side)])) return []
    const whole = withValues(withValues(fields[other(side)], to[other(side)]), to[side])
    const why = reason(verdict, side, to[side], rules)
    return [operation('update', side, entry.uid, whole, [...to[side].keys()], now, why)]
  })
  const { ask } = verdict
  if (ask) {
    // What has become free is told once, whatever is edited of it then.
    const isNew = ask.why === 'settled' ? entry.told === undefined : entry.told?.id !== ask.id
    const kept = isNew
      ? { ...without(agreed, 'due', 'answer'), told: { id: ask.id, about: 'conflict' as const, at: rules.now } }
      : askedAs(ask.id, without(agreed, 'due', 'answer'))
    return [...steps(entry, kept, ops, rules.now), { do: 'ask', question: ask, isNew }, ...stray(entry.uid, merged)]
  }
  const waits = verdict.first.length + ops.length > 0
  const kept = waits ? withoutQuestion(agreed) : without(agreed, 'told', 'answer', 'due')
  const done = steps(entry, kept, [...verdict.first, ...ops], rules.now)
  return [...done, ...notWritable(entry, now, rules), ...stray(entry.uid, merged)]
}

/**
 * What is written to a side now besides what was judged. Occurrences hang on what their series shows: where one side's
 * wins in that, they are written once both are the same.
 */
function nowTo(side: Side, merged: Merged, verdict: Verdict): [Field, Json][] {
  const isJudged = SIDES.some((each) => [...verdict.to[each].keys()].some((field) => !isException(field)))
  return [...merged.to[side]].filter(([field]) => !isJudged || !isException(field))
}

function reason(verdict: Verdict, to: Side, values: ReadonlyMap<Field, Json>, rules: Rules): string {
  const names = [...values.keys()].map((field) => (field === 'when' ? 'start, end, recurrence' : field)).join(', ')
  const from = rules.names[other(to)]
  return verdict.to[to].size > 0 ? `${from} wins: ${names}` : `changed in ${from}: ${names}`
}

/** Occurrences that the series does not have stay where they are: said once, when they changed. */
function stray(uid: string, merged: Merged): Step[] {
  if (merged.stray.length === 0) return []
  const starts = merged.stray.map((field) => field.replace(/^exceptions\./, '')).join(', ')
  const reason = `Changed occurrences that its series does not have are not carried over: ${starts}.`
  return [{ do: 'leave', uid, why: 'not-writable', reason }]
}

/** A change that can't be carried over, since nobody may write the other side's event, is reported. */
function notWritable(entry: PairEntry, now: Both<Live>, rules: Rules): Step[] {
  const fields = both((side) => now[side].fields)
  return SIDES.flatMap((to): Step[] => {
    const { fixed, ...free } = now[to]
    if (fixed === undefined || !rules.into[to]) return []
    const flows = both((side) => mayFlow(side, { ...now, [to]: free }, entry.born, rules))
    const veils = both((side) => now[side].veil)
    const wanted = merge(entry, fields, flows, rules.common, undefined, veils)
    const held = wanted.to[to].size > 0 || wanted.open.length > 0
    return held ? [{ do: 'leave', uid: entry.uid, why: 'not-writable', reason: fixed }] : []
  })
}
