import { setTimeout as pause } from 'node:timers/promises'
import { onRealServers } from '../caldav/real-servers'
import { caldavWorld } from './caldav-world'
import { providerContract } from './provider-contract'

/** The next second: SOGo's sync tokens are seconds, and a list of changes names again what was written in the same one. */
const nextSecond = (): Promise<void> => pause(1000 - (Date.now() % 1000))

/** A new calendar for each sentence, removed after it: Cyrus wants a UID to be unique in the whole account. */
onRealServers((server, name) => {
  providerContract('with the CalDAV provider', async () => {
    const { config, readOnlyId, newCalendar, removeCalendar } = server()
    const path = await newCalendar()
    const close = (): Promise<void> => removeCalendar(path)
    const noInstants = name === 'Cyrus'
    const settled = name === 'SOGo' ? nextSecond : undefined
    return caldavWorld({ config, fetch, now: Date.now, path, readOnlyId, noInstants, settled, close })
  })
})
