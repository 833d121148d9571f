import { setImmediate } from 'node:timers/promises'
import type { Parsed } from './value'

/** XML that is not read: it is broken, declares entities, or is more than any server has to say. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
}

/** Tags and texts in one document: a list of 50,000 members has fewer. */
const MOST_PARTS = 1_000_000
const MOST_DEPTH = 50
const MOST_ATTRIBUTES = 100
/** Characters between two turns of the event loop; each part counts as some, for what it costs besides. */
const SLICE = 64 * 1024
const A_PART = 32
/** The longest text that is unescaped in one go. */
const PIECE = 64 * 1024
const LONGEST_ENTITY = 12

/** Takes an element in the root, by its name without a prefix, as soon as it is read. Nothing of it is kept here. */
export type TakeChild = (name: string, value: Parsed) => void

/**
 * Reads a document, in slices between which others have the event loop, up to the first error.
 *
 * @param root the local name of the outermost element
 * @returns false if it is another
 * @throws XmlError
 */
export async function readXml(
  text: string,
  root: string,
  take: TakeChild,
  pause: () => Promise<unknown> = setImmediate,
): Promise<boolean> {
  const reader = new XmlReader(text, root, take)
  while (reader.slice()) await pause()
  return reader.isRoot
}

/** The names of the elements in the root, up to the first error; none if the root is another. For short texts. */
export function childrenIn(text: string, root: string): string[] {
  const names: string[] = []
  const reader = new XmlReader(text.slice(0, SLICE), root, (name) => names.push(name))
  try {
    while (reader.slice());
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
  }
  return names
}

type Members = Record<string, Parsed>
type Open = { readonly tag: string; members: Members | undefined; text: string; run: string }

/** Of elements that only are there: a document may hold many. */
const EMPTY: Parsed = Object.freeze({})

const NAME = /[^\s/>=<"'&]+/y
const ATTRIBUTE = /\s+([^\s/>=<"'&]+)\s*=\s*("[^"<]*"|'[^'<]*')/y
const END = /\s*(\/?)>/y
const BLANK = /^\s*$/

class XmlReader {
  isRoot = true
  private at = 0
  private parts = 0
  private readonly open: Open[] = []
  private isOver = false

  constructor(
    private readonly text: string,
    private readonly root: string,
    private readonly take: TakeChild,
  ) {}

  /** Goes on for a slice. @returns whether there is more to read */
  slice(): boolean {
    let spent = 0
    while (spent < SLICE) {
      const from = this.at
      if (!this.step()) return false
      spent += A_PART + this.at - from
    }
    return true
  }

  /** Reads one text, tag or section. */
  private step(): boolean {
    const { text, at } = this
    if (!this.isRoot) return false
    if (at >= text.length) return this.end()
    if ((this.parts += 1) > MOST_PARTS) throw new XmlError(`more than ${MOST_PARTS} elements`)
    if (text[at] !== '<') this.characters()
    else if (text.startsWith('</', at)) this.close()
    else if (text.startsWith('<!--', at)) this.skip('-->')
    else if (text.startsWith('<?', at)) this.skip('?>')
    else if (text.startsWith('<![CDATA[', at)) this.section()
    else if (text.startsWith('<!', at)) this.declaration()
    else this.start()
    return true
  }

  private end(): false {
    if (this.isOver) return false
    throw new XmlError('it ends in the middle')
  }

  private characters(): void {
    const { text, at } = this
    const tag = text.indexOf('<', at)
    const to = Math.min(tag === -1 ? text.length : tag, at + PIECE)
    const whole = text.slice(at, to)
    const cut = to === at + PIECE ? whole.indexOf('&', PIECE - LONGEST_ENTITY) : -1 // maybe in the middle of an entity
    const piece = cut === -1 ? whole : whole.slice(0, cut)
    const inner = this.open.at(-1)
    if (inner) inner.run += unescaped(piece)
    else if (!BLANK.test(piece)) throw new XmlError('there is text outside of it')
    this.at = at + piece.length
  }

  private section(): void {
    const from = this.at + '<![CDATA['.length
    const inner = this.open.at(-1)
    if (!inner) throw new XmlError('there is text outside of it')
    this.skip(']]>')
    flush(inner)
    inner.text += this.text.slice(from, this.at - ']]>'.length)
  }

  /** A document type says nothing here, and one with declarations in it could grow without end. */
  private declaration(): void {
    const from = this.at
    this.skip('>')
    const said = this.text.slice(from, Math.min(this.at, from + 1000))
    if (!/^<!DOCTYPE\s[^[]*>$/i.test(said)) throw new XmlError('it declares entities')
  }

  private skip(mark: string): void {
    const to = this.text.indexOf(mark, this.at + 2)
    if (to === -1) throw new XmlError('it ends in the middle')
    this.at = to + mark.length
  }

  private start(): void {
    const tag = this.match(NAME, this.at + 1)?.[0]
    if (tag === undefined || this.isOver) throw new XmlError('there is no element where one begins')
    let attributes: Members | undefined
    let count = 0
    for (let found = this.match(ATTRIBUTE); found; found = this.match(ATTRIBUTE)) {
      const [, name = '', value = ''] = found
      if ((count += 1) > MOST_ATTRIBUTES || value.length > PIECE) throw new XmlError('a tag has too much in it')
      if (!/^xmlns(:|$)/.test(name)) (attributes ??= {})[name] = unescaped(value.slice(1, -1))
    }
    const end = this.match(END)
    if (!end) throw new XmlError('a tag is broken')
    const members = attributes && { _attributes: attributes }
    if (this.open.push({ tag, members, text: '', run: '' }) > MOST_DEPTH) throw new XmlError('it is nested too deeply')
    if (this.open.length === 1) this.isRoot = localName(tag) === this.root
    if (end[1] === '/') this.closed()
  }

  private match(pattern: RegExp, at = this.at): RegExpExecArray | null {
    pattern.lastIndex = at
    const found = pattern.exec(this.text)
    if (found) this.at = pattern.lastIndex
    return found
  }

  private close(): void {
    const tag = this.match(NAME, this.at + 2)?.[0]
    if (tag !== this.open.at(-1)?.tag || this.match(END)?.[1] !== '') throw new XmlError('its tags do not match')
    this.closed()
  }

  private closed(): void {
    const element = this.open.pop()
    const outer = this.open.at(-1)
    if (!element) return
    if (!outer) this.isOver = true
    else if (this.open.length === 1) this.take(localName(element.tag), valueOf(element))
    else add((outer.members ??= {}), camelCase(localName(element.tag)), valueOf(element))
  }
}

/** White space around a text says nothing; a section is what it is. */
function flush(element: Open): void {
  element.text += element.run.trim()
  element.run = ''
}

function valueOf(element: Open): Parsed {
  flush(element)
  const { members, text } = element
  if (!members) return text === '' ? EMPTY : text
  if (text !== '') members._text = text
  return members
}

function add(members: Members, name: string, value: Parsed): void {
  const before = Object.hasOwn(members, name) ? members[name] : undefined
  if (before === undefined) members[name] = value
  else if (Array.isArray(before)) (before as Parsed[]).push(value)
  else members[name] = [before, value]
}

const localName = (tag: string): string => tag.slice(tag.indexOf(':') + 1)

/** As tsdav names properties: `calendarHomeSet`. */
const camelCase = (name: string): string => name.replaceAll(/[-_]+(\w?)/g, (_, letter: string) => letter.toUpperCase())

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])

function unescaped(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,10}));|&/gi,
    (_, decimal?: string, hex?: string, name?: string) => {
      const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? parseInt(hex, 16) : undefined
      const sign = code !== undefined && code <= 0x10ffff ? String.fromCodePoint(code) : ENTITIES.get(name ?? '')
      if (sign === undefined) throw new XmlError('it names an entity that is none of XML')
      return sign
    },
  )
}
