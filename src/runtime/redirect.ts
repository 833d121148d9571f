/**
 * Where nothing listens: the browser ends there on an error page, whose address the user pastes into the dialog. The
 * number is one that no well-known program takes.
 */
const NOWHERE = 'http://127.0.0.1:58976/calsync'

/** Where the provider sends the browser, and whether it comes back to us by itself then. */
export type Redirect = { readonly uri: string; readonly comesBack: boolean }

/**
 * Chooses the redirect address of a login (RFC 8252 7.3). Google takes loopback addresses only from a client of the type
 * "Desktop app", at any port and path and without registering them: that leads back to us if the editor itself was
 * opened by such an address. By any other (in the home network, behind a proxy or Home Assistant's ingress) Google
 * would refuse us, and so would registering it: it wants a public name and https.
 *
 * @param editorUrl the address of the editor in the user's browser, with all that a proxy adds
 * @param path of our callback under it
 */
export function redirectFor(editorUrl: string, path: string): Redirect {
  if (!URL.canParse(editorUrl)) return { uri: NOWHERE, comesBack: false }
  const { protocol, hostname } = new URL(editorUrl)
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  if (protocol !== 'http:' || !isLoopback) return { uri: NOWHERE, comesBack: false }
  const uri = new URL(path, editorUrl)
  uri.username = uri.password = ''
  return { uri: uri.href, comesBack: true }
}

/** What the address says that the browser ended on; undefined if it is none of a finished login. */
export function comeBackIn(address: string): { state: string; code?: string; error?: string } | undefined {
  const text = address.replaceAll(/\s/g, '') // an address that was copied out of a text may be broken into lines
  const query = new URLSearchParams(/\?([^#]*)/.exec(text)?.[1] ?? '')
  const [state, code, error] = ['state', 'code', 'error'].map((name) => query.get(name) ?? undefined)
  if (!state || (!code && !error)) return undefined
  return { state, ...(code && { code }), ...(error && { error }) }
}
