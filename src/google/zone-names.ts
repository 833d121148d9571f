import { ProviderError } from '../event/calendar'
import { otherNames } from '../event/zone-names'
import type { GoogleEvent, GoogleTime } from './times'

type Names = ReadonlyMap<string, string>

/** So many spellings of one event are tried; a start and an end have some names each. */
const MOST_TRIES = 24

/**
 * Google learns renamed time zones late: it refused `Europe/Kyiv` for half a year. An event in a zone that it does not
 * know is sent again under the zone's other names, and the name that it takes is remembered. No other zone is tried.
 */
export class ZoneNames {
  private readonly accepted = new Map<string, string>()

  /**
   * @param request sends an event, once for each spelling that is tried
   * @throws ProviderError of the request; `refused` if Google knows none of the names
   */
  async send<T>(event: GoogleEvent, request: (event: GoogleEvent) => Promise<T>): Promise<T> {
    try {
      return await request(renamed(event, this.accepted))
    } catch (error) {
      const zones = zonesIn(event)
      // One that the event has already, and that is not written, is no matter of names.
      if (!isUnknownZone(error) || zones.length === 0) throw error
      return this.sendUnderOtherNames(event, zones, request)
    }
  }

  private async sendUnderOtherNames<T>(
    event: GoogleEvent,
    zones: readonly string[],
    request: (event: GoogleEvent) => Promise<T>,
  ): Promise<T> {
    for (const names of spellings(zones).slice(0, MOST_TRIES)) {
      try {
        const answer = await request(renamed(event, names))
        for (const [zone, name] of names) this.accepted.set(zone, name)
        return answer
      } catch (error) {
        if (!isUnknownZone(error)) throw error
      }
    }
    throw new ProviderError('refused', unknown(zones), { status: 400 })
  }
}

const isUnknownZone = (error: unknown): boolean =>
  error instanceof ProviderError && error.status === 400 && /Invalid time zone definition/i.test(error.message)

const unknown = (zones: readonly string[]): string => {
  const others = zones.flatMap(otherNames)
  const tried = others.length > 0 ? `, nor as ${others.join(', ')}` : ''
  return `Google does not know the time zone of this event (${zones.join(', ')}${tried}). Choose another zone for it.`
}

function zonesIn({ start, end }: GoogleEvent): string[] {
  const named = [start?.timeZone, end?.timeZone].filter((zone) => typeof zone === 'string')
  return [...new Set(named)]
}

/** All ways to name these zones, the fewest other names first. */
function spellings(zones: readonly string[]): Names[] {
  const ways = zones.reduce<[string, string][][]>(
    (before, zone) => before.flatMap((way) => [zone, ...otherNames(zone)].map((name) => [...way, [zone, name] as [string, string]])), // prettier-ignore
    [[]],
  )
  const changed = (way: readonly [string, string][]): number => way.filter(([zone, name]) => zone !== name).length
  return ways
    .filter((way) => changed(way) > 0)
    .sort((a, b) => changed(a) - changed(b))
    .map((way) => new Map(way))
}

function renamed(event: GoogleEvent, names: Names): GoogleEvent {
  const time = (each: GoogleTime): GoogleTime => {
    const name = names.get(each.timeZone ?? '')
    return name === undefined ? each : { ...each, timeZone: name }
  }
  const { start, end } = event
  return { ...event, ...(start && { start: time(start) }), ...(end && { end: time(end) }) }
}
