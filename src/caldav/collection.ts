import type { CalendarInfo } from '../event/calendar'
import { zoneNamed } from '../ical'
import type { Described } from './dav'
import { props } from './dav'
import { identityOf, urlOf, withSlash } from './paths'
import { inner, listOf, namesIn, textIn } from './value'

/** A calendar collection and what its server can do with it. `url` ends with a slash. */
export type Collection = {
  readonly url: URL
  readonly info: CalendarInfo
  /** Whether it has sync tokens (RFC 6578); else changes are found by listing. */
  readonly hasTokens: boolean
}

/** What to ask of a collection. */
export const COLLECTION_PROPS = props(
  'd:resourcetype',
  'd:displayname',
  'd:current-user-privilege-set',
  'd:supported-report-set',
  'd:sync-token',
  'c:supported-calendar-component-set',
  'c:calendar-timezone',
  'ca:calendar-color',
)

const LONGEST_NAME = 250

/** The calendar that a response describes; undefined if it is none, or holds no events. */
export function collectionFrom({ id, props: found }: Described, base: URL): Collection | undefined {
  const types = namesIn(found.resourcetype)
  if (!types.includes('calendar') || !holdsEvents(found)) return undefined
  const url = urlOf(withSlash(id), base)
  const name = textIn(found.displayname).slice(0, LONGEST_NAME)
  const color = /^#[0-9a-f]{6}/i.exec(textIn(found.calendarColor))?.[0] // iCloud: #RRGGBBAA
  const timeZone = zoneIn(textIn(found.calendarTimezone))
  const info: CalendarInfo = {
    id: withSlash(id),
    identity: identityOf(url),
    name: name === '' ? (id.split('/').filter(Boolean).at(-1) ?? id) : name,
    provider: 'icloud',
    // a refused write tells, where the server does not
    writable: isWritable(found) !== false && !types.includes('subscribed'),
    ...(isWritable(found) === undefined ? { hidesPermission: true as const } : {}),
    ...(color === undefined ? {} : { color }),
    ...(timeZone === undefined ? {} : { timeZone }),
  }
  return { url, info, hasTokens: hasTokens(found) }
}

/** Whether a response is about a calendar that is known to hold something else than events: tasks, a subscription. */
export function isOtherCalendar({ props: found }: Described): boolean {
  const types = namesIn(found.resourcetype)
  if (types.includes('subscribed')) return true
  return types.includes('calendar') && componentsIn(found).length > 0 && !holdsEvents(found)
}

/** No component set means any component (RFC 4791 5.2.3). */
function holdsEvents(found: Described['props']): boolean {
  return found.supportedCalendarComponentSet === undefined || componentsIn(found).includes('VEVENT')
}

function componentsIn(found: Described['props']): string[] {
  const comps = listOf(inner(found.supportedCalendarComponentSet, 'comp'))
  return comps.map((comp) => textIn(comp, '_attributes', 'name').toUpperCase()).filter((name) => name !== '')
}

/** Whether the account may write; undefined if the server does not say. iCloud states `write-content` and `bind`. */
export function isWritable(found: Described['props']): boolean | undefined {
  const set = found.currentUserPrivilegeSet
  if (set === undefined) return undefined
  const held = namesIn(inner(set, 'privilege'))
  return ['all', 'write', 'writeContent', 'bind'].some((privilege) => held.includes(privilege))
}

function hasTokens(found: Described['props']): boolean {
  const reports = listOf(inner(found.supportedReportSet, 'supportedReport')).flatMap((each) =>
    namesIn(inner(each, 'report')),
  )
  return reports.length > 0 ? reports.includes('syncCollection') : textIn(found.syncToken) !== ''
}

/** The zone of a calendar-timezone property, a VTIMEZONE as text. */
function zoneIn(text: string): string | undefined {
  const named = /^TZID[^:\r\n\u2028\u2029]*:([^\r\n\u2028\u2029]+)/m.exec(text)?.[1]?.trim()
  return named === undefined ? undefined : zoneNamed(named)
}
