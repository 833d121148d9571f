import { ruleParts } from './rule-parts'

const integers = (list: string, from: number, to: number): boolean =>
  list.split(',').every((item) => /^[+-]?\d+$/.test(item) && Number(item) >= from && Number(item) <= to)
/** Counted from either end, so never 0. */
const places = (list: string, to: number): boolean =>
  integers(list, -to, to) && list.split(',').every((item) => Number(item) !== 0)

/** What the parts of a rule may say (RFC 5545 3.3.10). */
const PARTS: Readonly<Record<string, (value: string) => boolean>> = {
  FREQ: (value) => /^(SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)$/.test(value),
  UNTIL: (value) => /^\d{8}(T\d{6}Z?)?$/.test(value),
  COUNT: (value) => integers(value, 1, Infinity) && !value.includes(','),
  INTERVAL: (value) => integers(value, 1, Infinity) && !value.includes(','),
  BYSECOND: (value) => integers(value, 0, 60),
  BYMINUTE: (value) => integers(value, 0, 59),
  BYHOUR: (value) => integers(value, 0, 23),
  BYDAY: (value) =>
    value.split(',').every((item) => /^([+-]?([1-9]|[1-4]\d|5[0-3]))?(MO|TU|WE|TH|FR|SA|SU)$/.test(item)),
  BYMONTHDAY: (value) => places(value, 31),
  BYYEARDAY: (value) => places(value, 366),
  BYWEEKNO: (value) => places(value, 53),
  BYMONTH: (value) => integers(value, 1, 12),
  BYSETPOS: (value) => places(value, 366),
  WKST: (value) => /^(MO|TU|WE|TH|FR|SA|SU)$/.test(value),
}

/** What parts may stand beside (RFC 5545 3.3.10). */
const FITS: Readonly<Record<string, (freq: string, parts: ReadonlyMap<string, string>) => boolean>> = {
  BYDAY: (freq, parts) =>
    !/\d/.test(parts.get('BYDAY') ?? '') || freq === 'MONTHLY' || (freq === 'YEARLY' && !parts.has('BYWEEKNO')),
  BYMONTHDAY: (freq) => freq !== 'WEEKLY',
  BYYEARDAY: (freq) => !['DAILY', 'WEEKLY', 'MONTHLY'].includes(freq),
  BYWEEKNO: (freq) => freq === 'YEARLY',
  BYSETPOS: (_, parts) => [...parts.keys()].some((name) => name.startsWith('BY') && name !== 'BYSETPOS'),
}

/**
 * What is wrong with a rule in normal form, so that no server should be sent it, and what its owner can do; undefined
 * for a line that is no rule and for one that is well-formed.
 */
export function ruleFault(line: string): string | undefined {
  if (!/^(RRULE|EXRULE):/.test(line)) return undefined
  const parts = ruleParts(line)
  for (const [name, value] of parts) {
    if (name === 'RSCALE' || name === 'SKIP') {
      return `it repeats by another calendar than the Gregorian (${name}=${value}), which the other side does not know`
    }
    const isRight = Object.hasOwn(PARTS, name) && PARTS[name]?.(value) === true
    if (!isRight) return `its rule has "${value === '' ? name : `${name}=${value}`}", which means nothing. ${ADVICE}`
  }
  for (const [name, value] of parts) {
    const isFit = FITS[name]?.(parts.get('FREQ') ?? '', parts) ?? true
    if (!isFit)
      return `its rule has "${name}=${value}" with FREQ=${parts.get('FREQ')}, where it means nothing. ${ADVICE}`
  }
  if (parts.has('UNTIL') && parts.has('COUNT'))
    return `its rule says both how often and until when it repeats. ${ADVICE}`
  return undefined
}

const ADVICE = 'Set how it repeats again, in the app in which it was made'
