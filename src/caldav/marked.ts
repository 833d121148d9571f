import type { Mark, ResourceId, Uid } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import { hashFields, isHashOf } from '../event/normal'
import { EventError } from '../event/fault'
import { IcalError, readEvent, withLength, withMark } from '../ical'

/**
 * A text with the mark that says what it holds: built once to learn what will be read from it, then with the hash of
 * that. (What was asked for is no measure: a calendar holds some values in another form.)
 *
 * @param build the text with a given mark
 * @throws ProviderError `refused` for an event that iCalendar can't hold
 */
export function markedText(uid: Uid, bearer: ResourceId, floatingZone: string, build: (mark: Mark) => string): string {
  return orRefused(() => {
    const { fields } = readEvent(build({ uid, bearer, wrote: '0' }), { floatingZone, uid })
    return build({ uid, bearer, wrote: hashFields(fields) })
  })
}

/** A text whose events without length last a second, and its mark says so; the same text if it has no such event. */
export function lengthened(text: string, floatingZone: string): string {
  const longer = withLength(text, floatingZone)
  return longer === text ? text : sayingSo(longer, text, floatingZone)
}

/**
 * A text that something else became of than what was sent, with a mark that says what it holds; but a mark that did not
 * say what was sent, since an edit of somebody is not agreed on, stays as it is.
 */
export function sayingSo(text: string, sent: string, floatingZone: string): string {
  const { mark, fields } = readEvent(sent, { floatingZone, uid: '' })
  if (!mark || !isHashOf(mark.wrote, fields)) return text
  return markedText(mark.uid, mark.bearer, floatingZone, (renewed) => withMark(text, renewed))
}

/** What `src/ical` can't read or write, as an error of the provider. */
export function orRefused<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof EventError)) throw error
    const reason = error instanceof IcalError ? error.reason : error.message
    throw new ProviderError('refused', `It could not be written: ${reason}.`, { cause: error })
  }
}
