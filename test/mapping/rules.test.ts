import assert from 'node:assert/strict'
import { TwoCalendars } from './two-calendars'

const text = (rule: string): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test//EN',
    'BEGIN:VEVENT',
    'UID:one',
    'DTSTAMP:20260501T080000Z',
    'DTSTART:20260603T080000Z',
    'DTEND:20260603T090000Z',
    `RRULE:${rule}`,
    'SUMMARY:A',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')

const started = (rule: string, options = {}): { world: TwoCalendars; path: string } => {
  const world = new TwoCalendars({}, options)
  return { world, path: world.icloud.user.addText(world.icloud.calendar, text(rule), 'one.ics') }
}

/** An event of Google's with a rule that no client could store there today. */
function ofGoogle(rule: string): { world: TwoCalendars; id: string } {
  const world = new TwoCalendars({}, { strictDates: true })
  const time = (hour: string) => ({ dateTime: `2026-06-03T${hour}:00:00Z`, timeZone: 'UTC' })
  const id = world.google.user.create({ summary: 'A', start: time('08'), end: time('09'), recurrence: ['RRULE:FREQ=DAILY'] }).id! // prettier-ignore
  const { etag: _, ...stored } = world.google.user.get(id)
  world.google.user.plant({ ...stored, recurrence: [`RRULE:${rule}`] })
  return { world, id }
}

const REFUSED = [
  'FREQ=DAILY;COUNT=-1',
  'FREQ=DAILY;INTERVAL=0',
  'FREQ=DAILY;UNTL=20260610T080000Z',
  'RSCALE=CHINESE;FREQ=YEARLY',
  'FREQ=WEEKLY;BYDAY=2WE',
  'FREQ=MONTHLY;BYWEEKNO=20',
  'FREQ=MONTHLY;BYSETPOS=2',
  'FREQ=DAILY;COUNT=3;COUNT=5',
  'FREQ=MONTHLY;BYMONTHDAY=32',
  'FREQ=WEEKLY;COUNT=4;INTERVAL=2;BYDAY=WE;WKST1',
  'FREQ=HOURLY;UNTIL=20260610T080000Z;COUNT=3',
]

describe('A recurrence rule that is not quite RFC 5545', () => {
  for (const [rule, sent] of [
    ['FREQ=WEEKLY;BYDAY=;COUNT=3', 'RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=WE'],
    ['FREQ=WEEKLY;COUNT=3;BYDAY=WE,WE;WKST1', 'RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=WE'],
    ['FREQ=DAILY;UNTIL=20260610T080000Z;X-EVOLUTION-ENDDATE=20260610T080000Z', 'RRULE:FREQ=DAILY;UNTIL=20260610T080000Z'], // prettier-ignore
    ['FREQ=DAILY;UNTIL=20260610T080000Z;COUNT=3', 'RRULE:FREQ=DAILY;COUNT=3'],
    ['FREQ=DAILY;COUNT=30;UNTIL=20260610T080000Z', 'RRULE:FREQ=DAILY;UNTIL=20260610T080000Z'],
    ['RSCALE=GREGORIAN;FREQ=MONTHLY;COUNT=3;BYSETPOS=1', 'RRULE:FREQ=MONTHLY;COUNT=3'],
  ] as const) {
    it(`is sent as what it means, and stays as it is at home: ${rule}`, async () => {
      const { world, path } = started(rule)
      assert.deepEqual((await world.sync()).failed, [])
      assert.deepEqual(await world.left(), [])
      assert.deepEqual(world.google.user.events()[0]?.recurrence, [sent])
      world.google.user.edit(world.only('left').id, { location: 'L' })
      assert.deepEqual((await world.sync()).failed, [])
      assert.deepEqual(await world.left(), [])
      assert.match(world.icloud.user.text(path).replace(/\r\n[ \t]/g, ''), new RegExp(`RRULE:${rule}\r\n`))
    })
  }

  for (const [rule, sent] of [
    ['FREQ=DAILY;UNTIL=20260610T080000Z;COUNT=3', 'RRULE:FREQ=DAILY;COUNT=3'],
    ['FREQ=DAILY;COUNT=30;UNTIL=20260610T080000Z', 'RRULE:FREQ=DAILY;UNTIL=20260610T080000Z'],
    ['FREQ=MONTHLY;COUNT=3;BYSETPOS=1', 'RRULE:FREQ=MONTHLY;COUNT=3'],
  ] as const) {
    it(`of Google’s is sent to CalDAV as what it means, and stays as it is at home: ${rule}`, async () => {
      const { world, id } = ofGoogle(rule)
      assert.deepEqual((await world.sync()).failed, [])
      assert.deepEqual(await world.left(), [])
      const text = world.icloud.user.text(world.only('right').id)
      assert.deepEqual(/^RRULE.*/gm.exec(text.replace(/\r\n[ \t]/g, ''))?.[0].trim(), sent)
      world.icloud.user.set(world.only('right').id, 'LOCATION:L')
      assert.deepEqual((await world.sync()).failed, [])
      assert.deepEqual(await world.left(), [])
      assert.deepEqual(world.google.user.get(id).recurrence, [`RRULE:${rule}`])
    })
  }

  for (const rule of REFUSED) {
    it(`of Google’s is refused before it is sent to CalDAV where its meaning would change: ${rule}`, async () => {
      const { world } = ofGoogle(rule)
      const { failed } = await world.sync()
      assert.match(failed.map(({ message }) => message).join(), /^It could not be written: .*repeats/)
      assert.equal(world.icloud.calendar.members.size, 0)
    })
  }

  it('is completed where a strict server would not take the text back that it holds', async () => {
    const { world, path } = started('FREQ=DAILY;COUNT=5;X-EVOLUTION-ENDDATE=20260610T080000Z\r\nEXDATE;VALUE=DATE:20260605', { strictDates: true }) // prettier-ignore
    assert.deepEqual((await world.sync()).failed, [])
    world.google.user.edit(world.only('left').id, { location: 'L' })
    assert.deepEqual((await world.sync()).failed, [])
    assert.deepEqual(await world.left(), [])
    const lines = world.icloud.user.text(path).split('\r\n')
    assert.deepEqual(lines.filter((line) => /^(RRULE|EXDATE|LOCATION)/.test(line)).sort(), ['EXDATE:20260605T080000Z', 'LOCATION:L', 'RRULE:FREQ=DAILY;COUNT=5']) // prettier-ignore
  })

  for (const rule of REFUSED) {
    it(`is refused before it is sent where its meaning would change: ${rule}`, async () => {
      const { world } = started(rule)
      const { failed } = await world.sync()
      assert.equal(failed.length, 1)
      assert.match(failed[0]?.message ?? '', /^It could not be written: .*(repeats)/)
      assert.deepEqual(world.google.user.events(), [])
    })
  }

  it('is not sent to a CalDAV server either', async () => {
    const world = new TwoCalendars()
    const { right } = await world.calendars()
    const time = { dateTime: '2026-06-03T10:00:00', timeZone: 'UTC' }
    const fields = { when: { start: time, end: time, recurrence: ['RRULE:FREQ=DAILY;COUNT=0'] } }
    const make = async (): Promise<void> => {
      for await (const _ of right.create('one', fields, new AbortController().signal)) assert.fail('it was written')
    }
    await assert.rejects(make, { code: 'refused', message: /COUNT=0/ })
  })
})
