import type { Both, Entry, Live, Question, Side, Step, Uid } from '../sync/model'
import type { Engine } from './engine'
import type { Job } from './execute'
import type { PairState } from './pair-state'
import { setId } from './questions'
import { describeConflict } from './question-messages'
import type { Conflict, Differences, HeldDeletions } from './question-messages'
import { summaryOf } from './report'
import type { Report } from './report'
import { differencesSentence, heldSentence } from './sentence'

/**
 * New questions go out once: conflicts one by one, those without a base together, deletions as a set, and as another
 * what could not be carried over before.
 */
export async function announce(job: Job, engine: Engine, report: Report, steps: readonly Step[]): Promise<void> {
  const { pair, turn, outputs } = job
  const asked = steps.filter((step) => step.do === 'ask')
  const describe = (question: Question): Conflict =>
    describeConflict(question, pair, report.pair, turn, engine.around.now())
  const fresh = asked.filter(({ isNew }) => isNew).map(({ question }) => question)
  for (const question of fresh) if (question.why === 'conflict') outputs.conflict(describe(question))
  const noBase = fresh.filter(({ why }) => why === 'no-base')
  if (noBase.length > 0) outputs.conflicts(noBase.map(describe))
  const freed = fresh.filter(({ why }) => why === 'settled')
  if (freed.length > 0) {
    outputs.differences(describeDifferences(freed, pair, report.pair, describe))
    await pair.put(announcedAs(setId(freed), freed, pair))
  }
  for (const side of ['left', 'right'] as const) {
    const held = asked
      .map(({ question }) => question)
      .filter(({ why, on }) => (why === 'limit' || why === 'missing') && on === turn(side))
    if (!held.some((question) => fresh.includes(question))) continue
    outputs.held(describeHeld(held, side, pair, report.pair))
    await pair.put(announcedAs(setId(held), held, pair))
  }
}

/** Entries that know with which sets they were announced, so that an answer to a set finds exactly its own. */
function announcedAs(set: string, questions: readonly Question[], pair: PairState): Map<Uid, Entry> {
  const entries = new Map<Uid, Entry>()
  for (const { uid } of questions) {
    const entry = pair.agreement.get(uid)
    if (entry?.told)
      entries.set(uid, { ...entry, told: { ...entry.told, sets: [...(entry.told.sets ?? []), set].slice(-10) } })
  }
  return entries
}

function describeDifferences(
  questions: readonly Question[],
  pair: PairState,
  names: Both<string>,
  describe: (question: Question) => Conflict,
): Differences {
  const events = questions.map((question) => ({ ...eventIn(question, pair), text: describe(question).text }))
  const deletions = questions.filter(({ fields }) => fields === 'deletion').length
  const titles = events.map(({ summary }) => summary)
  const text = differencesSentence(titles, deletions, names)
  return { text, id: setId(questions), count: events.length, events }
}

function eventIn({ uid }: Question, pair: PairState): { uid: Uid; summary: string; start: unknown } {
  const { left, right } = pair.find(uid)
  const seen = [left, right].find((each): each is Live => each?.is === 'live')
  const when = seen?.fields.when as { start?: unknown } | undefined
  return { uid, summary: summaryOf(pair, uid), start: when?.start ?? null }
}

function describeHeld(questions: readonly Question[], side: Side, pair: PairState, names: Both<string>): HeldDeletions {
  const events = questions.map((question) => eventIn(question, pair))
  const titles = events.map(({ summary }) => summary)
  const text = heldSentence(titles, side === 'left' ? names.right : names.left, names[side])
  return { text, id: setId(questions), side, count: events.length, events }
}
