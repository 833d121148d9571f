import type { Millis } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { TransportError } from '../transport/error'
import { retryAfter } from '../transport/policy'
import type { Answered } from './connection'
import { isIcloudHost } from './paths'
import { XmlError, childrenIn } from './xml'

/** A signal's end, as an error of the provider. */
export const aborted = (cause: unknown): ProviderError =>
  new ProviderError('aborted', 'The request was given up', { cause })

/** Why there was no answer, with what the user can do about it. */
export function noAnswer(url: URL, cause: unknown): ProviderError {
  if (cause instanceof TransportError && cause.code !== 'network') {
    const advice = cause.code === 'too-large' ? ` ${TOO_LARGE}` : ''
    const code = cause.code === 'timeout' ? 'unreachable' : 'bad-answer'
    return new ProviderError(code, `${cause.message}${advice}`, { cause })
  }
  const code = errorCode(cause)
  const advice = ADVICE[code] ?? (/CERT|SSL|TLS|SELF_SIGNED/.test(code) ? BAD_CERTIFICATE : 'Check the network.')
  return new ProviderError('unreachable', `${url.host} can't be reached${code && ` (${code})`}. ${advice}`, { cause })
}

const TOO_LARGE = 'If the calendar is so large, move its old events into another one.'
const BAD_CERTIFICATE = "Its certificate isn't trusted: NODE_EXTRA_CA_CERTS names further authorities."
const ADVICE: Record<string, string> = {
  ENOTFOUND: 'There is no such host: check the server address of the account, and the network.',
  EAI_AGAIN: 'Its name could not be looked up: check the network.',
  ERR_SSL_WRONG_VERSION_NUMBER:
    'It speaks no https at this port: check the port, or whether the address begins with http://.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another host name: check the server address of the account.',
  CERT_HAS_EXPIRED: 'Its certificate has expired: renew it on the server.',
  ECONNREFUSED: 'Nothing listens there: check the host and port of the server address, and that the server runs.',
}

/** Whether a request found nobody to take it: its host is gone, so that nothing can have been done. */
export const wasNotSent = (error: unknown): boolean =>
  error instanceof ProviderError && ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED'].includes(errorCode(error.cause))

/** Whether an answer came and was not read, since it is too much or no XML: what was asked for may be asked for otherwise. */
export const wasNotRead = (error: unknown): boolean =>
  error instanceof ProviderError &&
  (error.cause instanceof XmlError || (error.cause instanceof TransportError && error.cause.code === 'too-large'))

/** The system's code (`ECONNREFUSED`) of a failed fetch, which wraps it in a TypeError, and our transport in one of its own. */
function errorCode(error: unknown): string {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('code' in each && typeof each.code === 'string' && /^[A-Z]/.test(each.code)) return each.code
  }
  return ''
}

/**
 * An answer that means the same whatever was asked, as an error; undefined if the caller must judge.
 *
 * @param now milliseconds, to which a Retry-After in seconds is added
 */
export function generalFailure(answer: Answered, now: Millis): ProviderError | undefined {
  const { status, url } = answer
  const options = { status, retryAt: retryAt(answer, now) }
  if (status === 401) return unauthorised(url, status)
  if (status === 429 || ([403, 503].includes(status) && options.retryAt !== undefined)) {
    return new ProviderError('rate-limit', `${url.host} asks to wait (HTTP ${status}). It goes on by itself.`, options)
  }
  if ([408, 500, 502, 503, 504].includes(status)) {
    return new ProviderError('unreachable', `${url.host} has trouble of its own (HTTP ${status}). Try later.`, options)
  }
  return undefined
}

/** Any other answer that can't be used. */
export function unexpected(answer: Answered, doing: string): ProviderError {
  const { status, url } = answer
  const title = /<title>([^<]{1,80})/i.exec(answer.text)?.[1]
  const page = title === undefined ? '' : `, with a page "${title}"`
  const text = `${url.host} answered ${doing} with HTTP ${status}${page}, which is no answer of a CalDAV server.`
  return new ProviderError('bad-answer', text, { status })
}

/** The server knows no such user name and password. */
export function unauthorised(url: URL, status: number): ProviderError {
  const refused = `${url.host} refuses the user name and password.`
  const advice = isIcloudHost(url.hostname)
    ? 'The user name is the e-mail address of the Apple Account, and the password an app-specific one, of four ' +
      'groups of four letters with the hyphens between them: make one at account.apple.com under "Sign-In and Security". ' +
      'A change of the Apple Account password revokes all of them. Calendar has to be switched on for iCloud, too: on an ' +
      'iPhone in Settings, your name, iCloud.'
    : 'Check both in the account; some servers want a password made for apps.'
  return new ProviderError('reauthorise', `${refused} ${advice}`, { status })
}

function retryAt({ headers }: Answered, now: Millis): Millis | undefined {
  const wait = retryAfter(headers, now)
  return wait === null ? undefined : now + wait
}

/**
 * Names of the preconditions in a DAV:error body: `valid-sync-token`, `no-uid-conflict`, ...; words besides are left out.
 * What stands inside of one is no other: the resource and privilege that are missing (RFC 3744 7.1.1), say.
 */
export const preconditionsIn = (text: string): string[] =>
  childrenIn(text, 'error').filter((name) => name !== 'responsedescription')
