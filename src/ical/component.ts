import { refuseLong, refuseOver } from './bounds'
import { IcalError } from './error'
import type { Line } from './line'
import { fold, parseLine, unfold } from './line'

/** A component with all its lines and inner components, in the order in which they stand. */
export type Component = {
  readonly kind: 'component'
  readonly name: string
  readonly begin: string
  readonly end: string
  readonly content: readonly Node[]
}
export type Node = Line | Component

/**
 * The VCALENDAR in a text. Several are read as one, in which the lines between them stand for nothing; components
 * without one are read as if they were in one.
 *
 * @throws IcalError if there is none, or a component isn't ended (a text cut off is no event), or for more than any
 *   event needs
 */
export function parseCalendar(text: string): Component {
  refuseOver('text', text.length)
  const roots: Component[] = []
  let components = 0
  const open: { name: string; begin: string; content: Node[] }[] = []
  for (const each of unfold(text)) {
    const line = parseLine(each)
    refuseLong(line)
    const inner = open.at(-1)
    if (line.name === 'BEGIN') {
      open.push({ name: componentName(line), begin: each, content: [] })
      refuseOver('depth', open.length)
      refuseOver('components', (components += 1))
    } else if (line.name === 'END' && inner) {
      if (componentName(line) !== inner.name) throw new IcalError(`"${each}" ends ${inner.name}`)
      open.pop()
      const done: Component = { kind: 'component', ...inner, end: each }
      const outer = open.at(-1)
      if (outer) outer.content.push(done)
      else roots.push(done)
    } else {
      inner?.content.push(line)
    }
  }
  if (open.length > 0) throw new IcalError(`the text ends before END:${open.at(-1)?.name ?? ''}`)
  return joined(roots)
}

function joined(roots: readonly Component[]): Component {
  const [first] = roots
  const last = roots.at(-1)
  if (first === undefined || last === undefined) throw new IcalError('the text holds no VCALENDAR')
  if (roots.every(({ name }) => name === 'VEVENT' || name === 'VTIMEZONE')) {
    return { kind: 'component', name: 'VCALENDAR', begin: '', end: '', content: roots }
  }
  if (roots.some(({ name }) => name !== 'VCALENDAR')) throw new IcalError('the text holds no VCALENDAR')
  const content = roots.flatMap((root, index) => {
    const before = roots[index - 1]
    const between = before ? [before.end, root.begin].map(parseLine) : []
    return [...between, ...root.content]
  })
  return { ...first, content, end: last.end }
}

const componentName = (line: Line): string => line.value.trim().toUpperCase()

/** The text of a component: CRLF, folded. */
export function componentText(component: Component): string {
  return fold(linesOf(component))
}

/** The unfolded lines of a component, BEGIN and END included. */
export function linesOf(component: Component): string[] {
  const inner = component.content.flatMap((node) => (node.kind === 'line' ? [node.text] : linesOf(node)))
  return [component.begin, ...inner, component.end].filter(Boolean)
}

/** A new component. */
export function component(name: string, content: readonly Node[]): Component {
  return { kind: 'component', name, begin: `BEGIN:${name}`, end: `END:${name}`, content }
}

/** A component's own lines of a name. */
export function linesNamed(within: Component, name: string): Line[] {
  return within.content.filter((node): node is Line => node.kind === 'line' && node.name === name)
}

/** The first line of a name. */
export function lineNamed(within: Component, name: string): Line | undefined {
  return within.content.find((node): node is Line => node.kind === 'line' && node.name === name)
}

/** A component's direct inner components of a name. */
export function childrenNamed(within: Component, name: string): Component[] {
  return within.content.filter((node): node is Component => node.kind === 'component' && node.name === name)
}

/** The component with its content changed; the same object if it is the same content. */
export function withContent(within: Component, content: readonly Node[]): Component {
  const isSame = content.length === within.content.length && content.every((node, at) => node === within.content[at])
  return isSame ? within : { ...within, content }
}

/** Without some of its nodes. */
export function without(within: Component, unwanted: (node: Node) => boolean): Component {
  return withContent(
    within,
    within.content.filter((node) => !unwanted(node)),
  )
}

export const isLineNamed =
  (...names: string[]) =>
  (node: Node): boolean =>
    node.kind === 'line' && names.includes(node.name)

/**
 * `lines` in place of all lines with one of the names: where the first of them stood, else behind the last line, in
 * front of the inner components.
 */
export function replaceLines(within: Component, names: readonly string[], lines: readonly string[]): Component {
  const isOld = isLineNamed(...names)
  const at = within.content.findIndex(isOld)
  const rest = within.content.filter((node) => !isOld(node))
  return insert(withContent(within, rest), lines.map(parseLine), at < 0 ? endOfLines(rest) : at)
}

/** `nodes` in front of the one that stands at an index. */
export function insert(within: Component, nodes: readonly Node[], at: number): Component {
  return withContent(within, [...within.content.slice(0, at), ...nodes, ...within.content.slice(at)])
}

/** Index behind the last line that stands before any inner component. */
export function endOfLines(content: readonly Node[]): number {
  const first = content.findIndex((node) => node.kind === 'component')
  return first < 0 ? content.length : first
}
