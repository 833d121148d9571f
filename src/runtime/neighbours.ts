import type { Both, Side } from '../sync/model'
import { other } from '../sync/model'
import type { CalendarAccess } from './engine'
import type { ReconcileSettings } from './rules'

/** How other reconcile nodes carry what comes from a calendar to the other one. */
export type Elsewhere = 'one-way' | 'both' | 'not'

type Calendars = Both<CalendarAccess>

/** The reconcile nodes of a process: what one of them may not carry, another one may. */
export class Neighbours {
  private readonly nodes = new Map<Calendars, ReconcileSettings>()

  /** A node that lives until the signal says otherwise. */
  add(calendars: Calendars, settings: ReconcileSettings, closed: AbortSignal): void {
    this.nodes.set(calendars, settings)
    closed.addEventListener('abort', () => this.nodes.delete(calendars))
  }

  /** How the others carry what comes from each side of a node, between the same two calendars. */
  of(mine: Calendars): Both<Elsewhere> {
    const ways = { left: new Set<Elsewhere>(), right: new Set<Elsewhere>() }
    for (const [theirs, { direction, dryRun }] of this.nodes) {
      const turned = orientation(mine, theirs)
      if (theirs === mine || dryRun || turned === undefined) continue
      const side = (their: Side): Side => (turned ? other(their) : their)
      if (direction !== 'right-to-left') ways[side('left')].add(direction === 'both' ? 'both' : 'one-way')
      if (direction !== 'left-to-right') ways[side('right')].add(direction === 'both' ? 'both' : 'one-way')
    }
    const best = (found: ReadonlySet<Elsewhere>): Elsewhere =>
      found.has('both') ? 'both' : found.has('one-way') ? 'one-way' : 'not'
    return { left: best(ways.left), right: best(ways.right) }
  }
}

/** Whether another node's sides are these the other way round; undefined: it is about other calendars. */
function orientation(mine: Calendars, theirs: Calendars): boolean | undefined {
  if (isSame(mine.left, theirs.left) && isSame(mine.right, theirs.right)) return false
  return isSame(mine.left, theirs.right) && isSame(mine.right, theirs.left) ? true : undefined
}

/** By what the calendar is, or by its node as long as that is not known. */
const isSame = (one: CalendarAccess, two: CalendarAccess): boolean =>
  one.nodeId === two.nodeId || (one.known !== undefined && one.known === two.known)
