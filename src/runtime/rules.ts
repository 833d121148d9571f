import type { Json } from '../event/json'
import { hashJson } from '../event/json'
import { isException } from '../event/event'
import type { Both, Common, Operation, Rules, ShowsDeclined, Side, Strategy } from '../sync/model'
import { both, other } from '../sync/model'
import type { CalendarState } from './calendar-state'
import type { Elsewhere } from './neighbours'
import { CalSyncError } from './errors'
import { brief } from './sentence'

const DAY = 24 * 3600 * 1000

/** A reconcile node's settings, checked. Sides are the node's. */
export type ReconcileSettings = {
  readonly direction: 'both' | 'left-to-right' | 'right-to-left'
  readonly conflictResolution: Resolution
  readonly pastDays: number
  readonly futureDays: number
  readonly maxOperations: number
  readonly deletionLimit: number
  readonly eventTypes: readonly string[]
  readonly declined: ShowsDeclined
  readonly dryRun: boolean
  readonly staleAfter: number
  readonly when: 'both' | 'any'
}
export type Resolution = 'manual' | 'latest-wins' | 'left-wins' | 'right-wins'

const RESOLUTIONS: readonly string[] = ['manual', 'latest-wins', 'left-wins', 'right-wins']
const DEFAULT_TYPES = ['default', 'fromGmail', 'outOfOffice']

/** A node's raw properties, with the defaults where one is missing. Throws with the property that is wrong. */
export function readSettings(config: Record<string, unknown>): ReconcileSettings {
  const types = config['eventTypes']
  const list = typeof types === 'string' ? types.split(/[\s,]+/).filter(Boolean) : types
  return {
    direction: oneOf(config, 'direction', ['both', 'left-to-right', 'right-to-left']),
    conflictResolution: oneOf(config, 'conflictResolution', RESOLUTIONS as Resolution[]),
    pastDays: number(config, 'pastDays', 30),
    futureDays: number(config, 'futureDays', 365),
    maxOperations: number(config, 'maxOperations', 1000),
    deletionLimit: number(config, 'deletionLimit', 25),
    eventTypes: Array.isArray(list) && list.length > 0 ? list.map(String) : DEFAULT_TYPES,
    declined: oneOf(config, 'declined', ['as-free', 'leave-out', 'as-is']),
    dryRun: config['dryRun'] === true || config['dryRun'] === 'true',
    staleAfter: number(config, 'staleAfter', 24),
    when: oneOf(config, 'when', ['both', 'any']),
  }
}

/** The first choice is the default. */
function oneOf<T extends string>(config: Record<string, unknown>, name: string, choices: readonly T[]): T {
  const value = config[name]
  if (value === undefined || value === '') return choices[0] as T
  const found = choices.find((choice) => choice === value)
  if (found !== undefined) return found
  throw new CalSyncError('config', `${name} is ${shown(value)}: it must be one of ${choices.join(', ')}.`, 'settings')
}

function number(config: Record<string, unknown>, name: string, standard: number): number {
  const value = config[name]
  if (value === undefined || value === '') return standard
  const read = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN
  if (Number.isFinite(read) && read >= 0) return read
  throw new CalSyncError('config', `${name} is ${shown(value)}: it must be a number, 0 or more.`, 'settings')
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  try {
    return brief(JSON.stringify(value))
  } catch {
    return `a ${typeof value}` // cyclic, a bigint, or a proxy
  }
}

/**
 * The strategy that a message asks for, by its name or an alias: `latest_wins`, or `google-wins` where one side is.
 *
 * @param providers of the node's left and right calendar
 */
export function readResolution(value: unknown, providers: Both<string>): Resolution {
  const name = typeof value === 'string' ? value.replaceAll('_', '-') : ''
  if (RESOLUTIONS.includes(name)) return name as Resolution
  const provider = name.endsWith('-wins') ? name.slice(0, -'-wins'.length) : ''
  const sides = (['left', 'right'] as const).filter((side) => providers[side] === provider)
  const [side] = sides
  if (side && sides.length === 1) return `${side}-wins`
  throw new CalSyncError(
    'invalid-input',
    `msg.conflictResolution is ${shown(value)}: it must be one of ${RESOLUTIONS.join(', ')}, or google-wins or icloud-wins where that names one side.`,
    'invalid input',
  )
}

/** What may override a run: a message's `dryRun` and `conflictResolution`. */
export type Overrides = { readonly dryRun: boolean; readonly resolution: Resolution }

/**
 * The planner's rules for a pair, whose sides may be the node's the other way round.
 *
 * @param calendars as the pair has them
 * @param toStored the pair's side of a node's side
 * @param elsewhere how other nodes carry what comes from a side, in the node's sides
 */
export function rulesFor(
  settings: ReconcileSettings,
  { resolution }: Overrides,
  calendars: Both<CalendarState>,
  toStored: (side: Side) => Side,
  now: number,
  elsewhere: Both<Elsewhere>,
): Rules {
  const strategy: Strategy =
    resolution === 'left-wins' ? toStored('left') : resolution === 'right-wins' ? toStored('right') : resolution
  const wanted = { left: settings.direction !== 'left-to-right', right: settings.direction !== 'right-to-left' }
  const writable = both((side) => calendars[side].calendar.info.writable)
  const allowed = both((side) => wanted[toStored(side)] && writable[side])
  return {
    strategy,
    into: allowed,
    oneWay: settings.direction !== 'both',
    elsewhere: both((side) => (writable[other(side)] ? elsewhere[toStored(side)] : 'not')),
    window: [now - settings.pastDays * DAY, now + settings.futureDays * DAY],
    deletionLimit: settings.deletionLimit,
    maxOperations: settings.maxOperations,
    now,
    kinds: settings.eventTypes,
    declined: settings.declined,
    common: commonOf(calendars),
    names: namesOf(calendars),
  }
}

/** Grows when the planner decides otherwise than it did: then everything is looked at once more. */
const PLANNER = 2

/** Hash of what decides besides the state; when it changes, everything is looked at again. */
export function settingsHash(rules: Rules, { pastDays, futureDays }: ReconcileSettings): string {
  const { strategy, into, oneWay, kinds, declined, deletionLimit, elsewhere } = rules
  const said = [strategy, { ...into }, oneWay, kinds, declined, deletionLimit, pastDays, futureDays, elsewhere]
  const decides = [...said, PLANNER]
  return hashJson(decides as Json)
}

/** About how many requests an operation takes, by what the calendar says to which it goes. */
export function requestsOf(calendars: Both<CalendarState>): (op: Operation) => number {
  return ({ action, to, fields, changed }) => {
    if (action === 'delete') return 1
    return calendars[to].calendar.holds.requests?.(fields, changed) ?? 1
  }
}

/** What both calendars can hold. */
function commonOf(calendars: Both<CalendarState>): Common {
  const { left, right } = both((side) => calendars[side].calendar.holds)
  return {
    has: (field) => isException(field) || (left.fields.includes(field) && right.fields.includes(field)),
    fit: (field, value) => left.fit(field, right.fit(field, value)),
  }
}

/** Names for reasons: with the provider where both are called the same. */
function namesOf(calendars: Both<CalendarState>): Both<string> {
  const same = calendars.left.name === calendars.right.name
  return both((side) => (same ? `${calendars[side].name} (${calendars[side].provider})` : calendars[side].name))
}
