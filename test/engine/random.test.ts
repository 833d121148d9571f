import assert from 'node:assert/strict'
import { play } from './play'

/**
 * `SEED=123 npm run replay:engine` plays one history and tells what happens in it; `HISTORIES=5000` plays more,
 * `FROM=1000` others, `SEEDS="4 8 15"` some; `FIRST=yes` stops at the first that fails.
 */
const only = process.env['SEED'] === undefined ? undefined : Number(process.env['SEED'])
const count = Number(process.env['HISTORIES'] ?? 200)
const from = Number(process.env['FROM'] ?? 1)
const named = process.env['SEEDS']?.split(' ').map(Number)
const seeds = only === undefined ? (named ?? Array.from({ length: count }, (_, index) => from + index)) : [only]
const stopsAtFirst = process.env['FIRST'] !== undefined
const tell = only === undefined ? undefined : (line: string): void => console.log(line)

describe('random histories of the whole engine', function () {
  this.timeout(0)

  it(`end in step, lose and double nothing, and go the same way twice (${seeds.length} seeds)`, async () => {
    const failures: string[] = []
    for (const seed of seeds) {
      if (failures.length > 0 && stopsAtFirst) break
      try {
        assert.equal(await play(seed, tell), await play(seed), 'the same seed went another way')
      } catch (error) {
        failures.push(`seed ${seed} (replay: SEED=${seed} npm run replay:engine): ${(error as Error).message}`)
      }
    }
    if (failures.length > 0) throw new Error(`${failures.length} of ${seeds.length} failed.\n${failures.join('\n')}`)
  })
})
