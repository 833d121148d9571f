/** What makes one event impossible to work with, in words for its owner: it is set aside, and all others go on. */
export class EventError extends Error {
  override readonly name: string = 'EventError'
}

/** A time that no calendar can tell: years have four digits, and the first is 1. */
export class OutOfYears extends EventError {
  constructor() {
    super('it has a time before the year 1 or after the year 9999')
  }
}

/** Why one event is set aside. `defect`: where an error that nobody foresaw came from, for the log. */
export type Fault = { readonly reason: string; readonly defect?: string }

/** What an error says that was thrown while one event was read, compared or planned: it is about that event alone. */
export function faultOf(error: unknown): Fault {
  if (error instanceof EventError) return { reason: error.message }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
  return {
    reason: `CalSync fails at it (${message.slice(0, 200)}). That is a defect of CalSync: please report it, the log has more`,
    defect: (stack ?? message).slice(0, 4000),
  }
}
