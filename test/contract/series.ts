import assert from 'node:assert/strict'
import type { Exception, Fields } from '../../src/event/event'
import { exceptionField } from '../../src/event/event'
import { LUNCH, SECOND, THIRD, WEEKLY, allDay, timed } from './events'
import { Reader, assertHolds, created, updated } from './reader'
import type { World } from './world'

const MOVED: Exception = { ...timed('2026-06-16T14:00:00', '2026-06-16T15:00:00') }
const CHANGES: readonly { name: string; exception: Exception }[] = [
  { name: 'a moved occurrence', exception: MOVED },
  { name: 'a renamed occurrence', exception: { summary: 'Stand-up with cake', location: null } },
  { name: 'a moved and renamed occurrence', exception: { ...MOVED, summary: 'Stand-up with cake' } },
  { name: 'a cancelled occurrence', exception: null },
]

/** A series whose second occurrence is this. */
const weekly = (exception: Exception): Fields => ({ ...WEEKLY, [exceptionField(SECOND)]: exception })

export function seriesSentences(world: () => World): void {
  for (const { name, exception } of CHANGES) {
    it(`creates a series with ${name}`, async () => {
      const { calendar } = world()
      await created(calendar, 'uid-1', weekly(exception))
      assertHolds(calendar, await new Reader(calendar).only(), weekly(exception))
    })

    it(`sees ${name} that another made, and its revival`, async () => {
      const { calendar, other } = world()
      const id = await other.create(WEEKLY)
      const reader = new Reader(calendar)
      assertHolds(calendar, await reader.only(), WEEKLY)
      await other.changeOccurrence(id, SECOND, exception)
      assertHolds(calendar, await reader.only(), weekly(exception))
      await other.changeOccurrence(id, SECOND, {})
      assertHolds(calendar, await reader.only(), WEEKLY)
    })

    it(`writes ${name} into a series, and revives it`, async () => {
      const { calendar, other } = world()
      await other.create(WEEKLY)
      const reader = new Reader(calendar)
      await updated(calendar, await reader.only(), { [exceptionField(SECOND)]: exception })
      assertHolds(calendar, await reader.only(), weekly(exception))
      await updated(calendar, await reader.only(), { [exceptionField(SECOND)]: {} })
      assertHolds(calendar, await reader.only(), WEEKLY)
    })
  }

  it('changes one occurrence from moved to cancelled to renamed', async () => {
    const { calendar } = world()
    await created(calendar, 'uid-1', weekly(MOVED))
    const reader = new Reader(calendar)
    for (const exception of [null, { summary: 'Stand-up with cake' }]) {
      await updated(calendar, await reader.only(), { [exceptionField(SECOND)]: exception })
      assertHolds(calendar, await reader.only(), weekly(exception))
    }
  })

  it('lets occurrences follow their series where they do not differ from it', async () => {
    const { calendar, other } = world()
    const id = await other.create(WEEKLY)
    await other.changeOccurrence(id, SECOND, { summary: 'Stand-up with cake' })
    const reader = new Reader(calendar)
    await updated(calendar, await reader.only(), { location: 'Room 2', summary: 'Daily' })
    assertHolds(calendar, await reader.only(), {
      ...WEEKLY,
      location: 'Room 2',
      summary: 'Daily',
      [exceptionField(SECOND)]: { summary: 'Stand-up with cake' },
    })
  })

  it('leaves the exceptions alone where a field of the series is written', async () => {
    const { calendar, other } = world()
    const id = await other.create(WEEKLY)
    await other.changeOccurrence(id, SECOND, MOVED)
    await other.changeOccurrence(id, THIRD, null)
    const reader = new Reader(calendar)
    await updated(calendar, await reader.only(), { description: 'Bring coffee' })
    assertHolds(calendar, await reader.only(), {
      ...weekly(MOVED),
      [exceptionField(THIRD)]: null,
      description: 'Bring coffee',
    })
  })

  it('moves a series with its exceptions as they are asked for', async () => {
    const { calendar, other } = world()
    const id = await other.create(WEEKLY)
    await other.changeOccurrence(id, SECOND, { summary: 'Stand-up with cake' })
    const reader = new Reader(calendar)
    const when = {
      ...timed('2026-06-08T10:00:00', '2026-06-08T10:30:00'),
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO'],
    }
    const later = exceptionField('2026-06-15T08:00:00Z')
    await updated(calendar, await reader.only(), { when, [later]: { summary: 'Cake' } }, exceptionField(SECOND))
    assertHolds(calendar, await reader.only(), { ...WEEKLY, when, [later]: { summary: 'Cake' } })
  })

  it('turns a single event into a series and back', async () => {
    const { calendar, other } = world()
    await other.create(LUNCH)
    const reader = new Reader(calendar)
    const when = { ...(LUNCH.when as object), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=WE'] }
    const cancelled = exceptionField('2026-06-17T10:00:00Z')
    await updated(calendar, await reader.only(), { when, [cancelled]: null })
    assertHolds(calendar, await reader.only(), { ...LUNCH, when, [cancelled]: null })
    await updated(calendar, await reader.only(), { when: LUNCH.when! }, cancelled)
    assertHolds(calendar, await reader.only(), LUNCH)
  })

  it('turns a series of times into one of days and back, exceptions and all', async () => {
    const { calendar } = world()
    await created(calendar, 'uid-1', { ...WEEKLY, [exceptionField(SECOND)]: null })
    const reader = new Reader(calendar)
    const when = { ...allDay('2026-06-08', '2026-06-09'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO'] }
    const day = exceptionField('2026-06-15')
    await updated(calendar, await reader.only(), { when, [day]: null }, exceptionField(SECOND))
    assertHolds(calendar, await reader.only(), { ...WEEKLY, when, [day]: null })
    await updated(calendar, await reader.only(), { when: WEEKLY.when!, [exceptionField(SECOND)]: null }, day)
    assertHolds(calendar, await reader.only(), { ...WEEKLY, [exceptionField(SECOND)]: null })
  })

  it('writes exceptions of a series of days', async () => {
    const { calendar } = world()
    const series: Fields = {
      when: { ...allDay('2026-06-08', '2026-06-10'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO'] },
      summary: 'Fair',
      [exceptionField('2026-06-15')]: { start: { date: '2026-06-16' }, end: { date: '2026-06-17' } },
      [exceptionField('2026-06-22')]: null,
    }
    const seen = await created(calendar, 'uid-1', series)
    assertHolds(calendar, seen, series)
    assert.equal(seen.uid, 'uid-1')
    assertHolds(calendar, await new Reader(calendar).only(), series)
  })
}
