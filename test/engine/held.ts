import { createCaldavProvider } from '../../src/caldav'
import type { Calendar, Live } from '../../src/event/calendar'
import { createGoogleProvider } from '../../src/google/provider'
import type { Both } from '../../src/sync/model'
import { LOGIN } from '../simulators/google'
import { tagIn } from './owner'
import type { World } from './world'

/** What a calendar holds, read completely past network and engine; by tag, in the order of the server. */
export type Held = {
  readonly calendar: Calendar
  readonly byTag: ReadonlyMap<string, readonly Live[]>
  readonly unread: number
}

export async function heldOnBoth(world: World): Promise<Both<Held>> {
  const { google, icloud, time } = world
  const signal = new AbortController().signal
  const config = {
    apiUrl: 'https://www.googleapis.com/',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    credentials: LOGIN,
  }
  const googleProvider = await createGoogleProvider(config, { fetch: google.fetch, now: time.now })
  const { origin: serverUrl, username, password } = icloud.options
  const fetch: typeof icloud.fetch = (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('user-agent', 'check')
    return icloud.fetch(input, { ...init, headers })
  }
  const caldavProvider = await createCaldavProvider(
    { serverUrl, username, password },
    { fetch, now: time.now, sleep: time.sleep, localZone: 'Europe/Berlin', random: () => 0.5 },
  )
  const calendars = {
    google: await googleProvider.open('primary', signal),
    icloud: await caldavProvider.open(icloud.calendar.path, signal),
  }
  const read = async (calendar: Calendar): Promise<Held> => {
    const { seen } = await calendar.read(null, new Map(), signal)
    const byTag = new Map<string, Live[]>()
    for (const each of seen) {
      if (each.is !== 'live') continue
      const tag = tagIn(each.fields.description as string | null) ?? `untagged ${each.id}`
      byTag.set(tag, [...(byTag.get(tag) ?? []), each])
    }
    return { calendar, byTag, unread: seen.filter(({ is }) => is === 'unread').length }
  }
  return {
    left: await read(calendars[world.providerOf('left')]),
    right: await read(calendars[world.providerOf('right')]),
  }
}
