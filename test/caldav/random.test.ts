import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Live, Seen } from '../../src/event/calendar'
import { ProviderError } from '../../src/event/calendar'
import { NO_END, readAll, written } from '../contract/reader'
import { LUNCH } from '../contract/events'
import { PLAIN } from '../simulators/caldav'
import type { CaldavOptions } from '../simulators/caldav'
import type { Account } from './setup'
import { account, hour } from './setup'

/** What happens between two looks: the app's doings, the server's, ours, and trouble on the line. */
const DOINGS = [
  'add',
  'rename',
  'delete',
  'remake',
  'housekeeping',
  'forget',
  'create',
  'update',
  'remove',
  'lose',
  'break',
  'read',
]
type Doing = { readonly what: string; readonly which: number }

const SERVERS: readonly { name: string; options: Partial<CaldavOptions> }[] = [
  { name: 'iCloud', options: {} },
  { name: 'a server that cuts its deltas', options: { deltaLimit: 2, deltaCut: 'status' } },
  { name: 'a server that takes a forgotten token for none', options: { ...PLAIN, forgottenTokens: 'listed' } },
  { name: 'a server that counts its ETags', options: { ...PLAIN, forgottenTokens: 'listed', countedEtags: true } },
  { name: 'a server without tokens', options: { ...PLAIN, syncCollection: false } },
  { name: 'a server that only lists', options: { ...PLAIN, syncCollection: false, ctag: false, multigetEtag: false } },
]

const WEEK = 7 * 24 * 3600 * 1000

describe('Whatever happens on a CalDAV calendar', () => {
  for (const { name, options } of SERVERS) {
    it(`reading on leads to what a complete read finds, on ${name}`, async () => {
      const doing = fc.record({ what: fc.constantFrom(...DOINGS), which: fc.nat(20) })
      await fc.assert(
        fc.asyncProperty(fc.array(doing, { maxLength: 25 }), async (doings) => {
          const world = await account(options)
          for (const each of doings) await carryOut(world, each)
          world.server.interfere = {}
          world.server.calendar.broken.clear()
          await agrees(world)
        }),
        { numRuns: 60 },
      )
    })
  }
})

/** Both readers know the same; deletions were told, not only left out; nobody got mail. */
async function agrees({ server, calendar, reader }: Account): Promise<void> {
  await reader.read()
  const fresh = await readAll(calendar)
  const live = [...reader.known.values()].filter((seen): seen is Live => seen.is === 'live')
  assert.deepEqual(live.map(shown).sort(), fresh.map(shown).sort())
  assert.equal(fresh.length, server.calendar.members.size)
  assert.deepEqual(
    [...reader.known.values()].filter(({ is }) => is === 'unread'),
    [],
  )
  assert.deepEqual(server.mails, [])
}

const shown = ({ id, uid, ref, fields }: Live): string => JSON.stringify([id, uid, ref, fields])

async function carryOut(world: Account, { what, which }: Doing): Promise<void> {
  const { server, calendar, reader } = world
  const { user, options } = server
  const paths = [...server.calendar.members.keys()].map((name) => server.calendar.path + name)
  const path = paths[which % paths.length]
  const seen = [...reader.known.values()].filter((each): each is Live => each.is === 'live')
  const known = seen[which % seen.length]
  if (what === 'add') user.add(server.calendar, [...hour('20260610T100000Z'), `SUMMARY:${which}`])
  else if (what === 'forget') {
    const now = options.clock() + WEEK
    if (options.forgottenTokens === 'listed') options.clock = () => now // it forgets what nobody used for so long
    user.forgetTokens(server.calendar)
  } else if (what === 'lose') loseAnswer(world, which)
  else if (what === 'read') await tried(reader.read())
  else if (what === 'create') await tried(written(calendar, calendar.create(`uid-${which}`, LUNCH, NO_END)))
  else if (known && what === 'update') await tried(update(world, known, `Our ${which}`))
  else if (known && what === 'remove') await tried(written(calendar, calendar.delete(known, NO_END)))
  else if (path !== undefined && what === 'rename') user.set(path, `SUMMARY:Their ${which}`)
  else if (path !== undefined && what === 'delete') user.delete(path)
  else if (path !== undefined && what === 'remake') remake(world, path, which)
  else if (path !== undefined && what === 'housekeeping') user.housekeeping(path)
  else if (path !== undefined && what === 'break') server.calendar.broken.add(path.split('/').at(-1)!)
}

/** Deletes an event and makes another one under its name. */
function remake({ server: { user, calendar } }: Account, path: string, which: number): void {
  const uid = /^UID:(.*)$/m.exec(user.text(path))![1]!.trim()
  user.delete(path)
  user.add(calendar, [`UID:${uid}`, ...hour('20260611T100000Z'), `SUMMARY:Again ${which}`], [], path.split('/').at(-1))
}

const update = (world: Account, seen: Live, summary: string): Promise<Seen> =>
  written(world.calendar, world.calendar.update(seen, { summary }, ['summary'], NO_END))

/** One of the next answers is lost, after its request was carried out. */
function loseAnswer({ server }: Account, which: number): void {
  let left = which % 4
  server.interfere = {
    after: (_, response) => {
      if (left-- === 0) throw new TypeError('fetch failed')
      return response
    },
  }
}

/** Failures are part of life here, but only those that have a code. */
async function tried(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    assert.notEqual(error.code, 'bad-answer', error.message)
  }
}
