import { ProviderError } from '../event/calendar'
import { TransportError } from '../transport/error'
import { retryAfter } from '../transport/policy'
import { refusalIn, wordsOf } from './token-trouble'

/** What was asked, since Google's statuses mean different things for different requests. */
export type Asked = 'login' | 'calendars' | 'list' | 'changes' | 'get' | 'insert' | 'write' | 'delete'

/** The sync token is no longer any good: read everything. */
export class SyncTokenInvalid extends Error {}

/** What is known of a failed request: its status, Google's reason and message. Nothing of the request itself. */
type Failure = {
  readonly status?: number
  readonly reason: string
  readonly message: string
  readonly headers?: Headers
}

const LIMITS = /^(userRateLimitExceeded|rateLimitExceeded|quotaExceeded|dailyLimitExceeded\w*)$/

/**
 * The error that a failed request means, by what was asked and Google's reason, never by the bare status. It bears
 * no request, header or token.
 *
 * @param error what the client library threw
 * @param now for Retry-After
 */
export function explain(error: unknown, asked: Asked, now: () => number, signal?: AbortSignal): Error {
  if (signal?.aborted === true) return new ProviderError('aborted', 'The request was given up.')
  const unread = transportTrouble(error)
  if (unread) return unread
  const failure = failureOf(error)
  const { status, reason, message } = failure
  const says = message === '' ? `status ${status ?? 'unknown'}` : message
  const as = (code: ConstructorParameters<typeof ProviderError>[0], text: string): ProviderError =>
    new ProviderError(code, text, { status, ...retryTime(failure, now) })

  if (status === undefined)
    return as('unreachable', `Google could not be reached (${says}). Check that this machine reaches the Internet.`)
  if (isRedirect(status)) return redirects('Google', status)
  if (status === 429 || (status === 403 && LIMITS.test(reason))) {
    return as('rate-limit', `Google asks to slow down (${says}).`)
  }
  if (status >= 500) return as('unreachable', `Google has trouble of its own (${says}).`)
  if (status === 401)
    return as(
      'reauthorise',
      `Google no longer accepts the login (${says}). Sign in again: press Connect in the account.`,
    )
  if (status === 403) return forbidden(as, asked, reason, says)
  if (isTokenTrouble(asked, status)) return new SyncTokenInvalid(says)
  if (status === 412) return as('stale', 'Google holds a newer version of the event.')
  if (status === 404 || status === 410) return missing(as, asked, says)
  if (status === 409 || /^Invalid sequence value/.test(message))
    return as('stale', `Google holds another version of the event (${says}).`)
  if (asked === 'insert' || asked === 'write' || asked === 'delete') {
    const advice = /recurrence|rrule/i.test(says)
      ? ' It does not take the recurrence rule: give the event another one.'
      : ''
    return as('refused', `Google refuses this event: ${sentence(says)}${advice}`)
  }
  return as('bad-answer', `Google did not understand the request: ${says}`)
}

export const isRedirect = (status: number): boolean => status >= 300 && status < 400 && status !== 304

/** `fetch` would take what is sent along, secrets and all, wherever an answer leads to. */
export const redirects = (who: string, status: number): ProviderError =>
  new ProviderError(
    'bad-answer',
    `${who} redirects to another address (HTTP ${status}), which gets no login. Check the addresses in the account, and whether a network's log-in page stands in between.`,
    { status },
  )

type Make = (code: ConstructorParameters<typeof ProviderError>[0], text: string) => ProviderError

function forbidden(as: Make, asked: Asked, reason: string, says: string): ProviderError {
  if (
    reason === 'insufficientPermissions' ||
    reason === 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' ||
    (/insufficient/i.test(says) && /scope/i.test(says))
  ) {
    return as(
      'reauthorise',
      `The login does not cover calendars (${says}). Press Connect in the account again, and tick all permissions on Google’s page.`,
    )
  }
  if (reason === 'accessNotConfigured' || reason === 'SERVICE_DISABLED') {
    return as(
      'reauthorise',
      'The Google Calendar API is switched off for this client ID. Enable it in the Google Cloud console: APIs & Services, Library, Google Calendar API.',
    )
  }
  if (reason === 'CONSUMER_SUSPENDED' || reason === 'CONSUMER_INVALID') {
    return as(
      'reauthorise',
      `Google has suspended the project of this client ID (${says}). Look into the Google Cloud console, or use another client ID.`,
    )
  }
  if (reason === 'notACalendarUser') {
    return as(
      'reauthorise',
      `This Google account has no calendar yet (${says}). Open calendar.google.com once with it.`,
    )
  }
  if (reason === 'requiredAccessLevel')
    return as('read-only', 'This calendar is only shared for reading. Ask its owner for the right to make changes.')
  if (asked === 'list' || asked === 'changes' || asked === 'calendars')
    return as('calendar-not-found', `This calendar can't be read with this login (${says}).`)
  if (reason === 'forbiddenForNonOrganizer') {
    return as('refused', `Google lets only its organizer change this event: ${sentence(says)}`)
  }
  return as('refused', `Google does not allow this change: ${sentence(says)}`)
}

const sentence = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`)

function missing(as: Make, asked: Asked, says: string): ProviderError {
  if (asked === 'list' || asked === 'changes' || asked === 'calendars' || asked === 'insert') {
    return as(
      'calendar-not-found',
      `There is no such calendar for this login (${says}). Choose another, or have it shared again.`,
    )
  }
  return as('stale', `The event is no longer there (${says}).`)
}

/**
 * Whether a list is to be asked for without its token: after any 410, whatever its reason, since to read all deletes
 * nothing, and tells whether the calendar itself is gone. Garbage is answered with 400, what is too long as such.
 */
const isTokenTrouble = (asked: Asked, status: number): boolean =>
  asked === 'changes' && [400, 410, 413, 414, 431].includes(status)

function retryTime({ headers }: Failure, now: () => number): { retryAt?: number } {
  const wait = headers ? retryAfter(headers, now()) : null
  return wait === null ? {} : { retryAt: now() + wait }
}

function failureOf(error: unknown): Failure {
  const response = property(error, 'response')
  const status = property(response, 'status') ?? property(error, 'status')
  if (typeof status !== 'number') return { reason: '', message: networkTrouble(error) }
  const data = property(response, 'data')
  const body = property(data, 'error')
  const first = listed(property(body, 'errors'))[0]
  const detail = listed(property(body, 'details'))[0]
  const headers = property(response, 'headers')
  const reason = text(property(first, 'reason')) || text(property(detail, 'reason'))
  // The token endpoint has a text in place of the object.
  const words = typeof body === 'string' ? wordsOf(refusalIn(data as Record<string, unknown>)) : ''
  const message = text(property(first, 'message')) || text(property(body, 'message')) || words
  return { status, reason, message, ...(headers instanceof Headers && { headers }) }
}

/** What our transport says of an answer that it gave up on, which says more than that there was none. */
function transportTrouble(error: unknown): ProviderError | undefined {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth += 1)
    if (each instanceof TransportError && each.code !== 'network')
      return new ProviderError(each.code === 'timeout' ? 'unreachable' : 'bad-answer', each.message)
  return undefined
}

/** The system's name of a network error (`ECONNREFUSED`) where it has one: messages could quote an address. */
function networkTrouble(error: unknown): string {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth += 1) {
    const code = property(each, 'code')
    if (typeof code === 'string' && /^E[A-Z_]+$|^UND_ERR_\w+$/.test(code)) return code
  }
  return 'no answer'
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
