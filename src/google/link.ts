import { normalLine } from '../event/normal'
import type { GoogleEvent } from './times'

/** The address that an event links to; null for none. */
export const urlOf = (event: GoogleEvent): string | null => normalLine(event.source?.url)?.trimStart() ?? null

/**
 * An address that Google holds: one of the web, with a scheme in small letters and no character that a URI has not
 * (RFC 3986). Any other (`message:`, `tel:`) stays in the other calendar; null.
 */
export function fitUrl(url: string): string | null {
  if (!/^https?:\/\/[^\s/]/i.test(url) || !URL.canParse(url)) return null
  if (/[^\x21-\x7e]/.test(url)) return new URL(url).href
  return url.replace(/^https?/i, (scheme) => scheme.toLowerCase())
}

/**
 * An address as a patch. Google shows it under a title, which it wants with the first address: the host.
 *
 * @param isLinked whether there is a link already, whose title then stays
 */
export function linkMembers(url: string | null, isLinked: boolean): Pick<GoogleEvent, 'source'> {
  // A patch deletes what is null, of which the library's types know nothing.
  if (url === null) return { source: null }
  return { source: isLinked ? { url } : { url, title: new URL(url).host } }
}
