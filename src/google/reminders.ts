import { normalReminders } from '../event/normal'
import type { GoogleEvent } from './times'

type Reminders = NonNullable<GoogleEvent['reminders']>
/** A reminder as Google has it; the event model knows only the minutes. */
export type Override = { readonly method: string; readonly minutes: number }

const overridesOf = (reminders: GoogleEvent['reminders']): Override[] =>
  (reminders?.overrides ?? []).map(({ method, minutes }) => ({ method: method ?? 'popup', minutes: minutes ?? 0 }))

/** Whether an event takes its calendar's default reminders. */
export const usesDefaults = (event: GoogleEvent): boolean => event.reminders?.useDefault === true

/**
 * Minutes before the start at which an event reminds; the calendar's defaults are spelled out. An event that says
 * nothing (one without reminders of this user) has none.
 */
export function reminderMinutes(event: GoogleEvent, defaults: readonly number[]): readonly number[] | null {
  if (usesDefaults(event)) return normalReminders(defaults)
  return normalReminders(overridesOf(event.reminders).map(({ minutes }) => minutes))
}

/** The overrides that are not all plain pop-ups, to keep their methods when the event is written; else undefined. */
export function methodsToKeep(event: GoogleEvent): Override[] | undefined {
  const overrides = overridesOf(event.reminders)
  return overrides.some(({ method }) => method !== 'popup') ? overrides : undefined
}

/** Reminders to write: what was there at the same minutes keeps its method, the rest are pop-ups; five at most. */
export function writeReminders(minutes: readonly number[] | null, before: readonly Override[] = []): Reminders {
  const wanted = minutes ?? []
  const kept = before.filter((override) => wanted.includes(override.minutes))
  const added = wanted.filter((each) => !kept.some((override) => override.minutes === each))
  const overrides = [...added.map((each): Override => ({ method: 'popup', minutes: each })), ...kept]
  // A second override at the same minutes must not push out a wanted one.
  const firsts = overrides.filter(
    (one, at) => overrides.findIndex(({ minutes: other }) => other === one.minutes) === at,
  )
  const seconds = overrides.filter((one) => !firsts.includes(one))
  const chosen = [...firsts, ...seconds].slice(0, 5).sort((a, b) => a.minutes - b.minutes)
  return { useDefault: false, overrides: chosen.map((each) => ({ ...each })) }
}
