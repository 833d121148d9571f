import { ProviderError } from '../event/calendar'
import type { Fetch } from '../transport/fetch'
import type { Answered, Connection } from './connection'
import type { Multistatus, NoMultistatus } from './multistatus'
import { multistatusIn } from './multistatus'

export type { Described, Multistatus, NoMultistatus } from './multistatus'

/** XML as tsdav builds it: element names with the prefixes d (DAV), c (CalDAV), cs (CalendarServer), ca (Apple). */
export type XmlBody = { readonly [element: string]: XmlBody | readonly XmlBody[] | readonly string[] | string | number }

/** The names of properties to ask for. */
export const props = (...names: readonly string[]): XmlBody => Object.fromEntries(names.map((name) => [name, {}]))

/** The longest answer that lists members, in bytes: some 50,000. They are asked for one at a time, others several at once. */
const MOST_LISTED = 32 * 1024 * 1024

/** PROPFIND and REPORT: tsdav builds the XML, the connection sends it, and every status is looked at. */
export class Dav {
  constructor(readonly connection: Connection) {}

  async propfind(
    url: URL,
    wanted: XmlBody,
    depth: '0' | '1',
    signal: AbortSignal,
  ): Promise<Multistatus | NoMultistatus> {
    const { propfind } = await import('tsdav')
    const most = depth === '1' ? MOST_LISTED : undefined
    return this.ask(url, most, signal, (fetch) => propfind({ url: url.href, props: wanted, depth, fetch }))
  }

  /** @param body one element with its prefix, `{ 'd:sync-collection': {...} }` */
  async report(url: URL, body: XmlBody, depth: '0' | '1', signal: AbortSignal): Promise<Multistatus | NoMultistatus> {
    const { davRequest, getDAVAttribute, DAVNamespace } = await import('tsdav')
    const attributes = getDAVAttribute([DAVNamespace.DAV, DAVNamespace.CALDAV])
    const init = { method: 'REPORT' as const, headers: { depth }, body, attributes }
    const most = 'd:sync-collection' in body ? MOST_LISTED : undefined
    return this.ask(url, most, signal, (fetch) => davRequest({ url: url.href, init, fetch }))
  }

  private async ask(
    url: URL,
    most: number | undefined,
    signal: AbortSignal,
    request: (fetch: Fetch) => Promise<unknown>,
  ): Promise<Multistatus | NoMultistatus> {
    const answers: Answered[] = []
    await request(async (_, init) => {
      const headers = Object.fromEntries(new Headers(init?.headers))
      const body = typeof init?.body === 'string' ? init.body : undefined
      answers.push(await this.connection.send({ method: init?.method ?? 'GET', url, headers, body, most }, signal))
      return new Response(null, { status: 204 }) // tsdav would read the whole answer in one go, however large
    })
    const answer = answers.at(-1)
    if (!answer) throw new ProviderError('bad-answer', `${url.host} was not asked`)
    return multistatusIn(answer)
  }
}
