import { CaldavServer, PLAIN } from '../simulators/caldav'
import type { CaldavOptions } from '../simulators/caldav'
import { caldavWorld } from './caldav-world'
import { providerContract } from './provider-contract'
import type { World } from './world'

const SETTINGS: readonly { name: string; options: Partial<CaldavOptions> }[] = [
  { name: 'iCloud as simulated', options: {} },
  { name: 'a tidy CalDAV server as simulated', options: PLAIN },
  { name: 'a CalDAV server without sync tokens', options: { ...PLAIN, syncCollection: false } },
  {
    name: 'a CalDAV server with nothing but listings',
    options: { ...PLAIN, syncCollection: false, ctag: false, privileges: false, componentSet: false },
  },
  { name: 'a CalDAV server that cuts its deltas', options: { ...PLAIN, deltaLimit: 2 } },
]

for (const { name, options } of SETTINGS) {
  providerContract(`The CalDAV provider with ${name}`, () => simulated(options))
}

async function simulated(options: Partial<CaldavOptions>): Promise<World> {
  const server = new CaldavServer(options)
  const { username, password, origin } = server.options
  return caldavWorld({
    config: { serverUrl: origin, username, password },
    fetch: server.fetch,
    now: server.options.clock,
    path: server.calendar.path,
    readOnlyId: options.privileges === false ? undefined : `${server.store.home}shared/`,
    close: async () => {
      if (server.mails.length > 0) throw new Error(`guests got mail: ${JSON.stringify(server.mails)}`)
      return Promise.resolve()
    },
  })
}
