import assert from 'node:assert/strict'
import type { Fields } from '../../src/event/event'
import { read } from './reading'
import { event, paris, PARIS_END, PARIS_START } from './texts'

describe('Reading the other fields of an event', () => {
  const of = (name: keyof Fields, ...lines: string[]): unknown => read(event(PARIS_START, PARIS_END, ...lines))[name]

  it('gives every field that is held a value', () => {
    assert.deepEqual(read(event(PARIS_START, PARIS_END)), {
      when: { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '11:00') },
      summary: null,
      description: null,
      location: null,
      url: null,
      status: 'confirmed',
      transparency: 'opaque',
      visibility: 'default',
      reminders: null,
      categories: null,
      color: null,
    })
  })

  const cases: [field: keyof Fields, line: string, expected: unknown][] = [
    ['summary', 'SUMMARY:a\\, b\\; c\\\\d: "e"', 'a, b; c\\d: "e"'],
    ['summary', 'SUMMARY;LANGUAGE=de;X-A="b:c":Titel', 'Titel'],
    ['summary', 'SUMMARY:one\\nline', 'one line'],
    ['summary', 'SUMMARY:', null],
    ['description', 'DESCRIPTION:one\\ntwo\\Nthree\\\\n', 'one\ntwo\nthree\\n'],
    ['location', 'LOCATION:Café\\nStreet 1', 'Café, Street 1'],
    ['location', 'LOCATION:Café\\nRue 5\\, Paris', 'Café, Rue 5, Paris'],
    ['location', 'LOCATION:Café\\,\\n\\nRue 5\\n', 'Café, Rue 5'],
    ['url', 'URL:https://example.com/a,b;c?d=e\\\\f', 'https://example.com/a,b;c?d=e\\\\f'],
    ['url', 'URL;VALUE=URI: message:%3Cx@example.com%3E ', 'message:%3Cx@example.com%3E'],
    ['url', 'URL:', null],
    ['categories', 'CATEGORIES:b,a\\, with comma,, b ', ['a, with comma', 'b']],
    ['categories', 'CATEGORIES;LANGUAGE=de:Arbeit', ['Arbeit']],
    ['categories', 'CATEGORIES:', null],
    ['color', 'COLOR:Turquoise', 'turquoise'],
    ['color', 'COLOR:#ff0000', null],
    ['status', 'STATUS:Tentative', 'tentative'],
    ['status', 'STATUS:CANCELLED', 'cancelled'],
    ['transparency', 'TRANSP:transparent', 'transparent'],
    ['transparency', 'TRANSP:OPAQUE', 'opaque'],
    ['visibility', 'CLASS:Public', 'default'],
    ['visibility', 'CLASS:CONFIDENTIAL', 'confidential'],
    ['visibility', 'CLASS:X-SECRET', 'private'],
  ]
  for (const [field, line, expected] of cases) {
    it(`reads ${line}`, () => assert.deepEqual(of(field, line), expected))
  }
})

describe('Reading the categories of an event', () => {
  it('joins those of all lines', () => {
    const text = event(PARIS_START, PARIS_END, 'CATEGORIES:B,A', 'CATEGORIES:C')
    assert.deepEqual(read(text).categories, ['A', 'B', 'C'])
  })
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
    ['one that was acknowledged', alarm('TRIGGER:-PT15M', 'ACTION:DISPLAY', 'ACKNOWLEDGED:20260601T074500Z'), [15]],
    ['one that an app set by default', alarm('TRIGGER:-PT15M', 'ACTION:AUDIO', 'X-APPLE-DEFAULT-ALARM:TRUE'), [15]],
    ['one that is repeated, once', alarm('TRIGGER:-PT15M', 'ACTION:DISPLAY', 'REPEAT:3', 'DURATION:PT5M'), [15]],
    ['none that is a snoozed one', alarm('TRIGGER:-PT5M', 'ACTION:DISPLAY', 'RELATED-TO;RELTYPE=SNOOZE:u'), null],
    ['none at a time that floats', alarm('TRIGGER;VALUE=DATE-TIME:20260601T073000', 'ACTION:DISPLAY'), null],
    ['none with a trigger of nothing', alarm('TRIGGER:', 'ACTION:DISPLAY'), null],
    ['a trigger in small letters', alarm('trigger;related=start:-pt15m', 'action:display'), [15]],
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
