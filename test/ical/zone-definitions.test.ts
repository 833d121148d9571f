import assert from 'node:assert/strict'
import { whenOf } from '../../src/event/event'
import { canonicalZone, instantOf, utcText } from '../../src/event/zone'
import { readEvent } from '../../src/ical'
import { unfold } from '../../src/ical/line'
import { patchEvent } from '../../src/ical/patch'
import { resource, vevent, vtimezone } from './texts'

const fixed = (tzid: string, offset: string): string[] => [
  'BEGIN:VTIMEZONE',
  `TZID:${tzid}`,
  'BEGIN:STANDARD',
  'DTSTART:16010101T000000',
  `TZOFFSETFROM:${offset}`,
  `TZOFFSETTO:${offset}`,
  'END:STANDARD',
  'END:VTIMEZONE',
]
const unreadable = (tzid: string): string[] => fixed(tzid, '+1000').filter((line) => !line.startsWith('TZOFFSETFROM'))
/** As Mulberry has it, with a rule that no zone has any more. */
const mulberry = (tzid: string): string[] => [
  'BEGIN:VTIMEZONE',
  `TZID:${tzid}`,
  'BEGIN:STANDARD',
  'DTSTART:20001026T020000',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
  'TZOFFSETFROM:-0400',
  'TZOFFSETTO:-0500',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:20000404T020000',
  'RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4',
  'TZOFFSETFROM:-0500',
  'TZOFFSETTO:-0400',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
]
const event = (tzid: string, ...lines: string[]): string[] =>
  vevent(`DTSTART;TZID="${tzid}":20260601T100000`, `DTEND;TZID="${tzid}":20260601T110000`, ...lines)

/** The zone of the start, and its instant. */
function startOf(text: string): [zone: string, instant: string] {
  const { start } = whenOf(readEvent(text, { floatingZone: 'UTC' }).fields)!
  assert.ok('timeZone' in start)
  return [canonicalZone(start.timeZone)!, utcText(instantOf(start))]
}

describe('A time zone whose name and definition disagree', () => {
  for (const lines of [[], ['RRULE:FREQ=WEEKLY;COUNT=60']]) {
    const what = lines.length > 0 ? 'series' : 'event'

    it(`is what its definition says where the name is not IANA's (${what})`, () => {
      const text = resource(fixed('Eastern Standard Time', '-0500'), event('Eastern Standard Time', ...lines))
      assert.deepEqual(startOf(text), ['Etc/GMT+5', '2026-06-01T15:00:00Z'])
    })

    it(`is what its name says where that is IANA's, also behind a prefix (${what})`, () => {
      for (const name of ['America/New_York', '/mozilla.org/20050126_1/America/New_York', 'US/Eastern']) {
        const text = resource(fixed(name, '-0500'), event(name, ...lines))
        assert.deepEqual(startOf(text), ['America/New_York', '2026-06-01T14:00:00Z'])
      }
    })

    it(`goes by its name where the definition can't be read (${what})`, () => {
      const names = ['(UTC+10:00) Brisbane', 'E. Australia Standard Time']
      for (const name of names) {
        const text = resource(unreadable(name), event(name, ...lines))
        assert.deepEqual(startOf(text), ['Australia/Brisbane', '2026-06-01T00:00:00Z'])
      }
    })

    it(`goes by its name where no zone has what is defined, if that does not shift it (${what})`, () => {
      for (const name of ['US-Eastern', 'Eastern Standard Time', '(UTC-05:00) Eastern Time (US & Canada)']) {
        const text = resource(mulberry(name), event(name, ...lines))
        assert.deepEqual(startOf(text), ['America/New_York', '2026-06-01T14:00:00Z'])
      }
    })

    it(`goes by its name where nothing is defined (${what})`, () => {
      for (const name of ['US-Eastern', 'Eastern Standard Time', 'America-New_York']) {
        assert.deepEqual(startOf(resource(event(name, ...lines))), ['America/New_York', '2026-06-01T14:00:00Z'])
      }
    })
  }
})

describe('The time zone of a time that is written', () => {
  const moved = (text: string, timeZone: string): string[] =>
    unfold(
      patchEvent(text, {
        fields: {
          when: {
            start: { dateTime: '2026-06-01T12:00:00', timeZone },
            end: { dateTime: '2026-06-01T13:00:00', timeZone },
          },
        },
        changed: ['when'],
        now: 0,
        floatingZone: 'UTC',
      }),
    ).filter((line) => /^DT(START|END);/.test(line))

  it('goes by the name that the event uses, not by another one of the same zone', () => {
    const names = ['W. Europe Standard Time', 'Europe/Berlin']
    for (const [used = '', unused = ''] of [names, names.toReversed()]) {
      const text = resource(vtimezone(`TZID:${unused}`), vtimezone(`TZID:${used}`), event(used))
      assert.deepEqual(moved(text, 'Europe/Berlin'), [
        `DTSTART;TZID=${used}:20260601T120000`,
        `DTEND;TZID=${used}:20260601T130000`,
      ])
    }
  })

  it('goes by its own name where the resource has another for it that the event does not use', () => {
    const text = resource(
      vtimezone('TZID:W. Europe Standard Time'),
      vtimezone('TZID:Europe/Paris'),
      event('Europe/Paris'),
    )
    assert.deepEqual(moved(text, 'Europe/Berlin'), [
      'DTSTART;TZID=Europe/Berlin:20260601T120000',
      'DTEND;TZID=Europe/Berlin:20260601T130000',
    ])
  })

  it('does not go by a name whose definition means another clock', () => {
    const text = resource(fixed('Eastern Standard Time', '-0500'), event('Eastern Standard Time'))
    assert.deepEqual(moved(text, 'America/New_York'), [
      'DTSTART;TZID=America/New_York:20260601T120000',
      'DTEND;TZID=America/New_York:20260601T130000',
    ])
  })
})
