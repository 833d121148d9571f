import assert from 'node:assert/strict'
import type { EventTime, Fields, When } from '../../src/event/event'
import { whenOf } from '../../src/event/event'
import { IcalError, readEvent } from '../../src/ical'
import { event, PARIS_END, PARIS_START, resource, vevent } from './texts'

export const floatingZone = 'America/New_York'
export const read = (text: string): Fields => readEvent(text, { floatingZone }).fields
export const when = (...lines: string[]): When => whenOf(read(event(...lines)))!
export const at = (dateTime: string, timeZone: string): EventTime => ({ dateTime, timeZone })

export function refused(text: string, reason: RegExp): IcalError {
  try {
    readEvent(text, { floatingZone })
  } catch (error) {
    assert.ok(error instanceof IcalError, String(error))
    assert.match(error.reason, reason)
    return error
  }
  throw new assert.AssertionError({ message: 'it can be read' })
}

/** A weekly series in Paris with more lines and more components. */
export const series = (lines: string[], ...overrides: string[][]): string =>
  resource(vevent(PARIS_START, PARIS_END, 'RRULE:FREQ=WEEKLY;BYDAY=MO', 'SUMMARY:All', ...lines), ...overrides)

export const exceptions = (text: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(read(text)).filter(([name]) => name.startsWith('exceptions.')))
