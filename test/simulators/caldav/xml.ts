/** XML as a tree with namespaces: strict reading of what clients send, writing in two styles. Independent of any client library. */
export type XmlNode = {
  readonly ns: string
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (XmlNode | string)[]
}

export const DAV = 'DAV:'
export const CALDAV = 'urn:ietf:params:xml:ns:caldav'
export const CALENDAR_SERVER = 'http://calendarserver.org/ns/'
export const APPLE = 'http://apple.com/ns/ical/'

const PREFIXES: Record<string, string> = { [DAV]: 'd', [CALDAV]: 'c', [CALENDAR_SERVER]: 'cs', [APPLE]: 'ca' }

export const element = (
  ns: string,
  name: string,
  children: readonly (XmlNode | string)[] = [],
  attributes: Record<string, string> = {},
): XmlNode => ({ ns, name, attributes, children })

export const elementsOf = (node: XmlNode): XmlNode[] => node.children.filter((child) => typeof child !== 'string')

export const textIn = (node: XmlNode): string =>
  node.children.map((child) => (typeof child === 'string' ? child : textIn(child))).join('')

/** The first child element of that name. */
export const childOf = (node: XmlNode, ns: string, name: string): XmlNode | undefined =>
  elementsOf(node).find((child) => child.ns === ns && child.name === name)

type Open = {
  ns: string
  name: string
  raw: string
  attributes: Record<string, string>
  children: (XmlNode | string)[]
}

/**
 * Reads a document.
 *
 * @throws Error if it isn't well-formed or has white space before its declaration (iCloud answers that with a 400)
 */
export function parseXml(text: string): XmlNode {
  if (/^\s+<\?xml/.test(text)) throw new Error('white space before the XML declaration')
  const token = /<\?[^]*?\?>|<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>|<(\/?)([^\s/>]+)([^>]*?)(\/?)>|([^<]+)/gy
  const top: Open = { ns: '', name: '', raw: '', attributes: {}, children: [] }
  const stack: Open[] = [top]
  const scopes: Record<string, string>[] = [{ '': '' }]
  let end = 0
  for (let match = token.exec(text); match; match = token.exec(text)) {
    end = token.lastIndex
    const [, cdata, closing, raw, attributeText = '', selfClosing, chars] = match
    const open = stack.at(-1)!
    if (cdata !== undefined) open.children.push(cdata)
    else if (chars !== undefined) open.children.push(unescape(chars))
    else if (raw === undefined) continue
    else if (closing) {
      if (open.raw !== raw) throw new Error(`</${raw}> closes <${open.raw}>`)
      stack.pop()
      scopes.pop()
      stack.at(-1)!.children.push({ ...open })
    } else {
      const { attributes, scope } = readAttributes(attributeText, scopes.at(-1)!)
      const [prefix, name] = raw.includes(':') ? (raw.split(':') as [string, string]) : ['', raw]
      const ns = scope[prefix]
      if (ns === undefined) throw new Error(`the prefix of <${raw}> is not declared`)
      const opened = { ns, name, raw, attributes, children: [] }
      if (selfClosing) open.children.push(opened)
      else {
        stack.push(opened)
        scopes.push(scope)
      }
    }
  }
  const roots = elementsOf(top)
  if (end !== text.length || stack.length !== 1 || roots.length !== 1) throw new Error('the XML is not well-formed')
  return roots[0]!
}

function readAttributes(text: string, outer: Record<string, string>) {
  const attributes: Record<string, string> = {}
  const scope = { ...outer }
  const rest = text.replace(/\s+([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g, (_, key: string, a?: string, b?: string) => {
    const value = unescape(a ?? b ?? '')
    if (key === 'xmlns') scope[''] = value
    else if (key.startsWith('xmlns:')) scope[key.slice(6)] = value
    else attributes[key] = value
    return ''
  })
  if (rest.trim() !== '') throw new Error(`"${rest.trim()}" is no attribute`)
  return { attributes, scope }
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescape(text: string): string {
  return text.replace(
    /&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
      if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16))
      const entity = ENTITIES[name ?? '']
      if (entity === undefined) throw new Error(`the entity ${whole} is not known`)
      return entity
    },
  )
}

const escape = (text: string): string =>
  text.replace(/[&<>"\r]/g, (char) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[char] ?? '#13'};`)

/** `prefixes`: as most servers write. `default-namespace`: as iCloud does, with calendar-data in CDATA. */
export type XmlStyle = 'prefixes' | 'default-namespace'

export function writeXml(root: XmlNode, style: XmlStyle): string {
  const body = style === 'prefixes' ? writePrefixed(root, true) : writeDefault(root, '')
  return `<?xml version="1.0" encoding="UTF-8"?>${body}`
}

function writePrefixed(node: XmlNode, isRoot: boolean): string {
  const names = isRoot ? Object.entries(PREFIXES).map(([ns, prefix]) => ` xmlns:${prefix}="${ns}"`) : []
  const own = PREFIXES[node.ns]
  const tag = own === undefined ? node.name : `${own}:${node.name}`
  const foreign = own === undefined ? ` xmlns="${escape(node.ns)}"` : ''
  const inner = node.children.map((child) => (typeof child === 'string' ? escape(child) : writePrefixed(child, false)))
  return `<${tag}${foreign}${names.join('')}${writeAttributes(node)}>${inner.join('')}</${tag}>`
}

function writeDefault(node: XmlNode, outer: string): string {
  // iCloud repeats the namespace on each response, though it is in scope
  const named = node.ns !== outer || node.name === 'response' ? ` xmlns="${escape(node.ns)}"` : ''
  const inner = node.children.map((child) => {
    if (typeof child !== 'string') return writeDefault(child, node.ns)
    return node.name === 'calendar-data' ? cdata(child) : escape(child)
  })
  return `<${node.name}${named}${writeAttributes(node)}>${inner.join('')}</${node.name}>`
}

/** What ends a section in the text is written in two of them. */
const cdata = (text: string): string => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`

const writeAttributes = (node: XmlNode): string =>
  Object.entries(node.attributes)
    .map(([key, value]) => ` ${key}="${escape(value)}"`)
    .join('')
