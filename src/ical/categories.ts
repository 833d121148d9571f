import { normalCategories, normalLine } from '../event/normal'
import type { Component, Node } from './component'
import { endOfLines, insert, linesNamed, withContent } from './component'
import type { Line } from './line'
import { parseLine } from './line'
import { isQuotedPrintable, plainParams } from './quoted-printable'
import { readText, writeText } from './value'

/** The categories of an event: the texts of all its CATEGORIES lines, in normal form. */
export function readCategories(event: Component): readonly string[] | null {
  const names = linesNamed(event, 'CATEGORIES').flatMap((line) => textsOf(line).map((value) => nameOf(line, value)))
  return normalCategories(names)
}

/** CATEGORIES lines brought to name these: values that are right stay where and as they are. */
export function setCategories(event: Component, wanted: readonly string[]): Component {
  const missing = new Set(wanted)
  const content = event.content.flatMap((node): Node[] => {
    if (node.kind !== 'line' || node.name !== 'CATEGORIES') return [node]
    const values = textsOf(node)
    const kept = values.filter((value) => wanted.includes(nameOf(node, value).trim()))
    for (const value of kept) missing.delete(nameOf(node, value).trim())
    if (kept.length === values.length) return [node]
    return kept.length === 0 ? [] : [withValues(node, kept)]
  })
  const after = content.findLastIndex((node) => node.kind === 'line' && node.name === 'CATEGORIES') + 1
  const added = [...missing].map(writeText).join(',')
  const kept = withContent(event, content)
  return added === '' ? kept : insert(kept, [parseLine(`CATEGORIES:${added}`)], after || endOfLines(content))
}

/** The line with some of its values: those that were encoded are plain text then. */
function withValues(line: Line, values: readonly string[]): Line {
  const spelled = isQuotedPrintable(line) ? values.map((value) => writeText(readText({ ...line, value }))) : values
  return parseLine(`CATEGORIES${plainParams(line)}:${spelled.join(',')}`)
}

/** The values of a list of texts as they are spelled: a comma in one has a backslash (RFC 5545 3.3.11). */
const textsOf = (line: Line): string[] => line.value.match(/(?:\\.|[^,\\]|\\$)+/g) ?? []

const nameOf = (line: Line, value: string): string => normalLine(readText({ ...line, value })) ?? ''
