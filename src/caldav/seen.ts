import { setImmediate } from 'node:timers/promises'
import type { Gone, Known, Live, ResourceId, Seen, Uid, Unread } from '../event/calendar'
import type { Fields } from '../event/event'
import { faultOf } from '../event/fault'
import type { Json } from '../event/json'
import { isObject } from '../event/json'
import { sameFields } from '../event/normal'
import { IcalError, readEvent, titleIn } from '../ical'
import { asBefore, floatsIn, floatsRef } from './floating'
import type { Member } from './members'
import type { Place } from './place'

export function etagOf(ref: Json): string | null {
  return isObject(ref) && typeof ref.etag === 'string' ? ref.etag : null
}

const GUESTS = 'It has guests, to whom the server would send mail about a change.'

/** The event in a member's text, or why it can't be read: whatever is thrown meanwhile is about this one alone. */
export function seenFrom(member: Member & { is: 'text' }, known: Known, place: Place): Live | Unread {
  const { id, text, etag, modified } = member
  try {
    const floats = floatsIn(place, text)
    const event = readEvent(text, {
      floatingZone: floats.zone,
      uid: id,
      owner: place.owner.login,
      own: place.owner.addresses,
    })
    const before = known.get(id)
    const old = asBefore(text, event.fields, before, floats.zone) ?? asAnswered(event.fields, etag, before)
    const mark = event.mark?.bearer === id ? event.mark : undefined
    const changedAt = modified ?? event.changedAt
    return {
      uid: mark?.uid ?? event.uid,
      id,
      is: 'live',
      ref: { etag, ...(event.floats && floatsRef(floats)) },
      fields: event.fields,
      ...(changedAt === undefined ? {} : { changedAt }),
      ...(event.guests && place.mails ? { fixed: GUESTS } : {}),
      ...(mark ? { mark } : {}),
      ...(event.declined ? { declined: event.declined } : {}),
      ...(old ? { asBefore: old } : {}),
    }
  } catch (error) {
    if (error instanceof IcalError) return unread(id, known, error.reason, error)
    const { reason, defect } = faultOf(error)
    return { ...unread(id, known, reason, { title: titleIn(text) }), ...(defect === undefined ? {} : { defect }) }
  }
}

/**
 * What was known of a version that means something else under the very same ETag: the server has made that of it, such as
 * of a text of ours after it had answered with the ETag. A weak ETag may stand for more than one text (RFC 9110 8.8.1).
 */
function asAnswered(fields: Fields, etag: string | null, before: Seen | undefined): Fields | undefined {
  const isSame = etag !== null && before?.is === 'live' && etagOf(before.ref) === etag && !etag.startsWith('W/')
  return isSame && !sameFields(before.fields, fields) ? before.fields : undefined
}

/** It goes by the UID by which it is known, else by the one that could be found in its text, else by its id. */
export function unread(
  id: ResourceId,
  known: Known,
  reason: string,
  { title, uid }: { readonly title?: string | undefined; readonly uid?: Uid | undefined } = {},
): Unread {
  const before = known.get(id)?.uid ?? id
  const name = before === id && uid ? uid : before
  return { uid: name, id, is: 'unread', reason, ...(title === undefined ? {} : { title }) }
}

export const deleted = (id: ResourceId, known: Known): Gone => ({
  uid: known.get(id)?.uid ?? id,
  id,
  is: 'gone',
  how: 'deleted',
})

/** Texts read between two turns of the event loop. */
const SLICE = 8

/** The events in members that have a text; the event loop gets its turn in between. */
export async function seenFromAll(
  members: readonly Member[],
  known: Known,
  place: Place,
  signal: AbortSignal,
): Promise<(Live | Unread)[]> {
  const seen: (Live | Unread)[] = []
  for (const [index, member] of members.entries()) {
    if (member.is === 'text') {
      await place.owner.learnFor(member.text, signal)
      seen.push(seenFrom(member, known, place))
    }
    if (index % SLICE === SLICE - 1) await setImmediate()
  }
  return seen
}
