import { Agreement } from '../../src/sync/agreement'
import type { Fields, Rules, Side, Step } from '../../src/sync/model'
import { both } from '../../src/sync/model'
import { plan, standing } from '../../src/sync/plan'
import { Replica } from '../../src/sync/replica'
import { BASE_FIELDS } from '../../src/event/event'
import { emptyValue } from '../../src/event/normal'
import { at, DAY, START } from '../sync/world'

/** Both sides hold `count` events and agree on them, as loaded from disk: no object is shared. */
function world(count: number): { agreement: Agreement; replicas: { left: Replica; right: Replica } } {
  const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
  const replicas = both((side) => new Replica(side))
  const agreement = new Agreement()
  const empty = Object.fromEntries(BASE_FIELDS.map((name) => [name, emptyValue(name)]))
  for (let index = 0; index < count; index += 1) {
    const uid = `event-${index}@example.com`
    const summary = `Event number ${index}`
    const description = 'Something that a person wrote about it, over a line or two of a calendar’s window. '.repeat(3)
    const fields = { ...empty, ...at(`2026-0${1 + (index % 9)}-1${index % 10}`), summary, description } as Fields
    const id = (side: Side): string => `${side}/${index}.ics`
    for (const side of ['left', 'right'] as const) {
      replicas[side].record({ uid, id: id(side), is: 'live', ref: `"${index}"`, fields: copy(fields) }, START)
    }
    const half = (side: Side): { id: string; held: Fields } => ({ id: id(side), held: copy(fields) })
    agreement.set({ uid, is: 'pair', born: 'left', left: half('left'), right: half('right') })
  }
  return { agreement, replicas }
}

export const rules: Rules = {
  strategy: 'manual',
  into: { left: true, right: true },
  oneWay: false,
  window: [START - 30 * DAY, START + 365 * DAY],
  deletionLimit: 25,
  maxOperations: 1000,
  now: START,
  kinds: [],
  declined: 'as-free',
  common: { has: () => true, fit: (_field, value) => value },
  names: { left: 'Left', right: 'Right' },
}

function timed(job: () => Step[]): { milliseconds: number; steps: number } {
  const begun = performance.now()
  const steps = job().length
  return { milliseconds: performance.now() - begun, steps }
}

/** Milliseconds for a full comparison of `count` pairs, for a run in which one event changed, and for an idle one. */
export function benchPlan(count = 10_000): void {
  const { agreement, replicas } = world(count)
  const run = (settings: string): Step[] => [...plan(agreement, replicas, rules, settings)].flat()
  for (let warm = 0; warm < 3; warm += 1) run(`warm ${warm}`)
  const full = timed(() => run('all'))
  const texts = timed(() => {
    for (const replica of [replicas.left, replicas.right]) {
      for (const seen of replica.entries.values()) JSON.stringify(seen)
    }
    return []
  })
  agreement.compared = standing(replicas, 'settings', 0)
  const idle = timed(() => run('settings'))
  const seen = replicas.left.get('left/5.ics')
  if (seen?.is === 'live')
    replicas.left.record({ ...seen, ref: 'new', fields: { ...seen.fields, summary: 'New' } }, START)
  const one = timed(() => run('settings'))
  console.log(`plan: ${count} pairs in full ${full.milliseconds.toFixed(1)} ms (${full.steps} steps)`)
  console.log(
    `plan: idle ${idle.milliseconds.toFixed(2)} ms (${idle.steps} steps), one change ${one.milliseconds.toFixed(2)} ms (${one.steps} steps)`,
  )
  console.log(
    `plan: in full it takes ${(full.milliseconds / texts.milliseconds).toFixed(1)} times what writing all events down as text does`,
  )
  console.log(
    `plan: one change takes ${((100 * one.milliseconds) / full.milliseconds).toFixed(1)} % of a full comparison`,
  )
}
