import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RealServer } from './real-server'
import { PASSWORD, USERNAME, freePort, isInstalled, running } from './real-server'

/** Not ASCII: lighttpd sends it as it is, in UTF-8. */
const REALM = 'Büro'

export type DigestAlgorithm = 'MD5' | 'SHA-256'

export const hasLighttpd = (): boolean => isInstalled('lighttpd')

/** lighttpd in front of a server that believes it who has signed in (X-Remote-User): it asks for a digest, and for nothing else. */
export async function startLighttpd(backend: RealServer, algorithm: DigestAlgorithm): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'calsync-lighttpd-'))
  const port = await freePort()
  const users = join(folder, 'users')
  const file = join(folder, 'lighttpd.conf')
  const hash = createHash(algorithm === 'MD5' ? 'md5' : 'sha256').update(`${USERNAME}:${REALM}:${PASSWORD}`)
  writeFileSync(users, `${USERNAME}:${REALM}:${hash.digest('hex')}\n`)
  writeFileSync(
    file,
    configuration({ folder, port, users, algorithm, backend: Number(new URL(backend.config.serverUrl).port) }),
  )
  const url = `http://127.0.0.1:${port}`
  const isAnswering = async (): Promise<boolean> => (await fetch(url).catch(() => undefined)) !== undefined
  const end = await running('lighttpd', ['-D', '-f', file], isAnswering)
  const stop = async (): Promise<void> => {
    await end()
    rmSync(folder, { recursive: true, force: true })
  }
  const newCalendar = async (): Promise<string> => {
    const path = `/${USERNAME}/by-digest/`
    const headers = { 'x-remote-user': USERNAME }
    const { ok, status } = await fetch(backend.config.serverUrl + path, { method: 'MKCALENDAR', headers })
    if (!ok) throw new Error(`MKCALENDAR ${path}: ${status}`)
    return path
  }
  return { ...backend, config: { serverUrl: url, username: USERNAME, password: PASSWORD }, newCalendar, stop }
}

type Setting = { folder: string; port: number; users: string; algorithm: DigestAlgorithm; backend: number }

const configuration = ({ folder, port, users, algorithm, backend }: Setting): string => `
server.document-root = "${folder}"
server.errorlog = "${join(folder, 'log')}"
server.bind = "127.0.0.1"
server.port = ${port}
server.modules = ("mod_auth", "mod_authn_file", "mod_setenv", "mod_proxy")
auth.backend = "htdigest"
auth.backend.htdigest.userfile = "${users}"
auth.require = ("" => ("method" => "digest", "realm" => "${REALM}", "algorithm" => "${algorithm}", "require" => "valid-user"))
setenv.set-request-header = ("X-Remote-User" => "${USERNAME}", "Authorization" => "")
proxy.server = ("" => (("host" => "127.0.0.1", "port" => ${backend})))
`
