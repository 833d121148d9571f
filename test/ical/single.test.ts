import assert from 'node:assert/strict'
import { whenOf } from '../../src/event/event'
import { patchEvent, readEvent } from '../../src/ical'
import { unfold } from '../../src/ical/line'
import { changes, floatingZone, now, patched } from './patching'
import { exceptions, read, refused } from './reading'
import { PARIS_END, PARIS_START, resource, vevent } from './texts'

const override = (day: string, ...lines: string[]): string[] =>
  vevent(
    `RECURRENCE-ID;TZID=Europe/Paris:202606${day}T100000`,
    `DTSTART;TZID=Europe/Paris:202606${day}T120000`,
    `DTEND;TZID=Europe/Paris:202606${day}T130000`,
    'SUMMARY:Moved',
    ...lines,
  )
const single = (...overrides: string[][]): string =>
  resource(vevent(PARIS_START, PARIS_END, 'SUMMARY:All', 'X-ONLY:here'), ...overrides)

describe('Overrides of an event that does not recur', () => {
  const text = single(override('03'), override('05', 'STATUS:CANCELLED'))

  it('take place besides it, but for those that are cancelled', () => {
    assert.deepEqual(whenOf(read(text))?.recurrence, ['RDATE:20260603T080000Z'])
    assert.deepEqual(Object.keys(exceptions(text)), ['exceptions.2026-06-03T08:00:00Z'])
  })

  it('leave it what it is if they are all cancelled', () => {
    const cancelled = single(override('03', 'STATUS:CANCELLED'))
    assert.equal(whenOf(read(cancelled))?.recurrence, undefined)
    assert.deepEqual(exceptions(cancelled), {})
    changes(cancelled, { summary: 'New' }, ['SUMMARY:All'], ['SUMMARY:New'])
  })

  it('stay as they are, and so does the event, while something else changes', () => {
    changes(text, { location: 'Here' }, [], ['LOCATION:Here', 'LOCATION:Here'])
  })

  it('become added dates once one of them is left out', () => {
    const after = unfold(patched(text, { 'exceptions.2026-06-03T08:00:00Z': null }))
    assert.ok(after.includes('RDATE:20260603T080000Z'))
    assert.ok(after.includes('EXDATE;TZID=Europe/Paris:20260603T100000'))
  })

  it('move with it', () => {
    const fields = read(text)
    const when = { ...whenOf(fields)!, start: { dateTime: '2026-06-01T11:00:00', timeZone: 'Europe/Paris' } }
    const after = patched(text, { ...fields, when })
    assert.deepEqual(whenOf(read(after))?.recurrence, ['RDATE:20260603T080000Z'])
  })
})

describe('An override of the one occurrence of an event that does not recur', () => {
  const text = single(override('01', 'X-OWN:1'), override('04', 'STATUS:CANCELLED'))

  it('stands for the event', () => {
    assert.equal(readEvent(text, { floatingZone }).uid, 'one')
    assert.equal(read(text).summary, 'Moved')
    assert.deepEqual(read(text).when, {
      start: { dateTime: '2026-06-01T12:00:00', timeZone: 'Europe/Paris' },
      end: { dateTime: '2026-06-01T13:00:00', timeZone: 'Europe/Paris' },
    })
    assert.deepEqual(exceptions(text), {})
  })

  it('is what a patch changes', () => {
    changes(text, { location: 'Here' }, [], ['LOCATION:Here'])
    const when = {
      start: { dateTime: '2026-06-02T12:00:00', timeZone: 'Europe/Paris' },
      end: { dateTime: '2026-06-02T13:00:00', timeZone: 'Europe/Paris' },
    }
    assert.deepEqual(read(patched(text, { when })).when, when)
  })

  it('does not become a series', () => {
    const { when } = read(text)
    const fields = { when: { ...whenOf({ when })!, recurrence: ['RRULE:FREQ=DAILY'] } }
    assert.throws(
      () => patchEvent(text, { fields, changed: ['when'], now, floatingZone }),
      /stands for the whole event can not become a series/,
    )
  })

  it('is one occurrence of several if there are others', () => {
    const both = single(override('01'), override('03'))
    assert.deepEqual(Object.keys(exceptions(both)), [
      'exceptions.2026-06-01T08:00:00Z',
      'exceptions.2026-06-03T08:00:00Z',
    ])
  })
})

describe('An EXDATE of an event that does not recur', () => {
  const text = resource(vevent(PARIS_START, PARIS_END, 'EXDATE;TZID=Europe/Paris:20260601T100000', 'SUMMARY:A'))

  it('says nothing, and stays', () => {
    assert.deepEqual(exceptions(text), {})
    changes(text, { summary: 'B' }, ['SUMMARY:A'], ['SUMMARY:B'])
  })

  it('goes when the event comes to recur, of which it would leave one out', () => {
    const { when } = read(text)
    const after = patched(text, { when: { ...whenOf({ when })!, recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] } })
    assert.deepEqual(exceptions(after), {})
  })

  it('is not read where it is none', () => {
    refused(resource(vevent(PARIS_START, 'RRULE:FREQ=DAILY', 'EXDATE:soon')), /is no date/)
  })
})
