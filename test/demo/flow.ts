import { LOGIN } from '../simulators/google/simulator'
import { readJson } from '../package/project'
import type { FlowNode } from './admin'

/** What the flow takes from the environment, so that it stays as it is when a port changes. */
export type Addresses = {
  readonly CALSYNC_DEMO_GOOGLE: string
  readonly CALSYNC_DEMO_GOOGLE_AUTH: string
  readonly CALSYNC_DEMO_GOOGLE_TOKEN: string
  readonly CALSYNC_DEMO_CALDAV: string
  readonly CALSYNC_DEMO_TELL: string
}

/** Ids of the nodes that the demo adds to the example. */
const TELL = 'ca15a9dec0de0001'
const SEND = 'ca15a9dec0de0002'
const WATCH = 'ca15a9dec0de0003'

/** Wraps what arrives, so that one address can tell reports, conflicts and errors apart. */
const WRAP = `const { topic, payload, error } = msg
return { payload: error ? { topic: 'error', payload: error } : { topic, payload } }
`

/**
 * The example flow two-way-sync, with its accounts pointed at the servers of the demo, and with what it reports sent
 * to the demo as well.
 *
 * @param caldav the log-in of the CalDAV server and the path of the calendar
 */
export function demoFlow(caldav: { username: string; password: string; path: string }): FlowNode[] {
  const example = readJson('examples', 'two-way-sync.json') as FlowNode[]
  return [...example.map((node) => withAccounts(node, caldav)), ...listeners(example)]
}

/** The inject node that starts a sync. */
export function triggerOf(flow: readonly FlowNode[]): string {
  const inject = flow.find((node) => node.type === 'inject' && node.repeat !== '')
  if (inject === undefined) throw new Error('The flow has no inject node that repeats: start with --fresh.')
  return inject.id
}

function withAccounts(node: FlowNode, caldav: { username: string; password: string; path: string }): FlowNode {
  if (node.type === 'calsync-google-account') {
    const own = {
      apiUrl: '${CALSYNC_DEMO_GOOGLE}',
      authUrl: '${CALSYNC_DEMO_GOOGLE_AUTH}',
      tokenUrl: '${CALSYNC_DEMO_GOOGLE_TOKEN}',
      credentials: { ...LOGIN },
    }
    return { ...node, name: 'Google (simulated)', ...own }
  }
  if (node.type === 'calsync-icloud-account') {
    const { username, password } = caldav
    return {
      ...node,
      name: 'iCloud (simulated)',
      serverUrl: '${CALSYNC_DEMO_CALDAV}',
      credentials: { username, password },
    }
  }
  if (node.type === 'calsync-calendar' && node.accountType === 'icloud') return { ...node, calendarId: caldav.path }
  if (node.type === 'calsync-reconcile') return { ...node, wires: toldToo(node.wires as string[][]) }
  return node
}

/** Conflicts and reports go to the demo too. */
const toldToo = (wires: string[][]): string[][] =>
  wires.map((targets, output) => (output < 2 ? targets : [...targets, TELL]))

function listeners(example: readonly FlowNode[]): FlowNode[] {
  const z = example.find((node) => node.type === 'tab')?.id
  const ours = example.filter((node) => /^cal(sync|endar)-/.test(node.type) && node.z === z).map((node) => node.id)
  return [
    { id: WATCH, type: 'catch', z, name: 'our errors', scope: ours, uncaught: false, x: 760, y: 360, wires: [[TELL]] },
    {
      id: TELL,
      type: 'function',
      z,
      name: 'for the demo',
      func: WRAP,
      outputs: 1,
      timeout: 0,
      noerr: 0,
      initialize: '',
      finalize: '',
      libs: [],
      x: 1010,
      y: 300,
      wires: [[SEND]],
    },
    {
      id: SEND,
      type: 'http request',
      z,
      name: 'tell the demo',
      method: 'POST',
      ret: 'obj',
      paytoqs: 'ignore',
      url: '${CALSYNC_DEMO_TELL}',
      tls: '',
      persist: false,
      proxy: '',
      insecureHTTPParser: false,
      authType: '',
      senderr: false,
      headers: [],
      x: 1190,
      y: 300,
      wires: [[]],
    },
  ]
}
