import { createServer, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'

/**
 * A proxy before Node-RED that is like Home Assistant's ingress: the browser sees a long path, of which Node-RED knows
 * nothing, and Node-RED sees another host.
 *
 * @param prefix the path that the browser sees, with slashes at both ends
 * @returns the port of 127.0.0.1 on which it listens
 */
export async function startProxy(target: URL, prefix: string): Promise<{ port: number; close: () => Promise<void> }> {
  const pathOf = (incoming: IncomingMessage): string | undefined => {
    const url = incoming.url ?? '/'
    return url.startsWith(prefix) ? target.pathname + url.slice(prefix.length) : undefined
  }
  const headersOf = ({ headers }: IncomingMessage): Record<string, string | string[] | undefined> => ({
    ...headers,
    host: target.host,
    'x-forwarded-host': headers.host,
    'x-ingress-path': prefix.slice(0, -1),
  })
  const server = createServer((incoming, outgoing) => {
    const path = pathOf(incoming)
    if (path === undefined) {
      outgoing.writeHead(404).end()
      return
    }
    const options = {
      host: target.hostname,
      port: target.port,
      path,
      method: incoming.method,
      headers: headersOf(incoming),
    }
    const asked = request(options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    asked.on('error', () => outgoing.destroy())
    incoming.pipe(asked)
  })
  server.on('upgrade', (incoming, socket, head) => {
    const upstream = connect(Number(target.port), target.hostname, () => {
      const lines = Object.entries(headersOf(incoming)).map(([name, value]) => `${name}: ${String(value)}`)
      upstream.write(`GET ${pathOf(incoming) ?? '/'} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { port: (server.address() as AddressInfo).port, close }
}
