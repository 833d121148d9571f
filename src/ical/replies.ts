import type { Declined } from '../event/calendar'
import type { Component } from './component'
import { childrenNamed, linesNamed, parseCalendar } from './component'
import { statusOf } from './fields'
import type { Line } from './line'
import { param, unfold } from './line'
import type { Resource } from './resource'

/**
 * What the owner has declined (RFC 5545 3.2.12); an override has a reply of its own.
 *
 * @param own hrefs and mail addresses by which the owner is known
 */
export function declinedIn(resource: Resource, own: readonly string[]): Declined | undefined {
  const { main } = resource
  const overrides = resource.is === 'series' ? resource.overrides : []
  const names = own.map(nameOf)
  const isDeclined = (event: Component): boolean =>
    linesNamed(event, 'ATTENDEE').some((line) => isRefusal(line) && isOneOf(line, names))
  const all = isDeclined(main)
  const others = overrides.filter(({ event }) => statusOf(event) !== 'cancelled' && isDeclined(event) !== all)
  const except = others.map(({ key }) => key).sort()
  return all || except.length > 0 ? { all, except } : undefined
}

/**
 * Whether a text has an event that an attendee has declined, and the owner is none of its attendees, unless by another
 * address. False for a text that can't be read.
 *
 * @param own hrefs and mail addresses by which the owner is known
 */
export function maybeDeclined(text: string, own: readonly string[]): boolean {
  if (!/^ATTENDEE[;:]/im.test(text) || !unfold(text).some((line) => /^ATTENDEE;.*DECLINED/i.test(line))) return false
  const names = own.map(nameOf)
  try {
    return childrenNamed(parseCalendar(text), 'VEVENT').some((event) => {
      const attendees = linesNamed(event, 'ATTENDEE')
      return attendees.some(isRefusal) && !attendees.some((line) => isOneOf(line, names))
    })
  } catch {
    return false // whatever is wrong with it, reading it tells
  }
}

/** Whether an event has an ATTENDEE or ORGANIZER besides its owner. */
export function hasGuests(event: Component, owner: string | undefined): boolean {
  const addresses = [...linesNamed(event, 'ATTENDEE'), ...linesNamed(event, 'ORGANIZER')].map(addressOf)
  return addresses.some((address) => owner === undefined || address !== nameOf(owner))
}

const isRefusal = (line: Line): boolean => param(line, 'PARTSTAT')?.toUpperCase() === 'DECLINED'

const isOneOf = (line: Line, names: readonly string[]): boolean =>
  names.includes(addressOf(line)) || names.includes(nameOf(line.value))

const isMail = (href: string): boolean => /^\s*mailto:/i.test(href)

/** The mail address of a calendar user: iCloud writes the path of its principal, with the address beside it. */
const addressOf = (line: Line): string => nameOf(isMail(line.value) ? line.value : (param(line, 'EMAIL') ?? ''))

/** A calendar user address for comparing: of a mailto URI (RFC 6068) the address. */
function nameOf(href: string): string {
  const text = href.trim()
  return (isMail(text) ? decoded(text.slice('mailto:'.length).split('?', 1)[0] ?? '') : text).toLowerCase()
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a percent sign that escapes nothing
  }
}
