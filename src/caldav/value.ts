/**
 * What tsdav makes of an element (local names in camel case): a text, which it turns into a number or boolean only where
 * that is not CDATA; CDATA, in several pieces if it was long; inner elements by name, as a list if there are several of
 * one name.
 */
export type Parsed =
  string | number | boolean | null | undefined | readonly Parsed[] | { readonly [name: string]: Parsed }

const isList = (value: Parsed): value is readonly Parsed[] => Array.isArray(value)

/** An inner element; undefined if there is none. */
export function inner(value: Parsed, name: string): Parsed {
  return typeof value === 'object' && value !== null && !isList(value) ? value[name] : undefined
}

/** No, one or several elements of a name as a list. */
export function listOf(value: Parsed): readonly Parsed[] {
  if (value === undefined || value === null) return []
  return isList(value) ? value : [value]
}

/** The names of the elements in an element, or in several of one name. */
export function namesIn(value: Parsed): string[] {
  return listOf(value).flatMap((each) =>
    typeof each === 'object' && each !== null && !isList(each) ? Object.keys(each) : [],
  )
}

/** The text of an element, or of the one in it that `path` names; '' if there is none. */
export function textIn(value: Parsed, ...path: readonly string[]): string {
  let at = value
  for (const name of path) at = inner(at, name)
  if (at === undefined || at === null) return ''
  if (isList(at)) return at.map((each) => textIn(each)).join('')
  if (typeof at === 'object') return textIn(at._cdata) + textIn(at._text)
  return String(at)
}
