import type { SimulatedCalendar } from './calendar'
import { notFound, Refusal } from './refusal'
import type { GoogleEvent, Patch } from './resource'
import type { Method } from './validate'
import { discovery } from './validate'

/** The JSON body of a request. */
export function parsed(body: string): Patch {
  try {
    return JSON.parse(body) as Patch
  } catch {
    throw new Refusal(400, 'parseError', 'Parse Error')
  }
}

/** The method that a request calls and the values in its path. */
export function route(verb: string, pathname: string): { name: string; method: Method; path: Record<string, string> } {
  const parts = pathname.replace(/^\/calendar\/v3\//, '').split('/')
  for (const [name, method] of Object.entries(discovery.methods)) {
    const template = method.path.split('/')
    if (method.httpMethod !== verb || template.length !== parts.length) continue
    const path: Record<string, string> = {}
    const fits = template.every((part, at) => {
      const value = decodeURIComponent(parts[at] ?? '')
      if (part.startsWith('{')) path[part.slice(1, -1)] = value
      return part.startsWith('{') || part === value
    })
    if (fits) return { name, method, path }
  }
  throw notFound()
}

/** A calendar as the calendar list shows it. */
export function listEntry({ settings, version }: SimulatedCalendar) {
  const { id, summary, timeZone, role, defaultReminders, color } = settings
  return {
    kind: 'calendar#calendarListEntry',
    etag: `"c${version}"`,
    id,
    summary,
    timeZone,
    accessRole: role,
    defaultReminders,
    backgroundColor: color,
    ...(settings.primary && { primary: true }),
  }
}

/** A calendar as `calendars.get` shows it. */
export function calendarOf(calendar: SimulatedCalendar): object {
  const { etag, id, summary, timeZone } = listEntry(calendar)
  return { kind: 'calendar#calendar', etag, id, summary, timeZone }
}

/** Readers see of a private event only when it is. */
export function redacted({ settings }: SimulatedCalendar, event: GoogleEvent): GoogleEvent {
  const reader = ['reader', 'writerWithoutPrivateAccess', 'freeBusyReader'].includes(settings.role)
  if (
    !reader ||
    event.status === 'cancelled' ||
    (event.visibility !== 'private' && event.visibility !== 'confidential')
  )
    return event
  const {
    summary: _s,
    description: _d,
    location: _l,
    attendees: _a,
    extendedProperties: _e,
    source: _u,
    ...shown
  } = event
  return shown
}
