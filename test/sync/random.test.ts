import { playHistory, playMirrored } from './history'

/** `SEED=123 npm run replay` plays one history; `HISTORIES=100000` plays many, `FROM=1000` others. */
const only = process.env['SEED'] === undefined ? undefined : Number(process.env['SEED'])
const count = Number(process.env['HISTORIES'] ?? 2000)
const from = Number(process.env['FROM'] ?? 1)
const seeds = only === undefined ? Array.from({ length: count }, (_, index) => from + index) : [only]

async function playAll(play: (seed: number) => Promise<void>): Promise<void> {
  for (const seed of seeds) {
    try {
      await play(seed)
    } catch (error) {
      throw new Error(`seed ${seed} (replay: SEED=${seed} npm run replay): ${(error as Error).message}`, {
        cause: error,
      })
    }
  }
}

describe('random histories of the planner', function () {
  it(`end, lose nothing, double nothing, and leave both sides equal (${seeds.length} seeds)`, () =>
    playAll(playHistory))

  it(`plan the mirror image when left and right are swapped (${seeds.length} seeds)`, () => playAll(playMirrored))
})
