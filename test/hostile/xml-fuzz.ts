import assert from 'node:assert/strict'
import { multistatusIn } from '../../src/caldav/multistatus'
import { ProviderError } from '../../src/event/calendar'
import { textIn } from '../../src/caldav/value'
import { XmlError } from '../../src/caldav/xml'
import { Random } from '../sync/random'

type Member = { readonly id: string; readonly etag: string; readonly text: string }

/**
 * One list of members, in the spelling of some server. Read as it is, it says what was written; spoiled, it is refused
 * with a reason, or read, and reading it again gives the same.
 */
export async function play(seed: number): Promise<string> {
  const random = new Random(seed)
  const members = Array.from({ length: random.below(6) }, (_, at) => memberOf(random, at))
  const token = random.chance(0.8) ? textOf(random, 12).trim() : ''
  const whole = spelled(random, members, token)
  const read = await reading(whole)
  if (typeof read === 'string') assert.fail(`${read}\n${whole}`)
  assert.deepEqual(read.members, members)
  if (!/\p{Cc}/u.test(token)) assert.equal(read.token, token === '' ? null : token)
  let spoiled = whole
  for (let times = 1 + random.below(3); times > 0; times -= 1) spoiled = spoil(random, spoiled)
  const first = await reading(spoiled)
  assert.deepEqual(await reading(spoiled), first)
  return typeof first === 'string' ? `refused: ${first}` : 'read'
}

/** What is read of a document, or why it is not. Anything else that is thrown is a defect. */
async function reading(text: string): Promise<{ members: Member[]; token: string | null } | string> {
  try {
    const answer = { status: 207, headers: new Headers(), text, url: new URL('https://dav.example.org/cal/') }
    const found = await multistatusIn(answer)
    assert.ok(found.ok)
    const members = found.responses.map(({ id, props }) => {
      return { id, etag: textIn(props.getetag), text: textIn(props.calendarData) }
    })
    return { members, token: found.token }
  } catch (error) {
    if (!(error instanceof ProviderError && error.cause instanceof XmlError)) throw error
    assert.equal(error.code, 'bad-answer')
    return error.cause.message
  }
}

const SIGNS = [...Array.from('abcxyz019 &<>"\';:=/-_.@%'), 'é', '…', '😀', ']]>', '<![CDATA[', '&amp;', '\n']

const textOf = (random: Random, most: number): string =>
  Array.from({ length: random.below(most) }, () => random.pick(SIGNS)).join('')

const memberOf = (random: Random, at: number): Member => ({
  id: `/cal/${at}.ics`,
  etag: `"${random.below(1e6)}"`,
  text: `BEGIN:${textOf(random, 40)}:END`,
})

/** The same list as servers write it: with prefixes or without, escaped or in sections, in whatever white space. */
function spelled(random: Random, members: readonly Member[], token: string): string {
  const prefix = random.pick(['', 'D:', 'd:', 'ns0:'])
  const gap = (): string => random.pick(['', '', '\n', '  ', '<!-- a > b -->', '<?pi x?>'])
  const attributes = (): string => random.pick(['', '', ' a="&lt;"', " xmlns:x='y'", '\n b = "1" '])
  const element = (name: string, inner: string, own = prefix): string => {
    if (inner === '' && random.chance(0.5)) return `${gap()}<${own}${name}${attributes()}/>${gap()}`
    return `${gap()}<${own}${name}${attributes()}>${inner}</${own}${name}${random.pick(['', ' '])}>${gap()}`
  }
  const leaf = (name: string, text: string): string => element(name, escaped(random, text))
  const responses = members.map(({ id, etag, text }) => {
    const good = element('prop', leaf('getetag', etag) + leaf('calendar-data', text))
    const bad = element('propstat', element('prop', leaf('getetag', 'none')) + leaf('status', 'HTTP/1.1 404 Not Found'))
    const propstats = [
      element('propstat', good + leaf('status', 'HTTP/1.1 200 OK')),
      ...(random.chance(0.3) ? [bad] : []),
    ]
    return element('response', leaf('href', id) + random.shuffled(propstats).join(''))
  })
  const inner = [
    ...responses,
    ...(token === '' ? [] : [leaf('sync-token', token)]),
    ...(random.chance(0.2) ? [leaf('other', 'x')] : []),
  ]
  return `${random.pick(['', '<?xml version="1.0" encoding="utf-8"?>'])}${element('multistatus', inner.join(''))}`
}

function escaped(random: Random, text: string): string {
  const isTrimmed = text.trim() === text
  if (!isTrimmed || random.chance(0.4)) return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
  const sign = (each: string): string => {
    const code = each.codePointAt(0) ?? 0
    const named = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&apos;' }[each]
    if (named !== undefined) return random.pick([named, `&#${code};`, `&#x${code.toString(16)};`])
    return code > 127 && random.chance(0.3) ? `&#x${code.toString(16).toUpperCase()};` : each
  }
  return Array.from(text, sign).join('')
}

const NASTY = [
  '<', '>', '&', '"', "'", '</', '/>', '<!--', '-->', '<![CDATA[', ']]>', '<?', '?>', '&#x110000;', '&#0;', '&nbsp;',
  '<!DOCTYPE m [<!ENTITY a "b">]>', '<!ENTITY a SYSTEM "file:///etc/passwd">', '\0', '\ufeff', '\ud800', '<__proto__>x</__proto__>',
  '<a>'.repeat(60), `<a b="${'x'.repeat(70_000)}"/>`, '&lt;'.repeat(20_000), '<status>HTTP/1.1 </status>', '<href/>',
] // prettier-ignore

/** Cuts, doubles, swaps or puts something in. */
function spoil(random: Random, text: string): string {
  const [at, other] = [random.below(text.length + 1), random.below(text.length + 1)].sort((a, b) => a - b) as [
    number,
    number,
  ]
  const kind = random.below(5)
  if (kind === 0) return text.slice(0, at)
  if (kind === 1) return text.slice(0, at) + text.slice(other)
  if (kind === 2) return text.slice(0, other) + text.slice(at)
  if (kind === 3) return text.slice(0, at) + String.fromCharCode(random.below(0x2000)) + text.slice(at + 1)
  return text.slice(0, at) + random.pick(NASTY) + text.slice(at)
}
