import type { FlowNode } from '../demo/admin'
import { LOGIN } from '../simulators/google'
import type { Servers } from './site'

/** An example with its accounts pointed at servers on this machine, and its empty calendar id filled in. */
export function pointed(example: readonly FlowNode[], { google, caldav }: Servers): FlowNode[] {
  const { username, password, url, path } = caldav
  return example.map((node) => {
    if (node.type === 'calsync-google-account') {
      return { ...node, apiUrl: google, tokenUrl: `${google}token`, credentials: { ...LOGIN } }
    }
    if (node.type === 'calsync-icloud-account') return { ...node, serverUrl: url, credentials: { username, password } }
    if (node.type === 'calsync-calendar' && node.calendarId === '') return { ...node, calendarId: path }
    return node
  })
}

/** A flow whose debug nodes are heard elsewhere too: what reaches one is sent to an address, under the node's name. */
export function overheard(flow: readonly FlowNode[], url: string): FlowNode[] {
  const debugs = flow.filter((node) => node.type === 'debug')
  const wired = flow.map((node) => ({ ...node, ...(Array.isArray(node.wires) && { wires: node.wires.map(toBoth) }) }))
  return [...wired, ...debugs.flatMap((debug) => heardAt(debug, url))]

  function toBoth(targets: string[]): string[] {
    return targets.flatMap((id) => (debugs.some((debug) => debug.id === id) ? [id, twin(id, 'f')] : [id]))
  }
}

/** An id of 16 hexadecimal digits that goes with another. */
const twin = (id: string, digit: string): string => `${digit.repeat(4)}${id.slice(4)}`

function heardAt({ id, z, name }: FlowNode, url: string): FlowNode[] {
  const func = `return { payload: { topic: ${JSON.stringify(name)}, payload: msg.error ?? msg.payload } }`
  return [
    { id: twin(id, 'f'), type: 'function', z, func, outputs: 1, libs: [], wires: [[twin(id, 'e')]] },
    { id: twin(id, 'e'), type: 'http request', z, method: 'POST', ret: 'obj', url, headers: [], wires: [[]] },
  ]
}
