import type { Disk } from '../store/disk'
import type { Log } from './log'
import type { Fetch } from '../transport/fetch'
import type { Sleep } from '../transport/sleep'

/** All that is not determined, passed in: so that a whole engine can run simulated, from one seed. */
export type Surroundings = {
  /** CalSync's version, for the `User-Agent`. */
  readonly version: string
  /** The folder of the state, `<userDir>/calsync`. */
  readonly root: string
  readonly disk: Disk
  readonly fetch: Fetch
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly sleep: Sleep
  /** 0 to below 1. */
  readonly random: () => number
  /** Lets others have the event loop. */
  readonly pause: () => Promise<void>
  /** The IANA zone of this machine, for times that name none. */
  readonly localZone: string
  /** Where log lines go; without it nowhere. */
  readonly log?: Log
  /** Throws if the state was lost to another process; without it that can't be. */
  readonly throwIfLost?: () => void
  /** Hears of trouble that fails no call. */
  readonly warn: (message: string) => void
}
