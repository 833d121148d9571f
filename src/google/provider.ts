import type { Calendar, CalendarInfo, CalendarProvider } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { append } from '../event/lists'
import type { Fetch } from '../transport/fetch'
import type { CalendarEntry, GoogleConfig } from './api'
import { GoogleApi } from './api'
import { GoogleCalendar } from './calendar'
import { GoogleExamination } from './check'
import { pagesOf } from './pages'
import { surroundingsOf } from './reader'

export type { GoogleConfig } from './api'
export type { GoogleCredentials } from './tokens'

/** Roles whose calendars show what their events are. */
const READABLE = ['reader', 'writerWithoutPrivateAccess', 'writer', 'owner']
const WRITABLE = ['writerWithoutPrivateAccess', 'writer', 'owner']

/**
 * The calendars of one Google account. Nothing is asked of Google before a method is called.
 *
 * @param config where the API and the login are, and the account's credentials
 * @param world `fetch`: all requests go through it, those for access tokens too; retrying is its business.
 *   `now`: milliseconds since 1970
 */
export async function createGoogleProvider(
  config: GoogleConfig,
  world: { readonly fetch: Fetch; readonly now: () => number },
): Promise<CalendarProvider> {
  const isServiceAccount = 'serviceAccountKey' in config.credentials
  const api = await GoogleApi.load(config, world.fetch, world.now)
  return new GoogleProvider(api, isServiceAccount, new GoogleExamination(config, world))
}

class GoogleProvider implements CalendarProvider {
  constructor(
    private readonly api: GoogleApi,
    private readonly isServiceAccount: boolean,
    readonly examination: GoogleExamination,
  ) {}

  async listCalendars(signal: AbortSignal): Promise<CalendarInfo[]> {
    const entries: CalendarEntry[] = []
    for await (const page of pagesOf((pageToken) => this.api.calendars(pageToken, signal))) append(entries, page.items)
    return entries
      .filter(({ accessRole, deleted }) => deleted !== true && READABLE.includes(accessRole ?? ''))
      .map(infoOf)
  }

  async open(calendarId: string, signal: AbortSignal): Promise<Calendar> {
    const entry = await this.entry(calendarId, signal)
    const info = infoOf(entry)
    const askWritable = async (until: AbortSignal): Promise<boolean> => isWritable(await this.entry(info.id, until))
    return new GoogleCalendar(info, this.api, surroundingsOf(entry), askWritable)
  }

  private async entry(calendarId: string, signal: AbortSignal): Promise<CalendarEntry> {
    return (await this.listed(calendarId, signal)) ?? (await this.unlisted(calendarId, signal))
  }

  async check(signal: AbortSignal): Promise<string> {
    const { id } = await this.api.calendar('primary', signal)
    const text = `Signed in to Google as ${id ?? 'somebody'}.`
    if (!this.isServiceAccount) return text
    return `${text} A service account lists no calendars of other people: share one with this address, and enter its id.`
  }

  /** Which calendar `primary` is, only the list can tell: it is never opened under another name than its own. */
  private async listed(calendarId: string, signal: AbortSignal): Promise<CalendarEntry | undefined> {
    try {
      return await this.api.calendar(calendarId, signal)
    } catch (error) {
      const isMissing = error instanceof ProviderError && error.code === 'calendar-not-found'
      if (isMissing && calendarId !== 'primary') return undefined
      throw error
    }
  }

  /** A calendar that was shared with a service account is readable without being in its list. */
  private async unlisted(calendarId: string, signal: AbortSignal): Promise<CalendarEntry> {
    const { summary, timeZone, accessRole, defaultReminders } = await this.api.list(
      calendarId,
      { maxResults: 1 },
      signal,
    )
    return { id: calendarId, summary, timeZone, accessRole, defaultReminders }
  }
}

const isWritable = ({ accessRole }: CalendarEntry): boolean => WRITABLE.includes(accessRole ?? '')

function infoOf(entry: CalendarEntry): CalendarInfo {
  const id = entry.id ?? ''
  return {
    id,
    identity: `google:${id}`,
    name: entry.summaryOverride ?? entry.summary ?? id,
    provider: 'google',
    writable: isWritable(entry),
    ...(typeof entry.backgroundColor === 'string' && { color: entry.backgroundColor }),
    ...(typeof entry.timeZone === 'string' && { timeZone: entry.timeZone }),
    ...(entry.primary === true && { primary: true }),
  }
}
