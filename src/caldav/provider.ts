import type { Calendar, CalendarInfo, CalendarProvider } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { CaldavCalendar } from './calendar'
import { CaldavExamination } from './check'
import { noAccess, notFound } from './changes'
import type { Collection } from './collection'
import { COLLECTION_PROPS, collectionFrom, isOtherCalendar } from './collection'
import type { CaldavConfig, CaldavSurroundings } from './connection'
import { Connection } from './connection'
import type { Described } from './dav'
import { Dav } from './dav'
import { mailsGuests } from './scheduling'
import type { Account } from './discovery'
import { findAccount } from './discovery'
import { unexpected } from './errors'
import { Refusals } from './forbidden'
import { Habits } from './habits'
import { Owner } from './owner'
import { decodePath, urlOf, withSlash } from './paths'
import { namesIn } from './value'

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

/** One thing in a home, and where its home is. */
type Listed = { readonly response: Described; readonly base: URL }

const noneRecognised = (count: number, host: string): ProviderError =>
  new ProviderError(
    'bad-answer',
    `${host} lists ${count === 1 ? 'one thing' : `${count} things`}, and none of them is a calendar that CalSync can recognise. ` +
      'Make a calendar there in another app, or enter the path of the one that is there.',
  )

class CaldavProvider implements CalendarProvider {
  readonly examination: CaldavExamination
  private readonly dav: Dav
  private readonly habits = new Habits()
  private account: Account | undefined

  constructor(
    private readonly config: CaldavConfig,
    private readonly surroundings: CaldavSurroundings,
  ) {
    this.dav = new Dav(new Connection(config, surroundings))
    this.examination = new CaldavExamination(config, surroundings)
  }

  async listCalendars(signal: AbortSignal): Promise<CalendarInfo[]> {
    const { homes } = await this.findAccount(signal)
    const listed: Listed[] = []
    for (const home of homes) listed.push(...(await this.listedIn(home, signal)))
    const found = listed.flatMap(({ response, base }) => collectionFrom(response, base)?.info ?? [])
    // what is listed and not recognised is trouble, never "no calendars"
    const isStrange = listed.length > 0 && !listed.some(({ response }) => isOtherCalendar(response))
    if (found.length === 0 && isStrange) throw noneRecognised(listed.length, homes[0]?.host ?? '')
    return found.filter(({ id }, at, all) => all.findIndex((each) => each.id === id) === at)
  }

  async open(calendarId: string, signal: AbortSignal): Promise<Calendar> {
    const path = this.pathOf(calendarId) ?? (await this.pathNamed(calendarId.trim(), signal))
    const collection = await this.collectionAt(path, signal)
    const { now, localZone } = this.surroundings
    const mails = await mailsGuests(this.dav.connection, collection.url, signal)
    const { username } = this.config
    const login = username.includes('@') ? username.trim() : undefined
    const owner = new Owner(login, this.dav, (asked) => this.findAccount(asked))
    const account = { dav: this.dav, habits: this.habits, owner }
    return new CaldavCalendar({ ...account, collection, assumedZone: localZone, mails, refusals: new Refusals() }, now)
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

  /** What lies in a home, without the home itself. */
  private async listedIn(home: URL, signal: AbortSignal): Promise<Listed[]> {
    const found = await this.dav.propfind(home, COLLECTION_PROPS, '1', signal)
    if (!found.ok) {
      this.account = undefined // its home may have moved
      throw unexpected(found.answer, 'the request for the list of calendars')
    }
    const own = [home, found.url].map(({ pathname }) => withSlash(decodePath(pathname)))
    const inside = found.responses.filter(({ id, props: has }) => {
      return !own.includes(withSlash(id)) || namesIn(has.resourcetype).includes('calendar')
    })
    return inside.map((response) => ({ response, base: found.url }))
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
