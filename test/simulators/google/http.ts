import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Fetch } from '../../../src/transport/fetch'

/** Serves a simulator on 127.0.0.1; port 0 takes any free one. Returns the root URL, with a slash at its end. */
export async function serveOverHttp(fetch: Fetch, port = 0): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    answer(fetch, request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${address.port}/`, close: () => close(server) }
}

async function answer(fetch: Fetch, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : [],
  )
  const method = request.method ?? 'GET'
  const url = `http://${request.headers.host ?? '127.0.0.1'}${request.url ?? '/'}`
  const body = method === 'GET' || chunks.length === 0 ? undefined : Buffer.concat(chunks)
  const answered = await fetch(url, { method, headers, body })
  const bytes = Buffer.from(await answered.arrayBuffer())
  const gzip = bytes.length > 0 && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  answered.headers.forEach((value, name) => response.setHeader(name, value))
  if (gzip) response.setHeader('content-encoding', 'gzip')
  response.writeHead(answered.status)
  response.end(gzip ? gzipSync(bytes) : bytes)
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
