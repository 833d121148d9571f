import type { Connection } from './connection'

/**
 * Whether a server may send mail to the guests of an event when it changes (RFC 6638 2). iCloud does. Another one does
 * not only if it says that it is a CalDAV server and nothing of scheduling: in doubt it is taken to.
 */
export async function mailsGuests(connection: Connection, collection: URL, signal: AbortSignal): Promise<boolean> {
  if (connection.isIcloud) return true
  const { headers, status } = await connection.send({ method: 'OPTIONS', url: collection }, signal)
  const features = headers.get('dav') ?? ''
  const isKnown = status >= 200 && status < 300 && /\bcalendar-access\b/i.test(features)
  return !isKnown || /schedul/i.test(features) // Xandikos spells it calendar-auto-scheduling
}
