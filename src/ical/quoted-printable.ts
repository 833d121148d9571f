import type { Line } from './line'
import { param, paramsWithout } from './line'

/** How vCalendar 1.0 writes a text of which not every character is ASCII; files with it are still about. */
const WORD = 'QUOTED-PRINTABLE'

/** Whether the value of a line is quoted-printable: by its ENCODING, or by the bare word that vCalendar 1.0 allows. */
export const isQuotedPrintable = (line: Line): boolean =>
  param(line, 'ENCODING')?.toUpperCase() === WORD || line.parameters.some(({ name }) => name === WORD)

/** The parameters of a line but for those that say how its value is encoded, for a value that is plain text. */
export const plainParams = (line: Line, ...others: readonly string[]): string =>
  paramsWithout(line, ['ENCODING', 'CHARSET', WORD, ...others])

/** The value of a line as it was before it was encoded (RFC 2045 6.7), in its CHARSET; of other lines as it stands. */
export function plainValue(line: Line): string {
  if (!isQuotedPrintable(line)) return line.value
  const joined = line.value.replace(/=[ \t]*(?:\r?\n|$)/g, '')
  const octets = joined.split(/(=[0-9A-F]{2})/i).map((part, at) => {
    return at % 2 === 1 ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part)
  })
  return decoded(Buffer.concat(octets), param(line, 'CHARSET'))
}

/** UTF-8 where the line names no character set, or one that nobody knows; what is no UTF-8 then is Latin 1. */
function decoded(octets: Buffer, charset: string | undefined): string {
  for (const name of [charset, 'utf-8']) {
    try {
      if (name !== undefined) return new TextDecoder(name, { fatal: true }).decode(octets)
    } catch {
      continue // not a character set, or not a text in it
    }
  }
  return octets.toString('latin1')
}
