import type { Json } from '../event/json'
import { Unreadable } from './callbacks'
import type { Engine } from './engine'
import { CalSyncError } from './errors'
import { EVENT_NAMES } from './event-message'
import { picked, plainJson } from './plain'

const NAMES = ['id', 'all', 'choice', 'uid', 'confirm']

/** What a command is said to work on, as plain data. @throws CalSyncError if it can't be read, or is too much */
export async function payloadOf(payload: unknown, { around }: Engine): Promise<Json> {
  const said = picked(payload, NAMES)
  if (typeof said !== 'object' || said === null || Unreadable.is(said)) return readFrom(said, around.pause)
  const { choice } = said as { readonly choice?: unknown }
  return readFrom(choice === undefined ? said : { ...said, choice: picked(choice, EVENT_NAMES) }, around.pause)
}

const readFrom = (value: unknown, pause: () => Promise<void>): Promise<Json> =>
  plainJson(value ?? null, 'msg.payload', pause, invalid)

const invalid = (message: string): CalSyncError => new CalSyncError('invalid-input', message, 'invalid input')
