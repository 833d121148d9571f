import type { CalendarState } from './calendar-state'
import type { CalendarAccess } from './engine'
import type { CalSyncError } from './errors'
import type { Counts } from './report'
import type { Status } from './run'

/** What became of one operation. */
export type SinkResult = {
  action: string
  id: string
  uid: string
  status: Status
  error?: { message: string; code: string }
}

/** What a sink node sends. */
export type SinkPayload = {
  calendar: { id: string; name: string; provider: string }
  applied: Counts
  failed: number
  results: SinkResult[]
}

export function resultOf(
  { action, id, uid }: Pick<SinkResult, 'action' | 'id' | 'uid'>,
  status: Status,
  error?: CalSyncError,
): SinkResult {
  const result = { action, id, uid, status }
  return error ? { ...result, error: { message: error.message, code: error.code } } : result
}

/** How a sink names its calendar: as the server does, where it was reached. */
export function calendarIn(
  { calendarId, name, provider }: CalendarAccess,
  state: CalendarState | undefined,
): SinkPayload['calendar'] {
  return { id: state?.info?.id ?? calendarId, name: state?.name ?? name, provider }
}

/** The payload for all results of one message. */
export function payloadOf(results: SinkResult[], calendar: SinkPayload['calendar']): SinkPayload {
  const applied: Counts = { create: 0, update: 0, delete: 0 }
  for (const { action, status } of results) {
    if (status === 'ok' && (action === 'create' || action === 'update' || action === 'delete')) applied[action] += 1
  }
  const failed = results.filter(({ status }) => status === 'failed').length
  return { calendar, applied, failed, results }
}
