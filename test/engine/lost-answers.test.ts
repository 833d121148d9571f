import assert from 'node:assert/strict'
import type { Side } from '../../src/sync/model'
import { SIDES, other } from '../../src/sync/model'
import { Random } from '../sync/random'
import { heldOnBoth } from './held'
import { drawSetting } from './setting'
import { World } from './world'

const EVENTS = 120
/** A person waits for three runs at most. */
const MOST_RUNS = 3

/** So many events, every tenth a series with a changed occurrence, on one side; and each fifth answer to a write is lost. */
function world(home: Side, fate: 'lost before' | 'lost after'): World {
  const usual = drawSetting(new Random(1), [])
  const setting = { ...usual, busyTo: undefined, direction: 'both', strategy: 'manual', deletionLimit: 100 } as const
  const made = new World({ ...setting, googleIs: 'left', maxOperations: 1000, caldav: {} }, 1, () => undefined)
  for (let index = 0; index < EVENTS; index += 1) {
    const day = `2026-06-${String(3 + (index % 25)).padStart(2, '0')}`
    const rule = index % 10 === 0 ? { rule: 'FREQ=WEEKLY;COUNT=5' } : {}
    const times = { start: `${day}T10:00:00`, end: `${day}T11:00:00`, zone: 'Europe/Berlin', ...rule }
    made.owners[home].add(times, { summary: `Event ${index}`, description: `#e${index}` }, false)
  }
  for (const { id } of made.owners[home].events().filter(({ recurs }) => recurs)) {
    made.owners[home].renameOccurrence(id, made.owners[home].occurrences(id)[1] ?? '', 'Excursion')
  }
  let writes = 0
  made.network.fate = ({ method, url }) => {
    const isWrite = ['PUT', 'POST', 'PATCH', 'DELETE'].includes(method) && url.pathname !== '/token'
    return { is: isWrite && (writes += 1) % 5 === 0 ? fate : 'usual' }
  }
  return made
}

/** Runs until all is as it should be. @returns how many runs that took */
async function runsUntil(made: World, isDone: () => boolean): Promise<number> {
  for (let runs = 1; runs <= MOST_RUNS; runs += 1) {
    await made.time.pass(15 * 60_000)
    const report = await made.run()
    if (isDone() && report?.errors.length === 0 && report.remaining === 0) return runs
  }
  return MOST_RUNS + 1
}

describe('With each fifth answer of the writes lost', () => {
  for (const home of SIDES) {
    for (const fate of ['lost before', 'lost after'] as const) {
      const to = home === 'left' ? 'iCloud' : 'Google'
      it(`120 events go to ${to}, are edited and deleted, ${fate} their effect: nothing is doubled or lost`, async () => {
        const made = world(home, fate)
        const [here, there] = [made.owners[home], made.owners[other(home)]]
        assert.ok((await runsUntil(made, () => there.events().length === EVENTS)) <= MOST_RUNS)
        const texts = (): string[] =>
          there
            .events()
            .map(({ id }) => there.textOf(id, 'summary'))
            .sort()
        const own = (): string[] =>
          here
            .events()
            .map(({ id }) => here.textOf(id, 'summary'))
            .sort()
        assert.deepEqual(texts(), own())

        for (const { id, tag } of here.events()) if (/[5-9]$/.test(tag)) here.setText(id, 'summary', `Changed ${tag}`)
        assert.ok((await runsUntil(made, () => texts().join() === own().join())) <= MOST_RUNS)
        for (const { id, tag } of here.events()) if (/[0-4]$/.test(tag)) here.remove(id)
        assert.ok((await runsUntil(made, () => texts().join() === own().join())) <= MOST_RUNS)
        const held = await heldOnBoth(made)
        for (const side of SIDES) assert.ok([...held[side].byTag.values()].every((lives) => lives.length === 1))
      })
    }
  }
})
