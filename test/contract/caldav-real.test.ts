import type { RealServer } from '../caldav/real-servers'
import { isInstalled, startRadicale, startXandikos } from '../caldav/real-servers'
import { caldavWorld } from './caldav-world'
import { providerContract } from './provider-contract'

const SERVERS: readonly { name: string; program: string; start: () => Promise<RealServer> }[] = [
  { name: 'Radicale', program: 'radicale', start: startRadicale },
  { name: 'Xandikos', program: 'xandikos', start: startXandikos },
]

for (const { name, program, start } of SERVERS) {
  if (isInstalled(program)) onServer(name, start)
  else it(`skips ${name}, which is not installed (on Debian: apt-get install ${program})`)
}

/** One server process for all sentences, a new calendar for each. */
function onServer(name: string, start: () => Promise<RealServer>): void {
  describe(`The real ${name}`, function () {
    this.timeout(30_000)
    let server: RealServer | undefined
    before(async () => {
      server = await start()
    })
    after(async () => server?.stop())

    providerContract(`with the CalDAV provider`, async () => {
      if (!server) throw new Error('the server is not running')
      const { config, readOnlyId } = server
      const path = await server.newCalendar()
      return caldavWorld({ config, fetch, now: Date.now, path, readOnlyId })
    })
  })
}
