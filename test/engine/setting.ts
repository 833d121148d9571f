import type { Behaviour } from '../simulators/google/write'
import type { Paging } from '../simulators/google/list'
import type { CaldavOptions } from '../simulators/caldav'
import { PLAIN } from '../simulators/caldav'
import type { Side } from '../../src/sync/model'
import type { Random } from '../sync/random'

/** What may go wrong in a history; each is switched on or off by the seed, so that some histories are about one thing. */
export const TROUBLES = [
  'network', // answers lost before and after the effect, silence, torn and slow bodies
  'lost writes', // of the writes, one in five gets no answer
  'refusals', // a server won't have some events
  'statuses', // 429, 403, 5xx, with and without Retry-After
  'tokens', // stale and refused sync tokens
  'pauses', // a week without a run, after which the CalDAV server has forgotten its tokens
  'logins', // access tokens that end early
  'late reads', // what was written is not given out yet, or is listed but can't be read
  'empty listings',
  'housekeeping', // the servers touch resources on their own
  'crashes',
  'backups', // an old state comes back
  'disk', // full for a while
  'deploys',
  'flow', // drops, skips, holds
  'meanwhile', // users act during runs
  'decisions', // users answer, approve, keep, undo, begin anew
] as const
export type Trouble = (typeof TROUBLES)[number]

/** How a history is set up. */
export type Setting = {
  readonly googleIs: Side
  readonly direction: 'both' | 'left-to-right' | 'right-to-left'
  readonly strategy: 'manual' | 'latest-wins' | 'left-wins' | 'right-wins'
  readonly deletionLimit: number
  readonly maxOperations: number
  /** The flow writes "Busy" over what goes to this side. */
  readonly busyTo?: Side
  readonly troubles: ReadonlySet<Trouble>
  readonly behaviour: Behaviour
  readonly paging: Paging
  readonly caldav: Partial<CaldavOptions>
}

/** @param only the troubles that may be switched on */
export function drawSetting(random: Random, only: readonly Trouble[] = TROUBLES): Setting {
  const direction = random.pick(['both', 'both', 'both', 'left-to-right', 'right-to-left'] as const)
  const busy = random.chance(0.15)
  const setting: Setting = {
    googleIs: random.pick(['left', 'right']),
    direction,
    strategy: random.pick(['manual', 'latest-wins', 'left-wins', 'right-wins']),
    deletionLimit: random.pick([100, 100, 25]),
    maxOperations: random.pick([1000, 1000, 3]),
    ...(busy ? { busyTo: direction === 'right-to-left' ? 'left' : 'right' } : {}),
    troubles: drawTroubles(random, only),
    behaviour: {
      exceptions: random.pick(['follow', 'keep']),
      movedSeries: random.pick(['orphans', 'resets']),
      virtualEtag: random.pick(['master', 'own']),
      seriesEtag: random.pick(['kept', 'changes']),
    },
    paging: {
      ...(random.chance(0.5) ? { pageSize: 1 + random.below(4) } : {}),
      emptyPages: random.chance(0.3),
      exceptionsFirst: random.chance(0.5),
      cancelledByUid: random.chance(0.5),
      listsHidden: random.chance(0.5),
    },
    caldav: drawServer(random),
  }
  const exdates = random.pick(['any', 'occurrences'] as const)
  return withoutRiddles({ ...setting, behaviour: { ...setting.behaviour, exdates } })
}

/** Without what nobody could know in the place of the engine. */
export function withoutRiddles(setting: Setting): Setting {
  const { behaviour, caldav, troubles } = setting
  // A service that drops what was changed in occurrences when their series moves, and gives no sign of such a change,
  // leaves an instant between the look and the write.
  const blind = behaviour.movedSeries === 'resets' && troubles.has('meanwhile')
  // A server that does not give out an event and, against RFC 4791 5.3.2.1, takes a second one with its UID, says of
  // neither to who remembers nothing that they are the same.
  const forgets = troubles.has('backups') || troubles.has('decisions')
  const mute = troubles.has('late reads') && forgets && caldav.uniqueUid === 'nowhere'
  return {
    ...setting,
    ...(blind ? { behaviour: { ...behaviour, seriesEtag: 'changes' } } : {}),
    ...(mute ? { caldav: { ...caldav, uniqueUid: 'calendar' } } : {}),
  }
}

function drawTroubles(random: Random, only: readonly Trouble[]): Set<Trouble> {
  const often = random.pick([0, 0.2, 0.4, 0.8])
  const troubles = new Set(TROUBLES.filter((each) => random.chance(often) && only.includes(each)))
  // Who remembers nothing and is told that nothing is there has no way to know better.
  if (troubles.has('backups')) troubles.delete('empty listings')
  return troubles
}

function drawServer(random: Random): Partial<CaldavOptions> {
  const icloud = random.chance(0.5)
  const tokens = icloud || random.chance(0.5)
  const deltaLimit = random.chance(0.3) ? 1 + random.below(3) : Infinity
  return {
    ...(icloud ? {} : PLAIN),
    syncCollection: tokens,
    ctag: tokens || random.chance(0.7),
    deltaLimit,
    deltaCut: random.pick(['response', 'status']),
    // The difference of two states has no place in which to go on.
    trees: deltaLimit === Infinity && random.chance(0.4),
    rewrites: random.pick(['nothing', 'stamps', 'alarm']),
    etagAfterPut: random.chance(0.7),
    multigetEtag: random.chance(0.8),
    tombstones: random.chance(0.6),
    uniqueUid: random.pick(['account', 'calendar', 'nowhere']),
    schedules: random.chance(0.7),
    duplicateHrefs: random.chance(0.5),
    ownHrefInDelta: random.chance(0.5),
    forgottenTokens: !icloud && deltaLimit === Infinity && random.chance(0.5) ? 'listed' : 'refused',
  }
}
