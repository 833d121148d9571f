import assert from 'node:assert/strict'
import type { World } from '../demo/world'
import { googleApp, icloudApp, type SeriesApp } from './apps'
import { EDITS, SERIES_EDITS, type Here } from './edits'
import { agendas, assertInStep, assertNoMail, difference } from './sides'
import type { Stage } from './stage'

export const NOTHING = { create: 0, update: 0, delete: 0 }

export const DIRECTIONS: readonly { here: Here; there: string; app: (world: World) => SeriesApp }[] = [
  { here: 'google', there: 'iCloud', app: googleApp },
  { here: 'icloud', there: 'Google', app: icloudApp },
]

/** One came from Google, one from iCloud, and one was on both sides. */
export const SERIES = ['Stand-up', 'Football practice, Emil', 'Choir rehearsal']

/**
 * An owner does something: one sync carries it to the other calendar, leaves the one where it was done as its owner
 * left it, and the next sync has nothing to do.
 */
export async function carried({ world, site, pull, push }: Stage, here: Here, act: () => void): Promise<void> {
  await pull()
  const before = agendas(world)[here]
  act()
  await push()
  const meant = agendas(world)[here]
  assert.ok(meant.join() !== before.join(), 'this changes nothing')
  const report = await site.sync()
  assert.deepEqual([report.errors, report.failed, report.stale, report.conflicts], [[], 0, 0, 0])
  await pull()
  assert.deepEqual(difference(agendas(world)[here], meant), { onlyFirst: [], onlySecond: [] })
  assertInStep(world)
  const next = await site.sync()
  assert.deepEqual(next.planned, { left: NOTHING, right: NOTHING })
}

/** What the short scenario has of all that an owner may do: each of these once. */
const SHORT = [
  'another title',
  'a note',
  'another time zone',
  'other reminders',
  'a new event',
  'a deleted event, a deleted series',
  'an all-day occurrence renamed',
  'an all-day occurrence cancelled',
  'an occurrence moved',
  'an occurrence renamed',
  'an occurrence cancelled',
]

function doManyThings(app: SeriesApp, here: Here): void {
  for (const [what, act] of EDITS) if (SHORT.includes(what)) act(app, here)
  for (const [what, act] of SERIES_EDITS) if (SHORT.includes(what)) for (const each of SERIES) act(app, each, here)
}

/** First sync, much done on either side, a restart: in a few seconds. `stage` is not started yet. */
export async function shortScenario(stage: Stage): Promise<void> {
  const { world, site, pull, push } = stage
  const first = await site.report(() => site.install())
  assert.deepEqual([first.errors, first.applied.left.create, first.applied.right.create], [[], 38, 37])
  await pull()
  googleApp(world).note('Concert', 'Bring the tickets')
  const concert = googleApp(world)
    .owner.rows()
    .find(({ title }) => title === 'Concert')!
  world.googleOwner.change(concert.id, { ...concert, place: 'Philharmonic, block C' })
  await push()
  await site.sync()
  for (const { here, app } of DIRECTIONS) await carried(stage, here, () => doManyThings(app(world), here))
  await site.stop()
  googleApp(world).note('Dentist', 'while it was down')
  const report = await site.report(() => site.start())
  assert.deepEqual([report.errors, report.applied], [[], { left: NOTHING, right: { ...NOTHING, update: 1 } }])
  await pull()
  assertInStep(world)
  await site.sync()
  const idle = await site.sync()
  assert.deepEqual(
    [idle.planned, idle.requests],
    [
      { left: NOTHING, right: NOTHING },
      { left: 1, right: 1 },
    ],
  )
  assertNoMail(world)
  assert.deepEqual(site.listener.all('error'), [])
}
