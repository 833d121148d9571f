import { least } from '../event/lists'
import { canonicalZone } from '../event/zone'
import { offsetIn } from '../event/zone-changes'
import { windowsNameShown } from './shown-zones'
import { WINDOWS_ZONES } from './windows-zones'

const windows = new Map(Object.entries(WINDOWS_ZONES).map(([name, zone]) => [name.toLowerCase(), zone]))

/** The zone of an IANA name, behind a prefix, too. */
export function zoneInName(tzid: string): string | undefined {
  const name = tzid.trim()
  return canonicalZone(name) ?? zoneInPath(name)
}

/** The IANA zone that a TZID names: by its own name, as Windows calls it, or with another sign for the slash (Mulberry). */
export function zoneNamed(tzid: string): string | undefined {
  const name = tzid.trim()
  return zoneInName(name) ?? windowsZone(name) ?? canonicalZone(name.replace(/[_-]/, '/'))
}

function windowsZone(name: string): string | undefined {
  const zone = windows.get(name.toLowerCase())
  return zone === undefined ? undefined : canonicalZone(zone)
}

/**
 * `/freeassociation.sourceforge.net/Europe/Paris`, `/mozilla.org/20050126_1/America/Argentina/Salta` (RFC 5545 3.2.19),
 * `tzone://Microsoft/Utc`, `posix/Europe/Vaduz`.
 */
function zoneInPath(name: string): string | undefined {
  const parts = name.split('/').filter(Boolean)
  // behind a prefix that is none of these, only a whole name counts: `posix/Europe/Vaduz`
  const counts = name.startsWith('/') || name.includes('://') ? [3, 2, 1] : [3, 2]
  for (const count of counts) {
    const zone = parts.length >= count ? canonicalZone(parts.slice(-count).join('/')) : undefined
    if (zone !== undefined) return zone
  }
  return undefined
}

/** Minutes ahead of UTC that a name says and nothing else: `GMT+0100`, `UTC-5`, `(GMT +01:00)`. */
export function offsetNamed(tzid: string): number | undefined {
  const match = /^\(?(?:GMT|UTC)?([+-])(\d{1,2})(?:[:.]?(\d\d))?\)?$/i.exec(tzid.replace(/\s+/g, ''))
  if (!match) return undefined
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  return match[1] === '-' ? -minutes : minutes
}

/**
 * The zone of a name by which Outlook shows it: `(UTC+01:00) Amsterdam, Berlin, Rome`, `(UTC-05:00) Eastern Time (US &
 * Canada)`, or just cities; by Lotus Notes: `Eastern`. All cities that are zones have to agree, and the offset has to
 * be one that the zone has had.
 */
export function zoneDisplayed(tzid: string): string | undefined {
  const [, sign, hours, minutes, text = ''] =
    /^(?:\((?:UTC|GMT)(?:([+-])(\d\d):?(\d\d))?\))?(.*)$/s.exec(tzid.trim()) ?? []
  const offset = hours === undefined ? undefined : Number(`${sign ?? ''}${Number(hours) * 60 + Number(minutes)}`)
  const zones = zonesShown(text.trim())
  const [first] = zones
  if (first === undefined || zones.some((zone) => yearOffsets(zone) !== yearOffsets(first))) return undefined
  return offset === undefined || hadOffset(first, offset) ? canonicalZone(first) : undefined
}

function zonesShown(text: string): string[] {
  const shown = windowsNameShown(text)
  if (shown !== undefined) return [windows.get(shown.toLowerCase()) ?? 'UTC']
  const [, region = text] = /^([\w ]+) Time(?: \(|$)/.exec(text) ?? []
  const zone = windows.get(`${region.trim().toLowerCase()} standard time`)
  if (zone !== undefined) return zone === 'Pacific/Apia' ? [] : [zone] // Lotus has Samoa east of the date line
  return text.split(',').flatMap((part) => cities().get(part.trim().toLowerCase()) ?? [])
}

/** The zones whose cities stand in a name, as hints. */
export function zonesHinted(tzid: string): string[] {
  const words = tzid.toLowerCase().split(/[^\p{L}. '-]+/u)
  return words.flatMap((word) => cities().get(word.trim()) ?? [])
}

let byCity: ReadonlyMap<string, string> | undefined

/** Zones by the city in their name. */
function cities(): ReadonlyMap<string, string> {
  byCity ??= new Map(
    Intl.supportedValuesOf('timeZone').map((zone) => [
      zone
        .slice(zone.lastIndexOf('/') + 1)
        .replaceAll('_', ' ')
        .toLowerCase(),
      zone,
    ]),
  )
  return byCity
}

/** A year of today's rules: which one does not matter for what a name means. */
const YEAR = 2025
/** Names with an offset are as old as the events that Outlook was used for. */
const FIRST_YEAR = 1995

const offsetsIn = (zone: string, year: number): number[] =>
  [Date.UTC(year, 0, 15), Date.UTC(year, 6, 15)].map((at) => offsetIn(zone, at))
const yearOffsets = (zone: string): string => offsetsIn(zone, YEAR).join()

/** Whether a zone had this offset as its standard one: names keep the offset of their time. */
function hadOffset(zone: string, offset: number): boolean {
  for (let year = YEAR; year >= FIRST_YEAR; year--) if (least(offsetsIn(zone, year)) === offset) return true
  return false
}
