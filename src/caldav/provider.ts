import type { Calendar, CalendarInfo, CalendarProvider } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { CaldavCalendar } from './calendar'
import { noAccess, notFound } from './changes'
import type { Collection } from './collection'
import { COLLECTION_PROPS, collectionFrom } from './collection'
import type { CaldavConfig, CaldavSurroundings } from './connection'
import { Connection } from './connection'
import { Dav } from './dav'
import { mailsGuests } from './scheduling'
import type { Account } from './discovery'
import { findAccount } from './discovery'
import { unexpected } from './errors'
import { decodePath, urlOf, withSlash } from './paths'

/**
 * An account on iCloud or any other CalDAV server. Nothing is asked before the first method is called.
 *
 * @throws ProviderError (rejects) for a server address that is none and for missing credentials
 */
export function createCaldavProvider(
  config: CaldavConfig,
  surroundings: CaldavSurroundings,
): Promise<CalendarProvider> {
  return Promise.resolve().then(() => new CaldavProvider(config, surroundings))
}

class CaldavProvider implements CalendarProvider {
  private readonly dav: Dav
  private account: Account | undefined

  constructor(
    private readonly config: CaldavConfig,
    private readonly surroundings: CaldavSurroundings,
  ) {
    this.dav = new Dav(new Connection(config, surroundings))
  }

  async listCalendars(signal: AbortSignal): Promise<CalendarInfo[]> {
    const { homes } = await this.findAccount(signal)
    const found: Collection[] = []
    for (const home of homes) found.push(...(await this.calendarsIn(home, signal)))
    return found.map(({ info }) => info).filter(({ id }, at, all) => all.findIndex((each) => each.id === id) === at)
  }

  async open(calendarId: string, signal: AbortSignal): Promise<Calendar> {
    const path = this.pathOf(calendarId) ?? (await this.pathNamed(calendarId.trim(), signal))
    const collection = await this.collectionAt(path, signal)
    const { now, localZone } = this.surroundings
    const floatingZone = collection.info.timeZone ?? localZone
    const mails = await mailsGuests(this.dav.connection, collection.url, signal)
    return new CaldavCalendar({ dav: this.dav, collection, floatingZone, mails }, now)
  }

  async check(signal: AbortSignal): Promise<string> {
    this.account = undefined // a check asks the server, whatever is known
    const { name } = await this.findAccount(signal)
    const { username } = this.config
    const who = name === '' || name === username ? username : `${name} (${username})`
    return `Signed in to ${this.dav.connection.server.host} as ${who}.`
  }

  private async findAccount(signal: AbortSignal): Promise<Account> {
    this.account ??= await findAccount(this.dav, signal)
    return this.account
  }

  private async calendarsIn(home: URL, signal: AbortSignal): Promise<Collection[]> {
    const found = await this.dav.propfind(home, COLLECTION_PROPS, '1', signal)
    if (!found.ok) {
      this.account = undefined // its home may have moved
      throw unexpected(found.answer, 'the request for the list of calendars')
    }
    return found.responses.flatMap((response) => collectionFrom(response, found.url) ?? [])
  }

  /** The decoded path in an id: one as we list it, as the server escapes it, or in a whole URL. Undefined for a name. */
  private pathOf(calendarId: string): string | undefined {
    const text = calendarId.trim()
    if (/^https?:\/\//i.test(text) && URL.canParse(text)) return withSlash(decodePath(new URL(text).pathname))
    return text.startsWith('/') ? withSlash(decodePath(text)) : undefined
  }

  /** The path of the one calendar with this name: where nobody sees a list, in a container, the name is what is known. */
  private async pathNamed(name: string, signal: AbortSignal): Promise<string> {
    const calendars = await this.listCalendars(signal)
    const found = calendars.filter((calendar) => calendar.name === name)
    const [only] = found
    if (only && found.length === 1) return only.id
    const problem = only ? `${found.length} calendars are` : 'No calendar is'
    const list = calendars.map((calendar) => `${calendar.name}: ${calendar.id}`).join('; ')
    const text = `${problem} called "${name}" on ${this.dav.connection.server.host}. Use the path of one of these: ${list}`
    throw new ProviderError('calendar-not-found', `${text}.`)
  }

  /** Asked for where the server address leads; a server that keeps its calendars on another of its hosts, there. */
  private async collectionAt(path: string, signal: AbortSignal): Promise<Collection> {
    const { server } = this.dav.connection
    const direct = await this.lookAt(urlOf(path, server), signal)
    if (typeof direct === 'object') return direct
    const homes = this.account?.homes ?? (await findAccount(this.dav, signal)).homes
    const elsewhere = homes.find((home) => home.host !== server.host)
    const found = elsewhere ? await this.lookAt(urlOf(path, elsewhere), signal) : direct
    if (typeof found === 'object') return found
    const url = urlOf(path, elsewhere ?? server)
    if (found === 403) throw noAccess(url, found)
    if (found === 207) throw new ProviderError('calendar-not-found', `${url.href} is no calendar that holds events.`)
    throw notFound(url, found)
  }

  /** The calendar at a URL, or the status that tells that there is none. */
  private async lookAt(url: URL, signal: AbortSignal): Promise<Collection | number> {
    const found = await this.dav.propfind(url, COLLECTION_PROPS, '0', signal)
    if (!found.ok) return found.answer.status
    const [first] = found.responses
    return (first && collectionFrom(first, found.url)) ?? 207
  }
}
