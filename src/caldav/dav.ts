import type { DAVResponse } from 'tsdav'
import type { ResourceId } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import type { Fetch } from '../transport/fetch'
import type { Answered, Connection } from './connection'
import { idOf } from './paths'
import type { Parsed } from './value'
import { inner, listOf, textIn } from './value'

/** One `response` of a multistatus: the properties that were found, or a status of its own. */
export type Described = {
  readonly id: ResourceId
  readonly href: string
  readonly status: number
  readonly props: { readonly [name: string]: Parsed }
}
/** `token`: the sync-token beside the responses. `cut`: the server left some out (507) and goes on from `token`. */
export type Multistatus = {
  readonly ok: true
  readonly url: URL
  readonly responses: readonly Described[]
  readonly token: string | null
  readonly cut: boolean
}
export type NoMultistatus = { readonly ok: false; readonly answer: Answered }

/** XML as tsdav builds it: element names with the prefixes d (DAV), c (CalDAV), cs (CalendarServer), ca (Apple). */
export type XmlBody = { readonly [element: string]: XmlBody | readonly XmlBody[] | readonly string[] | string | number }

/** The names of properties to ask for. */
export const props = (...names: readonly string[]): XmlBody => Object.fromEntries(names.map((name) => [name, {}]))

/** PROPFIND and REPORT: tsdav builds the XML and reads it, the connection sends it, and every status is looked at. */
export class Dav {
  constructor(readonly connection: Connection) {}

  async propfind(
    url: URL,
    wanted: XmlBody,
    depth: '0' | '1',
    signal: AbortSignal,
  ): Promise<Multistatus | NoMultistatus> {
    const { propfind } = await import('tsdav')
    return this.ask(url, signal, (fetch) => propfind({ url: url.href, props: wanted, depth, fetch }))
  }

  /** @param body one element with its prefix, `{ 'd:sync-collection': {...} }` */
  async report(url: URL, body: XmlBody, depth: '0' | '1', signal: AbortSignal): Promise<Multistatus | NoMultistatus> {
    const { davRequest, getDAVAttribute, DAVNamespace } = await import('tsdav')
    const attributes = getDAVAttribute([DAVNamespace.DAV, DAVNamespace.CALDAV])
    const init = { method: 'REPORT' as const, headers: { depth }, body, attributes }
    return this.ask(url, signal, (fetch) => davRequest({ url: url.href, init, fetch }))
  }

  private async ask(
    url: URL,
    signal: AbortSignal,
    request: (fetch: Fetch) => Promise<DAVResponse[]>,
  ): Promise<Multistatus | NoMultistatus> {
    const answers: Answered[] = []
    const parsed = await request(async (_, init) => {
      const headers = Object.fromEntries(new Headers(init?.headers))
      const body = typeof init?.body === 'string' ? init.body : undefined
      const answer = await this.connection.send({ method: init?.method ?? 'GET', url, headers, body }, signal)
      answers.push(answer)
      return readable(answer)
    })
    const answer = answers.at(-1)
    if (!answer) throw new ProviderError('bad-answer', `${url.host} was not asked`)
    if (!isMultistatus(answer)) return { ok: false, answer }
    return multistatus(parsed, answer)
  }
}

/** A 507 with a multistatus in it is a cut answer (RFC 6578 3.6 asks for a 507 inside of a 207; some put it outside). */
const isMultistatus = ({ status, text }: Answered): boolean =>
  status === 207 || (status === 507 && /<(?:[\w-]+:)?multistatus\b/.test(text))

/** The answer as tsdav reads it: as XML whatever its Content-Type says, which is wrong on several servers. */
function readable(answer: Answered): Response {
  const status = isMultistatus(answer) ? 207 : answer.status
  const text = [204, 205, 304].includes(status) ? null : answer.text
  return new Response(text && asTexts(text), { status, headers: { 'content-type': 'text/xml' } })
}

/**
 * XML in which what tsdav would take for a number or a boolean is CDATA, which stays what it is: a calendar called "1e3",
 * a token "1.0", an href "True".
 */
const asTexts = (xml: string): string =>
  xml.replace(
    /<!\[CDATA\[[^]*?\]\]>|<!--[^]*?-->|>\s*(-?\d[\d.e+-]*|true|false)\s*(?=<\/)/gi,
    (found: string, text?: string) => (text === undefined ? found : `><![CDATA[${text}]]>`),
  )

function multistatus(parsed: readonly DAVResponse[], answer: Answered): Multistatus {
  const root = inner(parsed[0]?.raw as Parsed, 'multistatus')
  if (root === undefined) {
    throw new ProviderError('bad-answer', `${answer.url.host} sent XML that can't be read.`, { status: answer.status })
  }
  const responses = parsed.flatMap((response) => described(response, answer.url))
  const token = textIn(root, 'syncToken')
  const own = idOf(answer.url.href, answer.url)
  const cut = answer.status === 507 || responses.some(({ id, status }) => status === 507 && id === own)
  return { ok: true, url: answer.url, responses, token: token === '' ? null : token, cut }
}

/** A response may name several hrefs under one status (RFC 4918 14.24). */
function described(response: DAVResponse, base: URL): Described[] {
  const found: Described['props'] = response.props ?? {}
  return listOf(response.href).flatMap((each) => {
    const href = textIn(each)
    const id = idOf(href, base)
    return id === undefined ? [] : [{ id, href, status: response.status, props: found }]
  })
}
