import type { Agreement } from './agreement'
import type { Both, Operation, Rules, Step, Uid } from './model'
import { SIDES } from './model'
import { deletionQuestion } from './operation'

/** How many deletions to a side stay free of the percentage. */
const FREE = 5
const ORDER = { update: 0, create: 1, delete: 2 }

type Write = Extract<Step, { do: 'write' }>

/**
 * Mass deletion stops: if the deletions due towards a side, with those of the last 24 hours, exceed both five and the
 * limit, or would leave no pair, none of them is carried out: they become questions, and stay so until the user decides,
 * also when there are fewer of them by then. Those that the user approved go on.
 *
 * @param deletedLately to each side, in the last 24 hours
 */
export function holdMassDeletion(
  steps: readonly Step[],
  deletedLately: Both<number>,
  agreement: Agreement,
  rules: Rules,
): Step[] {
  const paired = pairedAfter(steps, agreement)
  const held = SIDES.filter((side) => {
    const due = steps.filter((step) => isUnapprovedDeletion(step) && step.op.to === side).length
    return due > 0 && exceeds(due, deletedLately[side], paired, deletedLately, rules.deletionLimit)
  })
  const holding = (step: Step): step is Write =>
    isUnapprovedDeletion(step) && (held.includes(step.op.to) || wasAnnounced(step.op, agreement))
  if (!steps.some(holding)) return [...steps]
  const kept = steps.filter((step) => !holding(step))
  return [...kept, ...steps.filter(holding).flatMap((step) => ask(step.op, agreement))]
}

/** The pairs that there are once both sides have agreed on what the steps say: as many as the next run counts. */
function pairedAfter(steps: readonly Step[], agreement: Agreement): number {
  const isPair = new Map<Uid, boolean>()
  for (const step of steps) {
    if (step.do === 'agree') isPair.set(step.entry.uid, step.entry.is === 'pair')
    else if (step.do === 'forget') isPair.set(step.uid, false)
  }
  let paired = agreement.paired
  for (const [uid, will] of isPair) paired += Number(will) - Number(agreement.get(uid)?.is === 'pair')
  return paired
}

const isUnapprovedDeletion = (step: Step): step is Write =>
  step.do === 'write' && step.op.action === 'delete' && step.approved !== true

function exceeds(due: number, lately: number, paired: number, deletedLately: Both<number>, percent: number): boolean {
  const all = due + lately
  const pairedThen = paired + deletedLately.left + deletedLately.right
  return (all > FREE && all * 100 > percent * pairedThen) || (all > 1 && due >= paired)
}

/** The user was told that this very deletion waits. */
function wasAnnounced({ uid, to, fields }: Operation, agreement: Agreement): boolean {
  const told = agreement.get(uid)?.told
  return told?.about === 'deletion' && told.id === deletionQuestion(uid, to, fields, 'limit', told).id
}

/** A held deletion is looked at in each run, since it counts towards the limit; it is announced once. */
function ask(op: Operation, agreement: Agreement): Step[] {
  const entry = agreement.get(op.uid)
  const question = deletionQuestion(op.uid, op.to, op.fields, 'limit', entry?.told)
  const isNew = entry?.told?.id !== question.id
  const told = isNew ? { id: question.id, about: 'deletion' as const } : entry.told
  const kept: Step[] = entry ? [{ do: 'agree', entry: { ...entry, told, due: 0 } }] : []
  return [...kept, { do: 'ask', question, isNew }]
}

/**
 * The order of a plan (fewest failures first; updates before creates before deletes; operations on one event as they
 * were planned) and the part of it that one run carries out: one operation, or more within so many requests; none within 0.
 *
 * @param requests about how many an operation takes
 * @returns the operations of this run, and those that the next ones will plan again
 */
export function cut(
  ops: readonly Operation[],
  agreement: Agreement,
  maxOperations: number,
  requests: (op: Operation) => number = () => 1,
): { now: Operation[]; remaining: Operation[] } {
  const failures = (op: Operation): number => agreement.get(op.uid)?.failures ?? 0
  const ordered = [...ops].sort((a, b) => failures(a) - failures(b) || ORDER[a.action] - ORDER[b.action])
  let [count, sum] = [0, 0]
  for (const op of ordered) {
    sum += requests(op)
    if (sum > maxOperations && (count > 0 || maxOperations === 0)) break
    count += 1
  }
  return { now: ordered.slice(0, count), remaining: ordered.slice(count) }
}
