import { ProviderError } from '../event/calendar'
import type { Fetch } from '../transport/fetch'
import { explain } from './errors'

/** Where tokens are asked for, and by what. */
export type TokenServer = { readonly tokenUrl: string; readonly fetch: Fetch; readonly now: () => number }

/**
 * Asks for tokens (RFC 6749 4.1.3, 6, RFC 7523) and returns the members of the answer.
 *
 * @param refused what it means to the user that the grant is refused (`invalid_grant`)
 * @throws ProviderError `reauthorise` if the grant or the client is refused, or what any request fails with
 */
export async function requestTokens(
  { tokenUrl, fetch, now }: TokenServer,
  grant: Readonly<Record<string, string>>,
  refused: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  let response: Response
  try {
    response = await fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(grant), signal })
  } catch (error) {
    throw explain(error, 'login', now, signal)
  }
  const { status, headers } = response
  const answer = await readJson(response)
  if (response.ok) return answer
  const error = typeof answer.error === 'string' ? answer.error : ''
  const message = error === 'invalid_grant' ? refused : ADVICE[error]
  if (message !== undefined) throw new ProviderError('reauthorise', message, { status })
  throw explain({ response: { status, headers, data: answer } }, 'login', now, signal)
}

const clientTrouble = (error: string): string =>
  `Google does not know the client ID or its secret (${error}). Copy both anew from the Google Cloud console, ` +
  'Google Auth Platform, Clients, into the account, and connect again.'

/** What the codes of RFC 6749 5.2, and Google's own, ask of the user. */
const ADVICE: Readonly<Record<string, string>> = {
  invalid_client: clientTrouble('invalid_client'),
  unauthorized_client: clientTrouble('unauthorized_client'),
  deleted_client: clientTrouble('deleted_client'),
  redirect_uri_mismatch:
    'The OAuth client is not of the type "Desktop app" (redirect_uri_mismatch). Create one of this type in the ' +
    'Google Cloud console, enter its client ID and secret, and connect again.',
}

async function readJson(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  } catch {
    return {} // an answer that is no JSON says no more than its status
  }
}
