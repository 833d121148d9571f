import type { Fact } from '../../event/examination'
import { asExpected, counted, judged, needed, NotTried, tally } from '../../event/examination'
import { append } from '../../event/lists'
import { many, say } from '../../event/phrase'
import { pagesOf } from '../pages'
import type { CalendarEntry, EventsPage } from '../api'
import { surroundingsOf } from '../reader'
import { isCancelled } from '../seen'
import { SCOPES } from '../tokens'
import type { Look } from './look'
import { answerTo, refusalLine } from './look'
import { Survey } from './survey'

/** So many calendars are read whole, in so many pages each. */
const MOST_READ = 3
const MOST_PAGES = 40
/** So many series are asked for by their UID. */
const MOST_SERIES = 40

const ROLES = ['freeBusyReader', 'reader', 'writerWithoutPrivateAccess', 'writer', 'owner']
const KINDS = ['birthday', 'default', 'focusTime', 'fromGmail', 'outOfOffice', 'workingLocation']

/** What is known of Google by reading alone. */
export const READING: readonly Fact<Look>[] = [
  {
    id: 'google.login.scopes',
    says: 'The login covers events and the list of calendars.',
    async ask(look, signal) {
      await look.api.calendar('primary', signal)
      const granted = look.requests.exchanges.find(({ url }) => url.href.startsWith(look.tokenUrl))
      const scope = /"scope"\s*:\s*"([^"]*)"/.exec(granted?.text ?? '')?.[1]
      const scopes = needed(scope, say`The token server does not say what the login covers.`).split(' ')
      const names = scopes.map((each) => each.replace('https://www.googleapis.com/auth/', ''))
      return judged(names.includes('calendar') || SCOPES.every((each) => scopes.includes(each)), `${names.join(', ')}.`)
    },
  },
  {
    id: 'google.calendars.roles',
    says: 'Each calendar in the list has a role that CalSync knows.',
    async ask(look, signal) {
      const entries: CalendarEntry[] = []
      for await (const page of pagesOf((pageToken) => look.api.calendars(pageToken, signal)))
        append(entries, page.items)
      look.entries = entries
      const roles = tally(entries.map(({ accessRole }) => accessRole ?? 'none'))
      return judged(
        [...roles.keys()].every((role) => ROLES.includes(role)),
        say`${counted(roles)}.`,
      )
    },
  },
  {
    id: 'google.calendars.reminders',
    says: 'The default reminders of a calendar are the same in the list of calendars and in its list of events.',
    async ask(look, signal) {
      const entry = mainEntry(look)
      const page = await look.api.list(entry.id ?? '', { maxResults: 1 }, signal)
      const [listed, told] = [entry.defaultReminders, page.defaultReminders].map((each) => each ?? [])
      const saw = say`${many.reminder(listed?.length ?? 0)}, and ${told?.length ?? 0}.`
      return judged(JSON.stringify(listed) === JSON.stringify(told), saw)
    },
  },
  {
    id: 'google.sync.last-page',
    says: 'A list of events has a sync token on its last page, and on no other.',
    async ask(look, signal) {
      const survey = new Survey()
      const pages: string[] = []
      for (const entry of readable(look).slice(0, MOST_READ)) {
        const { forms, token } = await readWhole(look, entry.id ?? '', survey, signal)
        pages.push(...forms)
        look.sample ??= { id: entry.id ?? '', token }
      }
      look.survey = survey
      const odd = pages.filter((form) => form !== 'right').length
      return judged(
        odd === 0,
        say`${many.page(pages.length)} of ${many.calendar(Math.min(MOST_READ, readable(look).length))}: ${odd === 0 ? say`so it is on each` : say`not so on ${odd}`}.`,
      )
    },
  },
  {
    id: 'google.sync.same-token',
    says: 'The token that was just given out lists no event, and comes with a token again.',
    async ask(look, signal) {
      const { id, token } = needed(look.sample, say`No calendar was read.`)
      const page = await look.api.list(id, { syncToken: needed(token, say`There is no token.`) }, signal)
      const isGiven = typeof page.nextSyncToken === 'string'
      const { items } = page
      return judged(
        items.length === 0 && isGiven,
        say`${many.event(items.length)}; ${isGiven ? say`a token` : say`no token`}.`,
      )
    },
  },
  {
    id: 'google.sync.impossible-token',
    says: 'A token that was never given out is refused with 400 or 410.',
    async ask(look, signal) {
      const { id } = needed(look.sample, say`No calendar was read.`)
      const answer = await answerTo(look, () => look.api.list(id, { syncToken: 'CalSyncCheck=' }, signal))
      return judged([400, 410].includes(answer.status), refusalLine(answer))
    },
  },
  {
    id: 'google.series.cancelled-by-uid',
    says: 'A query by UID gives out the cancelled occurrences of a series that the whole list has.',
    async ask(look, signal) {
      const { series } = needed(look.survey, say`No calendar was read.`)
      if (series.length === 0) throw new NotTried(say`No series has a cancelled occurrence.`)
      const asked = series.slice(0, MOST_SERIES)
      let lacking = 0
      let missing = 0
      for (const { calendarId, iCalUID, cancelled } of asked) {
        const page = await look.api.list(calendarId, { iCalUID, showDeleted: true }, signal)
        const found = new Set(page.items.filter(isCancelled).map(({ id }) => id))
        const lost = cancelled.filter((id) => !found.has(id)).length
        missing += lost
        if (lost > 0) lacking += 1
      }
      const all = asked.reduce((sum, { cancelled }) => sum + cancelled.length, 0)
      const saw = say`${asked.length} of ${series.length} series asked for, ${many.occurrence(all)}: ${missing} missing, in ${lacking} series.`
      return judged(missing === 0, saw)
    },
  },
  {
    id: 'google.events.owner-only',
    says: 'A guest who is the owner is marked as such, also where there is no other.',
    ask(look) {
      const { withGuests, ownerOnly } = needed(look.survey, say`No calendar was read.`)
      if (ownerOnly === 0) throw new NotTried(say`There is no such event, among ${many.event(withGuests)} with guests.`)
      return Promise.resolve(asExpected(say`${ownerOnly} of ${many.event(withGuests)} with guests.`))
    },
  },
  {
    id: 'google.events.kinds',
    says: 'Each event is of a type that CalSync knows.',
    ask(look) {
      const { kinds } = needed(look.survey, say`No calendar was read.`)
      return Promise.resolve(
        judged(
          [...kinds.keys()].every((kind) => KINDS.includes(kind)),
          say`${counted(kinds)}.`,
        ),
      )
    },
  },
  {
    id: 'google.events.zones',
    says: 'Each time zone that an event names is one that CalSync knows.',
    ask(look) {
      const { strangeZones } = needed(look.survey, say`No calendar was read.`)
      return Promise.resolve(judged(strangeZones.size === 0, say`Not known: ${counted(strangeZones)}.`))
    },
  },
  {
    id: 'google.events.readable',
    says: 'Each event can be read.',
    ask(look) {
      const { events, unreadable } = needed(look.survey, say`No calendar was read.`)
      return Promise.resolve(judged(unreadable === 0, say`${unreadable} of ${many.event(events)} can’t be read.`))
    },
  },
]

/** Calendars whose events show what they are, the main one first. */
function readable({ entries }: Look): readonly CalendarEntry[] {
  const all = needed(entries, say`The calendars were not listed.`).filter(
    ({ accessRole, deleted }) => deleted !== true && !['freeBusyReader', 'none'].includes(accessRole ?? 'none'),
  )
  return [...all.filter(({ primary }) => primary), ...all.filter(({ primary }) => !primary)]
}

const mainEntry = (look: Look): CalendarEntry => needed(readable(look)[0], say`There is no calendar that can be read.`)

/** A page bears either the token of the next one, or a sync token. */
const formOf = ({ nextPageToken, nextSyncToken }: EventsPage): 'right' | 'odd' =>
  (typeof nextPageToken === 'string') === (typeof nextSyncToken === 'string') ? 'odd' : 'right'

/** All pages of a calendar: what each bears, and the token in the end. */
async function readWhole(
  look: Look,
  calendarId: string,
  survey: Survey,
  signal: AbortSignal,
): Promise<{ forms: ('right' | 'odd')[]; token: string | undefined }> {
  const short = await look.api.list(calendarId, { maxResults: 1 }, signal) // the first of several pages, mostly
  const forms = [formOf(short)]
  let pageToken: string | undefined
  for (;;) {
    const page = await look.api.list(calendarId, { maxResults: 1000, ...(pageToken && { pageToken }) }, signal)
    const surroundings = surroundingsOf(page)
    for (const event of page.items) survey.add(calendarId, event, surroundings)
    const { nextPageToken: next, nextSyncToken: token } = page
    forms.push(formOf(page))
    if (typeof next !== 'string' || forms.length >= MOST_PAGES) return { forms, token: token ?? undefined }
    pageToken = next
  }
}
