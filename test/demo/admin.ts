import type { NodeRed } from './node-red'

/** A node as it stands in a flow file; credentials only on the way in. */
export type FlowNode = { id: string; type: string; [property: string]: unknown }

async function ask(nodeRed: NodeRed, path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(new URL(path, nodeRed.url), init)
  if (!response.ok) {
    throw new Error(`Node-RED answered ${response.status} to ${path}: ${await response.text()}`)
  }
  return response
}

export async function readFlows(nodeRed: NodeRed): Promise<FlowNode[]> {
  return (await (await ask(nodeRed, 'flows')).json()) as FlowNode[]
}

/** Deploys flows in place of all others. The answer comes before they have started. */
export async function deploy(nodeRed: NodeRed, flows: readonly FlowNode[]): Promise<void> {
  await ask(nodeRed, 'flows', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'Node-RED-Deployment-Type': 'full' },
    body: JSON.stringify(flows),
  })
}

/** What the editor is told of a node's credentials: texts as they are, of a password only whether there is one. */
export async function readCredentials(nodeRed: NodeRed, type: string, id: string): Promise<Record<string, unknown>> {
  return (await (await ask(nodeRed, `credentials/${type}/${id}`)).json()) as Record<string, unknown>
}

/** Presses the button of an inject node. */
export async function inject(nodeRed: NodeRed, id: string): Promise<void> {
  await ask(nodeRed, `inject/${id}`, { method: 'POST' })
}
