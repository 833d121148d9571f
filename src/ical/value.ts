import type Library from 'ical.js' with { 'resolution-mode': 'import' }
import { createRequire } from 'node:module'
import { IcalError } from './error'
import type { Line } from './line'

/** Its types know only the ES module, but for require() it ships a CommonJS build. */
const ICAL = createRequire(__filename)('ical.js') as typeof Library

/** The text of a TEXT value (RFC 5545 3.3.11). */
export function readText(line: Line): string {
  const property = ICAL.parse.property(`SUMMARY:${line.value}`) as unknown[]
  const value = property[3]
  return typeof value === 'string' ? value : ''
}

/** A TEXT value. */
export function writeText(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r\n|\r|\n/g, '\\n')
}

/** A DURATION: nominal days and exact seconds, both signed (RFC 5545 3.3.6). */
export type Duration = { readonly days: number; readonly seconds: number }

/** @throws IcalError if the value is no duration */
export function readDuration(line: Line): Duration {
  try {
    const read = ICAL.Duration.fromString(line.value.trim().toUpperCase())
    const sign = read.isNegative ? -1 : 1
    const seconds = sign * (read.hours * 3600 + read.minutes * 60 + read.seconds)
    return { days: sign * (read.weeks * 7 + read.days) + 0, seconds: seconds + 0 }
  } catch {
    throw new IcalError(`"${line.name}:${line.value}" is no duration`)
  }
}

/** Minutes before an event as the value of a TRIGGER, in the largest unit that is whole. */
export function triggerValue(minutes: number): string {
  if (minutes === 0) return 'PT0S'
  if (minutes % 1440 === 0) return `-P${minutes / 1440}D`
  return minutes % 60 === 0 ? `-PT${minutes / 60}H` : `-PT${minutes}M`
}
