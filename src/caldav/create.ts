import type { Answer, Live, ResourceId, Seen, Uid } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import type { Field, Fields } from '../event/event'
import { fieldNames, isException } from '../event/event'
import type { Json } from '../event/json'
import { hashJson } from '../event/json'
import { emptyValue, isHashOf, sameMeaning } from '../event/normal'
import { HOLDS, writeEvent } from '../ical'
import type { Member } from './members'
import { getMember, isListed } from './members'
import { markedText } from './marked'
import { refused } from './forbidden'
import { putIntact } from './intact'
import type { Put } from './put'
import { assertThere } from './put'
import type { Place } from './place'
import { seenFrom } from './seen'
import { answerAfter, storeChange } from './update'

/**
 * Names that are tried before an event counts as refused: a server keeps those of deleted events for ever, and an event
 * may be skipped and taken up again, or moved out of the calendar and back, time and again.
 */
const GENERATIONS = 50

/** The name of a generation, without `.ics`: 160 bits of a hash, in letters and digits that no server escapes. */
const nameOf = (uid: Uid, generation: number): string => hashJson([uid, generation])

export const idFor = ({ collection }: Place, uid: Uid, generation = 0): ResourceId =>
  `${collection.info.id}${nameOf(uid, generation)}.ics`

/** What is to be made; `now` in milliseconds. */
type Wanted = { readonly fields: Fields; readonly now: number; readonly hasUnnamed: () => boolean }

/** `Calendar.create`: see there. */
export async function* createEvent(
  place: Place,
  uid: Uid,
  wanted: Wanted,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  for (let generation = 0; generation < GENERATIONS; generation++) {
    const answer = await tryGeneration(place, uid, generation, wanted, signal)
    if (answer) {
      yield answer
      return
    }
  }
  await assertThere(place, signal)
  throw refused('the server refuses every name and UID that was tried for it')
}

/** Undefined if the server won't have this name or its UID: somebody else has it, or it keeps it for a deleted event. */
async function tryGeneration(
  place: Place,
  uid: Uid,
  generation: number,
  { fields, now, hasUnnamed }: Wanted,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const id = idFor(place, uid, generation)
  const ownUid = generation === 0 ? uid : nameOf(uid, generation)
  const saysNoAlarm = place.dav.connection.isIcloud
  const text = markedText(uid, id, place.assumedZone, (mark) =>
    writeEvent({ uid: ownUid, fields, mark, now, saysNoAlarm }),
  )
  const before = place.habits.needsLook(id) ? await getMember(place.dav, place.collection.url, id, signal) : undefined
  const isTaken = before?.is === 'text'
  const stored: Put = isTaken ? { is: 'conflict' } : await putIntact(place, id, text, { 'if-none-match': '*' }, signal)
  if (stored.is === 'stored') return answerAfter(place, id, stored, fieldNames(fields))

  const there = isTaken ? before : await getMember(place.dav, place.collection.url, id, signal)
  if (there.is !== 'text') {
    // not given out yet, that is no deleted event's name: the next generation would be a second copy
    if (await isListed(place.dav, place.collection.url, id, signal)) throw notYet(place)
    if (hasUnnamed()) throw perhapsThere(place)
    return undefined
  }
  const seen = seenFrom(there, new Map(), place)
  return isOurs(seen, uid, ownUid) ? adopt(place, seen, there, fields, now, signal) : undefined
}

const notYet = ({ collection }: Place): ProviderError =>
  new ProviderError('unreachable', `${collection.url.host} holds the event already but does not give it out yet.`)

const perhapsThere = ({ collection }: Place): ProviderError =>
  new ProviderError(
    'unreachable',
    `${collection.url.host} refuses the event, which may be one of those that it does not give out.`,
  )

/** The name follows from the uid, so what lies under it with that uid (by mark or UID) is what an earlier try made. */
const isOurs = (seen: Seen, uid: Uid, ownUid: Uid): seen is Live =>
  seen.is === 'live' && (seen.uid === uid || seen.uid === ownUid)

/** What an earlier try made, brought to hold the fields, unless somebody else edited it. */
async function adopt(
  place: Place,
  seen: Live,
  there: Member & { is: 'text' },
  fields: Fields,
  now: number,
  signal: AbortSignal,
): Promise<Answer> {
  const wrote = fieldNames(fields)
  const changed = differences(fields, seen.fields)
  if (changed.length === 0) return { holds: seen, wrote }
  if (!seen.mark || !isHashOf(seen.mark.wrote, seen.fields)) {
    throw new ProviderError('stale', `${seen.id} is there already, and was changed since. It is read again.`)
  }
  const answer = await storeChange(place, seen, there, { fields, changed, now }, signal)
  return { ...answer, wrote }
}

/** Fields in which a resource differs from what it shall hold; an exception that it has besides is one. */
function differences(fields: Fields, held: Fields): Field[] {
  const exceptions = [...fieldNames(fields), ...fieldNames(held)].filter(isException)
  const names: Field[] = [...HOLDS.fields, ...new Set(exceptions)]
  const wanted = (name: Field): Json => HOLDS.fit(name, fields[name] ?? emptyIn(fields, name))
  return names.filter((name) => !sameMeaning(wanted(name), held[name] ?? emptyIn(held, name)))
}

/** `null` is a value of an exception (cancelled), and "nothing" in any other field. */
const emptyIn = (fields: Fields, name: Field) => (isException(name) && name in fields ? null : emptyValue(name))
