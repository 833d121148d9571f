/** iCalendar text as a tree of components and unfolded content lines: enough for a server's checks and an app's edits. */
export type Component = { readonly name: string; readonly lines: string[]; readonly components: Component[] }

/** Unfolds (RFC 5545 3.1) and splits into content lines. */
export const unfold = (text: string): string[] =>
  text
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .filter((line) => line !== '')

/** @throws Error if it is no single, well nested VCALENDAR */
export function parseIcal(text: string): Component {
  const top: Component = { name: '', lines: [], components: [] }
  const stack = [top]
  for (const line of unfold(text)) {
    const open = stack.at(-1)!
    const [, keyword, name = ''] = /^(BEGIN|END):(.+)$/i.exec(line) ?? []
    if (keyword?.toUpperCase() === 'BEGIN') {
      const component = { name: name.toUpperCase(), lines: [], components: [] }
      open.components.push(component)
      stack.push(component)
    } else if (keyword) {
      if (open.name !== name.toUpperCase()) throw new Error(`END:${name} ends ${open.name}`)
      stack.pop()
    } else if (/^[A-Za-z0-9-]+[;:]/.test(line) && stack.length > 1) open.lines.push(line)
    else throw new Error(`"${line}" is no content line`)
  }
  const root = top.components[0]
  if (stack.length !== 1 || top.components.length !== 1 || root?.name !== 'VCALENDAR') throw new Error('no VCALENDAR')
  return root
}

export function writeIcal(component: Component): string {
  return contentLines(component)
    .map((line) => `${fold(line)}\r\n`)
    .join('')
}

const contentLines = (component: Component): string[] => [
  `BEGIN:${component.name}`,
  ...component.lines,
  ...component.components.flatMap(contentLines),
  `END:${component.name}`,
]

function fold(line: string): string {
  const parts: string[] = []
  let part = ''
  for (const char of line) {
    if (Buffer.byteLength(part) + Buffer.byteLength(char) > 74) {
      parts.push(part)
      part = ''
    }
    part += char
  }
  return [...parts, part].join('\r\n ')
}

export const nameOf = (line: string): string => /^[A-Za-z0-9-]+/.exec(line)![0].toUpperCase()

/** What stands after the first colon outside quotes. */
export const valueOf = (line: string): string => /^(?:[^":]|"[^"]*")*:(.*)$/s.exec(line)?.[1] ?? ''

export const parameterOf = (line: string, parameter: string): string | undefined =>
  new RegExp(`^(?:[^":]|"[^"]*")*?;${parameter}=("[^"]*"|[^;:]*)`, 'i').exec(line)?.[1]?.replaceAll('"', '')

export const linesOf = (component: Component, name: string): string[] =>
  component.lines.filter((line) => nameOf(line) === name)

/** The value of the component's first line of that name. */
export function property(component: Component, name: string): string | undefined {
  const line = linesOf(component, name)[0]
  return line === undefined ? undefined : valueOf(line)
}

/** Replaces all lines of the name of `line` by it. */
export function setLine(component: Component, line: string): void {
  removeLines(component, nameOf(line))
  component.lines.push(line)
}

export function removeLines(component: Component, name: string): void {
  const kept = component.lines.filter((line) => nameOf(line) !== name)
  component.lines.splice(0, component.lines.length, ...kept)
}

export const eventsOf = (calendar: Component): Component[] =>
  calendar.components.filter((component) => component.name === 'VEVENT')

/** The series itself: the VEVENT without RECURRENCE-ID. */
export const masterOf = (calendar: Component): Component | undefined =>
  eventsOf(calendar).find((event) => linesOf(event, 'RECURRENCE-ID').length === 0)

export const copyOf = (component: Component): Component => ({
  name: component.name,
  lines: [...component.lines],
  components: component.components.map(copyOf),
})
