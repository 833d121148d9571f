import type { Report } from './report'
import { brief, momentShown, plural } from './sentence'

/** How a pair does, in a word that a flow can act on. */
export type HealthWord =
  'in-sync' | 'first-sync' | 'conflicts' | 'held-deletions' | 'unreachable' | 'sign-in' | 'stale' | 'never-run'

/** What is known of a pair. Sides are the node's. */
export type Facts = {
  readonly pair: { readonly left: string; readonly right: string }
  readonly paired: number
  readonly conflicts: number
  readonly heldDeletions: number
  /** Whether both calendars were ever compared as a whole. */
  readonly wasCompared: boolean
  /** When the last run without errors ended; null: never. */
  readonly lastSuccess: number | null
  /** The last run that did something or failed, if any. */
  readonly lastRun?: Pick<Report, 'errors' | 'finishedAt'>
  /** No run has succeeded for too long: since when. */
  readonly staleSince?: number
}

/** How the pair does, and that in a sentence: what hinders most comes first. */
export function standingOf(facts: Facts): { text: string; health: HealthWord } {
  const { conflicts, heldDeletions, lastSuccess, lastRun, staleSince, wasCompared, paired } = facts
  const both = `${brief(facts.pair.left)} and ${brief(facts.pair.right)}`
  const [error] = lastRun && Date.parse(lastRun.finishedAt) >= (lastSuccess ?? 0) ? lastRun.errors : []
  const why = error ? ` ${error.message}` : ''
  if (error?.code === 'calsync.reauthorise') {
    return { text: `${both} are not synced: an account can't sign in.${why}`, health: 'sign-in' }
  }
  if (staleSince !== undefined) {
    return { text: `No sync of ${both} has succeeded since ${momentShown(staleSince)}.${why}`, health: 'stale' }
  }
  if (error) return { text: `The last sync of ${both} failed.${why}`, health: 'unreachable' }
  if (!lastRun && lastSuccess === null) {
    const text = `${both} were never synced: let a calendar source read each of them.`
    return { text, health: 'never-run' }
  }
  if (!wasCompared) return { text: `The first sync of ${both} is not finished yet.`, health: 'first-sync' }
  const rest = `${plural(paired, 'event')} in step`
  if (heldDeletions > 0) {
    const text = `${plural(heldDeletions, 'deletion')} ${heldDeletions === 1 ? 'waits' : 'wait'} for you; ${rest} in ${both}.`
    return { text, health: 'held-deletions' }
  }
  if (conflicts > 0) {
    const text = `${plural(conflicts, 'conflict')} ${conflicts === 1 ? 'waits' : 'wait'} for you; ${rest} in ${both}.`
    return { text, health: 'conflicts' }
  }
  const since = lastSuccess === null ? '' : `, as of ${momentShown(lastSuccess)}`
  return { text: `${both} are in step${since}: ${plural(paired, 'event')} on both sides.`, health: 'in-sync' }
}
