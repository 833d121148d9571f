import type { Json } from '../event/json'
import { isObject } from '../event/json'
import { CalSyncError, asCalSyncError } from './errors'
import { EVENT_NAMES } from './event-message'
import { isList, picked, plainJson, readIn } from './plain'

/** What a message for a sink holds: one operation or an array of them, each as far as it can be read. */
export type Handed = {
  /** Empty where there is none. */
  readonly action: string
  readonly id: string
  readonly uid: string
  /** The run that planned it; undefined: the flow's own. */
  readonly run?: string
  /** The operation as plain data, or what is wrong with it. */
  readonly said: { readonly value: Json } | { readonly error: CalSyncError }
}

/** So many operations fit into one message. */
const MOST = 100_000

/** So many are read before others have the event loop, besides what one that is large takes. */
const SLICE = 50
const HEAD = ['action', 'id', 'uid', 'plan']
const BODY = ['event', 'changed']

/**
 * Reads what a sink was handed, in slices.
 *
 * @throws CalSyncError if it is nothing, or too much
 */
export async function operationsIn(payload: unknown, pause: () => Promise<void>): Promise<Handed[]> {
  if (payload === undefined || payload === null || payload === '') {
    throw invalid('msg.payload must be an operation or an array of them.')
  }
  if (!isList(payload)) return [await handed(payload, 'msg.payload', pause)]
  const count = Number(readIn(payload, 'length'))
  if (!(count <= MOST)) {
    throw invalid(`msg.payload holds ${count} operations; a message may hold ${MOST}: send them in parts.`)
  }
  const operations: Handed[] = []
  for (let index = 0; index < count; index += 1) {
    if (index % SLICE === SLICE - 1) await pause()
    operations.push(await handed(readIn(payload, index), `msg.payload[${index}]`, pause))
  }
  return operations
}

/** So many occurrences take as long to read as a slice of operations does. */
const MANY = 50

/** Whether an operation is one that others should not have to wait for. */
export function isLarge({ said }: Handed): boolean {
  const event = 'value' in said && isObject(said.value) ? said.value['event'] : undefined
  const exceptions = isObject(event) ? event['exceptions'] : undefined
  return isObject(exceptions) && Object.keys(exceptions).length > MANY
}

async function handed(value: unknown, name: string, pause: () => Promise<void>): Promise<Handed> {
  let head: Head = NO_HEAD
  try {
    const said = await plainJson(picked(value, HEAD), name, pause, invalid)
    if (!isObject(said)) throw invalid('an operation must be an object with action, uid and event.')
    head = headOf(said)
    const body = picked(value, BODY) as { readonly event?: unknown }
    const event = body.event === undefined ? {} : { event: picked(body.event, EVENT_NAMES) }
    const rest = (await plainJson({ ...body, ...event }, name, pause, invalid)) as { readonly [name: string]: Json }
    return { ...head, said: { value: { ...said, ...rest } } }
  } catch (thrown) {
    return { ...head, said: { error: asCalSyncError(thrown) } }
  }
}

type Head = Omit<Handed, 'said'>
const NO_HEAD: Head = { action: '', id: '', uid: '' }

/** What it is called, and the run that planned it, as far as one can tell before it is checked. */
function headOf({ action, id, uid, plan }: { readonly [name: string]: Json }): Head {
  const run = isObject(plan) ? plan['run'] : undefined
  const head = { action: textOf(action), id: textOf(id), uid: textOf(uid) }
  return typeof id === 'string' && typeof run === 'string' ? { ...head, run } : head
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

const invalid = (message: string): CalSyncError => new CalSyncError('invalid-operation', message, 'invalid input')
