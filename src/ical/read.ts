import type { Declined, Mark, Millis, Uid } from '../event/calendar'
import type { Fields } from '../event/event'
import { greatest } from '../event/lists'
import { childrenNamed, lineNamed } from './component'
import { IcalError } from './error'
import { isFloating } from './floating'
import { readMark } from './mark'
import { declinedIn, hasGuests } from './replies'
import { fieldsOf, parseResource, withTitle } from './resource'
import { utcInstant } from './time'

/** What one CalDAV resource holds. */
export type IcalEvent = {
  /** The server's UID; `UID/<original start>` for an occurrence without its series. */
  readonly uid: Uid
  /** In normal form, every field of `HOLDS` present. */
  readonly fields: Fields
  /** The newest LAST-MODIFIED, if there is one. */
  readonly changedAt?: Millis
  /** Whether it has an ATTENDEE or ORGANIZER besides its owner, so that a server may send mail about it. */
  readonly guests: boolean
  /** Missing if its owner has declined nothing of it. */
  readonly declined?: Declined
  /** Whether what it means depends on the zone that is taken for times that name none. */
  readonly floats: boolean
  /** As found: the caller checks whether it names this resource. */
  readonly mark?: Mark
}

/**
 * Reads the text of one resource: one event, or a series with its overrides.
 *
 * @param options.floatingZone the IANA zone in which times without zone are read
 * @param options.uid what stands for the UID where the text has none
 * @param options.owner the mail address that the calendar's owner signs in with
 * @param options.own all hrefs and mail addresses by which the owner is known, for what was declined
 * @throws IcalError for what can't be read without guessing
 */
export function readEvent(
  text: string,
  options: { floatingZone: string; uid?: Uid; owner?: string | undefined; own?: readonly string[] },
): IcalEvent {
  const resource = parseResource(text, options.floatingZone)
  const uid = resource.uid ?? options.uid
  const events = childrenNamed(resource.calendar, 'VEVENT')
  const fields = withTitle(events, () => fieldsOf(resource))
  if (uid === undefined) return withTitle(events, () => noUid())
  const stamps = events.map((event) => utcInstant(lineNamed(event, 'LAST-MODIFIED')?.value ?? ''))
  const known = stamps.filter((stamp) => stamp !== undefined)
  const mark = readMark(resource.main)
  const declined = declinedIn(resource, options.own ?? [])
  return {
    uid: resource.is === 'alone' ? `${uid}/${resource.key}` : uid,
    fields,
    floats: isFloating(resource),
    guests: events.some((event) => hasGuests(event, options.owner)),
    ...(known.length > 0 && { changedAt: greatest(known) }),
    ...(mark && { mark }),
    ...(declined && { declined }),
  }
}

function noUid(): never {
  throw new IcalError('the event has no UID')
}
