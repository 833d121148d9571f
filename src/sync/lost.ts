import { ProviderError } from '../event/calendar'
import { sameJson } from '../event/json'
import { hashFields, sameMeaning } from '../event/normal'
import { isLive } from './entry'
import { valueOf } from './merge'
import type { Field, Json, Live, Seen, Uid } from './model'
import type { Task } from './task'

/** Events in a row whose writes got no answer: the line is down then. */
const MOST_SILENT = 5

/** Whether nobody knows what became of a request: no answer came, or one that speaks of trouble of the server's own. */
export const isLost = (error: unknown): error is ProviderError =>
  error instanceof ProviderError && error.code === 'unreachable'

/** Whether the server itself says that it fails at this request; a gateway's word is about the server as a whole. */
export const isItsOwnTrouble = ({ status }: ProviderError): boolean => status === 500 || status === 501

/** The way to a server: down when the writes of several events in a row, and of different ones, got no answer. */
export class Line {
  private readonly silent = new Set<Uid>()

  get isDown(): boolean {
    return this.silent.size >= MOST_SILENT
  }

  answered(): void {
    this.silent.clear()
  }

  lost(uid: Uid): void {
    this.silent.add(uid)
  }
}

/** What a look at the resource says of a write whose answer was lost: what it has written, and what is left to do. */
export type Fate =
  | { readonly is: 'done' | 'open'; readonly wrote: readonly Field[]; readonly left: readonly Field[] }
  /** Somebody else has changed it meanwhile. */
  | { readonly is: 'stale' }

const NOT_DONE = { is: 'open', wrote: [] } as const

/**
 * What became of an update or deletion whose answer was lost. A series is written in several requests, of which some may
 * have come through.
 *
 * @param target the resource as it was before, `found` as it is now
 * @param fit the nearest value that the calendar can hold
 */
export function fateOf(
  { action, fields, written }: Pick<Task, 'action' | 'fields' | 'written'>,
  target: Live,
  found: Seen,
  fit: (field: Field, value: Json) => Json,
): Fate {
  const isSame = isLive(found) && sameJson(versionOf(found), versionOf(target))
  if (action === 'delete') {
    if (found.is === 'gone') return { is: 'done', wrote: [], left: [] }
    return isSame ? { ...NOT_DONE, left: [] } : { is: 'stale' }
  }
  if (!isLive(found)) return { is: 'stale' }
  if (isSame) return { ...NOT_DONE, left: written }
  const holds = (name: Field, value: Json): boolean => sameMeaning(valueOf(found.fields, name), value)
  const isWritten = (name: Field): boolean => {
    const value = valueOf(fields, name)
    return holds(name, value) || holds(name, fit(name, value))
  }
  const wrote = written.filter(isWritten)
  const left = written.filter((name) => !wrote.includes(name))
  if (left.some((name) => !holds(name, valueOf(target.fields, name)))) return { is: 'stale' }
  return { is: left.length > 0 ? 'open' : 'done', wrote, left }
}

const versionOf = ({ ref, fields }: Live): Json => [ref, hashFields(fields)]
