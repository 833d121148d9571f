import type { Answer, Known, Live, ResourceId } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import type { Field, Fields } from '../event/event'
import { isException } from '../event/event'
import { sameFields } from '../event/normal'
import { patchEvent, unfold } from '../ical'
import { refused } from './forbidden'
import { floatingZone } from './floating'
import { orRefused, markedText } from './marked'
import type { Member } from './members'
import { oursOf } from './echo'
import { getMember, textOf } from './members'
import type { Put } from './put'
import { putIntact } from './intact'
import type { Place } from './place'
import { etagOf, seenFrom } from './seen'

/** What to write: the fields named in `changed` from `fields`; `now` in milliseconds. */
export type Change = { readonly fields: Fields; readonly changed: readonly Field[]; readonly now: number }

export type Text = Member & { readonly is: 'text' }

export const stale = (id: ResourceId, status?: number): ProviderError =>
  new ProviderError('stale', `${id} has changed on the server since it was read. It is read again.`, { status })

/** `Calendar.update`: see there. All fields go in one PUT. */
export async function* updateEvent(
  place: Place,
  seen: Live,
  change: Change,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const current = await fetchSame(place, seen, signal)
  yield await storeChange(place, seen, current, change, signal)
}

/**
 * The resource's text, if it is still the version that was seen.
 *
 * @throws ProviderError `stale` if it isn't, or is gone
 */
export async function fetchSame(place: Place, seen: Live, signal: AbortSignal): Promise<Text> {
  const member = await getMember(place.dav, place.collection.url, seen.id, signal)
  if (member.is === 'absent') throw stale(seen.id, 404)
  const current = textOf(member)
  if (!isSame(place, seen, current)) throw stale(seen.id)
  return current
}

/** By ETag; where the server gave none with the text that was seen, by what it means. */
export function isSame(place: Place, seen: Live, current: Text): boolean {
  const etag = etagOf(seen.ref)
  if (etag !== null) return current.etag === null || current.etag === etag
  const now = seenFrom(current, new Map(), place)
  return now.is === 'live' && sameFields(now.fields, seen.fields)
}

/** The exact ETag to write against. */
export function versionOf(seen: Live, current?: Text): { 'if-match': string } {
  const etag = current?.etag ?? etagOf(seen.ref)
  if (etag === null) throw refused('the server gives no ETag, without which an edit of somebody else could be lost')
  return { 'if-match': etag }
}

/** Patches a text that was just fetched and stores it against its ETag. */
export async function storeChange(
  place: Place,
  seen: Live,
  current: Text,
  { fields, changed, now }: Change,
  signal: AbortSignal,
): Promise<Answer> {
  const { id } = seen
  await place.owner.learnFor(current.text, signal)
  const before = seenFrom(current, new Map(), place)
  const fixed = seen.fixed ?? (before.is === 'live' ? before.fixed : before.reason)
  if (fixed !== undefined) throw refused(fixed.replace(/\.$/, ''))

  const zone = floatingZone(place, current.text)
  const patch = { fields, changed, now, floatingZone: zone }
  const { mark } = before.is === 'live' && seen.mark ? before : {}
  const text = mark
    ? markedText(mark.uid, id, zone, (renewed) => patchEvent(current.text, { ...patch, mark: renewed }))
    : orRefused(() => patchEvent(current.text, patch))
  const version = versionOf(seen, current)
  const writesTimes = changed.some((name) => name === 'when' || isException(name))
  const stored = await putIntact(place, id, text, version, signal, { before: current.text, writesTimes })
  if (stored.is === 'conflict') throw await whyConflict(place, id, version['if-match'], signal)
  return answerAfter(place, id, stored, changed, new Map([[id, seen]]))
}

/** iCloud says 412 for other reasons, too: against an ETag that is still the right one it is a refusal, not news. */
async function whyConflict(place: Place, id: ResourceId, sent: string, signal: AbortSignal): Promise<ProviderError> {
  const now = await getMember(place.dav, place.collection.url, id, signal)
  if (now.is !== 'text' || now.etag !== sent) return stale(id, 412)
  return refused('the server refuses the change, though nobody else has changed the event', 412)
}

/**
 * What is known after a PUT of a version, if any, that is known. Without an ETag the server holds another text than was sent; iCloud rewrites texts and was
 * seen to do so a moment later, so that there only reading again tells.
 */
export function answerAfter(
  place: Place,
  id: ResourceId,
  { text, etag }: Put & { readonly is: 'stored' },
  wrote: readonly Field[],
  known: Known = new Map(),
): Answer {
  const sent = seenFrom({ id, is: 'text', text, etag }, known, place)
  const isUncertain = etag === null || place.dav.connection.isIcloud || isFragile(text)
  return isUncertain
    ? { wrote, readAgain: id, ours: (holds) => oursOf(sent, holds, known.size === 0) }
    : { wrote, holds: sent }
}

/**
 * Whether servers were seen to store something else and yet to answer with an ETag: Cyrus drops white space in front of
 * a text, Xandikos takes the backslash in an escaped one for another escape, and a comma in a category for the next.
 */
const isFragile = (text: string): boolean =>
  unfold(text).some((line) => {
    const value = line.slice(line.indexOf(':') + 1)
    const isList = line.startsWith('CATEGORIES')
    return (/^[A-Z-]/.test(line) && /^[ \t]/.test(value)) || line.includes('\\\\') || (isList && value.includes('\\,'))
  })
