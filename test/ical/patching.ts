import assert from 'node:assert/strict'
import type { Field, Fields } from '../../src/event/event'
import { emptyValue, hashFields } from '../../src/event/normal'
import { patchEvent, readEvent } from '../../src/ical'
import { unfold } from '../../src/ical/line'
import { settled } from './arbitrary'
import { paris, PARIS_END, PARIS_START } from './texts'

export const floatingZone = 'Europe/Paris'
export const now = Date.UTC(2026, 0, 2, 3, 4, 5)

/** Patches a text, and makes sure that it then reads as it should. */
export function patched(text: string, values: Fields, changed = Object.keys(values) as Field[]): string {
  const before = readEvent(text, { floatingZone }).fields
  const after = patchEvent(text, { fields: values, changed, now, floatingZone })
  const replaced = changed.map((name) => [name, values[name] === undefined ? emptyValue(name) : values[name]])
  const wanted: Fields = { ...before, ...(Object.fromEntries(replaced) as Fields) }
  const held = readEvent(after, { floatingZone }).fields
  if (hashFields(held) !== hashFields(settled(wanted))) assert.deepEqual(held, settled(wanted))
  return after
}

export const STAMP = /^(SEQUENCE|DTSTAMP|LAST-MODIFIED):/

/** The lines that go and those that come, besides the stamps. */
export function difference(before: string, after: string): { gone: string[]; come: string[] } {
  const come = unfold(after).filter((line) => !STAMP.test(line))
  const gone: string[] = []
  for (const line of unfold(before).filter((each) => !STAMP.test(each))) {
    const at = come.indexOf(line)
    if (at >= 0) come.splice(at, 1)
    else gone.push(line)
  }
  return { gone, come }
}

export function changes(text: string, values: Fields, gone: string[], come: string[], changed?: Field[]): string {
  const after = patched(text, values, changed)
  assert.deepEqual(difference(text, after), { gone, come })
  return after
}

export const RULE = 'RRULE:FREQ=WEEKLY;BYDAY=MO'
export const PLAIN = [PARIS_START, PARIS_END, 'SUMMARY:Old']
export const SECOND = 'exceptions.2026-06-08T08:00:00Z'
export const SECOND_ID = 'RECURRENCE-ID;TZID=Europe/Paris:20260608T100000'
export const SECOND_AT = ['DTSTART;TZID=Europe/Paris:20260608T100000', 'DTEND;TZID=Europe/Paris:20260608T110000']
export const recurring = { start: paris('2026-06-01', '10:00'), end: paris('2026-06-01', '11:00'), recurrence: [RULE] }
