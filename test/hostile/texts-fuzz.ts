import assert from 'node:assert/strict'
import type { Field, Fields } from '../../src/event/event'
import { fieldNames, isAllDay, isException, originalStart, whenOf } from '../../src/event/event'
import { hashFields } from '../../src/event/normal'
import { instantOf } from '../../src/event/zone'
import { completed, IcalError, patchEvent, readEvent, writeEvent } from '../../src/ical'
import { Random } from '../sync/random'
import type { Timed } from './plays'
import { hostileText } from './texts-grammar'

const floatingZone = 'Europe/Berlin'
const now = Date.UTC(2026, 0, 2, 3, 4, 5)

/**
 * One text, read and written: it is one that can't be read, which says why, or its dates are dates, reading it again
 * gives the same, what is written back unchanged is the same text, and what is written anew means the same.
 */
export function play(seed: number, timed: Timed = (part) => part()): string {
  const text = hostileText(new Random(seed))
  const first = timed(() => reading(text))
  assert.deepEqual(
    timed(() => reading(text)),
    first,
  )
  if (typeof first === 'string') return outcomeOf(first)
  checkDates(first)
  const patched = (fields: Fields, changed: readonly Field[], of: string): string | undefined =>
    timed(() => withIcalErrors(() => patchEvent(of, { fields, changed, now, floatingZone })))
  const stays = patched(first, [], text)
  if (stays !== undefined) assert.equal(patched(first, [], stays), stays)
  const other = patched({ ...first, description: 'Other' }, ['description'], text)
  if (other !== undefined) {
    const after = reading(other)
    if (typeof after !== 'string') assert.equal(after.description, 'Other')
  }
  timed(() => withIcalErrors(() => completed(text, floatingZone)))
  const written = timed(() => withIcalErrors(() => writeEvent({ uid: 'one', fields: first, now })))
  if (written === undefined) return 'read, but can not be written anew'
  assert.equal(hashFields(readEvent(written, { floatingZone }).fields), hashFields(first))
  return 'read'
}

/** What it means, or why it can't be read. */
function reading(text: string): Fields | string {
  try {
    return readEvent(text, { floatingZone, uid: 'x', owner: 'me@example.com', own: ['me@example.com'] }).fields
  } catch (error) {
    if (error instanceof IcalError) return error.reason
    throw error
  }
}

function withIcalErrors<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof IcalError) return undefined
    throw error
  }
}

/** The sentence without what it cites. */
const outcomeOf = (reason: string): string => reason.replace(/"[^]*"|\S*\d\S*/g, '…').slice(0, 70)

function checkDates(fields: Fields): void {
  const when = whenOf(fields)
  assert.ok(when, 'it has a time')
  for (const time of [when.start, when.end]) {
    const text = isAllDay(time) ? time.date : time.dateTime
    assert.match(text, isAllDay(time) ? /^\d{4}-\d\d-\d\d$/ : /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
    assert.ok(Number.isFinite(instantOf(time)), `${text} is a time`)
    assert.equal(isReal(text), true, `${text} is on the calendar`)
  }
  assert.ok(instantOf(when.end) >= instantOf(when.start), 'it ends after it starts')
  for (const name of fieldNames(fields).filter(isException)) assert.ok(isReal(originalStart(name)), name)
  for (const line of when.recurrence ?? []) {
    const dates = line.startsWith('RDATE') ? line.slice(line.indexOf(':') + 1).split(',') : untilOf(line)
    for (const date of dates) assert.ok(isReal(date.replace(/^(\d{4})(\d\d)(\d\d)/, '$1-$2-$3')), `${date} in ${line}`)
  }
}

const untilOf = (line: string): string[] => /UNTIL=([^;]*)/.exec(line)?.slice(1) ?? []

/** Whether a text begins with a day of the years 1 to 9999. */
function isReal(text: string): boolean {
  const date = text.slice(0, 10)
  const at = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(at) && date >= '0001' && new Date(at).toISOString().startsWith(date)
}
