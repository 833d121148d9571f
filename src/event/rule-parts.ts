/** The parts of an RRULE content line: `FREQ` -> `WEEKLY`, ... */
export function ruleParts(line: string): Map<string, string> {
  const parts = line.slice(line.indexOf(':') + 1).split(';')
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]))
}
