import type { XmlNode, XmlStyle } from './xml'
import { DAV, element, writeXml } from './xml'

const PHRASES: Record<number, string> = {
  200: 'OK',
  207: 'Multi-Status',
  403: 'Forbidden',
  404: 'Not Found',
  412: 'Precondition Failed',
  507: 'Insufficient Storage',
}

export const statusLine = (status: number): string => `HTTP/1.1 ${status} ${PHRASES[status] ?? 'Status'}`

/** The date form of HTTP headers and getlastmodified (RFC 9110 5.6.7). */
export const httpDate = (millis: number): string => new Date(millis).toUTCString()

export const empty = (status: number, headers: Record<string, string> = {}): Response =>
  new Response(null, { status, headers: { server: 'AppleHttpServer/78689afb4479', ...headers } })

export const xmlAnswer = (status: number, root: XmlNode, style: XmlStyle): Response =>
  new Response(writeXml(root, style), { status, headers: { 'content-type': 'text/xml;charset=UTF-8' } })

/** A DAV:error body that names the precondition that was not met. */
export const failure = (status: number, ns: string, precondition: string, style: XmlStyle): Response =>
  xmlAnswer(status, element(DAV, 'error', [element(ns, precondition)]), style)

export const multistatus = (responses: readonly XmlNode[], more: readonly XmlNode[] = []): XmlNode =>
  element(DAV, 'multistatus', [...responses, ...more])

/** One response with the properties that were found and the names of those that were not. */
export function propertiesResponse(path: string, found: readonly XmlNode[], missing: readonly XmlNode[]): XmlNode {
  const stat = (props: readonly XmlNode[], status: number): XmlNode =>
    element(DAV, 'propstat', [element(DAV, 'prop', props), element(DAV, 'status', [statusLine(status)])])
  const stats = [...(found.length > 0 ? [stat(found, 200)] : []), ...(missing.length > 0 ? [stat(missing, 404)] : [])]
  return element(DAV, 'response', [element(DAV, 'href', [encodeHref(path)]), ...stats])
}

export const statusResponse = (path: string, status: number, more: readonly XmlNode[] = []): XmlNode =>
  element(DAV, 'response', [
    element(DAV, 'href', [encodeHref(path)]),
    element(DAV, 'status', [statusLine(status)]),
    ...more,
  ])

/** Paths go out as iCloud writes them: `@` escaped. */
export const encodeHref = (path: string): string => path.split('/').map(encodeURIComponent).join('/')
