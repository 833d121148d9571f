import type { Answer, Calendar, CalendarProvider, Live, Read, Seen } from '../../src/event/calendar'
import type { Fields } from '../../src/event/event'
import { createGoogleProvider } from '../../src/google/provider'
import type { Fetch } from '../../src/transport/fetch'
import type { SimulatorOptions } from '../simulators/google/simulator'
import { GoogleSimulator, LOGIN } from '../simulators/google/simulator'
import { NOW } from './api'

export const signal = new AbortController().signal

/** A simulator with its clock, and a provider that is signed in to it. */
export class World {
  time = NOW
  readonly simulator: GoogleSimulator

  constructor(options: Partial<SimulatorOptions> = {}) {
    this.simulator = new GoogleSimulator({ now: () => this.time, ...options })
  }

  provider(credentials: Parameters<typeof createGoogleProvider>[0]['credentials'] = LOGIN): Promise<CalendarProvider> {
    const config = { apiUrl: 'http://google/', tokenUrl: 'http://google/token', credentials }
    return createGoogleProvider(config, { fetch: unredirected(this.simulator.fetch), now: () => this.time })
  }

  /** The primary calendar, opened; the count of requests begins after that. */
  async calendar(id = 'primary'): Promise<Calendar> {
    const calendar = await (await this.provider()).open(id, signal)
    this.simulator.takeRequests()
    return calendar
  }
}

/** Refuses a request that would follow a redirect, with all that it bears. */
const unredirected =
  (fetch: Fetch): Fetch =>
  (input, init) => {
    if (init?.redirect !== 'manual') throw new Error('a redirect would take the login along')
    return fetch(input, init)
  }

export async function collect(answers: AsyncIterable<Answer>): Promise<Answer[]> {
  const all: Answer[] = []
  for await (const answer of answers) all.push(answer)
  return all
}

/** What the event holds after the last of these answers. */
export function heldAfter(answers: readonly Answer[]): Live {
  const last = answers.at(-1)
  if (!last || !('holds' in last) || last.holds.is !== 'live') throw new Error('The last answer holds no live event.')
  return last.holds
}

export const readAll = (calendar: Calendar): Promise<Read> => calendar.read(null, new Map(), signal)

export const byId = (seen: readonly Seen[]): Map<string, Seen> => new Map(seen.map((each) => [each.id, each]))

/** The one live event of a read. */
export function only(read: Read): Live {
  const [first, ...rest] = read.seen
  if (first?.is !== 'live' || rest.length > 0) throw new Error(`Not one live event: ${JSON.stringify(read.seen)}`)
  return first
}

const at = (time: string, timeZone = 'Europe/Berlin') => ({ dateTime: `2026-01-06T${time}:00`, timeZone })

/** A single event with every field that Google holds. */
export const DENTIST: Fields = {
  when: { start: at('09:00'), end: at('10:00') },
  summary: 'Dentist',
  description: 'Bring the card',
  location: 'Main Street 1',
  status: 'confirmed',
  transparency: 'opaque',
  visibility: 'default',
  reminders: [10, 60],
  url: 'https://dentist.example/cards?of=me',
  categories: ['Health', 'Must, not "miss"'],
  color: 'red',
}

/** A weekly series, Tuesdays at 09:00 in Berlin, from 2026-01-06 on. */
export const CHOIR: Fields = {
  ...DENTIST,
  summary: 'Choir',
  when: { start: at('09:00'), end: at('10:00'), recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=TU'] },
}

/** Original starts of its second, third and fourth occurrence. */
export const [SECOND, THIRD, FOURTH] = ['2026-01-13T08:00:00Z', '2026-01-20T08:00:00Z', '2026-01-27T08:00:00Z'] as const
