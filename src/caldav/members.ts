import type { Millis, ResourceId } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { fetchCtag, isInternalError } from './changes'
import type { Answered } from './connection'
import type { Dav, Described } from './dav'
import { props } from './dav'
import { unexpected, wasNotRead } from './errors'
import { etagIn } from './multistatus'
import { batches, inParallel } from './parallel'
import { encodePath, urlOf } from './paths'
import { textIn } from './value'

/** One member of a calendar as its server gave it out. `etag` null: it didn't say; `modified`: its getlastmodified. */
export type Member = { readonly id: ResourceId } & (
  | { readonly is: 'text'; readonly text: string; readonly etag: string | null; readonly modified?: Millis }
  | { readonly is: 'absent' }
  | { readonly is: 'withheld'; readonly status: number }
  | { readonly is: 'too-large' }
)

/** Members in one multiget, and how many of those are under way at once. */
const BATCH = 50
const WIDTH = 4
/** Members at which a server may fail, of those that are asked for at once, before it counts as out of order. */
const MOST_FAILING = 10

/**
 * Fetches members by multiget (RFC 4791 7.9). One that its answer lacks is asked for by GET: iCloud was seen to answer
 * 404 there for members that exist, and not to return members that it has just listed.
 */
export async function fetchMembers(
  dav: Dav,
  collection: URL,
  ids: readonly ResourceId[],
  signal: AbortSignal,
): Promise<Member[]> {
  const failing = new Set<ResourceId>()
  const get = async (id: ResourceId): Promise<Member> => {
    try {
      return await getMember(dav, collection, id, signal)
    } catch (error) {
      // SOGo fails at some events each time; that must not keep the others from being read
      if (!isInternalError(error) || failing.add(id).size > MOST_FAILING) throw error
      await fetchCtag(dav, collection, signal) // is it well otherwise?
      return { id, is: 'withheld', status: 500 }
    }
  }
  const found = await inParallel(batches([...new Set(ids)], BATCH), WIDTH, async (batch) => {
    const byId = await multigetInParts(dav, collection, batch, signal)
    const missing = batch.filter((id) => !byId.has(id))
    for (const member of await inParallel(missing, 1, get)) {
      byId.set(member.id, member)
    }
    return batch.flatMap((id) => byId.get(id) ?? [])
  })
  return found.flat()
}

/** One of them may bring it about that none is given out, or that the answer can't be read: then fewer are asked for at once. */
async function multigetInParts(
  dav: Dav,
  collection: URL,
  ids: readonly ResourceId[],
  signal: AbortSignal,
): Promise<Map<ResourceId, Member>> {
  try {
    return await multiget(dav, collection, ids, signal)
  } catch (error) {
    if (isInternalError(error) || (wasNotRead(error) && ids.length === 1)) return new Map()
    if (!wasNotRead(error)) throw error
  }
  const found = new Map<ResourceId, Member>()
  for (const half of batches(ids, Math.ceil(ids.length / 2)))
    for (const each of await multigetInParts(dav, collection, half, signal)) found.set(...each)
  return found
}

export async function multiget(
  dav: Dav,
  collection: URL,
  ids: readonly ResourceId[],
  signal: AbortSignal,
): Promise<Map<ResourceId, Member>> {
  const wanted = props('d:getetag', 'd:getlastmodified', 'c:calendar-data')
  const body = { 'c:calendar-multiget': { 'd:prop': wanted, 'd:href': ids.map(encodePath) } }
  const found = await dav.report(collection, body, '1', signal)
  if (!found.ok) return new Map() // a server without this report, or one that fails on a member of it: GET
  const members = found.responses.flatMap((response) => memberFrom(response) ?? [])
  return new Map(members.map((member) => [member.id, member]))
}

/** Undefined for a response without a whole text. */
function memberFrom({ id, props: found }: Described): Member | undefined {
  const text = textIn(found.calendarData)
  if (!/^\s*BEGIN:VCALENDAR/i.test(text) || !/END:VCALENDAR$/i.test(text.trimEnd())) return undefined
  const modified = Date.parse(textIn(found.getlastmodified))
  return { id, is: 'text', text, etag: etagIn(textIn(found.getetag)), ...(Number.isNaN(modified) ? {} : { modified }) }
}

/**
 * Fetches one member.
 *
 * @throws ProviderError as `Connection.send`, or `bad-answer`
 */
export async function getMember(dav: Dav, collection: URL, id: ResourceId, signal: AbortSignal): Promise<Member> {
  // proxies that compress change the ETag ("...-gzip", W/): asked for as it is
  const headers = { accept: 'text/calendar', 'accept-encoding': 'identity' }
  try {
    return memberIn(await dav.connection.send({ method: 'GET', url: urlOf(id, collection), headers }, signal), id)
  } catch (error) {
    if (wasNotRead(error)) return { id, is: 'too-large' }
    throw error
  }
}

function memberIn(answer: Answered, id: ResourceId): Member {
  const { status, headers, text } = answer
  if (isAbsent(status)) return { id, is: 'absent' }
  if (status === 403) return { id, is: 'withheld', status }
  if (status !== 200) throw unexpected(answer, 'the request for an event')
  const modified = Date.parse(headers.get('last-modified') ?? '')
  const stamp = Number.isNaN(modified) ? {} : { modified }
  return { id, is: 'text', text, etag: etagIn(headers.get('etag')), ...stamp }
}

const isAbsent = (status: number): boolean => status === 404 || status === 410

/**
 * Whether the server knows a member that it does not give out: iCloud was seen not to return for a moment what it had
 * just stored, and to list some for ever. Such a one is not deleted. Only a plain no says that it does not: a refusal,
 * or an answer that does not speak of the member, leaves it open.
 */
export async function isListed(dav: Dav, collection: URL, id: ResourceId, signal: AbortSignal): Promise<boolean> {
  const found = await dav.propfind(urlOf(id, collection), props('d:getetag'), '0', signal)
  if (!found.ok) return !isAbsent(found.answer.status)
  return found.responses.length === 0 || found.responses.some(({ status }) => !isAbsent(status))
}

/** The member's text, or why there is none. @throws ProviderError `unreachable` */
export function textOf(member: Member): Member & { is: 'text' } {
  if (member.is === 'text') return member
  throw new ProviderError('unreachable', `The server does not give out ${member.id} now. It is tried again.`)
}
