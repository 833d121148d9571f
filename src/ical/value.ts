import type Library from 'ical.js' with { 'resolution-mode': 'import' }
import { createRequire } from 'node:module'
import { IcalError } from './error'
import type { Line } from './line'
import { isQuotedPrintable, plainValue } from './quoted-printable'

/** Its types know only the ES module, but for require() it ships a CommonJS build. */
const ICAL = createRequire(__filename)('ical.js') as typeof Library

/** The text of a TEXT value (RFC 5545 3.3.11), or of a quoted-printable one, in which only `;` and `,` have a backslash. */
export function readText(line: Line): string {
  if (isQuotedPrintable(line)) return plainValue(line).replace(/\\([;,])/g, '$1')
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

/**
 * Also `PT2D` and `P1DT`, which some programs write, but no months.
 *
 * @throws IcalError if the value is no duration, or one that is longer than all years
 */
export function readDuration(line: Line): Duration {
  const [, minus, text] = /^([+-]?)P((?:\d+[WD])*(?:T(?:\d+[WDHMS])*)?)$/.exec(line.value.trim().toUpperCase()) ?? []
  const parts =
    text
      ?.replace('T', '')
      .split(/(?<=[WDHMS])/)
      .filter(Boolean) ?? []
  if (parts.length === 0) throw new IcalError(`"${line.name}:${line.value}" is no duration`)
  const sum = (units: Readonly<Record<string, number>>): number =>
    parts.reduce((total, part) => total + Number(part.slice(0, -1)) * (units[part.slice(-1)] ?? 0), 0)
  const sign = minus === '-' ? -1 : 1
  if (!(sum(SECONDS) < ALL_YEARS)) throw new IcalError(`"${line.name}:${line.value}" is too long`)
  return { days: sign * sum({ W: 7, D: 1 }) + 0, seconds: sign * sum({ H: 3600, M: 60, S: 1 }) + 0 }
}

const SECONDS = { W: 604_800, D: 86_400, H: 3600, M: 60, S: 1 }
const ALL_YEARS = 10_000 * 366 * SECONDS.D

/** Minutes before an event as the value of a TRIGGER, in the largest unit that is whole. */
export function triggerValue(minutes: number): string {
  if (minutes === 0) return 'PT0S'
  if (minutes % 1440 === 0) return `-P${minutes / 1440}D`
  return minutes % 60 === 0 ? `-PT${minutes / 60}H` : `-PT${minutes}M`
}
