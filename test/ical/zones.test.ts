import assert from 'node:assert/strict'
import fc from 'fast-check'
import { whenOf } from '../../src/event/event'
import { canonicalZone, instantOf, utcText } from '../../src/event/zone'
import { patchEvent, readEvent } from '../../src/ical'
import { componentText } from '../../src/ical/component'
import { unfold } from '../../src/ical/line'
import { vtimezone } from '../../src/ical/vtimezone'
import { changes, now, patched } from './patching'
import { refused } from './reading'
import { resource, vevent } from './texts'

const floatingZone = 'Europe/Paris'

const observance = (name: string, from: string, to: string, start: string, ...lines: string[]): string[] => [
  `BEGIN:${name}`,
  `DTSTART:${start}`,
  `TZOFFSETFROM:${from}`,
  `TZOFFSETTO:${to}`,
  ...lines,
  `END:${name}`,
]
const zone = (tzid: string, ...lines: string[]): string[] => [
  'BEGIN:VTIMEZONE',
  `TZID:${tzid}`,
  ...lines,
  'END:VTIMEZONE',
]
const fixed = (tzid: string, offset: string): string[] =>
  zone(tzid, ...observance('STANDARD', offset, offset, '16010101T000000'))
/** As Outlook writes the rules of the European Union. */
const european = (tzid: string): string[] =>
  zone(
    tzid,
    ...observance(
      'STANDARD',
      '+0200',
      '+0100',
      '16010101T030000',
      'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
    ),
    ...observance('DAYLIGHT', '+0100', '+0200', '16010101T020000', 'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3'),
  )
/** The rules of the United States before 2007. */
const american = (tzid: string): string[] =>
  zone(
    tzid,
    ...observance('STANDARD', '-0400', '-0500', '19671029T020000', 'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10'),
    ...observance('DAYLIGHT', '-0500', '-0400', '19870405T020000', 'RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4'),
  )

const timed = (tzid: string, ...lines: string[]): string[] =>
  vevent(`DTSTART;TZID="${tzid}":20260601T100000`, `DTEND;TZID="${tzid}":20260601T110000`, ...lines)

const zoneOf = (text: string): string => {
  const { start } = whenOf(readEvent(text, { floatingZone }).fields)!
  assert.ok('timeZone' in start)
  return start.timeZone
}

describe('A TZID that is no IANA name', () => {
  const names: [tzid: string, zone: string][] = [
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['eastern standard time', 'America/New_York'],
    ['UTC-11', 'Etc/GMT+11'],
    ['tzone://Microsoft/Utc', 'UTC'],
    ['posix/Europe/Vaduz', 'Europe/Vaduz'],
    ['America_New_York', 'America/New_York'],
    ['(UTC-05:00) Eastern Time (US & Canada)', 'America/New_York'],
    ['(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', 'Europe/Amsterdam'],
    ['Amsterdam, Belgrade, Berlin', 'Europe/Amsterdam'],
    ['GMT+0100', 'Etc/GMT-1'],
    ['GMT-5', 'Etc/GMT+5'],
    ['(GMT +01:00)', 'Etc/GMT-1'],
    ['UTC+05:30', 'Asia/Kolkata'],
    ['Sarajevo, Skopje, Sofija, Vilnius, Warsaw, Zagreb', 'Europe/Warsaw'],
    ['(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi', 'Asia/Kolkata'],
    ['(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi', 'Asia/Shanghai'],
    ['(GMT-06:00) Saskatchewan', 'America/Regina'],
    ['(UTC) Coordinated Universal Time', 'UTC'],
    ['(GMT+03:00) Moscow, St. Petersburg, Volgograd', 'Europe/Moscow'],
    ['(UTC+02:00) Amman', 'Asia/Amman'],
    ['Western/Central Europe', 'Europe/Berlin'],
    ['Eastern', 'America/New_York'],
    ['Pacific Time', 'America/Los_Angeles'],
    ['Central European Time', 'Europe/Warsaw'],
    ['EST', 'America/Panama'],
    ['CET', 'CET'],
  ]
  for (const [tzid, expected] of names) {
    it(`${tzid} is known without a definition`, () => {
      assert.equal(canonicalZone(zoneOf(resource(timed(tzid, 'RRULE:FREQ=DAILY')))), canonicalZone(expected))
    })
  }

  const unknown = [
    'Customized Time Zone',
    'tzone://Microsoft/Custom',
    'Europe/Germany',
    'Berlin, Tokyo',
    '(UTC+09:00) Berlin',
    '(UTC+01:00) Arizona',
    'Samoa', // Lotus has it east of the date line, and Windows west
    ...['BST', 'IST', 'CST', 'AST', 'PST', 'ECT', 'SST'], // which one depends on who reads it
  ]
  for (const tzid of unknown) {
    it(`${tzid} is not guessed`, () => void refused(resource(timed(tzid)), /time zone ".*" is not known/))
  }

  it('is an abbreviation that is defined otherwise than a zone of that name', () => {
    for (const tzid of ['EST', 'BST']) {
      const text = resource(american(tzid), vevent(`DTSTART;TZID=${tzid}:19980601T100000`, 'RRULE:FREQ=DAILY'))
      assert.equal(canonicalZone(zoneOf(text)), 'America/New_York')
    }
  })

  it('is known by its rules', () => {
    const recurring = timed('Customized Time Zone', 'RRULE:FREQ=WEEKLY')
    assert.equal(zoneOf(resource(european('Customized Time Zone'), recurring)), 'Europe/Paris')
    const elsewhere = readEvent(resource(european('Customized Time Zone'), recurring), { floatingZone: 'Asia/Tokyo' })
    const { start } = whenOf(elsewhere.fields)!
    assert.equal(utcText(instantOf(start)), '2026-06-01T08:00:00Z')
  })

  it('is that of a city that it names, of all with its rules', () => {
    const tzid = '(UTC+07:00) Bangkok, Hanoi, Jakarta'
    const escaped = fixed(tzid.replaceAll(',', '\\,'), '+0700')
    assert.match(zoneOf(resource(escaped, timed(tzid, 'RRULE:FREQ=DAILY'))), /^(Asia\/(Bangkok|Jakarta)|Etc\/GMT-7)$/)
    assert.equal(zoneOf(resource(european('Mine, Rome'), timed('Mine, Rome', 'RRULE:FREQ=DAILY'))), 'Europe/Rome')
  })

  it('is known by its rules as long as they held', () => {
    const old = (year: number): string =>
      resource(american('Ours'), vevent(`DTSTART;TZID=Ours:${year}0601T100000`, 'RRULE:FREQ=DAILY'))
    assert.equal(canonicalZone(zoneOf(old(1998))), 'America/New_York')
    refused(old(2010), /"Ours" changes its clock as no known zone does/)
  })

  it('is any with its clock while a series lasts that ends', () => {
    for (const [end, occurrence] of [
      ['DAILY;COUNT=30', '20100615T100000'],
      ['WEEKLY;INTERVAL=2;COUNT=8;BYDAY=MO,TU', '20100615T100000'],
      ['MONTHLY;UNTIL=20101015T000000Z', '20101001T100000'],
    ] as const) {
      const exdate = `EXDATE;TZID=Ours:${occurrence}`
      const text = resource(american('Ours'), vevent('DTSTART;TZID=Ours:20100601T100000', `RRULE:FREQ=${end}`, exdate))
      const { fields } = readEvent(text, { floatingZone })
      assert.equal(utcText(instantOf(whenOf(fields)!.start)), '2010-06-01T14:00:00Z')
      const day = `${occurrence.slice(0, 4)}-${occurrence.slice(4, 6)}-${occurrence.slice(6, 8)}`
      assert.ok(`exceptions.${day}T14:00:00Z` in fields)
    }
    // Its clock changes a week later than any other's.
    const over = 'RRULE:FREQ=DAILY;UNTIL=20101104T000000Z'
    refused(resource(american('Ours'), vevent('DTSTART;TZID=Ours:20101020T100000', over)), /changes its clock/)
  })

  it('means what its definition says wherever a name says nothing', () => {
    const zones = Intl.supportedValuesOf('timeZone')
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 1990, max: 2035 }),
        fc.boolean(),
        (name, year, recurs) => {
          const definition = unfold(componentText(vtimezone(name, year - 1)))
            .filter((line) => !line.startsWith('X-LIC-LOCATION'))
            .map((line) => line.replace(/^TZID:.*/, 'TZID:Ours'))
          const lines = [`DTSTART;TZID=Ours:${year}0310T100000`, ...(recurs ? ['RRULE:FREQ=DAILY;COUNT=2'] : [])]
          const { start } = whenOf(readEvent(resource(definition, vevent(...lines)), { floatingZone }).fields)!
          const expected = instantOf({ dateTime: `${year}-03-10T10:00:00`, timeZone: name })
          assert.equal(instantOf(start), expected)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('A zone that is like no other', () => {
  const odd = fixed('Odd', '+0115')

  it('leaves a single event at its instant', () => {
    const text = resource(odd, timed('Odd', 'SUMMARY:x'))
    assert.deepEqual(readEvent(text, { floatingZone }).fields.when, {
      start: { dateTime: '2026-06-01T08:45:00', timeZone: 'UTC' },
      end: { dateTime: '2026-06-01T09:45:00', timeZone: 'UTC' },
    })
  })

  it('stays in the text until the event moves', () => {
    const text = resource(odd, timed('Odd', 'SUMMARY:x'))
    changes(text, { summary: 'y' }, ['SUMMARY:x'], ['SUMMARY:y'])
    const when = {
      start: { dateTime: '2026-06-01T08:45:00', timeZone: 'UTC' },
      end: { dateTime: '2026-06-01T10:00:00', timeZone: 'UTC' },
    }
    changes(text, { when }, ['DTEND;TZID="Odd":20260601T110000'], ['DTEND:20260601T100000Z'])
  })

  it('sets a series aside, with a reason and its title', () => {
    const error = refused(
      resource(odd, timed('Odd', 'SUMMARY:Yoga', 'RRULE:FREQ=DAILY')),
      /"Odd" changes its clock as no/,
    )
    assert.equal(error.title, 'Yoga')
    refused(resource(odd, timed('Odd', 'RDATE:20260602T080000Z')), /"Odd" changes its clock/)
  })

  it('is not known if its definition can not be understood', () => {
    const strange = zone('Odd', ...observance('STANDARD', '+0115', 'soon', '16010101T000000'))
    refused(resource(strange, timed('Odd')), /"Odd" is not known/)
    const often = observance('STANDARD', '+0100', '+0115', '16010101T000000', 'RRULE:FREQ=DAILY')
    refused(resource(zone('Odd', ...often), timed('Odd')), /"Odd" is not known/)
    refused(resource(zone('Odd'), timed('Odd')), /"Odd" is not known/)
  })
})

describe('A zone known by its rules', () => {
  const text = resource(european('Ours'), timed('Ours', 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE;TZID=Ours:20260602T100000'))

  it('is not used for times that are written', () => {
    const { when } = readEvent(text, { floatingZone }).fields
    const start = { dateTime: '2036-06-01T10:00:00', timeZone: 'Europe/Paris' }
    const end = { dateTime: '2036-06-01T11:00:00', timeZone: 'Europe/Paris' }
    const after = unfold(patched(text, { when: { ...whenOf({ when })!, start, end } }))
    assert.ok(after.includes('DTSTART;TZID=Europe/Paris:20360601T100000'))
    assert.ok(after.includes('TZID:Europe/Paris') && after.includes('TZID:Ours'))
  })

  it('stays where nothing is written', () => {
    const patch = { fields: { summary: 'x' }, changed: ['summary'] as const, now, floatingZone }
    const lines = unfold(patchEvent(text, patch))
    assert.ok(lines.includes('DTSTART;TZID="Ours":20260601T100000') && !lines.includes('TZID:Europe/Paris'))
  })
})

describe('A zone that holds for the dates of an event alone', () => {
  const weekly = 'RRULE:FREQ=WEEKLY;BYDAY=MO'

  it('is left when the event comes to recur, so that it can still be read', () => {
    const text = resource(fixed('Odd', '+0115'), timed('Odd', 'SUMMARY:x'))
    const { when } = readEvent(text, { floatingZone }).fields
    const series = { ...whenOf({ when })!, recurrence: [weekly] }
    const after = patched(text, { when: series })
    assert.deepEqual(readEvent(after, { floatingZone }).fields.when, series)
    assert.ok(unfold(after).includes('DTSTART:20260601T084500Z'))
  })

  it('is left by a series that goes on for longer, occurrences, added and excluded dates and all', () => {
    const text = resource(
      american('Ours'),
      vevent(
        ...['DTSTART;TZID=Ours:20100601T100000', 'DTEND;TZID=Ours:20100601T110000', 'RRULE:FREQ=DAILY;COUNT=9'],
        ...['RDATE;TZID=Ours:20100620T100000', 'EXDATE;TZID=Ours:20100603T100000'],
      ),
      vevent('RECURRENCE-ID;TZID=Ours:20100602T100000', 'DTSTART;TZID=Ours:20100602T120000', 'DURATION:PT1H'),
    )
    const { fields } = readEvent(text, { floatingZone })
    const longer = {
      ...whenOf(fields)!,
      recurrence: [...whenOf(fields)!.recurrence!, 'RRULE:FREQ=MONTHLY'].slice(0, 1),
    }
    const endless = { ...longer, recurrence: [...longer.recurrence, 'RRULE:FREQ=DAILY'] }
    const after = patched(text, { ...fields, when: endless })
    assert.deepEqual(readEvent(after, { floatingZone }).fields, { ...fields, when: endless })
    assert.ok(!unfold(after).some((line) => /^[A-Z-]+;TZID=Ours/.test(line)))
  })
})

describe('A VTIMEZONE', () => {
  const read = (definition: string[], start: string): string =>
    utcText(
      instantOf(
        whenOf(readEvent(resource(definition, vevent(`DTSTART;TZID=Odd:${start}`)), { floatingZone }).fields)!.start,
      ),
    )
  const standard = observance('STANDARD', '+0235', '+0135', '00010101T000000')
  const daylight = (...lines: string[]): string[] =>
    observance('DAYLIGHT', '+0135', '+0235', '20000301T020000', ...lines)
  const back = observance('STANDARD', '+0235', '+0135', '20001001T030000', 'RRULE:FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=1')

  const cases: [what: string, lines: string[], start: string, expected: string][] = [
    ['by a rule', daylight('RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU'), '20260310T100000', '2026-03-10T07:25:00Z'],
    [
      'by a day from another on',
      daylight('RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU'),
      '20260309T100000',
      '2026-03-09T07:25:00Z',
    ],
    [
      'by a rule of months, with an hour of its own',
      daylight('RRULE:FREQ=MONTHLY;BYMONTH=3;BYDAY=2SU;BYHOUR=9;BYMINUTE=30;WKST=SU'),
      '20260308T092900',
      '2026-03-08T07:54:00Z',
    ],
    [
      'by a rule that has not begun this year',
      daylight('RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU'),
      '20260307T100000',
      '2026-03-07T08:25:00Z',
    ],
    [
      'by a rule that has ended',
      daylight('RRULE:FREQ=YEARLY;BYMONTH=3;UNTIL=20051231T000000Z'),
      '20260601T100000',
      '2026-06-01T08:25:00Z',
    ],
    [
      'by a rule of some times',
      daylight('RRULE:FREQ=YEARLY;BYMONTH=3;COUNT=3'),
      '20030601T100000',
      '2003-06-01T08:25:00Z',
    ],
    [
      'by dates',
      daylight('RDATE:20260301T020000', 'RDATE:20270301T020000,20280301T020000'),
      '20280601T100000',
      '2028-06-01T07:25:00Z',
    ],
    [
      'by an offset in minutes that stand where hours do',
      daylight('RRULE:FREQ=YEARLY;BYMONTH=3').map((line) => line.replace('TZOFFSETTO:+0235', 'TZOFFSETTO:+2030')),
      '20260601T100000',
      '2026-06-01T09:39:30Z',
    ],
    [
      'by UTC until',
      daylight('RRULE:FREQ=YEARLY;BYMONTH=3;UNTIL=20260301T002500Z'),
      '20260601T100000',
      '2026-06-01T07:25:00Z',
    ],
  ]
  for (const [what, lines, start, expected] of cases) {
    it(`is understood ${what}`, () => assert.equal(read(zone('Odd', ...standard, ...lines, ...back), start), expected))
  }
})
