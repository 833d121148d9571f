import fc from 'fast-check'
import type { EventTime, Exception, Field, Fields, When } from '../../src/event/event'
import {
  BASE_FIELDS,
  exceptionField,
  fieldNames,
  fieldsFrom,
  isAllDay,
  isException,
  originalStart,
  whenOf,
} from '../../src/event/event'
import type { Json } from '../../src/event/json'
import { normalCategories, normalEnd, normalLine, normalReminders, normalText } from '../../src/event/normal'
import { exceptionOf, plainOccurrence, wholeOccurrence } from '../../src/event/occurrence'
import { normalRecurrence } from '../../src/event/recurrence'
import { addDays, instantOf, occurrenceKey, wallClock } from '../../src/event/zone'

const ZONES = [
  'UTC',
  'Europe/Paris',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'America/Santiago',
  'Pacific/Apia',
]

const RULES = [
  'RRULE:FREQ=DAILY;COUNT=10',
  'RRULE:FREQ=WEEKLY',
  'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;WKST=SU',
  'RRULE:FREQ=MONTHLY;BYDAY=-1FR',
  'RRULE:FREQ=MONTHLY;BYMONTHDAY=15,-1',
  'RRULE:FREQ=YEARLY;UNTIL=20451231T120000Z',
  'RRULE:FREQ=HOURLY;INTERVAL=7',
]

/** Text with what iCalendar has to escape, fold or quote. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', ',', ';', ':', '\\', '"', '^n', '\\n', ' ', '\t', '😀', 'é', 'e\u0301', 'BEGIN:VEVENT\n'),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''))

const two = (value: number): string => String(value).padStart(2, '0')
const anyDate = fc.integer({ min: 0, max: 15_000 }).map((days) => addDays('2000-01-01', days))
const anyClock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 30, 59), fc.constantFrom(0, 0, 0, 7))
  .map((parts) => parts.map(two).join(':'))
const anyZone = fc.constantFrom(...ZONES)

const anyAllDay = fc.tuple(anyDate, fc.integer({ min: 1, max: 9 })).map(([date, days]) => ({
  start: { date },
  end: { date: addDays(date, days) },
}))

const anyTimed = fc
  .tuple(anyDate, anyClock, anyZone, fc.integer({ min: 0, max: 3000 }), fc.option(anyZone))
  .map(([date, clock, timeZone, minutes, endZone]) => {
    // By way of the instant, so that a clock that the zone skips is none of the start's.
    const at = instantOf({ dateTime: `${date}T${clock}`, timeZone })
    const zone = endZone ?? timeZone
    return {
      start: { dateTime: wallClock(at, timeZone), timeZone },
      end: { dateTime: wallClock(at + minutes * 60_000, zone), timeZone: zone },
    }
  })
  .filter(({ start, end }) => instantOf(end) >= instantOf(start))

/** A `when`, timed or of days, single or recurring. */
export const anyWhen: fc.Arbitrary<When> = fc
  .tuple(
    fc.oneof(anyAllDay, anyTimed),
    fc.option(fc.constantFrom(...RULES)),
    fc.option(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 3 })),
  )
  .map(([span, rule, days]) => {
    const rdates = (days ?? []).map((count) => addedDay(span.start, count))
    const lines = [...(rule === null ? [] : [rule]), ...rdates.map((day) => `RDATE:${day}`)]
    const { recurrence } = normalRecurrence(lines, span.start)
    return recurrence.length > 0 ? { ...span, recurrence } : span
  })

const addedDay = (start: EventTime, days: number): string =>
  addDays((isAllDay(start) ? start.date : start.dateTime).slice(0, 10), days).replaceAll('-', '')

const anyReminders = fc
  .array(fc.oneof(fc.constantFrom(0, 10, 60, 900, 1440, 10080, 40320), fc.integer({ min: 0, max: 40320 })), {
    maxLength: 3,
  })
  .map(normalReminders)

const anyUrl = fc.option(
  fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.constantFrom('message:%3Ca,b;c%3E', 'tel:+49-30-1')),
)
const anyCategories = fc.array(anyText, { maxLength: 3 }).map((all) => normalCategories(all.flatMap(onLine)))
const onLine = (text: string): string[] => [normalLine(text) ?? []].flat()
const anyColor = fc.constantFrom(null, 'tomato', 'turquoise', 'mediumseagreen')

/** All fields but `when`, those that a calendar has no value for with theirs. */
const anyPlain = fc.record({
  summary: anyText.map(normalLine),
  description: anyText.map(normalText),
  location: anyText.map(normalLine),
  url: anyUrl,
  categories: anyCategories,
  color: anyColor,
  status: fc.constantFrom('confirmed', 'tentative', 'cancelled'),
  transparency: fc.constantFrom('opaque', 'transparent'),
  visibility: fc.constantFrom('default', 'private', 'confidential'),
  reminders: anyReminders,
})

/** One occurrence: how many days after the first, and what it has of its own; null: cancelled. */
const anyOccurrence = fc.record({
  days: fc.integer({ min: 0, max: 60 }),
  differs: fc.option(
    fc.record({ fields: fc.record({ ...anyPlainParts() }, { requiredKeys: [] }), moved: fc.option(fc.nat(600)) }),
  ),
})

function anyPlainParts() {
  return {
    summary: anyText.map(normalLine),
    description: anyText.map(normalText),
    location: anyText.map(normalLine),
    url: anyUrl,
    categories: anyCategories,
    color: anyColor,
    status: fc.constantFrom('confirmed', 'tentative'),
    transparency: fc.constantFrom('opaque', 'transparent'),
    reminders: anyReminders,
  }
}

/**
 * Fields in normal form as a calendar may hold them: every base field that iCalendar holds is present; a recurring
 * event may have exceptions, each of which differs from its series.
 */
export const anyFields: fc.Arbitrary<Fields> = fc
  .tuple(anyWhen, anyPlain, fc.array(anyOccurrence, { maxLength: 3 }))
  .map(([when, plain, occurrences]) => {
    const series: Fields = { when: when, ...plain }
    if (when.recurrence === undefined) return series
    const exceptions = occurrences.map(({ days, differs }) => {
      const key = keyAfter(when, days)
      return [exceptionField(key), differs && exceptionFor(series, key, differs.fields, differs.moved)] as const
    })
    return settled({ ...series, ...fieldsFrom(exceptions) })
  })

function keyAfter({ start }: When, days: number): string {
  if (isAllDay(start)) return addDays(start.date, days)
  const date = addDays(start.dateTime.slice(0, 10), days)
  return occurrenceKey({ dateTime: date + start.dateTime.slice(10), timeZone: start.timeZone })
}

function exceptionFor(series: Fields, key: string, own: Fields, moved: number | null): Exception {
  const plain = plainOccurrence(whenOf(series)!, key)
  return exceptionOf(series, key, {
    ...wholeOccurrence(series, key),
    ...own,
    when: moved ? later(plain, moved) : plain,
  })
}

/** Of an hour that a clock shows twice only the first can be said: an end in the second may come before its start. */
function later(plain: { start: EventTime; end: EventTime }, minutes: number): When {
  const start = shifted(plain.start, minutes)
  return { start, end: normalEnd(start, shifted(plain.end, minutes + 30)) }
}

function shifted(time: EventTime, minutes: number): EventTime {
  if (isAllDay(time)) return { date: addDays(time.date, Math.ceil(minutes / 300)) }
  return { ...time, dateTime: wallClock(instantOf(time) + minutes * 60_000, time.timeZone) }
}

/** The same fields with each exception reduced to what differs from its series, plain ones left out. */
export function settled(fields: Fields): Fields {
  const exceptions = fieldNames(fields)
    .filter(isException)
    .map((name): [Field, Json] => {
      const whole = wholeOccurrence(fields, originalStart(name))
      return [name, whole ? exceptionOf(fields, originalStart(name), whole) : null]
    })
    .filter(([, value]) => value === null || Object.keys(value).length > 0)
  const base = fieldNames(fields).filter((name) => !isException(name))
  return fieldsFrom([...base.map((name): [Field, Json] => [name, fields[name] ?? null]), ...exceptions])
}

/** A change of an event: what it holds, what it is to hold, and the names of the fields that change. */
export type AnyChange = { readonly before: Fields; readonly fields: Fields; readonly changed: readonly Field[] }

/**
 * A random change: some base fields take other values, some exceptions come, go and change; if `when` changes, all
 * exceptions are judged with it.
 */
export const anyChange: fc.Arbitrary<AnyChange> = fc
  .tuple(anyFields, anyFields, fc.subarray([...BASE_FIELDS]), fc.infiniteStream(fc.boolean()))
  .map(([before, other, names, coins]) => {
    const moves = names.includes('when')
    const keys = (fields: Fields): Field[] => fieldNames(fields).filter(isException)
    const leaving = keys(before).filter(() => moves || coins.next().value)
    const coming = keys(moves ? other : before).filter(() => coins.next().value)
    const base = names.filter((name) => name in other)
    const changed = [...new Set<Field>([...base, ...leaving, ...coming])]
    const values = base.map((name): [Field, Json] => [name, other[name] ?? null])
    const plain = leaving.filter((name) => !coming.includes(name)).map((name): [Field, Json] => [name, {}])
    const own = coming.map((name): [Field, Json] => [name, moves ? (other[name] ?? null) : null])
    return { before, changed, fields: { ...before, ...fieldsFrom([...values, ...plain, ...own]) } }
  })
