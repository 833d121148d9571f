import type { EventTime, When } from '../event/event'
import { isAllDay } from '../event/event'
import { sameSpelling } from '../event/normal'
import { ruleFault } from '../event/rule'
import { canonicalZone } from '../event/zone'
import type { Component, Node } from './component'
import { insert, isLineNamed, lineNamed, linesNamed, replaceLines, withContent } from './component'
import type { Editing } from './edit'
import { IcalError } from './error'
import type { Span } from './fields'
import { readEnd, readSpan } from './fields'
import type { Line } from './line'
import { param, parseLine } from './line'
import { datesOf, isOfType, isRecurrenceLine, keyOf, normalLines, RECURRENCE_NAMES } from './recurrence'
import type { TimeForm } from './time'
import { formFor, formOf, isKeyFor, occurrenceLine, timeLine } from './time'
import type { Zones } from './zone'
import { tzidIn } from './zone'

const same = (a: EventTime | undefined, b: EventTime): boolean => a !== undefined && sameSpelling(a, b)

/**
 * DTSTART and DTEND brought to say a span. A line that says its part already stays, but for floating times: one of
 * the two can't stay floating when the other gets a zone; and for zones that may not hold on the dates to come.
 */
export function setSpan(
  event: Component,
  span: Span,
  { zones, tzids, floats = false, redated = false }: Editing,
): Component {
  const old = lineNamed(event, 'DTSTART') ? readSpan(event, zones) : undefined
  const mayStay = (within: Component, name: string): boolean => !redated || !isByRules(lineNamed(within, name), zones)
  const isSame = old !== undefined && same(old.start, span.start) && same(old.end, span.end)
  if (isSame && mayStay(event, 'DTSTART') && mayStay(event, 'DTEND')) return event
  const form = (time: EventTime): TimeForm =>
    floats && isInZone(time, zones.floating)
      ? { is: 'floating' }
      : formFor(time, (zone) => tzidUsed(event, zone, zones) ?? tzids.tzidFor(zone))
  const line = (name: string, time: EventTime): string => timeLine(name, time, form(time))
  const landed = (within: Component, name: string): boolean =>
    (floats || !isFloating(within, name)) && mayStay(within, name)
  const started =
    same(old?.start, span.start) && landed(event, 'DTSTART')
      ? event
      : replaceLines(event, ['DTSTART'], [line('DTSTART', span.start)])
  // The end as it stands there, before it is repaired: a DTEND of the wrong value type must not survive.
  const says = same(readEnd(started, span.start, zones), span.end) && isDurationFor(span.start, started)
  const stays = says && landed(started, 'DTEND')
  return stays ? started : endedBy(started, line('DTEND', span.end))
}

/** The TZID that an event itself uses for a zone. */
function tzidUsed(event: Component, zone: string, zones: Zones): string | undefined {
  const used = event.content.flatMap((node) => tzidIn(node) || [])
  return used.find((tzid) => zones.named(tzid) === canonicalZone(zone))
}

/** Days last days or weeks, not hours (RFC 5545 3.8.2.5). */
const isDurationFor = (start: EventTime, event: Component): boolean =>
  !isAllDay(start) || !/T/i.test(lineNamed(event, 'DURATION')?.value ?? '')

/** Whether the zone of a line is known by what its definition says of the dates of the resource, and not by its name. */
function isByRules(line: Line | undefined, zones: Zones): boolean {
  const tzid = line && param(line, 'TZID')
  return tzid !== undefined && tzid !== '' && zones.named(tzid) === undefined
}

function endedBy(event: Component, line: string): Component {
  if (lineNamed(event, 'DTEND') ?? lineNamed(event, 'DURATION'))
    return replaceLines(event, ['DTEND', 'DURATION'], [line])
  return insertAfter(event, isLineNamed('DTSTART'), [line])
}

const isInZone = (time: EventTime, zone: string): boolean =>
  !isAllDay(time) && canonicalZone(time.timeZone) === canonicalZone(zone)

function isFloating(event: Component, name: string): boolean {
  const line = lineNamed(event, name)
  return line !== undefined && formOf(line).is === 'floating'
}

/**
 * RRULE, EXRULE and RDATE lines brought to say a recurrence; those that say part of it already stay, but where the event
 * turns from times to days or back: then their dates have to be of the value type of the start.
 */
export function setRecurrence(event: Component, when: When, editing: Editing): Component {
  const { zones, redated = false, turns = false } = editing
  const wanted = new Set(when.recurrence ?? [])
  const missing = new Set(wanted)
  const unwanted = new Set<Node>()
  for (const lines of unitsOf(event)) {
    const says = normalLines(lines, when.start, zones)
    const isOfStart = !turns || lines.every((line) => isOfType(line, when.start))
    const mayStay = isOfStart && (!redated || !lines.some((line) => isByRules(line, zones)))
    const stays = mayStay && says.length > 0 && says.every((each) => missing.delete(each))
    if (!stays) for (const line of lines) unwanted.add(line)
  }
  const at = event.content.findIndex((node) => unwanted.has(node))
  const kept = withContent(
    event,
    event.content.filter((node) => !unwanted.has(node)),
  )
  const fault = [...missing].map(ruleFault).find((each) => each !== undefined)
  if (fault !== undefined) throw new IcalError(fault)
  const added = [...missing].map(parseLine)
  if (at >= 0) return insert(kept, added, at)
  return insertAfter(kept, isLineNamed('DTSTART', 'DTEND', 'DURATION', ...RECURRENCE_NAMES), [...missing])
}

/** What has one normal form: each rule by itself, all RDATEs together. */
function unitsOf(event: Component): Line[][] {
  const rules = ['RRULE', 'EXRULE'].flatMap((name) => linesNamed(event, name))
  const dates = linesNamed(event, 'RDATE')
  return [...rules.map((rule) => [rule]), ...(dates.length > 0 ? [dates] : [])]
}

function insertAfter(event: Component, isBefore: (node: Node) => boolean, lines: readonly string[]): Component {
  if (lines.length === 0) return event
  return insert(event, lines.map(parseLine), event.content.findLastIndex(isBefore) + 1)
}

/** Which occurrences the EXDATEs of a series are to name. */
export type Exclusion = {
  readonly start: EventTime
  /** Keys that they have to name. */
  readonly wanted: ReadonlySet<string>
  /** Keys that they may go on naming: occurrences with a component of their own. */
  readonly allowed: ReadonlySet<string>
  /** Whether the series has come to tell its start in another form, which they then follow. */
  readonly rewrite: boolean
}

/** EXDATEs brought to name a set of occurrences; values that are right stay where they are. */
export function setExcluded(event: Component, exclusion: Exclusion, zones: Zones): Component {
  const { start, wanted, allowed, rewrite } = exclusion
  const missing = new Set([...wanted].filter((key) => isKeyFor(key, start)))
  const keep = (key: string): boolean => missing.delete(key) || allowed.has(key)
  const content = event.content.flatMap((node): Node[] => {
    if (node.kind !== 'line' || node.name !== 'EXDATE') return [node]
    if (rewrite) return []
    const values = datesOf(node)
    const kept = values.filter((value) => keep(keyOf(node, value, start, zones)))
    if (kept.length === values.length) return [node]
    return kept.length === 0 ? [] : [withValue(node, kept.join(','))]
  })
  const startLine = lineNamed(event, 'DTSTART')
  if (startLine === undefined) return event
  const lines = [...missing].sort().map((key) => occurrenceLine('EXDATE', key, start, formOf(startLine)))
  const isBefore = (node: Node): boolean => isRecurrenceLine(node) || isLineNamed('DTSTART', 'DTEND', 'DURATION')(node)
  return insertAfter(withContent(event, content), isBefore, lines)
}

const withValue = (line: Line, value: string): Line =>
  parseLine(line.text.slice(0, line.text.length - line.value.length) + value)

/** An override's RECURRENCE-ID brought to name its occurrence as the series tells its start. */
export function setRecurrenceId(event: Component, key: string, seriesStart: Line, start: EventTime): Component {
  const line = occurrenceLine('RECURRENCE-ID', key, start, formOf(seriesStart))
  if (lineNamed(event, 'RECURRENCE-ID')) return replaceLines(event, ['RECURRENCE-ID'], [line])
  return insertAfter(event, isLineNamed('UID'), [line])
}
