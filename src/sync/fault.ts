import { faultOf } from '../event/fault'
import type { Agreement } from './agreement'
import { isLive } from './entry'
import type { Both, Entry, Step, Uid } from './model'
import { SIDES } from './model'
import type { Replica } from './replica'

/**
 * What is done about an event that can't be planned: nothing, but it is named with its title, and the next run tries again.
 *
 * @param error what was thrown
 */
export function setAside(uid: Uid, error: unknown, agreement: Agreement, replicas: Both<Replica>): Step[] {
  const found = SIDES.flatMap((on) =>
    [...replicas[on].withUid(uid)].flatMap((seen) => (isLive(seen) ? [{ on, seen }] : [])),
  )
  const [first] = found
  const alone = first && { uid, is: 'alone' as const, on: first.on, id: first.seen.id }
  const entry: Entry | undefined = agreement.get(uid) ?? alone
  const title = found.map(({ seen }) => seen.fields.summary).find((each) => typeof each === 'string')
  const { reason, defect } = faultOf(error)
  const step = { do: 'leave' as const, uid, why: 'fault' as const, reason, title: title ?? '(no title)' }
  return [
    ...(entry ? [{ do: 'agree' as const, entry: { ...entry, due: 0 } }] : []),
    defect === undefined ? step : { ...step, defect },
  ]
}
