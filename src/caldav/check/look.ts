import { NotTried } from '../../event/examination'
import { say } from '../../event/phrase'
import type { Said } from '../../event/phrase'
import type { Veil } from '../../event/veil'
import type { Exchange, Observed } from '../../transport/observed'
import type { Collection } from '../collection'
import type { CaldavSurroundings } from '../connection'
import type { Dav, Described, Multistatus, NoMultistatus } from '../dav'
import type { Account } from '../discovery'
import { preconditionsIn } from '../errors'
import type { Listing } from '../changes'

/** What the home of an account lists: one resource, and the calendar that CalSync takes it for, if any. */
export type Listed = { readonly described: Described; readonly calendar: Collection | undefined }

/** What the questions of one examination share; what one found, the next ones use. */
export type Look = {
  readonly dav: Dav
  /** All requests of `dav` pass through it. */
  readonly requests: Observed
  readonly around: CaldavSurroundings
  readonly veil: Veil
  account?: Account
  /** The requests that led to it. */
  steps?: readonly Exchange[]
  listed?: readonly Listed[]
  /** The calendar whose tokens and members are looked at, and its members. */
  sample?: { readonly collection: Collection; readonly listing: Listing }
  /** A token of the sample, and a member under it. */
  token?: string
}

/** A request as a line: `PROPFIND https://<host #4f2a>/<10 digits #9b31>/: HTTP 207 (server: ...)`. */
export function stepLine({ method, url, status, headers }: Exchange, veil: Veil): string {
  const location = headers.get('location')
  const shown = [
    ...shownHeaders(method).flatMap((name) => headerLine(headers, name) ?? []),
    ...(status === 401 ? [`methods: ${methodsIn(headers).join(', ') || 'none'}`] : []),
    ...(headers.has('etag') ? ['an ETag'] : []),
  ]
  const to = location === null ? '' : ` to ${veil.address(location)}`
  const more = shown.length === 0 ? '' : ` (${shown.join('; ')})`
  const answer = status === null ? 'no answer' : `HTTP ${status}`
  return `${method} ${veil.address(url.origin + url.pathname)}: ${answer}${to}${more}`
}

const shownHeaders = (method: string): readonly string[] =>
  method === 'OPTIONS' ? ['server', 'dav', 'allow'] : ['server', 'content-type', 'retry-after']

function headerLine(headers: Headers, name: string): string | undefined {
  const value = headers.get(name)
  return value === null
    ? undefined
    : `${name}: ${value.length > 80 && name === 'server' ? `${value.slice(0, 80)}…` : value}`
}

/** The methods of authentication that an answer offers (RFC 9110 11.6.1). */
export function methodsIn(headers: Headers): string[] {
  const found = (headers.get('www-authenticate') ?? '').matchAll(/(?:^|,\s*)([\w-]+)(?=\s+[\w-]+=|\s*(?:,|$))/g)
  return [...new Set([...found].map((match) => match[1] ?? ''))]
}

/** What a server said that gave no multistatus: its status, and the preconditions that it names. */
export function refusalLine({ answer }: NoMultistatus): Said {
  const said = preconditionsIn(answer.text)
  return say`HTTP ${answer.status}, ${said.length > 0 ? said : bodyForm(answer.text)}`
}

function bodyForm(text: string): Said {
  if (text.trim() === '') return say`no body`
  return /<html|<!doctype/i.test(text) ? say`an HTML page` : say`a body without DAV:error`
}

/** @throws NotTried where there is no multistatus to look at */
export function multistatusOf(found: Multistatus | NoMultistatus, what: Said): Multistatus {
  if (found.ok) return found
  throw new NotTried(say`${what}: ${refusalLine(found)}.`)
}

/** How hrefs are spelled. */
export function hrefForms(hrefs: readonly string[]): Said {
  const of = (form: RegExp): number => hrefs.filter((href) => form.test(href)).length
  const whole = of(/^https?:/i)
  const having = (form: RegExp, what: string): Said[] => (of(form) > 0 ? [say`${of(form)} with ${what}`] : [])
  const doubled = hrefs.length - new Set(hrefs).size
  return [
    say`${hrefs.length - whole} paths`,
    ...(whole > 0 ? [say`${whole} whole URLs`] : []),
    ...having(/:443(\/|$)/, ':443'),
    ...having(/%40/, '%40'),
    ...having(/@/, '@'),
    ...(doubled > 0 ? [say`${doubled} doubled`] : []),
  ]
}
