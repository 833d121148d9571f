import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { hasCyrus, startCyrus } from './cyrus'
import { hasDavical, startDavical } from './davical'
import type { RealServer } from './real-server'
import { PASSWORD, USERNAME, freePort, isInstalled, launch } from './real-server'
import { hasSogo, startSogo } from './sogo'

export type { RealServer }

/** The real servers that tests run against, with Debian's packages of each. */
const REAL_SERVERS: readonly {
  readonly name: string
  readonly packages: string
  readonly isInstalled: () => boolean
  readonly start: () => Promise<RealServer>
  /** A suite of its own: it runs where the environment names the server in CALSYNC_SERVER. */
  readonly isApart?: boolean
}[] = [
  { name: 'Radicale', packages: 'radicale', isInstalled: () => isInstalled('radicale'), start: () => startRadicale() },
  { name: 'Xandikos', packages: 'xandikos', isInstalled: () => isInstalled('xandikos'), start: startXandikos },
  { name: 'Cyrus', packages: 'cyrus-imapd cyrus-caldav sasl2-bin', isInstalled: hasCyrus, start: startCyrus },
  { name: 'DAViCal', packages: 'davical php-cli postgresql', isInstalled: hasDavical, start: startDavical },
  { name: 'SOGo', packages: 'sogo postgresql', isInstalled: hasSogo, start: startSogo, isApart: true },
]

/**
 * A suite for each real server: one process for all its sentences. Where a server is not installed, a skipped test says
 * so. `CALSYNC_SERVER=SOGo` before a command takes that one alone.
 *
 * @param sentences gets the running server, from within a test or hook
 */
export function onRealServers(sentences: (server: () => RealServer, name: string) => void): void {
  const only = process.env.CALSYNC_SERVER
  for (const { name, packages, isInstalled, start, isApart = false } of REAL_SERVERS) {
    if (only === undefined ? isApart : only !== name) continue
    if (!isInstalled()) {
      it(`skips ${name}, which is not installed (on Debian: apt-get install ${packages})`)
      continue
    }
    describe(`The real ${name}`, function () {
      let server: RealServer | undefined
      before(async () => {
        server = await start()
      })
      after(async () => server?.stop())
      sentences(() => {
        if (!server) throw new Error('the server is not running')
        return server
      }, name)
    })
  }
}

/**
 * Until the server has another sync token than now: SOGo's are seconds, and its list of changes names again what was written
 * in the second of the token.
 */
export async function nextToken(name: string): Promise<void> {
  if (name === 'SOGo') await pause(1000 - (Date.now() % 1000))
}

/** @param isBehind whether a server in front of it says who has signed in, in X-Remote-User */
export async function startRadicale(isBehind = false): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'calsync-radicale-'))
  const users = join(folder, 'users')
  const rights = join(folder, 'rights')
  writeFileSync(users, `${USERNAME}:${PASSWORD}\n`)
  writeFileSync(rights, RIGHTS)
  const readOnly = join(folder, 'data', 'collection-root', USERNAME, 'readonly')
  mkdirSync(readOnly, { recursive: true })
  writeFileSync(join(readOnly, '.Radicale.props'), '{"tag": "VCALENDAR", "D:displayname": "Verein"}')
  const config = join(folder, 'config')
  const port = await freePort()
  writeFileSync(
    config,
    [
      `[server]\nhosts = 127.0.0.1:${port}`,
      isBehind
        ? '[auth]\ntype = http_x_remote_user'
        : `[auth]\ntype = htpasswd\nhtpasswd_filename = ${users}\nhtpasswd_encryption = plain\ndelay = 0`,
      `[rights]\ntype = from_file\nfile = ${rights}`,
      `[storage]\nfilesystem_folder = ${join(folder, 'data')}`,
    ].join('\n'),
  )
  const options = ['--config', config]
  const server = await launch({ program: 'radicale', options, folder, port, home: `/${USERNAME}/` })
  return { ...server, readOnlyId: `/${USERNAME}/readonly/` }
}

const RIGHTS = `
[root]
user: .+
collection:
permissions: R
[principal]
user: .+
collection: {user}
permissions: RW
[readonly]
user: .+
collection: {user}/readonly
permissions: r
[calendars]
user: .+
collection: {user}/[^/]+
permissions: rw
`

/** Xandikos knows no passwords: it takes any. */
async function startXandikos(): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'calsync-xandikos-'))
  const port = await freePort()
  const options = ['-d', folder, '-l', '127.0.0.1', '-p', String(port)]
  const principal = ['--current-user-principal', `/${USERNAME}/`, '--defaults']
  const home = `/${USERNAME}/calendars/`
  return launch({ program: 'xandikos', options: [...options, ...principal], folder, port, home })
}
