import assert from 'node:assert/strict'
import { readEvent } from '../../src/ical'
import { floatingZone, read, refused, series } from './reading'
import { event, PARIS_END, PARIS_START, resource, vevent } from './texts'

describe('Reading what else a resource says', () => {
  it('takes the newest change of any component', () => {
    const text = series(
      ['LAST-MODIFIED:20260101T100000Z'],
      vevent('RECURRENCE-ID:20260608T080000Z', 'DTSTART:20260608T090000Z', 'LAST-MODIFIED:20260102T100000Z'),
    )
    assert.equal(readEvent(text, { floatingZone }).changedAt, Date.UTC(2026, 0, 2, 10))
    assert.equal(readEvent(event(PARIS_START), { floatingZone }).changedAt, undefined)
  })

  it('sees guests in any component, but not in an alarm', () => {
    const override = vevent(
      'RECURRENCE-ID:20260608T080000Z',
      'DTSTART:20260608T090000Z',
      'ATTENDEE:mailto:a@example.com',
    )
    const mail = ['BEGIN:VALARM', 'ACTION:EMAIL', 'ATTENDEE:mailto:a@example.com', 'TRIGGER:-PT5M', 'END:VALARM']
    assert.equal(readEvent(series([], override), { floatingZone }).guests, true)
    assert.equal(readEvent(series(['ORGANIZER:mailto:a@example.com']), { floatingZone }).guests, true)
    assert.equal(readEvent(series(mail), { floatingZone }).guests, false)
  })

  it('finds our mark, and no other', () => {
    const mark = (value: string): unknown => readEvent(event(PARIS_START, value), { floatingZone }).mark
    assert.deepEqual(mark('X-CALSYNC-MARK:aA/YS9i/L2NhbC94Lmljcw'), { uid: 'a/b', bearer: '/cal/x.ics', wrote: 'h' })
    assert.equal(mark('X-CALSYNC-MARK:aA/YQ'), undefined)
    assert.equal(mark('X-CALSYNC-MARK:h/%/b'), undefined)
    assert.equal(mark('X-OTHER:h/a/b'), undefined)
  })

  it('does not mind a BOM, other line ends, blank lines and lines that are none', () => {
    const text = event(PARIS_START, PARIS_END, 'SUMMARY:Long', ' er', 'X-A;B:c', 'foo bar')
    for (const end of ['\n', '\r', '\r\n']) {
      const spoiled = `\uFEFF${text.replaceAll('\r\n', end)}${end}${end}`
      assert.equal(read(spoiled).summary, 'Longer')
    }
  })

  const refusals: [what: string, text: string, reason: RegExp][] = [
    ['a text cut off', event(PARIS_START).slice(0, -15), /ends before END:VCALENDAR/],
    ['an event cut off', event(PARIS_START).replace('END:VEVENT\r\n', ''), /"END:VCALENDAR" ends VEVENT/],
    ['an empty text', '', /no VCALENDAR/],
    ['a web page', '<html><body>Sign in</body></html>', /no VCALENDAR/],
    ['a calendar without events', resource(), /no event/],
    ['two calendars with an event each', event(PARIS_START) + event('DTSTART:20260601T100000Z'), /more than one event/],
    ['two events', resource(vevent(PARIS_START), vevent(PARIS_START, PARIS_END)), /more than one event/],
    ['two UIDs', resource(vevent(PARIS_START), vevent(PARIS_START)).replace('UID:one', 'UID:two'), /different UIDs/],
    ['no UID', event(PARIS_START).replace('UID:one\r\n', ''), /no UID/],
    ['no start', event('SUMMARY:x'), /no DTSTART/],
    ['a day that is none', event('DTSTART;VALUE=DATE:20260230'), /is no date/],
    ['an hour that is none', event('DTSTART:20260201T250000Z'), /is no time/],
    ['a date with words', event('DTSTART:tomorrow'), /is no date/],
    ['a rule without frequency', event(PARIS_START, 'RRULE:COUNT=3'), /has no FREQ/],
    ['a text that was not escaped', event(PARIS_START, 'DESCRIPTION:one', 'two words'), /behind DESCRIPTION/],
    ['a period that is none', event(PARIS_START, 'RDATE;VALUE=PERIOD:20260603T080000Z/soon'), /is no date/],
    ['a rule that is no content line', event(PARIS_START, 'RRULE;FREQ=DAILY'), /"RRULE;FREQ=DAILY" is no content line/],
    ['a start that is no content line', event(PARIS_START, 'DTEND=20260601T110000'), /"DTEND=.*" is no content line/],
    ['a component of another kind alone', 'BEGIN:VTODO\nUID:x\nEND:VTODO', /no VCALENDAR/],
    ['a range', series([], vevent('RECURRENCE-ID;RANGE=THISANDFUTURE:20260608T080000Z', PARIS_START)), /RANGE/],
    [
      'one occurrence twice',
      series(
        [],
        vevent('RECURRENCE-ID:20260608T080000Z', PARIS_START),
        vevent('RECURRENCE-ID;TZID=Europe/Paris:20260608T100000', PARIS_START),
      ),
      /twice/,
    ],
    [
      'one occurrence twice without the series',
      resource(
        vevent('RECURRENCE-ID:20260608T080000Z', PARIS_START),
        vevent('RECURRENCE-ID:20260608T080000Z', PARIS_END.replace('DTEND', 'DTSTART')),
      ),
      /twice/,
    ],
  ]
  for (const [what, text, reason] of refusals) {
    it(`refuses ${what}`, () => void refused(text, reason))
  }
})
