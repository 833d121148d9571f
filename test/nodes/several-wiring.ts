import { ID } from './flow'
import type { FlowNode } from './flow'
import type { Settings } from './wiring'

/** Four calendars: A and C at Google, B and D at iCloud. */
export type Place = 'A' | 'B' | 'C' | 'D'
export const PLACES = ['A', 'B', 'C', 'D'] as const

/** A reconcile node between two of them, with the code of the Function node before each sink. */
export type PairWish = {
  readonly left: Place
  readonly right: Place
  readonly toLeft?: string
  readonly toRight?: string
  readonly settings?: Settings
}

/** Nothing of an event but its time and the title Busy, as a Function node does it. */
export const BUSY = `for (const operation of msg.payload) {
  const { uid, start, end } = operation.event
  if (operation.action !== 'delete') operation.event = { uid, start, end, summary: 'Busy' }
}
return msg`

/** Puts a word before each title that has it not. */
export const prefixed = (word: string): string => `for (const { action, event } of msg.payload) {
  if (action !== 'delete' && !event.summary.startsWith('${word} ')) event.summary = '${word} ' + event.summary
}
return msg`

export type Ids = ReturnType<typeof idsOf>

/** Ids of our nodes; another generation has others. */
export function idsOf(generation: number) {
  const id = (kind: string, index: number): string => `${kind}${generation}${index.toString(16).padStart(14, '0')}`
  const first = generation === 1
  return {
    google: first ? ID.googleAccount : id('9', 1),
    icloud: first ? ID.icloudAccount : id('9', 2),
    calendar: (place: Place) => id('a', PLACES.indexOf(place)),
    source: (place: Place) => id('b', PLACES.indexOf(place)),
    reconcile: (pair: number) => id('c', pair),
    between: (pair: number, output: number) => id('d', 2 * pair + output),
    /** The first one can be reached by its name. */
    sink: (pair: number, output: number) => (first && pair + output === 0 ? ID.googleSink : id('e', 2 * pair + output)),
  }
}

/** The nodes of one pair, but for its sources. */
export function pairNodes({ left, right, toLeft, toRight, settings }: PairWish, index: number, ids: Ids): FlowNode[] {
  const z = ID.tab
  const sink = (place: Place, output: number): FlowNode => {
    const wires = [output + index === 0 ? [ID.googleWritten] : []]
    return { id: ids.sink(index, output), z, type: 'calendar-sink', calendar: ids.calendar(place), wires }
  }
  return [
    {
      id: ids.reconcile(index),
      z,
      type: 'calsync-reconcile',
      left: ids.calendar(left),
      right: ids.calendar(right),
      wires: [[ids.between(index, 0)], [ids.between(index, 1)], [ID.conflicts], [ID.report]],
      ...settings,
    },
    fn(ids.between(index, 0), toLeft ?? 'return msg', [ids.sink(index, 0)]),
    fn(ids.between(index, 1), toRight ?? 'return msg', [ids.sink(index, 1)]),
    sink(left, 0),
    sink(right, 1),
  ]
}

/** A Function node. */
export const fn = (id: string, func: string, targets: string[]): FlowNode => ({
  id,
  z: ID.tab,
  type: 'function',
  func,
  outputs: 1,
  wires: [targets],
})
