import assert from 'node:assert/strict'
import { IcalError, patchEvent, readEvent } from '../../src/ical'
import { changes, now, patched, RULE } from './patching'
import { paris, PARIS_END, PARIS_START, resource, vevent } from './texts'
import type { Fields } from '../../src/event/event'

const floatingZone = 'Europe/Paris'
const FIRST = 'exceptions.2026-06-01T08:00:00Z'
const SECOND = 'exceptions.2026-06-08T08:00:00Z'

const second = vevent(
  'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000',
  'DTSTART;TZID=Europe/Paris:20260608T120000',
  'DTEND;TZID=Europe/Paris:20260608T130000',
  'SUMMARY:Second',
)
const first = vevent('RECURRENCE-ID;TZID=Europe/Paris:20260601T100000', PARIS_START, PARIS_END, 'SUMMARY:First')
const two = resource(second, first)

describe('Occurrences without their series', () => {
  it('are a series of just these', () => {
    const { uid, fields } = readEvent(two, { floatingZone })
    assert.equal(uid, 'one/2026-06-01T08:00:00Z')
    assert.equal(fields.summary, 'First')
    assert.deepEqual(fields.when, {
      start: paris('2026-06-01', '10:00'),
      end: paris('2026-06-01', '11:00'),
      recurrence: ['RDATE:20260608T080000Z'],
    })
    assert.deepEqual(fields[SECOND], {
      summary: 'Second',
      start: paris('2026-06-08', '12:00'),
      end: paris('2026-06-08', '13:00'),
    })
  })

  it('are a single event if there is one', () => {
    const { uid, fields } = readEvent(resource(second), { floatingZone })
    assert.equal(uid, 'one/2026-06-08T08:00:00Z')
    assert.deepEqual(fields.when, { start: paris('2026-06-08', '12:00'), end: paris('2026-06-08', '13:00') })
  })

  it('can be days', () => {
    const day = (date: string): string[] => vevent(`RECURRENCE-ID;VALUE=DATE:${date}`, `DTSTART;VALUE=DATE:${date}`)
    assert.deepEqual(readEvent(resource(day('20260608'), day('20260601')), { floatingZone }).fields.when, {
      start: { date: '2026-06-01' },
      end: { date: '2026-06-02' },
      recurrence: ['RDATE;VALUE=DATE:20260608'],
    })
  })

  it('know of one that has moved when it was', () => {
    const moved = vevent('RECURRENCE-ID:20260601T080000Z', 'DTSTART:20260602T080000Z', 'DTEND:20260602T100000Z')
    const { fields } = readEvent(resource(second, moved), { floatingZone })
    const utc = (dateTime: string) => ({ dateTime, timeZone: 'UTC' })
    assert.deepEqual(fields.when, {
      start: utc('2026-06-01T08:00:00'),
      end: utc('2026-06-01T10:00:00'),
      recurrence: ['RDATE:20260608T080000Z'],
    })
    assert.deepEqual(fields[FIRST], { start: utc('2026-06-02T08:00:00'), end: utc('2026-06-02T10:00:00') })
  })

  it('are patched each in its own component', () => {
    changes(two, { location: 'Here' }, [], ['LOCATION:Here', 'LOCATION:Here'])
    changes(two, { summary: 'All' }, ['SUMMARY:First'], ['SUMMARY:All'])
    const own = { start: paris('2026-06-08', '12:00'), end: paris('2026-06-08', '13:00') }
    changes(two, { [SECOND]: { ...own, summary: 'New' } }, ['SUMMARY:Second'], ['SUMMARY:New'])
    patched(two, { [SECOND]: {} })
  })

  it('are cancelled, and keep their names', () => {
    const after = changes(two, { [FIRST]: null }, [], ['STATUS:CANCELLED'])
    assert.equal(readEvent(after, { floatingZone }).uid, 'one/2026-06-01T08:00:00Z')
  })

  it('do not take what only their series could hold', () => {
    const patch = (fields: Fields): void => {
      patchEvent(two, { fields, changed: Object.keys(fields) as (keyof Fields)[], now, floatingZone })
    }
    const when = { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '11:00'), recurrence: [RULE] }
    assert.throws(() => patch({ when }), IcalError)
    assert.throws(() => patch({ 'exceptions.2026-06-15T08:00:00Z': { summary: 'x' } }), /one by one/)
    const single = { fields: { when }, changed: ['when'] as const, now, floatingZone }
    assert.throws(() => patchEvent(resource(second), single), /can not become a series/)
  })
})
