import fc from 'fast-check'
import type Library from 'ical.js' with { 'resolution-mode': 'import' }
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import type { EventTime, Field, Fields } from '../../src/event/event'
import { isAllDay, isException, whenOf } from '../../src/event/event'
import { hashFields } from '../../src/event/normal'
import { patchEvent, readEvent, writeEvent } from '../../src/ical'
import { unfold } from '../../src/ical/line'
import { anyChange, anyFields, settled } from './arbitrary'
import { SPELLINGS } from './spellings'

const ICAL = createRequire(__filename)('ical.js') as typeof Library

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)
const LATER = NOW + 3_600_000
const floatingZone = 'Europe/Berlin'

const same = (actual: Fields, wanted: Fields): void => {
  if (hashFields(actual) !== hashFields(settled(wanted))) assert.deepEqual(actual, settled(wanted))
}

/** Lines that no field knows, put where apps put theirs. */
const UNKNOWN = [
  'X-APPLE-EWS-BUSYSTATUS:BUSY',
  'ATTACH;FMTTYPE=image/png;X-A="a:b;c":https://example.com/a,b;c',
  'X-LIST;X-TITLE="Apple ""Park""":geo:1.0,2.0',
  'RESOURCES:One,Two\\, Three',
  'X-LONG:' + 'é'.repeat(90),
  'BEGIN:X-STRANGE',
  'SUMMARY:not of the event',
  'END:X-STRANGE',
]

const withUnknown = (text: string): string => text.replace(/\r\nBEGIN:VEVENT\r\n/g, `$&${UNKNOWN.join('\r\n')}\r\n`)

/** The lines of the first VEVENT, which is the series itself. */
function masterLines(text: string): string[] {
  const lines = unfold(text)
  return lines.slice(lines.indexOf('BEGIN:VEVENT'), lines.indexOf('END:VEVENT') + 1)
}

const OF_FIELD: Partial<Record<Field, string[]>> = {
  when: ['DTSTART', 'DTEND', 'RRULE', 'RDATE', 'EXDATE', 'BEGIN', 'END', 'ACTION', 'DESCRIPTION', 'TRIGGER'],
  summary: ['SUMMARY'],
  description: ['DESCRIPTION'],
  location: ['LOCATION'],
  url: ['URL'],
  categories: ['CATEGORIES'],
  color: ['COLOR'],
  status: ['STATUS'],
  transparency: ['TRANSP'],
  visibility: ['CLASS'],
  reminders: ['BEGIN', 'END', 'ACTION', 'DESCRIPTION', 'TRIGGER'],
}

/** Names of the lines of the series that a change may touch. */
function touchable(changed: readonly Field[]): Set<string> {
  const names = changed.flatMap((field) => (isException(field) ? ['EXDATE'] : (OF_FIELD[field] ?? [])))
  return new Set([...names, 'SEQUENCE', 'DTSTAMP', 'LAST-MODIFIED'])
}

const nameOf = (line: string): string => /^[^;:]*/.exec(line)?.[0] ?? ''

describe('An event as iCalendar text', () => {
  it('means the same when it is read again', () => {
    fc.assert(
      fc.property(anyFields, (fields) => {
        const text = writeEvent({ uid: 'a,b', fields, now: NOW })
        const read = readEvent(text, { floatingZone })
        same(read.fields, fields)
        assert.equal(read.uid, 'a,b')
        assert.equal(read.changedAt, NOW)
      }),
      { numRuns: 150 },
    )
  })

  it('says the same to another reader', () => {
    fc.assert(
      fc.property(anyFields, (fields) => {
        const text = writeEvent({ uid: 'a', fields, now: NOW })
        const calendar = new ICAL.Component(ICAL.parse(text) as never)
        const [event, ...overrides] = calendar.getAllSubcomponents('vevent').map((each) => new ICAL.Event(each))
        assert.equal(event?.summary ?? null, fields.summary)
        assert.equal(event?.description ?? null, fields.description)
        const { start, end } = whenOf(fields)!
        const clock = (time: EventTime): string => (isAllDay(time) ? time.date : time.dateTime)
        const told = (time: { toString(): string } | undefined): string => String(time).replace(/Z$/, '')
        assert.deepEqual([event?.startDate, event?.endDate].map(told), [start, end].map(clock))
        const own = Object.entries(fields).filter(([name, value]) => name.startsWith('exceptions.') && value !== null)
        assert.equal(overrides.length, own.length)
        assert.ok(overrides.every((each) => each.isRecurrenceException()))
      }),
      { numRuns: 100 },
    )
  })

  it('has lines of at most 75 octets, each ended by CRLF', () => {
    fc.assert(
      fc.property(anyFields, (fields) => {
        const text = writeEvent({ uid: 'a', fields, now: NOW })
        assert.ok(text.endsWith('END:VCALENDAR\r\n'))
        for (const line of text.split('\r\n')) {
          assert.ok(Buffer.byteLength(line) <= 75, line)
          assert.ok(!/[\r\n]/.test(line), line)
          assert.equal(Buffer.from(line).toString(), line)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('means the change after it was patched', () => {
    fc.assert(
      fc.property(anyChange, ({ before, fields, changed }) => {
        const text = writeEvent({ uid: 'a', fields: before, now: NOW })
        const patched = patchEvent(text, { fields, changed, now: LATER, floatingZone })
        same(readEvent(patched, { floatingZone }).fields, fields)
      }),
      { numRuns: 250 },
    )
  })

  it('keeps every line that no changed field says', () => {
    fc.assert(
      fc.property(anyChange, ({ before, fields, changed }) => {
        const text = withUnknown(writeEvent({ uid: 'a', fields: before, now: NOW }))
        const patched = patchEvent(text, { fields, changed, now: LATER, floatingZone })
        same(readEvent(patched, { floatingZone }).fields, fields)
        const names = touchable(changed)
        const untouched = (lines: string[]): string[] =>
          lines.filter((line) => UNKNOWN.includes(line) || !names.has(nameOf(line)))
        assert.deepEqual(untouched(masterLines(patched)), untouched(masterLines(text)))
      }),
      { numRuns: 150 },
    )
  })

  it('is the same text after the same patch a second time', () => {
    fc.assert(
      fc.property(anyChange, ({ before, fields, changed }) => {
        const text = withUnknown(writeEvent({ uid: 'a', fields: before, now: NOW }))
        const patch = { fields, changed, now: LATER, floatingZone, mark: { uid: 'a', bearer: '/b', wrote: 'c' } }
        const once = patchEvent(text, patch)
        assert.equal(patchEvent(once, patch), once)
      }),
      { numRuns: 100 },
    )
  })

  it('is understood and patched the same however a server spells it', () => {
    fc.assert(
      fc.property(anyChange, fc.subarray(Object.values(SPELLINGS)), ({ before, fields, changed }, spellings) => {
        const lines = unfold(writeEvent({ uid: 'a', fields: before, now: NOW }))
        const text = spellings.reduce((spelled, spell) => spell(spelled), lines).join('\n')
        same(readEvent(text, { floatingZone }).fields, before)
        const patch = { fields, changed, now: LATER, floatingZone }
        const once = patchEvent(text, patch)
        same(readEvent(once, { floatingZone }).fields, fields)
        assert.equal(patchEvent(once, patch), once)
      }),
      { numRuns: 200 },
    )
  })
})
