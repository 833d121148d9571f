import { ProviderError } from '../event/calendar'
import { StoreError } from '../store/error'

/** An error for the flow: `code` (`calsync.<what>`) for a Catch node, and a message that says what to do. */
export class CalSyncError extends Error {
  override readonly name = 'CalSyncError'
  readonly code: string

  /**
   * @param code without the prefix
   * @param status at most 20 characters, for under the node; default: `error`
   */
  constructor(
    code: string,
    message: string,
    readonly status = 'error',
    options?: { cause: unknown },
  ) {
    super(message, options)
    this.code = `calsync.${code}`
  }
}

const STATUS: Record<string, string> = {
  reauthorise: 're-authorise',
  'calendar-not-found': 'no such calendar',
  unreachable: 'unreachable',
  'rate-limit': 'slowed down',
  'read-only': 'read-only',
}

/** Any error as one for the flow. */
export function asCalSyncError(error: unknown): CalSyncError {
  if (error instanceof CalSyncError) return error
  const cause = { cause: error }
  if (error instanceof ProviderError) return new CalSyncError(error.code, error.message, STATUS[error.code], cause)
  if (error instanceof StoreError) return new CalSyncError(`store-${error.code}`, error.message, 'state error', cause)
  const message = error instanceof Error ? error.message : String(error)
  return new CalSyncError('internal', `${message} (this is a defect of CalSync)`, 'error', cause)
}
