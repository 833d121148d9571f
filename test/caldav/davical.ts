import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasPostgres, startPostgres } from './postgres'
import type { RealServer } from './real-server'
import { PASSWORD, USERNAME, freePort, isInstalled, launch } from './real-server'

const DAVICAL = '/usr/share/davical'
const TABLES = ['/usr/share/awl/dba/awl-tables.sql', '/usr/share/awl/dba/schema-management.sql']

/** Whether DAViCal, PHP and PostgreSQL are there, as Debian installs them. */
export const hasDavical = (): boolean => existsSync(join(DAVICAL, 'htdocs')) && isInstalled('php') && hasPostgres()

/**
 * DAViCal in PHP's own web server, with configuration and database in a temporary folder. Besides the account there is
 * somebody who lets it read a calendar.
 */
export async function startDavical(): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'calsync-davical-'))
  const [port, databasePort] = [await freePort(), await freePort()]
  const database = await startPostgres(folder, databasePort, USERNAME)
  try {
    const views = readdirSync(join(DAVICAL, 'dba', 'views')).map((name) => `views/${name}`)
    const own = ['davical.sql', 'caldav_functions.sql', 'rrule_functions.sql', ...views, 'base-data.sql']
    database.query(USERS, ...TABLES, ...own.map((name) => join(DAVICAL, 'dba', name)))
    writeFileSync(join(folder, 'davical-conf.php'), configuration(databasePort))
    writeFileSync(join(folder, 'router.php'), ROUTER)
    const server = await launch({
      program: 'php',
      options: ['-S', `127.0.0.1:${port}`, join(folder, 'router.php')],
      folder,
      port,
      home: `/caldav.php/${USERNAME}/`,
      environment: { PHP_CLI_SERVER_WORKERS: '4' },
    })
    const stop = async (): Promise<void> => {
      await server.stop()
      await database.stop()
    }
    return { ...server, readOnlyId: '/caldav.php/bert/readonly/', stop }
  } catch (error) {
    await database.stop()
    throw error
  }
}

const USERS = `
INSERT INTO usr (user_no, active, email_ok, updated, username, password, fullname, email) VALUES
  (11, TRUE, current_date, current_date, '${USERNAME}', '**${PASSWORD}', 'Anna', 'anna@example.org'),
  (12, TRUE, current_date, current_date, 'bert', '**', 'Bert', 'bert@example.org');
INSERT INTO principal (principal_id, type_id, user_no, displayname, default_privileges) VALUES
  (11, 1, 11, 'Anna', 0::BIT(24)), (12, 1, 12, 'Bert', 0::BIT(24));
INSERT INTO collection (collection_id, user_no, parent_container, dav_name, dav_etag, dav_displayname, is_calendar,
    created, modified, resourcetypes) VALUES
  (13, 12, '/bert/', '/bert/readonly/', '1', 'Verein', TRUE, now(), now(), '<DAV::collection/><urn:ietf:params:xml:ns:caldav:calendar/>');
INSERT INTO grants (by_collection, to_principal, privileges, is_group) VALUES (13, 11, privilege_to_bits(ARRAY['DAV::read', 'DAV::read-current-user-privilege-set']), FALSE);
`

const configuration = (databasePort: number): string => `<?php
$c->pg_connect[] = 'host=127.0.0.1 port=${databasePort} dbname=${USERNAME} user=${USERNAME}';
$c->domain_name = $_SERVER['SERVER_NAME'] = '127.0.0.1';
$c->enable_auto_schedule = false;
`

/** DAViCal looks for a configuration named after the server in /etc/davical first: ours is reached from there. */
const ROUTER = `<?php
chdir('${DAVICAL}/htdocs');
$_SERVER['SERVER_NAME'] = '../..' . __DIR__ . '/davical';
$_SERVER['SCRIPT_NAME'] = '/caldav.php';
$_SERVER['PATH_INFO'] = rawurldecode(preg_replace('{^/caldav\\.php|\\?.*$}', '', $_SERVER['REQUEST_URI']));
require './caldav.php';
`
