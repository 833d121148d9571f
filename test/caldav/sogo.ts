import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { asUser, hasPostgres, startPostgres } from './postgres'
import type { RealServer } from './real-server'
import { PASSWORD, USERNAME, freePort, isInstalled, launch, request, run, running } from './real-server'

/** Whether SOGo, memcached and PostgreSQL are there, as Debian installs them. */
export const hasSogo = (): boolean => isInstalled('sogod') && isInstalled('memcached') && hasPostgres()

/**
 * SOGo with database, cache and working folder of its own. All its settings are in its command line, where they win over
 * those in /etc. As root it becomes the user `sogo`. Besides the account there is somebody who lets it read a calendar.
 */
export async function startSogo(): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'calsync-sogo-'))
  const [port, databasePort, cachePort] = [await freePort(), await freePort(), await freePort()]
  const database = await startPostgres(folder, databasePort, USERNAME)
  const stops = [database.stop]
  const stopAll = async (): Promise<void> => {
    for (const stop of stops) await stop()
  }
  try {
    database.query(USERS)
    const cache = ['-l', '127.0.0.1', '-p', String(cachePort), '-u', 'nobody']
    stops.unshift(await running('memcached', cache, () => true))
    const home = join(folder, 'home')
    mkdirSync(home)
    if (userInfo().uid === 0) run('chown', ['sogo', home])
    const settings = Object.entries(settingsFor(port, databasePort, cachePort, home))
    const [program, ...options] = asUser('sogo', 'sogod', ...settings.flatMap(([name, value]) => [`-${name}`, value]))
    const server = await launch({
      program: program!,
      options,
      folder,
      port,
      home: `/SOGo/dav/${USERNAME}/Calendar/`,
      environment: { HOME: home },
    })
    stops.unshift(server.stop)
    const { serverUrl } = server.config
    const config = { ...server.config, serverUrl: `${serverUrl}/SOGo/dav/` } // what lies above is none of its business
    return { ...server, config, readOnlyId: await readOnlyCalendar(serverUrl), stop: stopAll }
  } catch (error) {
    await stopAll()
    throw error
  }
}

const settingsFor = (port: number, databasePort: number, cachePort: number, home: string): Record<string, string> => {
  const tables = `postgresql://${USERNAME}:x@127.0.0.1:${databasePort}/${USERNAME}`
  const users = `{type = sql; id = users; viewURL = "${tables}/users"; canAuthenticate = YES; userPasswordAlgorithm = none;}`
  return {
    WOPort: `127.0.0.1:${port}`,
    WONoDetach: 'YES',
    WOWorkersCount: '3',
    WOLogFile: '-',
    WOPidFile: join(home, 'pid'),
    SOGoProfileURL: `${tables}/profile`,
    OCSFolderInfoURL: `${tables}/folders`,
    OCSSessionsFolderURL: `${tables}/sessions`,
    OCSEMailAlarmsFolderURL: `${tables}/alarms`,
    OCSStoreURL: `${tables}/store`,
    OCSAclURL: `${tables}/acl`,
    OCSCacheFolderURL: `${tables}/cache`,
    SOGoMemcachedHost: `127.0.0.1:${cachePort}`,
    SOGoTimeZone: 'Europe/Berlin',
    SOGoAppointmentSendEMailNotifications: 'NO',
    SOGoUserSources: `(${users})`,
  }
}

const USERS = `
CREATE TABLE users (c_uid text PRIMARY KEY, c_name text, c_password text, c_cn text, mail text);
INSERT INTO users VALUES ('${USERNAME}', '${USERNAME}', '${PASSWORD}', 'Anna', 'anna@example.org'),
  ('bert', 'bert', '${PASSWORD}', 'Bert', 'bert@example.org');
`

/** Bert's calendar, which he lets the account see. */
async function readOnlyCalendar(server: string): Promise<string> {
  const path = '/SOGo/dav/bert/Calendar/personal/'
  const roles = '<PublicViewer/><PrivateViewer/><ConfidentialViewer/>'
  const body = `<acl-query xmlns="urn:inverse:params:xml:ns:inverse-dav"><set-roles user="${USERNAME}">${roles}</set-roles></acl-query>`
  await request('POST', server + path, body, 'bert')
  return path
}
