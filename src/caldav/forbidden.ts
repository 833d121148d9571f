import type { ResourceId } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { noAccess, notFound } from './changes'
import { isWritable } from './collection'
import { props } from './dav'
import type { Place } from './place'

/** So many events in a row are refused for what they are; more are a server that wants to be left alone. */
const MOST_IN_ROW = 4
/** Of a server that does not say who may write, so many. */
const MOST_UNSAID = 2

/** What writes to one calendar have met, as far as it tells what a refusal without reason means. */
export class Refusals {
  private readonly inRow = new Set<ResourceId>()
  private hasWritten = false

  /** A write was carried out. */
  passed(): void {
    this.inRow.clear()
    this.hasWritten = true
  }

  /** How many events in a row were refused without reason, this one included. */
  refused(id: ResourceId): number {
    return this.inRow.add(id).size
  }

  forget(): void {
    this.inRow.clear()
  }

  get mayWrite(): boolean {
    return this.hasWritten
  }
}

/**
 * What a 403 or 405 to a write means: the calendar may not be written, or the server won't have this one event, or it
 * has had enough for now (iCloud answers so to all three). The calendar's own privileges tell; where the server hides
 * them, whether it has taken a write before.
 *
 * @param said the preconditions that the answer named
 * @throws ProviderError `calendar-not-found`
 */
export async function whyForbidden(
  place: Place,
  id: ResourceId,
  status: number,
  said: readonly string[],
  signal: AbortSignal,
): Promise<ProviderError> {
  const { refusals } = place
  // of missing privileges it says where and which (RFC 3744 7.1.1): that is no word on the event
  if (said.length > 0 && !said.includes('need-privileges')) {
    return refused(`the server won't take this event (${said.join(', ')})`, status)
  }
  const writable = await askWritable(place, signal)
  const inRow = refusals.refused(id)
  if (writable === false) return readOnly(place, status)
  if (writable === undefined && (!refusals.mayWrite || inRow > MOST_UNSAID)) return readOnly(place, status)
  if (inRow > MOST_IN_ROW) {
    refusals.forget()
    return slowDown(place, status)
  }
  return refused(
    `the server refuses a change of this event (HTTP ${status}), though the calendar may be written`,
    status,
  )
}

/** Whether the account may write the calendar, as the server says now; undefined if it does not say. */
async function askWritable({ dav, collection }: Place, signal: AbortSignal): Promise<boolean | undefined> {
  const found = await dav.propfind(collection.url, props('d:current-user-privilege-set'), '0', signal)
  if (found.ok) return found.responses[0] && isWritable(found.responses[0].props)
  const { status } = found.answer
  if (status === 404 || status === 410) throw notFound(collection.url, status)
  if (status === 403) throw noAccess(collection.url, status)
  return undefined
}

const slowDown = ({ collection }: Place, status: number): ProviderError =>
  new ProviderError(
    'rate-limit',
    `${collection.url.host} refuses one event after another (HTTP ${status}), though the calendar may be written.`,
    { status },
  )

export const refused = (reason: string, status?: number): ProviderError =>
  new ProviderError('refused', `It could not be written: ${reason}.`, { status })

const readOnly = ({ collection }: Place, status?: number): ProviderError =>
  new ProviderError(
    'read-only',
    `The calendar "${collection.info.name}" can't be written by this account. Ask its owner for the right to, or choose another.`,
    { status },
  )
