import { append } from '../event/lists'
import { canonicalZone } from '../event/zone'
import { offsetAsked, offsetsOf } from '../event/zone-changes'
import type { Offsets } from './observance'
import { WINDOWS_ZONES } from './windows-zones'

const DAY = 86_400_000
/** Less than two changes of one zone lie apart. */
const STEP = 14 * DAY
const HALF_A_YEAR = 13

/** From when to when two clocks are compared, in milliseconds. */
export type Window = { readonly from: number; readonly to: number }

/**
 * An IANA zone whose clock shows the same as the one given, all through a window; undefined if there is none.
 *
 * @param preferred zones to try before all others
 */
export function matchingZone(offsets: Offsets, window: Window, preferred: readonly string[]): string | undefined {
  const probes = probesIn(offsets, window)
  const wanted = probes.map(offsets.at)
  const some = [0, Math.min(HALF_A_YEAR, probes.length - 1)]
  for (const name of candidates(preferred)) {
    // Nearly all are told apart by the first two, without looking up whole years of theirs.
    if (!some.every((index) => offsetAsked(name)(probes[index] ?? NaN) === wanted[index])) continue
    const offset = offsetsOf(name)
    if (probes.every((probe, index) => offset(probe) === wanted[index])) return canonicalZone(name) ?? name
  }
  return undefined
}

/** Both sides of each change that the clock has, and instants in between, for the changes that it has not. */
function probesIn({ changes }: Offsets, { from, to }: Window): number[] {
  const probes: number[] = []
  for (let at = from; at <= to; at += STEP) probes.push(at)
  const around = changes.flatMap((at) => [at - 60_000, at]).filter((at) => at >= from && at < to)
  append(probes, around)
  return [...probes, to]
}

/** Zones by how likely they are meant: cities that many look for before the rest. */
function* candidates(preferred: readonly string[]): Generator<string> {
  yield* preferred
  yield* Object.values(WINDOWS_ZONES).filter((zone) => !zone.startsWith('Etc/'))
  yield* Intl.supportedValuesOf('timeZone')
  yield* fixedZones()
}

function* fixedZones(): Generator<string> {
  yield 'UTC'
  for (let hours = -14; hours <= 12; hours++) if (hours !== 0) yield `Etc/GMT${hours > 0 ? '+' : ''}${hours}`
}

/** The zone of a fixed offset in whole hours; POSIX counts westwards. */
export function fixedZone(minutes: number): string | undefined {
  const hours = -minutes / 60 + 0
  if (!Number.isInteger(hours) || hours < -14 || hours > 12) return undefined
  return hours === 0 ? 'UTC' : `Etc/GMT${hours > 0 ? '+' : ''}${hours}`
}
