import assert from 'node:assert/strict'
import type { OperationMessage } from '../../src/runtime/operation-message'
import { openAbout } from '../../src/runtime/questions'
import { PLAIN } from '../simulators/caldav'
import { Random } from '../sync/random'
import { withoutMembers } from './answers'
import { zoneLines } from './apple-zones'
import { heldOnBoth } from './held'
import type { Asked } from './network'
import type { Setting } from './setting'
import { drawSetting } from './setting'
import { World } from './world'

const TIMES = { start: '2026-06-10T10:00:00', end: '2026-06-10T11:00:00', zone: 'Europe/Berlin' }
const MINUTE = 60_000
const NOTHING = { create: 0, update: 0, delete: 0 }

/** Google on the left, iCloud on the right, both in step over one event that was made at Google. */
async function inStep(more: Partial<Setting> = {}) {
  const usual = drawSetting(new Random(1), [])
  const setting: Setting = {
    ...usual,
    busyTo: undefined,
    googleIs: 'left',
    direction: 'both',
    strategy: 'left-wins',
    deletionLimit: 100,
    ...more,
  }
  const world = new World(
    { ...setting, maxOperations: 1000, caldav: { rewrites: 'stamps', ...more.caldav } },
    1,
    () => undefined,
  )
  const { left: google, right: icloud } = world.owners
  google.add(TIMES, { summary: 'Tea', description: '#tea' }, false)
  const run = async (msg = {}) => {
    await world.time.pass(5 * MINUTE)
    return world.run(msg)
  }
  const once = async (): Promise<void> => {
    const held = await heldOnBoth(world)
    for (const side of ['left', 'right'] as const) assert.equal(held[side].byTag.get('tea')?.length, 1, side)
  }
  await run()
  const ids = { google: google.events()[0]!.id, icloud: icloud.events()[0]!.id }
  return { world, google, icloud, run, once, ids }
}

describe('Stories that random histories have told', () => {
  it('keeps what an operation overwrites that comes after the end of its run', async () => {
    const { world, google, icloud, run, ids } = await inStep()
    google.setText(ids.google, 'summary', 'Coffee')
    let held: OperationMessage[] = []
    world.between = (_to, ops) => void (held = ops)
    await run()
    world.flow.write('right', held)
    await world.time.until(world.flow.idle())
    assert.match(JSON.stringify(world.icloud.user.text(ids.icloud)), /SUMMARY:Coffee/)
    assert.ok(world.life.disk.remembered.some((line) => line.includes('"Tea"')))
    assert.equal(icloud.events().length, 1)
  })

  for (const writes of ['PUT', 'POST']) {
    const [moves, googleIs] = writes === 'PUT' ? (['iCloud', 'left'] as const) : (['Google', 'right'] as const)
    it(`keeps both versions of an event once, and is done, where the answer from ${moves} is lost`, async () => {
      const { world, run } = await inStep({ strategy: 'manual', googleIs })
      const [left, right] = [world.owners.left, world.owners.right]
      left.setText(left.events()[0]!.id, 'summary', 'Coffee')
      right.setText(right.events()[0]!.id, 'summary', 'Cocoa')
      await run()
      const pair = await world.time.until(world.life.pair())
      const [open] = openAbout(pair, 'conflict')
      const isLost = ({ method, url }: Asked) => method === writes && url.pathname !== '/token'
      world.network.fate = (asked) => ({ is: isLost(asked) ? 'lost after' : 'usual' })
      await world.time.until(world.flow.command('resolve', { id: open?.told?.id, choice: 'both' }))
      world.network.fate = () => ({ is: 'usual' })
      for (let runs = 0; runs < 3; runs += 1) {
        await world.time.pass(61 * MINUTE)
        await run()
      }
      assert.deepEqual((await run())?.planned, { left: NOTHING, right: NOTHING })
      for (const owner of [left, right]) {
        const titles = owner.events().map(({ id }) => owner.textOf(id, 'summary'))
        assert.deepEqual(titles.sort(), ['Cocoa', 'Coffee'])
      }
      assert.deepEqual(openAbout(pair, 'conflict'), [])
    })
  }

  it('keeps on disk what both sinks wrote of one event at the same time', async () => {
    const { world, google, icloud, run, ids } = await inStep()
    for (let index = 0; index < 20; index += 1) {
      google.add(TIMES, { summary: `Meeting ${index}`, description: `#m${index}` }, false)
    }
    await run()
    // Each side has to write this event; one of them is busy with others for longer.
    google.setText(ids.google, 'summary', 'Coffee')
    icloud.setText(ids.icloud, 'location', 'Kitchen')
    for (const { id } of icloud.events()) if (id !== ids.icloud) icloud.setText(id, 'location', 'Office')
    await run()
    const agreed = async () => [...(await world.time.until(world.life.pair())).agreement.entries].sort()
    const before = await agreed()
    world.restart()
    assert.deepEqual(await agreed(), before)
  })

  it('makes no second event in place of one that an empty answer has made missing', async () => {
    const { world, icloud, run, once, ids } = await inStep()
    icloud.setText(ids.icloud, 'summary', 'Coffee')
    world.network.fate = ({ url }) =>
      url.host.startsWith('www.google') && url.pathname.endsWith('/events') && !url.searchParams.has('syncToken')
        ? { is: 'altered', alter: withoutMembers }
        : { is: 'usual' }
    world.google.user.expireSyncTokens()
    await run()
    world.network.fate = () => ({ is: 'usual' })
    await run({ fullSync: true })
    await run()
    await once()
  })

  for (const [made, deleted] of [
    ['google', 'icloud'],
    ['icloud', 'google'],
  ] as const) {
    it(`carries on what was deleted from ${deleted} between its copying and the next read, and asks for nothing twice`, async () => {
      const { world, google, icloud, run } = await inStep({ caldav: { trees: true, rewrites: 'nothing' } })
      const owners = { google, icloud }
      await run()
      owners[made].add(TIMES, { summary: 'Coffee', description: '#coffee' }, false)
      await run()
      const copy = owners[deleted].events().find(({ tag }) => tag === 'coffee')
      owners[deleted].remove(copy!.id)
      await run()
      for (const owner of [google, icloud])
        assert.deepEqual(
          owner.events().map(({ tag }) => tag),
          ['tea'],
        )
      await run()
      const before = { ...world.network.counts }
      await run()
      assert.deepEqual(world.network.counts, { google: before.google + 1, icloud: before.icloud + 1 })
    })
  }

  for (const deletedAt of ['google', 'icloud'] as const) {
    for (const what of ['its answer is lost', 'the process ends'] as const) {
      for (const kind of ['single event', 'series'] as const) {
        it(`keeps a ${kind} that was taken out of the trash at ${deletedAt} after we had deleted its copy and ${what}`, async () => {
          const { world, google, icloud, run } = await inStep({ strategy: 'manual' })
          const owner = { google, icloud }[deletedAt]
          owner.add(
            { ...TIMES, ...(kind === 'series' ? { rule: 'FREQ=WEEKLY;COUNT=6' } : {}) },
            { summary: 'Coffee', description: '#coffee' },
            false,
          )
          await run()
          await run()
          const { id } = owner.events().find(({ tag }) => tag === 'coffee')!
          owner.remove(id)
          let deletions = 0
          world.network.fate = ({ method }) => ({
            is: method === 'DELETE' && what === 'its answer is lost' ? 'lost after' : 'usual',
          })
          world.network.done = ({ method }) => {
            if (method === 'DELETE') deletions += 1
            if (method === 'DELETE' && what === 'the process ends') world.life.die()
          }
          await run()
          assert.ok(deletions > 0)
          world.network.fate = () => ({ is: 'usual' })
          world.network.done = () => undefined
          if (what === 'the process ends') world.restart()
          owner.restore(id)
          for (let runs = 0; runs < 3; runs += 1) await run()
          const held = await heldOnBoth(world)
          for (const side of ['left', 'right'] as const) {
            assert.deepEqual([...held[side].byTag].map(([tag, all]) => [tag, all.length]).sort(), [
              ['coffee', 1],
              ['tea', 1],
            ])
          }
          assert.equal(world.flow.questions.length, 0)
        })
      }
    }

    it(`carries on a deletion made at ${deletedAt} after one of our own there never took effect`, async () => {
      const { world, google, icloud, run } = await inStep({ strategy: 'manual' })
      const [owner, other] = deletedAt === 'google' ? [google, icloud] : [icloud, google]
      other.add(TIMES, { summary: 'Coffee', description: '#coffee' }, false)
      await run()
      await run()
      const idOf = (who: typeof owner) => who.events().find(({ tag }) => tag === 'coffee')!.id
      const id = idOf(other)
      other.remove(id)
      world.network.fate = ({ method }) => ({ is: method === 'DELETE' ? 'lost before' : 'usual' })
      await run()
      world.network.fate = () => ({ is: 'usual' })
      other.restore(id)
      await run()
      owner.remove(idOf(owner))
      await run()
      for (const each of [google, icloud])
        assert.deepEqual(
          each.events().map(({ tag }) => tag),
          ['tea'],
        )
    })
  }

  for (const [server, caldav] of [
    ['answers no ETag', { etagAfterPut: false, rewrites: 'nothing' }],
    ['rewrites texts', { rewrites: 'stamps' }],
    ['adds an alarm', { rewrites: 'alarm' }],
    ['keeps a text that looks fragile', { ...PLAIN, etagAfterPut: true }],
  ] as const) {
    for (const action of ['create', 'update'] as const) {
      it(`carries back what is edited between our ${action} and the look at it, on a server that ${server}`, async () => {
        const { world, google, icloud, run } = await inStep({ strategy: 'manual', caldav })
        google.add(TIMES, { summary: 'Coffee', description: '#coffee', location: ' Bar \\\\ 1' }, false)
        let armed = action === 'create'
        world.network.done = ({ method }) => {
          const copy = icloud.events().find(({ tag }) => tag === 'coffee')
          if (method !== 'PUT' || !copy || !armed) return
          armed = false
          icloud.setText(copy.id, 'summary', 'Espresso')
          icloud.setText(copy.id, 'location', 'Garden')
        }
        await run()
        if (action === 'update') {
          armed = true
          const id = google.events().find(({ tag }) => tag === 'coffee')!.id
          google.setText(id, 'summary', 'Tea')
          google.setText(id, 'location', ' Bar \\\\ 2')
          await run()
        }
        assert.equal(armed, false)
        for (let runs = 0; runs < 2; runs += 1) await run()
        const held = await heldOnBoth(world)
        for (const side of ['left', 'right'] as const) {
          const { summary, location, reminders } = held[side].byTag.get('coffee')![0]!.fields
          assert.deepEqual([summary, location], ['Espresso', 'Garden'], side)
          if (side === 'left') assert.deepEqual(reminders, [30]) // what Google rings by default
        }
        assert.equal(world.flow.questions.length, 0)
      })
    }
  }

  for (const first of ['google', 'icloud'] as const) {
    for (const [server, caldav] of [
      ['adds an alarm', { rewrites: 'alarm', uniqueUid: 'account' }],
      ['keeps texts as they are', { ...PLAIN, uniqueUid: 'nowhere' }],
    ] as const) {
      for (const what of [
        '',
        ', though the process ends once it was copied',
        ', unless somebody edits our copy',
      ] as const) {
        it(`keeps one of what was imported into both, into ${first} after its read, where CalDAV ${server}${what}`, async () => {
          const { world, google, icloud, run } = await inStep({ strategy: 'manual', caldav })
          await run()
          importInto(world, first === 'google' ? 'icloud' : 'google')
          let isIn = false
          world.network.about = ({ method, url }) => {
            if (isIn || !['PUT', 'POST'].includes(method) || url.pathname === '/token') return
            isIn = true
            importInto(world, first)
          }
          world.network.done = ({ method }) => {
            if (isIn && method !== 'GET' && what.includes('process')) world.life.die()
          }
          await run()
          assert.ok(isIn)
          world.network.done = () => undefined
          if (what.includes('process')) world.restart()
          const owner = { google, icloud }[first]
          const all = () => owner.events().filter(({ tag }) => tag === 'party')
          if (what.includes('edits')) owner.setText(all().at(-1)!.id, 'location', 'Garden')
          for (let runs = 0; runs < 3; runs += 1) await run()
          assert.equal(all().length, what.includes('edits') ? 2 : 1)
          assert.equal(
            { google: icloud, icloud: google }[first].events().filter(({ tag }) => tag === 'party').length,
            1,
          )
          assert.equal(world.flow.questions.length, 0)
          if (!what.includes('edits')) assert.ok(world.life.disk.remembered.some((line) => line.includes('#party')))
        })
      }
    }
  }

  for (const [kind, caldav] of [
    ['with sync tokens', {}],
    ['without sync tokens', { ...PLAIN, syncCollection: false }],
  ] as const) {
    for (const strategy of ['manual', 'latest-wins', 'left-wins', 'right-wins'] as const) {
      it(`takes nothing that came back with a backup of a server ${kind} for an edit or a deletion (${strategy})`, async () => {
        const { world, google, icloud, run } = await inStep({ strategy, caldav })
        for (const tag of ['a', 'b']) google.add(TIMES, { summary: tag, description: `#${tag}` }, false)
        await run()
        await run()
        const putBack = world.icloud.user.backup(world.icloud.calendar)
        const at = (owner: typeof google, tag: string) => owner.events().find((each) => each.tag === tag)!.id
        await run()
        google.setText(at(google, 'a'), 'summary', 'A2')
        icloud.setText(at(icloud, 'b'), 'summary', 'B2')
        for (const tag of ['new1', 'new2']) icloud.add(TIMES, { summary: tag, description: `#${tag}` }, false)
        await run()
        await run()
        world.flow.questions.length = 0
        putBack()
        for (let runs = 0; runs < 3; runs += 1) await run()
        const titles = (owner: typeof google) =>
          owner
            .events()
            .map(({ id }) => owner.textOf(id, 'summary'))
            .sort()
        assert.deepEqual(titles(google), ['A2', 'B2', 'Tea', 'new1', 'new2'])
        assert.deepEqual(titles(icloud), ['Tea', 'a', 'b'])
        assert.deepEqual(world.flow.questions.map(({ topic }) => topic).sort(), ['conflicts', 'held-deletions'])
        await world.time.until(world.flow.command('resolve', { all: true, choice: 'left' }))
        for (let runs = 0; runs < 2; runs += 1) await run()
        assert.deepEqual(titles(icloud), ['A2', 'B2', 'Tea'])
      })
    }
  }
})

/** An invitation goes into a calendar under its own UID. */
function importInto(world: World, provider: 'google' | 'icloud'): void {
  const time = (clock: number) => ({ dateTime: `2026-06-12T${clock}:00:00`, timeZone: 'Europe/Berlin' })
  const event = {
    iCalUID: 'party@example.org',
    start: time(18),
    end: time(22),
    summary: 'Party',
    description: '#party',
  }
  if (provider === 'google') world.google.user.create(event)
  const lines = ['DTSTART;TZID=Europe/Berlin:20260612T180000', 'DTEND;TZID=Europe/Berlin:20260612T220000']
  const all = ['UID:party@example.org', ...lines, 'SUMMARY:Party', 'DESCRIPTION:#party']
  if (provider === 'icloud') world.icloud.user.add(world.icloud.calendar, all, zoneLines('Europe/Berlin'))
}
