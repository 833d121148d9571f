import assert from 'node:assert/strict'
import { patchEvent } from '../../src/ical'
import { unfold } from '../../src/ical/line'
import { floatingZone, now, patched, difference, changes, RULE, PLAIN, SECOND, recurring } from './patching'
import { event, paris, PARIS_END, PARIS_START, resource, vevent, vtimezone } from './texts'

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

  it('takes the word of other apps for days away when they become times', () => {
    const flag = 'X-MICROSOFT-CDO-ALLDAYEVENT:FALSE'
    const days = { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } }
    const lines = ['DTSTART;VALUE=DATE:20260601', 'DTEND;VALUE=DATE:20260602']
    changes(event(...PLAIN, flag), { when: days }, [PARIS_START, PARIS_END, flag], lines)
    changes(event(...PLAIN, flag), { summary: 'New' }, ['SUMMARY:Old'], ['SUMMARY:New'])
    const moved = { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '12:00') }
    changes(event(...PLAIN, flag), { when: moved }, [PARIS_END], ['DTEND;TZID=Europe/Paris:20260601T120000'])
  })

  it('writes times in a zone by the Windows name that the text has for it', () => {
    const text = resource(
      vtimezone('TZID:Romance Standard Time'),
      vevent('DTSTART;TZID=Romance Standard Time:20260601T100000', 'DTEND;TZID=Romance Standard Time:20260601T110000'),
    )
    changes(
      text,
      { when: { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '12:00') } },
      ['DTEND;TZID=Romance Standard Time:20260601T110000'],
      ['DTEND;TZID=Romance Standard Time:20260601T120000'],
    )
  })

  it('keeps several rules and those that exclude, but for the one that changes', () => {
    const text = event(
      ...PLAIN,
      'RRULE:FREQ=WEEKLY',
      'RRULE:FREQ=MONTHLY;BYMONTHDAY=13',
      'exrule:freq=yearly;BYMONTH=6;BYMONTHDAY=8',
    )
    const [excluding, weekly] = ['EXRULE:FREQ=YEARLY;BYMONTHDAY=8;BYMONTH=6', 'RRULE:FREQ=WEEKLY;BYDAY=MO']
    const when = { ...recurring, recurrence: [excluding, 'RRULE:FREQ=MONTHLY;BYMONTHDAY=14', weekly] }
    changes(text, { when }, ['RRULE:FREQ=MONTHLY;BYMONTHDAY=13'], ['RRULE:FREQ=MONTHLY;BYMONTHDAY=14'])
  })

  it('leaves attachments, links to meetings and guests alone when it moves', () => {
    const others = [
      'ATTACH;FMTTYPE=application/pdf;MANAGED-ID=x:https://example.com/a.pdf',
      'CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Join:https://meet.example.com/x',
      'X-GOOGLE-CONFERENCE:https://meet.google.com/abc',
      'ORGANIZER;CN=Anna:mailto:anna@example.com',
      'ATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.com',
      'X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC',
    ]
    const when = { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '12:00') }
    changes(event(...PLAIN, ...others), { when }, [PARIS_END], ['DTEND;TZID=Europe/Paris:20260601T120000'])
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
