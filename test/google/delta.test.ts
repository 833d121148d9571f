import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Live, ResourceId, Seen } from '../../src/event/calendar'
import { exceptionField, whenOf } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import { occurs } from '../../src/event/occurs'
import { refOf } from '../../src/google/seen'
import type { User } from '../simulators/google/user'
import { byId, readAll, signal, World } from './world'

const KEYS = ['2026-01-13T08:00:00Z', '2026-01-20T08:00:00Z', '2026-02-03T08:00:00Z']
const berlin = (dateTime: string) => ({ dateTime, timeZone: 'Europe/Berlin' })
const times = (hour: number) => ({
  start: berlin(`2026-01-06T${String(hour).padStart(2, '0')}:00:00`),
  end: berlin(`2026-01-06T${hour + 1}:30:00`),
})
const weekly = ['RRULE:FREQ=WEEKLY']

type Action = (user: User, pick: (ids: string[]) => string | undefined) => void

/** Live events that are no occurrences, and those of them that recur. */
const masters = (user: User) => user.events().filter(({ recurringEventId }) => recurringEventId === undefined)
const idsOf = (user: User, recurring?: boolean) =>
  masters(user)
    .filter(({ recurrence }) => recurring === undefined || (recurrence !== undefined) === recurring)
    .map(({ id }) => id ?? '')

/** Does something to an event, if there is one that it can be done to. */
const withOne =
  (recurring: boolean | undefined, act: (user: User, id: string) => void): Action =>
  (user, pick) => {
    const id = pick(idsOf(user, recurring))
    if (id !== undefined) act(user, id)
  }

/** What an occurrence is may have gone with a move of its series: then there is nothing to do to it. */
const onOccurrence = (key: string, act: (user: User, id: string) => void): Action =>
  withOne(true, (user, id) => {
    const instance = user.instanceId(id, key)
    if (user.has(instance)) act(user, instance)
  })

function cancelOnce(user: User, id: string): void {
  if (user.get(id).status !== 'cancelled') user.delete(id)
}

const key = fc.constantFrom(...KEYS)
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.constant<Action>((user) => void user.create({ summary: 'Single', ...times(9) })),
  fc.constant<Action>((user) => void user.create({ summary: 'Series', ...times(9), recurrence: weekly })),
  fc.string({ maxLength: 3 }).map((summary) => withOne(undefined, (user, id) => void user.edit(id, { summary }))),
  fc.constant(withOne(undefined, (user, id) => user.delete(id))),
  fc.constantFrom(9, 11).map((hour) => withOne(true, (user, id) => void user.edit(id, times(hour)))),
  fc.constant(withOne(false, (user, id) => void user.edit(id, { ...times(9), recurrence: weekly }))),
  fc.constant(withOne(true, (user, id) => void user.edit(id, { recurrence: null }))),
  key.map((each) => onOccurrence(each, (user, id) => void user.edit(id, { location: 'Elsewhere' }))),
  key.map((each) => onOccurrence(each, cancelOnce)),
  key.map((each) => onOccurrence(each, (user, id) => void user.edit(id, { status: 'confirmed' }))),
  key.map((each) =>
    withOne(true, (user, id) => {
      if (user.has(user.instanceId(id, each)) && !user.has(`${id.replace(/_R.*/, '')}_R${each.replace(/[-:Z]/g, '')}`))
        user.editThisAndFollowing(id, each, { summary: 'Rest' })
    }),
  ),
  fc.constant<Action>((user) => user.expireSyncTokens()),
)

const live = (known: ReadonlyMap<ResourceId, Seen>): Seen[] =>
  [...known.values()]
    .filter((seen) => seen.is === 'live')
    .map(withoutHidden)
    .sort((a, b) => (a.id < b.id ? -1 : 1))

/** Without the instances that a series can't have at present: they are remembered, whether or not a list shows them. */
function withoutHidden(seen: Live): Live {
  const { instances = {}, ...ref } = refOf(seen)
  const when = whenOf(seen.fields)
  const shown = Object.entries(instances).filter(
    ([key]) => exceptionField(key) in seen.fields || (when && occurs(when, key) !== 'no'),
  )
  return { ...seen, ref: { ...ref, instances: Object.fromEntries(shown) } }
}

describe('Google provider: any changes by others', () => {
  it('leave a replica that is kept by deltas the same as one that is read anew', async () => {
    const step = fc.record({ actions: fc.array(fc.tuple(action, fc.nat()), { minLength: 1, maxLength: 5 }) })
    const options = fc.record({
      behaviour: fc.record({
        exceptions: fc.constantFrom('follow' as const, 'keep' as const),
        movedSeries: fc.constantFrom('orphans' as const, 'resets' as const),
        seriesEtag: fc.constantFrom('kept' as const, 'changes' as const),
      }),
      paging: fc.record({
        pageSize: fc.constantFrom(1, 3, 100),
        emptyPages: fc.boolean(),
        exceptionsFirst: fc.boolean(),
        cancelledByUid: fc.boolean(),
        listsHidden: fc.boolean(),
      }),
    })
    await fc.assert(
      fc.asyncProperty(options, fc.array(step, { minLength: 1, maxLength: 8 }), async (chosen, steps) => {
        const world = new World(chosen)
        const calendar = await world.calendar()
        const { user } = world.simulator
        let known = new Map<ResourceId, Seen>()
        let position: Json | null = null
        for (const { actions } of steps) {
          for (const [act, choice] of actions) act(user, (ids) => ids[choice % ids.length])
          const read = await calendar.read(position, known, signal)
          if (read.kind === 'full') known = new Map([...known].filter(([id]) => read.unchanged.includes(id)))
          for (const seen of read.seen) known.set(seen.id, seen)
          position = read.position
          assert.deepEqual(live(known), live(byId((await readAll(calendar)).seen)))
        }
      }),
      { numRuns: 80, seed: 3 },
    )
  })
})
