import type { Side } from '../sync/model'
import { copyOf, logError, sendAll } from './callbacks'
import type { Outputs } from './execute'
import { CalSyncError } from './errors'
import type { Engine } from './engine'
import { Health } from './health'
import { preview } from './preview'
import type { Preview } from './preview'
import { Reconciler } from './reconciler'
import type { Message, Node, NodeAPI, NodeDef } from './node-red'
import type { Sends } from './reconciler'
import { readSettings } from './rules'
import type { ReconcileSettings } from './rules'
import { calendarOf, engineOf, handle, show, showError, showLogins } from './shell'

/** The outputs of a reconcile node. */
const OUTPUTS = { left: 0, right: 1, conflicts: 2, report: 3 }
type Output = keyof typeof OUTPUTS

/** @returns whether it was sent */
type Send = (output: Output, msg: Message, properties: Partial<Message>) => boolean

type Config = NodeDef & { left: string; right: string; wires?: string[][] }

/** Joins a reconcile node and its reconciler: messages in, messages out, status. */
export function wireReconciler(RED: NodeAPI, node: Node, config: Config): void {
  const engine = engineOf(RED)
  const settings = checkedSettings(RED, node, config, engine)
  if (!settings) return
  const calendars = { left: calendarOf(RED, config.left, engine), right: calendarOf(RED, config.right, engine) }
  const send: Send = (output, msg, properties) => {
    if (signal.aborted) return false
    const outputs: (Message | null)[] = [null, null, null, null]
    const rest = copyOf(RED, node, msg, ['calsync', ...Object.keys(properties)])
    outputs[OUTPUTS[output]] = { ...rest, ...properties }
    return sendAll(node, outputs, (all) => node.send(all))
  }
  const isWired = (side: Side): boolean => (config.wires?.[OUTPUTS[side]] ?? []).length > 0
  const trouble = (thrown: unknown): void => {
    if (!signal.aborted) logError(node, showError(node, thrown))
  }
  const health = new Health(
    settings.staleAfter,
    () => ({ left: calendars.left.name, right: calendars.right.name }),
    engine.around.now,
    () => engine.health(node.id),
    (topic, payload) => send('report', {}, { topic, payload }),
    trouble,
  )
  const sends: Sends = {
    outputs: (msg) => outputsFor(msg, send, isWired),
    report: (msg, report) => {
      send('report', msg, { topic: 'report', payload: report })
      health.ran(report).catch(trouble)
    },
    answer: (msg, command, payload) => {
      send(command === 'conflicts' ? 'conflicts' : 'report', msg, { topic: command, payload })
    },
    standing: (report) => {
      const [fill, text] = health.words(report)
      show(node, fill, text)
    },
  }
  const signal = handle(RED, node, (msg) => reconciler.input(msg))
  calendars.left.pairWith(calendars.right, signal)
  calendars.right.pairWith(calendars.left, signal)
  const reconciler = new Reconciler(engine, calendars, settings, sends, health, signal)
  showLogins(node, [calendars.left.watchLogin, calendars.right.watchLogin], signal)
  reconciler.watchJoins(trouble).catch(trouble)
  health.watch(engine.around.sleep, signal).catch(trouble)
  offerPreview(engine, nameInEditor(node, config), signal, () => preview(calendars, settings, engine, signal))
}

/** Offers to show what the next run would do, until the node is closed. Who asks while it is made gets the same. */
function offerPreview(engine: Engine, id: string, closed: AbortSignal, make: () => Promise<Preview>): void {
  let making: Promise<Preview> | undefined
  const look = (): Promise<Preview> => (making ??= make().finally(() => (making = undefined)))
  engine.previews.set(id, look)
  closed.addEventListener('abort', () => {
    if (engine.previews.get(id) === look) engine.previews.delete(id)
  })
}

/** The id by which the editor knows a node: inside a subflow it shows the template, of which the one that runs is a copy. */
const nameInEditor = (node: Node, { _alias: alias }: Config): string => (typeof alias === 'string' ? alias : node.id)

/** Settings that are wrong are told at once, and by each message. */
function checkedSettings(RED: NodeAPI, node: Node, config: Config, engine: Engine): ReconcileSettings | undefined {
  try {
    if (config.left !== '' && config.left === config.right) {
      throw new CalSyncError(
        'config',
        'Left and right are the same calendar: choose two different ones.',
        'same calendar',
      )
    }
    return readSettings(config)
  } catch (thrown) {
    const error = showError(node, thrown)
    const signal = handle(RED, node, () => Promise.reject(error))
    offerPreview(engine, nameInEditor(node, config), signal, () => Promise.reject(error))
    return undefined
  }
}

function outputsFor(msg: Message, send: Send, isWired: (side: Side) => boolean): Outputs {
  return {
    changes: (side, ops) => {
      return isWired(side) && send(side, msg, { topic: 'changes', payload: ops })
    },
    conflict: (conflict) => send('conflicts', msg, { topic: 'conflict', payload: conflict }),
    conflicts: (conflicts) => send('conflicts', msg, { topic: 'conflicts', payload: conflicts }),
    differences: (differences) => send('conflicts', msg, { topic: 'differences', payload: differences }),
    held: (held) => send('conflicts', msg, { topic: 'held-deletions', payload: held }),
  }
}
