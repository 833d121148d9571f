import { createServer } from 'node:net'

/** Whether somebody listens on this port of 127.0.0.1, or of all addresses, already. */
async function isFree(port: number): Promise<boolean> {
  const canListen = (host?: string): Promise<boolean> =>
    new Promise((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(false))
      server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
    })
  return (await canListen('127.0.0.1')) && (await canListen())
}

/** The preferred port if it is free, else the next free one behind it. */
export async function freePort(preferred: number): Promise<number> {
  for (let port = preferred; port < preferred + 200; port++) if (await isFree(port)) return port
  throw new Error(`The ports ${preferred} to ${preferred + 199} are all taken: end what listens there.`)
}
