import type { Component, Node } from './component'
import { isLineNamed, lineNamed, replaceLines, withContent, without } from './component'
import { isAllDay } from '../event/event'
import { ruleFault } from '../event/rule'
import { instantOf } from '../event/zone'
import { IcalError } from './error'
import { readEnd, readSpan, statusOf } from './fields'
import type { Line } from './line'
import { paramsWithout, parseLine } from './line'
import { isPeriods } from './period'
import { datesOf, isRecurrenceLine, keysOf, normalLines } from './recurrence'
import type { Resource } from './resource'
import { formOf, occurrenceLine, readTime, respelled, timeLine, utcInstant, utcValue } from './time'
import { setRecurrenceId } from './when'
import type { Zones } from './zone'

const TIMES = ['DTSTART', 'DTEND', 'RECURRENCE-ID'] as const
const STAMPS = ['DTSTAMP', 'CREATED', 'LAST-MODIFIED'] as const
/** A stamp for what has none: nobody knows when it was made. */
const LONG_AGO = 'DTSTAMP:19700101T000000Z'

/** One VEVENT with all that servers insist on; the same object if it has it. It means what it did. */
export function completedEvent(event: Component, resource: Resource): Component {
  const { zones } = resource
  const steps = [legible, spelled, plainUtc, typed, ended, recurring, stampedInUtc, knownStatus, named]
  return steps.reduce((done, step) => step(done, zones, resource), event)
}

/** Lines that are none mean nothing here, and strict servers refuse the whole text for them. */
const legible = (event: Component): Component => without(event, isLineNamed(''))

function spelled(event: Component): Component {
  return TIMES.reduce((done, name) => {
    const line = lineNamed(done, name)
    const spelling = line && respelled(line)
    return spelling === undefined ? done : replaceLines(done, [name], [spelling])
  }, event)
}

/** A time in UTC has no zone (RFC 5545 3.3.5, form 2). */
function plainUtc(event: Component): Component {
  return TIMES.reduce((done, name) => {
    const line = lineNamed(done, name)
    if (line === undefined || formOf(line).is !== 'utc') return done
    const params = paramsWithout(line, ['TZID'])
    return params === line.params ? done : replaceLines(done, [name], [`${name}${params}:${line.value}`])
  }, event)
}

/** A day says that it is one (RFC 5545 3.8.2.4: VALUE=DATE), and a time does not. */
function typed(event: Component, zones: Zones): Component {
  const isDay = isAllDay(readSpan(event, zones).start)
  return TIMES.reduce((done, name) => {
    const line = lineNamed(done, name)
    if (line === undefined) return done
    const saysDay = name === 'RECURRENCE-ID' ? formOf(line).is === 'date' : isDay
    const text = saysDay ? dayLine(line) : timeLineOf(line)
    return text === line.text ? done : replaceLines(done, [name], [text])
  }, event)
}

const dayLine = (line: Line): string =>
  /;VALUE=DATE(;|$)/i.test(line.params) && line.value.length === 8
    ? line.text
    : `${line.name};VALUE=DATE:${line.value.trim().slice(0, 8)}`

const timeLineOf = (line: Line): string =>
  /;VALUE=DATE(;|$)/i.test(line.params) ? `${line.name}${paramsWithout(line, ['VALUE'])}:${line.value}` : line.text

/** The end as it is understood, where it is not said, or said in a way that no server takes. */
function ended(event: Component, zones: Zones): Component {
  const { start, end } = readSpan(event, zones)
  const own = readEnd(event, start, zones)
  const isRight = own !== undefined && 'date' in own === 'date' in start && instantOf(own) === instantOf(end)
  const startLine = lineNamed(event, 'DTSTART')
  if (isRight || startLine === undefined) return event
  const line = timeLine('DTEND', end, formOf(startLine))
  if (lineNamed(event, 'DTEND') ?? lineNamed(event, 'DURATION'))
    return replaceLines(event, ['DTEND', 'DURATION'], [line])
  const at = event.content.findIndex(isLineNamed('DTSTART')) + 1
  return { ...event, content: [...event.content.slice(0, at), parseLine(line), ...event.content.slice(at)] }
}

/**
 * Rules and dates of the value type of the start, as RFC 5545 spells them (3.8.5.1 to 3.8.5.3), and without what a
 * strict server does not know; a rule or list that is right stays as it is.
 */
function recurring(event: Component, zones: Zones): Component {
  const { start } = readSpan(event, zones)
  const startLine = lineNamed(event, 'DTSTART')
  const content = event.content.flatMap((node): Node[] => {
    if (node.kind !== 'line' || !isRecurrenceLine(node) || startLine === undefined) return [node]
    const isOfPeriods: boolean = isPeriods(node)
    if (isOfPeriods || isRight(node, isAllDay(start))) return [node]
    if (node.name !== 'EXDATE') return normalLines([node], start, zones).map(parseLine)
    return keysOf(node, start, zones).map((key) => parseLine(occurrenceLine('EXDATE', key, start, formOf(startLine))))
  })
  return withContent(event, content)
}

function isRight(line: Line, isOfDays: boolean): boolean {
  if (line.value.trim() === '') return false
  const isRule = line.name === 'RRULE' || line.name === 'EXRULE'
  if (!isRule) {
    const dates = datesOf(line).map((value) => ({ ...line, value }))
    const saysDay = /;VALUE=DATE(;|$)/i.test(line.params)
    return dates.every((date) => respelled(date) === undefined && (formOf(date).is === 'date') === isOfDays) && saysDay === isOfDays // prettier-ignore
  }
  const parts = line.value.split(';').map((part) => part.split('='))
  const until = parts.find(([name]) => name?.trim().toUpperCase() === 'UNTIL')?.[1]
  const isSaidOnce = (list: string): boolean => new Set(list.split(',')).size === list.split(',').length
  const isPlain = ruleFault(line.text) === undefined && parts.every(([, value = '']) => isSaidOnce(value))
  return isPlain && (until === undefined || (isOfDays ? /^\d{8}$/ : /^\d{8}T\d{6}Z?$/).test(until))
}

/** RFC 5545 3.8.7: stamps are in UTC; one that can't be understood is none. */
function stampedInUtc(event: Component, zones: Zones): Component {
  const stamped = STAMPS.reduce((done, name) => {
    const line = lineNamed(done, name)
    if (line === undefined || (line.params === '' && utcInstant(line.value) !== undefined)) return done
    const at = instantIn(line, zones)
    return replaceLines(done, [name], at === undefined ? [] : [`${name}:${utcValue(at)}`])
  }, event)
  return lineNamed(stamped, 'DTSTAMP') ? stamped : replaceLines(stamped, ['DTSTAMP'], [LONG_AGO])
}

function instantIn(line: Line, zones: Zones): number | undefined {
  try {
    return instantOf(readTime(line, zones))
  } catch (error) {
    if (error instanceof IcalError) return undefined
    throw error
  }
}

/** iCloud refuses any STATUS that is none of the three, in upper case. */
function knownStatus(event: Component): Component {
  const line = lineNamed(event, 'STATUS')
  const status = statusOf(event).toUpperCase()
  return line === undefined || line.value === status ? event : replaceLines(event, ['STATUS'], [`STATUS:${status}`])
}

/** An override names its occurrence as its series tells the start (RFC 5545 3.8.4.4), and has no rule of its own. */
function named(event: Component, zones: Zones, resource: Resource): Component {
  const line = lineNamed(event, 'RECURRENCE-ID')
  if (line === undefined || resource.is !== 'series') return event
  const plain = without(event, isRecurrenceLine)
  const startLine = lineNamed(resource.main, 'DTSTART')
  const [key] = keysOf(line, resource.start, zones)
  const isAlike = startLine !== undefined && (formOf(startLine).is === 'date') === (formOf(line).is === 'date')
  if (key === undefined || startLine === undefined || isAlike) return plain
  return setRecurrenceId(plain, key, startLine, resource.start)
}
