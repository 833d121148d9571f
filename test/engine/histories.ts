import assert from 'node:assert/strict'
import { play } from './play'

/**
 * Plays the histories of the seeds given as arguments, each twice (but for `ONCE=yes`), and prints a line of JSON for
 * each: what is wrong with it, or null.
 */
async function main(): Promise<void> {
  for (const seed of process.argv.slice(2).map(Number)) console.log(JSON.stringify([seed, await failure(seed)]))
}

async function failure(seed: number): Promise<string | null> {
  try {
    const went = await play(seed)
    if (process.env['ONCE'] === undefined) assert.equal(went, await play(seed), 'the same seed went another way')
    return null
  } catch (error) {
    return (error as Error).message
  }
}

main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
