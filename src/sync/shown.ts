import { exceptionField, fieldNames, fieldsFrom, isException, originalStart } from '../event/event'
import type { ExceptionField } from '../event/event'
import { sameMeaning } from '../event/normal'
import { exceptionOf, wholeOccurrence } from '../event/occurrence'
import type { Fields, Json, Live, Operation, Seen, ShowsDeclined } from './model'
import { lacks } from './occurrence'
import { valueOf, withValues } from './values'
import { FREE, VEILED } from './veil'

// What its owner has declined, or what is cancelled, takes no time and does not ring on the other side. At home it stays
// as it is: so this is how an event shows where it is compared and copied, and never what is written over itself.

/** How the events of an operation show; as free where it does not say. */
export const viewOf = ({ declined }: Pick<Operation, 'declined'>): ShowsDeclined => declined ?? 'as-free'

/** Found out once, for as long as an observation lives. */
const found = new WeakMap<Live, Map<ShowsDeclined, Live>>()

/** How what was seen on one side shows on the other. */
export function shown<S extends Seen | undefined>(seen: S, declined: ShowsDeclined): S | Live {
  if (seen?.is !== 'live' || !isVeiled(seen, declined)) return seen
  const known = found.get(seen) ?? new Map<ShowsDeclined, Live>()
  found.set(seen, known)
  const view = known.get(declined) ?? veiled(seen, declined)
  known.set(declined, view)
  return view
}

const isVeiled = (seen: Live, declined: ShowsDeclined): boolean =>
  isCancelled(seen.fields) || (seen.declined !== undefined && declined !== 'as-is')

const isCancelled = (fields: Fields | undefined): boolean => fields?.status === 'cancelled'

function veiled(seen: Live, declined: ShowsDeclined): Live {
  const { fields, asBefore } = seen
  const refused = declined === 'as-is' ? undefined : seen.declined
  const all = isCancelled(fields) || refused?.all === true
  const hasDeclined = (key: string): boolean => refused !== undefined && refused.all !== refused.except.includes(key)
  const isFree = (key: string): boolean => isCancelled(wholeOccurrence(fields, key)) || hasDeclined(key)
  const keys = [...new Set([...fieldNames(fields).filter(isException).map(originalStart), ...(refused?.except ?? [])])]
  const out = keys.filter((key) => declined === 'leave-out' && refused?.all === false && hasDeclined(key))
  const except = keys.filter((key) => isFree(key) !== all)
  const view = (own: Fields): Fields => {
    const series = all ? { ...own, ...FREE } : own
    const values = keys.map((key) => {
      const field = exceptionField(key)
      return [field, out.includes(key) ? null : occurrence(own, field, series, all, isFree(key))] as const
    })
    return withValues(series, values)
  }
  const veil = { own: fields, all, except, out }
  return { ...seen, fields: view(fields), veil, ...(asBefore && { asBefore: view(asBefore) }) }
}

function occurrence(own: Fields, field: ExceptionField, series: Fields, all: boolean, isFree: boolean): Json {
  const whole = wholeOccurrence(own, originalStart(field))
  if (!whole || (!all && !isFree) || lacks(own, field)) return valueOf(own, field)
  return exceptionOf(series, originalStart(field), isFree ? { ...whole, ...FREE } : whole)
}

/** An event as it is itself, whatever of it shows. */
export function asItIs(seen: Live): Live {
  const { veil, ...rest } = seen
  return veil ? { ...rest, fields: veil.own } : seen
}

/**
 * What is to be written over an event, in terms of what it holds itself: where a field is to show what it shows now, the
 * event stays as it is.
 *
 * @param fields how the event is to show
 */
export function unveiled(fields: Fields, { fields: shows, veil }: Live): Fields {
  if (!veil) return fields
  const { own } = veil
  const unchanged = VEILED.filter((name) => name in fields && sameMeaning(fields[name], shows[name]))
  const series = { ...fields, ...fieldsFrom(unchanged.map((name) => [name, valueOf(own, name)] as const)) }
  const all = [fields, shows, own].flatMap(fieldNames).filter(isException)
  const values = [...new Set(all)].map((field) => [field, ownOccurrence(field, fields, shows, own, series)] as const)
  return withValues(series, values)
}

function ownOccurrence(field: ExceptionField, fields: Fields, shows: Fields, own: Fields, series: Fields): Json {
  const key = originalStart(field)
  if (sameMeaning(valueOf(fields, field), valueOf(shows, field))) return valueOf(own, field)
  const [wanted, before, held] = [fields, shows, own].map((each) => wholeOccurrence(each, key))
  if (!wanted || !held) return valueOf(fields, field)
  const unchanged = VEILED.filter((name) => !before || sameMeaning(wanted[name], before[name]))
  return exceptionOf(series, key, { ...wanted, ...fieldsFrom(unchanged.map((name) => [name, valueOf(held, name)])) })
}
