import { nextToken, onRealServers } from '../caldav/real-servers'
import { caldavWorld } from './caldav-world'
import { providerContract } from './provider-contract'

/** A new calendar for each sentence, removed after it: Cyrus wants a UID to be unique in the whole account. */
onRealServers((server, name) => {
  providerContract('with the CalDAV provider', async () => {
    const { config, readOnlyId, newCalendar, removeCalendar } = server()
    const path = await newCalendar()
    const close = (): Promise<void> => removeCalendar(path)
    const noInstants = name === 'Cyrus'
    const settled = name === 'SOGo' ? () => nextToken(name) : undefined
    return caldavWorld({ config, fetch, now: Date.now, path, readOnlyId, noInstants, settled, close })
  })
})
