/**
 * A sentence, or part of one, with its values apart, so that a dialog can say it in its own language. JSON.
 *
 * `key` names it in the locale files, `says` is the English with a place for each value: `{0} of {1} calendars`.
 */
export type Phrase = { readonly key: string; readonly says: string; readonly values: readonly Said[] }

/** What is said: a phrase, something that is the same in each language, or several of them, with commas. */
export type Said = string | number | Phrase | readonly Said[]

/** A phrase, from a template whose fixed parts are its English. */
export function say({ raw }: TemplateStringsArray, ...values: readonly Said[]): Phrase {
  const says = raw.map((text, at) => (at === 0 ? text : `{${at - 1}}${text}`)).join('')
  return { key: keyOf(says), says, values }
}

/** The name of a phrase in the locale files, from its English; '' for one without a word, which is the same in each language. */
export function keyOf(says: string): string {
  if (!/[a-z]/i.test(says)) return ''
  return says
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

const isList = (said: Said): said is readonly Said[] => Array.isArray(said)

/** What is said, in English. */
export function english(said: Said): string {
  if (isList(said)) return said.map(english).join(', ')
  if (typeof said !== 'object') return String(said)
  return said.says.replaceAll(/\{(\d+)\}/g, (_, at: string) => english(said.values[Number(at)] ?? ''))
}

/** The same with each text that is nobody's language passed through a function. */
export function mapTexts(said: Said, change: (text: string) => string): Said {
  if (isList(said)) return said.map((each) => mapTexts(each, change))
  if (typeof said === 'string') return change(said)
  if (typeof said === 'number') return said
  return { ...said, values: said.values.map((each) => mapTexts(each, change)) }
}

/** So many of something. */
export const many = {
  calendar: (count: number) => (count === 1 ? say`1 calendar` : say`${count} calendars`),
  character: (count: number) => (count === 1 ? say`1 character` : say`${count} characters`),
  event: (count: number) => (count === 1 ? say`1 event` : say`${count} events`),
  member: (count: number) => (count === 1 ? say`1 member` : say`${count} members`),
  occurrence: (count: number) => (count === 1 ? say`1 cancelled occurrence` : say`${count} cancelled occurrences`),
  page: (count: number) => (count === 1 ? say`1 page` : say`${count} pages`),
  place: (count: number) => (count === 1 ? say`1 place` : say`${count} places`),
  reminder: (count: number) => (count === 1 ? say`1 default reminder` : say`${count} default reminders`),
  request: (count: number) => (count === 1 ? say`1 request` : say`${count} requests`),
  resource: (count: number) => (count === 1 ? say`1 resource` : say`${count} resources`),
} as const

/** A list, or the word for none. */
export const orNone = (said: readonly Said[]): Said => (said.length > 0 ? said : say`none`)
