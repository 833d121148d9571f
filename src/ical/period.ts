import type { Component, Node } from './component'
import { withContent } from './component'
import type { Line } from './line'
import { param, paramsWithout, parseLine } from './line'

/** Whether a line is an RDATE of periods (RFC 5545 3.8.5.2), each with an end or a length of its own. */
export const isPeriods = (node: Node): node is Line =>
  node.kind === 'line' && node.name === 'RDATE' && param(node, 'VALUE')?.toUpperCase() === 'PERIOD'

/** Such a line without the ends: times. */
export function withoutEnds(line: Line): Line {
  const starts = periodsOf(line).map(([start]) => start)
  return parseLine(`RDATE${paramsWithout(line, ['VALUE'])}:${starts.join(',')}`)
}

/** An event whose RDATEs are all times. */
export const withoutPeriods = (event: Component): Component =>
  withContent(
    event,
    event.content.map((node) => (isPeriods(node) ? withoutEnds(node) : node)),
  )

/** The starts and ends or lengths in such a line, as they are spelled. */
export const periodsOf = (line: Line): [from: string, to: string][] =>
  line.value
    .split(',')
    .filter((value) => value.trim() !== '')
    .map((value) => {
      const [from = '', to = ''] = value.trim().split('/')
      return [from, to]
    })
