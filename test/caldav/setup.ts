import { createCaldavProvider } from '../../src/caldav'
import type { CaldavConfig } from '../../src/caldav'
import type { Calendar, CalendarProvider, Seen } from '../../src/event/calendar'
import type { Fetch } from '../../src/transport/fetch'
import type { Sleep } from '../../src/transport/sleep'
import { NO_END, Reader } from '../contract/reader'
import { CaldavServer } from '../simulators/caldav'
import type { AppleUser, CaldavOptions, Collection } from '../simulators/caldav'

/** A simulated server, the provider on it and a reader of its calendar. */
export type Account = {
  readonly server: CaldavServer
  readonly provider: CalendarProvider
  readonly calendar: Calendar
  readonly reader: Reader
  /** What was asked since the last call, as `METHOD path`; the calendar's path is left out. */
  readonly asked: () => string[]
}

export async function account(options: Partial<CaldavOptions> = {}): Promise<Account> {
  const server = new CaldavServer(options)
  const provider = await providerFor(server)
  const calendar = await provider.open(server.calendar.path, NO_END)
  let from = server.log.length
  const asked = (): string[] => {
    const since = server.log.slice(from)
    from = server.log.length
    return since.map(({ method, path }) => `${method} ${path.replace(server.calendar.path, '')}`.trim())
  }
  return { server, provider, calendar, reader: new Reader(calendar), asked }
}

export function providerFor(
  server: CaldavServer,
  config: Partial<CaldavConfig> = {},
  fetch: Fetch = server.fetch,
  sleep: Sleep = () => Promise.resolve(),
): Promise<CalendarProvider> {
  const { origin, username, password } = server.options
  const whole = { serverUrl: origin, username, password, ...config }
  return createCaldavProvider(whole, {
    fetch,
    now: () => server.options.clock(),
    sleep,
    localZone: 'Europe/Berlin',
    random: () => 0.5,
  })
}

/** Content lines of a timed event of one hour in UTC. */
export const hour = (start: string, ...lines: readonly string[]): string[] => [
  `DTSTART:${start}`,
  `DTEND:${start.replace(/T(\d\d)/, (_, hours: string) => `T${String(Number(hours) + 1).padStart(2, '0')}`)}`,
  ...lines,
]

/** Adds events `u0.ics`, `u1.ics`, ... and gives their paths. */
export const addMany = (user: AppleUser, calendar: Collection, count: number): string[] =>
  Array.from({ length: count }, (_, index) => user.add(calendar, [`UID:u${index}`, ...hour('20260610T100000Z')]))

/** What was seen, as `live u0.ics`. */
export const brief = (seen: readonly Seen[]): string[] =>
  seen.map(({ is, id }) => `${is} ${id.split('/').at(-1)}`).sort()
