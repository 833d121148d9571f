import { LOGIN } from '../simulators/google'

export type Settings = Record<string, unknown>
/** A node as a flow file has it. */
export type FlowNode = { id: string; type: string } & Settings

/** What a test wants to be different from the usual flow. */
export type Wish = {
  /** Properties of the reconcile node. */
  readonly reconcile?: Settings
  /** Properties of both source nodes. */
  readonly source?: Settings
  /** Code of the Function node before a sink; default: `return msg`. */
  readonly toGoogle?: string
  readonly toIcloud?: string
  /** Any other change of the nodes. */
  readonly edit?: (nodes: FlowNode[]) => FlowNode[]
}

export const ID = {
  tab: '00000000000000f0',
  googleAccount: '00000000000000a1',
  icloudAccount: '00000000000000a2',
  googleCalendar: '00000000000000b1',
  icloudCalendar: '00000000000000b2',
  googleSource: '00000000000000c1',
  icloudSource: '00000000000000c2',
  reconcile: '00000000000000c3',
  toGoogle: '00000000000000c4',
  toIcloud: '00000000000000c5',
  googleSink: '00000000000000c6',
  icloudSink: '00000000000000c7',
  report: '00000000000000d1',
  conflicts: '00000000000000d2',
  googleRead: '00000000000000d3',
  icloudRead: '00000000000000d4',
  googleWritten: '00000000000000d5',
  icloudWritten: '00000000000000d6',
  caught: '00000000000000d7',
  catch: '00000000000000d8',
  done: '00000000000000da',
  complete: '00000000000000db',
  /** For flows with several pairs: reads all calendars. */
  trigger: '00000000000000d9',
}
export type Name = keyof typeof ID

export const PASSWORD = 'app-pass-word-xxxx'
export const CREDENTIALS: Record<string, object> = {
  [ID.googleAccount]: { ...LOGIN },
  [ID.icloudAccount]: { username: 'anna', password: PASSWORD },
}

/** Helper nodes that only receive. */
const LISTENERS: readonly Name[] = [
  'report',
  'conflicts',
  'googleRead',
  'icloudRead',
  'googleWritten',
  'icloudWritten',
  'caught',
  'done',
]

/**
 * The usual flow, Google left and iCloud right: two sources, a reconcile node, a Function node before each of two
 * sinks, a Complete node for the reconcile node, a Catch node, and helper nodes that listen on every output.
 */
export function usualFlow(googleUrl: string, icloudUrl: string, path: string, wish: Wish): FlowNode[] {
  const z = ID.tab
  const nodes: FlowNode[] = [
    { id: z, type: 'tab', label: 'Sync' },
    {
      id: ID.googleAccount,
      type: 'calsync-google-account',
      name: 'Google',
      apiUrl: googleUrl,
      tokenUrl: `${googleUrl}token`,
    },
    { id: ID.icloudAccount, type: 'calsync-icloud-account', name: 'iCloud', serverUrl: icloudUrl },
    calendar(ID.googleCalendar, 'google', 'primary', 'Google'),
    calendar(ID.icloudCalendar, 'icloud', path, 'iCloud'),
    source(ID.googleSource, ID.googleCalendar, ID.googleRead, wish.source),
    source(ID.icloudSource, ID.icloudCalendar, ID.icloudRead, wish.source),
    {
      id: ID.reconcile,
      z,
      type: 'calsync-reconcile',
      left: ID.googleCalendar,
      right: ID.icloudCalendar,
      wires: [[ID.toGoogle], [ID.toIcloud], [ID.conflicts], [ID.report]],
      ...wish.reconcile,
    },
    between(ID.toGoogle, wish.toGoogle, ID.googleSink),
    between(ID.toIcloud, wish.toIcloud, ID.icloudSink),
    { id: ID.googleSink, z, type: 'calendar-sink', calendar: ID.googleCalendar, wires: [[ID.googleWritten]] },
    { id: ID.icloudSink, z, type: 'calendar-sink', calendar: ID.icloudCalendar, wires: [[ID.icloudWritten]] },
    { id: ID.complete, z, type: 'complete', scope: [ID.reconcile], wires: [[ID.done]] },
    { id: ID.catch, z, type: 'catch', scope: null, wires: [[ID.caught]] },
    ...LISTENERS.map((name) => ({ id: ID[name], z, type: 'helper' })),
  ]
  return wish.edit ? wish.edit(nodes) : nodes
}

/** Changes the properties of one node of a flow. */
export const changing =
  (name: Name, properties: Settings): ((nodes: FlowNode[]) => FlowNode[]) =>
  (nodes) =>
    nodes.map((node) => (node.id === ID[name] ? { ...node, ...properties } : node))

export function calendar(id: string, accountType: string, calendarId: string, name: string): FlowNode {
  const accounts = { googleAccount: ID.googleAccount, icloudAccount: ID.icloudAccount }
  return { id, type: 'calsync-calendar', name, accountType, calendarId, ...accounts }
}

export function source(id: string, of: string, listener: string, properties: Settings = {}): FlowNode {
  const wires = [[ID.reconcile, listener]]
  return { id, z: ID.tab, type: 'calendar-source', calendar: of, sendEvents: 'changes', wires, ...properties }
}

const between = (id: string, code = 'return msg', sink: string): FlowNode => ({
  id,
  z: ID.tab,
  type: 'function',
  func: code,
  outputs: 1,
  wires: [[sink]],
})
