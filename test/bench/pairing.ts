import { Agreement } from '../../src/sync/agreement'
import type { Fields, Rules } from '../../src/sync/model'
import { both } from '../../src/sync/model'
import { plan } from '../../src/sync/plan'
import { Replica } from '../../src/sync/replica'
import type { Json } from '../../src/event/json'
import { DAY, START } from '../sync/world'

const BERLIN = 'Europe/Berlin'
const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00:00`
const dayAfter = (days: number): string => new Date(START + days * DAY).toISOString().slice(0, 10)

function event(index: number, hour: number, timeZone: string, rule?: string): Fields {
  const time = (at: number): Json => ({ dateTime: `${dayAfter(index % 90)}T${clock(at)}`, timeZone })
  const times: { readonly [key: string]: Json } = { start: time(hour), end: time(hour + 1) }
  const when: Json = rule === undefined ? times : { ...times, recurrence: [`RRULE:${rule}`] }
  return { summary: `Event ${index}`, when }
}

/** The same event on both sides, in summer time, each as its own calendar spells it. */
const single = (index: number): [left: Fields, right: Fields] => [event(index, 10, BERLIN), event(index, 8, 'UTC')]

function series(index: number): [left: Fields, right: Fields] {
  const count = 20 + (index % 300)
  const last = dayAfter((index % 90) + count - 1).replaceAll('-', '')
  return [
    event(index, 10, BERLIN, `FREQ=DAILY;COUNT=${count}`),
    event(index, 10, 'Europe/Paris', `FREQ=WEEKLY;UNTIL=${last}T215959Z;BYDAY=MO,TU,WE,TH,FR,SA,SU`),
  ]
}

/** Milliseconds of CPU for the first comparison of two calendars that hold the same, and for the longest part of it. */
function firstComparison(count: number, make: (index: number) => [Fields, Fields], rules: Rules): string {
  const replicas = both((side) => new Replica(side))
  for (let index = 0; index < count; index += 1) {
    const [left, right] = make(index)
    replicas.left.record({ uid: `l${index}`, id: `l${index}`, is: 'live', ref: null, fields: left }, START)
    replicas.right.record({ uid: `r${index}`, id: `r${index}`, is: 'live', ref: null, fields: right }, START)
  }
  const used = (): number => process.cpuUsage().user / 1000
  const begun = used()
  const pairs = new Set<string>()
  let [last, longest] = [begun, 0]
  for (const steps of plan(new Agreement(), replicas, rules, 'first')) {
    for (const step of steps) if (step.do === 'agree' && step.entry.is === 'pair') pairs.add(step.entry.uid)
    longest = Math.max(longest, used() - last)
    last = used()
  }
  const all = used() - begun
  return `${pairs.size} pairs in ${all.toFixed(0)} ms, the longest part ${longest.toFixed(1)} ms (${((100 * longest) / all).toFixed(1)} %)`
}

/** What it takes to find what belongs together in two calendars that spell their times differently. */
export function benchPairing(rules: Rules): void {
  console.log(`pairing: single events, ${firstComparison(10_000, single, rules)}`)
  console.log(`pairing: series, ${firstComparison(1000, series, rules)}`)
}
