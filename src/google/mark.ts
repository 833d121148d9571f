import type { Mark, ResourceId } from '../event/calendar'
import type { GoogleEvent } from './times'

/** Names of private extended properties; Google silently drops those over 44 characters. */
const UID = 'calsyncUid'
const BEARER = 'calsyncId'
const WROTE = 'calsyncHash'
/** Google silently cuts longer values: half a uid is worse than none. */
const LONGEST_VALUE = 1024

/** The mark of an event, if it is the one that the mark names: apps copy the properties of events that they split. */
export function markOf(event: GoogleEvent): Mark | undefined {
  const held = event.extendedProperties?.private ?? {}
  const { [UID]: uid, [BEARER]: bearer, [WROTE]: wrote } = held
  if (uid === undefined || bearer === undefined || wrote === undefined || bearer !== event.id) return undefined
  return { uid, bearer, wrote }
}

/** Whether an event bears a mark that says that it is another's. */
export function isMarkedOtherwise(event: GoogleEvent, uid: string): boolean {
  const held = event.extendedProperties?.private ?? {}
  return (held[UID] !== undefined && held[UID] !== uid) || (held[BEARER] !== undefined && held[BEARER] !== event.id)
}

/** A mark as extended properties, to insert or patch with. */
export function markProperties({ uid, bearer, wrote }: Mark): Pick<GoogleEvent, 'extendedProperties'> {
  if (uid.length > LONGEST_VALUE) return {}
  const properties: Record<ResourceId, string> = { [UID]: uid, [BEARER]: bearer, [WROTE]: wrote }
  return { extendedProperties: { private: properties } }
}
