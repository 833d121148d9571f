import assert from 'node:assert/strict'
import type { Patch } from '../simulators/google/resource'
import { TwoCalendars } from './two-calendars'

const HEAD = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//other//',
  'BEGIN:VEVENT',
  'UID:1',
  'DTSTAMP:20260601T000000Z',
]
const UTC = 'UTC'
const at = (clock: string): Patch => ({ dateTime: `2026-06-${clock}:00`, timeZone: UTC })
const TIMES = /^(DTSTART|DTEND|DURATION)/

/** An event in iCloud with these lines, carried to Google and edited there; what iCloud then says of its times. */
async function editedInGoogle(lines: readonly string[], edit: Patch): Promise<{ times: string[]; text: string }> {
  const world = new TwoCalendars()
  const text = [...HEAD, ...lines, 'SUMMARY:A', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n')
  const path = world.icloud.user.addText(world.icloud.calendar, text, 'case.ics')
  assert.deepEqual((await world.sync()).failed, [])
  world.google.user.edit(world.only('left').id, edit)
  assert.deepEqual((await world.sync()).failed, [])
  assert.deepEqual(await world.left(), [])
  const after = world.icloud.user.text(path)
  return { times: after.split('\r\n').filter((line) => TIMES.test(line)), text: after }
}

const NOON = 'DTSTART:20260616T120000Z'
const DAY = 'DTSTART;VALUE=DATE:20260616'
const days = (start: string, end: string): Patch => ({ start: { date: start }, end: { date: end } })

describe('An edit in Google of an event that has in iCloud', () => {
  const cases: readonly [name: string, lines: string[], edit: Patch, times: string[]][] = [
    ['no end gives it the end that it had, with a title', [NOON], { summary: 'B' }, [NOON, 'DTEND:20260616T120000Z']],
    ['no end gives it its end', [NOON], { end: at('16T13:00') }, [NOON, 'DTEND:20260616T130000Z']],
    [
      'no end moves both',
      [NOON],
      { start: at('17T12:00'), end: at('17T12:00') },
      ['DTSTART:20260617T120000Z', 'DTEND:20260617T120000Z'],
    ],
    ['no end, and is a day, gives it that day', [DAY], { summary: 'B' }, [DAY, 'DTEND;VALUE=DATE:20260617']],
    ['no end, and is a day, gives it more days', [DAY], days('2026-06-16', '2026-06-19'), [DAY, 'DTEND;VALUE=DATE:20260619']], // prettier-ignore
    ['a duration leaves it with a title', [NOON, 'DURATION:PT1H'], { summary: 'B' }, [NOON, 'DURATION:PT1H']],
    [
      'a duration leaves it where the event moves',
      [NOON, 'DURATION:PT1H'],
      { start: at('17T12:00'), end: at('17T13:00') },
      ['DTSTART:20260617T120000Z', 'DURATION:PT1H'],
    ],
    [
      'a duration puts an end in its place where that moves',
      [NOON, 'DURATION:PT1H'],
      { end: at('16T14:00') },
      [NOON, 'DTEND:20260616T140000Z'],
    ],
    [
      'a duration puts an end in its place where only the start moves',
      [NOON, 'DURATION:PT1H'],
      { start: at('16T12:30') },
      ['DTSTART:20260616T123000Z', 'DTEND:20260616T130000Z'],
    ],
    [
      'days in a duration puts an end in its place where that moves',
      [DAY, 'DURATION:P2D'],
      days('2026-06-16', '2026-06-19'),
      [DAY, 'DTEND;VALUE=DATE:20260619'],
    ],
  ]
  for (const [name, lines, edit, times] of cases) {
    it(name, async () => {
      assert.deepEqual((await editedInGoogle(lines, edit)).times, times)
    })
  }

  it('no end, and recurs, gives each occurrence its end', async () => {
    const { text } = await editedInGoogle([NOON, 'RRULE:FREQ=DAILY;COUNT=3'], { end: at('16T13:00') })
    assert.match(text, /DTEND:20260616T130000Z/)
  })

  it('no definition of its time zone gives it one', async () => {
    const { text, times } = await editedInGoogle(['DTSTART;TZID=Europe/Paris:20260616T120000', 'DURATION:PT1H'], { summary: 'B' }) // prettier-ignore
    assert.match(text, /BEGIN:VTIMEZONE\r\nTZID:Europe\/Paris/)
    assert.ok(times.includes('DTSTART;TZID=Europe/Paris:20260616T120000'))
  })
})
