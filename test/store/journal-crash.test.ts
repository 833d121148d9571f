import assert from 'node:assert/strict'
import fc from 'fast-check'
import { StoreError } from '../../src/store/error'
import type { Change } from '../../src/store/journal'
import { openStore } from '../../src/store/store'
import { MemoryDisk } from './memory-disk'

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const change: fc.Arbitrary<Change<string>> = fc.oneof(
  fc.record({ key, value: fc.string({ maxLength: 40, unit: 'binary' }) }),
  fc.record({ key, deleted: fc.constant(true as const) }),
)
/** A batch of changes; or everything is forgotten. */
const step = fc.oneof(
  { weight: 12, arbitrary: fc.array(change, { minLength: 1, maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constant('clear' as const) },
)
/** Between two crashes: the steps, whether each waits for the one before, and where the power goes. */
const life = fc.record({ steps: fc.array(step, { maxLength: 20 }), waits: fc.boolean(), crashAfter: fc.nat(1500) })

type State = Map<string, string>

/** All states through which single changes lead, the first one included. */
function statesOf(from: State, steps: readonly (Change<string>[] | 'clear')[]): State[] {
  const states = [from]
  let state = from
  const singles = steps.flatMap((step): (Change<string> | 'clear')[] => (step === 'clear' ? [step] : step))
  for (const single of singles) {
    state = new Map(state)
    if (single === 'clear') state.clear()
    else if ('deleted' in single) state.delete(single.key)
    else state.set(single.key, single.value)
    states.push(state)
  }
  return states
}

const changesIn = (step: Change<string>[] | 'clear') => (step === 'clear' ? 1 : step.length)
const same = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>) =>
  a.size === b.size && [...a].every(([k, v]) => b.get(k) === v)

async function openOn(disk: MemoryDisk) {
  const store = openStore({ disk, root: '/state', now: () => 0, warn: () => undefined })
  return store.journal<string>(['journal'], { version: 1, minBytes: 0 })
}

describe('A journal whose power is cut anywhere', () => {
  it('holds a prefix of the changes, and all that were acknowledged', async () => {
    let rewritings = 0
    let crashes = 0
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), async (lives) => {
        let disk = new MemoryDisk()
        let known: State = new Map()
        for (const { steps, waits, crashAfter } of lives) {
          const journal = await openOn(disk)
          assert.equal(journal.damaged, null)
          assert.ok(same(journal.entries, known), 'an opened journal shows what the last one left')
          disk.fail({ is: 'power-cut', after: crashAfter })
          let acknowledged = 0
          const done: Promise<void>[] = []
          for (const step of steps) {
            const doing = (step === 'clear' ? journal.clear() : journal.put(step)).then(
              () => void (acknowledged += changesIn(step)),
              (error: unknown) => {
                if (!(error instanceof StoreError) || error.code !== 'io') throw error
                crashes += 1
              },
            )
            if (waits) await doing
            else done.push(doing)
          }
          await Promise.all(done)
          await journal.settled()
          rewritings += disk.counts.writes
          disk = new MemoryDisk(disk.snapshot())
          const found = (await openOn(disk)).entries
          const states = statesOf(known, steps)
          assert.ok(
            states.slice(acknowledged).some((state) => same(state, found)),
            `${JSON.stringify([...found])} is not among what ${acknowledged} acknowledged changes and later ones make`,
          )
          known = new Map(found)
        }
      }),
      { numRuns: 300 },
    )
    assert.ok(rewritings > 100 && crashes > 100, `the runs saw ${rewritings} rewritings and ${crashes} failed calls`)
  })
})

/** What goes wrong for a while, and then no longer. */
const trouble = fc.oneof(
  fc.record({ is: fc.constantFrom('full' as const, 'torn' as const), after: fc.nat(300) }),
  fc.constant({ is: 'unsynced' as const }),
  fc.constant({ is: 'read-only' as const }),
)
const spell = fc.record({ steps: fc.array(step, { maxLength: 10 }), failure: fc.option(trouble, { freq: 2 }) })

describe('A journal on a disk that fails now and then', () => {
  it('shows and keeps what was acknowledged, and at most the beginning of one batch that was not', async () => {
    let failed = 0
    await fc.assert(
      fc.asyncProperty(fc.array(spell, { minLength: 1, maxLength: 6 }), async (spells) => {
        const disk = new MemoryDisk()
        const journal = await openOn(disk)
        let known: State = new Map()
        let refused: (Change<string>[] | 'clear')[] = [] // since the last that was acknowledged
        for (const { steps, failure } of spells) {
          disk.fail(failure)
          for (const step of steps) {
            const isDone = await (step === 'clear' ? journal.clear() : journal.put(step)).then(
              () => true,
              () => false,
            )
            if (isDone) known = statesOf(known, [step]).at(-1) ?? known
            else failed += 1
            refused = isDone ? [] : [...refused, step]
            assert.ok(same(journal.entries, known))
          }
          await journal.settled()
        }
        disk.fail(null)
        const again = await openOn(disk)
        assert.equal(again.damaged, null)
        const possible = [known, ...refused.flatMap((batch) => statesOf(known, [batch]))]
        assert.ok(possible.some((state) => same(state, again.entries)))
      }),
      { numRuns: 300 },
    )
    assert.ok(failed > 100, `the runs saw ${failed} failed calls`)
  })
})
