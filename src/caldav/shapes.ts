import { unfold } from '../ical'

/** Properties from which an event's meaning is read; what a server does to others changes nothing that is carried. */
const MEANT =
  /^(SUMMARY|DESCRIPTION|LOCATION|URL|STATUS|TRANSP|CLASS|CATEGORIES|COLOR|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID|TRIGGER|X-CALSYNC-MARK)(?=[;:])/
const KEYWORDS: readonly string[] = ['STATUS', 'TRANSP', 'CLASS']
/** Characters that no server is known to cut. */
const SHORT = 128

/**
 * What kinds of lines a text has that a server may treat each in its own way: name and parameters, with the value of a
 * keyword, and whether a value is long, escaped, or has other than ASCII characters.
 */
export function shapesOf(text: string): Set<string> {
  return new Set(unfold(text).flatMap((line) => shapeOf(line) ?? []))
}

function shapeOf(line: string): string | undefined {
  const name = MEANT.exec(line)?.[1]
  if (name === undefined) return undefined
  const colon = /^(?:[^:"]|"[^"]*")*:/.exec(line)?.[0] ?? line
  const value = line.slice(colon.length)
  if (KEYWORDS.includes(name)) return line
  const size = value.length <= SHORT ? 0 : Math.ceil(Math.log2(value.length))
  return [colon, size, value.includes('\\'), /[^\x20-\x7e]/.test(value)].join(' ')
}
