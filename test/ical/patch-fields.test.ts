import assert from 'node:assert/strict'
import type { Field, Fields } from '../../src/event/event'
import { IcalError, patchEvent, readEvent } from '../../src/ical'
import { unfold } from '../../src/ical/line'
import { floatingZone, now, patched, STAMP, difference, changes, RULE, PLAIN, SECOND_ID, SECOND_AT } from './patching'
import { event, paris, PARIS_END, PARIS_START, resource, vevent } from './texts'

describe('Patching a field of an event', () => {
  it('replaces the one line where it stands', () => {
    const text = event('X-FIRST:1', 'SUMMARY;LANGUAGE=en:Old', PARIS_START, PARIS_END, 'X-LAST:1')
    const after = changes(
      text,
      { summary: 'New; better' },
      ['SUMMARY;LANGUAGE=en:Old'],
      ['SUMMARY;LANGUAGE=en:New\\; better'],
    )
    const at = (each: string, name: string): number => unfold(each).findIndex((line) => line.startsWith(name))
    assert.equal(at(after, 'SUMMARY'), at(text, 'SUMMARY'))
  })

  it('adds a line that was not there, and takes one away that is cleared', () => {
    changes(event(...PLAIN), { location: 'Here' }, [], ['LOCATION:Here'])
    changes(event(...PLAIN, 'LOCATION:Here'), {}, ['LOCATION:Here'], [], ['location'])
    changes(event(...PLAIN, 'TRANSP:TRANSPARENT'), {}, ['TRANSP:TRANSPARENT'], ['TRANSP:OPAQUE'], ['transparency'])
    changes(event(...PLAIN, 'CLASS:PRIVATE'), { visibility: 'default' }, ['CLASS:PRIVATE'], [])
  })

  it('changes nothing where the text means it already', () => {
    const text = event(...PLAIN, 'STATUS:Confirmed', 'CLASS:Public', 'LOCATION:A\\nB')
    const values: Fields = {
      summary: 'Old',
      status: 'confirmed',
      visibility: 'default',
      location: 'A, B',
      description: null,
    }
    assert.equal(patched(text, values), text)
  })

  it('counts the change and renews the time stamps', () => {
    const text = event(...PLAIN, 'SEQUENCE:3', 'LAST-MODIFIED:20250101T000000Z', 'DTSTAMP:20240101T000000Z')
    const lines = unfold(patched(text, { summary: 'New' })).filter((line) => STAMP.test(line))
    assert.deepEqual(lines, ['DTSTAMP:20260102T030405Z', 'SEQUENCE:4', 'LAST-MODIFIED:20260102T030405Z'])
    const fresh = unfold(patched(event(...PLAIN), { summary: 'New' })).filter((line) => STAMP.test(line))
    assert.deepEqual(fresh, ['DTSTAMP:20260102T030405Z', 'SEQUENCE:1', 'LAST-MODIFIED:20260102T030405Z'])
  })

  it('leaves odd lines as they are, byte for byte', () => {
    const odd = [
      'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="Street 1\\nTown";X-TITLE="Apple ""Park""":geo:1,2',
      'ATTENDEE;CN="O\'Hara; \\"x";PARTSTAT=ACCEPTED:mailto:a@example.com',
      'CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:https://example.com',
      'x-lower ; A = b:  spaced  ',
      'SEQUENCE-X:abc',
      'junk line without anything',
      'X-EMPTY:',
      'RDATE:',
    ]
    changes(event(...PLAIN, 'X-BEFORE:1', ...odd), { summary: 'New' }, ['SUMMARY:Old'], ['SUMMARY:New'])
  })

  it('takes the map pin and the travel time away with the place', () => {
    const apple = [
      'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE=A:geo:1,2',
      'X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT45M',
    ]
    const text = event(...PLAIN, 'LOCATION:A', ...apple, 'X-APPLE-CREATOR-IDENTITY:com.apple')
    changes(text, { location: 'B' }, ['LOCATION:A', ...apple], ['LOCATION:B'])
    changes(text, { summary: 'New' }, ['SUMMARY:Old'], ['SUMMARY:New'])
  })

  it('takes other forms of a text away with it', () => {
    const html = 'X-ALT-DESC;FMTTYPE=text/html:<b>old</b>'
    const text = event(...PLAIN, 'DESCRIPTION;ALTREP="data:text/html,old";LANGUAGE=de:old', html)
    changes(
      text,
      { description: 'new' },
      ['DESCRIPTION;ALTREP="data:text/html,old";LANGUAGE=de:old', html],
      ['DESCRIPTION;LANGUAGE=de:new'],
    )
  })

  it('does not touch fields that are not held', () => {
    const text = event(...PLAIN, 'PRIORITY:1', 'RESOURCES:Beamer')
    const fields = { priority: 2 } as Fields
    const patch = { fields, changed: ['priority', 'resources'] as unknown as Field[], now, floatingZone }
    assert.equal(patchEvent(text, patch), text)
  })

  it('changes a URL and keeps how it is told', () => {
    const text = event(...PLAIN, 'URL;VALUE=URI;X-A=b:https://example.com/a,b')
    changes(
      text,
      { url: 'message:%3Ca%3E' },
      ['URL;VALUE=URI;X-A=b:https://example.com/a,b'],
      ['URL;VALUE=URI;X-A=b:message:%3Ca%3E'],
    )
  })

  it('changes only the categories that come and go', () => {
    const text = event(...PLAIN, 'CATEGORIES;LANGUAGE=de:Eins,Zwei\\, drei', 'CATEGORIES: Vier', 'X-A:1')
    changes(
      text,
      { categories: ['Neu', 'Vier', 'Zwei, drei'] },
      ['CATEGORIES;LANGUAGE=de:Eins,Zwei\\, drei'],
      ['CATEGORIES;LANGUAGE=de:Zwei\\, drei', 'CATEGORIES:Neu'],
    )
    changes(text, { categories: null }, ['CATEGORIES;LANGUAGE=de:Eins,Zwei\\, drei', 'CATEGORIES: Vier'], [])
  })

  it('changes a colour, and leaves one that is no name as long as nobody sets another', () => {
    changes(event(...PLAIN, 'COLOR:Red'), { color: 'blue' }, ['COLOR:Red'], ['COLOR:blue'])
    changes(event(...PLAIN, 'COLOR:#ff0000'), { color: null }, [], [])
    changes(event(...PLAIN, 'COLOR:#ff0000'), { color: 'blue' }, ['COLOR:#ff0000'], ['COLOR:blue'])
  })

  it('takes the position away with the place', () => {
    changes(event(...PLAIN, 'LOCATION:A', 'GEO:1;2'), { location: 'B' }, ['LOCATION:A', 'GEO:1;2'], ['LOCATION:B'])
  })

  it('puts the mark on the series alone', () => {
    const text = resource(vevent(...PLAIN, RULE), vevent(SECOND_ID, ...SECOND_AT, 'SUMMARY:Other'))
    const mark = { uid: 'u', bearer: '/c/u.ics', wrote: 'h' }
    const after = patchEvent(text, { fields: {}, changed: [], mark, now, floatingZone })
    assert.deepEqual(difference(text, after), { gone: [], come: ['X-CALSYNC-MARK:aA/dQ/L2MvdS5pY3M'] })
    assert.deepEqual(readEvent(after, { floatingZone }).mark, mark)
    assert.equal(patchEvent(after, { fields: {}, changed: [], mark, now, floatingZone }), after)
  })

  it('can not take the time away', () => {
    const patch = { fields: {}, changed: ['when'] as const, now, floatingZone }
    assert.throws(() => patchEvent(event(...PLAIN), patch), IcalError)
  })
})

describe('Patching the reminders of an event', () => {
  const alarm = (...lines: string[]): string[] => ['BEGIN:VALARM', ...lines, 'END:VALARM']
  const sound = alarm('X-WR-ALARMUID:1', 'UID:1', 'TRIGGER:-PT15M', 'ATTACH;VALUE=URI:Basso', 'ACTION:AUDIO')
  const foreign = [
    ...alarm('UID:2', 'TRIGGER:PT15M', 'ACTION:DISPLAY'),
    ...alarm('UID:3', 'TRIGGER;VALUE=DATE-TIME:19760401T005545Z', 'ACTION:NONE'),
    ...alarm('UID:4', 'TRIGGER:-PT15M', 'X-APPLE-PROXIMITY:DEPART', 'ACTION:DISPLAY'),
  ]

  it('leaves an alarm that stays as it is, whatever else comes', () => {
    changes(
      event(...PLAIN, ...sound, ...foreign),
      { reminders: [15, 60] },
      [],
      ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:Old', 'TRIGGER:-PT1H', 'END:VALARM'],
    )
  })

  it('takes only those away that go', () => {
    changes(event(...PLAIN, ...foreign, ...sound), { reminders: null }, sound, [])
  })

  it('never touches those that it can not say', () => {
    const after = patched(event(...PLAIN, ...foreign), { reminders: [5] })
    for (const line of foreign) assert.ok(unfold(after).includes(line), line)
  })

  it('keeps the minutes when the times change by which an alarm is told', () => {
    const relative = alarm('TRIGGER;RELATED=END:-PT75M', 'ACTION:DISPLAY')
    const fixed = alarm('TRIGGER;VALUE=DATE-TIME:20260601T073000Z', 'ACTION:DISPLAY')
    const when = { start: paris('2026-06-02', '10:00'), end: paris('2026-06-02', '12:00') }
    for (const lines of [relative, fixed]) patched(event(...PLAIN, ...lines), { when })
  })
})
