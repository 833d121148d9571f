import { fieldNames } from '../event/event'
import { hashJson } from '../event/json'
import { hashFields } from '../event/normal'
import { isLive, isUntouchedCopy } from './entry'
import type { Now } from './entry'
import { hasOtherEdits } from './merge'
import type { AloneEntry, Both, Compared, Entry, Live, PairEntry, Rules, Side, Step, Uid } from './model'
import { SIDES, both, other } from './model'
import { operation } from './operation'
import type { Replica } from './replica'

/** A copy of ours that is one too many, and what stands in its place. */
export type Surplus = { readonly on: Side; readonly copy: Live; readonly itself: Live }

/**
 * What came to a side between its reading and our creating there, nobody could know: if an event itself has turned up
 * beside the copy that we made of it since both were compared last, and nobody has touched that copy, it is one too many;
 * so it is beside an earlier copy that was taken out of the trash in that moment.
 *
 * @param beside other live resources of the event's uid, each side's
 */
export function surplusOf(
  entry: PairEntry,
  now: Now,
  beside: Both<readonly Live[]>,
  compared: Compared | undefined,
  replicas: Both<Replica>,
): Surplus | undefined {
  for (const on of SIDES) {
    const { made } = entry[on]
    const copy = now[on]
    const [itself] = beside[on]
    if (made === undefined || !isLive(copy) || !itself || !isLive(now[other(on)])) continue
    const isNew = !compared || (compared.at[on].epoch === replicas[on].epoch && made > compared.at[on].seq)
    const isOurs = copy.mark?.uid === entry.uid
    const isUntouched = isUntouchedCopy(copy) || !hasOtherEdits(entry[on], copy.fields, [])
    if (isNew && isOurs && isUntouched) return { on, copy, itself }
  }
  return undefined
}

/** Whether an entry is that of a copy which is to be taken back. */
export const isTakenBack = (entry: Entry | undefined): boolean => entry?.is === 'alone' && entry.surplus !== undefined

/** The entry of a copy that is to be taken back, under a name of its own. */
export function surplusEntry(uid: Uid, { on, copy }: Surplus): AloneEntry {
  return { uid: hashJson([uid, copy.id]), is: 'alone', on, id: copy.id, surplus: hashFields(copy.fields) }
}

/** A copy that is one too many is deleted as long as it is what it was; once somebody has touched it, it is left alone. */
export function takeBack(entry: AloneEntry, now: Now, rules: Rules): Step[] {
  const { uid, on } = entry
  const copy = now[on]
  if (!isLive(copy) || entry.surplus !== hashFields(copy.fields)) return [{ do: 'forget', uid }]
  if (!rules.into[on] || copy.fixed !== undefined) return []
  const alone = both((side) => (side === on ? copy : undefined))
  const reason = `the event itself has come to ${rules.names[on]} while it was copied`
  const op = operation('delete', on, uid, copy.fields, fieldNames(copy.fields), alone, reason)
  return [{ do: 'write', op, approved: true }]
}
