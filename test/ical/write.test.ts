import assert from 'node:assert/strict'
import type { Fields } from '../../src/event/event'
import { hashFields } from '../../src/event/normal'
import { HOLDS, IcalError, readEvent, writeEvent } from '../../src/ical'
import { unfold } from '../../src/ical/line'
import { paris } from './texts'

const now = Date.UTC(2026, 0, 2, 3, 4, 5)
const single = { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '11:00') }
const weekly = { ...single, recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO'] }

const write = (fields: Fields): string[] => unfold(writeEvent({ uid: 'one', fields, now }))
/** The lines of the VEVENTs, without those of every event. */
const events = (fields: Fields): string[] => {
  const lines = write(fields)
  return lines.slice(lines.indexOf('BEGIN:VEVENT') + 2, lines.lastIndexOf('END:VEVENT'))
}

describe('Writing a new event', () => {
  it('says all that a server asks for', () => {
    assert.deepEqual(write({ when: { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } } }), [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//CalSync//node-red-contrib-calsync//EN',
      'CALSCALE:GREGORIAN',
      'BEGIN:VEVENT',
      'UID:one',
      'DTSTAMP:20260102T030405Z',
      'CREATED:20260102T030405Z',
      'LAST-MODIFIED:20260102T030405Z',
      'SEQUENCE:0',
      'TRANSP:OPAQUE',
      'STATUS:CONFIRMED',
      'DTSTART;VALUE=DATE:20260601',
      'DTEND;VALUE=DATE:20260602',
      'END:VEVENT',
      'END:VCALENDAR',
    ])
  })

  it('tells UTC by Z, without a VTIMEZONE', () => {
    const at = { dateTime: '2026-06-01T10:00:00', timeZone: 'UTC' }
    const lines = write({ when: { start: at, end: at } })
    assert.ok(lines.includes('DTSTART:20260601T100000Z') && lines.includes('DTEND:20260601T100000Z'))
    assert.ok(!lines.some((line) => /TZID|VTIMEZONE/.test(line)))
  })

  it('defines each zone that it uses once', () => {
    const when = { ...weekly, end: { dateTime: '2026-06-01T20:00:00', timeZone: 'Asia/Tokyo' } }
    const lines = write({ when, 'exceptions.2026-06-08T08:00:00Z': { summary: 'x' } })
    assert.deepEqual(
      lines.filter((line) => line.startsWith('TZID:')),
      ['TZID:Europe/Paris', 'TZID:Asia/Tokyo'],
    )
  })

  it('defines a zone of which only an occurrence makes use', () => {
    const tokyo = { dateTime: '2026-06-08T20:00:00', timeZone: 'Asia/Tokyo' }
    const lines = write({ when: weekly, 'exceptions.2026-06-08T08:00:00Z': { start: tokyo, end: tokyo } })
    assert.ok(lines.includes('TZID:Asia/Tokyo'))
  })

  it('writes occurrences out in full, without a rule', () => {
    const lines = events({
      when: weekly,
      summary: 'All',
      location: 'Here',
      'exceptions.2026-06-08T08:00:00Z': null,
      'exceptions.2026-06-15T08:00:00Z': { summary: 'Other' },
      'exceptions.2026-06-22T08:00:00Z': {},
    })
    const override = lines.slice(lines.indexOf('END:VEVENT'))
    assert.ok(lines.includes('EXDATE;TZID=Europe/Paris:20260608T100000'))
    assert.ok(override.includes('RECURRENCE-ID;TZID=Europe/Paris:20260615T100000'))
    assert.ok(override.includes('DTSTART;TZID=Europe/Paris:20260615T100000'))
    assert.ok(override.includes('DTEND;TZID=Europe/Paris:20260615T110000'))
    assert.ok(override.includes('SUMMARY:Other') && override.includes('LOCATION:Here'))
    assert.equal(lines.filter((line) => line.startsWith('RRULE')).length, 1)
    assert.equal(lines.filter((line) => line.startsWith('RECURRENCE-ID')).length, 1)
  })

  it('tells two hours apart that a zone shows alike', () => {
    const when = {
      start: { dateTime: '2026-10-24T02:30:00', timeZone: 'Europe/Paris' },
      end: { dateTime: '2026-10-24T03:00:00', timeZone: 'Europe/Paris' },
      recurrence: ['RRULE:FREQ=HOURLY'],
    }
    const fields: Fields = { when, 'exceptions.2026-10-25T00:30:00Z': null, 'exceptions.2026-10-25T01:30:00Z': null }
    const lines = events(fields).filter((line) => line.startsWith('EXDATE'))
    assert.equal(lines.length, 2)
    assert.ok(lines.includes('EXDATE;TZID=Europe/Paris:20261025T023000'))
    const read = readEvent(writeEvent({ uid: 'one', fields, now }), { floatingZone: 'UTC' })
    assert.equal(hashFields(read.fields), hashFields({ ...read.fields, ...fields }))
  })

  it('gives alarms a text and a time before the start', () => {
    const lines = events({ when: single, summary: 'Old', reminders: [0, 15, 120, 2880] })
    assert.deepEqual(
      lines.filter((line) => line.startsWith('TRIGGER')),
      ['TRIGGER:PT0S', 'TRIGGER:-PT15M', 'TRIGGER:-PT2H', 'TRIGGER:-P2D'],
    )
    assert.equal(lines.filter((line) => line === 'DESCRIPTION:Old').length, 4)
  })

  it('says that there is no alarm where that is wanted and so', () => {
    const text = (reminders: number[]): string => {
      const exception = { 'exceptions.2026-06-08T08:00:00Z': { reminders: [5] } }
      return writeEvent({ uid: 'one', fields: { when: weekly, reminders, ...exception }, now, saysNoAlarm: true })
    }
    const none = (lines: string[]): number => lines.filter((line) => line === 'ACTION:NONE').length
    assert.equal(none(unfold(text([]))), 1)
    assert.equal(none(unfold(text([15]))), 0)
    assert.equal(none(events({ when: single })), 0)
    const { fields } = readEvent(text([]), { floatingZone: 'UTC' })
    assert.deepEqual([fields.reminders, fields['exceptions.2026-06-08T08:00:00Z']], [null, { reminders: [5] }])
  })

  const words: [fields: Fields, line: string][] = [
    [{ status: 'tentative' }, 'STATUS:TENTATIVE'],
    [{ transparency: 'transparent' }, 'TRANSP:TRANSPARENT'],
    [{ visibility: 'confidential' }, 'CLASS:CONFIDENTIAL'],
    [{ url: 'https://example.com/a,b;c' }, 'URL;VALUE=URI:https://example.com/a,b;c'],
    [{ categories: ['a, b', 'c'] }, 'CATEGORIES:a\\, b,c'],
    [{ color: 'tomato' }, 'COLOR:tomato'],
    [{ description: 'a,b;c\\d\n"e"' }, 'DESCRIPTION:a\\,b\\;c\\\\d\\n"e"'],
  ]
  for (const [fields, line] of words) {
    it(`writes ${line}`, () => assert.ok(events({ when: single, ...fields }).includes(line)))
  }

  for (const visibility of ['default', 'public']) {
    it(`says nothing of the class "${visibility}", which is the default`, () => {
      assert.ok(!events({ when: single, visibility }).some((line) => line.startsWith('CLASS')))
    })
  }

  it('carries the mark through any characters', () => {
    const mark = { uid: 'ü,;:/"%', bearer: '/dav/a b/%41.ics', wrote: 'h' }
    const text = writeEvent({ uid: 'one', fields: { when: single }, mark, now })
    assert.deepEqual(readEvent(text, { floatingZone: 'UTC' }).mark, mark)
  })

  it('refuses an event without a time or in a zone that is not known', () => {
    assert.throws(() => write({ summary: 'x' }), IcalError)
    const moon = { dateTime: '2026-06-01T10:00:00', timeZone: 'Moon/Tranquility' }
    assert.throws(() => write({ when: { start: moon, end: moon } }), /time zone "Moon\/Tranquility" is not known/)
  })
})

describe('What iCalendar can hold', () => {
  it('is an occurrence left out where one is cancelled', () => {
    assert.equal(HOLDS.fit('exceptions.2026-06-08', { status: 'cancelled', summary: 'x' }), null)
    assert.equal(HOLDS.fit('exceptions.2026-06-08', null), null)
  })

  it('is of an occurrence what it is of a series', () => {
    const start = { date: '2026-06-09' }
    assert.deepEqual(HOLDS.fit('exceptions.2026-06-08', { summary: 'x', organizer: '1', start }), {
      summary: 'x',
      start,
    })
    assert.equal(HOLDS.fit('summary', 'x'), 'x')
  })

  it('is a colour by its name', () => {
    assert.equal(HOLDS.fit('color', 'Tomato'), 'tomato')
    assert.equal(HOLDS.fit('color', '#ff6347'), null)
    assert.deepEqual(HOLDS.fit('exceptions.2026-06-08', { color: 'Tomato' }), { color: 'tomato' })
  })
})
