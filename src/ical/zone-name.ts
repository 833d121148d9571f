import { IANAZone } from 'luxon'
import { canonicalZone } from '../event/zone'
import { WINDOWS_ZONES } from './windows-zones'

const windows = new Map(Object.entries(WINDOWS_ZONES).map(([name, zone]) => [name.toLowerCase(), zone]))

/** The IANA zone that a TZID names: by its own name, behind a prefix, or as Windows calls it. */
export function zoneNamed(tzid: string): string | undefined {
  const name = tzid.trim()
  return canonicalZone(name) ?? zoneInPath(name) ?? windowsZone(name) ?? canonicalZone(name.replace('_', '/'))
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
  const match = /^\(?\s*(?:GMT|UTC)?\s*([+-])(\d{1,2})(?:[:.]?(\d\d))?\s*\)?$/i.exec(tzid.trim())
  if (!match) return undefined
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  return match[1] === '-' ? -minutes : minutes
}

/**
 * The zone of a name by which Outlook shows it: `(UTC+01:00) Amsterdam, Berlin, Rome`, `(UTC-05:00) Eastern Time (US &
 * Canada)`, or just cities. All cities that are zones have to agree, with each other and with the offset.
 */
export function zoneDisplayed(tzid: string): string | undefined {
  const [, sign, hours, minutes, text = ''] =
    /^(?:\((?:UTC|GMT)(?:([+-])(\d\d):?(\d\d))?\)\s*)?(.+)$/.exec(tzid.trim()) ?? []
  const offset = hours === undefined ? undefined : Number(`${sign ?? ''}${Number(hours) * 60 + Number(minutes)}`)
  const zones = zonesShown(text)
  const [first] = zones
  if (first === undefined) return undefined
  const agree = zones.every((zone) => yearOffsets(zone) === yearOffsets(first))
  return agree && (offset === undefined || standardOffset(first) === offset) ? canonicalZone(first) : undefined
}

function zonesShown(text: string): string[] {
  const [, region] = /^([\w ]+) Time \(/.exec(text) ?? []
  const zone = region === undefined ? undefined : windows.get(`${region.toLowerCase()} standard time`)
  if (zone !== undefined) return [zone]
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
const JANUARY = Date.UTC(2025, 0, 15)
const JULY = Date.UTC(2025, 6, 15)

const offsetsIn = (zone: string): number[] => [JANUARY, JULY].map((at) => IANAZone.create(zone).offset(at))
const standardOffset = (zone: string): number => Math.min(...offsetsIn(zone))
const yearOffsets = (zone: string): string => offsetsIn(zone).join()
