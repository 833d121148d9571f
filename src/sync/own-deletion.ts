import { sameJson } from '../event/json'
import type { Now } from './entry'
import { isLive, without } from './entry'
import { versionOf } from './operation'
import type { Entry, Half, Live, Operation, PairEntry, Side } from './model'
import { SIDES, other } from './model'

/**
 * The entry with a deletion noted that is about to be made, so that it is not taken for somebody's if its answer gets
 * lost: whoever takes the event out of the trash on the other side then wants it back on both.
 *
 * @param seq the place in the order of changes that the replica gave to what is deleted, no read is past it yet
 */
export function noteDeletion(entry: Entry | undefined, op: Operation, target: Live, seq: number): Entry | undefined {
  if (entry?.is !== 'pair') return entry
  return { ...entry, [op.to]: { ...entry[op.to], deleting: { against: versionOf(target), seq } } }
}

/** The entry after a deletion that the server has refused: nothing came of it. */
export function withoutDeletion(entry: PairEntry, side: Side): PairEntry {
  const { deleting: _deleting, ...half } = entry[side]
  return { ...entry, [side]: half satisfies Half }
}

/**
 * Settles noted deletions. What a read since then has found as it was has not been deleted by us. Another version of it
 * where the other side's event is gone may have been put back by somebody: an earlier word about its deletion is void.
 *
 * @param readTo how far each side was read
 */
export function settleDeletions(entry: PairEntry, now: Now, readTo: { readonly [side in Side]: number }): PairEntry {
  return SIDES.reduce((settled, side) => {
    const { deleting } = settled[side]
    const seen = now[side]
    if (!deleting || !isLive(seen)) return settled
    const isOther = !isSame(seen, deleting.against)
    if (isLive(now[other(side)]) ? isOther || readTo[side] >= deleting.seq : !isOther && readTo[side] >= deleting.seq) {
      return withoutDeletion(settled, side)
    }
    if (!isOther || deleting.against === null) return settled
    return { ...without(settled, 'answer'), [side]: { ...settled[side], deleting: { ...deleting, against: null } } }
  }, entry)
}

const isSame = (seen: Live, against: unknown): boolean =>
  against !== null && sameJson(versionOf(seen), against as never)

/** Whether what is gone from a side may have gone by our own deletion. */
export const isOwnDeletion = (entry: PairEntry, lost: Side): boolean => entry[lost].deleting !== undefined

/** Whether what lives on a side is another version than the one that we were about to delete there. */
export const hasReturned = (entry: PairEntry, on: Side): boolean => entry[on].deleting?.against === null
