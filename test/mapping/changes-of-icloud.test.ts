import assert from 'node:assert/strict'
import { icsOccurrences } from './ics-occurrences'
import { googleOccurrences, inReach } from './occurrences'
import { TwoCalendars } from './two-calendars'

const ZONE = 'Europe/Berlin'
const START = 'DTSTART;TZID=Europe/Berlin:20260616T100000'
const END = 'DTEND;TZID=Europe/Berlin:20260616T110000'
const ALARM = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:A', 'TRIGGER:-PT30M', 'END:VALARM']
const ZONE_LINES = [
  ...['BEGIN:VTIMEZONE', 'TZID:Europe/Berlin'],
  ...['BEGIN:STANDARD', 'DTSTART:19961027T030000', 'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU'],
  ...['TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'END:STANDARD'],
  ...['BEGIN:DAYLIGHT', 'DTSTART:19810329T020000', 'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU'],
  ...['TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'END:DAYLIGHT', 'END:VTIMEZONE'],
]

/** Syncs, and checks that both sides take place at the same times and that nothing is left to do. */
async function settle(world: TwoCalendars): Promise<void> {
  assert.deepEqual((await world.sync()).failed, [])
  assert.deepEqual(await world.left(), [])
  const { google, icloud } = world
  const events = [...google.calendar().events.values()].map(({ event }) => event)
  const here = googleOccurrences(events, ZONE)
  const there = world.live('right').flatMap(({ id }) => icsOccurrences(icloud.user.text(id), ZONE)!)
  assert.ok(here.length > 0)
  assert.deepEqual(inReach(there, here[0]!.start), here)
}

type Step = (user: TwoCalendars['icloud']['user'], path: string) => void
const SECOND = '20260623T100000'
const THIRD = '20260630T100000'

/** What is done in Apple's app, step by step; after each both sides are in step. */
const stories: readonly { name: string; rule?: string; steps: Step[] }[] = [
  {
    name: 'a single event becomes a series and single again',
    steps: [(user, path) => user.set(path, 'RRULE:FREQ=DAILY;COUNT=5'), (user, path) => user.clear(path, 'RRULE')],
  },
  {
    name: 'a time becomes a day and a time again',
    steps: [
      (user, path) => user.set(path, 'DTSTART;VALUE=DATE:20260616', 'DTEND;VALUE=DATE:20260617'),
      (user, path) => user.set(path, START.replace('T10', 'T12'), END.replace('T11', 'T13')),
    ],
  },
  {
    name: 'the rule changes while there are exceptions',
    rule: 'RRULE:FREQ=WEEKLY;COUNT=6;BYDAY=TU',
    steps: [
      (user, path) => {
        user.changeOccurrence(
          path,
          SECOND,
          `DTSTART;TZID=${ZONE}:20260624T150000`,
          `DTEND;TZID=${ZONE}:20260624T160000`,
        )
        user.cancelOccurrence(path, THIRD)
      },
      (user, path) => user.set(path, 'RRULE:FREQ=DAILY;COUNT=20'),
      (user, path) => user.set(path, 'RRULE:FREQ=WEEKLY;COUNT=9;BYDAY=TU,TH'),
      (user, path) => user.reviveOccurrence(path, THIRD),
      (user, path) => user.reviveOccurrence(path, SECOND),
    ],
  },
  {
    name: 'a series of days gets occurrences of its own, over the end of a month',
    steps: [
      (user, path) =>
        user.set(
          path,
          'DTSTART;VALUE=DATE:20260630',
          'DTEND;VALUE=DATE:20260702',
          'RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=6',
        ),
      (user, path) =>
        user.changeOccurrence(path, '20260731', 'DTSTART;VALUE=DATE:20260801', 'DTEND;VALUE=DATE:20260804'),
      (user, path) => user.cancelOccurrence(path, '20260831'),
    ],
  },
  {
    name: 'this and following occurrences change',
    rule: 'RRULE:FREQ=WEEKLY;COUNT=6;BYDAY=TU',
    steps: [
      (user, path) => user.changeOccurrence(path, SECOND, 'SUMMARY:B'),
      (user, path) =>
        void user.splitSeries(
          path,
          'RRULE:FREQ=WEEKLY;UNTIL=20260630T075959Z;BYDAY=TU',
          ...[START.replace('0616T10', '0630T14'), END.replace('0616T11', '0630T15')],
          ...['RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TU', 'SUMMARY:C'],
        ),
    ],
  },
  {
    name: 'the whole series moves to another zone, exceptions and all',
    rule: 'RRULE:FREQ=WEEKLY;COUNT=30;BYDAY=TU',
    steps: [
      (user, path) => user.cancelOccurrence(path, SECOND),
      (user, path) =>
        user.rewrite(path, (text) =>
          text
            .replace(START, 'DTSTART:20260616T080000Z')
            .replace(END, 'DTEND:20260616T090000Z')
            .replace(/EXDATE.*/, 'EXDATE:20260623T080000Z'),
        ),
    ],
  },
  {
    name: 'the series gets later by an hour, and its exception stays where it was moved to',
    rule: 'RRULE:FREQ=WEEKLY;COUNT=6;BYDAY=TU',
    steps: [
      (user, path) =>
        user.changeOccurrence(
          path,
          SECOND,
          `DTSTART;TZID=${ZONE}:20260624T150000`,
          `DTEND;TZID=${ZONE}:20260624T160000`,
        ),
      (user, path) =>
        user.rewrite(path, (text) =>
          text
            .replace(START, START.replace('T10', 'T11'))
            .replace(END, END.replace('T11', 'T12'))
            .replace(/(RECURRENCE-ID.*)T10/, '$1T11'),
        ),
    ],
  },
]

describe('Changes of times in iCloud', () => {
  for (const { name, rule, steps } of stories) {
    it(`are carried when ${name}`, async () => {
      const world = new TwoCalendars()
      const lines = [START, END, 'SUMMARY:A', ...(rule === undefined ? [] : [rule]), ...ALARM]
      const path = world.icloud.user.add(world.icloud.calendar, lines, ZONE_LINES)
      await settle(world)
      for (const step of steps) {
        step(world.icloud.user, path)
        await settle(world)
      }
    })
  }
})
