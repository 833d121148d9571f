import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { isInstalled, run, running } from './real-server'

const VERSIONS = '/usr/lib/postgresql'

/** The folder of PostgreSQL's programs, as Debian installs them; undefined if it is not there. */
const programs = (): string | undefined => {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : []
  return versions.map((version) => join(VERSIONS, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')))
}

export const hasPostgres = (): boolean => programs() !== undefined && isInstalled('psql')

/** A database server on 127.0.0.1 with one database, which has its user's name. */
export type Database = {
  /** Runs SQL, and files of it. */
  readonly query: (sql: string, ...files: readonly string[]) => void
  readonly stop: () => Promise<void>
}

/**
 * PostgreSQL with a new database in `folder`. As root it runs as the user `postgres`, since it refuses to run as root;
 * others may enter the folder then.
 */
export async function startPostgres(folder: string, port: number, user: string): Promise<Database> {
  const bin = programs()
  if (bin === undefined) throw new Error('PostgreSQL is not installed')
  const data = join(folder, 'postgres')
  chmodSync(folder, 0o755)
  if (userInfo().uid === 0) run('install', ['-d', '-o', 'postgres', data])
  const as = (...command: readonly string[]): string[] => asUser('postgres', ...command)
  const [first, ...make] = as(join(bin, 'initdb'), '-D', data, '-A', 'trust', '-U', user, '-E', 'UTF8', '--locale=C')
  run(first!, [...make, '-N'])
  const options = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-F']
  const [program, ...rest] = as(join(bin, 'postgres'), ...options)
  const at = ['-h', '127.0.0.1', '-p', String(port), '-U', user]
  const isReady = (): boolean => spawnSync(join(bin, 'pg_isready'), at).status === 0
  const stop = await running(program!, rest, isReady)
  try {
    run('createdb', [...at, '--template', 'template0', user])
  } catch (error) {
    await stop()
    throw error
  }
  const query = (sql: string, ...files: readonly string[]): void => {
    const settings = [...at, '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', user]
    run('psql', [...settings, ...files.flatMap((file) => ['-f', file])])
    if (sql !== '') run('psql', [...settings, '-c', sql])
  }
  return { query, stop }
}

/** A command as another user, where we are root; else as we are. */
export const asUser = (user: string, ...command: readonly string[]): string[] =>
  userInfo().uid === 0 ? ['setpriv', '--reuid', user, '--regid', user, '--clear-groups', ...command] : [...command]
