import { ProviderError } from '../event/calendar'
import { StoreError, type StoreErrorCode } from '../store/error'
import { oneLine } from './log'

/** An error for the flow: `code` (`calsync.<what>`) for a Catch node, and a message that says what to do. */
export class CalSyncError extends Error {
  override readonly name = 'CalSyncError'
  readonly code: string
  /** Nothing is wrong but with one event, which rests. */
  readonly isMild: boolean

  /**
   * @param code without the prefix
   * @param message a sentence or a few, or several lines of them
   * @param status at most 20 characters, for under the node; default: `error`
   */
  constructor(
    code: string,
    message: string | readonly string[],
    readonly status = 'error',
    options: { cause?: unknown; isMild?: boolean } = {},
  ) {
    super([message].flat().map(oneLine).join('\n'), 'cause' in options ? { cause: options.cause } : undefined)
    this.code = `calsync.${code}`
    this.isMild = options.isMild ?? false
  }
}

const STATUS: Record<string, string> = {
  reauthorise: 're-authorise',
  'calendar-not-found': 'no such calendar',
  unreachable: 'unreachable',
  'rate-limit': 'slowed down',
  'read-only': 'read-only',
}

const STORE_STATUS: Partial<Record<StoreErrorCode, string>> = {
  'in-use': 'used by another',
  'no-directory': 'no user directory',
}

/** So many events are named in one message. */
const MOST_NAMED = 20

/** Several errors as one: the first that is more than one event's, and whatever is told of events that rest from now on. */
export function joinedErrors(errors: readonly CalSyncError[]): CalSyncError | undefined {
  const [first] = errors
  if (!first || errors.length === 1) return first
  const mild = errors.filter(({ isMild }) => isMild).map(({ message }) => message)
  const severe = errors.find(({ isMild }) => !isMild)
  if (mild.length === 0) return severe
  const more =
    mild.length > MOST_NAMED ? [`And ${mild.length - MOST_NAMED} more; the report lists them as setAside.`] : []
  const lines = [...(severe ? severe.message.split('\n') : []), ...mild.slice(0, MOST_NAMED), ...more]
  const { code, status, isMild } = severe ?? first
  return new CalSyncError(code.replace(/^calsync\./, ''), lines, status, { isMild })
}

/** What passes by itself. */
const PASSING = ['calsync.unreachable', 'calsync.rate-limit', 'calsync.bad-answer']

/** The error of a run: what passes by itself is tried again by the next one. (A dialog has no next one.) */
export function ofARun(error: CalSyncError): CalSyncError {
  if (!PASSING.includes(error.code)) return error
  const { code, message, status, isMild } = error
  const text = `${message} The next run tries again.`.split('\n')
  return new CalSyncError(code.replace(/^calsync\./, ''), text, status, { cause: error, isMild })
}

/** What was thrown, in words, whatever it is: flows throw proxies, too, and errors whose message throws. */
export function reasonOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown)
  } catch {
    return 'what was thrown can’t be shown'
  }
}

/** Anything that was thrown as an error for the flow. */
export function asCalSyncError(thrown: unknown): CalSyncError {
  try {
    return known(thrown) ?? defect(thrown)
  } catch {
    return defect(thrown)
  }
}

function known(error: unknown): CalSyncError | undefined {
  if (error instanceof CalSyncError) return error
  const cause = { cause: error }
  if (error instanceof ProviderError) return new CalSyncError(error.code, error.message, STATUS[error.code], cause)
  if (error instanceof StoreError) {
    return new CalSyncError(`store-${error.code}`, error.message, STORE_STATUS[error.code] ?? 'state error', cause)
  }
  return error instanceof Error ? defect(error, cause) : undefined
}

const defect = (thrown: unknown, cause: { cause?: unknown } = {}): CalSyncError =>
  new CalSyncError('internal', `${reasonOf(thrown)} (this is a defect of CalSync)`, 'error', cause)
