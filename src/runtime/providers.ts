import type { CalendarProvider } from '../event/calendar'
import { isGoogleRateLimit } from '../google/rate-limit'
import type { Fetch } from '../transport/fetch'
import type { Sleep } from '../transport/sleep'
import type { Answered } from '../transport/transport'
import { CalSyncError } from './errors'

/** An account node's properties and credentials, as Node-RED resolved them; `${NAME}` means that NAME is not set. */
export type AccountSettings = Readonly<Record<string, string | undefined>>

type World = { readonly fetch: Fetch; readonly now: () => number; readonly sleep: Sleep; readonly localZone: string }

/** A kind of account: how its provider is made, loaded when first used. */
type Registered = {
  /** The account's config node. */
  readonly nodeType: string
  /** The settings that nobody may get to see. */
  readonly secrets: readonly string[]
  /** Where the secrets, or what they give access to, are sent. */
  addresses(settings: AccountSettings): readonly string[]
  connect(settings: AccountSettings, world: World): Promise<CalendarProvider>
  /** Requests a minute; default: the transport's. */
  readonly perMinute?: number
  readonly isRateLimit?: (answer: Answered) => boolean
  /** Whether a request is for a login, not for a calendar. */
  isLogin(url: string, settings: AccountSettings): boolean
}

/** All providers, by `accountType`. A new one is a folder, an account node and a line here. */
export const PROVIDERS: Readonly<Record<string, Registered>> = {
  google: {
    nodeType: 'calsync-google-account',
    secrets: ['clientSecret', 'refreshToken', 'serviceAccountKey'],
    addresses: (settings) => Object.values(googleUrls(settings)),
    connect: async (settings, { fetch, now }) => {
      const { createGoogleProvider } = await import('../google/provider.js')
      return createGoogleProvider({ ...googleUrls(settings), credentials: googleCredentials(settings) }, { fetch, now })
    },
    perMinute: 600,
    isRateLimit: isGoogleRateLimit,
    isLogin: (url, settings) => url.startsWith(googleUrls(settings).tokenUrl),
  },
  icloud: {
    nodeType: 'calsync-icloud-account',
    secrets: ['password'],
    addresses: (settings) => [serverUrlOf(settings)],
    connect: async (settings, world) => {
      const { createCaldavProvider } = await import('../caldav/index.js')
      const serverUrl = serverUrlOf(settings)
      const username = required(settings, 'username', 'the user name')
      const password = required(settings, 'password', 'the app-specific password')
      return createCaldavProvider({ serverUrl, username, password }, world)
    },
    isLogin: () => false,
  },
}

const serverUrlOf = (settings: AccountSettings): string => given(settings['serverUrl']) ?? 'https://caldav.icloud.com'

function googleUrls(settings: AccountSettings): { apiUrl: string; tokenUrl: string } {
  const apiUrl = given(settings['apiUrl']) ?? 'https://www.googleapis.com/'
  return {
    apiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`,
    tokenUrl: given(settings['tokenUrl']) ?? 'https://oauth2.googleapis.com/token',
  }
}

function googleCredentials(
  settings: AccountSettings,
): { serviceAccountKey: string } | { clientId: string; clientSecret: string; refreshToken: string } {
  const serviceAccountKey = given(settings['serviceAccountKey'])
  if (serviceAccountKey !== undefined) return { serviceAccountKey }
  return {
    clientId: required(settings, 'clientId', 'the client id'),
    clientSecret: required(settings, 'clientSecret', 'the client secret'),
    refreshToken: required(settings, 'refreshToken', 'the login (refresh token)'),
  }
}

function required(settings: AccountSettings, name: string, words: string): string {
  const value = given(settings[name])
  if (value !== undefined) return value
  const raw = settings[name]
  const unset = raw === undefined || raw === '' ? 'is missing' : `is ${raw}, which is not set in the environment`
  throw new CalSyncError('reauthorise', `The account "${settings['name'] ?? ''}": ${words} ${unset}.`, 're-authorise')
}

/** A value that was entered; undefined if there is none. Node-RED leaves the text `${NAME}` where the environment has no NAME. */
export function given(value: string | undefined): string | undefined {
  const text = value?.trim()
  return text === undefined || text === '' || /^\$\{.+\}$/.test(text) ? undefined : text
}
