import { setImmediate } from 'node:timers/promises'
import type { Play } from './plays'

/**
 * What can be played: a module that exports `play`, found when it is asked for. `npm run fuzz -- icalendar 100000` plays
 * the seeds 0 to 99,999; a third argument is the first seed, by which one that failed is played again.
 */
const KINDS: Readonly<Record<string, () => Promise<{ readonly play: Play }>>> = {
  icalendar: () => import('./texts-fuzz.js'),
  google: () => import('./google-fuzz.js'),
  xml: () => import('./xml-fuzz.js'),
  messages: () => import('./fuzz-messages.js'),
}

/** The promise for hostile input, in milliseconds. */
const LONGEST = 100
/** So many failures are shown. */
const MOST_SHOWN = 10

async function main([kind = '', count = '1000', from = '0']: readonly string[]): Promise<void> {
  const load = KINDS[kind]
  if (!load) throw new Error(`Say what to play: ${Object.keys(KINDS).join(', ')}.`)
  const { play } = await load()
  const outcomes = new Map<string, number>()
  const slow: { readonly seed: number; readonly ms: number }[] = []
  let [failed, longest] = [0, 0]
  const first = Number(from)
  for (let seed = first; seed < first + Number(count); seed += 1) {
    const parts: number[] = []
    const timed = <T>(part: () => T): T => {
      const from = performance.now()
      const made = part()
      parts.push(performance.now() - from)
      return made
    }
    const begun = performance.now()
    try {
      const outcome = await play(seed, timed)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    } catch (error) {
      failed += 1
      if (failed <= MOST_SHOWN) console.error(`seed ${seed}: ${shortened(error)}`)
    }
    const ms = parts.length > 0 ? Math.max(...parts) : performance.now() - begun
    longest = Math.max(longest, ms)
    if (ms > LONGEST) slow.push({ seed, ms })
    if (seed % 100 === 99) await setImmediate()
  }
  for (const [outcome, times] of [...outcomes].sort(([, a], [, b]) => b - a)) console.log(`${times}\t${outcome}`)
  const slowest = slow.sort((a, b) => b.ms - a.ms).slice(0, MOST_SHOWN)
  console.log(`${failed} failed; the longest took ${Math.round(longest)} ms, ${slow.length} more than ${LONGEST} ms`)
  if (slowest.length > 0) console.log(slowest.map(({ seed, ms }) => `seed ${seed}: ${Math.round(ms)} ms`).join('\n'))
  if (failed > 0) process.exitCode = 1
}

const shortened = (error: unknown): string =>
  (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 1500)

void main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
