import { ProviderError } from './calendar'
import type { Said } from './phrase'
import { english, mapTexts, orNone, say } from './phrase'
import type { Veil } from './veil'

/** How what a server did compares with what its provider rests on. */
export type Outcome = 'as expected' | 'differs' | 'not tried'

/** What was seen of one fact. It holds nothing of the account's owner: it may be shown to anybody. */
export type Seen = { readonly outcome: Outcome; readonly seen: Said }

/** One line of an examination. */
export type Finding = Seen & {
  /** The fact's name, the same in every version: `caldav.sync.same-token`. */
  readonly id: string
  /** What is expected, as a sentence. */
  readonly says: string
  /** What was seen, in English. */
  readonly saw: string
  /** The requests that it took, one line each, as fit to be shown as `seen` is. */
  readonly asked: readonly string[]
}

export const ALL_REMOVED = 'All events that the check made in the scratch calendar are removed again.'

/** The line that tells whether all was removed that a check had made. */
export function cleanupFinding(id: string, removed: number, left: readonly string[]): Finding {
  const seen = left.length === 0 ? say`${removed} removed.` : say`${removed} removed. Delete these yourself: ${left}.`
  return { id, says: ALL_REMOVED, ...judged(left.length === 0, seen), saw: english(seen), asked: [] }
}

/** One fact on which a provider rests, and how it is asked. `C`: what the questions of one examination share. */
export type Fact<C> = {
  readonly id: string
  readonly says: string
  ask(context: C, signal: AbortSignal): Promise<Seen>
}

/** A calendar that its owner made for this: events are made in it, and removed again. `second`: another one. */
export type Scratch = { readonly id: string; readonly second?: string }

export type ExaminationWish = {
  /** Without it nothing is written. */
  readonly scratch?: Scratch
  /** A text that nobody else knows: what is hashed in the findings can't be guessed without it. */
  readonly salt: string
}

/** Asks an account's server whether it behaves as its provider rests on. */
export interface Examination {
  /** The most events that it makes in a scratch calendar. */
  readonly makes: number
  /** How many lines there will be, with those about writing or without. */
  lines(writes: boolean): number
  /**
   * Asks, and tells each finding as it comes. Whatever happens, what was made in a scratch calendar is removed; what
   * can't be is named in a last finding, `<provider>.cleanup`. Rejects with a `ProviderError` if the login does not
   * work, after all findings were told, or when aborted.
   */
  run(wish: ExaminationWish, tell: (finding: Finding) => void, signal: AbortSignal): Promise<void>
}

/** A fact that can't be asked about here: what it takes is not there. The message says what. */
export class NotTried extends Error {
  constructor(readonly seen: Said) {
    super(english(seen))
  }
}

export const asExpected = (seen: Said): Seen => ({ outcome: 'as expected', seen })
export const differs = (seen: Said): Seen => ({ outcome: 'differs', seen })
const notTried = (seen: Said): Seen => ({ outcome: 'not tried', seen })
export const judged = (isExpected: boolean, seen: Said): Seen => (isExpected ? asExpected(seen) : differs(seen))

/** Something that an earlier question found. @throws NotTried if it did not */
export function needed<T>(value: T | undefined, what: Said): T {
  if (value === undefined) throw new NotTried(what)
  return value
}

/** Failures after which asking on would do harm, or help nobody. */
const ENDS = ['reauthorise', 'rate-limit', 'aborted']

/**
 * Asks about all facts, in order. A refusal is a finding; after one that ends the examination, the others are not tried.
 * Rejects with what ended it.
 *
 * @param asked the requests since it was called last, one line each
 */
export async function ask<C>(
  facts: readonly Fact<C>[],
  context: C,
  asked: () => readonly string[],
  tell: (finding: Finding) => void,
  signal: AbortSignal,
): Promise<void> {
  let end: ProviderError | undefined
  for (const fact of facts) {
    const { id, says } = fact
    const found = ({ outcome, seen }: Seen, requests: readonly string[]): void =>
      tell({ id, says, outcome, seen, saw: english(seen), asked: requests })
    if (signal.aborted) end ??= gaveUp()
    if (end) {
      found(notTried(end.code === 'aborted' ? GIVEN_UP : say`An earlier question ended the check.`), [])
      continue
    }
    try {
      found(await fact.ask(context, signal), asked())
    } catch (thrown) {
      const error = signal.aborted ? gaveUp() : thrown
      found(seenIn(error), asked())
      if (error instanceof ProviderError && ENDS.includes(error.code)) end = error
    }
  }
  if (end) throw end
}

const GIVEN_UP = say`The check was given up.`
const gaveUp = (): ProviderError => new ProviderError('aborted', english(GIVEN_UP))

function seenIn(error: unknown): Seen {
  if (error instanceof NotTried) return notTried(error.seen)
  if (!(error instanceof ProviderError)) throw error
  const { code, status } = error
  if (code === 'aborted') return notTried(GIVEN_UP)
  if (status === undefined) return notTried(say`There was no answer (${code}).`)
  return differs(`HTTP ${status}.`)
}

/** A finding without what is somebody's own. */
export const veiled = (finding: Finding, veil: Veil): Finding => ({
  ...finding,
  saw: veil.over(finding.saw),
  seen: mapTexts(finding.seen, (text) => veil.over(text)),
})

/** How often each text occurs. */
export function tally(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

/** `2 x a, 1 x b` */
export const counted = (counts: ReadonlyMap<string, number>): Said =>
  orNone([...counts].map(([text, times]) => `${times} x ${text}`))
