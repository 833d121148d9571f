/**
 * The part of Node-RED's API that CalSync uses. (`@types/node-red` brings the browser's types along, which clash with
 * Node's.)
 */
export type Message = { _msgid?: string; topic?: unknown; payload?: unknown } & Record<string, unknown>

export type NodeStatus = { fill?: string; shape?: string; text?: string }

export type Done = (error?: Error) => void

export interface Node {
  readonly id: string
  readonly name?: string
  readonly credentials?: Record<string, string>
  on(event: 'input', listener: (msg: Message, send: (outputs: (Message | null)[]) => void, done: Done) => void): void
  on(event: 'close', listener: (done: () => void) => void): void
  send(outputs: (Message | null)[]): void
  status(status: NodeStatus): void
  error(error: Error): void
}

/** A node's properties as the flow has them, `${ENV}` resolved. */
export type NodeDef = { readonly id: string; readonly type: string; readonly name?: string } & Record<string, unknown>

export type CredentialDefinitions = Readonly<Record<string, { readonly type: 'text' | 'password' }>>

/** The part of Express that admin routes use. */
export type HttpRequest = { readonly headers: Readonly<Record<string, string | string[] | undefined>> }
export type HttpResponse = {
  set(name: string, value: string): void
  send(text: string): void
  sendStatus(status: number): void
}

export interface NodeAPI {
  readonly settings: { readonly userDir?: string }
  readonly log: Record<'debug' | 'info' | 'warn' | 'error', (message: unknown) => void>
  readonly httpAdmin?: {
    get(path: string, guard: unknown, handler: (request: HttpRequest, response: HttpResponse) => void): void
  }
  readonly auth?: { needsPermission(permission: string): unknown }
  readonly nodes: {
    createNode(node: Node, config: NodeDef): void
    getNode(id: string): Node | null
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- each constructor has types of its own
    registerType<N extends Node, C extends NodeDef>(
      type: string,
      constructor: (this: N, config: C) => void,
      options?: { credentials: CredentialDefinitions },
    ): void
  }
  readonly util: { cloneMessage<M extends object>(message: M): M }
}
