import type { ResourceId } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import type { Answered } from './connection'
import { idOf } from './paths'
import type { Parsed } from './value'
import { inner, listOf, textIn } from './value'
import { XmlError, readXml } from './xml'

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

/** A 507 with a multistatus in it is a cut answer (RFC 6578 3.6 asks for a 507 inside of a 207; some put it outside). */
const isMultistatus = ({ status, text }: Answered): boolean =>
  status === 207 || (status === 507 && /<(?:[\w-]{1,100}:)?multistatus\b/.test(text))

/**
 * The multistatus in an answer; any other answer as it is. It is read as XML whatever its Content-Type says, which is wrong
 * on several servers.
 *
 * @throws ProviderError `bad-answer`, caused by an `XmlError`
 */
export async function multistatusIn(answer: Answered): Promise<Multistatus | NoMultistatus> {
  if (!isMultistatus(answer)) return { ok: false, answer }
  const responses: Described[] = []
  let token = ''
  try {
    const isOne = await readXml(answer.text, 'multistatus', (name, value) => {
      if (name === 'response') responses.push(...described(value, answer))
      else if (name === 'sync-token') token = textIn(value)
    })
    if (!isOne) throw new XmlError('it is no multistatus')
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    const text = `${answer.url.host} sent XML that can't be read: ${error.message}.`
    throw new ProviderError('bad-answer', text, { status: answer.status, cause: error })
  }
  const own = idOf(answer.url.href, answer.url)
  const cut = answer.status === 507 || responses.some(({ id, status }) => status === 507 && id === own)
  return { ok: true, url: answer.url, responses, token: sendable(token, MOST_TOKEN), cut }
}

const MOST_TOKEN = 4000
const MOST_ETAG = 1000

/** A text that can be sent back to where it came from, in a header or in XML; null for none, and for what no server makes. */
function sendable(text: string, most: number): string | null {
  return text !== '' && text.length <= most && !/[\p{Cc}\p{Surrogate}]/u.test(text) ? text : null
}

/** An ETag that can be named in a request; null for none, and for what no header takes: then there is none to go by. */
export const etagIn = (text: string | null): string | null => {
  const etag = sendable(text ?? '', MOST_ETAG)
  return etag !== null && /^[^\u0100-\uffff]*$/.test(etag) ? etag : null
}

/** A token or ctag in a property; '' if there is none. */
export const tokenIn = (value: Parsed): string => sendable(textIn(value), MOST_TOKEN) ?? ''

/** A response may name several hrefs under one status (RFC 4918 14.24). */
function described(response: Parsed, { url }: Answered): Described[] {
  const status = statusIn(inner(response, 'status')) ?? 207 // each property has its own
  const found = listOf(inner(response, 'propstat')).filter((each) => isGood(statusIn(inner(each, 'status'))))
  const props: Described['props'] = Object.assign(
    {},
    ...found.map((each) => inner(each, 'prop')).filter(isElement),
  ) as Described['props']
  return listOf(inner(response, 'href')).flatMap((each) => {
    const href = textIn(each)
    const id = idOf(href, url)
    return id === undefined ? [] : [{ id, href, status, props }]
  })
}

const isElement = (value: Parsed): value is { readonly [name: string]: Parsed } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isGood = (status: number | undefined): boolean => status === undefined || (status >= 200 && status < 300)

/** The code of a status line: `HTTP/1.1 404 Not Found`. */
function statusIn(value: Parsed): number | undefined {
  const code = /^\S+\s+(\d{3})(?:\s|$)/.exec(textIn(value).slice(0, 100))?.[1]
  return code === undefined ? undefined : Number(code)
}
