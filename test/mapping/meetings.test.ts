import assert from 'node:assert/strict'
import type { Fields, ShowsDeclined } from '../../src/sync/model'
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

  for (const what of ['it', 'one occurrence']) {
    it(`is not copied again because ${what} was declined, once its copy was deleted`, async () => {
      const world = new TwoCalendars()
      world.google.user.plant({ ...meeting([ann, me], false), reminders, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU'] }) // prettier-ignore
      assert.deepEqual((await world.sync()).failed, [])
      world.icloud.user.delete(world.only('right').id)
      assert.deepEqual((await world.sync()).failed, [])
      const id = what === 'it' ? 'case0' : world.google.user.instanceId('case0', '2026-06-23T08:00:00Z')
      world.google.user.edit(id, { attendees: [ann, no] })
      assert.deepEqual((await world.sync()).failed, [])
      assert.equal(world.live('right').length, 0)
      world.google.user.edit('case0', { summary: 'B' })
      assert.deepEqual((await world.sync()).failed, [])
      assert.equal(world.live('right').length, 1)
    })
  }

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

const KEY = '2026-06-23T08:00:00Z'
const pops = { useDefault: false, overrides: [{ method: 'popup', minutes: 10 }] }
const copied = 'TRANSP:OPAQUE'

/** A meeting of which its owner is the only guest, so that it can be written, copied to iCloud. */
async function ownMeeting(
  { responseStatus, recurrence }: { responseStatus: string; recurrence?: string[] },
  choice: ShowsDeclined = 'as-free',
): Promise<TwoCalendars> {
  const world = new TwoCalendars()
  world.declined = choice
  const event = meeting([{ ...me, responseStatus }], true)
  world.google.user.plant({ ...event, reminders: pops, ...(recurrence && { recurrence }) })
  await inStep(world)
  return world
}

/** Runs, and checks that nothing is left to do or ask. */
async function inStep(world: TwoCalendars): Promise<void> {
  assert.deepEqual((await world.sync()).failed, [])
  assert.deepEqual(await world.left(), [])
}

const answer = (world: TwoCalendars, id: string, responseStatus: string): void =>
  void world.google.user.edit(id, { attendees: [{ ...me, responseStatus }] })

const rings = (text: string): boolean => text.includes('TRIGGER:-PT10M')
const copyIn = (world: TwoCalendars): string => world.icloud.user.text(world.only('right').id)
const alone = (name: string) => (text: string) => text.replace(/^SUMMARY:.*$/m, `SUMMARY:${name}\r`)

describe('What its owner has declined in Google', () => {
  it('keeps its alarms and its busy time at home when its copy is edited', async () => {
    const world = await ownMeeting({ responseStatus: 'declined' })
    assert.ok(copyIn(world).includes('TRANSP:TRANSPARENT') && !rings(copyIn(world)))
    world.icloud.user.rewrite(world.only('right').id, alone('B'))
    await inStep(world)
    const event = world.google.user.get('case0')
    assert.equal(event.summary, 'B')
    assert.equal(event.transparency ?? 'opaque', 'opaque')
    assert.deepEqual(event.reminders, pops)
  })

  it('is not written over by what is set in its copy of the time it takes, and shows again once it is accepted', async () => {
    const world = await ownMeeting({ responseStatus: 'declined' })
    const path = world.only('right').id
    world.icloud.user.rewrite(path, (text) => text.replace('TRANSP:TRANSPARENT', copied))
    await inStep(world)
    assert.equal(world.google.user.get('case0').transparency ?? 'opaque', 'opaque')
    assert.ok(copyIn(world).includes(copied) && !rings(copyIn(world)))
    answer(world, 'case0', 'accepted')
    await inStep(world)
    assert.ok(copyIn(world).includes(copied) && rings(copyIn(world)))
  })

  it('is paired without a question after the state was lost', async () => {
    const world = await ownMeeting({ responseStatus: 'declined' })
    world.forget()
    assert.deepEqual(await world.left(), [])
    await inStep(world)
    assert.deepEqual(world.google.user.get('case0').reminders, pops)
  })

  it('keeps of one occurrence its alarms at home when that is renamed in its copy', async () => {
    const world = await ownMeeting({ responseStatus: 'accepted', recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU'] })
    const id = world.google.user.instanceId('case0', KEY)
    answer(world, id, 'declined')
    await inStep(world)
    const path = world.only('right').id
    world.icloud.user.rewrite(path, (text) => {
      const at = text.indexOf('RECURRENCE-ID')
      const start = text.lastIndexOf('BEGIN:VEVENT', at)
      return text.slice(0, start) + alone('B')(text.slice(start))
    })
    await inStep(world)
    const occurrence = world.google.user.get(id)
    assert.equal(occurrence.summary, 'B')
    assert.equal(occurrence.transparency ?? 'opaque', 'opaque')
    assert.deepEqual(occurrence.reminders, pops)
    assert.equal(world.google.user.get('case0').summary, 'A')
    answer(world, id, 'accepted')
    await inStep(world)
    assert.deepEqual(world.only('right').fields[`exceptions.${KEY}`], { summary: 'B' })
  })

  it('is left out if it was never copied, and made once it is accepted', async () => {
    const world = await ownMeeting({ responseStatus: 'declined' }, 'leave-out')
    assert.deepEqual(world.live('right'), [])
    answer(world, 'case0', 'accepted')
    await inStep(world)
    assert.ok(rings(copyIn(world)))
    answer(world, 'case0', 'declined')
    await inStep(world)
    assert.ok(copyIn(world).includes('TRANSP:TRANSPARENT') && !rings(copyIn(world)))
  })

  it('is left out as one occurrence, and is back once that is accepted', async () => {
    const recurrence = ['RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU']
    const world = await ownMeeting({ responseStatus: 'accepted', recurrence }, 'leave-out')
    const id = world.google.user.instanceId('case0', KEY)
    answer(world, id, 'declined')
    await inStep(world)
    assert.equal(world.only('right').fields[`exceptions.${KEY}`], null)
    assert.notEqual(world.google.user.get(id).status, 'cancelled')
    answer(world, id, 'accepted')
    await inStep(world)
    assert.ok(!(`exceptions.${KEY}` in world.only('right').fields))
  })

  it('is as any other if the node says so, and follows when the choice is changed', async () => {
    const world = await ownMeeting({ responseStatus: 'declined' }, 'as-is')
    for (const choice of ['as-is', 'as-free', 'leave-out', 'as-is'] as const) {
      world.declined = choice
      await inStep(world)
      assert.equal(rings(copyIn(world)), choice === 'as-is')
      assert.deepEqual(world.google.user.get('case0').reminders, pops)
    }
  })

  it('is declined anew while its copy is renamed: both are carried, and nobody is asked', async () => {
    const world = await ownMeeting({ responseStatus: 'accepted' })
    answer(world, 'case0', 'declined')
    world.icloud.user.rewrite(world.only('right').id, alone('B'))
    await inStep(world)
    assert.equal(world.google.user.get('case0').summary, 'B')
    assert.ok(!rings(copyIn(world)))
  })
})

describe('What its owner has declined in iCloud', () => {
  const owner = 'someone@example.com'
  const vevent = (reply: string, lines: string[]): string[] => [
    ...['BEGIN:VEVENT', 'UID:a', 'DTSTAMP:20260501T080000Z', ...lines, 'SUMMARY:A'],
    ...[`ORGANIZER:mailto:${owner}`, `ATTENDEE;PARTSTAT=${reply}:MAILTO:Someone@Example.com`],
    ...['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:A', 'TRIGGER:-PT10M', 'END:VALARM', 'END:VEVENT'],
  ]
  const START = ['DTSTART:20260616T080000Z', 'DTEND:20260616T090000Z']
  const text = (...events: string[][]): string =>
    ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//EN', ...events.flat(), 'END:VCALENDAR', ''].join('\r\n')

  const replies = (held: string): string[] => held.match(/PARTSTAT=\w+/g) ?? []

  it('is free and silent in Google, keeps its alarm at home, and is as before once it is accepted', async () => {
    const world = new TwoCalendars({}, { username: owner })
    world.icloud.user.addText(world.icloud.calendar, text(vevent('DECLINED', START)), 'a.ics')
    await inStep(world)
    const { transparency, reminders } = world.only('left').fields
    assert.deepEqual([transparency, reminders], ['transparent', null])
    world.google.user.edit(world.only('left').id, { summary: 'B' })
    await inStep(world)
    assert.ok(copyIn(world).includes('SUMMARY:B') && rings(copyIn(world)) && !copyIn(world).includes('TRANSPARENT'))
    world.icloud.user.rewrite(world.only('right').id, (held) => held.replace('=DECLINED', '=ACCEPTED'))
    await inStep(world)
    assert.deepEqual(world.only('left').fields.reminders, [10])
    assert.equal(world.only('left').fields.transparency, 'opaque')
  })

  it('is so in one occurrence alone', async () => {
    const world = new TwoCalendars({}, { username: owner })
    const series = vevent('ACCEPTED', [...START, 'RRULE:FREQ=WEEKLY;COUNT=3'])
    const moved = ['RECURRENCE-ID:20260623T080000Z', 'DTSTART:20260623T080000Z', 'DTEND:20260623T090000Z']
    world.icloud.user.addText(world.icloud.calendar, text(series, vevent('DECLINED', moved)), 'a.ics')
    await inStep(world)
    const { fields } = world.only('left')
    assert.equal(fields.transparency, 'opaque')
    assert.deepEqual(fields[`exceptions.${KEY}`], { transparency: 'transparent', reminders: null })
  })

  it('is left out as one occurrence, whose place a rename of the copy leaves alone, and is back once it is accepted', async () => {
    const world = new TwoCalendars({}, { username: owner })
    world.declined = 'leave-out'
    const series = vevent('ACCEPTED', [...START, 'RRULE:FREQ=WEEKLY;COUNT=3'])
    const moved = ['RECURRENCE-ID:20260623T080000Z', 'DTSTART:20260623T080000Z', 'DTEND:20260623T090000Z']
    world.icloud.user.addText(world.icloud.calendar, text(series, vevent('DECLINED', moved)), 'a.ics')
    await inStep(world)
    assert.equal(world.only('left').fields[`exceptions.${KEY}`], null)
    const held = copyIn(world)
    world.google.user.edit(world.only('left').id, { summary: 'B' })
    await inStep(world)
    assert.deepEqual(replies(copyIn(world)), replies(held))
    assert.ok(copyIn(world).includes('RECURRENCE-ID:20260623T080000Z') && !copyIn(world).includes('EXDATE'))
    assert.equal(world.only('left').fields[`exceptions.${KEY}`], null)
    world.icloud.user.rewrite(world.only('right').id, (now) => now.replace('=DECLINED', '=ACCEPTED'))
    await inStep(world)
    const { fields } = world.only('left')
    assert.ok(fields[`exceptions.${KEY}`] !== null)
    assert.deepEqual([fields.transparency, fields.reminders, fields.summary], ['opaque', [10], 'B'])
  })

  it('is left out if it was never copied, and made once it is accepted', async () => {
    const world = new TwoCalendars({}, { username: owner })
    world.declined = 'leave-out'
    world.icloud.user.addText(world.icloud.calendar, text(vevent('DECLINED', START)), 'a.ics')
    await inStep(world)
    assert.deepEqual(world.live('left'), [])
    world.icloud.user.rewrite(world.only('right').id, (held) => held.replace('=DECLINED', '=ACCEPTED'))
    await inStep(world)
    assert.deepEqual(world.only('left').fields.reminders, [10])
  })

  it('is as any other if the node says so', async () => {
    const world = new TwoCalendars({}, { username: owner })
    world.declined = 'as-is'
    world.icloud.user.addText(world.icloud.calendar, text(vevent('DECLINED', START)), 'a.ics')
    await inStep(world)
    assert.deepEqual(world.only('left').fields.reminders, [10])
    assert.equal(world.only('left').fields.transparency, 'opaque')
  })

  describe('by another address than that of the log-in', () => {
    const alias = 'an.na+work@example.org'
    const addresses = ['mailto:someone@example.com', '/1234567890/principal/', 'mailto:An.Na%2Bwork@Example.org']
    const replies = (reply: string, lines: string[], value = `mailto:${alias}`): string[] =>
      vevent(reply, lines).map((line) => line.replace(/:MAILTO:.*/, `:${value}`))
    const series = [...START, 'RRULE:FREQ=WEEKLY;COUNT=3']
    const moved = ['RECURRENCE-ID:20260623T080000Z', 'DTSTART:20260623T080000Z', 'DTEND:20260623T090000Z']

    async function copied(
      held: string,
      said: readonly string[] | null = addresses,
      before?: NonNullable<TwoCalendars['icloud']['interfere']['before']>,
    ): Promise<TwoCalendars> {
      const world = new TwoCalendars({}, { username: owner, addresses: said })
      if (before) world.icloud.interfere.before = before
      world.icloud.user.addText(world.icloud.calendar, held, 'a.ics')
      await inStep(world)
      return world
    }
    const isFree = (world: TwoCalendars): boolean => world.only('left').fields.transparency === 'transparent'

    it('is free and silent in Google too', async () => {
      const world = await copied(text(replies('DECLINED', START)))
      assert.ok(isFree(world))
      assert.equal(world.only('left').fields.reminders, null)
      assert.ok(rings(copyIn(world)))
    })

    it('is so by a reply that names the principal in place of an address', async () => {
      assert.ok(isFree(await copied(text(replies('DECLINED', START, '/1234567890/principal/')))))
    })

    it('is so in one occurrence alone, whose reply is the only one by that address', async () => {
      const world = await copied(text(vevent('ACCEPTED', series), replies('DECLINED', moved)))
      assert.equal(world.only('left').fields.transparency, 'opaque')
      assert.deepEqual(world.only('left').fields[`exceptions.${KEY}`], { transparency: 'transparent', reminders: null })
    })

    it('is not what somebody else has declined', async () => {
      assert.ok(!isFree(await copied(text(replies('DECLINED', START, 'mailto:ann@example.com')))))
    })

    it('stays declined when another edit of it is carried after a restart', async () => {
      const world = await copied(text(replies('DECLINED', START, '/1234567890/principal/')))
      world.restart()
      world.icloud.user.rewrite(world.only('right').id, alone('B'))
      await inStep(world)
      assert.equal(world.only('left').fields.summary, 'B')
      assert.ok(isFree(world))
    })

    it('shows as any other if the server does not say which addresses are its own', async () => {
      assert.ok(!isFree(await copied(text(replies('DECLINED', START)), null)))
      for (const status of [403, 500]) {
        const refuse = (_: Request, body: string): Response | undefined =>
          body.includes('calendar-user-address-set') ? new Response(null, { status }) : undefined
        assert.ok(!isFree(await copied(text(replies('DECLINED', START)), addresses, refuse)))
      }
    })

    it('is asked for once, and only if somebody declined where the log-in is not invited', async () => {
      let asked = 0
      const count = (_: Request, body: string): undefined => {
        if (body.includes('calendar-user-address-set')) asked += 1
      }
      for (const held of [
        text(replies('ACCEPTED', START)),
        text(vevent('DECLINED', START)),
        text([
          ...vevent('ACCEPTED', START).slice(0, -1),
          'ATTENDEE;PARTSTAT=DECLINED:mailto:ann@example.com',
          'END:VEVENT',
        ]),
      ]) {
        const { log } = (await copied(held, addresses, count)).icloud
        assert.equal(asked, 0)
        assert.ok(!log.some(({ path }) => path.endsWith('/principal/')))
      }
      const world = await copied(text(replies('DECLINED', START, 'mailto:ann@example.com')), addresses, count)
      world.icloud.user.rewrite(world.only('right').id, alone('B'))
      await inStep(world)
      assert.equal(asked, 1)
    })
  })
})

describe('What is cancelled in iCloud', () => {
  const text = (status: string): string =>
    [
      ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//EN', 'BEGIN:VEVENT', 'UID:a', 'DTSTAMP:20260501T080000Z'],
      ...['DTSTART:20260616T080000Z', 'DTEND:20260616T090000Z', 'SUMMARY:A', `STATUS:${status}`],
      ...['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:A', 'TRIGGER:-PT10M', 'END:VALARM'],
      ...['END:VEVENT', 'END:VCALENDAR', ''],
    ].join('\r\n')

  it('is tentative, free and silent in Google, and keeps its alarm at home', async () => {
    const world = new TwoCalendars()
    world.icloud.user.addText(world.icloud.calendar, text('CONFIRMED'), 'a.ics')
    await inStep(world)
    const id = world.only('left').id
    assert.deepEqual(world.only('left').fields.reminders, [10])
    const path = world.only('right').id
    world.icloud.user.rewrite(path, (held) => held.replace('STATUS:CONFIRMED', 'STATUS:CANCELLED'))
    await inStep(world)
    const { status, transparency, reminders } = world.only('left').fields
    assert.deepEqual([status, transparency, reminders], ['tentative', 'transparent', null])
    world.google.user.edit(id, { summary: 'B' })
    await inStep(world)
    assert.ok(rings(copyIn(world)) && /SUMMARY:B[^]*/.test(copyIn(world)))
    assert.ok(!copyIn(world).includes('TRANSPARENT') && copyIn(world).includes('STATUS:CANCELLED'))
    world.icloud.user.rewrite(path, (held) => held.replace('STATUS:CANCELLED', 'STATUS:CONFIRMED'))
    await inStep(world)
    const again = world.only('left').fields
    assert.deepEqual([again.status, again.transparency, again.reminders], ['confirmed', 'opaque', [10]])
  })
})

describe('What is cancelled in a flow of one direction', () => {
  const START = '2026-06-16T10:00:00'
  const series = { start: { dateTime: START, timeZone: 'UTC' }, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] }
  const inIcloud = (...lines: string[]): string =>
    [
      ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//EN', 'BEGIN:VEVENT', 'UID:a', 'DTSTAMP:20260501T080000Z'],
      ...['DTSTART:20260616T100000Z', 'DTEND:20260616T110000Z', 'SUMMARY:A', ...lines, 'STATUS:CONFIRMED'],
      ...['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:A', 'TRIGGER:-PT10M', 'END:VALARM'],
      ...['END:VEVENT', 'END:VCALENDAR', ''],
    ].join('\r\n')
  const shows = ({ transparency, reminders }: Fields): unknown => [transparency, reminders]
  const FREE = ['transparent', null]
  const BUSY = ['opaque', [10]]

  it('is free and silent in its copy in Google, and as before once it takes place', async () => {
    const world = new TwoCalendars()
    world.oneWayTo = 'left'
    world.icloud.user.addText(world.icloud.calendar, inIcloud(), 'a.ics')
    await inStep(world)
    const path = world.only('right').id
    for (const [status, expected] of [
      ['CANCELLED', FREE],
      ['CONFIRMED', BUSY],
      ['CANCELLED', FREE],
    ] as const) {
      world.icloud.user.set(path, `STATUS:${status}`)
      await inStep(world)
      assert.deepEqual(shows(world.only('left').fields), expected)
    }
    assert.ok(rings(copyIn(world)) && !copyIn(world).includes('TRANSPARENT'))
    world.google.user.edit(world.only('left').id, { transparency: 'opaque', summary: 'B' })
    await inStep(world)
    assert.deepEqual([world.only('left').fields.transparency, world.only('right').fields.summary], ['opaque', 'A'])
    world.icloud.user.set(path, 'SUMMARY:C')
    await inStep(world)
    assert.deepEqual([world.only('left').fields.summary, world.only('right').fields.summary], ['C', 'C'])
    assert.ok(copyIn(world).includes('STATUS:CANCELLED'))
  })

  it('is so where it is cancelled before it was ever copied', async () => {
    const world = new TwoCalendars()
    world.oneWayTo = 'left'
    world.icloud.user.addText(world.icloud.calendar, inIcloud().replace('CONFIRMED', 'CANCELLED'), 'a.ics')
    await inStep(world)
    assert.deepEqual(shows(world.only('left').fields), FREE)
    assert.equal(world.only('left').fields.status, 'tentative')
  })

  it('is so in one occurrence alone', async () => {
    const world = new TwoCalendars()
    world.oneWayTo = 'left'
    world.icloud.user.addText(world.icloud.calendar, inIcloud('RRULE:FREQ=WEEKLY;COUNT=3'), 'a.ics')
    await inStep(world)
    world.icloud.user.changeOccurrence(world.only('right').id, '20260623T100000Z', 'STATUS:CANCELLED')
    await inStep(world)
    const { fields } = world.only('left')
    assert.deepEqual([shows(fields), fields['exceptions.2026-06-23T10:00:00Z']], [BUSY, null])
  })

  it('stays as its owner has it in iCloud where nothing is written there', async () => {
    const world = new TwoCalendars()
    world.oneWayTo = 'right'
    const event = {
      summary: 'A',
      ...series,
      end: { dateTime: '2026-06-16T11:00:00', timeZone: 'UTC' },
      reminders: pops,
    }
    const id = world.google.user.create(event).id!
    await inStep(world)
    const path = world.only('right').id
    world.icloud.user.set(path, 'STATUS:CANCELLED')
    await inStep(world)
    assert.deepEqual(shows(world.only('left').fields), BUSY)
    assert.ok(copyIn(world).includes('STATUS:CANCELLED') && rings(copyIn(world)))
    world.google.user.edit(id, { summary: 'B' })
    await inStep(world)
    assert.ok(copyIn(world).includes('SUMMARY:B') && copyIn(world).includes('STATUS:CANCELLED'))
    assert.ok(rings(copyIn(world)) && !copyIn(world).includes('TRANSPARENT'))
    assert.deepEqual(world.google.user.get(id).reminders, pops)
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
