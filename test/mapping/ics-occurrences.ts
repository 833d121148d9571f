import { DateTime, IANAZone } from 'luxon'
import type { RRule } from 'rrule'
import type { Occurrence } from './occurrences'
import { DAY, expand, inReach, occurrence } from './occurrences'

type Block = { readonly name: string; readonly lines: Line[]; readonly blocks: Block[] }
type Line = { readonly name: string; readonly params: string; readonly value: string }
/** A time as written: a wall clock as if it were UTC, and what gives its instant. */
type Written = { readonly clock: number; readonly zone: Zone; readonly allDay: boolean }
type Zone = (clock: number) => number

const CONTENT = /^([A-Za-z0-9-]+)((?:;[^:;="]+=(?:"[^"]*"|[^:;"]*)(?:,"[^"]*")*)*):(.*)$/

/**
 * When an iCalendar text takes place, by a reader of its own: nothing here is shared with the mapping.
 *
 * @returns undefined where this reader does not understand the text
 */
export function icsOccurrences(text: string, floating: string): Occurrence[] | undefined {
  const root = parse(text)
  const all = root.blocks.flatMap((block) => (block.name === 'VCALENDAR' ? block.blocks : [block]))
  const zones = new Map(all.filter(({ name }) => name === 'VTIMEZONE').map((zone) => [value(zone, 'TZID') ?? '', zone]))
  const events = all.filter(({ name }) => name === 'VEVENT')
  const read = (line: Line): Written => written(line, zones, floating)
  const found: Occurrence[] = []
  try {
    // Of several with one UID the newest counts.
    const masters = events.filter((event) => !value(event, 'RECURRENCE-ID'))
    const master = masters.sort((a, b) => Number(value(b, 'SEQUENCE') ?? 0) - Number(value(a, 'SEQUENCE') ?? 0))[0]
    const overrides = events.filter((event) => value(event, 'RECURRENCE-ID'))
    const start = master && read(startLine(master))
    const recurs = master?.lines.some(({ name }) => name === 'RRULE' || name === 'RDATE')
    if (master && overrides.length > 0 && recurs !== true) throw new NotUnderstood('overrides of a single event')
    const originals = new Set(overrides.map((event) => original(line(event, 'RECURRENCE-ID')!, read, start)))
    if (master && start) {
      const length = lengthOf(master, start, read)
      const places = [...zones.keys()].map((tzid) => zoneNamed(tzid, read))
      for (const at of starts(master, start, read, places)) {
        if (!originals.has(instant(at))) found.push(occurrence(at.zone(at.clock), length(at), at.allDay))
      }
    }
    for (const event of overrides) {
      if (/^CANCELLED$/i.test(value(event, 'STATUS')?.trim() ?? '')) continue
      const own = read(startLine(event))
      found.push(occurrence(instant(own), lengthOf(event, own, read)(own), own.allDay))
    }
    return inReach(found, Math.min(...[...found].map(({ start: at }) => at)))
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined
    throw error
  }
}

class NotUnderstood extends Error {}

const instant = ({ clock, zone }: Written): number => zone(clock)
const line = (block: Block, name: string): Line | undefined => block.lines.find((each) => each.name === name)

/** The start of an event. */
function startLine(event: Block): Line {
  const found = line(event, 'DTSTART')
  if (!found) throw new NotUnderstood('no DTSTART')
  return found
}

const value = (block: Block, name: string): string | undefined => line(block, name)?.value

function parse(text: string): Block {
  const root: Block = { name: '', lines: [], blocks: [] }
  const open = [root]
  const unfolded = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n').replace(/\n[ \t]/g, '') // prettier-ignore
  for (const raw of unfolded.split('\n')) {
    const match = CONTENT.exec(raw)
    if (!match) continue
    const each = { name: match[1]!.toUpperCase(), params: match[2] ?? '', value: match[3] ?? '' }
    if (each.name === 'BEGIN') {
      const block = { name: each.value.trim().toUpperCase(), lines: [], blocks: [] }
      open.at(-1)?.blocks.push(block)
      open.push(block)
    } else if (each.name === 'END') open.pop()
    else open.at(-1)?.lines.push(each)
  }
  return root
}

function written({ params, value: text }: Line, zones: Map<string, Block>, floating: string): Written {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(text.trim())
  if (!match) throw new NotUnderstood(text)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((each) => Number(each || 0)) // prettier-ignore
  const clock = Date.UTC(year, month - 1, day, hour, minute, second)
  if (match[4] === undefined) return { clock, zone: (at) => at, allDay: true }
  if (match[7] !== undefined) return { clock, zone: (at) => at, allDay: false }
  const tzid = /;TZID=("?)([^";]*)\1/i.exec(params)?.[2]
  return { clock, zone: zoneOf(tzid ?? floating, zones), allDay: false }
}

function zoneOf(name: string, zones: Map<string, Block>): Zone {
  if (IANAZone.isValidZone(name)) return (clock) => ofClock(clock, name)
  const block = zones.get(name)
  if (!block) throw new NotUnderstood(name)
  const offsets = (name: string): number[] => block.blocks.map((part) => offset(value(part, name) ?? ''))
  const isConsistent = offsets('TZOFFSETFROM').every((from) => offsets('TZOFFSETTO').includes(from))
  if (block.blocks.length > 1 && !isConsistent) throw new NotUnderstood(`${name} contradicts itself`)
  const onsets = block.blocks.flatMap((part) => {
    const start = written({ name: '', params: '', value: value(part, 'DTSTART') ?? '' }, new Map(), 'UTC').clock
    const to = offset(value(part, 'TZOFFSETTO') ?? '')
    const rules = part.lines.filter((each) => each.name === 'RRULE')
    const dates = rules.flatMap((rule) =>
      rrule(rule.value, start, undefined, []).between(new Date(start), new Date(Date.UTC(2045, 0)), true),
    )
    return [start, ...dates.map(Number)].map((at) => ({ at, to }))
  })
  onsets.sort((a, b) => a.at - b.at)
  return (clock) => clock - (onsets.findLast(({ at }) => at <= clock) ?? onsets[0] ?? { to: 0 }).to
}

/** What a clock shows twice is its first; what it skips is counted on from before (RFC 5545 3.3.5). */
function ofClock(clock: number, zone: string): number {
  const at = (instantAt: number): number => IANAZone.create(zone).offset(instantAt) * 60_000
  const [before, after] = [clock - at(clock - DAY), clock - at(clock + DAY)]
  return at(before) === clock - before || at(after) !== clock - after ? before : after
}

function offset(text: string): number {
  const match = /^([+-])(\d\d)(\d\d)(\d\d)?$/.exec(text.trim())
  if (!match) throw new NotUnderstood(text)
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0)
  return (match[1] === '-' ? -1 : 1) * seconds * 1000
}

/** A rule on the wall clock. */
function rrule(text: string, start: number, zone: Zone | undefined, places: readonly Zone[]): RRule {
  const until = /UNTIL=([0-9TZ]+)/i.exec(text)?.[1]
  const rest = text.replace(/\s+/g, '').replace(/;?UNTIL=[0-9TZ]*/i, '').replace(/^;|;$/g, '') // prettier-ignore
  try {
    return expand.rule(rest.toUpperCase(), start, until === undefined ? undefined : untilClock(until, zone, places))
  } catch {
    throw new NotUnderstood(text) // the library's parser is stricter than some files
  }
}

const zoneNamed = (tzid: string, read: (line: Line) => Written): Zone =>
  read({ name: 'DTSTART', params: `;TZID="${tzid}"`, value: '20260101T000000' }).zone

/** @param places whose midnight, or last second, may stand for a day that ends a series of days */
function untilClock(until: string, zone: Zone | undefined, places: readonly Zone[]): number {
  const at = +DateTime.fromISO(until.replace('Z', ''), { zone: 'utc' })
  if (until.length === 8) return at + DAY - 1000
  if (!until.endsWith('Z')) return at
  if (zone) return clockIn(zone, at)
  const clocks = [at, ...places.map((place) => clockIn(place, at))]
  return clocks.find((clock) => clock % DAY === 0 || (clock + 1000) % DAY === 0) ?? at
}

function clockIn(zone: Zone, at: number): number {
  // The wall clock at that instant: the offset is that of the clock's own day, near enough for an end.
  const guess = at + (at - zone(at))
  return guess + (at - zone(guess))
}

function starts(event: Block, start: Written, read: (line: Line) => Written, places: readonly Zone[]): Written[] {
  const clocks = new Set<number>()
  const rules = event.lines.filter(({ name }) => name === 'RRULE')
  const dates = event.lines.filter(({ name }) => name === 'RDATE').flatMap((each) => split(each, read, start))
  if (rules.length === 0) clocks.add(start.clock)
  const zone = start.allDay ? undefined : start.zone
  for (const rule of rules) for (const at of expand.clocks(rrule(rule.value, start.clock, zone, places), start.clock)) clocks.add(at) // prettier-ignore
  for (const rule of event.lines.filter(({ name }) => name === 'EXRULE')) {
    for (const at of expand.clocks(rrule(rule.value, start.clock, zone, places), start.clock)) clocks.delete(at)
  }
  const all = [...[...clocks].map((clock) => ({ ...start, clock })), ...dates]
  const excluded = new Set(
    event.lines.filter(({ name }) => name === 'EXDATE').flatMap((each) => split(each, read, start).map(instant)),
  )
  const unique = new Map(all.map((each) => [instant(each), each]))
  return [...unique].filter(([at]) => !excluded.has(at)).map(([, each]) => each)
}

/** The dates of one line, each of the kind of the start. */
function split(each: Line, read: (line: Line) => Written, start: Written): Written[] {
  if (/VALUE=PERIOD/i.test(each.params)) throw new NotUnderstood('PERIOD')
  return each.value.split(',').map((text) => alike(read({ ...each, value: text }), start))
}

function alike(time: Written, start: Written): Written {
  if (start.allDay) return { ...start, clock: Math.floor(time.clock / DAY) * DAY }
  return time.allDay ? { ...start, clock: time.clock + (start.clock % DAY) } : time
}

const original = (each: Line, read: (line: Line) => Written, start: Written | undefined): number => {
  if (/RANGE=/i.test(each.params)) throw new NotUnderstood('RANGE')
  return instant(start ? alike(read(each), start) : read(each))
}

/** The end of an occurrence by its start. */
function lengthOf(event: Block, start: Written, read: (line: Line) => Written): (at: Written) => number {
  const end = line(event, 'DTEND')
  const duration = /^\+?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(
    value(event, 'DURATION')?.trim() ?? '',
  )
  if (!end && !duration && value(event, 'DURATION') !== undefined) throw new NotUnderstood('DURATION')
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = (duration ?? []).slice(1).map((each) => Number(each || 0)) // prettier-ignore
  const exact = (hours * 3600 + minutes * 60 + seconds) * 1000
  const first = end ? instant(read(end)) : start.zone(start.clock + (weeks * 7 + days) * DAY) + exact
  if (start.allDay) {
    const whole = Math.max(DAY, Math.floor((first - start.clock) / DAY) * DAY)
    return (at) => at.clock + whole
  }
  if (!(Math.abs(first) < 1e15)) throw new NotUnderstood('a length of ages')
  // A day ends a time at its midnight, on the clock of the start.
  const last = end && read(end).allDay ? start.zone(read(end).clock) : first
  const length = Math.max(0, last - instant(start))
  return (at) => instant(at) + length
}
