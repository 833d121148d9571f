import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import { play } from './play'

/**
 * `SEED=123 npm run replay:engine` plays one history and tells what happens in it; `HISTORIES=5000` plays more,
 * `FROM=1000` others, `SEEDS="4 8 15"` some; `JOBS=1` takes one processor and not all; `FIRST=yes` stops when one failed;
 * `ONCE=yes` plays each once, and does not look whether it goes the same way twice.
 */
const only = process.env['SEED']
const count = Number(process.env['HISTORIES'] ?? 2000)
const from = Number(process.env['FROM'] ?? 1)
const named = process.env['SEEDS']?.split(' ').map(Number)
const seeds = named ?? Array.from({ length: count }, (_, index) => from + index)
const jobs = Number(process.env['JOBS'] ?? availableParallelism())
const stopsAtFirst = process.env['FIRST'] !== undefined
/** A process begins anew now and then, so that none grows. */
const AT_ONCE = stopsAtFirst ? 20 : 250

/** The player in one file: without a translator at run time, and without stacks, histories take about a sixth less time. */
async function bundled(): Promise<{ player: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(__dirname, '..', '..', 'node_modules', '.histories-'))
  const player = join(folder, 'histories.cjs')
  const entryPoints = [join(__dirname, 'histories.ts')]
  await build({ entryPoints, outfile: player, bundle: true, platform: 'node', target: 'node22', packages: 'external' })
  return { player, remove: () => rm(folder, { recursive: true }) }
}

/** Plays some histories in a process of their own. @returns what failed */
async function playApart(player: string, some: readonly number[]): Promise<string[]> {
  const args = ['--stack-trace-limit=0', player, ...some.map(String)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const played = new Map<number, string | null>()
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('[')) continue
    const [seed, failure] = JSON.parse(line) as [number, string | null]
    played.set(seed, failure)
    if (failure !== null) console.log(`    seed ${seed}: ${failure.split('\n')[0]}`)
  }
  const code = await ended
  return some.flatMap((seed) => {
    const failure = played.has(seed) ? played.get(seed) : `it was not played to its end (exit ${code})`
    return failure === null || failure === undefined
      ? []
      : `seed ${seed} (replay: SEED=${seed} npm run replay:engine): ${failure}`
  })
}

async function playAll(): Promise<string[]> {
  const { player, remove } = await bundled()
  const waiting = [...seeds]
  const failures: string[] = []
  let played = 0
  const worker = async (): Promise<void> => {
    while (waiting.length > 0 && !(stopsAtFirst && failures.length > 0)) {
      const some = waiting.splice(0, AT_ONCE)
      failures.push(...(await playApart(player, some)))
      played += some.length
      if (seeds.length > 2000) console.log(`    ${played} of ${seeds.length} played, ${failures.length} failed`)
    }
  }
  await Promise.all(Array.from({ length: jobs }, worker)).finally(remove)
  return failures
}

describe('Random histories of the whole engine', function () {
  if (only !== undefined) {
    it(`seed ${only}`, () => play(Number(only), (line) => console.log(line)))
    return
  }

  it(`end in step, lose and double nothing, and go the same way twice (${seeds.length} seeds)`, async () => {
    const failures = await playAll()
    assert.equal(failures.length, 0, `${failures.length} of ${seeds.length} failed.\n${failures.join('\n')}`)
  })
})
