import assert from 'node:assert/strict'
import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startNodeRed, type NodeRed, type NodeRedOptions } from '../demo/node-red'
import { freePort } from '../demo/ports'
import { World } from '../demo/world'
import { readJson, readText, ROOT } from '../package/project'
import { LOGIN } from '../simulators/google/simulator'
import { assertInStep, assertNoMail, row, thisMonday } from './sides'
import { newUserDir } from './user-dir'

const FILES = ['flows.json', 'flows_cred.json']

/** Names of environment variables that a text takes its values from. */
const namesIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/\$\{(CALSYNC_\w+)\}/g)].map((match) => match[1] ?? '')),
]

const compose = readText('docs', 'docker', 'compose.yaml')

/** What the compose file sets by itself. */
const asWritten = Object.fromEntries(
  [...compose.matchAll(/^ +(CALSYNC_\w+): ([^$\s]+)$/gm)].map(([, name = '', value = '']) => [name, value]),
)

/** A Node-RED as in a container: the flow files of `docs/docker` and the environment, no settings and nobody who clicks. */
async function startContainer(
  env: Record<string, string>,
  more: NodeRedOptions['settings'] = {},
): Promise<{ nodeRed: NodeRed; end: () => Promise<void> }> {
  const userDir = await newUserDir()
  for (const file of FILES) await copyFile(join(ROOT, 'docs', 'docker', file), join(userDir, file))
  const settings = { credentialSecret: undefined, ...more }
  const port = await freePort(31980)
  const nodeRed = await startNodeRed({ userDir, port, env, settings })
  const end = async (): Promise<void> => {
    await nodeRed.stop()
    await rm(userDir, { recursive: true, force: true })
  }
  return { nodeRed, end }
}

/** Waits for what a Node-RED logs. */
async function logged(nodeRed: NodeRed, pattern: RegExp): Promise<string> {
  for (;;) {
    const line = nodeRed.log.find((each) => pattern.test(each))
    if (line !== undefined) return line
    await Promise.race([setTimeout(100), nodeRed.ended.then(() => assert.fail(nodeRed.log.slice(-20).join('\n')))])
  }
}

describe('A container that gets all from its environment', function () {
  for (const [how, settings] of [
    ['', {}],
    [', with no editor and no admin API at all', { httpAdminRoot: false, disableEditor: true }],
  ] as const) {
    it(`syncs from its first start on${how}`, async () => {
      const world = World.seeded(() => Date.now(), thisMonday())
      const concert = row(world.googleOwner, 'Concert')
      world.googleOwner.change(concert.id, { ...concert, place: 'Philharmonic, block C' }) // else it waits for an answer
      const servers = await world.serve({ google: 0, icloud: 0 })
      const { username, password } = world.icloud.options
      const env = {
        ...asWritten,
        CALSYNC_GOOGLE_API_URL: servers.google,
        CALSYNC_GOOGLE_TOKEN_URL: `${servers.google}token`,
        CALSYNC_GOOGLE_CLIENT_ID: LOGIN.clientId,
        CALSYNC_GOOGLE_CLIENT_SECRET: LOGIN.clientSecret,
        CALSYNC_GOOGLE_REFRESH_TOKEN: LOGIN.refreshToken,
        CALSYNC_GOOGLE_CALENDAR: 'primary',
        CALSYNC_CALDAV_URL: servers.icloud,
        CALSYNC_CALDAV_USERNAME: username,
        CALSYNC_CALDAV_PASSWORD: password,
        CALSYNC_CALDAV_CALENDAR: world.icloud.calendar.name,
      }
      const { nodeRed, end } = await startContainer(env, settings)
      try {
        assert.match(await logged(nodeRed, /\[calsync\] .*changes,/), /7\d changes, 0 failed, 0 conflicts/)
        assertInStep(world)
        assertNoMail(world)
        for (const secret of [LOGIN.clientSecret, LOGIN.refreshToken, password]) {
          assert.deepEqual(
            nodeRed.log.filter((line) => line.includes(secret)),
            [],
          )
        }
      } finally {
        await end()
        await servers.close()
      }
    })
  }

  it('says in its log which variable is not set', async () => {
    const without = (missing: string): Record<string, string> => ({
      ...Object.fromEntries(Object.entries(asWritten).filter(([name]) => name !== missing)),
      CALSYNC_CALDAV_USERNAME: 'anna',
    })
    const { nodeRed, end } = await startContainer(without('CALSYNC_GOOGLE_CALENDAR'))
    try {
      await logged(nodeRed, /is \$\{CALSYNC_GOOGLE_CALENDAR\}, which is not set in the environment/)
      await logged(nodeRed, /the password is \$\{CALSYNC_CALDAV_PASSWORD\}, which is not set/)
    } finally {
      await end()
    }
  })
})

describe('The files for Docker', () => {
  const flows = readText('docs', 'docker', 'flows.json')
  const credentials = readText('docs', 'docker', 'flows_cred.json')

  it('hold no value of a credential, only names of variables', () => {
    const nodes = Object.values(readJson('docs', 'docker', 'flows_cred.json') as Record<string, Record<string, string>>)
    for (const value of nodes.flatMap((node) => Object.values(node))) assert.match(value, /^\$\{CALSYNC_\w+\}$/)
  })

  it('set each variable that one log-in each needs, and none that nothing reads', () => {
    const set = [...compose.matchAll(/^ +(CALSYNC_\w+):/gm)].map((match) => match[1] ?? '')
    const read = namesIn(flows + credentials)
    assert.deepEqual(
      set.filter((name) => !read.includes(name)),
      [],
    )
    const readme = readText('README.md')
    for (const name of read) {
      const isOther = name === 'CALSYNC_GOOGLE_SERVICE_ACCOUNT_KEY' && readme.includes(`\`${name}\``)
      assert.ok(set.includes(name) || isOther, name)
    }
  })

  it('are shown in the README as they are', () => {
    assert.ok(readText('README.md').includes(compose))
  })
})
