import { createHash } from 'node:crypto'
import { ProviderError } from '../event/calendar'
import { explain } from './errors'
import type { TokenServer } from './token-request'
import { readJson, requestTokens } from './token-request'
import { PUBLISH, tokenAdvice } from './token-trouble'
import { SCOPES } from './tokens'

/** The user's own OAuth client, of Google's type "Desktop app". */
export type OauthClient = { readonly clientId: string; readonly clientSecret: string }

/** One attempt to log in. `verifier`: the secret of PKCE (RFC 7636), 43 to 128 unreserved characters. */
export type LoginAttempt = { readonly redirectUri: string; readonly verifier: string }

/** What a login gave. `trouble`: what still keeps the calendars out of reach. */
export type Login = { readonly refreshToken: string; readonly account?: string; readonly trouble?: string }

/**
 * The address of Google's page on which the user signs in and agrees. Afterwards the browser is sent to `redirectUri`
 * with `state`, and `code` or `error`.
 *
 * @throws ProviderError `bad-answer` if `authUrl` is no web address
 * @param account the e-mail address that is suggested to sign in with; empty: none
 */
export function loginUrl(
  authUrl: string,
  clientId: string,
  { redirectUri, verifier }: LoginAttempt,
  state: string,
  account: string,
): string {
  const url = URL.canParse(authUrl) ? new URL(authUrl) : undefined
  // another scheme could run as a script in the editor, which opens this address
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new ProviderError(
      'bad-answer',
      'The address of the login page is no web address. Google’s is https://accounts.google.com/o/oauth2/v2/auth.',
    )
  }
  const query = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: SCOPES.join(' '),
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    // without both Google may give no refresh token
    access_type: 'offline',
    prompt: 'select_account consent', // who has several accounts may choose
    ...(account !== '' && { login_hint: account }),
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

/**
 * Exchanges the code that the browser came back with for a lasting login, and asks whose it is.
 *
 * @param apiUrl with a slash at its end
 * @throws ProviderError `reauthorise`, with what the user can do, or what any request fails with
 */
export async function exchangeCode(
  server: TokenServer & { readonly apiUrl: string },
  { clientId, clientSecret }: OauthClient,
  { redirectUri, verifier }: LoginAttempt,
  code: string,
  signal: AbortSignal,
): Promise<Login> {
  const grant = {
    grant_type: 'authorization_code',
    client_id: clientId,
    client_secret: clientSecret,
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
  }
  const answer = await requestTokens(server, grant, 'code', signal)
  const { refresh_token: refreshToken, access_token: accessToken, scope } = answer
  if (typeof scope === 'string') throwIfNotAllowed(scope)
  if (typeof refreshToken !== 'string' || typeof accessToken !== 'string')
    throw new ProviderError('reauthorise', NO_TOKEN)
  const { account, trouble } = await whose(server, accessToken, signal)
  const troubles = [trouble, endsSoon(answer['refresh_token_expires_in'])].filter((each) => each !== undefined)
  return { refreshToken, ...(account && { account }), ...(troubles.length > 0 && { trouble: troubles.join(' ') }) }
}

/** What Google's page says instead of giving a code, in words for the user. */
export function refusal(error: string): string {
  if (error === 'access_denied') return 'Access was not allowed on Google’s page. Connect again, and allow it there.'
  const advice = tokenAdvice({ error, subtype: '', description: '' }, 'code')
  if (advice !== undefined) return advice
  if (/^[\w ]{1,60}$/.test(error)) return `Google did not sign you in (${error}). Connect again.`
  return 'Google did not sign you in. Connect again.'
}

const NO_TOKEN =
  'Google gave no lasting login. Remove the app’s access at https://myaccount.google.com/connections, and connect again.'

/** On Google's page each permission has a box of its own that the user may leave empty. */
function throwIfNotAllowed(granted: string): void {
  const missing = SCOPES.filter((scope) => !granted.split(' ').includes(scope))
  if (missing.length === 0) return
  throw new ProviderError(
    'reauthorise',
    'Not all permissions were ticked on Google’s page. Connect again, and tick both: to see the list of your calendars, and to see and edit events.',
  )
}

/** Google tells of the end where it limits a login, in seconds; a lasting one has none. */
function endsSoon(seconds: unknown): string | undefined {
  if (typeof seconds !== 'number') return undefined
  const days = Math.max(1, Math.round(seconds / 86_400))
  return `Google ends this login after ${days} days. ${PUBLISH}`
}

/** The e-mail address is the id of the primary calendar: no further permission is needed to learn it. */
async function whose(
  { apiUrl, fetch, now }: TokenServer & { readonly apiUrl: string },
  accessToken: string,
  signal: AbortSignal,
): Promise<{ account?: string; trouble?: string }> {
  try {
    const url = `${apiUrl}calendar/v3/users/me/calendarList/primary`
    const headers = { authorization: `Bearer ${accessToken}` }
    const response = await fetch(url, { headers, signal, redirect: 'manual' })
    const data = await readJson(response)
    const { status } = response
    if (!response.ok)
      return {
        trouble: explain({ response: { status, headers: response.headers, data } }, 'calendars', now, signal).message,
      }
    const { id } = data
    return typeof id === 'string' ? { account: id } : {}
  } catch (error) {
    return { trouble: explain(error, 'calendars', now, signal).message }
  }
}
