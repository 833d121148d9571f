import type { ResourceId } from '../../src/event/calendar'
import type { EventTime, Exception, Fields, When } from '../../src/event/event'
import { isAllDay } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import { createGoogleProvider } from '../../src/google/provider'
import type { SimulatorOptions } from '../simulators/google/simulator'
import { GoogleSimulator, LOGIN } from '../simulators/google/simulator'
import type { User } from '../simulators/google/user'
import { NO_END } from './reader'
import type { OtherUser, World } from './world'

const READ_ONLY = 'holidays@group.calendar.google.com'

/** A Google account on a simulator of its own. */
export async function googleWorld(options: Partial<SimulatorOptions>): Promise<World> {
  let time = Date.parse('2026-06-01T08:00:00Z')
  const now = (): number => (time += 1000)
  const simulator = new GoogleSimulator({ now, ...options })
  simulator.user.share(READ_ONLY)
  const config = { apiUrl: 'http://google/', tokenUrl: 'http://google/token', credentials: LOGIN }
  const provider = await createGoogleProvider(config, { fetch: simulator.fetch, now })
  return {
    provider,
    calendarId: simulator.account,
    calendar: await provider.open(simulator.account, NO_END),
    other: appUser(simulator.user),
    readOnlyId: READ_ONLY,
    unknownId: 'nobody@group.calendar.google.com',
    spoil: () => {
      simulator.user.expireSyncTokens()
      return 'no-such-token'
    },
    close: async () => {
      if (simulator.mails > 0) throw new Error(`guests got ${simulator.mails} mails`)
      return Promise.resolve()
    },
  }
}

/** The account's user in the app; speaks the simulator's own JSON. */
export function appUser(user: User): OtherUser {
  return {
    create(fields) {
      const made = user.create(native({ reminders: null, ...fields }))
      return Promise.resolve(made.id ?? '')
    },
    edit(id, fields) {
      user.edit(id, native(fields))
      return Promise.resolve()
    },
    changeOccurrence(id, key, exception) {
      changeOccurrence(user, id, key, exception)
      return Promise.resolve()
    },
    delete(id) {
      user.delete(id)
      return Promise.resolve()
    },
    addUnknown(id) {
      user.edit(id, UNKNOWN)
      return Promise.resolve()
    },
    hasUnknown(id) {
      const { conferenceData, extendedProperties, guestsCanModify } = user.get(id)
      const { shared } = extendedProperties ?? {}
      return Promise.resolve(
        JSON.stringify({ conferenceData, extendedProperties: { shared }, guestsCanModify }) === JSON.stringify(UNKNOWN),
      )
    },
  }
}

const UNKNOWN = {
  conferenceData: { conferenceId: 'abc-defg-hij' },
  extendedProperties: { shared: { app: 'loud' } },
  guestsCanModify: true,
}

function changeOccurrence(user: User, id: ResourceId, key: string, exception: Exception): void {
  const instance = user.instanceId(id, key)
  if (exception === null) user.delete(instance)
  else if (Object.keys(exception).length > 0) user.edit(instance, native(exception))
  else {
    const { summary = null, description = null, location = null } = user.get(id)
    const plain = user.plainTimes(id, key)
    user.edit(instance, { status: 'confirmed', summary, description, location, ...plain })
  }
}

/** Our fields as a patch in Google's JSON. */
function native(fields: Fields | { readonly [name: string]: Json }): Record<string, unknown> {
  const { when, start, end, reminders, url, categories, color, ...same } = fields as Record<string, Json | undefined>
  const patch: Record<string, unknown> = same
  if (when) {
    const { recurrence, ...times } = when as unknown as When
    Object.assign(patch, { start: time(times.start), end: time(times.end), recurrence: recurrence ?? null })
  }
  if (start) patch.start = time(start as unknown as EventTime)
  if (end) patch.end = time(end as unknown as EventTime)
  if (reminders !== undefined) {
    const overrides = ((reminders ?? []) as readonly number[]).map((minutes) => ({ method: 'popup', minutes }))
    patch.reminders = { useDefault: false, overrides }
  }
  if (url !== undefined) patch.source = url === null ? null : { url, title: 'A link' }
  if (color !== undefined) patch.colorId = color === null ? null : COLOR_IDS[color as string]
  if (categories !== undefined) {
    patch.extendedProperties = { private: { calsyncCategories: categories && JSON.stringify(categories) } }
  }
  return patch
}

/** The few that are needed. */
const COLOR_IDS: Readonly<Record<string, string>> = { dodgerblue: '7', red: '11' }

const time = (each: EventTime): object =>
  isAllDay(each) ? { ...each, dateTime: null, timeZone: null } : { ...each, date: null }
