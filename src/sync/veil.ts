import type { Veil } from '../event/calendar'
import type { ExceptionField } from '../event/event'
import { fieldNames, originalStart } from '../event/event'
import type { Field, Fields } from './model'

/** What shows of the time that an event takes, and of its alarms, where it is free and silent. */
export const FREE: Fields = { transparency: 'transparent', reminders: null }
export const VEILED: readonly Field[] = fieldNames(FREE)

/** Whether of what an event holds in a field, or one occurrence in one of its fields, nothing shows on the other side. */
export function hides(veil: Veil | undefined, name: Field, of?: ExceptionField): boolean {
  if (!veil) return false
  if (of !== undefined && veil.out.includes(originalStart(of))) return true
  if (!VEILED.includes(name)) return false
  return of === undefined ? veil.all : veil.all !== veil.except.includes(originalStart(of))
}
