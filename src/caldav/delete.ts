import type { Answer, Live } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { preconditionsIn, unexpected } from './errors'
import { refused, whyForbidden } from './forbidden'
import { getMember } from './members'
import { urlOf } from './paths'
import type { Place } from './place'
import { seenNow } from './read'
import { deleted, etagOf } from './seen'
import type { Text } from './update'
import { fetchSame, isSame, stale, versionOf } from './update'

/** `Calendar.delete`: see there. */
export async function* deleteEvent(place: Place, seen: Live, signal: AbortSignal): AsyncGenerator<Answer> {
  await remove(place, seen, signal)
  yield { wrote: [], holds: deleted(seen.id, new Map([[seen.id, seen]])) }
}

async function remove(place: Place, seen: Live, signal: AbortSignal): Promise<void> {
  const { dav, collection } = place
  const { id } = seen
  // a DELETE of a collection takes all events with it: only a member of this calendar is ever named
  if (!id.startsWith(collection.info.id) || id.endsWith('/')) throw refused(`${id} is no event of this calendar`)
  if (seen.fixed !== undefined) throw refused(seen.fixed.replace(/\.$/, ''))

  const current = await lookFirst(place, seen, signal)
  const url = urlOf(id, collection.url)
  const answer = await dav.connection.send({ method: 'DELETE', url, headers: versionOf(seen, current) }, signal)
  const { status } = answer
  if (status >= 200 && status < 300) place.refusals.passed()
  if ((status >= 200 && status < 300) || status === 404 || status === 410) return
  // If-Match fails on what is not there, too: a repeated deletion ends here
  if (status === 412 || status === 409) {
    if ((await seenNow(place, id, new Map([[id, seen]]), signal)).is === 'gone') return
    throw new ProviderError('stale', `${id} has changed on the server since it was read. It is read again.`, { status })
  }
  if (status === 403 || status === 405) {
    throw await whyForbidden(place, id, status, preconditionsIn(answer.text), signal)
  }
  throw unexpected(answer, 'the deletion of an event')
}

/**
 * One look before a deletion, since SOGo does not heed If-Match there: somebody's edit would be gone. A member that is not
 * given out is deleted under the condition alone.
 *
 * @throws ProviderError `stale` if it has changed
 */
async function lookFirst(place: Place, seen: Live, signal: AbortSignal): Promise<Text | undefined> {
  if (etagOf(seen.ref) === null) return fetchSame(place, seen, signal)
  const member = await getMember(place.dav, place.collection.url, seen.id, signal)
  if (member.is !== 'text') return undefined
  if (!isSame(place, seen, member)) throw stale(seen.id)
  return member
}
