import assert from 'node:assert/strict'
import type { Field, Fields } from '../../src/event/event'
import { emptyValue, hashFields } from '../../src/event/normal'
import { IcalError, patchEvent, readEvent } from '../../src/ical'
import { unfold } from '../../src/ical/line'
import { settled } from './arbitrary'
import { event, paris, PARIS_END, PARIS_START, resource, vevent, vtimezone } from './texts'

const floatingZone = 'Europe/Paris'
const now = Date.UTC(2026, 0, 2, 3, 4, 5)

/** Patches a text, and makes sure that it then reads as it should. */
function patched(text: string, values: Fields, changed = Object.keys(values) as Field[]): string {
  const before = readEvent(text, { floatingZone }).fields
  const after = patchEvent(text, { fields: values, changed, now, floatingZone })
  const replaced = changed.map((name) => [name, values[name] === undefined ? emptyValue(name) : values[name]])
  const wanted: Fields = { ...before, ...(Object.fromEntries(replaced) as Fields) }
  const held = readEvent(after, { floatingZone }).fields
  if (hashFields(held) !== hashFields(settled(wanted))) assert.deepEqual(held, settled(wanted))
  return after
}

const STAMP = /^(SEQUENCE|DTSTAMP|LAST-MODIFIED):/

/** The lines that go and those that come, besides the stamps. */
function difference(before: string, after: string): { gone: string[]; come: string[] } {
  const come = unfold(after).filter((line) => !STAMP.test(line))
  const gone: string[] = []
  for (const line of unfold(before).filter((each) => !STAMP.test(each))) {
    const at = come.indexOf(line)
    if (at >= 0) come.splice(at, 1)
    else gone.push(line)
  }
  return { gone, come }
}

function changes(text: string, values: Fields, gone: string[], come: string[], changed?: Field[]): string {
  const after = patched(text, values, changed)
  assert.deepEqual(difference(text, after), { gone, come })
  return after
}

const RULE = 'RRULE:FREQ=WEEKLY;BYDAY=MO'
const PLAIN = [PARIS_START, PARIS_END, 'SUMMARY:Old']
const SECOND = 'exceptions.2026-06-08T08:00:00Z'
const SECOND_ID = 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'
const SECOND_AT = ['DTSTART;TZID=Europe/Paris:20260608T100000', 'DTEND;TZID=Europe/Paris:20260608T110000']
const recurring = { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '11:00'), recurrence: [RULE] }

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
      visibility: 'public',
      location: 'A B',
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
    const text = event(...PLAIN, 'URL:https://example.com', 'COLOR:red')
    const patch = { fields: { url: 'https://example.org' }, changed: ['url', 'color'] as const, now, floatingZone }
    assert.equal(patchEvent(text, patch), text)
  })

  it('puts the mark on the series alone', () => {
    const text = resource(vevent(...PLAIN, RULE), vevent(SECOND_ID, ...SECOND_AT, 'SUMMARY:Other'))
    const mark = { uid: 'u', bearer: '/c/u.ics', wrote: 'h' }
    const after = patchEvent(text, { fields: {}, changed: [], mark, now, floatingZone })
    assert.deepEqual(difference(text, after), { gone: [], come: ['X-CALSYNC-MARK:h/u/%2Fc%2Fu.ics'] })
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

describe('Patching when an event is', () => {
  const later = { start: paris('2026-06-01', '12:00'), end: paris('2026-06-01', '13:00') }

  it('moves it', () => {
    changes(
      event(...PLAIN),
      { when: later },
      [PARIS_START, PARIS_END],
      ['DTSTART;TZID=Europe/Paris:20260601T120000', 'DTEND;TZID=Europe/Paris:20260601T130000'],
    )
  })

  it('changes only the end if only that moves', () => {
    const when = { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '12:00') }
    changes(event(...PLAIN), { when }, [PARIS_END], ['DTEND;TZID=Europe/Paris:20260601T120000'])
  })

  it('keeps a duration that still holds, and no other', () => {
    const text = event(PARIS_START, 'DURATION:PT1H')
    changes(text, { when: later }, [PARIS_START], ['DTSTART;TZID=Europe/Paris:20260601T120000'])
    const longer = { ...later, end: paris('2026-06-01', '14:00') }
    changes(
      text,
      { when: longer },
      [PARIS_START, 'DURATION:PT1H'],
      ['DTSTART;TZID=Europe/Paris:20260601T120000', 'DTEND;TZID=Europe/Paris:20260601T140000'],
    )
  })

  it('keeps the spelling of a zone', () => {
    const tzid = '/example.org/Europe/Paris'
    const text = resource(
      vtimezone(`TZID:${tzid}`),
      vevent(`DTSTART;TZID=${tzid}:20260601T100000`, `DTEND;TZID=${tzid}:20260601T110000`),
    )
    const come = [`DTSTART;TZID=${tzid}:20260601T120000`, `DTEND;TZID=${tzid}:20260601T130000`]
    changes(text, { when: later }, [`DTSTART;TZID=${tzid}:20260601T100000`, `DTEND;TZID=${tzid}:20260601T110000`], come)
  })

  it('defines a zone that is new, once', () => {
    const when = {
      start: { dateTime: '2026-06-01T12:00:00', timeZone: 'Asia/Tokyo' },
      end: { dateTime: '2026-06-01T13:00:00', timeZone: 'Asia/Tokyo' },
    }
    const lines = unfold(patched(event(...PLAIN), { when }))
    assert.equal(lines.filter((line) => line === 'TZID:Asia/Tokyo').length, 1)
    assert.ok(lines.indexOf('END:VTIMEZONE') < lines.indexOf('BEGIN:VEVENT'))
  })

  it('tells UTC without a zone', () => {
    const when = {
      start: { dateTime: '2026-06-01T12:00:00', timeZone: 'Etc/UTC' },
      end: { dateTime: '2026-06-01T13:00:00', timeZone: 'UTC' },
    }
    changes(event(...PLAIN), { when }, [PARIS_START, PARIS_END], ['DTSTART:20260601T120000Z', 'DTEND:20260601T130000Z'])
  })

  it('lets floating times float until they change', () => {
    const text = event(
      'DTSTART:20260601T100000',
      'DTEND:20260601T110000',
      'SUMMARY:Old',
      RULE,
      'EXDATE:20260608T100000',
    )
    changes(text, { summary: 'New' }, ['SUMMARY:Old'], ['SUMMARY:New'])
    changes(text, { 'exceptions.2026-06-15T08:00:00Z': null }, [], ['EXDATE:20260615T100000'])
    const after = patched(text, { when: { ...recurring, end: paris('2026-06-01', '12:00') } })
    const times = unfold(after).filter((line) => /^(DT(START|END)|EXDATE).*202606/.test(line))
    assert.deepEqual(times, [
      'DTSTART;TZID=Europe/Paris:20260601T100000',
      'DTEND;TZID=Europe/Paris:20260601T120000',
      'EXDATE;TZID=Europe/Paris:20260608T100000',
    ])
  })

  it('lets an occurrence of a floating series float', () => {
    const text = event('DTSTART:20260601T100000', 'DTEND:20260601T110000', RULE)
    const lines = unfold(patched(text, { [SECOND]: { summary: 'Other' } }))
    for (const line of ['RECURRENCE-ID:20260608T100000', 'DTSTART:20260608T100000', 'DTEND:20260608T110000']) {
      assert.ok(lines.includes(line), line)
    }
  })

  it('turns times into days and back', () => {
    const days = { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } }
    const lines = ['DTSTART;VALUE=DATE:20260601', 'DTEND;VALUE=DATE:20260602']
    const there = changes(event(...PLAIN), { when: days }, [PARIS_START, PARIS_END], lines)
    const when = { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '11:00') }
    const back = patched(there, { when })
    for (const line of [PARIS_START, PARIS_END]) assert.ok(unfold(back).includes(line))
  })

  it('says the end of a day that had none once it moves', () => {
    const when = { start: { date: '2026-06-02' }, end: { date: '2026-06-03' } }
    changes(
      event('DTSTART;VALUE=DATE:20260601'),
      { when },
      ['DTSTART;VALUE=DATE:20260601'],
      ['DTSTART;VALUE=DATE:20260602', 'DTEND;VALUE=DATE:20260603'],
    )
  })

  it('makes a series of an event and an event of a series', () => {
    const there = changes(event(...PLAIN), { when: recurring }, [], [RULE])
    const withExceptions = patched(there, { [SECOND]: { summary: 'Other' }, 'exceptions.2026-06-15T08:00:00Z': null })
    const { recurrence, ...single } = recurring
    assert.deepEqual(recurrence, [RULE])
    const back = patchEvent(withExceptions, { fields: { when: single }, changed: ['when'], now, floatingZone })
    assert.deepEqual(difference(event(...PLAIN), back).come.length, 0)
    assert.equal(unfold(back).filter((line) => line === 'BEGIN:VEVENT').length, 1)
  })

  it('changes only the rule that changes', () => {
    const text = event(...PLAIN, 'RRULE:FREQ=WEEKLY', 'RDATE;TZID=Europe/Paris:20260603T100000')
    const when = { ...recurring, recurrence: ['RDATE:20260603T080000Z', 'RRULE:FREQ=WEEKLY;COUNT=9;BYDAY=MO'] }
    changes(text, { when }, ['RRULE:FREQ=WEEKLY'], ['RRULE:FREQ=WEEKLY;COUNT=9;BYDAY=MO'])
  })
})

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
