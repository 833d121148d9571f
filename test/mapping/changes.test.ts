import assert from 'node:assert/strict'
import type { Patch } from '../simulators/google/resource'
import { icsOccurrences } from './ics-occurrences'
import { googleOccurrences, inReach } from './occurrences'
import { TwoCalendars } from './two-calendars'

const ZONE = 'Europe/Berlin'
const at = (clock: string) => ({ dateTime: `2026-06-${clock}:00`, timeZone: ZONE })
const SINGLE: Patch = { summary: 'A', start: at('16T10:00'), end: at('16T11:00'), reminders: { useDefault: false } }
const SERIES: Patch = { ...SINGLE, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=6;BYDAY=TU'] }
const SECOND = '2026-06-23T08:00:00Z'
const THIRD = '2026-06-30T08:00:00Z'

/** Syncs, and checks that both sides take place at the same times and that nothing is left to do. */
async function settle(world: TwoCalendars): Promise<void> {
  assert.deepEqual((await world.sync()).failed, [])
  assert.deepEqual(await world.left(), [])
  const { google, icloud } = world
  const events = [...google.calendar().events.values()].map(({ event }) => event)
  const here = googleOccurrences(events, ZONE)
  const there = world.live('right').flatMap(({ id }) => icsOccurrences(icloud.user.text(id), ZONE) ?? [])
  assert.ok(here.length > 0)
  assert.deepEqual(inReach(there, here[0]?.start ?? 0), here)
}

/** What is done in Google's app, step by step; after each both sides are in step. */
const stories: readonly { name: string; first: Patch; steps: ((world: TwoCalendars, id: string) => void)[] }[] = [
  {
    name: 'a single event becomes a series and single again',
    first: SINGLE,
    steps: [
      ({ google }, id) => google.user.edit(id, { recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] }),
      ({ google }, id) => google.user.edit(id, { recurrence: null }),
    ],
  },
  {
    name: 'a time becomes a day and a time again',
    first: SINGLE,
    steps: [
      ({ google }, id) => google.user.edit(id, { start: { date: '2026-06-16', dateTime: null, timeZone: null }, end: { date: '2026-06-17', dateTime: null, timeZone: null } }), // prettier-ignore
      ({ google }, id) => google.user.edit(id, { start: { date: null, ...at('16T12:00') }, end: { date: null, ...at('16T13:00') } }), // prettier-ignore
    ],
  },
  {
    name: 'the rule changes while there are exceptions',
    first: SERIES,
    steps: [
      ({ google }, id) => {
        google.user.edit(google.user.instanceId(id, SECOND), { start: at('24T15:00'), end: at('24T16:00') })
        google.user.delete(google.user.instanceId(id, THIRD))
      },
      ({ google }, id) => google.user.edit(id, { recurrence: ['RRULE:FREQ=DAILY;COUNT=20'] }),
      ({ google }, id) => google.user.edit(id, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=9;BYDAY=TU,TH'] }),
    ],
  },
  {
    name: 'this and following occurrences change',
    first: SERIES,
    steps: [
      ({ google }, id) => google.user.edit(google.user.instanceId(id, THIRD), { summary: 'B' }),
      ({ google }, id) =>
        google.user.editThisAndFollowing(id, THIRD, { start: at('30T14:00'), end: at('30T15:00'), summary: 'C' }),
    ],
  },
]

describe('Changes of times in Google', () => {
  for (const { name, first, steps } of stories) {
    it(`are carried when ${name}`, async () => {
      const world = new TwoCalendars()
      const id = world.google.user.create(first).id!
      await settle(world)
      for (const step of steps) {
        step(world, id)
        await settle(world)
      }
    })
  }
})

describe('Changes in iCloud of what Google keeps in its own way', () => {
  async function edited(first: Patch, ...lines: readonly string[]) {
    const world = new TwoCalendars()
    const { id = '' } = world.google.user.plant({ ...SINGLE, ...first })
    await world.sync()
    world.icloud.user.set(world.only('right').id, ...lines)
    await settle(world)
    return world.google.user.get(id ?? '')
  }

  it('give an event without an end the end that was written', async () => {
    const event = await edited({ endTimeUnspecified: true }, 'DTEND;TZID=Europe/Berlin:20260616T120000')
    assert.equal(event.endTimeUnspecified, false)
    assert.equal(event.end?.dateTime, '2026-06-16T12:00:00+02:00')
  })

  it('leave the title of a link', async () => {
    const source = { url: 'https://old.example/', title: 'The page' }
    const event = await edited({ source }, 'URL:https://new.example/')
    assert.deepEqual(event.source, { url: 'https://new.example/', title: 'The page' })
  })

  it('give a new link its host as the title', async () => {
    const event = await edited({}, 'URL:https://new.example/a')
    assert.deepEqual(event.source, { url: 'https://new.example/a', title: 'new.example' })
  })

  it("leave categories where Thunderbird keeps them, and other programs' properties as they are", async () => {
    const extendedProperties = { shared: { 'X-MOZ-CATEGORIES': 'A,B', other: '1' }, private: { mine: '2' } }
    const event = await edited({ extendedProperties }, 'CATEGORIES:A,C\\, D')
    assert.deepEqual(event.extendedProperties, {
      shared: { 'X-MOZ-CATEGORIES': 'A,C\\, D', other: '1' },
      private: { mine: '2' },
    })
  })

  it('keep the method of a reminder that stays', async () => {
    const overrides = [{ method: 'email', minutes: 60 }]
    const event = await edited({ reminders: { useDefault: false, overrides } }, 'SUMMARY:B', 'LOCATION:C')
    assert.deepEqual(event.reminders?.overrides, overrides)
  })

  it('replace HTML only where its text changes', async () => {
    const event = await edited({ description: '<b>Bold</b>' }, 'DESCRIPTION:Plain & simple')
    assert.equal(event.description, 'Plain & simple')
  })
})
