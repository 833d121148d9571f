import assert from 'node:assert/strict'
import { TwoCalendars } from './two-calendars'

const OCCURRENCE = [
  'BEGIN:VEVENT',
  'UID:1',
  'DTSTAMP:20260601T000000Z',
  'RECURRENCE-ID:20260623T120000Z',
  'DTSTART:20260623T120000Z',
  'DTEND:20260623T130000Z',
  'SUMMARY:A',
]
const END = ['END:VEVENT']

/** A series in iCloud of three Tuesdays, with further lines, and lines of its second occurrence. */
function series(lines: readonly string[], occurrence: readonly string[] = []): string {
  return [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//other//', 'BEGIN:VEVENT', 'UID:1', 'DTSTAMP:20260601T000000Z'],
    ...['DTSTART:20260616T120000Z', 'DTEND:20260616T130000Z', 'RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU', 'SUMMARY:A'],
    ...[...lines, ...END],
    ...(occurrence.length > 0 ? [...OCCURRENCE, ...occurrence, ...END] : []),
    ...['END:VCALENDAR', ''],
  ].join('\r\n')
}

/** Both calendars after a run, with what they agreed on lost. */
async function forgetful(text: string): Promise<TwoCalendars> {
  const world = new TwoCalendars()
  world.icloud.user.addText(world.icloud.calendar, text, 'case.ics')
  assert.deepEqual((await world.sync()).failed, [])
  world.forget()
  return world
}

describe('After its state was lost, nothing is asked or written about a series', () => {
  const cases: readonly [name: string, lines: string[], occurrence: string[]][] = [
    ['that is cancelled, with an occurrence that is tentative', ['STATUS:CANCELLED'], ['STATUS:TENTATIVE']],
    ['whose occurrence has the colour that stands for its own', ['COLOR:teal'], ['COLOR:mediumseagreen']],
    ['whose occurrence has five of its six reminders', alarms(1, 2, 3, 4, 5, 6), alarms(1, 2, 3, 4, 5)],
    ['whose occurrence lacks a link that Google can not hold', ['URL:message:1'], ['LOCATION:B']],
    ['that excludes what does not occur', ['EXDATE:20260617T120000Z'], []],
    ['with an occurrence of its own', ['COLOR:teal'], ['COLOR:red']],
  ]
  for (const [name, lines, occurrence] of cases) {
    it(name, async () => {
      const world = await forgetful(series(lines, occurrence))
      assert.deepEqual(await world.left(), [])
    })
  }
})

function alarms(...minutes: number[]): string[] {
  return minutes.flatMap((each) => ['BEGIN:VALARM', 'ACTION:DISPLAY', `TRIGGER:-PT${each}M`, 'DESCRIPTION:A', 'END:VALARM']) // prettier-ignore
}

describe('After its state was lost, it is asked', () => {
  it('about an occurrence that really differs', async () => {
    const world = await forgetful(series(['STATUS:CANCELLED'], ['STATUS:TENTATIVE']))
    const { user } = world.google
    user.edit(user.instanceId(world.google.user.events()[0]?.id ?? '', '2026-06-23T12:00:00Z'), { location: 'B' })
    assert.deepEqual(await world.left(), ['ask: no-base'])
  })

  it('about an occurrence that only one side has left out', async () => {
    const world = await forgetful(series([]))
    const { user } = world.google
    user.delete(user.instanceId(user.events()[0]?.id ?? '', '2026-06-23T12:00:00Z'))
    assert.deepEqual(await world.left(), ['ask: no-base'])
  })
})
