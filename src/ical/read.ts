import type { Declined, Mark, Millis, Uid } from '../event/calendar'
import type { Fields } from '../event/event'
import type { Component } from './component'
import { childrenNamed, lineNamed, linesNamed } from './component'
import { IcalError } from './error'
import { statusOf } from './fields'
import { isFloating } from './floating'
import type { Line } from './line'
import { param } from './line'
import { readMark } from './mark'
import type { Resource } from './resource'
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
 * @param options.owner the mail address of who owns the calendar
 * @throws IcalError for what can't be read without guessing
 */
export function readEvent(text: string, options: { floatingZone: string; uid?: Uid; owner?: string }): IcalEvent {
  const resource = parseResource(text, options.floatingZone)
  const uid = resource.uid ?? options.uid
  const events = childrenNamed(resource.calendar, 'VEVENT')
  const fields = withTitle(events, () => fieldsOf(resource))
  if (uid === undefined) return withTitle(events, () => noUid())
  const stamps = events.map((event) => utcInstant(lineNamed(event, 'LAST-MODIFIED')?.value ?? ''))
  const known = stamps.filter((stamp) => stamp !== undefined)
  const mark = readMark(resource.main)
  const declined = declinedIn(resource, options.owner)
  return {
    uid: resource.is === 'alone' ? `${uid}/${resource.key}` : uid,
    fields,
    floats: isFloating(resource),
    guests: events.some((event) => hasGuests(event, options.owner)),
    ...(known.length > 0 && { changedAt: Math.max(...known) }),
    ...(mark && { mark }),
    ...(declined && { declined }),
  }
}

function hasGuests(event: Component, owner: string | undefined): boolean {
  const addresses = [...linesNamed(event, 'ATTENDEE'), ...linesNamed(event, 'ORGANIZER')].map(addressOf)
  return addresses.some((address) => owner === undefined || address !== owner.toLowerCase())
}

/** What the owner has declined (RFC 5545 3.2.12); an override has a reply of its own. */
function declinedIn(resource: Resource, owner: string | undefined): Declined | undefined {
  const { main } = resource
  const overrides = resource.is === 'series' ? resource.overrides : []
  const isDeclined = (event: Component): boolean =>
    linesNamed(event, 'ATTENDEE').some(
      (line) => addressOf(line) === owner?.toLowerCase() && param(line, 'PARTSTAT')?.toUpperCase() === 'DECLINED',
    )
  const all = isDeclined(main)
  const others = overrides.filter(({ event }) => statusOf(event) !== 'cancelled' && isDeclined(event) !== all)
  const except = others.map(({ key }) => key).sort()
  return all || except.length > 0 ? { all, except } : undefined
}

/** The mail address of a calendar user: iCloud writes the path of its principal, with the address beside it. */
const addressOf = (line: Line): string =>
  (/^\s*mailto:/i.test(line.value) ? line.value.trim().slice('mailto:'.length) : (param(line, 'EMAIL') ?? ''))
    .trim()
    .toLowerCase()

function noUid(): never {
  throw new IcalError('the event has no UID')
}
