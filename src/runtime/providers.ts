import type { CalendarProvider } from '../event/calendar'
import { isIcloudHost, serverAddress } from '../caldav/paths'
import { keySecrets } from '../google/key-secrets'
import { isGoogleRateLimit } from '../google/rate-limit'
import { webAddressIn } from '../transport/address'
import type { Fetch } from '../transport/fetch'
import type { Sleep } from '../transport/sleep'
import type { Answered } from '../transport/transport'
import { CalSyncError } from './errors'
import { entered, given, required, webAddress } from './settings'
import type { AccountSettings } from './settings'

type World = {
  readonly fetch: Fetch
  readonly now: () => number
  readonly sleep: Sleep
  readonly localZone: string
  readonly random: () => number
}

/** One attempt to log in with a browser: where it comes back to, and the secret of PKCE (RFC 7636). */
export type LoginAttempt = { readonly redirectUri: string; readonly verifier: string }

/** A login on the provider's page (OAuth 2.0, authorization code with PKCE). */
export type BrowserLogin = {
  /** The settings that it takes the place of: what is stored of them plays no part in it. */
  readonly replaces: readonly string[]
  /** The provider's page. Rejects with what is missing or wrong in the settings. */
  url(settings: AccountSettings, attempt: LoginAttempt, state: string): Promise<string>
  /** New values for the settings. `trouble`: what keeps the calendars out of reach all the same. Rejects with what is wrong. */
  exchange(
    settings: AccountSettings,
    attempt: LoginAttempt,
    code: string,
    world: Pick<World, 'fetch' | 'now'>,
  ): Promise<{ readonly values: Readonly<Record<string, string>>; readonly trouble?: string }>
  /** What the provider's word for a login that it refused means to the user. */
  refusal(error: string): Promise<string>
}

/** A kind of account: how its provider is made, loaded when first used. */
type Registered = {
  /** The account's config node. */
  readonly nodeType: string
  /** The settings that nobody may get to see. */
  readonly secrets: readonly string[]
  /** What of them is secret. */
  secretsIn(settings: AccountSettings): readonly string[]
  /** Where the secrets, or what they give access to, are sent. */
  addresses(settings: AccountSettings): readonly string[]
  connect(settings: AccountSettings, world: World): Promise<CalendarProvider>
  /** Without it the secrets are typed in. */
  readonly login?: BrowserLogin
  /** Requests in any one minute; Infinity: no such limit is known. */
  perMinute(settings: AccountSettings): number
  readonly isRateLimit?: (answer: Answered) => boolean
  /** Whether a request is for a login, not for a calendar. */
  isLogin(url: string, settings: AccountSettings): boolean
}

/** All providers, by `accountType`. A new one is a folder, an account node and a line here. */
export const PROVIDERS: Readonly<Record<string, Registered>> = {
  google: {
    nodeType: 'calsync-google-account',
    secrets: ['clientSecret', 'refreshToken', 'serviceAccountKey'],
    secretsIn: (settings) => {
      const texts = ['clientSecret', 'refreshToken'].map((name) => given(settings[name]) ?? '')
      return [...texts, ...keySecrets(given(settings['serviceAccountKey']) ?? '')]
    },
    addresses: (settings) => {
      const { apiUrl, tokenUrl } = googleUrls(settings)
      return [apiUrl, tokenUrl]
    },
    connect: async (settings, { fetch, now }) => {
      const { createGoogleProvider } = await import('../google/provider.js')
      return createGoogleProvider(
        { ...googleServers(settings), credentials: googleCredentials(settings) },
        { fetch, now },
      )
    },
    login: {
      replaces: ['refreshToken', 'serviceAccountKey'],
      url: async (settings, attempt, state) => {
        const { loginUrl } = await import('../google/login.js')
        const { clientId } = googleClient(settings)
        const { authUrl } = GOOGLE_URLS
        const page = webAddress(settings, 'authUrl', 'login page', authUrl)
        return loginUrl(page, clientId, attempt, state, given(settings['account']) ?? '')
      },
      exchange: async (settings, attempt, code, world) => {
        const { exchangeCode } = await import('../google/login.js')
        const server = { ...googleServers(settings), ...world }
        const { signal } = new AbortController()
        const { refreshToken, account, trouble } = await exchangeCode(
          server,
          googleClient(settings),
          attempt,
          code,
          signal,
        )
        return { values: { refreshToken, ...(account && { account }) }, ...(trouble && { trouble }) }
      },
      refusal: async (error) => (await import('../google/login.js')).refusal(error),
    },
    perMinute: () => 600, // Google's quota a user
    isRateLimit: isGoogleRateLimit,
    isLogin: (url, settings) => url.startsWith(googleUrls(settings).tokenUrl),
  },
  icloud: {
    nodeType: 'calsync-icloud-account',
    secrets: ['password'],
    secretsIn: (settings) => [given(settings['password']) ?? ''],
    addresses: (settings) => {
      const text = given(settings['serverUrl']) ?? ICLOUD_URL
      return [serverAddress(text)?.href ?? text]
    },
    connect: async (settings, world) => {
      const { createCaldavProvider } = await import('../caldav/index.js')
      const serverUrl = entered(settings, 'serverUrl', 'the server address') ?? ICLOUD_URL
      const username = required(settings, 'username', 'the user name')
      const password = required(settings, 'password', 'the password')
      return createCaldavProvider({ serverUrl, username, password }, world)
    },
    // a careful peer's budget for iCloud (keeper.sh); others say so themselves if it is too much
    perMinute: (settings) => (isIcloudAddress(given(settings['serverUrl']) ?? ICLOUD_URL) ? 240 : Infinity),
    isLogin: () => false,
  },
}

const isIcloudAddress = (address: string): boolean => isIcloudHost(serverAddress(address)?.hostname ?? '')

/** The provider of an `accountType`. */
export function registeredFor(type: string): Registered {
  const registered = PROVIDERS[type]
  if (registered) return registered
  throw new CalSyncError('config', `There is no account type "${type}".`)
}

const ICLOUD_URL = 'https://caldav.icloud.com'

const GOOGLE_URLS = {
  apiUrl: 'https://www.googleapis.com/',
  authUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenUrl: 'https://oauth2.googleapis.com/token',
}

/** Where requests go; what is no address as it is, since nothing is asked then. */
function googleUrls(settings: AccountSettings): { apiUrl: string; tokenUrl: string } {
  const asked = (name: keyof typeof GOOGLE_URLS): string => {
    const text = given(settings[name]) ?? GOOGLE_URLS[name]
    return webAddressIn(text)?.href ?? text
  }
  return { apiUrl: withSlash(asked('apiUrl')), tokenUrl: asked('tokenUrl') }
}

/** The same; throws what is wrong with them. */
function googleServers(settings: AccountSettings): { apiUrl: string; tokenUrl: string } {
  const { apiUrl, tokenUrl } = GOOGLE_URLS
  return {
    apiUrl: withSlash(webAddress(settings, 'apiUrl', 'API', apiUrl)),
    tokenUrl: webAddress(settings, 'tokenUrl', 'token server', tokenUrl),
  }
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`)

const googleClient = (settings: AccountSettings): { clientId: string; clientSecret: string } => ({
  clientId: required(settings, 'clientId', 'the client ID'),
  clientSecret: required(settings, 'clientSecret', 'the client secret'),
})

function googleCredentials(
  settings: AccountSettings,
): { serviceAccountKey: string } | { clientId: string; clientSecret: string; refreshToken: string } {
  const serviceAccountKey = given(settings['serviceAccountKey'])
  if (serviceAccountKey !== undefined) return { serviceAccountKey }
  return {
    ...googleClient(settings),
    refreshToken: required(settings, 'refreshToken', 'the login (refresh token)', ' Press Connect in the account.'),
  }
}
