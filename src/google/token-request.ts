import { ProviderError } from '../event/calendar'
import type { Fetch } from '../transport/fetch'
import { explain, isRedirect, redirects } from './errors'
import type { GrantKind } from './token-trouble'
import { refusalIn, tokenAdvice } from './token-trouble'

/** Where tokens are asked for, and by what. */
export type TokenServer = { readonly tokenUrl: string; readonly fetch: Fetch; readonly now: () => number }

/**
 * Asks for tokens (RFC 6749 4.1.3, 6, RFC 7523) and returns the members of the answer.
 *
 * @param kind what the tokens are asked for with
 * @throws ProviderError `reauthorise` if the grant or the client is refused, or what any request fails with
 */
export async function requestTokens(
  { tokenUrl, fetch, now }: TokenServer,
  grant: Readonly<Record<string, string>>,
  kind: GrantKind,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  let response: Response
  try {
    response = await fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(grant), signal, redirect: 'manual' })
  } catch (error) {
    throw explain(error, 'login', now, signal)
  }
  const { status, headers } = response
  const answer = await readJson(response)
  if (response.ok) return answer
  if (isRedirect(status)) throw redirects(new URL(tokenUrl).host, status)
  const message = tokenAdvice(refusalIn(answer), kind)
  if (message !== undefined) throw new ProviderError('reauthorise', message, { status })
  throw explain({ response: { status, headers, data: answer } }, 'login', now, signal)
}

/** The members of an answer; none of one that is no JSON, which says no more than its status. */
export async function readJson(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
