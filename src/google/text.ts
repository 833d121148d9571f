const TAG =
  /<\/?(?:a|b|i|u|s|br|p|ul|ol|li|em|strong|span|div|font|html-blob|h[1-6]|blockquote|pre|table|tr|td)(?:\s[^<>]*)?\/?>/gi
const BREAK = /<(?:br|\/p|\/div|\/li|\/h[1-6]|\/tr)(?:\s[^<>]*)?\/?>/gi
const LINK = /<a\s[^<>]*?href="([^"<>]*)"[^<>]*>([^<>]*)<\/a>/gi
const ENTITY = /&(amp|lt|gt|quot|apos|nbsp|#39|#160);/g
const CHARACTERS: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  '#39': "'",
  '#160': ' ',
}

/**
 * The plain text of a description: Google's app writes HTML, other calendars show it as it stands. Text without HTML
 * stays as it is; doing it again changes nothing.
 */
export function plainText(description: string): string {
  let text = description
  for (let layer = 0; layer < 5; layer += 1) {
    const plain = withoutHtml(text)
    if (plain === text) break
    text = plain
  }
  return text
}

function withoutHtml(text: string): string {
  return text
    .replace(LINK, (_, address: string, words: string) => (words === address ? address : `${words} (${address})`))
    .replace(BREAK, '\n')
    .replace(TAG, '')
    .replace(ENTITY, (_, name: string) => CHARACTERS[name] ?? '')
}
