import type { ResourceId } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import type { Answered } from './connection'
import type { Dav, Described, Multistatus, NoMultistatus } from './dav'
import { props } from './dav'
import { preconditionsIn, unexpected } from './errors'
import { etagIn, tokenIn } from './multistatus'
import { idOf } from './paths'
import { textIn } from './value'

/** What a server lists: members with their ETags ('' if it didn't say), and those that it says are deleted. */
export type Listing = { readonly etags: ReadonlyMap<ResourceId, string>; readonly deleted: ReadonlySet<ResourceId> }

/** The members among responses: the collection lists itself on iCloud, hrefs come twice, and folders are none. */
export function listingOf(responses: readonly Described[], collection: URL): Listing {
  const own = idOf(collection.href, collection)
  const etags = new Map<ResourceId, string>()
  const deleted = new Set<ResourceId>()
  for (const { id, status, props: found } of responses) {
    if (id === own || id.endsWith('/') || (own !== undefined && !id.startsWith(own))) continue
    if (status === 404 || status === 410) {
      deleted.add(id)
      etags.delete(id)
    } else {
      etags.set(id, etagIn(textIn(found.getetag)) ?? '')
      deleted.delete(id)
    }
  }
  return { etags, deleted }
}

export type Changes =
  | (Listing & { readonly is: 'changes'; readonly token: string })
  /** The token is not known (any more): all has to be read. */
  | { readonly is: 'invalid-token' }
  /** The server doesn't know this report after all. */
  | { readonly is: 'unsupported' }

/** More pages than any calendar has: a server that always says "more" must not be asked for ever. */
const MOST_PAGES = 10_000
/** Members in all pages, some of them named twice. */
const MOST_LISTED = 200_000
const TOO_MANY = 'lists more events than CalSync reads of one calendar: move old ones into another.'

/**
 * What changed since a token, or all members if it is null (RFC 6578); goes on where an answer was cut.
 *
 * @throws ProviderError `calendar-not-found`, `read-only` (no permission to read), and as `Connection.send`
 */
export async function fetchChanges(
  dav: Dav,
  collection: URL,
  since: string | null,
  signal: AbortSignal,
): Promise<Changes> {
  const responses: Described[] = []
  let token = since
  for (let page = 0; page < MOST_PAGES; page++) {
    const found = await syncCollection(dav, collection, token, signal)
    if (!found.ok) return judge(dav, collection, found.answer, token !== null, signal)
    if (isRefused(found, collection)) return { is: 'unsupported' }
    for (const each of found.responses) if (each.status !== 507) responses.push(each)
    if (responses.length > MOST_LISTED) throw new ProviderError('bad-answer', `${collection.host} ${TOO_MANY}`)
    if (found.token === null) return { is: 'unsupported' }
    const stuck = found.token === token
    token = found.token
    if (!found.cut) return { is: 'changes', ...listingOf(responses, collection), token }
    if (stuck) break
  }
  throw new ProviderError('bad-answer', `${collection.host} cuts its list of changes and doesn't go on with it.`)
}

/** A 207 may refuse for the collection as a whole (Xandikos: 403, sync-traversal-supported); it must not look empty. */
const isRefused = ({ responses }: Multistatus, collection: URL): boolean =>
  responses.some(({ id, status }) => id === idOf(collection.href, collection) && status >= 400 && status !== 507)

/**
 * The same since a token that the server may choke on: Xandikos answers one that it doesn't know with a 500. If that
 * happens twice though the server is well otherwise, the token is invalid.
 */
export async function fetchChangesSince(
  dav: Dav,
  collection: URL,
  token: string,
  signal: AbortSignal,
): Promise<Changes> {
  try {
    return await fetchChanges(dav, collection, token, signal)
  } catch (error) {
    if (!isInternalError(error)) throw error
  }
  await fetchCtag(dav, collection, signal)
  try {
    return await fetchChanges(dav, collection, token, signal)
  } catch (error) {
    if (isInternalError(error)) return { is: 'invalid-token' }
    throw error
  }
}

export const isInternalError = (error: unknown): boolean => error instanceof ProviderError && error.status === 500

/** tsdav's own function sends no Depth, which RFC 6578 3.2 wants to be 0. */
export async function syncCollection(
  dav: Dav,
  collection: URL,
  token: string | null,
  signal: AbortSignal,
  depth: '0' | '1' = '0',
): Promise<Multistatus | NoMultistatus> {
  const body = {
    'd:sync-collection': { 'd:sync-token': token ?? '', 'd:sync-level': 1, 'd:prop': props('d:getetag') },
  }
  return dav.report(collection, body, depth, signal)
}

/**
 * Servers have many words for a token that they don't know: RFC 6578's is a 403 with `valid-sync-token`, and iCloud
 * also says a bare 403. That may be a matter of permission as well, which must not look like an empty calendar: the
 * collection itself is asked. If it answers, it is the token, or without one the report, that is not wanted.
 */
async function judge(
  dav: Dav,
  collection: URL,
  answer: Answered,
  hadToken: boolean,
  signal: AbortSignal,
): Promise<Changes> {
  const { status, url } = answer
  const said = preconditionsIn(answer.text)
  if (said.includes('supported-report') || [405, 415, 422, 501].includes(status)) return { is: 'unsupported' }
  if (hadToken && (said.includes('valid-sync-token') || [400, 409, 410, 412, 507].includes(status))) {
    return { is: 'invalid-token' }
  }
  if ([400, 409, 412, 507].includes(status)) return { is: 'unsupported' }
  if (status === 404 || status === 410) throw notFound(url, status)
  if (status !== 403) throw unexpected(answer, 'the request for changes')
  await fetchCtag(dav, collection, signal)
  return { is: hadToken ? 'invalid-token' : 'unsupported' }
}

export const notFound = (url: URL, status?: number): ProviderError =>
  new ProviderError(
    'calendar-not-found',
    `There is no calendar at ${url.pathname} on ${url.host}. Choose one from the list in the calendar node.`,
    { status },
  )

export const noAccess = (url: URL, status: number): ProviderError =>
  new ProviderError(
    'calendar-not-found',
    `This account has no access to the calendar ${url.pathname} on ${url.host} (HTTP ${status}). Ask its owner to share it.`,
    { status },
  )

/** All members of a collection with its ctag, by PROPFIND: what servers without sync tokens have. */
export async function fetchListing(
  dav: Dav,
  collection: URL,
  signal: AbortSignal,
): Promise<{ etags: ReadonlyMap<ResourceId, string>; ctag: string | null }> {
  const found = await askListing(dav, collection, '1', signal)
  const own = idOf(collection.href, collection)
  if (!found.responses.some(({ id }) => id === own)) {
    // an answer without the collection itself is not its listing, and must not look like an empty calendar
    throw new ProviderError(
      'bad-answer',
      `${collection.host} lists something else than the calendar ${collection.pathname}.`,
    )
  }
  return { etags: listingOf(found.responses, collection).etags, ctag: ctagIn(found, collection) }
}

/** What stands for the state of the whole collection; null if the server has no such thing. */
export async function fetchCtag(dav: Dav, collection: URL, signal: AbortSignal): Promise<string | null> {
  return ctagIn(await askListing(dav, collection, '0', signal), collection)
}

async function askListing(dav: Dav, collection: URL, depth: '0' | '1', signal: AbortSignal): Promise<Multistatus> {
  const wanted = depth === '0' ? props('cs:getctag', 'd:sync-token') : props('cs:getctag', 'd:sync-token', 'd:getetag')
  const found = await dav.propfind(collection, wanted, depth, signal)
  if (found.ok && !found.cut) return found
  const answer = found.ok ? undefined : found.answer
  if (!answer) throw new ProviderError('bad-answer', `${collection.host} does not list all events of the calendar.`)
  if (answer.status === 404 || answer.status === 410) throw notFound(answer.url, answer.status)
  if (answer.status === 403) throw noAccess(answer.url, answer.status)
  throw unexpected(answer, 'the request for the list of events')
}

function ctagIn({ responses }: Multistatus, collection: URL): string | null {
  const own = idOf(collection.href, collection)
  const found = responses.find(({ id }) => id === own)?.props
  const text = tokenIn(found?.getctag) || tokenIn(found?.syncToken)
  return text === '' ? null : text
}
