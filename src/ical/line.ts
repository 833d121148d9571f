/**
 * One content line (RFC 5545 3.1), unfolded. `text` is the whole of it and what is written again; the other parts are
 * views on it: `name` in upper case, `params` from the first `;` up to the colon, `value` as it stands there. A line
 * that is none (`name` is '') is carried along and means nothing.
 */
export type Line = {
  readonly kind: 'line'
  readonly name: string
  readonly params: string
  readonly value: string
  readonly text: string
}

/**
 * The unfolded lines of a text with any line ends, without BOM and blank lines. A quoted-printable value goes on behind
 * its soft line breaks (RFC 2045 6.7), which stay in it, so that it is written again as it is.
 */
export function unfold(text: string): string[] {
  const lines: string[] = []
  for (const physical of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    const first = physical.charAt(0)
    const last = lines.length - 1
    if (goesOn(lines[last], physical)) lines[last] = `${lines[last] ?? ''}\r\n${physical}`
    else if ((first === ' ' || first === '\t') && last >= 0) lines[last] = (lines[last] ?? '') + physical.slice(1)
    else if (physical.trim() !== '') lines.push(physical)
  }
  return lines
}

/**
 * Whether a line ends in a soft line break, so that the next belongs to it: not if that begins or ends a component, or if
 * `=` and what follows the blank are one octet, which was folded like any other text (RFC 5545 3.1).
 */
function goesOn(line: string | undefined, next: string): boolean {
  if (line === undefined || !/=[ \t]*$/.test(line)) return false
  if (!/^[^:]*;(ENCODING=)?"?QUOTED-PRINTABLE"?[;:]/i.test(line)) return false
  return !/^(BEGIN|END):|^[ \t][0-9A-F]{2}/.test(next)
}

/** RFC 5545 3.1: at most 75 octets a line, without the line end. */
const LINE_OCTETS = 75

/** Lines as they go to the server: folded between characters, never within one, each ended by CRLF. */
export function fold(lines: readonly string[]): string {
  return lines.map((line) => `${folded(line)}\r\n`).join('')
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

/** Takes a content line apart. */
export function parseLine(text: string): Line {
  const name = /^\s*([A-Za-z0-9-]+)\s*[;:]/.exec(text)?.[1]
  const colon = name === undefined ? -1 : valueColon(text)
  if (name === undefined || colon < 0) return { kind: 'line', name: '', params: '', value: '', text }
  const start = text.indexOf(name) + name.length
  return {
    kind: 'line',
    name: name.toUpperCase(),
    params: text.slice(start, colon),
    value: text.slice(colon + 1),
    text,
  }
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
export function param(line: Line, name: string): string | undefined {
  if (line.params === '') return undefined
  for (const part of splitParams(line.params)) {
    const equals = part.indexOf('=')
    if (equals >= 0 && part.slice(0, equals).trim().toUpperCase() === name) {
      return part
        .slice(equals + 1)
        .trim()
        .replace(/^"?(.*?)"?$/, '$1')
    }
  }
  return undefined
}

/** The parameters of a line as they are spelled, without those named. */
export function paramsWithout(line: Line, names: readonly string[]): string {
  return splitParams(line.params)
    .filter((part) => !names.includes(part.split('=')[0]?.trim().toUpperCase() ?? ''))
    .map((part) => `;${part}`)
    .join('')
}

function splitParams(params: string): string[] {
  return params.match(/(?:[^;"]|"[^"]*"?)+/g) ?? []
}

/** A parameter with its value, quoted where it has to be (RFC 5545 3.2); a `"` can't be in one and becomes `'`. */
export function paramText(name: string, value: string): string {
  const clean = value.replaceAll('"', "'")
  return /[:;,]/.test(clean) ? `;${name}="${clean}"` : `;${name}=${clean}`
}
