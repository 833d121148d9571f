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
  /** @param msg that it is about: then a Catch node gets it */
  error(error: Error, msg?: Message): void
  warn(text: string): void
}

/** A node's properties as the flow has them, `${ENV}` resolved. */
export type NodeDef = { readonly id: string; readonly type: string; readonly name?: string } & Record<string, unknown>

export type CredentialDefinitions = Readonly<Record<string, { readonly type: 'text' | 'password' }>>

/** The part of Express that admin routes use. Node-RED has parsed a JSON or form body already. */
export type HttpRequest = {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}
export type HttpResponse = {
  on(event: 'close', listener: () => void): void
  set(name: string, value: string): void
  status(code: number): HttpResponse
  send(text: string): void
  json(value: object): void
}
type Serve = (path: string, ...handlers: unknown[]) => void

export interface NodeAPI {
  readonly settings: { readonly userDir?: string }
  readonly log: Record<'debug' | 'info' | 'warn' | 'error', (message: unknown) => void>
  readonly httpAdmin?: { readonly get: Serve; readonly post: Serve }
  readonly auth?: { needsPermission(permission: string | readonly string[]): unknown }
  readonly nodes: {
    createNode(node: Node, config: NodeDef): void
    getNode(id: string): Node | null
    /** All nodes that are deployed, as the flow has them: `${ENV}` is not resolved. */
    eachNode(look: (config: NodeDef & { readonly z?: string }) => void): void
    /** A node's credentials as they were entered, `${ENV}` not resolved. */
    getCredentials(id: string): Readonly<Record<string, unknown>> | null | undefined
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- each constructor has types of its own
    registerType<N extends Node, C extends NodeDef>(
      type: string,
      constructor: (this: N, config: C) => void,
      options?: { credentials: CredentialDefinitions },
    ): void
  }
  readonly util: {
    cloneMessage<M extends object>(message: M): M
    /** An environment variable as a node sees it: of its group, flow, the global settings, or the process. */
    getSetting(node: Node | undefined, name: string): unknown
  }
}
