import type { ResourceId } from '../event/calendar'
import { fieldNames } from '../event/event'
import { sameFields } from '../event/normal'
import { hasPairs, withoutSplits } from '../ical'
import { isEcho } from './echo'
import { floatingZone } from './floating'
import { refused } from './forbidden'
import { sayingSo } from './marked'
import type { Member } from './members'
import { getMember } from './members'
import { urlOf } from './paths'
import type { Place } from './place'
import type { Precondition, Put } from './put'
import { put } from './put'
import { seenFrom } from './seen'

type Text = Member & { readonly is: 'text' }

/**
 * Stores a text as `put` does, and looks at what the server holds then, where it may have made something else of it or
 * destroyed it: SOGo stores "(null)" for a text in which it has cut an emoji in two. Such a text is sent once more with
 * its lines cut elsewhere. If that does not help, what was there before is put back.
 *
 * @param before the text that was there; undefined if nothing was
 * @throws ProviderError `refused` if the server does not keep it, and as `put`
 */
export async function putIntact(
  place: Place,
  id: ResourceId,
  text: string,
  precondition: Precondition,
  signal: AbortSignal,
  { before, writesTimes = true }: { readonly before?: string; readonly writesTimes?: boolean } = {},
): Promise<Put> {
  const { habits } = place
  const sent = habits.splits ? withoutSplits(text) : text
  const first = await look(place, id, await put(place, id, sent, precondition, signal, writesTimes), signal)
  if (first.is !== 'destroyed') return first
  habits.splits = true
  const other = withoutSplits(text)
  if (other === sent || first.held.etag === null) return giveUp(place, id, first.held, before, signal)
  const version = { 'if-match': first.held.etag }
  const second = await look(place, id, await put(place, id, other, version, signal, writesTimes), signal)
  return second.is === 'destroyed' ? giveUp(place, id, second.held, before, signal) : second
}

type Looked = Put | { readonly is: 'destroyed'; readonly held: Text }

/** What the server holds after a PUT, if that may be something else. */
async function look(place: Place, id: ResourceId, stored: Put, signal: AbortSignal): Promise<Looked> {
  if (stored.is !== 'stored' || !isDoubtful(place, stored)) return stored
  const held = await getMember(place.dav, place.collection.url, id, signal)
  const isOther = held.is !== 'text' || (stored.etag !== null && held.etag !== stored.etag)
  if (isOther) return { ...stored, etag: null } // not given out yet, or written by somebody else: it is read again
  if (!isKept(place, id, stored.text, held)) return { is: 'destroyed', held }
  place.habits.keeps(stored.text)
  if (stored.etag === null) return { is: 'stored', etag: held.etag, text: held.text }
  return asAnswered(place, id, stored.text, held, signal)
}

/** Whether only a look tells what the server holds. iCloud is asked later, about many at once. */
function isDoubtful({ dav, habits }: Place, { text, etag }: Put & { is: 'stored' }): boolean {
  return habits.mayDestroy(text) || (etag !== null && !dav.connection.isIcloud && habits.mayRewrite(text))
}

/**
 * What the server holds under the ETag that it answered. Where it has made something else of the text, the mark is
 * brought to say so: else that would look like somebody's edit, should all that is known be lost one day.
 */
async function asAnswered(place: Place, id: ResourceId, sent: string, held: Text, signal: AbortSignal): Promise<Put> {
  const [wanted, now] = [textFrom(place, id, sent), seenFrom(held, new Map(), place)]
  const isSame = wanted.is === 'live' && now.is === 'live' && sameFields(wanted.fields, now.fields)
  place.habits.rewrote(sent, isSame)
  const asHeld: Put = { is: 'stored', etag: held.etag, text: held.text }
  if (isSame || now.is !== 'live' || !now.mark || held.etag === null) return asHeld
  const marked = sayingSo(held.text, sent, floatingZone(place, sent))
  if (marked === held.text) return asHeld
  const renewed = await put(place, id, marked, { 'if-match': held.etag }, signal, false)
  return renewed.is === 'stored' ? renewed : { ...asHeld, etag: null } // edited by somebody meanwhile: it is read again
}

const textFrom = (place: Place, id: ResourceId, text: string): ReturnType<typeof seenFrom> =>
  seenFrom({ id, is: 'text', text, etag: null }, new Map(), place)

/** Whether all that has such characters is in one text what it is in the other, or what servers are known to make of it. */
function isKept(place: Place, id: ResourceId, sent: string, held: Text): boolean {
  const wanted = textFrom(place, id, sent)
  const now = seenFrom(held, new Map(), place)
  if (wanted.is !== 'live') return true
  if (now.is !== 'live') return false
  const names = fieldNames(wanted.fields).filter((name) => hasPairs(JSON.stringify(wanted.fields[name])))
  return names.every((name) => isEcho(name, wanted.fields[name] ?? null, now.fields[name] ?? null, false))
}

async function giveUp(
  place: Place,
  id: ResourceId,
  held: Text,
  before: string | undefined,
  signal: AbortSignal,
): Promise<never> {
  if (held.etag !== null) {
    const version = { 'if-match': held.etag }
    if (before !== undefined) await put(place, id, before, version, signal)
    else {
      const url = urlOf(id, place.collection.url)
      await place.dav.connection.send({ method: 'DELETE', url, headers: version }, signal)
    }
  }
  throw refused(
    'the server destroys texts with emoji or other rare characters in this place: take them out or move them',
  )
}
