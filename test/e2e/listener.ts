import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a flow told: `report`, `conflict`, `conflicts`, `error`, or the name of a debug node. */
export type Told = { readonly topic?: string; readonly payload: unknown }

/** Where a flow tells what came out of it, by HTTP. */
export class Listener {
  readonly told: Told[] = []
  private readonly waiting = new Set<() => void>()

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Listener> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        listener.hear(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Told)
        response.end('{}')
      })
    })
    const listener = new Listener(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return listener
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`
  }

  /** The first thing told with this topic, from the given count of things on; waits for it. */
  async next(topic: string, from: number): Promise<unknown> {
    for (;;) {
      const found = this.told.slice(from).find((told) => told.topic === topic)
      if (found) return found.payload
      await new Promise<void>((resolve) => this.waiting.add(resolve))
    }
  }

  /** All that was told with this topic. */
  all(topic: string): unknown[] {
    return this.told.filter((told) => told.topic === topic).map(({ payload }) => payload)
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise<void>((resolve) => this.server.close(() => resolve()))
  }

  private hear(told: Told): void {
    this.told.push(told)
    for (const wake of this.waiting) wake()
    this.waiting.clear()
  }
}
