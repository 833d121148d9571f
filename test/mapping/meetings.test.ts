import assert from 'node:assert/strict'
import type { GoogleEvent } from '../simulators/google/resource'
import { TwoCalendars } from './two-calendars'

const me = { email: 'someone@example.com', self: true, responseStatus: 'accepted' }
const meeting = (attendees: GoogleEvent['attendees'], self: boolean): GoogleEvent => ({
  id: 'case0',
  summary: 'A',
  start: { dateTime: '2026-06-16T10:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-06-16T11:00:00', timeZone: 'Europe/Berlin' },
  organizer: { email: self ? me.email : 'ann@example.com', ...(self && { self }) },
  attendees,
})

/** Copies a meeting, renames the copy, and says what Google then holds. */
async function renamed(event: GoogleEvent): Promise<{ title: string | null | undefined; mails: number }> {
  const world = new TwoCalendars()
  world.google.user.plant(event)
  assert.deepEqual((await world.sync()).failed, [])
  world.icloud.user.rewrite(world.only('right').id, (text) => text.replace('SUMMARY:A', 'SUMMARY:B'))
  assert.deepEqual((await world.sync()).failed, [])
  assert.deepEqual(await world.left(), [])
  return { title: world.google.user.events()[0]?.summary, mails: world.google.mails }
}

describe('A meeting in Google', () => {
  it('is written if its owner is the only guest, and nobody gets mail', async () => {
    assert.deepEqual(await renamed(meeting([me], true)), { title: 'B', mails: 0 })
  })

  it('is not written if anybody else is a guest, or if somebody else has called it', async () => {
    assert.deepEqual(await renamed(meeting([me, { email: 'ann@example.com' }], true)), { title: 'A', mails: 0 })
    assert.deepEqual(await renamed(meeting([me], false)), { title: 'A', mails: 0 })
    assert.deepEqual(await renamed({ ...meeting([me], true), attendeesOmitted: true }), { title: 'A', mails: 0 })
  })
})

describe('A meeting that its owner has declined in Google', () => {
  const no = { ...me, responseStatus: 'declined' }
  const ann = { email: 'ann@example.com', organizer: true }
  const reminders = { useDefault: false, overrides: [{ method: 'popup', minutes: 10 }] }

  it('is free in iCloud and does not ring there, and is as before once it is accepted', async () => {
    const world = new TwoCalendars()
    world.google.user.plant({ ...meeting([ann, me], false), reminders })
    assert.deepEqual((await world.sync()).failed, [])
    const path = world.only('right').id
    assert.match(world.icloud.user.text(path), /TRANSP:OPAQUE[^]*TRIGGER:-PT10M/)
    for (const [attendee, transparency] of [
      [no, 'TRANSPARENT'],
      [me, 'OPAQUE'],
    ] as const) {
      // prettier-ignore
      world.google.user.edit('case0', { attendees: [ann, attendee] })
      assert.deepEqual((await world.sync()).failed, [])
      assert.deepEqual(await world.left(), [])
      const text = world.icloud.user.text(path)
      assert.ok(text.includes(`TRANSP:${transparency}\r\n`))
      assert.equal(text.includes('TRIGGER:-PT10M'), attendee === me)
    }
  })

  it('is so in one occurrence alone', async () => {
    const world = new TwoCalendars()
    world.google.user.plant({ ...meeting([ann, me], false), reminders, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU'] }) // prettier-ignore
    world.google.user.edit(world.google.user.instanceId('case0', '2026-06-23T08:00:00Z'), { attendees: [ann, no] })
    assert.deepEqual((await world.sync()).failed, [])
    assert.deepEqual(await world.left(), [])
    const { fields } = world.only('right')
    assert.equal(fields.transparency, 'opaque')
    assert.deepEqual(fields['exceptions.2026-06-23T08:00:00Z'], { transparency: 'transparent', reminders: null })
  })
})

describe('A place of several lines in iCloud', () => {
  it('is joined by commas in Google, which is no edit on the way back', async () => {
    const world = new TwoCalendars()
    const { summary, start, end } = meeting([], true)
    const id = world.google.user.create({ summary, start, end }).id!
    assert.deepEqual((await world.sync()).failed, [])
    const path = world.only('right').id
    const place = 'LOCATION:Café\\nRue 5\\, Paris'
    world.icloud.user.rewrite(path, (text) => text.replace('SUMMARY:A', `SUMMARY:A\r\n${place}`))
    assert.deepEqual((await world.sync()).failed, [])
    assert.deepEqual(await world.left(), [])
    assert.equal(world.google.user.events()[0]?.location, 'Café, Rue 5, Paris')
    world.google.user.edit(id, { summary: 'B' })
    assert.deepEqual((await world.sync()).failed, [])
    assert.deepEqual(await world.left(), [])
    assert.ok(world.icloud.user.text(path).includes(`${place}\r\n`))
  })
})
