import assert from 'node:assert/strict'
import type { Live } from '../../src/event/calendar'
import { isException } from '../../src/event/event'
import { eventsOf, setLine } from '../simulators/caldav/ical-text'
import { Random } from '../sync/random'
import type { Paging } from '../simulators/google/list'
import type { Patch } from '../simulators/google/resource'
import type { Behaviour } from '../simulators/google/write'
import { heldOnBoth } from './held'
import type { Asked } from './network'
import type { Setting } from './setting'
import { drawSetting } from './setting'
import { World } from './world'

const MINUTE = 60_000
const WEEKLY = 'FREQ=WEEKLY;COUNT=8'
const TIMES = { start: '2026-06-09T10:00:00', end: '2026-06-09T11:00:00', zone: 'Europe/Berlin' }
/** The third occurrence, as the engine names it and as iCalendar does. */
const KEY = '2026-06-23T08:00:00Z'
const LOCAL = '20260623T100000'

/** The ways in which Google may treat the occurrences of a series, and tell of them. */
const WAYS = (['follow', 'keep'] as const).flatMap((exceptions) =>
  (['orphans', 'resets'] as const).flatMap((movedSeries) =>
    [true, false].map((tells) => ({
      name: `occurrences ${exceptions}, a moved series ${movedSeries}, cancelled ones ${tells ? 'listed' : 'left out'}`,
      behaviour: { exceptions, movedSeries } satisfies Partial<Behaviour>,
      paging: { cancelledByUid: tells, listsHidden: tells } satisfies Partial<Paging>,
    })),
  ),
)
type Way = (typeof WAYS)[number]

/** A weekly series of eight on both sides, made at iCloud, in step. */
async function series(way: Way, strategy: Setting['strategy'] = 'manual') {
  const usual = drawSetting(new Random(1), [])
  const world = new World(
    {
      ...usual,
      busyTo: undefined,
      googleIs: 'left',
      direction: 'both',
      strategy,
      deletionLimit: 100,
      maxOperations: 1000,
      behaviour: { ...usual.behaviour, ...way.behaviour },
      paging: { ...usual.paging, ...way.paging },
      caldav: { rewrites: 'stamps' },
    },
    1,
    () => undefined,
  )
  const { left: google, right: icloud } = world.owners
  icloud.add({ ...TIMES, rule: WEEKLY }, { summary: 'Choir', description: '#choir', location: 'Hall' }, false)
  const path = icloud.events()[0]!.id
  const run = async (msg: Record<string, unknown> = {}) => {
    await world.time.pass(5 * MINUTE)
    return world.run(msg)
  }
  /** Runs until nothing is planned. */
  const settle = async (): Promise<void> => {
    for (let runs = 0; runs < 6; runs += 1) {
      const report = await run()
      assert.deepEqual([report?.conflicts, report?.errors], [0, []])
      if (report && [report.planned.left, report.planned.right].every(({ update, create }) => update + create === 0))
        return
    }
    throw new Error('it does not come to rest')
  }
  const held = async (): Promise<{ google: Live; icloud: Live }> => {
    const { left, right } = await heldOnBoth(world)
    assert.deepEqual([left.byTag.get('choir')?.length, right.byTag.get('choir')?.length], [1, 1])
    return { google: left.byTag.get('choir')![0]!, icloud: right.byTag.get('choir')![0]! }
  }
  await settle()
  return { world, google, icloud, path, run, settle, held, id: google.events()[0]!.id }
}
type Stage = Awaited<ReturnType<typeof series>>

/** Both sides mean the same by the series and each of its occurrences. @returns what is said of the occurrences */
async function same({ held }: Stage): Promise<Record<string, unknown>> {
  const { google, icloud } = await held()
  for (const name of ['when', 'summary', 'location', 'transparency', 'reminders'] as const)
    assert.deepEqual(google.fields[name], icloud.fields[name])
  const said = ({ fields }: Live) =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => isException(name as 'when')))
  assert.deepEqual(said(google), said(icloud))
  return said(google)
}

/** How a series changes so that an occurrence is out of sight, and back. */
const HIDDEN: Record<string, [there: (stage: Stage) => void, back: (stage: Stage) => void]> = {
  'its rule is removed': [
    ({ icloud, path }) => icloud.setTimes(path, TIMES),
    ({ icloud, path }) => icloud.setTimes(path, { ...TIMES, rule: WEEKLY }),
  ],
  'its rule is shortened': [
    ({ icloud, path }) => icloud.setTimes(path, { ...TIMES, rule: 'FREQ=WEEKLY;COUNT=2' }),
    ({ icloud, path }) => icloud.setTimes(path, { ...TIMES, rule: WEEKLY }),
  ],
  'its day is changed': [
    ({ icloud, path }) =>
      icloud.setTimes(path, { ...TIMES, start: '2026-06-10T10:00:00', end: '2026-06-10T11:00:00', rule: WEEKLY }),
    ({ icloud, path }) => icloud.setTimes(path, { ...TIMES, rule: WEEKLY }),
  ],
}

describe('An occurrence that was out of sight for a while', () => {
  for (const way of WAYS.filter(({ behaviour }) => behaviour.exceptions === 'keep')) {
    for (const [what, [there, back]] of Object.entries(HIDDEN)) {
      for (const change of ['renamed', 'deleted'] as const) {
        it(`is there again on both sides when ${what} and put back, ${change} before (${way.name})`, async () => {
          const stage = await series(way)
          const { icloud, path, settle, run } = stage
          if (change === 'renamed') icloud.renameOccurrence(path, KEY, 'Concert')
          else icloud.cancelOccurrence(path, KEY)
          await settle()
          assert.deepEqual(Object.keys(await same(stage)), [`exceptions.${KEY}`])
          there(stage)
          await settle()
          await same(stage)
          back(stage)
          await settle()
          assert.deepEqual(await same(stage), {})
          await run({ fullSync: true })
          await settle()
          assert.deepEqual(await same(stage), {})
          assert.doesNotMatch(stage.world.icloud.user.text(path), /EXDATE|RECURRENCE-ID/)
        })
      }
    }
  }

  for (const way of WAYS.filter(({ behaviour }) => behaviour.exceptions === 'follow')) {
    it(`is on both sides what Google makes of it when its rule is removed and put back there (${way.name})`, async () => {
      const stage = await series(way)
      const { google, id, settle, run } = stage
      google.cancelOccurrence(id, KEY)
      google.renameOccurrence(id, '2026-06-30T08:00:00Z', 'Concert')
      await settle()
      google.setTimes(id, { ...TIMES, rule: 'FREQ=WEEKLY;COUNT=2' })
      await settle()
      google.setTimes(id, { ...TIMES, rule: WEEKLY })
      await settle()
      const shown = await same(stage)
      assert.equal(shown[`exceptions.${KEY}`], way.behaviour.movedSeries === 'orphans' ? null : undefined)
      await run({ fullSync: true })
      await settle()
      assert.deepEqual(await same(stage), shown)
    })
  }
})

/** Google's answer that it has had too many requests. */
const limited = (): Response =>
  new Response(
    JSON.stringify({ error: { code: 429, message: 'Rate Limit Exceeded', errors: [{ reason: 'rateLimitExceeded' }] } }),
    { status: 429 },
  )

/** What an owner does to a series and to the occurrence that was changed before, at iCloud. */
const EDITS: Record<string, (stage: Stage) => void> = {
  'its title': ({ icloud, path }) => icloud.setText(path, 'summary', 'Band'),
  'its title, in the occurrence too': ({ world, path }) => everywhere(world, path, 'SUMMARY:Band'),
  'its place, in the occurrence too': ({ world, path }) => everywhere(world, path, 'LOCATION:Church'),
  'that it is free, in the occurrence too': ({ world, path }) => everywhere(world, path, 'TRANSP:TRANSPARENT'),
  'its reminder': ({ icloud, path }) => icloud.setReminder(path, 25),
  'its length': ({ world, path }) => world.icloud.user.set(path, 'DTEND;TZID=Europe/Berlin:20260609T123000'),
  'its hour': ({ icloud, path }) => icloud.setTimes(path, { ...TIMES, start: '2026-06-09T09:00:00', rule: WEEKLY }),
  'to whole days': ({ icloud, path }) =>
    icloud.setTimes(path, { start: '2026-06-09', end: '2026-06-10', rule: WEEKLY }),
  'that it recurs': ({ icloud, path }) => icloud.setTimes(path, TIMES),
  'its rule': ({ world, path }) => world.icloud.user.set(path, 'RRULE:FREQ=WEEKLY;COUNT=12'),
}

/** The Apple app writes what is changed of a series into its changed occurrences as well. */
function everywhere(world: World, path: string, line: string): void {
  world.icloud.user.edit(path, (calendar) => {
    for (const event of eventsOf(calendar)) setLine(event, line)
  })
}

/** How far the write of a series gets: Google takes the series, and then... */
const ENDS: Record<string, (stage: Stage, isOccurrence: (asked: Asked) => boolean) => void> = {
  'Google refuses the next request': ({ world }, isOccurrence) => {
    world.network.fate = (asked) => (isOccurrence(asked) ? { is: 'answered', instead: limited() } : { is: 'usual' })
  },
  'the answer is lost': ({ world }) => {
    world.network.fate = ({ method }) => (method === 'PATCH' ? { is: 'lost after' } : { is: 'usual' })
  },
  'the process ends': ({ world }) => {
    world.network.done = ({ method }) => {
      if (method === 'PATCH') world.life.die()
    }
  },
}

const OCCURRENCE_CHANGES: Record<string, (stage: Stage) => void> = {
  moved: ({ icloud, path }) => icloud.moveOccurrence(path, KEY, 3),
  renamed: ({ icloud, path }) => icloud.renameOccurrence(path, KEY, 'Concert'),
  cancelled: ({ icloud, path }) => icloud.cancelOccurrence(path, KEY),
}

describe('An occurrence of a series that was only half written', () => {
  const hidden = WAYS.filter(({ paging }) => !paging.cancelledByUid)
  let turn = 0
  for (const [change, changeIt] of Object.entries(OCCURRENCE_CHANGES)) {
    for (const [what, edit] of Object.entries(EDITS)) {
      const way = hidden[(turn += 1) % hidden.length]!
      it(`is not taken for edited (${change} before, ${what} changed, ${way.name})`, async () => {
        for (const end of Object.values(ENDS)) {
          const stage = await series(way)
          const { world, run, settle } = stage
          changeIt(stage)
          await settle()
          edit(stage)
          const { fate, done } = world.network
          end(stage, ({ method, url }) => method === 'PATCH' && url.pathname.includes('_2026'))
          await run()
          Object.assign(world.network, { fate, done })
          if (!world.life.isAlive) world.restart()
          const before = world.icloud.user.text(stage.path)
          await settle()
          await same(stage)
          assert.equal(world.icloud.user.text(stage.path), before, 'nothing comes back')
        }
      })
    }
  }
})

/** A field that is edited everywhere, as iCalendar has it and as Google does: what the occurrence had, and what all get. */
const EVERYWHERE: Record<string, readonly [own: string, all: string, native: Patch, allNative: Patch]> = {
  place: ['LOCATION:Room', 'LOCATION:Church', { location: 'Room' }, { location: 'Church' }],
  title: ['SUMMARY:Concert', 'SUMMARY:Band', { summary: 'Concert' }, { summary: 'Band' }],
  'being free': ['TRANSP:TRANSPARENT', 'TRANSP:OPAQUE', { transparency: 'transparent' }, { transparency: 'opaque' }],
}

describe('An occurrence that shows what its series does', () => {
  for (const strategy of ['manual', 'left-wins', 'right-wins'] as const) {
    for (const [what, [own, all, native, allNative]] of Object.entries(EVERYWHERE)) {
      for (const where of ['iCloud', 'Google']) {
        const way = WAYS[where === 'iCloud' ? 1 : 5]!
        it(`has not been edited against the rule: ${what} on ${where}, rule on the other, ${strategy}`, async () => {
          const stage = await series(way, strategy)
          const { world, id, path, settle, held } = stage
          const { google, icloud } = { google: world.google.user, icloud: world.icloud.user }
          const instance = google.instanceId(id, KEY)
          if (where === 'iCloud') icloud.changeOccurrence(path, LOCAL, own)
          else google.edit(instance, native)
          await settle()
          assert.deepEqual(Object.keys(await same(stage)), [`exceptions.${KEY}`])
          const longer = 'RRULE:FREQ=WEEKLY;COUNT=12'
          if (where === 'iCloud') {
            everywhere(world, path, all)
            google.edit(id, { recurrence: [longer] })
          } else {
            for (const each of [id, instance]) google.edit(each, allNative)
            icloud.set(path, longer)
          }
          await settle()
          assert.deepEqual(await same(stage), {})
          const { fields } = (await held()).google
          assert.match(JSON.stringify(fields.when), /COUNT=12/)
          for (const [name, value] of Object.entries(allNative)) assert.equal(fields[name as 'summary'], value)
        })
      }
    }
  }
})
