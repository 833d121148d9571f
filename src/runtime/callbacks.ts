import { CalSyncError, reasonOf } from './errors'
import { oneLine } from './log'
import type { Done, Message, Node, NodeAPI, NodeStatus } from './node-red'

// Node-RED's side of a node. It runs what others wrote: copies of messages with getters and proxies, hooks, status and
// log handlers. Whatever they throw is logged and goes no further, since in a promise it would end the process.

/**
 * Calls something of Node-RED's.
 *
 * @param doing what it does, in words, as in "show a status"
 * @returns whether it went well; if not, that was logged
 */
export function call(node: Node, doing: string, job: () => void): boolean {
  try {
    job()
    return true
  } catch (thrown) {
    quietly(() => node.error(new CalSyncError('node-red', `Node-RED could not ${doing}: ${reasonOf(thrown)}`)))
    return false
  }
}

/** Writes to the log. Where a log handler throws, there is nowhere left to say so. */
export function quietly(log: () => void): void {
  try {
    log()
  } catch {
    // the handler's own defect; Node-RED's lines are lost to it as well
  }
}

/** Shows a status under a node, or none. */
export function showStatus(node: Node, status: NodeStatus): void {
  call(node, 'show a status', () => node.status(status))
}

/** Tells an error under a node that belongs to no message. */
export function logError(node: Node, error: Error): void {
  quietly(() => node.error(error))
}

/**
 * Ends the handling of a message, well or with an error. A message that can't be copied reaches a Catch node without
 * what is in the way.
 *
 * @param read the message as `readable` gave it
 */
export function end(RED: NodeAPI, node: Node, read: Message, done: Done, error?: CalSyncError): void {
  const isTold = call(node, 'end the handling of a message', () => (error ? done(error) : done()))
  if (isTold || !error) return
  call(node, `hand on an error (${error.message})`, () => node.error(error, copyOf(RED, node, read)))
}

/** Sends messages. */
export function sendAll(node: Node, outputs: (Message | null)[], send: (outputs: (Message | null)[]) => void): boolean {
  return call(node, 'send a message', () => send(outputs))
}

/** Stands for the value of a property that can't be read or copied. */
export class Unreadable {
  /** Whether it was told that copies lack it. */
  isTold = false
  readonly #why: string

  constructor(thrown: unknown) {
    this.#why = reasonOf(thrown)
  }

  get why(): string {
    return this.#why
  }

  /** Whether a value is one. (`instanceof` asks a proxy, which may throw.) */
  static is(value: unknown): value is Unreadable {
    return typeof value === 'object' && value !== null && #why in value
  }
}

/**
 * What a message holds, each property read once: a getter may throw, or give another value the next time.
 *
 * @throws CalSyncError if it is a proxy that does not even say what it holds
 */
export function readable(msg: Message): Message {
  try {
    return Object.fromEntries(Object.keys(msg).map((name) => [name, valueOf(msg, name)]))
  } catch (thrown) {
    throw new CalSyncError('invalid-input', `The message can’t be read: ${reasonOf(thrown)}`, 'invalid input')
  }
}

function valueOf(msg: Message, name: string): unknown {
  try {
    return msg[name]
  } catch (thrown) {
    return new Unreadable(thrown)
  }
}

/**
 * A copy of a message, safe to send beside others. What can't be copied is left out, and that is told once a message.
 *
 * @param read as `readable` gave it; what turns out not to be copied is marked in it
 * @param without properties that the copy does not need: they cost nothing then
 */
export function copyOf(RED: NodeAPI, node: Node, read: Message, without: readonly string[] = []): Message {
  const names = Object.keys(read).filter((name) => !without.includes(name))
  const copy = wholeCopy(RED, read, names) ?? partialCopy(RED, read, names)
  tellLeftOut(node, read, names)
  return copy
}

function wholeCopy(RED: NodeAPI, read: Message, names: readonly string[]): Message | undefined {
  const held = names.filter((name) => !Unreadable.is(read[name]))
  try {
    return RED.util.cloneMessage(Object.fromEntries(held.map((name) => [name, read[name]])))
  } catch {
    return undefined // one of them is in the way
  }
}

function partialCopy(RED: NodeAPI, read: Message, names: readonly string[]): Message {
  const copied = names.flatMap((name) => {
    if (Unreadable.is(read[name])) return []
    try {
      return Object.entries(RED.util.cloneMessage({ [name]: read[name] }))
    } catch (thrown) {
      read[name] = new Unreadable(thrown)
      return []
    }
  })
  return Object.fromEntries(copied)
}

function tellLeftOut(node: Node, read: Message, names: readonly string[]): void {
  for (const name of names) {
    const value = read[name]
    if (!Unreadable.is(value) || value.isTold) continue
    value.isTold = true
    const advice = 'it was left out. Have a node before this one remove it.'
    quietly(() => node.warn(oneLine(`msg.${name} can’t be copied (${value.why}): ${advice}`)))
  }
}
