import { ProviderError } from '../event/calendar'
import type { Dav, Described, Multistatus, NoMultistatus } from './dav'
import { props } from './dav'
import { unauthorised } from './errors'
import { sameOn, withSlash } from './paths'
import { inner, listOf, namesIn, textIn } from './value'

/**
 * Where an account's calendars lie, and who it is (a display name, '' if the server has none). `principal`: what stands
 * for its owner on the server.
 */
export type Account = { readonly homes: readonly URL[]; readonly name: string; readonly principal?: URL }

const WANTED = props('d:resourcetype', 'd:displayname', 'd:current-user-principal', 'c:calendar-home-set')

/**
 * Finds the calendar homes of an account (RFC 6764, RFC 5397, RFC 4791 6.2.1) from a server address, which may be the
 * server, a path of it, a principal, a home or a calendar.
 *
 * @throws ProviderError `bad-answer` if there is no CalDAV server
 */
export async function findAccount(dav: Dav, signal: AbortSignal): Promise<Account> {
  const { server } = dav.connection
  const starts = [server, new URL('/.well-known/caldav', server), new URL('/', server)]
  let homeWithoutPrincipal: URL | undefined
  let lastStatus = 0
  for (const start of distinct(starts)) {
    const found = await dav.propfind(start, WANTED, '0', signal)
    if (!found.ok) {
      lastStatus = found.answer.status
      continue
    }
    const account = await accountFrom(dav, found, signal)
    if (account) return account
    homeWithoutPrincipal ??= collectionOf(found)
  }
  if (homeWithoutPrincipal) return { homes: [homeWithoutPrincipal], name: '' }
  // iCloud's word for a user name that it does not know
  if (lastStatus === 403 && dav.connection.isIcloud) throw unauthorised(server, lastStatus)
  throw new ProviderError(
    'bad-answer',
    notCaldav(server, lastStatus),
    lastStatus > 0 ? { status: lastStatus } : undefined,
  )
}

async function accountFrom(dav: Dav, found: Multistatus, signal: AbortSignal): Promise<Account | undefined> {
  const [first] = found.responses
  if (!first) return undefined
  const homes = homesOf(dav, first, found.url)
  const href = textIn(first.props.currentUserPrincipal, 'href')
  if (homes.length > 0) {
    return { homes, name: nameOf(first), principal: href === '' ? found.url : dav.connection.at(href, found.url) }
  }
  if (href === '') return undefined
  const principal: Multistatus | NoMultistatus = await dav.propfind(
    dav.connection.at(href, found.url),
    WANTED,
    '0',
    signal,
  )
  const [described] = principal.ok ? principal.responses : []
  if (!principal.ok || !described) return undefined
  const own = homesOf(dav, described, principal.url)
  return own.length > 0 ? { homes: own, name: nameOf(described), principal: principal.url } : undefined
}

/** The user's name: of a principal, not of a server's root, which may bear the homes as well. */
const nameOf = ({ props: found }: Described): string =>
  namesIn(found.resourcetype).includes('principal') ? textIn(found.displayname) : ''

function homesOf(dav: Dav, { props: found }: Described, base: URL): URL[] {
  const hrefs = listOf(inner(found.calendarHomeSet, 'href')).map((href) => textIn(href))
  return hrefs.filter((href) => href !== '').map((href) => dav.connection.at(withSlash(href), base))
}

/** The collection itself as a home; that of a calendar is the collection that it lies in. */
function collectionOf({ responses: [first], url }: Multistatus): URL | undefined {
  const types = namesIn(first?.props.resourcetype)
  if (!types.includes('collection')) return undefined
  const collection = sameOn(url, url)
  collection.pathname = withSlash(url.pathname)
  return new URL(types.includes('calendar') ? '../' : './', collection)
}

const distinct = (urls: readonly URL[]): URL[] =>
  urls.filter((url, at) => urls.findIndex((each) => each.href === url.href) === at)

function notCaldav(server: URL, status: number): string {
  const found = status > 0 ? ` (HTTP ${status})` : ''
  return (
    `${server.href} does not lead to a CalDAV account${found}. Enter the address that the server's manual gives for ` +
    'CalDAV, such as https://caldav.icloud.com or https://cloud.example.org/remote.php/dav.'
  )
}
