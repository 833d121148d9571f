import type { Fact } from '../../event/examination'
import { judged, needed, NotTried } from '../../event/examination'
import { many, orNone, say } from '../../event/phrase'
import type { Said } from '../../event/phrase'
import type { Exchange } from '../../transport/observed'
import { props } from '../dav'
import { findAccount } from '../discovery'
import type { Look } from './look'
import { methodsIn } from './look'

const WANTED = props('d:current-user-principal')

/** The way from the server's address to the account's calendars (RFC 6764, RFC 5397, RFC 4791 6.2.1). */
export const DISCOVERY: readonly Fact<Look>[] = [
  {
    id: 'caldav.discovery.challenge',
    says: 'A request without a login is answered with 401 and a method that CalSync knows.',
    async ask({ dav, requests, veil }, signal) {
      const asked = { method: 'PROPFIND', headers: { depth: '0' }, redirect: 'manual' as const, signal }
      const { status, headers } = await sent(() => requests.fetch(dav.connection.server.href, asked))
      const methods = methodsIn(headers)
      const location = headers.get('location')
      const to = location === null ? '' : say` to ${veil.address(location)}`
      const isExpected = status === 401 && methods.some((name) => /^(basic|digest)$/i.test(name))
      return judged(isExpected, say`HTTP ${status}${to}; methods: ${orNone(methods)}.`)
    },
  },
  {
    id: 'caldav.discovery.well-known',
    says: 'The address /.well-known/caldav leads on (a redirect), or answers itself (207).',
    async ask({ dav, requests }, signal) {
      const from = requests.exchanges.length
      const found = await dav.propfind(new URL('/.well-known/caldav', dav.connection.server), WANTED, '0', signal)
      const statuses = requests.exchanges.slice(from).map(({ status }) => status ?? 0)
      const isRedirect = [301, 302, 303, 307, 308].includes(statuses[0] ?? 0)
      return judged(isRedirect || found.ok, say`HTTP ${then(statuses)}.`)
    },
  },
  {
    id: 'caldav.discovery.account',
    says: 'The server address leads to the account and the place of its calendars.',
    async ask(look, signal) {
      const from = look.requests.exchanges.length
      look.account = await findAccount(look.dav, signal)
      look.steps = look.requests.exchanges.slice(from)
      const places = many.place(look.account.homes.length)
      return judged(true, say`${places} of calendars, found by ${many.request(look.steps.length)}.`)
    },
  },
  {
    id: 'caldav.discovery.home',
    says: 'iCloud names the place of the calendars by a whole URL, on a numbered host with the port 443.',
    async ask({ dav, steps, veil }) {
      const hrefs = homeHrefs(needed(steps, say`The account was not found.`))
      const addresses = hrefs.map((href) => veil.address(href))
      const saw = addresses.length > 0 ? addresses : say`no calendar-home-set`
      if (!dav.connection.isIcloud) throw new NotTried(say`Only iCloud does. Here: ${saw}.`)
      const expected = /^https:\/\/p\d+-caldav\.icloud\.com(\.cn)?:443\//
      return Promise.resolve(
        judged(
          hrefs.some((href) => expected.test(href)),
          say`${saw}.`,
        ),
      )
    },
  },
  {
    id: 'caldav.discovery.features',
    says: 'The place of the calendars says by OPTIONS that it is CalDAV (calendar-access).',
    async ask({ dav, account }, signal) {
      const [home] = needed(account, say`The account was not found.`).homes
      const { headers } = await dav.connection.send(
        { method: 'OPTIONS', url: needed(home, say`There is none.`) },
        signal,
      )
      const features = headers.get('dav') ?? ''
      const known = features
        .split(',')
        .map((name) => name.trim())
        .filter((name) => /^(calendar|sync)-/.test(name))
      return judged(/\bcalendar-access\b/.test(features), say`${known.length > 0 ? known : say`nothing of calendars`}.`)
    },
  },
]

/** A request that no helper makes; that there is no answer is no finding of its own. */
async function sent(send: () => Promise<Response>): Promise<Response> {
  try {
    return await send()
  } catch {
    throw new NotTried(say`There was no answer.`)
  }
}

const then = ([first = 0, ...others]: readonly number[]): Said =>
  others.reduce<Said>((said, status) => say`${said}, then ${status}`, first)

/** The hrefs of calendar-home-set, as they stand in the answers. */
function homeHrefs(steps: readonly Exchange[]): string[] {
  // what stands before the word in an end tag is in the element
  const sets = steps.flatMap(({ text }) =>
    text
      .split(/calendar-home-set/i)
      .slice(0, -1)
      .filter(endsInEndTag),
  )
  return [...new Set(sets.flatMap((set) => set.split('<').flatMap((tag) => hrefBehind(tag) ?? [])))]
}

const endsInEndTag = (text: string): boolean => text.startsWith('</', text.lastIndexOf('<'))

/** What stands behind the beginning of an `href` element, of whatever namespace. */
function hrefBehind(tag: string): string | undefined {
  const end = tag.indexOf('>')
  const name = tag.slice(0, Math.max(end, 0)).split(/\s/, 1)[0] ?? ''
  if (!/^(?:[\w-]+:)?href$/i.test(name)) return undefined
  return (
    tag
      .slice(end + 1)
      .trim()
      .split(/\s/, 1)[0] || undefined
  )
}
