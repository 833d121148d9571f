import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CaldavServer } from './server'

type Listening = { readonly url: string; readonly close: () => Promise<void> }

/**
 * Puts a simulator on a free port of 127.0.0.1. The server's `origin` and `homeOrigin` are set to that address, so that
 * discovery leads to it. Returns its URL and what closes it.
 */
export async function serveCaldav(server: CaldavServer): Promise<Listening> {
  const listening = await listen(server)
  server.options.origin = listening.url
  server.options.homeOrigin = listening.url
  return listening
}

async function listen(server: CaldavServer): Promise<Listening> {
  let url = ''
  const http = createServer((incoming, outgoing) => {
    answer(server, url, incoming, outgoing).catch((error: unknown) => outgoing.destroy(error as Error))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const close = () =>
    new Promise<void>((resolve) => {
      http.close(() => resolve())
      http.closeAllConnections()
    })
  return { url, close }
}

async function answer(
  server: CaldavServer,
  origin: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value))
  const request = new Request(`${origin}${incoming.url ?? '/'}`, {
    method: incoming.method,
    headers,
    body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
    redirect: 'manual',
  })
  const response = await server.respond(request)
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(Buffer.from(await response.arrayBuffer()))
}
