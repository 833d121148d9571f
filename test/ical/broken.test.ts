import assert from 'node:assert/strict'
import type { Fields } from '../../src/event/event'
import { patchEvent, readEvent } from '../../src/ical'
import { unfold } from '../../src/ical/line'
import { changes, now } from './patching'
import { read, refused } from './reading'
import { event, PARIS_END, PARIS_START, resource, vevent, vtimezone } from './texts'

const floatingZone = 'Europe/Paris'
const patch = (text: string, fields: Fields): string =>
  patchEvent(text, { fields, changed: Object.keys(fields) as (keyof Fields)[], now, floatingZone })

describe('A resource with several calendars', () => {
  const zone = resource(vtimezone('TZID:Ours', 'X-LIC-LOCATION:Europe/Paris'))
  const ours = event('DTSTART;TZID=Ours:20260601T100000', 'DTEND;TZID=Ours:20260601T110000', 'SUMMARY:Old')

  it('is read as one', () => {
    assert.equal(read(zone + ours).summary, 'Old')
    const override = resource(vevent('RECURRENCE-ID:20260602T080000Z', PARIS_START, 'SUMMARY:Other'))
    const fields = read(event(PARIS_START, PARIS_END, 'RRULE:FREQ=DAILY') + override)
    assert.deepEqual(
      Object.keys(fields).filter((name) => name.startsWith('exceptions.')),
      ['exceptions.2026-06-02T08:00:00Z'],
    )
  })

  it('keeps them when it is patched', () => {
    changes(zone + ours, { summary: 'New' }, ['SUMMARY:Old'], ['SUMMARY:New'])
    assert.equal(unfold(patch(zone + ours, { summary: 'New' })).filter((line) => line === 'END:VCALENDAR').length, 2)
  })
})

describe('A resource without a calendar', () => {
  const bare = unfold(event(PARIS_START, PARIS_END, 'SUMMARY:Old'))
    .slice(3, -1)
    .join('\n')

  it('is read and patched as it is', () => {
    assert.equal(read(bare).summary, 'Old')
    changes(bare, { summary: 'New' }, ['SUMMARY:Old'], ['SUMMARY:New'])
    assert.equal(unfold(patch(bare, { summary: 'New' }))[0], 'BEGIN:VEVENT')
  })
})

describe('An event without a UID', () => {
  const text = event(PARIS_START, 'SUMMARY:Old').replace('UID:one\r\n', '')

  it('goes by what the caller has for it', () => {
    assert.equal(readEvent(text, { floatingZone, uid: '/cal/x.ics' }).uid, '/cal/x.ics')
    assert.equal(readEvent(event(PARIS_START), { floatingZone, uid: '/cal/x.ics' }).uid, 'one')
    changes(
      text.replace('BEGIN:VEVENT', 'BEGIN:VEVENT\r\nUID:one'),
      { summary: 'New' },
      ['SUMMARY:Old'],
      ['SUMMARY:New'],
    )
  })
})

describe('An event in several versions', () => {
  const version = (sequence: number, ...lines: string[]): string[] =>
    vevent(PARIS_START, PARIS_END, `SEQUENCE:${sequence}`, ...lines)
  const rule = 'RRULE:FREQ=DAILY'
  const override = (sequence: number, summary: string): string[] =>
    version(sequence, 'RECURRENCE-ID:20260602T080000Z', `SUMMARY:${summary}`)

  it('is what the newest says', () => {
    assert.equal(read(resource(version(1, 'SUMMARY:Old'), version(10, 'SUMMARY:New'))).summary, 'New')
    const stamped = resource(
      vevent(PARIS_START, 'SUMMARY:New').map((line) => line.replace('DTSTAMP:2026', 'DTSTAMP:2027')),
      vevent(PARIS_START, 'SUMMARY:Old'),
    )
    assert.equal(read(stamped).summary, 'New')
    const fields = read(resource(version(0, rule), override(3, 'New'), override(2, 'Old')))
    assert.equal((fields['exceptions.2026-06-02T08:00:00Z'] as { summary: string }).summary, 'New')
  })

  it('is one version if two are the same', () => {
    const twin = version(0, 'SUMMARY:Same')
    assert.equal(read(resource(twin, twin)).summary, 'Same')
    refused(resource(twin, twin, version(0, 'SUMMARY:Other')), /more than one event/)
  })

  it('keeps an older version as long as the newer one stands', () => {
    const text = resource(version(0, rule, 'SUMMARY:All'), override(3, 'New'), override(2, 'Old'))
    changes(text, { location: 'Here' }, [], ['LOCATION:Here', 'LOCATION:Here'])
    const without = unfold(patch(text, { 'exceptions.2026-06-02T08:00:00Z': {} }))
    assert.ok(!without.some((line) => line.startsWith('RECURRENCE-ID')))
  })
})

describe('A line that is none', () => {
  it('does not hide the property before it if it is a spoiled property itself', () => {
    assert.equal(read(event(PARIS_START, 'DESCRIPTION:x', 'ORGANIZER="mailto:a@example.com"')).description, 'x')
    assert.equal(read(event(PARIS_START, 'SUMMARY:x', 'X-APPLE-A=1')).summary, 'x')
  })

  it('may leave a quote open', () => {
    const text = event('DTSTART;TZID="Europe/Paris:20260601T100000"', 'DTEND;TZID=Europe/Paris:20260601T110000')
    assert.deepEqual(read(text).when, read(event(PARIS_START, PARIS_END)).when)
  })

  it('is refused where it might be when the event is', () => {
    assert.equal(refused(event(PARIS_START, 'SUMMARY:Yoga', 'RRULE;FREQ=DAILY'), /is no content line/).title, 'Yoga')
  })
})
