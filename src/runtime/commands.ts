import type { Fields } from '../event/event'
import type { Json } from '../event/json'
import { isObject } from '../event/json'
import type { Choice, Entry, Rules, Side, Uid } from '../sync/model'
import { SIDES, other } from '../sync/model'
import { PING_PONG } from '../sync/operation'
import { withoutRefusal } from '../sync/refusal'
import type { CalendarAccess, Engine } from './engine'
import { CalSyncError } from './errors'
import { fromEventMessage, toChangedNames } from './event-message'
import { explain } from './explain'
import { historyOf } from './history'
import type { PairState } from './pair-state'
import { deletionSide, openAbout, openConflicts, questionNow, stopped } from './questions'
import { describeConflict } from './question-messages'
import { restingEvents, summaryOf, titleOf } from './report'
import { plural, quoted } from './sentence'
import { Sink } from './sink'
import { standingOf } from './standing'

export const COMMANDS = [
  'sync',
  'status',
  'conflicts',
  'resolve',
  'approve-deletions',
  'keep-deletions',
  'undo',
  'explain',
  'reset',
] as const
export type Command = (typeof COMMANDS)[number]

/** Those that change what a pair agreed on or what is to become of it: never in the middle of a run. */
const CHANGING: readonly Command[] = ['sync', 'resolve', 'approve-deletions', 'keep-deletions', 'reset']

export const isCommand = (topic: unknown): topic is Command => COMMANDS.some((command) => command === topic)

/** What a command works on. Sides of `names` and `providers` are the node's. */
export type Context = {
  readonly engine: Engine
  readonly pair: PairState
  readonly calendars: Record<Side, CalendarAccess>
  readonly rules: Rules
  readonly names: { readonly left: string; readonly right: string }
  readonly turn: (side: Side) => Side
  readonly dryRun: boolean
  /** No run of this node has succeeded for too long: since when. */
  readonly staleSince?: number
  readonly signal: AbortSignal
}

/** What becomes of a command: an answer, or a run over some events (all: undefined) that ends with a report. */
export type Outcome =
  | { readonly is: 'answer'; readonly payload: unknown; readonly error?: CalSyncError }
  | { readonly is: 'run'; readonly only?: ReadonlySet<Uid> }

/**
 * Carries a command out. Rejects with what is wrong with its payload. Under dry run nothing is recorded.
 */
export function runCommand(command: Command, payload: Json, context: Context): Promise<Outcome> {
  const carryOut = (): Promise<Outcome> => carryOutCommand(command, payload, context)
  return CHANGING.includes(command) ? context.pair.lock.run(carryOut) : carryOut()
}

async function carryOutCommand(command: Command, payload: Json, context: Context): Promise<Outcome> {
  const said = isObject(payload) ? payload : {}
  switch (command) {
    case 'sync':
      return 'uid' in said ? release(said['uid'], context) : { is: 'run' }
    case 'status':
      return { is: 'answer', payload: await statusOf(context) }
    case 'conflicts':
      return { is: 'answer', payload: conflictsNow(context) }
    case 'resolve':
      return resolve(said, context)
    case 'approve-deletions':
      return decideDeletions(said['id'], 'approve', context)
    case 'keep-deletions':
      return decideDeletions(said['id'], 'keep', context)
    case 'undo':
      return undo(said['id'], context)
    case 'explain':
      return { is: 'answer', payload: await explainOne(said['uid'], context) }
    case 'reset':
      return reset(said['confirm'], context)
  }
}

function invalid(message: string): CalSyncError {
  return new CalSyncError('invalid-input', message, 'invalid input')
}

/** Releases an event from the ping-pong stop, or has what was refused of it tried again. */
async function release(uid: unknown, { pair, dryRun }: Context): Promise<Outcome> {
  if (typeof uid !== 'string') throw invalid('uid in the payload of sync must be the uid of an event that rests.')
  const entry = pair.agreement.get(uid)
  if (!entry) throw invalid(`This pair knows no event with the uid ${quoted(uid)}.`)
  const { wrote: _wrote, ...free } = withoutRefusal(entry)
  if (!dryRun) await pair.put(new Map([[uid, { ...free, due: 0 }]]))
  return { is: 'run' }
}

export function conflictsNow({ pair, rules, names, turn, engine }: Context): ReturnType<typeof describeConflict>[] {
  return openConflicts(pair, rules).map((question) =>
    describeConflict(question, pair, names, turn, engine.around.now()),
  )
}

async function resolve(said: { readonly [name: string]: Json }, context: Context): Promise<Outcome> {
  const { pair } = context
  const { all, choice } = said
  const id = typeof said['id'] === 'string' ? said['id'] : undefined
  if (all !== true && id === undefined) {
    throw invalid('resolve needs payload {id, choice}, or {all: true, choice}; "conflicts" lists the open ones.')
  }
  const answer = choiceOf(choice, context)
  const open = openAbout(pair, 'conflict')
  const chosen = all === true ? open : named(id ?? '', open, context)
  if (chosen.length === 0 && all !== true) {
    throw new CalSyncError(
      'no-such-conflict',
      `No conflict with the id ${quoted(id ?? '')} is open: it was settled, or one of its sides changed since and it is asked anew. "conflicts" lists the open ones.`,
      'no such conflict',
    )
  }
  return answerAll(aboutIt(chosen, answer, context, all === true), () => answer, context)
}

/** The conflict, or the set of differences, with this id, as it was announced or as the list names it now that one of its sides has changed. */
function named(id: string, open: readonly Entry[], { pair, rules }: Context): Entry[] {
  const told = open.filter((entry) => entry.told?.id === id || entry.told?.sets?.includes(id))
  if (told.length > 0) return told
  return open.flatMap((entry) =>
    entry.told && questionNow(entry.uid, pair, rules)?.id === id ? [{ ...entry, told: { ...entry.told, id } }] : [],
  )
}

/**
 * The conflicts that a choice says something about. Throws if an edited event says nothing about any of them, or if there
 * is nothing to carry or keep.
 */
function aboutIt(chosen: readonly Entry[], choice: Choice, { pair, rules }: Context, all: boolean): readonly Entry[] {
  if (choice === 'carry' || choice === 'keep') {
    const freed = chosen.filter(({ uid }) => questionNow(uid, pair, rules)?.why === 'settled')
    if (freed.length > 0 || all) return freed
    throw invalid(`"${choice}" is no answer to this conflict: it was changed on both sides, and one has to win.`)
  }
  if (typeof choice !== 'object' || !('event' in choice)) return chosen
  const missed = new Set<string>()
  const about = chosen.filter(({ uid }) => {
    const fields = questionNow(uid, pair, rules)?.fields
    if (fields === undefined || fields === 'deletion' || fields.some((field) => field in choice.event)) return true
    toChangedNames(fields).forEach((name) => missed.add(name))
    return false
  })
  if (about.length > 0 || missed.size === 0) return about
  throw invalid(`The conflict is about ${[...missed].join(', ')}: the event in choice says nothing about it.`)
}

/** Answers questions and has the events looked at at once. */
async function answerAll(
  entries: readonly Entry[],
  choose: (entry: Entry) => Choice | undefined,
  { pair, dryRun }: Context,
): Promise<Outcome> {
  const answered = new Map<Uid, Entry>()
  for (const entry of entries) {
    const choice = choose(entry)
    if (choice !== undefined && entry.told) {
      answered.set(entry.uid, { ...withoutRefusal(entry), answer: { to: entry.told.id, choice }, due: 0 })
    }
  }
  if (!dryRun) await pair.put(answered)
  return { is: 'run', only: new Set(answered.keys()) }
}

/** What a message's `choice` means for the pair. */
function choiceOf(choice: unknown, { turn, calendars, engine }: Context): Choice {
  if (choice === 'left' || choice === 'right') return turn(choice)
  if (choice === 'carry' || choice === 'keep') return choice
  if (choice === 'both') return { both: turn('left') }
  const sides = SIDES.filter((side) => calendars[side].provider === choice)
  const [side] = sides
  if (side && sides.length === 1) return turn(side)
  if (isObject(choice as Json)) {
    const event: Fields = fromEventMessage(choice, engine.around.localZone)
    if (Object.keys(event).length > 0) return { event }
  }
  throw invalid(
    'choice must be "left", "right", "google" or "icloud" where that names one side, "both", an event with the fields as they shall be, or, for differences that could not be carried over before, "carry" or "keep".',
  )
}

async function decideDeletions(id: unknown, how: 'approve' | 'keep', context: Context): Promise<Outcome> {
  const { pair } = context
  if (id !== undefined && typeof id !== 'string') throw invalid('id must be the id of a set of held deletions.')
  const held = openAbout(pair, 'deletion')
  const chosen = id === undefined ? held : held.filter(({ told }) => told?.sets?.includes(id) || told?.id === id)
  if (chosen.length === 0 && id !== undefined) {
    throw new CalSyncError('no-such-deletions', `No held deletions have the id ${quoted(id)} any more.`, 'none held')
  }
  return answerAll(
    chosen,
    (entry) => {
      const side = deletionSide(entry, pair)
      if (how === 'keep') return 'keep'
      return side && other(side)
    },
    context,
  )
}

/** Puts a version that was overwritten or deleted back, as the flow's own operation on the side that lost it. */
async function undo(id: unknown, { pair, calendars, engine, turn, signal, dryRun }: Context): Promise<Outcome> {
  const found = (await pair.lostVersions()).find(({ entry }) => entry.id === id)
  if (typeof id !== 'string' || !found) {
    throw invalid('undo needs payload {id} of a version in the history; "status" lists the latest ones as lost.')
  }
  const { uid, calendar, fields } = found.entry
  const stored = pair.sideOf(calendar)
  if (!stored) throw invalid('The version belongs to another pair.')
  const [title, where] = [quoted(titleOf(fields)), pair.calendars[stored].name]
  if (dryRun) {
    const text = `Dry run: ${title} would be put back in ${where}.`
    return { is: 'answer', payload: { text, id, uid, status: 'dropped' } }
  }
  const sink = new Sink(engine, calendars[turn(stored)])
  const { payload, error } = await sink.restore(uid, fields, signal)
  const text = error
    ? `${title} could not be put back in ${where}. ${error.message}`
    : `${title} was put back in ${where}.`
  return { is: 'answer', payload: { text, ...payload.results[0], id }, ...(error ? { error } : {}) }
}

async function explainOne(uid: unknown, context: Context): Promise<unknown> {
  if (typeof uid !== 'string') throw invalid('explain needs payload {uid} of an event.')
  return explain(uid, context)
}

async function reset(confirm: unknown, { pair, names, dryRun }: Context): Promise<Outcome> {
  if (confirm !== true) {
    throw invalid('reset forgets what both calendars agreed on (it deletes no event): send payload {confirm: true}.')
  }
  const forgotten = dryRun ? 0 : await pair.reset()
  const text = dryRun
    ? `Dry run: what ${names.left} and ${names.right} agreed on would be forgotten; no event would be deleted.`
    : `What ${names.left} and ${names.right} agreed on about ${plural(forgotten, 'event')} is forgotten; no event was deleted.`
  return { is: 'answer', payload: { text, pair: names, forgotten } }
}

async function statusOf(context: Context): Promise<unknown> {
  const { pair, names, turn, engine, staleSince } = context
  const conflicts = openAbout(pair, 'conflict').length
  const heldDeletions = openAbout(pair, 'deletion').length
  const calendar = (side: Side): object => {
    const state = pair.calendars[turn(side)]
    const { identity, total, isComplete, provider } = state
    return {
      name: names[side],
      provider,
      identity,
      events: total,
      complete: isComplete,
      writable: state.info?.writable ?? false,
    }
  }
  const history = await historyOf(pair)
  const facts = {
    pair: names,
    paired: pair.agreement.paired,
    conflicts,
    heldDeletions,
    wasCompared: pair.agreement.compared !== undefined,
    lastSuccess: history.lastSuccess === null ? null : Date.parse(history.lastSuccess),
    ...(history.lastRun ? { lastRun: history.lastRun } : {}),
    ...(staleSince === undefined ? {} : { staleSince }),
  }
  const { lastRun: _lastRun, ...past } = history
  return {
    ...standingOf(facts),
    pair: names,
    paired: pair.agreement.paired,
    conflicts,
    heldDeletions,
    calendars: { left: calendar('left'), right: calendar('right') },
    leftAlone: stopped(pair, engine.around.now()).map((entry) => ({
      uid: entry.uid,
      summary: summaryOf(pair, entry.uid),
      reason: PING_PONG,
      until: new Date(entry.due ?? 0).toISOString(),
    })),
    setAside: restingEvents(pair, engine.around.now()).map(({ side, until, ...each }) => ({
      ...each,
      calendar: names[turn(side)],
      until: new Date(until).toISOString(),
    })),
    ...past,
  }
}
