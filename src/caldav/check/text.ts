import { say } from '../../event/phrase'
import type { Said } from '../../event/phrase'

/** A small event for a check, tomorrow from now: the text of a resource. `lines`: more properties. */
export function eventText(uid: string, now: number, lines: readonly string[] = [], end = true): string {
  const tomorrow = new Date(now + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//CalSync//Check//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `DTSTAMP:${stamp}`,
    `DTSTART:${tomorrow}T100000Z`,
    ...(end ? [`DTEND:${tomorrow}T101500Z`] : []),
    'SUMMARY:CalSync check (may be deleted)',
    'TRANSP:TRANSPARENT',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')
}

const linesOf = (text: string): string[] =>
  text
    .replaceAll(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .filter((line) => line !== '')

/** What became of a text: `spelling`, other line ends or another order; `lines`: which lines, by their names. */
export type Rewriting = 'none' | 'spelling' | { readonly lines: Said }

/** How a text differs from the one that was sent. */
export function rewriting(sent: string, held: string): Rewriting {
  if (sent === held) return 'none'
  const [before, after] = [linesOf(sent), linesOf(held)]
  const lost = namesOf(surplus(before, after))
  const added = namesOf(surplus(after, before))
  const changed = lost.filter((name) => added.includes(name))
  const others = (names: readonly string[]): string[] => names.filter((name) => !changed.includes(name))
  const told = [
    ...(changed.length > 0 ? [say`changed: ${changed}`] : []),
    ...(others(added).length > 0 ? [say`added: ${others(added)}`] : []),
    ...(others(lost).length > 0 ? [say`dropped: ${others(lost)}`] : []),
  ]
  const [first, ...more] = told
  return first ? { lines: more.reduce<Said>((lines, each) => say`${lines}; ${each}`, first) } : 'spelling'
}

/** The lines that one list has more often than the other. */
function surplus(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return lines.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

const namesOf = (lines: readonly string[]): string[] => [
  ...new Set(lines.map((line) => (/^(BEGIN|END):/.test(line) ? line : (line.split(/[:;]/, 1)[0] ?? '')))),
]

/** Whether a text has this very line. */
export const hasLine = (text: string, line: string): boolean => linesOf(text).includes(line)

export const hasProperty = (text: string, name: string): boolean =>
  linesOf(text).some((line) => line.startsWith(`${name}:`) || line.startsWith(`${name};`))
