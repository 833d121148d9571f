import type { EventTime, Field, Fields } from '../event/event'
import { fieldNames, isException } from '../event/event'
import type { Json } from '../event/json'
import { sameMeaning } from '../event/normal'
import { wholeOccurrence } from '../event/occurrence'
import type { Component } from './component'
import { lineNamed } from './component'
import type { Editing } from './edit'
import { setFields } from './edit'
import { IcalError } from './error'
import { statusOf } from './fields'
import type { Line } from './line'
import { withoutPeriods } from './period'
import { periodExceptions } from './period-length'
import { keysOf } from './recurrence'
import type { Override, Resource } from './resource'
import { formOf, isKeyFor, sameForm } from './time'
import { exceptionKeys, newOverride, setOverride } from './override'
import { exceptionAt, holdable, timeOf } from './wanted'
import { setExcluded, setRecurrence, setRecurrenceId } from './when'

type Series = Extract<Resource, { is: 'series' }>

/** The series before and after: what its overrides and EXDATEs have to follow. */
type Move = {
  readonly held: Fields
  readonly wanted: Fields
  readonly start: EventTime
  readonly startLine: Line
  /** DTSTART has another value type or zone: RECURRENCE-IDs and EXDATEs follow. */
  readonly rewrite: boolean
  readonly startMoved: boolean
  readonly ruleMoved: boolean
}

/** What becomes of each VEVENT that was there (null: it goes), and those that come. */
export type Edited = {
  readonly events: ReadonlyMap<Component, Component | null>
  readonly added: readonly Component[]
}

/** A series and its overrides brought to hold what is wanted. */
export function patchSeries(series: Series, held: Fields, wish: Fields, how: Editing): Edited {
  const { overrides } = series
  const editing = { ...how, redated: !sameMeaning(recurrenceOf(held), recurrenceOf(wish)) }
  refuseSeries(series, wish)
  const main = holdsTime(held, wish) ? series.main : spelledOut(series.main, held, editing)
  const wanted = sameMeaning(held.when, wish.when) ? wish : holdable(wish)
  const when = timeOf(wanted)
  const edited = setFields(main, { held, wanted, single: when.recurrence === undefined }, editing)
  const move = moveOf(series, edited, held, wanted)
  const kept = new Map(overrides.map((override) => [override, followed(override, edited, move, editing)]))
  const master = withExdates(edited, kept, move, editing)
  const events = new Map<Component, Component | null>([[series.main, master]])
  // An older version of an occurrence must not come up again when the newer one goes.
  if (!holdsTime(held, wish)) for (const event of series.superseded) events.set(event, null)
  for (const [{ event }, after] of kept) events.set(event, after)
  const periods = periodExceptions(master, wanted, editing.zones)
  const there = new Set([...overrides, ...periods.map(([key]) => ({ key }))].map(({ key }) => key))
  return { events, added: added(master, there, move, editing) }
}

/** One occurrence may stand for an event that takes place once; it can't have a rule. */
function refuseSeries({ main }: Series, wish: Fields): void {
  if (lineNamed(main, 'RECURRENCE-ID') && recurrenceOf(wish) !== null)
    throw new IcalError('an occurrence that stands for the whole event can not become a series')
}

/** A series that says all of its dates by RDATEs that are times: those that periods or overrides imply. */
const spelledOut = (main: Component, held: Fields, editing: Editing): Component =>
  setRecurrence(withoutPeriods(main), timeOf(held), editing)

/** Whether the series and its occurrences stay where and as they are. */
function holdsTime(held: Fields, wish: Fields): boolean {
  const names = [...fieldNames(held), ...fieldNames(wish)].filter((name) => name === 'when' || isException(name))
  return names.every((name) => sameMeaning(valueIn(held, name), valueIn(wish, name)))
}

const recurrenceOf = (fields: Fields): Json => timeOf(fields).recurrence ?? null

const valueIn = (fields: Fields, name: Field): Json =>
  name in fields ? (fields[name] ?? null) : isException(name) ? {} : null

function startLineOf(event: Component): Line {
  const line = lineNamed(event, 'DTSTART')
  if (line === undefined) throw new IcalError('the event has no DTSTART')
  return line
}

function moveOf(series: Series, edited: Component, held: Fields, wanted: Fields): Move {
  const before = timeOf(held)
  const after = timeOf(wanted)
  const startLine = startLineOf(edited)
  return {
    held,
    wanted,
    start: after.start,
    startLine,
    rewrite: !sameForm(formOf(startLineOf(series.main)), formOf(startLine)),
    startMoved: !sameMeaning(before.start, after.start),
    ruleMoved: !sameMeaning(before.recurrence ?? null, after.recurrence ?? null),
  }
}

/** What becomes of an override; null if it goes. */
function followed({ key, event }: Override, master: Component, move: Move, editing: Editing): Component | null {
  const { wanted } = move
  const exception = exceptionAt(wanted, key)
  if (!canHave(move, key)) return null
  const named = withKey(event, key, move, editing)
  if (exception === null) return statusOf(event) === 'cancelled' && wanted.status !== 'cancelled' ? named : null
  const whole = wholeOccurrence(wanted, key)
  if (whole === undefined) return null
  const edited = setOverride(named, move.startLine, whole, editing)
  return Object.keys(exception).length === 0 && isSuperfluous(key, edited, master, move) ? null : edited
}

/** Without recurrence, or with days in place of times, a series that has moved can't have the occurrence any more. */
function canHave({ held, wanted, start }: Move, key: string): boolean {
  if (sameMeaning(held.when, wanted.when)) return true
  return timeOf(wanted).recurrence !== undefined && isKeyFor(key, start)
}

function withKey(event: Component, key: string, { start, startLine, rewrite }: Move, { zones }: Editing): Component {
  const line = lineNamed(event, 'RECURRENCE-ID')
  const names = line ? keysOf(line, start, zones) : []
  return rewrite || names[0] !== key ? setRecurrenceId(event, key, startLine, start) : event
}

/**
 * Whether the component of a plain occurrence goes. One that was plain before stays for what else it holds, unless the
 * series has left its time; one that becomes plain stays only if it holds something of its own.
 */
function isSuperfluous(key: string, event: Component, master: Component, move: Move): boolean {
  const before = exceptionAt(move.held, key)
  const wasPlain = before !== null && Object.keys(before).length === 0
  if (move.startMoved) return true
  return (!wasPlain || move.ruleMoved) && !hasOwn(event, master)
}

const NOT_OWN =
  /^(RECURRENCE-ID|DTSTART|DTEND|DURATION|DTSTAMP|CREATED|LAST-MODIFIED|SEQUENCE|STATUS|TRANSP|CLASS|SUMMARY|DESCRIPTION|LOCATION|URL|CATEGORIES|COLOR)$/

/** What says no more than its absence would (RFC 5545 3.8.1.9); the held fields are compared by meaning. */
const SAYS_NOTHING = /^PRIORITY:0$/i

/** Whether an override has lines besides the held fields that its series has not. */
function hasOwn(event: Component, master: Component): boolean {
  const ofSeries = new Set(master.content.map((node) => (node.kind === 'line' ? node.text : '')))
  return event.content.some(
    (node) =>
      node.kind === 'line' &&
      !NOT_OWN.test(node.name) &&
      !SAYS_NOTHING.test(node.text.trim()) &&
      !ofSeries.has(node.text),
  )
}

function withExdates(
  master: Component,
  kept: ReadonlyMap<Override, Component | null>,
  { held, wanted, start, rewrite }: Move,
  { zones }: Editing,
): Component {
  if (recurrenceOf(held) === null && recurrenceOf(wanted) === null) return master
  const standing = [...kept].filter(([, event]) => event !== null).map(([{ key }]) => key)
  const cancelled = exceptionKeys(wanted).filter((key) => exceptionAt(wanted, key) === null)
  return setExcluded(
    master,
    {
      start,
      rewrite,
      wanted: new Set(cancelled.filter((key) => !standing.includes(key))),
      allowed: new Set(standing.filter((key) => exceptionAt(held, key) !== null || exceptionAt(wanted, key) === null)),
    },
    zones,
  )
}

/** Components for occurrences that have come to differ. */
function added(master: Component, there: ReadonlySet<string>, { wanted, start }: Move, editing: Editing): Component[] {
  return exceptionKeys(wanted)
    .filter((key) => !there.has(key))
    .sort()
    .flatMap((key) => {
      const exception = exceptionAt(wanted, key)
      const whole = wholeOccurrence(wanted, key)
      if (exception === null || Object.keys(exception).length === 0 || whole === undefined) return []
      return [newOverride(master, start, key, whole, editing)]
    })
}
