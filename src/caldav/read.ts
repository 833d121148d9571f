import type { Known, Millis, Read, ResourceId, Seen } from '../event/calendar'
import type { Json } from '../event/json'
import type { Changes, Listing } from './changes'
import { fetchChanges, fetchChangesSince, fetchCtag, fetchListing } from './changes'
import type { Member } from './members'
import { fetchMembers, getMember, isListed } from './members'
import { inParallel } from './parallel'
import type { Place } from './place'
import type { Position } from './position'
import { TRIES, isStale, readPosition, renewed, writePosition } from './position'
import { deleted, etagOf, seenFrom, seenFromAll, unread } from './seen'

/** What was seen before, what was written since the position, and what time it is. */
export type Before = { readonly known: Known; readonly written: readonly ResourceId[]; readonly now: Millis }

/** `Calendar.read`: see there. */
export async function readCalendar(
  place: Place,
  json: Json | null,
  before: Before,
  signal: AbortSignal,
): Promise<Read> {
  const { known, written, now } = before
  const position = readPosition(json)
  if (position?.is === 'listed') return readByListing(place, position.ctag, known, signal, written)
  if (position?.is === 'token') {
    const changes = await fetchChangesSince(place.dav, place.collection.url, position.token, signal)
    if (changes.is === 'changes') {
      const isDoubtful = isStale(position.at, now) || repeated(changes, before).length > 0
      const read = isDoubtful
        ? await readAll(place, before, signal, changes)
        : await readDelta(place, changes, position, before, signal)
      const unnamed = written.filter((id) => !changes.etags.has(id) && !changes.deleted.has(id))
      return withUnnamed(place, read, unnamed, known, signal)
    }
    if (changes.is === 'unsupported') return readAllByListing(place, known, signal)
  }
  return readAll(place, before, signal)
}

/**
 * What was written since the position and no delta names is as it was before, if that compares two states (Xandikos: two
 * trees of a repository): it came and went in between, or somebody put back what had been there.
 */
async function withUnnamed(
  place: Place,
  read: Read,
  unnamed: readonly ResourceId[],
  known: Known,
  signal: AbortSignal,
): Promise<Read> {
  const asked = unnamed.filter((id) => !read.seen.some((seen) => seen.id === id))
  return asked.length === 0 ? read : { ...read, seen: [...read.seen, ...(await readSome(place, asked, known, signal))] }
}

type Delta = Changes & { readonly is: 'changes' }

async function readDelta(
  place: Place,
  changes: Delta,
  { again, at }: Position & { is: 'token' },
  { known, now }: Before,
  signal: AbortSignal,
): Promise<Read> {
  const still = withheld(known).filter((id) => !changes.etags.has(id) && !changes.deleted.has(id))
  const left = new Map(still.map((id) => [id, again.get(id) ?? TRIES]))
  const waiting = still.filter((id) => left.get(id) !== 0)
  const found = await fetchSeen(place, [...changed(changes, known), ...waiting], known, signal)
  const givenUp = still.filter((id) => left.get(id) === 0)
  const position = positionAfter(changes.token, renewed(at, now), [...found.unfetched, ...givenUp], left)
  return { kind: 'incremental', seen: [...found.seen, ...stated(changes, known)], position }
}

/** The deletions that a delta states. */
const stated = ({ deleted: gone }: Listing, known: Known): Seen[] =>
  [...gone].filter((id) => known.has(id)).map((id) => deleted(id, known))

/**
 * Members that a delta names though they have the ETag that was seen, and nothing of ours made it so. It may be no delta
 * but a list of all members, without those that were deleted: DAViCal's answer to a token that it has forgotten. Or they
 * were deleted and made again: SOGo's ETags count up from 0 in each of a name's lives.
 */
function repeated({ etags }: Listing, { known, written }: Before): ResourceId[] {
  const own = new Set(written)
  return [...etags].filter(([id, etag]) => isSeen(etag, known.get(id)) && !own.has(id)).map(([id]) => id)
}

/** @param delta what the server gave for its changes, where only a complete listing tells whether that was all */
async function readAll(place: Place, before: Before, signal: AbortSignal, delta?: Delta): Promise<Read> {
  const { known, now } = before
  if (!place.collection.hasTokens) return readAllByListing(place, known, signal)
  const listing = await fetchChanges(place.dav, place.collection.url, null, signal)
  if (listing.is !== 'changes') return readAllByListing(place, known, signal)
  const again = delta ? repeated(delta, before).filter((id) => listing.etags.has(id)) : []
  const wanted = [...changed(listing, known), ...again]
  const others = new Map(known) // what was made again is another event, though its ETag is the same
  for (const id of again) others.delete(id)
  const found = await fetchSeen(place, wanted, others, signal)
  const gone = delta ? stated(delta, known).filter(({ id }) => !listing.etags.has(id)) : []
  // what is deleted between the two is stated from the delta's token on
  const position = positionAfter((delta ?? listing).token, now, found.unfetched, new Map())
  return { kind: 'full', seen: [...found.seen, ...gone], unchanged: unchanged(listing, wanted), position }
}

/** Members that the server lists, or listed, and did not give out: a write may have found that, too. */
const withheld = (known: Known): ResourceId[] =>
  [...known.values()].flatMap((seen) => (seen.is === 'unread' && seen.reason === UNFETCHED ? seen.id : []))

function positionAfter(
  token: string,
  at: Millis,
  unfetched: readonly ResourceId[],
  before: ReadonlyMap<ResourceId, number>,
): Json {
  const tries = unfetched.map((id) => [id, Math.max(0, (before.get(id) ?? TRIES) - 1)] as const)
  return writePosition({ is: 'token', token, at, again: new Map(tries) })
}

async function readAllByListing(place: Place, known: Known, signal: AbortSignal): Promise<Read> {
  const listing = await fetchListing(place.dav, place.collection.url, signal)
  const wanted = changed(listing, known)
  const found = await fetchSeen(place, wanted, known, signal)
  const position = listedPosition(listing.ctag, found.unfetched)
  return { kind: 'full', seen: found.seen, unchanged: unchanged(listing, wanted), position }
}

/** On a server without tokens a deletion is an absence from the listing that asking for the member confirms. */
async function readByListing(
  place: Place,
  ctag: string | null,
  known: Known,
  signal: AbortSignal,
  written: readonly ResourceId[],
): Promise<Read> {
  const { dav, collection } = place
  const isSame =
    ctag !== null && withheld(known).length === 0 && (await fetchCtag(dav, collection.url, signal)) === ctag
  if (isSame) {
    const nothing: Read = { kind: 'incremental', seen: [], position: writePosition({ is: 'listed', ctag }) }
    return withUnnamed(place, nothing, written, known, signal)
  }

  const listing = await fetchListing(dav, collection.url, signal)
  const found = await fetchSeen(place, changed(listing, known), known, signal)
  const absent = [...known.values()].filter((each) => isExpected(each) && !listing.etags.has(each.id))
  const judged = await inParallel(absent, 2, ({ id }) => seenNow(place, id, known, signal))
  const unproved = judged.flatMap((seen) => (seen.is === 'unread' ? seen.id : [])) // neither listed nor known to be gone
  const position = listedPosition(listing.ctag, [...found.unfetched, ...unproved])
  return { kind: 'incremental', byListing: true, seen: [...found.seen, ...judged], position }
}

/** What is missing so far has no proof yet. */
const isExpected = (seen: Seen): boolean => seen.is !== 'gone' || seen.how === 'missing'

/** Without a ctag the next read lists again, and asks for what could not be fetched. */
const listedPosition = (ctag: string | null, unfetched: readonly ResourceId[]): Json =>
  writePosition({ is: 'listed', ctag: unfetched.length > 0 ? null : ctag } satisfies Position)

/** Members whose ETag is not the one that was seen. */
function changed({ etags }: Pick<Listing, 'etags'>, known: Known): ResourceId[] {
  return [...etags].filter(([id, etag]) => !isSeen(etag, known.get(id))).map(([id]) => id)
}

const isSeen = (etag: string, before: Seen | undefined): boolean =>
  etag !== '' && before?.is === 'live' && etagOf(before.ref) === etag

function unchanged({ etags }: Pick<Listing, 'etags'>, wanted: readonly ResourceId[]): ResourceId[] {
  const differs = new Set(wanted)
  return [...etags.keys()].filter((id) => !differs.has(id))
}

const UNFETCHED = 'The server lists it but does not give it out.'
const TOO_LARGE = 'It is larger than CalSync reads: take attachments, or occurrences that were changed, out of it.'

/** Fetches and reads listed members. What the server does not give out is unread: listed as it is, it is not deleted. */
async function fetchSeen(
  place: Place,
  ids: readonly ResourceId[],
  known: Known,
  signal: AbortSignal,
): Promise<{ seen: Seen[]; unfetched: ResourceId[] }> {
  const members = await fetchMembers(place.dav, place.collection.url, ids, signal)
  const unfetched = members.filter(({ is }) => is === 'absent' || is === 'withheld').map(({ id }) => id)
  const large = members.flatMap(({ is, id }) => (is === 'too-large' ? unread(id, known, TOO_LARGE) : []))
  const seen = await seenFromAll(members, known, place, signal)
  return { seen: [...seen, ...large, ...unfetched.map((id) => unread(id, known, UNFETCHED))], unfetched }
}

/**
 * One resource as it is now. Gone is what a GET and the member's own properties both say is not there (404 or 410):
 * right after a write some servers do not give out yet what they hold.
 */
export async function seenNow(place: Place, id: ResourceId, known: Known, signal: AbortSignal): Promise<Seen> {
  const member = await getMember(place.dav, place.collection.url, id, signal)
  if (member.is !== 'text') return seenWithoutText(place, member, known, signal)
  await place.owner.learnFor(member.text, signal)
  return seenFrom(member, known, place)
}

/** A member without a text: there if its own properties are. */
async function seenWithoutText(place: Place, { is, id }: Member, known: Known, signal: AbortSignal): Promise<Seen> {
  if (is === 'too-large') return unread(id, known, TOO_LARGE)
  const isThere = is === 'withheld' || (await isListed(place.dav, place.collection.url, id, signal))
  return isThere ? unread(id, known, UNFETCHED) : deleted(id, known)
}

/** `Calendar.readSome`: see there. What the server lists but does not give out is no deletion. */
export async function readSome(
  place: Place,
  ids: readonly ResourceId[],
  known: Known,
  signal: AbortSignal,
): Promise<Seen[]> {
  const members = await fetchMembers(place.dav, place.collection.url, ids, signal)
  const seen = await seenFromAll(members, known, place, signal)
  const missing = members.filter(({ is }) => is !== 'text')
  const judged = await inParallel(missing, 2, (member) => seenWithoutText(place, member, known, signal))
  return [...seen, ...judged]
}
