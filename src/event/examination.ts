import { ProviderError } from './calendar'

/** How what a server did compares with what its provider rests on. */
export type Outcome = 'as expected' | 'differs' | 'not tried'

/** What was seen of one fact. `saw` holds nothing of the account's owner: it may be shown to anybody. */
export type Seen = { readonly outcome: Outcome; readonly saw: string }

/** One line of an examination. */
export type Finding = Seen & {
  /** The fact's name, the same in every version: `caldav.sync.same-token`. */
  readonly id: string
  /** What is expected, as a sentence. */
  readonly says: string
  /** The requests that it took, one line each, as fit to be shown as `saw` is. */
  readonly asked: readonly string[]
}

/** The line that tells whether all was removed that a check had made. */
export function cleanupFinding(id: string, removed: number, left: readonly string[]): Finding {
  const says = 'All events that the check made in the scratch calendar are removed again.'
  const saw =
    left.length === 0 ? `${removed} removed.` : `${removed} removed. Delete these yourself: ${left.join(', ')}.`
  return { id, says, ...judged(left.length === 0, saw), asked: [] }
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
export class NotTried extends Error {}

export const asExpected = (saw: string): Seen => ({ outcome: 'as expected', saw })
export const differs = (saw: string): Seen => ({ outcome: 'differs', saw })
export const judged = (isExpected: boolean, saw: string): Seen => (isExpected ? asExpected(saw) : differs(saw))

/** Something that an earlier question found. @throws NotTried if it did not */
export function needed<T>(value: T | undefined, what: string): T {
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
    if (signal.aborted) end ??= gaveUp()
    if (end) {
      const saw = end.code === 'aborted' ? end.message : 'An earlier question ended the check.'
      tell({ id, says, outcome: 'not tried', saw, asked: [] })
      continue
    }
    try {
      tell({ id, says, ...(await fact.ask(context, signal)), asked: asked() })
    } catch (thrown) {
      const error = signal.aborted ? gaveUp() : thrown
      tell({ id, says, ...seenIn(error), asked: asked() })
      if (error instanceof ProviderError && ENDS.includes(error.code)) end = error
    }
  }
  if (end) throw end
}

const gaveUp = (): ProviderError => new ProviderError('aborted', 'The check was given up.')

function seenIn(error: unknown): Seen {
  if (error instanceof NotTried) return { outcome: 'not tried', saw: error.message }
  if (!(error instanceof ProviderError)) throw error
  const { code, status, message } = error
  if (code === 'aborted') return { outcome: 'not tried', saw: message }
  if (status === undefined) return { outcome: 'not tried', saw: `There was no answer (${code}).` }
  return differs(`HTTP ${status}.`)
}

/** How often each text occurs. */
export function tally(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

/** `2 x a, 1 x b` */
export const counted = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([text, many]) => `${many} x ${text}`).join(', ') || 'none'
