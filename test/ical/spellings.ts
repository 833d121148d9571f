import { DateTime } from 'luxon'

/**
 * Ways in which servers and apps write what we write otherwise: each gives lines that mean the same. They know our own
 * way of writing and nothing else.
 */
export const SPELLINGS: Record<string, (lines: string[]) => string[]> = {
  'zones behind a prefix': (lines) =>
    lines.map((line) => line.replace(/^((?:\w|-)+;TZID=|TZID:)(\w+\/)/, '$1/example.org/20260101_1/$2')),
  'EXDATEs in one list': (lines) => {
    const isExdate = (line: string): boolean => /^EXDATE;/.test(line)
    const [first, ...more] = lines.filter(isExdate)
    if (first === undefined) return lines
    const list = [first, ...more.map((line) => line.slice(line.lastIndexOf(':') + 1))].join(',')
    return lines.flatMap((line) => (line === first ? [list] : isExdate(line) ? [] : [line]))
  },
  'occurrences in UTC': (lines) =>
    lines.map((line) => line.replace(/^(EXDATE|RECURRENCE-ID);TZID=([^:]+):([^,]+)$/, toUtc)),
  durations: (lines) =>
    lines.flatMap((line, at) => {
      const start = lines.slice(0, at).findLast((each) => each.startsWith('DTSTART'))
      const [from, to] = [start, line].map((each) => each?.split(/[:=]/))
      if (!line.startsWith('DTEND') || from?.[1] !== to?.[1]) return [line]
      const span = instant(line) - instant(start ?? '')
      return [line.startsWith('DTEND;VALUE') ? `DURATION:P${span / 86_400_000}D` : `DURATION:PT${span / 60_000}M`]
    }),
  'cancelled components for EXDATEs': (lines) => {
    const exdates = lines.filter((line) => line.startsWith('EXDATE'))
    const uid = lines.find((line) => line.startsWith('UID')) ?? ''
    if (lines.includes('STATUS:CANCELLED') || exdates.some((line) => line.includes(','))) return lines
    const components = exdates.flatMap((line) => [
      'BEGIN:VEVENT',
      uid,
      line.replace('EXDATE', 'RECURRENCE-ID'),
      line.replace('EXDATE', 'DTSTART'),
      'STATUS:CANCELLED',
      'END:VEVENT',
    ])
    return [...lines.slice(0, -1).filter((line) => !exdates.includes(line)), ...components, ...lines.slice(-1)]
  },
  'words in any case': (lines) =>
    lines.map((line) => (/^(STATUS|TRANSP|CLASS|RRULE|ACTION):/.test(line) ? line.toLowerCase() : line)),
  'alarms by the end': (lines) => {
    const start = lines.find(
      (line) => /^DTSTART.*:\d{8}(T|$)/.test(line) && lines.indexOf(line) > lines.indexOf('BEGIN:VEVENT'),
    )
    const end = lines.find((line) => line.startsWith('DTEND'))
    const single = lines.filter((line) => line === 'BEGIN:VEVENT').length === 1
    if (!start || !end || !single) return lines
    const minutes = (instant(end) - instant(start)) / 60_000
    return lines.map((line) =>
      line.replace(/^TRIGGER:-PT(\d+)M$/, (_, before) => `TRIGGER;RELATED=END:-PT${Number(before) + minutes}M`),
    )
  },
}

function toUtc(_: string, name: string, zone: string, clock: string): string {
  const at = DateTime.fromISO(clock, { zone: zone.replace(/^\/example\.org\/\w+\//, '') }).toUTC()
  return `${name}:${at.toFormat("yyyyMMdd'T'HHmmss'Z'")}`
}

function instant(line: string): number {
  const zone = /TZID=([^:]+):/.exec(line)?.[1]?.replace(/^\/example\.org\/\w+\//, '') ?? 'UTC'
  return DateTime.fromISO(line.slice(line.lastIndexOf(':') + 1), { zone }).toMillis()
}
