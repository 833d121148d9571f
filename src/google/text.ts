/** The elements of which descriptions are made, those of mails that were pasted included. */
const ELEMENTS =
  'a|b|i|u|s|br|p|ul|ol|li|em|strong|strike|del|ins|span|div|font|html-blob|h[1-6]|hr|blockquote|pre|code|sub|sup|' +
  'small|big|center|table|tbody|thead|tr|td|th|html|body|img|o:p'
const TAG = new RegExp(`</?(?:${ELEMENTS})(?:\\s[^<>]*)?/?>`, 'gi')
const BREAK = /<(?:br|hr|\/p|\/div|\/li|\/h[1-6]|\/tr)(?:\s[^<>]*)?\/?>/gi
const LINK = /<a\s([^<>]*)>([^<>]*)<\/a>/gi
const ENTITY = /&(?:(amp|lt|gt|quot|apos|nbsp)|#(\d{1,7})|#x([\da-f]{1,6}));/gi
const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }
/** What would be read as a tag or an entity. */
const MARKUP = /&(?=#?\w+;)|<(?=[a-z/!?])/gi

/** The plain text of a description: Google's apps show and write HTML, other calendars show the characters. */
export function plainText(description: string): string {
  return withoutComments(description)
    .replace(LINK, linkText)
    .replace(BREAK, '\n')
    .replace(TAG, '')
    .replace(ENTITY, (entity, name?: string, decimal?: string, hex?: string) =>
      name !== undefined ? (CHARACTERS[name.toLowerCase()] ?? '') : character(entity, Number(decimal ?? `0x${hex}`)),
    )
}

/** A link without an address is one more tag. */
function linkText(link: string, attributes: string, words: string): string {
  const address = /href="([^"]*)"/i.exec(attributes)?.[1]
  if (address === undefined) return link
  return words === address ? address : `${words} (${address})`
}

/** Not by an expression: each beginning without an end would have it look through all of the rest. */
function withoutComments(text: string): string {
  let kept = ''
  let from = 0
  for (;;) {
    const begin = text.indexOf('<!--', from)
    const end = begin < 0 ? -1 : text.indexOf('-->', begin + 4)
    if (end < 0) return kept + text.slice(from)
    kept += text.slice(from, begin)
    from = end + 3
  }
}

function character(entity: string, code: number): string {
  if (code === 160) return ' '
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity
}

/**
 * A plain text as a description that is shown as it stands: `<https://x.example/>` would be hidden as a tag. The reverse
 * of {@link plainText}; text without anything that could be markup stays as it is.
 */
export const asDescription = (text: string): string => text.replace(MARKUP, (sign) => (sign === '&' ? '&amp;' : '&lt;'))
