/**
 * One content line (RFC 5545 3.1), unfolded. `text` is the whole of it and what is written again; the other parts are
 * views on it: `name` in upper case, `params` from the first `;` up to the colon, `parameters` what is in these, `value`
 * as it stands there. A line that is none (`name` is '') is carried along and means nothing.
 */
export type Line = {
  readonly kind: 'line'
  readonly name: string
  readonly params: string
  readonly parameters: readonly Parameter[]
  readonly value: string
  readonly text: string
}

/** `name` in upper case, `value` without its quotes; `text` is both as they are spelled. Without a `=` it is no name. */
export type Parameter = { readonly name: string; readonly value: string | undefined; readonly text: string }

/**
 * The unfolded lines of a text with any line ends, without BOM and blank lines. A quoted-printable value goes on behind
 * its soft line breaks (RFC 2045 6.7), which stay in it, so that it is written again as it is.
 */
export function unfold(text: string): string[] {
  const lines: Folded[] = []
  for (const physical of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    const line = lines.at(-1)
    const first = physical.charAt(0)
    if (line && goesOn(line, physical)) add(line, `\r\n${physical}`)
    else if (line && (first === ' ' || first === '\t')) add(line, physical.slice(1))
    else if (physical.trim() !== '')
      lines.push({ pieces: [physical], head: physical, isSoft: endsSoft(physical) ?? false })
  }
  return lines.map(({ pieces }) => (pieces.length === 1 ? (pieces[0] ?? '') : pieces.join('')))
}

/**
 * A line whose end is not known yet. `head`: its beginning, with the colon if that is in it; `isSoft`: it ends in `=`, as
 * far as it is known.
 */
type Folded = { readonly pieces: string[]; head: string; isSoft: boolean }

/** Of a line that has no colon for so long, no encoding is told. */
const LONGEST_HEAD = 10_000

/** By pieces: a line of a thousand pieces is not to be looked through a thousand times. */
function add(line: Folded, piece: string): void {
  line.pieces.push(piece)
  if (!line.head.includes(':') && line.head.length < LONGEST_HEAD) line.head += piece
  line.isSoft = endsSoft(piece) ?? line.isSoft
}

/** Whether a piece of a line ends in `=`, blanks apart; undefined if it is nothing else. */
function endsSoft(piece: string): boolean | undefined {
  let end = piece.length
  while (end > 0 && (piece[end - 1] === ' ' || piece[end - 1] === '\t')) end -= 1
  return end === 0 ? undefined : piece[end - 1] === '='
}

/**
 * Whether a line ends in a soft line break, so that the next belongs to it: not if that begins or ends a component, or if
 * `=` and what follows the blank are one octet, which was folded like any other text (RFC 5545 3.1).
 */
function goesOn({ head, isSoft }: Pick<Folded, 'head' | 'isSoft'>, next: string): boolean {
  if (!isSoft || !/^[^:]*;(ENCODING=)?"?QUOTED-PRINTABLE"?[;:]/i.test(head)) return false
  return !/^(BEGIN|END):|^[ \t][0-9A-F]{2}/.test(next)
}

/** RFC 5545 3.1: at most 75 octets a line, without the line end. */
const LINE_OCTETS = 75

/** Lines as they go to the server: folded between characters, never within one, each ended by CRLF. */
export function fold(lines: readonly string[]): string {
  return lines.map((line, index) => `${folded(closed(line, lines[index + 1]))}\r\n`).join('')
}

/** A line whose last soft line break nothing followed so far, without that where a line comes behind it. */
function closed(line: string, next: string | undefined): string {
  if (next === undefined || endsSoft(line) !== true || !goesOn({ head: line, isSoft: true }, next)) return line
  return line.slice(0, line.lastIndexOf('='))
}

function folded(line: string): string {
  if (line.length * 3 <= LINE_OCTETS || line.includes('\n')) return line // has soft line breaks of its own
  const octets = Buffer.byteLength(line)
  if (octets <= LINE_OCTETS) return line
  return octets === line.length ? foldedAscii(line) : foldedUtf8(line)
}

/** The common case, an attachment of megabytes among them. */
function foldedAscii(line: string): string {
  const parts = [line.slice(0, LINE_OCTETS)]
  for (let at = LINE_OCTETS; at < line.length; at += LINE_OCTETS - 1) parts.push(line.slice(at, at + LINE_OCTETS - 1))
  return parts.join('\r\n ')
}

function foldedUtf8(line: string): string {
  let out = ''
  let octets = 0
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (octets + size > LINE_OCTETS) {
      out += '\r\n '
      octets = 1
    }
    out += character
    octets += size
  }
  return out
}

const NO_PARAMETERS: readonly Parameter[] = []

/** Takes a content line apart. */
export function parseLine(text: string): Line {
  const name = /^\s*([A-Za-z0-9-]+)\s*[;:]/.exec(text)?.[1]
  const colon = name === undefined ? -1 : valueColon(text)
  if (name === undefined || colon < 0) {
    return { kind: 'line', name: '', params: '', parameters: NO_PARAMETERS, value: '', text }
  }
  const params = text.slice(text.indexOf(name) + name.length, colon)
  const parameters = params === '' ? NO_PARAMETERS : parametersIn(params)
  return { kind: 'line', name: name.toUpperCase(), params, parameters, value: text.slice(colon + 1), text }
}

/** Where the colon before the value stands: the first outside of quotes, or the first at all if a quote is left open. */
function valueColon(text: string): number {
  const first = text.indexOf(':')
  const quote = text.indexOf('"')
  if (quote < 0 || quote > first) return first
  let quoted = false
  for (let at = quote; at < text.length; at++) {
    const character = text[at]
    if (character === '"') quoted = !quoted
    else if (character === ':' && !quoted) return at
  }
  return first
}

/** A parameter's value without its quotes; undefined if the line has no such parameter. */
export const param = (line: Line, name: string): string | undefined =>
  line.parameters.find((each) => each.name === name && each.value !== undefined)?.value

/** The parameters of a line as they are spelled, without those named. */
export const paramsWithout = (line: Line, names: readonly string[]): string =>
  line.parameters.map(({ name, text }) => (names.includes(name) ? '' : `;${text}`)).join('')

/** What stands between the semicolons that are in no quotes; of quotes that are left open all is in one. */
function parametersIn(params: string): Parameter[] {
  const found: Parameter[] = []
  let [begin, quoted] = [0, false]
  for (let at = 0; at <= params.length; at++) {
    const character = params[at]
    if (character === '"') quoted = !quoted
    if (character !== undefined && (character !== ';' || quoted)) continue
    if (at > begin) found.push(parameterIn(params.slice(begin, at)))
    begin = at + 1
  }
  return found
}

function parameterIn(text: string): Parameter {
  const equals = text.indexOf('=')
  if (equals < 0) return { name: text.trim().toUpperCase(), value: undefined, text }
  const value = text.slice(equals + 1).trim()
  const bare = value.startsWith('"') ? value.slice(1) : value
  const name = text.slice(0, equals).trim().toUpperCase()
  return { name, value: bare.endsWith('"') ? bare.slice(0, -1) : bare, text }
}

/** A parameter with its value, quoted where it has to be (RFC 5545 3.2); a `"` can't be in one and becomes `'`. */
export function paramText(name: string, value: string): string {
  const clean = value.replaceAll('"', "'")
  return /[:;,]/.test(clean) ? `;${name}="${clean}"` : `;${name}=${clean}`
}
