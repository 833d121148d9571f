import { DateTime } from 'luxon'
import { bareUrl } from './log'

// Sentences for notifications: short, whatever an event holds, and without what may be secret in a link.

/** One field of a conflict, in the names and values of messages. */
export type Differing = { readonly name: string; readonly left: unknown; readonly right: unknown }
type Names = { readonly left: string; readonly right: string }

const LONGEST = 60
/** So many fields are told with their values, and so many titles are named. */
const FEW = 3

/** What was changed on both sides, or merely differs between them, with both values. */
export function conflictSentence(title: string, fields: readonly Differing[], areEdits: boolean, names: Names): string {
  const differ = areEdits ? 'was changed differently in' : 'differs between'
  const differing = fields.filter(({ left, right }) => shown(left) !== shown(right))
  const told = differing
    .slice(0, FEW)
    .map(({ name, left, right }) => `${label(name)} (${shown(left)} or ${shown(right)})`)
  const rest = differing.length > FEW ? ` and ${differing.length - FEW} more` : ''
  return `${quoted(title)} ${differ} ${brief(names.left)} and ${brief(names.right)}: ${told.join(', ')}${rest}.`
}

/** What was changed on one side and deleted on the other. */
export function deletedSentence(title: string, changedIn: string, deletedIn: string): string {
  return `${quoted(title)} was changed in ${brief(changedIn)} and deleted in ${brief(deletedIn)}.`
}

/** What was deleted on one side when that could not be carried over. */
export function deletedThenSentence(title: string, stillIn: string, deletedIn: string): string {
  return `${quoted(title)} was deleted in ${brief(deletedIn)} when that could not be carried over, and is still in ${brief(stillIn)}.`
}

/** What differs since it could not be carried over when it was done, and could be now. */
export function differencesSentence(titles: readonly string[], deletions: number, names: Names): string {
  const count = titles.length
  const some = titles.slice(0, FEW).map(quoted).join(', ')
  const rest = count > FEW ? ` and ${count - FEW} more` : ''
  const was = (n: number, what: string): string[] => (n === 0 ? [] : [`${n} ${n === 1 ? 'was' : 'were'} ${what}`])
  const done = [...was(deletions, 'deleted'), ...was(count - deletions, 'changed')].join(', ')
  const differ = count === 1 ? '1 event differs' : `${count} events differ`
  const where = `${differ} between ${brief(names.left)} and ${brief(names.right)} (${some}${rest})`
  return `${where}: ${done} when that could not be carried over. Now it can be, if you say so.`
}

/** Deletions that wait: what is gone where, and where it would be deleted, too. */
export function heldSentence(titles: readonly string[], goneFrom: string, stillIn: string): string {
  const count = titles.length
  const [are, them] = count === 1 ? ['event is', 'it'] : ['events are', 'them']
  const some = titles.slice(0, FEW).map(quoted).join(', ')
  const rest = count > FEW ? ` and ${count - FEW} more` : ''
  const where = `${count} ${are} gone from ${brief(goneFrom)} (${some}${rest})`
  return `${where}; deleting ${them} in ${brief(stillIn)} too waits for you.`
}

/** A moment by the clock of the process: `29 Nov, 14:05`. */
export const momentShown = (at: number): string => DateTime.fromMillis(at).toFormat('d LLL, HH:mm', { locale: 'en' })

/** A count and its noun. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const DONE = { create: 'copied to', update: 'changed in', delete: 'deleted in', skip: 'left out of' }

/** A write that was refused, told once: by the event's title and time. */
export function refusedSentence(
  action: keyof typeof DONE,
  { summary, when }: { readonly summary?: unknown; readonly when?: unknown },
  calendar: string,
  reason: string,
): string {
  const start = timeShown((when as { start?: object } | null | undefined)?.start ?? {})
  const what = `${quoted(typeof summary === 'string' ? summary : '')}${start === undefined ? '' : ` (${start})`}`
  return `${what} could not be ${DONE[action]} ${brief(calendar)} and is left alone for now. ${restsSentence(reason)}`
}

/** Why an event rests, and what can be done. @param until milliseconds; default: not told */
export function restsSentence(reason: string, until?: number): string {
  const when =
    until === undefined ? 'once a day' : `on ${new Date(until).toISOString().slice(0, 16).replace('T', ' at ')} UTC`
  const advice = 'Change it in either calendar, and it is tried again at once'
  return `${reason.trim()} ${advice}; otherwise it is tried again ${when}, or by the command "sync" with its uid.`
}

const label = (name: string): string =>
  name.startsWith('exceptions.') ? `the occurrence of ${name.slice('exceptions.'.length)}` : name

/** So much of a text is looked at, links and all. */
const MOST_READ = 10_000

/** One line, not too long, links without their queries. */
export function brief(text: string, longest = LONGEST): string {
  const line = text
    .slice(0, MOST_READ)
    .replaceAll(/https?:\/\/[^\s<>"]+/g, bareUrl)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  if (line.length <= longest) return line
  return `${line
    .slice(0, longest)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()}…` // never half a letter
}

/** A title in quotation marks, as short as a notification wants it. */
export const quoted = (text: string): string => `"${text === '' ? '(no title)' : brief(text)}"`

function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing'
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return brief(value.map(plain).join(', '))
  if (typeof value !== 'object') return plain(value)
  return timeShown(value) ?? partsShown(value)
}

/** A day, or a wall clock with its zone. */
function timeShown({ date, dateTime, timeZone }: { date?: unknown; dateTime?: unknown; timeZone?: unknown }) {
  if (typeof date === 'string') return date
  if (typeof dateTime !== 'string') return undefined
  const clock = dateTime.slice(0, 16).replace('T', ' ')
  return typeof timeZone === 'string' ? `${clock} ${timeZone}` : clock
}

/** Reminders, or the fields in which an occurrence differs. */
function partsShown(value: object): string {
  if ('overrides' in value && Array.isArray(value.overrides)) {
    const minutes = value.overrides.map((each: { minutes?: unknown }) => `${String(each.minutes)} min`)
    return minutes.length > 0 ? `${minutes.join(', ')} before` : 'none'
  }
  return brief(
    Object.entries(value)
      .map(([name, part]) => `${name} ${shown(part)}`)
      .join(', '),
    2 * LONGEST,
  )
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
