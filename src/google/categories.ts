import { normalCategories } from '../event/normal'
import type { GoogleEvent } from './times'

/** Our private extended property: a JSON list of texts. */
const OURS = 'calsyncCategories'
/** The one that Thunderbird's provider keeps, which all guests share: texts with commas between them, escaped by `\`. */
const THUNDERBIRD = 'X-MOZ-CATEGORIES'
/** Google silently cuts longer values. */
const LONGEST_VALUE = 1024

/** Whether the categories are where Thunderbird keeps them, and where they then stay. */
export const keepsForThunderbird = (event: GoogleEvent): boolean =>
  event.extendedProperties?.shared?.[THUNDERBIRD] !== undefined

/** The categories of an event; null for none, and for what can't be understood. */
export function categoriesOf(event: GoogleEvent): readonly string[] | null {
  const shared = event.extendedProperties?.shared?.[THUNDERBIRD]
  return normalCategories(shared === undefined ? listOf(event.extendedProperties?.private?.[OURS]) : unescaped(shared))
}

function listOf(text: string | undefined): string[] {
  if (text === undefined) return []
  try {
    const list = JSON.parse(text) as unknown
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : []
  } catch {
    return [] // another program's, or cut
  }
}

const unescaped = (text: string): string[] =>
  (text.match(/(?:\\[^]|[^\\,])+/g) ?? []).map((each) => each.replace(/\\([^])/g, '$1'))

const escaped = (names: readonly string[]): string => names.map((each) => each.replace(/[\\,]/g, '\\$&')).join(',')

/** As many categories as an extended property can hold, in their order; one that is too long is left out. */
export function fitCategories(names: readonly string[]): readonly string[] | null {
  const fitting: string[] = []
  // Bytes of what is chosen: a comma follows each, also the last, in place of a bracket.
  let [listed, plain] = [1, -1]
  for (const name of names) {
    const [more, plainMore] = [Buffer.byteLength(JSON.stringify(name)) + 1, Buffer.byteLength(escaped([name])) + 1]
    if (Math.max(listed + more, plain + plainMore) > LONGEST_VALUE) continue
    fitting.push(name)
    listed += more
    plain += plainMore
  }
  return fitting.length === 0 ? null : fitting
}

/** Categories as extended properties; none: the property is deleted. */
export function categoryProperties(
  names: readonly string[] | null,
  forThunderbird: boolean,
): Pick<GoogleEvent, 'extendedProperties'> {
  // A patch deletes what is null, of which the library's types know nothing.
  const value = (text: string): string => (names === null ? (null as unknown as string) : text)
  if (forThunderbird) return { extendedProperties: { shared: { [THUNDERBIRD]: value(escaped(names ?? [])) } } }
  return { extendedProperties: { private: { [OURS]: value(JSON.stringify(names)) } } }
}
