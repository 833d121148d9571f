import type { Random } from '../sync/random'

const DATES = [
  '20260601',
  '20261025',
  '20260329',
  '00000000',
  '00010101',
  '00000101',
  '99991231',
  '99999999',
  '20260230',
  '19700101',
  '19200105',
  '21000228',
  '2026-06-01',
  '202606',
  '',
]
const CLOCKS = [
  'T100000',
  'T100000Z',
  'T023000',
  'T000000',
  'T235959Z',
  'T240000',
  'T236060',
  'T999999Z',
  'T1000',
  '',
  '',
  'T',
  'T10:00:00Z',
]
const ZONES = [
  'Europe/Paris',
  'America/New_York',
  'Ours',
  'W. Europe Standard Time',
  '(UTC+01:00) Berlin',
  'GMT+0200',
  'Europe/Nowhere',
  ' ',
  '/x/Europe/Paris',
  'Eastern',
  '"',
  'Africa/Casablanca',
]
const NUMBERS = [
  '0',
  '1',
  '-1',
  '2',
  '5',
  '10',
  '53',
  '366',
  '400',
  '5600',
  '100000',
  '1000000000',
  '9'.repeat(30),
  '9'.repeat(309),
  '1e9',
  '0x10',
  '',
  '1.5',
  'NaN',
  'Infinity',
]
const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY', 'HOURLY', 'MINUTELY', 'SECONDLY', 'daily', 'NEVER', '']
const DAYS = ['MO', 'TU', '-1FR', '2WE', '99SU', '0MO', 'XX', '', '+1TH', 'SA']
const TEXTS = [
  'Plain',
  'a\\, b\\; c\\\\',
  'é 😀',
  '\\n\\N',
  '\u0000\u0007',
  '"quoted"',
  '\\',
  '=3D=',
  '<b>x</b>',
  '\ud800',
  '-'.repeat(300),
  ' '.repeat(300),
  ';:,',
]
const PARAMS = [
  '',
  '',
  '',
  ';VALUE=DATE',
  ';VALUE=DATE-TIME',
  ';VALUE=PERIOD',
  ';ENCODING=QUOTED-PRINTABLE',
  ';CHARSET=utf-16',
  ';X="a;b:c"',
  ';X="',
  ';=',
  ';;;',
  ';RANGE=THISANDFUTURE',
  ';LANGUAGE=de',
  ';RELATED=END',
]
const NAMES = [
  'SUMMARY',
  'DESCRIPTION',
  'LOCATION',
  'URL',
  'STATUS',
  'TRANSP',
  'CLASS',
  'CATEGORIES',
  'COLOR',
  'SEQUENCE',
  'DTSTAMP',
  'LAST-MODIFIED',
  'CREATED',
  'ATTENDEE',
  'ORGANIZER',
  'X-A',
  'GEO',
  'UID',
  '',
  '---',
  'X-CALSYNC-MARK',
]
const WORDS = [
  'CONFIRMED',
  'CANCELLED',
  'TENTATIVE',
  'TRANSPARENT',
  'OPAQUE',
  'PRIVATE',
  'PUBLIC',
  'CONFIDENTIAL',
  'mailto:me@example.com',
  'tomato',
  'https://example.com/a,b;c',
  'a,b\\,c,,',
]

/** Lists the result of a function so many times. */
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

/** The text of a resource: mostly one that follows the grammar, with values that do not; then spoiled a little. */
export function hostileText(random: Random): string {
  const lines = calendar(random)
  const ended = lines.join(random.pick(['\r\n', '\r\n', '\n', '\r']))
  return random.chance(0.5) ? ended : spoiled(ended, random)
}

function calendar(random: Random): string[] {
  const events = times(1 + (random.chance(0.3) ? random.below(4) : 0), () => event(random, false))
  const overrides = times(random.chance(0.4) ? random.below(5) : 0, () => event(random, true))
  const zones = random.chance(0.4) ? times(1 + random.below(2), () => timeZone(random)) : []
  const kept = random.chance(0.8) ? events.slice(0, 1) : events
  const parts = random.shuffled([...zones, ...(random.chance(0.05) ? [] : kept), ...overrides])
  const head = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN']
  const all = random.chance(0.1) ? [`X-WR-TIMEZONE:${random.pick(ZONES)}`] : []
  return [...head, ...all, ...parts.flat(), 'END:VCALENDAR', '']
}

function event(random: Random, isOverride: boolean): string[] {
  const form = random.pick(['day', 'utc', 'zoned', 'floating', 'any'])
  const lines = [time('DTSTART', form, random)]
  if (random.chance(0.6)) lines.push(time('DTEND', random.chance(0.8) ? form : 'any', random))
  if (random.chance(0.3)) lines.push(`DURATION${random.pick(PARAMS)}:${duration(random)}`)
  if (isOverride) lines.push(time('RECURRENCE-ID', random.chance(0.8) ? form : 'any', random))
  if (random.chance(isOverride ? 0.1 : 0.6)) lines.push(rule('RRULE', random))
  if (random.chance(0.05)) lines.push(rule('EXRULE', random))
  for (const name of ['RDATE', 'EXDATE']) if (random.chance(0.25)) lines.push(dates(name, random))
  lines.push(...times(random.below(6), () => property(random)))
  if (random.chance(0.03)) lines.push(...times(300 + random.below(1500), () => dates('EXDATE', random)))
  const alarms = times(random.chance(0.3) ? 1 + random.below(3) : 0, () => alarm(random)).flat()
  const nested = random.chance(0.02) ? nest(random.pick([3, 30, 300, 6000])) : []
  const uid = random.chance(0.9) ? 'UID:one' : random.pick(['UID:two', 'UID:', 'X-NO:'])
  return ['BEGIN:VEVENT', uid, ...random.shuffled(lines), ...alarms, ...nested, 'END:VEVENT']
}

const nest = (depth: number): string[] => [...times(depth, () => 'BEGIN:X-A'), ...times(depth, () => 'END:X-A')]

function value(form: string, random: Random): string {
  const date = random.chance(0.75) ? random.pick(DATES.slice(0, 3)) : random.pick(DATES)
  if (form === 'day') return date
  const clock = form === 'any' ? random.pick(CLOCKS) : random.chance(0.9) ? 'T100000' : random.pick(CLOCKS)
  return `${date}${clock}${form === 'utc' ? 'Z' : ''}`
}

function time(name: string, form: string, random: Random): string {
  const said = form === 'day' ? ';VALUE=DATE' : form === 'zoned' ? `;TZID=${zone(random)}` : ''
  const params = random.chance(0.9) ? said : random.pick(PARAMS)
  return `${name}${params}:${value(form, random)}`
}

const zone = (random: Random): string => (random.chance(0.6) ? 'Europe/Paris' : random.pick(ZONES))

function dates(name: string, random: Random): string {
  const form = random.pick(['day', 'utc', 'zoned', 'any'])
  const values = times(1 + random.below(random.chance(0.02) ? 3000 : 4), () => value(form, random))
  const params = form === 'zoned' ? `;TZID=${zone(random)}` : random.chance(0.7) ? '' : random.pick(PARAMS)
  const periods = params.includes('PERIOD') ? values.map((each) => `${each}/${duration(random)}`) : values
  return `${name}${params}:${periods.join(',')}`
}

function duration(random: Random): string {
  const unit = (letters: string): string => `${random.pick(NUMBERS)}${letters.charAt(random.below(letters.length))}`
  return random.pick([
    'PT1H',
    'P1D',
    `P${unit('WD')}`,
    `-PT${unit('HMS')}`,
    `P${unit('D')}T${unit('HMS')}`,
    `P${random.pick(NUMBERS)}`,
  ])
}

function rule(name: string, random: Random): string {
  const parts = [`FREQ=${random.chance(0.8) ? random.pick(FREQUENCIES.slice(0, 4)) : random.pick(FREQUENCIES)}`]
  const number = (): string => random.pick(NUMBERS)
  if (random.chance(0.3)) parts.push(`COUNT=${number()}`)
  if (random.chance(0.3)) parts.push(`UNTIL=${value('any', random)}`)
  if (random.chance(0.3)) parts.push(`INTERVAL=${number()}`)
  if (random.chance(0.3)) parts.push(`BYDAY=${times(1 + random.below(4), () => random.pick(DAYS)).join(',')}`)
  for (const part of ['BYMONTHDAY', 'BYMONTH', 'BYSETPOS', 'BYHOUR', 'BYYEARDAY', 'BYWEEKNO', 'X-Y'])
    if (random.chance(0.08)) parts.push(`${part}=${times(1 + random.below(3), number).join(',')}`)
  if (random.chance(0.1)) parts.push(random.pick(['WKST=SU', 'WKST', '=', 'RSCALE=CHINESE', 'FREQ=DAILY', 'BYDAY']))
  return `${name}:${parts.join(';')}`
}

const property = (random: Random): string =>
  `${random.pick(NAMES)}${random.pick(PARAMS)}:${random.chance(0.5) ? random.pick(TEXTS) : random.pick(WORDS)}`

const alarm = (random: Random): string[] => [
  'BEGIN:VALARM',
  `ACTION:${random.pick(['DISPLAY', 'NONE', 'EMAIL'])}`,
  `TRIGGER${random.pick(PARAMS)}:${random.chance(0.7) ? `-${duration(random)}` : value('any', random)}`,
  'END:VALARM',
]

function timeZone(random: Random): string[] {
  const offset = (): string => random.pick(['+0100', '+0200', '-0500', '+0000', '+5730', '-9999', '+01', 'x'])
  const observance = (name: string): string[] => [
    `BEGIN:${name}`,
    `DTSTART:${random.pick(['19700329T020000', '16010101T000000', '00000101T000000', '99991231T000000', 'x'])}`,
    `TZOFFSETFROM:${offset()}`,
    `TZOFFSETTO:${offset()}`,
    ...times(random.chance(0.02) ? 500 : random.below(3), () => rule('RRULE', random)),
    ...times(random.below(2), () => dates('RDATE', random)),
    `END:${name}`,
  ]
  const observances = times(random.chance(0.02) ? 500 : random.below(4), () =>
    observance(random.pick(['STANDARD', 'DAYLIGHT'])),
  )
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${random.chance(0.7) ? 'Ours' : random.pick(ZONES)}`,
    ...observances.flat(),
    'END:VTIMEZONE',
  ]
}

/** A few characters or lines gone, doubled, or put elsewhere. */
function spoiled(text: string, random: Random): string {
  let now = text
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const at = random.below(now.length + 1)
    const length = random.chance(0.8) ? 1 + random.below(5) : random.below(200)
    const piece = now.slice(at, at + length)
    const other = random.pick([
      '',
      '',
      piece + piece,
      random.pick(TEXTS),
      '\r\n',
      '\r\n ',
      ':',
      ';',
      '"',
      ',',
      '\u0000',
      'BEGIN:VEVENT\r\n',
      'END:VEVENT\r\n',
      '=\r\n',
    ])
    now = now.slice(0, at) + other + now.slice(random.chance(0.3) ? at : at + length)
  }
  return now
}
