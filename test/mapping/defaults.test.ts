import assert from 'node:assert/strict'
import type { GoogleEvent, Patch } from '../simulators/google/resource'
import { TwoCalendars } from './two-calendars'

const EVENT: Patch = {
  summary: 'A',
  start: { dateTime: '2026-06-16T10:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-06-16T11:00:00', timeZone: 'Europe/Berlin' },
  reminders: { useDefault: false },
}
/** What SOGo, Evolution, Outlook, Exchange and KOrganizer spell out, though it is the default. */
const DEFAULTS = ['CLASS:PUBLIC', 'TRANSP:OPAQUE', 'STATUS:CONFIRMED', 'SEQUENCE:0', 'PRIORITY:0']

const text = (uid: string, ...lines: string[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20260501T080000Z',
    'DTSTART:20260616T080000Z',
    'DTEND:20260616T090000Z',
    'SUMMARY:A',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')

const add = (world: TwoCalendars, uid: string, ...lines: string[]): string =>
  world.icloud.user.addText(world.icloud.calendar, text(uid, ...lines), `${uid}.ics`)

const google = (world: TwoCalendars): GoogleEvent => {
  const [only, ...more] = world.google.user.events()
  assert.ok(only && more.length === 0)
  return only
}

async function settle(world: TwoCalendars): Promise<void> {
  assert.deepEqual((await world.sync()).failed, [])
  assert.deepEqual(await world.left(), [])
}

describe('A property that spells out its default', () => {
  it('is the default in Google: CLASS:PUBLIC does not make the copy public', async () => {
    const [plain, spelled] = [new TwoCalendars(), new TwoCalendars()]
    add(plain, 'one')
    add(spelled, 'one', ...DEFAULTS)
    await settle(plain)
    await settle(spelled)
    const { visibility, transparency, status } = google(spelled)
    assert.equal(visibility, undefined)
    assert.deepEqual([visibility, transparency, status], [google(plain).visibility, google(plain).transparency, 'confirmed']) // prettier-ignore
  })

  for (const visibility of [undefined, 'public']) {
    it(`asks nothing and writes nothing where two events are first paired, of which Google's is ${visibility ?? 'default'}`, async () => {
      for (const lines of [DEFAULTS, []]) {
        const world = new TwoCalendars()
        world.google.user.plant({ ...EVENT, id: 'case0', iCalUID: 'one', ...(visibility && { visibility }) }) // prettier-ignore
        const path = add(world, 'one', 'DTSTART;TZID=Europe/Berlin:20260616T100000', 'DTEND;TZID=Europe/Berlin:20260616T110000', ...lines) // prettier-ignore
        world.icloud.user.rewrite(path, (held) => held.replace(/DT(START|END):.*\r\n/g, ''))
        const before = world.icloud.user.text(path)
        assert.deepEqual(await world.left(), [])
        await settle(world)
        assert.equal(world.icloud.user.text(path), before)
        assert.equal(google(world).visibility, visibility)
      }
    })
  }

  it("is not written over Google's explicit public when something else is edited, on either side", async () => {
    const world = new TwoCalendars()
    const id = world.google.user.create({ ...EVENT, visibility: 'public' }).id!
    await settle(world)
    const path = world.only('right').id
    assert.ok(!world.icloud.user.text(path).includes('CLASS'))
    world.icloud.user.rewrite(path, (held) => held.replace('SUMMARY:A', 'SUMMARY:B\r\nCLASS:PUBLIC'))
    await settle(world)
    assert.deepEqual([google(world).summary, google(world).visibility], ['B', 'public'])
    world.google.user.edit(id, { location: 'L' })
    await settle(world)
    assert.ok(world.icloud.user.text(path).includes('CLASS:PUBLIC\r\n'))
    assert.equal(google(world).visibility, 'public')
  })

  it('ends privacy on the other side, in both directions', async () => {
    const world = new TwoCalendars()
    const path = add(world, 'one', 'CLASS:PRIVATE')
    await settle(world)
    assert.equal(google(world).visibility, 'private')
    world.icloud.user.rewrite(path, (held) => held.replace('CLASS:PRIVATE', 'CLASS:PUBLIC'))
    await settle(world)
    assert.equal(google(world).visibility, undefined)
    world.google.user.edit(google(world).id!, { visibility: 'private' })
    await settle(world)
    assert.ok(world.icloud.user.text(path).includes('CLASS:PRIVATE'))
    world.google.user.edit(google(world).id!, { visibility: 'public' })
    await settle(world)
    assert.ok(!world.icloud.user.text(path).includes('CLASS:PRIVATE'))
    assert.equal(google(world).visibility, 'public')
  })

  it('does not keep the component of an occurrence that has become plain again', async () => {
    const world = new TwoCalendars()
    const id = world.google.user.create({ ...EVENT, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TU'] }).id!
    const second = world.google.user.instanceId(id, '2026-06-23T08:00:00Z')
    world.google.user.edit(second, { location: 'Elsewhere' })
    await settle(world)
    const path = world.only('right').id
    world.icloud.user.rewrite(path, (held) => held.replace('LOCATION:Elsewhere', 'LOCATION:Elsewhere\r\nPRIORITY:0'))
    await settle(world)
    world.google.user.edit(second, { location: null })
    await settle(world)
    assert.ok(!world.icloud.user.text(path).includes('RECURRENCE-ID'))
  })
})
