import type { ResourceId } from '../event/calendar'
import type { ProviderError } from '../event/calendar'
import { completed } from '../ical'
import { notFound } from './changes'
import type { Answered } from './connection'
import { props } from './dav'
import { preconditionsIn, unexpected } from './errors'
import { etagIn } from './multistatus'
import { refused, whyForbidden } from './forbidden'
import { floatingZone } from './floating'
import { lengthened, orRefused } from './marked'
import { urlOf } from './paths'
import type { Place } from './place'

/** What must hold on the server for a write to be carried out: nothing is there, or exactly this version. */
export type Precondition = { readonly 'if-none-match': '*' } | { readonly 'if-match': string }

export type Put =
  /** `etag` null: the server didn't say, since it holds another text than was sent (RFC 4791 5.3.4). `text`: what was sent. */
  | { readonly is: 'stored'; readonly etag: string | null; readonly text: string }
  /** The precondition failed; or the name or UID is taken, which servers say with a 403, 409 or bare 412. */
  | { readonly is: 'conflict' }

/**
 * Stores a text: one that the server refuses once more with all that RFC 5545 asks for, since servers hold texts that
 * they would not take; and on a server that has no events without length, as one of a second.
 *
 * @param writesTimes whether it is about when the event takes place; else its times stay as the server has them
 * @throws ProviderError `refused` for a text that the server won't have, `read-only`, `calendar-not-found`
 */
export async function put(
  place: Place,
  id: ResourceId,
  text: string,
  precondition: Precondition,
  signal: AbortSignal,
  writesTimes = true,
): Promise<Put> {
  const { dav, collection } = place
  const headers = { 'content-type': 'text/calendar; charset=utf-8', ...precondition }
  const url = urlOf(id, collection.url)
  const isNew = 'if-none-match' in precondition
  if (isNew) place.habits.creates(id)
  const answer = await dav.connection.send({ method: 'PUT', url, headers, body: text }, signal)
  const { status } = answer
  if (status >= 200 && status < 300) {
    place.refusals.passed()
    if (isNew) place.habits.created(status)
    return { is: 'stored', etag: etagIn(answer.headers.get('etag')), text }
  }
  const said = preconditionsIn(answer.text)
  if (writesTimes && said.includes('valid-calendar-data')) {
    const longer = lengthened(text, floatingZone(place, text)) // Cyrus: "DTEND must occur after DTSTART", nor may it lack
    if (longer !== text) return put(place, id, longer, precondition, signal, false)
  }
  if (status === 412 || status === 409 || isTaken(said)) return { is: 'conflict' }
  if (isRefusal(status)) {
    const whole = orRefused(() => completed(text, floatingZone(place, text)))
    if (whole !== text) return put(place, id, whole, precondition, signal, writesTimes)
  }
  throw await whyNotStored(place, id, answer, said, signal)
}

/** iCloud answers 404 to a text that it can't take (bitfireAT/davx5-ose #1859). */
const isRefusal = (status: number): boolean => [400, 403, 404, 415, 422].includes(status)

/** CalendarServer, from which iCloud comes, has a second name for a UID that another calendar of the account holds. */
export const isTaken = (said: readonly string[]): boolean =>
  said.includes('no-uid-conflict') || said.includes('unique-scheduling-object-resource')

async function whyNotStored(
  place: Place,
  id: ResourceId,
  answer: Answered,
  said: readonly string[],
  signal: AbortSignal,
): Promise<ProviderError> {
  const { status } = answer
  if (status === 403 || status === 405) return whyForbidden(place, id, status, said, signal)
  // iCloud answers 404 to a text that it can't take (bitfireAT/davx5-ose #1859); elsewhere the calendar is gone
  if (status === 404 || status === 410) await assertThere(place, signal)
  if (status === 507) return refused('the account has no room left on the server', status)
  if (status === 413) return refused('the event is too large for the server', status)
  if ([400, 404, 410, 415, 422].includes(status)) {
    const reason = said.length > 0 ? said.join(', ') : `HTTP ${status}`
    return refused(`the server won't take this event (${reason})`, status)
  }
  return unexpected(answer, 'the writing of an event')
}

/** @throws ProviderError `calendar-not-found` if the calendar itself is gone */
export async function assertThere({ dav, collection }: Place, signal: AbortSignal): Promise<void> {
  const found = await dav.propfind(collection.url, props('d:resourcetype'), '0', signal)
  if (!found.ok && [404, 410].includes(found.answer.status)) throw notFound(collection.url, found.answer.status)
}
