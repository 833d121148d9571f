/**
 * The forms in which a server may give a secret back: as it is, in JSON, XML or HTML, in an address or a form, in
 * hexadecimal, and in Base64, by itself or inside of something longer.
 */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8')
  const inAddress = encodeURIComponent(secret)
  const inForm = new URLSearchParams({ '': secret }).toString().slice(1)
  const inHex = bytes.toString('hex')
  const inJson = JSON.stringify(secret).slice(1, -1)
  const forms = [
    secret,
    bytes.toString('latin1'), // as a header or a page in another charset shows it
    ...[inAddress, inForm].flatMap((each) => [each, each.replaceAll(/%../g, (code) => code.toLowerCase())]),
    ...[inJson, inJson.replaceAll('/', '\\/'), inAscii(secret)],
    ...QUOTES.map((quotes) => inXml(secret, quotes)),
    ...[inHex, inHex.toUpperCase()],
    ...[0, 1, 2].flatMap((before) => inBase64(bytes, before)),
  ]
  return [...new Set(forms)]
}

const inAscii = (text: string): string =>
  JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)

const QUOTES: readonly Readonly<Record<string, string>>[] = [
  {},
  { '"': '&quot;', "'": '&apos;' },
  { '"': '&quot;', "'": '&#39;' },
  { '"': '&#34;', "'": '&#039;' },
  { '"': '&#x22;', "'": '&#x27;' },
]

const inXml = (text: string, quotes: Readonly<Record<string, string>>): string =>
  text.replaceAll(/[&<>"']/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', ...quotes })[sign] ?? sign)

/** What is the same in the Base64 of anything that holds these bytes, `before` others in the first of its threes. */
function inBase64(bytes: Buffer, before: number): string[] {
  const whole = Buffer.concat([Buffer.alloc(before), bytes])
  const from = Math.ceil((before * 8) / 6)
  const sure = whole.toString('base64').slice(from, Math.floor((whole.length * 8) / 6))
  return sure.length < 6 ? [] : [sure, sure.replaceAll('+', '-').replaceAll('/', '_')]
}
