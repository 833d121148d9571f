/** One way to sign in that a server offers (RFC 9110 11.6.1). Scheme and names of parameters in small letters. */
export type Challenge = { readonly scheme: string; readonly params: Readonly<Record<string, string>> }

const PIECE = /[\s,]*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*("(?:\\.|[^"\\])*"|[^\s,"]+))?/y

/** The challenges in a `WWW-Authenticate` header, of which there may be several in a line. */
export function challengesIn(header: string | null): Challenge[] {
  const found: { scheme: string; params: Record<string, string> }[] = []
  PIECE.lastIndex = 0
  for (let piece = PIECE.exec(header ?? ''); piece; piece = PIECE.exec(header ?? '')) {
    const [, name = '', value] = piece
    const last = found.at(-1)
    if (value === undefined) found.push({ scheme: name.toLowerCase(), params: {} })
    else if (last) last.params[name.toLowerCase()] = unquoted(value)
  }
  return found
}

const unquoted = (value: string): string =>
  value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value
