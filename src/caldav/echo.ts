import type { Live, Seen } from '../event/calendar'
import type { Field, Fields } from '../event/event'
import { fieldNames, isException } from '../event/event'
import type { Json } from '../event/json'
import { isArray, isObject } from '../event/json'
import { emptyValue, sameMeaning } from '../event/normal'
import { etagOf } from './seen'

/**
 * What counts as written by us of what a server holds after a PUT: each field as it is there if the server may have made
 * that of what was sent, else as it was sent. The rest is an edit by somebody who was faster than our look.
 *
 * @param sent what the text that was sent says, with the ETag that the PUT was answered with
 * @param isNew whether the resource was created
 */
export function oursOf(sent: Seen, holds: Live, isNew: boolean): Fields {
  if (sent.is !== 'live') return holds.fields
  const etag = etagOf(sent.ref)
  if (etag !== null && etag === etagOf(holds.ref)) return holds.fields // this very version
  const names = [...new Set([...fieldNames(sent.fields), ...fieldNames(holds.fields)])]
  const values = names.flatMap((name): [Field, Json][] => {
    const [said, held] = [valueIn(sent.fields, name), valueIn(holds.fields, name)]
    if (isEcho(name, said, held, isNew)) return name in holds.fields ? [[name, held]] : []
    return name in sent.fields ? [[name, said]] : []
  })
  return Object.fromEntries(values)
}

/** `null` is a value of an occurrence (cancelled), a missing one is plain. */
const valueIn = (fields: Fields, name: Field): Json => fields[name] ?? (name in fields ? null : emptyValue(name))

/** Whether a server may have made the value that it holds of the one that was sent. */
export function isEcho(name: string, sent: Json, held: Json, isNew: boolean): boolean {
  if (sameMeaning(sent, held)) return true
  if (isException(name as Field)) return isObject(sent) && isObject(held) && isEchoOfOccurrence(sent, held, isNew)
  if (name === 'reminders') return isNew && sent === null // a default alarm: iCloud
  if (DROPPED.includes(name) && held === emptyValue(name as Field)) return true
  if (name === 'categories') return isArray(sent) && isArray(held) && sameNames(sent, held)
  return typeof sent === 'string' && isSpoiled(sent, typeof held === 'string' ? held : '')
}

function isEchoOfOccurrence(
  sent: { readonly [name: string]: Json },
  held: { readonly [name: string]: Json },
  isNew: boolean,
): boolean {
  const names = [...new Set([...Object.keys(sent), ...Object.keys(held)])]
  return names.every((name) => isEcho(name, sent[name] ?? null, held[name] ?? null, isNew))
}

/** Properties that not every server keeps: an RFC 7986 colour, say. */
const DROPPED: readonly string[] = ['color', 'categories', 'url', 'visibility']

/** Whether a server may have made a text of another: Cyrus drops white space before it, Xandikos misreads a backslash. */
function isSpoiled(sent: string, held: string): boolean {
  if (sent.trimStart() === held) return true
  return sent.includes('\\') && bare(sent) === bare(held)
}

/** What is left of a text that has a misread backslash; the lines of a place are read with commas between. */
const bare = (text: string): string => text.replace(/\\[nN]|[\\\s,]/g, '')

/** Xandikos takes a comma in a category for the next one, and misreads a backslash. */
function sameNames(sent: readonly Json[], held: readonly Json[]): boolean {
  const isMisread = sent.some((name) => typeof name === 'string' && name.includes('\\'))
  const parts = (names: readonly Json[]): string =>
    names
      .flatMap((name) => (typeof name === 'string' ? name.split(/\\?,/) : []))
      .map((part) => (isMisread ? bare(part) : part.trim()))
      .filter(Boolean) // nothing stands behind the last comma
      .sort()
      .join()
  return parts(sent) === parts(held)
}
