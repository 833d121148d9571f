import type { ResourceId } from '../event/calendar'
import { webAddressIn } from '../transport/address'

/**
 * The decoded form of a URL path, in which servers and clients may not differ: it is an id. `%2F` and `%25` stay as
 * they are, so that {@link encodePath} gives back an equal path.
 */
export function decodePath(path: string): string {
  return path
    .split(/(%2f|%25)/i)
    .map((part, index) => (index % 2 === 1 ? part.toUpperCase() : decodeOrKeep(part)))
    .join('')
}

function decodeOrKeep(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // not UTF-8: left as the server wrote it
  }
}

/** The URL path of an id. `@` stays: iCloud lists it escaped but doesn't accept it so (evolution-data-server's note). */
export function encodePath(id: ResourceId): string {
  return id
    .split(/(%2F|%25)/)
    .map((part, index) => (index % 2 === 1 ? part : encodeURI(part).replace(/[?#]/g, encodeURIComponent)))
    .join('')
}

/** No server takes a longer one back. */
const LONGEST_HREF = 8000

/** The id of what an href names: a path, or a whole URL, whatever its host. Undefined if it is empty, too long or no URL. */
export function idOf(href: string, base: URL): ResourceId | undefined {
  if (href === '' || href.length > LONGEST_HREF || !URL.canParse(href, base.href)) return undefined
  return decodePath(new URL(href, base).pathname)
}

/** The URL of an id on a host that holds it. */
export function urlOf(id: ResourceId, host: URL): URL {
  const url = new URL(host.origin)
  url.pathname = encodePath(id)
  return url
}

/** Path and query of an address on another host. Put together as a text, a path of two slashes would name one of its own. */
export function sameOn(host: URL, { pathname, search }: URL): URL {
  const url = new URL(host.origin)
  url.pathname = pathname
  url.search = search
  return url
}

/** The address of a server, as it was entered, with or without its scheme; undefined if it is none. */
export function serverAddress(text: string): URL | undefined {
  const url = webAddressIn(text, 'https')
  if (url) url.search = ''
  return url
}

export const withSlash = (path: string): string => (path.endsWith('/') ? path : `${path}/`)

export const isIcloudHost = (hostname: string): boolean => /(^|\.)icloud\.com(\.cn)?$/i.test(hostname)

/**
 * What a calendar is, by whatever address it is reached: iCloud serves an account under several hosts
 * (`p62-caldav.icloud.com:443`, `caldav.icloud.com`), which are one.
 */
export function identityOf(collection: URL): string {
  const host = isIcloudHost(collection.hostname)
    ? collection.host.replace(/^p\d+-caldav\./i, 'caldav.')
    : collection.host
  return `caldav:${host}:${withSlash(decodePath(collection.pathname))}`
}
