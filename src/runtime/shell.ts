import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { realSleep } from '../transport/real-sleep'
import { Account } from './account'
import { CalendarAccess, Engine } from './engine'
import { serveAdmin } from './admin'
import { call, copyOf, end, quietly, readable, sendAll, showStatus } from './callbacks'
import { noDisk, stateDisk } from './directory'
import { asCalSyncError } from './errors'
import type { CalSyncError } from './errors'
import { oneLine } from './log'
import type { WatchLogin } from './login-health'
import type { CredentialDefinitions, Message, Node, NodeAPI, NodeDef } from './node-red'

// The boundary to Node-RED: the one place where the real clock, network, disk and random source come in.

/** An account's config node. */
export interface AccountNode extends Node {
  calsync: Account
}
/** A calendar's config node. */
export interface CalendarNode extends Node {
  calsync: CalendarAccess
}

const engines = new Map<string, Engine>()

/** The engine of this Node-RED's user directory. */
export function engineOf(RED: NodeAPI): Engine {
  const { userDir } = RED.settings
  const root = userDir === undefined ? '' : join(userDir, 'calsync')
  const known = engines.get(root)
  if (known) return known
  const warn = (message: string): void => quietly(() => RED.log.warn(`[calsync] ${oneLine(message)}`))
  const state = root === '' ? { disk: noDisk() } : stateDisk(root, ({ message }) => warn(message))
  const engine = new Engine({
    version: packageVersion(),
    root,
    disk: state.disk,
    ...('owner' in state ? { throwIfLost: () => state.owner.throwIfLost() } : {}),
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
    sleep: realSleep,
    random: () => Math.random(),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    localZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    warn,
    log: (level, { message, ...entry }) =>
      quietly(() => RED.log[level]({ message: `[calsync] ${oneLine(message)}`, calsync: entry })),
  })
  serveAdmin(RED, engine, () => randomBytes(32).toString('base64url'))
  engines.set(root, engine)
  return engine
}

/** From the package that this file is part of, built or not. */
function packageVersion(folder = __dirname): string {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return packageVersion(dirname(folder))
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** What a node's code gets besides its message. */
export type Handling = {
  /** Aborted when the node is closed. */
  readonly signal: AbortSignal
  readonly send: (outputs: (Message | null)[]) => void
  /** A copy of a message with other properties, safe to send beside others. */
  readonly copy: (msg: Message, properties: Partial<Message>) => Message
}

type StatusFill = 'grey' | 'blue' | 'green' | 'yellow' | 'red'

/** Shows a status, at most 20 characters, under a node. */
export function show(node: Node, fill: StatusFill, text: string, shape: 'dot' | 'ring' = 'dot'): void {
  showStatus(node, { fill, shape, text: text.slice(0, 20) })
}

/**
 * Gives a node its input and close handlers. Nothing that they reject with, or that Node-RED throws at them, gets out: it
 * would end the whole process. An error goes to `done`, with a status; closing aborts what is under way and is done at once.
 */
export function handle(
  RED: NodeAPI,
  node: Node,
  onMessage: (msg: Message, handling: Handling) => Promise<void>,
): AbortSignal {
  const closing = new AbortController()
  const { signal } = closing
  node.on('input', (msg, send, done) => {
    let read: Message = {}
    const handling: Handling = {
      signal,
      send: (outputs) => {
        if (!signal.aborted) sendAll(node, outputs, send)
      },
      copy: (from, properties) => ({ ...copyOf(RED, node, from, Object.keys(properties)), ...properties }),
    }
    const carryOut = async (): Promise<void> => onMessage((read = readable(msg)), handling)
    carryOut().then(
      () => end(RED, node, read, done),
      (thrown: unknown) => end(RED, node, read, done, signal.aborted ? undefined : showError(node, thrown)),
    )
  })
  node.on('close', (done) => {
    closing.abort(new Error('the node was closed'))
    showStatus(node, {})
    call(node, 'close', done)
  })
  return signal
}

/** Shows under a node that a login on which it depends is dead, even if nothing was asked of the node itself. */
export function showLogins(node: Node, logins: readonly WatchLogin[], signal: AbortSignal): void {
  const dead = new Set<WatchLogin>()
  for (const login of logins) {
    login((trouble) => {
      if (trouble) dead.add(login)
      else dead.delete(login)
      if (trouble) showError(node, trouble)
      else if (dead.size === 0) showStatus(node, {})
    }, signal)
  }
}

/** Shows an error under a node. @returns it as one for the flow */
export function showError(node: Node, thrown: unknown): CalSyncError {
  const error = asCalSyncError(thrown)
  show(node, error.isMild ? 'yellow' : 'red', error.status)
  return error
}

/** The calendar that a node names; an error that says what to choose if there is none. */
export function calendarOf(RED: NodeAPI, id: string, engine: Engine): CalendarAccess {
  const node = RED.nodes.getNode(id) as CalendarNode | null
  return node?.calsync ?? new CalendarAccess(id, engine, undefined, '', '', 'no calendar')
}

/** Registers the config node of one kind of account. `properties`: those of the provider's settings that are no secret. */
export function defineAccount(
  RED: NodeAPI,
  nodeType: string,
  accountType: string,
  properties: readonly string[],
  credentials: CredentialDefinitions,
): void {
  // Dialogs need the admin routes before anything is deployed. (Where the user directory is not known yet, nodes come first.)
  if (RED.settings.userDir !== undefined) engineOf(RED)
  function AccountConfig(this: AccountNode, config: NodeDef): void {
    RED.nodes.createNode(this, config)
    const open = ['name', ...properties].map((name) => [name, config[name]] as const)
    const texts = [...Object.entries(this.credentials ?? {}), ...open].filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    )
    this.calsync = new Account(accountType, Object.fromEntries(texts), engineOf(RED).around)
    const closing = new AbortController()
    showLogins(this, [this.calsync.login.watch], closing.signal)
    this.on('close', (done) => {
      closing.abort()
      showStatus(this, {})
      call(this, 'close', done)
    })
  }
  RED.nodes.registerType(nodeType, AccountConfig, { credentials })
}
