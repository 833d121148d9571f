/**
 * A web address that somebody entered or a server sent, parsed once: what comes out is what is asked, so that no look at
 * the text can find something else in it. The parser drops tabs and line breaks and takes a backslash for a slash
 * (https://url.spec.whatwg.org/#url-parsing); no address is written so, and a text with them is none.
 *
 * @param scheme assumed where the text names none: `https`
 * @returns undefined for what is no address of the web. The fragment is never sent, and left out.
 */
export function webAddressIn(text: string, scheme?: 'https'): URL | undefined {
  const trimmed = text.trim()
  if (/[\p{Cc}\\]/u.test(trimmed)) return undefined
  const isWhole = scheme === undefined || /^(https?:|[a-z][a-z0-9+.-]*:\/\/)/i.test(trimmed)
  const whole = isWhole ? trimmed : `${scheme}://${trimmed}`
  const url = URL.canParse(whole) ? new URL(whole) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return undefined
  url.hash = ''
  return url
}

/** Whether an address holds a user name or password, which every log on the way would have. */
export const holdsLogin = ({ username, password }: URL): boolean => username !== '' || password !== ''
