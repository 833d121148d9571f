import type { Agreement } from './agreement'
import { isLive } from './entry'
import type { Live, ResourceId, Seen, ShowsDeclined, Side, Uid } from './model'
import type { Replica, Stored } from './replica'
import { shown } from './shown'

/** The resource of an event on one side, and others of the same uid there, which are left alone. */
export type Found = { readonly seen: Seen | undefined; readonly duplicates: readonly Live[] }

/**
 * Finds what stands for an event on one side. The resource that it is paired with counts; if that is gone, another
 * unpaired live one with the same uid takes its place (restored, renamed, made again); without a pair the one with the
 * smallest id. One that can't be read stands for the event if nothing else does: it may be the event.
 *
 * @param id the resource that the agreement names, if any
 * @param declined how what was declined shows
 */
export function find(
  uid: Uid,
  id: ResourceId | undefined,
  side: Side,
  replica: Replica,
  agreement: Agreement,
  declined: ShowsDeclined,
): Found {
  const { seen, duplicates } = findAsItIs(uid, id, side, replica, agreement)
  return { seen: shown(seen, declined), duplicates: duplicates.map((each) => shown(each, declined)) }
}

/** The same, but as the event is itself, not as it shows. */
export function findAsItIs(
  uid: Uid,
  id: ResourceId | undefined,
  side: Side,
  replica: Replica,
  agreement: Agreement,
): Found {
  const bound = id === undefined ? undefined : replica.get(id)
  if (bound && bound.is !== 'gone' && replica.isOnlyOne(uid)) return { seen: bound, duplicates: [] }
  const others = [...replica.withUid(uid)]
    .filter((seen) => seen.id !== id && agreement.uidOf(side, seen.id) === undefined)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const free = others.filter((seen): seen is Stored & Live => isLive(seen))
  if (bound && bound.is !== 'gone') return { seen: bound, duplicates: free }
  const [first, ...duplicates] = free
  if (first) return { seen: first, duplicates }
  const unread = others.find(({ is }) => is === 'unread')
  if (unread) return { seen: unread, duplicates: [] }
  return { seen: bound ?? (id === undefined ? undefined : { uid, id, is: 'gone', how: 'missing' }), duplicates: [] }
}
