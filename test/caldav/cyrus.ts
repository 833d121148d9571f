import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { RealServer } from './real-server'
import { PASSWORD, USERNAME, freePort, isInstalled, launch, request, run } from './real-server'

const PROGRAMS = '/usr/lib/cyrus/bin'
const HOME = `/dav/calendars/user/${USERNAME}/`

/** Whether Cyrus IMAP with CalDAV is there, as Debian installs it. */
export const hasCyrus = (): boolean =>
  ['master', 'imapd', 'httpd'].every((program) => existsSync(join(PROGRAMS, program))) && isInstalled('saslpasswd2')

/**
 * Cyrus with configuration, mail store and user of its own in a temporary folder. As root it becomes the user `cyrus`
 * by itself; as anybody else it runs as that one.
 */
export async function startCyrus(): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'calsync-cyrus-'))
  const port = await freePort()
  configure(folder, port)
  addUser(join(folder, 'users'))
  const isRoot = userInfo().uid === 0
  if (isRoot) run('chown', ['-R', 'cyrus', folder])

  const settings = ['-C', join(folder, 'imapd.conf'), '-M', join(folder, 'cyrus.conf'), '-p', join(folder, 'pid')]
  const server = await launch({
    program: join(PROGRAMS, 'master'),
    options: ['-D', ...settings],
    folder,
    port,
    home: HOME,
  })
  try {
    await logIn(socketIn(folder))
    return { ...server, readOnlyId: await readOnlyCalendar(server.config.serverUrl) }
  } catch (error) {
    await server.stop()
    throw error
  }
}

const socketIn = (folder: string): string => join(folder, 'state', 'socket', 'imap')

function configure(folder: string, port: number): void {
  const state = join(folder, 'state')
  const spool = join(folder, 'spool')
  for (const each of ['socket', 'proc', 'lock', 'db', 'log']) mkdirSync(join(state, each), { recursive: true })
  mkdirSync(spool)
  const settings = [
    ...(userInfo().uid === 0 ? [] : [`cyrus_user: ${userInfo().username}`]),
    `configdirectory: ${state}`,
    `proc_path: ${join(state, 'proc')}`,
    `mboxname_lockpath: ${join(state, 'lock')}`,
    'defaultpartition: default',
    `partition-default: ${spool}`,
    'servername: localhost',
    'httpmodules: caldav',
    'allowplaintext: yes',
    'sasl_mech_list: PLAIN',
    'sasl_pwcheck_method: auxprop',
    'sasl_auxprop_plugin: sasldb',
    `sasl_sasldb_path: ${join(folder, 'users')}`,
    'autocreate_quota: 0', // makes a user's mailbox, without a limit, when he logs in
    'implicit_owner_rights: la', // and no right to write, so that a calendar of one's own can be read-only
  ]
  const config = join(folder, 'imapd.conf')
  writeFileSync(config, `${settings.join('\n')}\n`)
  const services = [
    `http cmd="${PROGRAMS}/httpd -C ${config}" listen="127.0.0.1:${port}" prefork=1 maxchild=10`,
    `imap cmd="${PROGRAMS}/imapd -C ${config}" listen="${socketIn(folder)}" prefork=0 maxchild=1`,
  ]
  writeFileSync(join(folder, 'cyrus.conf'), `START {\n}\nSERVICES {\n${services.join('\n')}\n}\nEVENTS {\n}\n`)
}

const addUser = (users: string): void =>
  run('saslpasswd2', ['-c', '-p', '-f', users, '-u', 'localhost', USERNAME], PASSWORD)

/** Calendars lie in a user's mailbox, which only a login by mail makes. */
async function logIn(path: string): Promise<void> {
  const credentials = Buffer.from(`\0${USERNAME}\0${PASSWORD}`).toString('base64')
  const socket = createConnection(path)
  socket.write(`1 AUTHENTICATE PLAIN ${credentials}\r\n`)
  let said = ''
  for await (const data of socket) {
    said += String(data)
    if (/^1 .*\r\n$/m.test(said)) socket.write('2 LOGOUT\r\n') // which is read when the mailbox is made
  }
  if (!/^2 OK /m.test(said)) throw new Error(`Cyrus lets nobody log in: ${said}`)
}

async function readOnlyCalendar(server: string): Promise<string> {
  const path = `${HOME}readonly/`
  await request('MKCALENDAR', server + path)
  const ace =
    '<D:ace><D:principal><D:self/></D:principal><D:grant><D:privilege><D:read/></D:privilege></D:grant></D:ace>'
  await request('ACL', server + path, `<D:acl xmlns:D="DAV:">${ace}</D:acl>`)
  return path
}
