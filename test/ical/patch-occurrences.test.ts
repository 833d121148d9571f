import assert from 'node:assert/strict'
import type { Field, Fields } from '../../src/event/event'
import { patchEvent } from '../../src/ical'
import { unfold } from '../../src/ical/line'
import {
  floatingZone,
  now,
  patched,
  STAMP,
  changes,
  RULE,
  PLAIN,
  SECOND,
  SECOND_ID,
  SECOND_AT,
  recurring,
} from './patching'
import { paris, resource, vevent } from './texts'

describe('Patching the occurrences of a series', () => {
  const other = vevent(SECOND_ID, ...SECOND_AT, 'SUMMARY:Other', 'X-OWN:1')
  const series = (...lines: string[]): string => resource(vevent(...PLAIN, RULE, ...lines))
  const withOther = resource(vevent(...PLAIN, RULE), other)

  it('lets them follow in what they do not have of their own', () => {
    const follower = vevent(SECOND_ID, ...SECOND_AT, 'SUMMARY:Old', 'LOCATION:There')
    const text = resource(vevent(...PLAIN, RULE, 'LOCATION:Here'), follower)
    changes(text, { summary: 'New' }, ['SUMMARY:Old', 'SUMMARY:Old'], ['SUMMARY:New', 'SUMMARY:New'])
    changes(withOther, { summary: 'New' }, ['SUMMARY:Old'], ['SUMMARY:New'])
  })

  it('counts the change of those that change', () => {
    const lines = unfold(patched(withOther, { summary: 'New' }))
    assert.equal(lines.filter((line) => line.startsWith('SEQUENCE')).length, 1)
  })

  it('leaves one out, in place of its own component', () => {
    changes(series(), { [SECOND]: null }, [], ['EXDATE;TZID=Europe/Paris:20260608T100000'])
    const goes = other.filter((line) => !STAMP.test(line))
    changes(withOther, { [SECOND]: null }, goes, ['EXDATE;TZID=Europe/Paris:20260608T100000'])
  })

  it('brings one back from a list of EXDATEs', () => {
    const list = 'EXDATE;TZID=Europe/Paris;X-A=b:20260608T100000,20260615T100000'
    changes(series(list), { [SECOND]: {} }, [list], ['EXDATE;TZID=Europe/Paris;X-A=b:20260615T100000'])
    changes(series('EXDATE:20260608T080000Z'), {}, ['EXDATE:20260608T080000Z'], [], [SECOND])
  })

  it('brings one back with something of its own', () => {
    const after = patched(series('EXDATE:20260608T080000Z', 'ATTACH:https://example.com'), {
      [SECOND]: { summary: 'Back' },
    })
    const lines = unfold(after)
    assert.ok(!lines.some((line) => line.startsWith('EXDATE')))
    assert.equal(lines.filter((line) => line === 'ATTACH:https://example.com').length, 2)
    assert.equal(lines.filter((line) => line.startsWith('RRULE')).length, 1)
    assert.ok(lines.includes(SECOND_ID))
  })

  it('brings one back that a cancelled component stood for', () => {
    const text = resource(vevent(...PLAIN, RULE), vevent(SECOND_ID, ...SECOND_AT, 'SUMMARY:Old', 'STATUS:CANCELLED'))
    patched(text, { [SECOND]: {} })
    patched(text, { [SECOND]: { location: 'There' } })
    changes(text, { summary: 'New' }, ['SUMMARY:Old'], ['SUMMARY:New'])
  })

  it('keeps one left out when the whole series is cancelled', () => {
    const text = resource(vevent(...PLAIN, RULE), vevent(SECOND_ID, ...SECOND_AT, 'SUMMARY:Old', 'STATUS:CANCELLED'))
    patched(text, { status: 'cancelled' })
  })

  it('takes a component away that says nothing any more, but not one with something of its own', () => {
    const bare = vevent(SECOND_ID, ...SECOND_AT, 'SUMMARY:Other')
    const text = resource(vevent(...PLAIN, RULE), bare)
    changes(
      text,
      { [SECOND]: {} },
      bare.filter((line) => !STAMP.test(line)),
      [],
    )
    changes(withOther, { [SECOND]: {} }, ['SUMMARY:Other'], ['SUMMARY:Old'])
  })

  it('moves one', () => {
    const moved = { start: paris('2026-06-09', '10:00'), end: paris('2026-06-09', '10:30') }
    changes(withOther, { [SECOND]: { summary: 'Other', ...moved } }, SECOND_AT, [
      'DTSTART;TZID=Europe/Paris:20260609T100000',
      'DTEND;TZID=Europe/Paris:20260609T103000',
    ])
  })

  it('follows a series that moves, exactly as the fields say', () => {
    const when = {
      start: paris('2026-06-02', '12:00'),
      end: paris('2026-06-02', '13:00'),
      recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=TU'],
    }
    const text = resource(vevent(...PLAIN, RULE, 'EXDATE:20260615T080000Z'), other)
    const values: Fields = {
      when,
      'exceptions.2026-06-09T10:00:00Z': { summary: 'Other' },
      'exceptions.2026-06-16T10:00:00Z': null,
    }
    patched(text, values, [...(Object.keys(values) as Field[]), SECOND, 'exceptions.2026-06-15T08:00:00Z'])
  })

  it('tells occurrences by days once the series is one of days', () => {
    const when = { start: { date: '2026-06-01' }, end: { date: '2026-06-02' }, recurrence: [RULE] }
    const text = resource(vevent(...PLAIN, RULE, 'EXDATE:20260615T080000Z'), other)
    const values: Fields = { when, 'exceptions.2026-06-08': { summary: 'Other' }, 'exceptions.2026-06-15': null }
    const after = patched(text, values, [
      ...(Object.keys(values) as Field[]),
      SECOND,
      'exceptions.2026-06-15T08:00:00Z',
    ])
    const lines = unfold(after)
    assert.ok(lines.includes('EXDATE;VALUE=DATE:20260615'))
    assert.ok(lines.includes('RECURRENCE-ID;VALUE=DATE:20260608'))
  })

  it('leaves out an occurrence by times of a series that recurs by days', () => {
    const days = resource(vevent('DTSTART;VALUE=DATE:20260601', 'DTEND;VALUE=DATE:20260602', RULE))
    for (const value of [{ summary: 'Left behind' }, null]) {
      const patch = { fields: { [SECOND]: value }, changed: [SECOND] as const, now, floatingZone }
      assert.equal(patchEvent(days, patch), days)
    }
  })

  it('tells occurrences in the new zone of the series', () => {
    const when = {
      start: { dateTime: '2026-06-01T17:00:00', timeZone: 'Asia/Tokyo' },
      end: { dateTime: '2026-06-01T18:00:00', timeZone: 'Asia/Tokyo' },
      recurrence: [RULE],
    }
    const text = resource(vevent(...PLAIN, RULE, 'EXDATE;TZID=Europe/Paris:20260615T100000'), other)
    const lines = unfold(patched(text, { when }))
    assert.ok(lines.includes('EXDATE;TZID=Asia/Tokyo:20260615T170000'))
    assert.ok(lines.includes('RECURRENCE-ID;TZID=Asia/Tokyo:20260608T170000'))
  })

  it('keeps an EXDATE beside a component of its own', () => {
    const text = resource(vevent(...PLAIN, RULE, 'EXDATE:20260608T080000Z'), other)
    changes(text, { location: 'Here' }, [], ['LOCATION:Here', 'LOCATION:Here'])
  })

  it('changes an occurrence that stands alone', () => {
    const text = resource(other)
    changes(text, { summary: 'New' }, ['SUMMARY:Other'], ['SUMMARY:New'])
    const patch = { fields: { when: recurring }, changed: ['when'] as const, now, floatingZone }
    assert.throws(() => patchEvent(text, patch), /can not become a series/)
  })
})
