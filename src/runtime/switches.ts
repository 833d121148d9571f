import { CalSyncError } from './errors'
import type { Message } from './node-red'

/** A property of a message that is on, off or absent. Throws for anything else: a word would count as on. */
export function switchOf(msg: Message, name: 'dryRun' | 'fullSync'): boolean | undefined {
  const value = msg[name]
  if (value === undefined || typeof value === 'boolean') return value
  throw new CalSyncError('invalid-input', `msg.${name} must be true or false.`, 'invalid input')
}
