import assert from 'node:assert/strict'
import type { EventTime, Fields, When } from '../../src/event/event'
import { whenOf } from '../../src/event/event'
import { IcalError, readEvent } from '../../src/ical'
import { event, paris, PARIS_END, PARIS_START, resource, vevent, vtimezone } from './texts'

const floatingZone = 'America/New_York'
const read = (text: string): Fields => readEvent(text, { floatingZone }).fields
const when = (...lines: string[]): When => whenOf(read(event(...lines)))!
const at = (dateTime: string, timeZone: string): EventTime => ({ dateTime, timeZone })

function refused(text: string, reason: RegExp): IcalError {
  try {
    readEvent(text, { floatingZone })
  } catch (error) {
    assert.ok(error instanceof IcalError, String(error))
    assert.match(error.reason, reason)
    return error
  }
  throw new assert.AssertionError({ message: 'it can be read' })
}

/** A weekly series in Paris with more lines and more components. */
const series = (lines: string[], ...overrides: string[][]): string =>
  resource(vevent(PARIS_START, PARIS_END, 'RRULE:FREQ=WEEKLY;BYDAY=MO', 'SUMMARY:All', ...lines), ...overrides)

const exceptions = (text: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(read(text)).filter(([name]) => name.startsWith('exceptions.')))

describe('Reading when an event is', () => {
  const tenToEleven = { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '11:00') }
  const cases: [what: string, lines: string[], expected: When][] = [
    ['a wall clock in a zone', [PARIS_START, PARIS_END], tenToEleven],
    [
      'a zone in quotes and small letters',
      ['dtstart;tzid="europe/paris":20260601T100000', 'DTEND;TZID=EUROPE/PARIS:20260601T110000'],
      tenToEleven,
    ],
    [
      'a zone behind a prefix',
      [
        'DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Paris:20260601T100000',
        'DTEND;TZID=/mozilla.org/20050126_1/Europe/Paris:20260601T110000',
      ],
      tenToEleven,
    ],
    [
      'UTC',
      ['DTSTART:20260601T100000Z', 'DTEND:20260601T110000Z'],
      { start: at('2026-06-01T10:00:00', 'UTC'), end: at('2026-06-01T11:00:00', 'UTC') },
    ],
    [
      'floating times',
      ['DTSTART:20260601T100000', 'DTEND:20260601T110000'],
      { start: at('2026-06-01T10:00:00', floatingZone), end: at('2026-06-01T11:00:00', floatingZone) },
    ],
    [
      'an end in another zone',
      [PARIS_START, 'DTEND;TZID=Asia/Tokyo:20260601T200000'],
      { start: paris('2026-06-01', '10:00'), end: at('2026-06-01T20:00:00', 'Asia/Tokyo') },
    ],
    [
      'days',
      ['DTSTART;VALUE=DATE:20260601', 'DTEND;VALUE=DATE:20260603'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-03' } },
    ],
    [
      'days without VALUE=DATE',
      ['DTSTART:20260601', 'DTEND:20260602'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } },
    ],
    [
      'a day without an end',
      ['DTSTART;VALUE=DATE:20260601'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } },
    ],
    [
      'a day that ends where it begins',
      ['DTSTART;VALUE=DATE:20260601', 'DTEND;VALUE=DATE:20260601'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-02' } },
    ],
    [
      'a time without an end',
      [PARIS_START],
      { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '10:00') },
    ],
    [
      'an end before the start',
      [PARIS_START, 'DTEND;TZID=Europe/Paris:20260601T090000'],
      { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '10:00') },
    ],
    [
      'a duration',
      [PARIS_START, 'DURATION:PT1H30M'],
      { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '11:30') },
    ],
    [
      'a duration of a day over the change to summer time, by the clock',
      ['DTSTART;TZID=Europe/Paris:20260328T100000', 'DURATION:P1D'],
      { start: paris('2026-03-28', '10:00'), end: paris('2026-03-29', '10:00') },
    ],
    [
      'a duration of hours over the change to summer time, exactly',
      ['DTSTART;TZID=Europe/Paris:20260328T100000', 'DURATION:PT24H'],
      { start: paris('2026-03-28', '10:00'), end: paris('2026-03-29', '11:00') },
    ],
    [
      'a duration of days',
      ['DTSTART;VALUE=DATE:20260601', 'DURATION:P1W'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-08' } },
    ],
    [
      'a rule without its weekday',
      [PARIS_START, PARIS_END, 'RRULE:FREQ=WEEKLY'],
      { ...tenToEleven, recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO'] },
    ],
    [
      'UNTIL as a day for a series of times',
      [PARIS_START, PARIS_END, 'RRULE:FREQ=DAILY;UNTIL=20260610'],
      { ...tenToEleven, recurrence: ['RRULE:FREQ=DAILY;UNTIL=20260610T215959Z'] },
    ],
    [
      'UNTIL as a time for a series of days',
      ['DTSTART;VALUE=DATE:20260601', 'RRULE:FREQ=DAILY;UNTIL=20260610T220000Z'],
      { start: { date: '2026-06-01' }, end: { date: '2026-06-02' }, recurrence: ['RRULE:FREQ=DAILY;UNTIL=20260610'] },
    ],
    [
      'RDATEs in a list, in several lines and with none',
      [
        PARIS_START,
        PARIS_END,
        'RDATE;TZID=Europe/Paris:20260603T100000,20260602T100000',
        'RDATE:20260604T080000Z',
        'RDATE:',
      ],
      { ...tenToEleven, recurrence: ['RDATE:20260602T080000Z,20260603T080000Z,20260604T080000Z'] },
    ],
  ]
  for (const [what, lines, expected] of cases) {
    it(`understands ${what}`, () => assert.deepEqual(when(...lines), expected))
  }

  it('takes the zone from X-LIC-LOCATION where the TZID is a name of its own', () => {
    const text = resource(
      vtimezone('TZID:My Zone', 'X-LIC-LOCATION:Europe/Paris'),
      vevent('DTSTART;TZID=My Zone:20260601T100000', 'DTEND;TZID="My Zone":20260601T110000'),
    )
    assert.deepEqual(read(text).when, tenToEleven)
  })

  it('refuses a zone that is not known rather than to shift it', () => {
    const text = event('DTSTART;TZID=Moon/Tranquility:20260601T100000', 'SUMMARY:Landing\\, first')
    const error = refused(text, /^time zone "Moon\/Tranquility" is not known$/)
    assert.equal(error.title, 'Landing, first')
    assert.match(error.message, /Landing/)
  })
})

describe('Reading the occurrences of a series that differ', () => {
  const second = 'exceptions.2026-06-08T08:00:00Z'
  const override = (id: string, ...lines: string[]): string[] => vevent(id, ...lines)
  const moved = ['DTSTART;TZID=Europe/Paris:20260608T100000', 'DTEND;TZID=Europe/Paris:20260608T110000']

  const excluded: [what: string, lines: string[]][] = [
    ['in its zone', ['EXDATE;TZID=Europe/Paris:20260608T100000']],
    ['in UTC', ['EXDATE:20260608T080000Z']],
    ['without zone', ['EXDATE:20260608T100000']],
    ['in another zone', ['EXDATE;TZID=Asia/Tokyo:20260608T170000']],
    ['as a day', ['EXDATE;VALUE=DATE:20260608']],
    ['beside an empty one', ['EXDATE:', 'EXDATE;TZID=Europe/Paris:20260608T100000,']],
  ]
  for (const [what, lines] of excluded) {
    it(`finds an EXDATE ${what}`, () => assert.deepEqual(exceptions(series(lines)), { [second]: null }))
  }

  it('finds several EXDATEs in lists and lines', () => {
    const lines = ['EXDATE;TZID=Europe/Paris:20260608T100000,20260615T100000', 'EXDATE:20260622T080000Z']
    assert.equal(Object.keys(exceptions(series(lines))).length, 3)
  })

  it('finds an EXDATE that is a time in a series of days', () => {
    const text = event('DTSTART;VALUE=DATE:20260601', 'RRULE:FREQ=DAILY', 'EXDATE:20260603T000000Z')
    assert.deepEqual(exceptions(text), { 'exceptions.2026-06-03': null })
  })

  const named: [what: string, id: string][] = [
    ['in its zone', 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'],
    ['in UTC', 'RECURRENCE-ID:20260608T080000Z'],
    ['by a day', 'RECURRENCE-ID;VALUE=DATE:20260608'],
    ['without zone', 'RECURRENCE-ID:20260608T100000'],
  ]
  for (const [what, id] of named) {
    it(`knows an override ${what}`, () => {
      assert.deepEqual(exceptions(series([], override(id, ...moved, 'SUMMARY:Other'))), {
        [second]: { summary: 'Other' },
      })
    })
  }

  it('says in what an override differs, in its times too', () => {
    const id = 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'
    const lines = ['DTSTART;TZID=Europe/Paris:20260609T120000', 'DTEND;TZID=Europe/Paris:20260609T123000']
    assert.deepEqual(exceptions(series(['LOCATION:Here'], override(id, ...lines, 'SUMMARY:All'))), {
      [second]: { location: null, start: paris('2026-06-09', '12:00'), end: paris('2026-06-09', '12:30') },
    })
  })

  it('passes over an override that does not differ', () => {
    const id = 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'
    assert.deepEqual(exceptions(series([], override(id, ...moved, 'SUMMARY:All', 'X-OWN:1'))), {})
  })

  it('takes an override that is cancelled for an occurrence left out', () => {
    const id = 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'
    assert.deepEqual(exceptions(series([], override(id, ...moved, 'SUMMARY:All', 'STATUS:CANCELLED'))), {
      [second]: null,
    })
  })

  it('takes a cancelled override of a cancelled series for one like all others', () => {
    const id = 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'
    const text = series(['STATUS:CANCELLED'], override(id, ...moved, 'SUMMARY:All', 'STATUS:CANCELLED'))
    assert.deepEqual(exceptions(text), {})
    assert.equal(read(text).status, 'cancelled')
  })

  it('lets an override take place whose occurrence an EXDATE names as well', () => {
    const id = 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'
    const text = series(['EXDATE:20260608T080000Z'], override(id, ...moved, 'SUMMARY:Other'))
    assert.deepEqual(exceptions(text), { [second]: { summary: 'Other' } })
  })

  it('reads an occurrence without its series as an event of its own', () => {
    const text = event('RECURRENCE-ID;TZID=Europe/Paris:20260608T100000', ...moved, 'SUMMARY:Only this')
    const found = readEvent(text, { floatingZone })
    assert.equal(found.uid, 'one/2026-06-08T08:00:00Z')
    assert.deepEqual(found.fields.when, { start: paris('2026-06-08', '10:00'), end: paris('2026-06-08', '11:00') })
  })
})

describe('Reading the other fields of an event', () => {
  const of = (name: keyof Fields, ...lines: string[]): unknown => read(event(PARIS_START, PARIS_END, ...lines))[name]

  it('gives every field that is held a value', () => {
    assert.deepEqual(read(event(PARIS_START, PARIS_END)), {
      when: { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '11:00') },
      summary: null,
      description: null,
      location: null,
      status: 'confirmed',
      transparency: 'opaque',
      visibility: 'default',
      reminders: null,
    })
  })

  const cases: [field: keyof Fields, line: string, expected: unknown][] = [
    ['summary', 'SUMMARY:a\\, b\\; c\\\\d: "e"', 'a, b; c\\d: "e"'],
    ['summary', 'SUMMARY;LANGUAGE=de;X-A="b:c":Titel', 'Titel'],
    ['summary', 'SUMMARY:one\\nline', 'one line'],
    ['summary', 'SUMMARY:', null],
    ['description', 'DESCRIPTION:one\\ntwo\\Nthree\\\\n', 'one\ntwo\nthree\\n'],
    ['location', 'LOCATION:Café\\nStreet 1', 'Café Street 1'],
    ['status', 'STATUS:Tentative', 'tentative'],
    ['status', 'STATUS:CANCELLED', 'cancelled'],
    ['transparency', 'TRANSP:transparent', 'transparent'],
    ['transparency', 'TRANSP:OPAQUE', 'opaque'],
    ['visibility', 'CLASS:Public', 'public'],
    ['visibility', 'CLASS:CONFIDENTIAL', 'confidential'],
    ['visibility', 'CLASS:X-SECRET', 'private'],
  ]
  for (const [field, line, expected] of cases) {
    it(`reads ${line}`, () => assert.deepEqual(of(field, line), expected))
  }
})

describe('Reading the reminders of an event', () => {
  const alarm = (trigger: string, ...lines: string[]): string[] => ['BEGIN:VALARM', trigger, ...lines, 'END:VALARM']
  const reminders = (lines: string[], ...more: string[]): unknown =>
    read(event(PARIS_START, PARIS_END, ...more, ...lines)).reminders

  const cases: [what: string, lines: string[], expected: unknown][] = [
    ['minutes', alarm('TRIGGER:-PT15M', 'ACTION:AUDIO'), [15]],
    ['weeks', alarm('TRIGGER:-P1W', 'ACTION:DISPLAY'), [10080]],
    ['days and hours', alarm('TRIGGER;RELATED=START:-P1DT2H', 'ACTION:DISPLAY'), [1560]],
    ['the start itself', alarm('TRIGGER:PT0S', 'ACTION:DISPLAY'), [0]],
    ['seconds', alarm('TRIGGER:-PT900S', 'ACTION:DISPLAY'), [15]],
    ['a time before the end', alarm('TRIGGER;RELATED=END:-PT90M', 'ACTION:DISPLAY'), [30]],
    ['a fixed time', alarm('TRIGGER;VALUE=DATE-TIME:20260601T073000Z', 'ACTION:DISPLAY'), [30]],
    ['mail', alarm('TRIGGER:-PT5M', 'ACTION:EMAIL', 'ATTENDEE:mailto:a@example.com'), [5]],
    ['two at once', [...alarm('TRIGGER:-PT5M', 'ACTION:AUDIO'), ...alarm('TRIGGER:-PT5M', 'ACTION:DISPLAY')], [5]],
    ['none after the start', alarm('TRIGGER:PT15M', 'ACTION:DISPLAY'), null],
    ['none after the start by the end', alarm('TRIGGER;RELATED=END:-PT5M', 'ACTION:DISPLAY'), null],
    ['none of no whole minute', alarm('TRIGGER:-PT90S', 'ACTION:DISPLAY'), null],
    ['none beyond four weeks', alarm('TRIGGER:-P5W', 'ACTION:DISPLAY'), null],
    ['none of ACTION:NONE', alarm('TRIGGER:-PT15M', 'ACTION:NONE'), null],
    ['none at a place', alarm('TRIGGER:-PT15M', 'ACTION:DISPLAY', 'X-APPLE-PROXIMITY:ARRIVE'), null],
    ['none that can not be understood', alarm('TRIGGER:soon', 'ACTION:DISPLAY'), null],
    ['none without a trigger', alarm('X-A:1', 'ACTION:DISPLAY'), null],
    [
      'none of the alarm by which Apple says that there is none',
      alarm('TRIGGER;VALUE=DATE-TIME:19760401T005545Z', 'ACTION:NONE', 'X-APPLE-LOCAL-DEFAULT-ALARM:TRUE'),
      null,
    ],
  ]
  for (const [what, lines, expected] of cases) {
    it(`finds ${what}`, () => assert.deepEqual(reminders(lines), expected))
  }

  it('does not take a fixed time for a reminder of every occurrence', () => {
    const lines = alarm('TRIGGER;VALUE=DATE-TIME:20260601T073000Z', 'ACTION:DISPLAY')
    assert.equal(reminders(lines, 'RRULE:FREQ=DAILY'), null)
  })

  it('counts from midnight for a day', () => {
    const text = event('DTSTART;VALUE=DATE:20260601', ...alarm('TRIGGER:-PT15H', 'ACTION:DISPLAY'))
    assert.deepEqual(read(text).reminders, [900])
  })
})

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
    assert.deepEqual(mark('X-CALSYNC-MARK:h/a%2Fb/%2Fcal%2Fx.ics'), { uid: 'a/b', bearer: '/cal/x.ics', wrote: 'h' })
    assert.equal(mark('X-CALSYNC-MARK:h/a'), undefined)
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
    ['two calendars', event(PARIS_START) + event(PARIS_START), /more than one VCALENDAR/],
    ['two events', resource(vevent(PARIS_START), vevent(PARIS_START)), /more than one event/],
    ['two UIDs', resource(vevent(PARIS_START), vevent(PARIS_START)).replace('UID:one', 'UID:two'), /different UIDs/],
    ['no UID', event(PARIS_START).replace('UID:one\r\n', ''), /no UID/],
    ['no start', event('SUMMARY:x'), /no DTSTART/],
    ['a day that is none', event('DTSTART;VALUE=DATE:20260230'), /is no date/],
    ['an hour that is none', event('DTSTART:20260201T250000Z'), /is no time/],
    ['a date with words', event('DTSTART:tomorrow'), /is no date/],
    ['a rule without frequency', event(PARIS_START, 'RRULE:COUNT=3'), /has no FREQ/],
    ['a text that was not escaped', event(PARIS_START, 'DESCRIPTION:one', 'two words'), /behind DESCRIPTION/],
    ['periods', event(PARIS_START, 'RDATE;VALUE=PERIOD:20260603T080000Z/PT1H'), /periods/],
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
      'several occurrences without their series',
      resource(
        vevent('RECURRENCE-ID:20260608T080000Z', PARIS_START),
        vevent('RECURRENCE-ID:20260615T080000Z', PARIS_START),
      ),
      /without the series/,
    ],
  ]
  for (const [what, text, reason] of refusals) {
    it(`refuses ${what}`, () => void refused(text, reason))
  }
})
