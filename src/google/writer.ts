import type { Answer, Live, Mark, ResourceId, Seen, Uid } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import type { Field, Fields } from '../event/event'
import { exceptionField, fieldNames, fieldsFrom, isException, originalStart, whenOf } from '../event/event'
import { hashJson, sameJson } from '../event/json'
import { emptyValue, hashFields, isHashOf, sameMeaning } from '../event/normal'
import type { GoogleApi } from './api'
import { insertBody, joined, patchBody } from './body'
import { excludedKeys, keysToExclude, manyToExclude, sendExcluding } from './exclusions'
import { HELD, holds } from './holds'
import { isMarkedOtherwise, markProperties } from './mark'
import { OccurrenceWriter } from './occurrences'
import type { Reader } from './reader'
import { isCancelled, refOf, seeEvent } from './seen'
import { seeGroup } from './series'
import { bySlices } from './sliced'
import type { GoogleEvent } from './times'

/** Deleted events keep their ids: so often the same uid can be made again. */
const MOST_GENERATIONS = 50

/** The id that a create gives to its event: it follows from uid and try alone, so that a repeated one is recognised. */
export const derivedId = (uid: Uid, generation: number): ResourceId => hashJson({ uid, generation })

/** What Google can hold of these fields, each at its nearest value. */
export function fitted(fields: Fields): Fields {
  const held = fieldNames(fields).filter((name) => isException(name) || isHeld(name))
  return fieldsFrom(held.map((name) => [name, holds.fit(name, fields[name] ?? null)]))
}

const isHeld = (name: Field): boolean => (HELD as readonly Field[]).includes(name)

/** Writes one calendar: each request with the exact ETag, each answered on its own. */
export class Writer {
  constructor(
    private readonly api: GoogleApi,
    private readonly calendarId: string,
    private readonly reader: Reader,
  ) {}

  async *create(uid: Uid, fields: Fields, signal: AbortSignal): AsyncGenerator<Answer> {
    const target = fitted(fields)
    const names = fieldNames(target).filter((name) => !isException(name))
    for (let generation = 0; generation < MOST_GENERATIONS; generation += 1) {
      const id = derivedId(uid, generation)
      const mark: Mark = { uid, bearer: id, wrote: hashFields(target) }
      const written = [...new Set([...names, 'reminders' as const])]
      const inserted = await sendExcluding(keysToExclude(target), [], (excluded) => {
        const members = patchBody(target, written, { excluded, recurred: false, isLinked: false })
        return this.api.insert(this.calendarId, insertBody({ ...joined(members, markProperties(mark)), id }), signal)
      })
      if ('event' in inserted) {
        yield* this.finish(inserted.event, target, names, signal)
        return
      }
      if (await this.isOurs(id, uid, signal)) {
        yield* this.adopt(id, target, signal)
        return
      }
    }
    throw new ProviderError(
      'refused',
      'Google keeps the ids of too many deleted copies of this event. Copy it under a new UID.',
    )
  }

  /**
   * Whether a taken id is that of a live event which an earlier create made; if not, a deleted event keeps it, or one
   * that bears another's mark. Right after an insert Google may not find the event yet: guessing would double it.
   */
  private async isOurs(id: ResourceId, uid: Uid, signal: AbortSignal): Promise<boolean> {
    const holder = await this.api.get(this.calendarId, id, signal)
    if (!holder) {
      throw new ProviderError('unreachable', 'Google does not show yet what it has stored.')
    }
    return !isCancelled(holder) && !isMarkedOtherwise(holder, uid)
  }

  /** Answers the insert and goes on with the exceptions. */
  private async *finish(
    event: GoogleEvent,
    target: Fields,
    names: readonly Field[],
    signal: AbortSignal,
  ): AsyncGenerator<Answer> {
    const seen = seeEvent(event, this.reader.surroundings)
    yield { wrote: names, holds: seen }
    const keys = fieldNames(target).filter(isException).map(originalStart)
    if (seen.is === 'live') yield* this.occurrences(seen, target).writeAll(keys, signal)
  }

  /** An earlier create had come through: what it made is brought to hold the fields, unless somebody else edited it. */
  private async *adopt(id: ResourceId, target: Fields, signal: AbortSignal): AsyncGenerator<Answer> {
    const seen = await this.readUnknown(id, signal)
    if (seen.is !== 'live') throw new ProviderError('stale', 'The event was changed while it was copied.')
    const all = [...new Set([...HELD, ...fieldNames(target), ...fieldNames(seen.fields)])]
    const value = (fields: Fields, name: Field) => fields[name] ?? (name in fields ? null : emptyValue(name))
    const same = new Set(all.filter((name) => sameMeaning(value(seen.fields, name), value(target, name))))
    const differing = all.filter((name) => !same.has(name))
    const wrote = (what: Fields): boolean => seen.mark !== undefined && isHashOf(seen.mark.wrote, what)
    const isUntouched = wrote(seen.fields)
    const isHalfMade = wrote(target) && differing.every((name) => isException(name) && !(name in seen.fields))
    if (differing.length > 0 && !isUntouched && !isHalfMade) {
      throw new ProviderError('stale', 'The event is there already, and somebody has changed it since.')
    }
    yield { wrote: [...same], holds: seen }
    if (differing.length > 0) yield* this.update(seen, target, differing, signal)
  }

  /** A resource of which nothing is known. What of a series is cancelled, only a complete list is known to tell. */
  private async readUnknown(id: ResourceId, signal: AbortSignal): Promise<Seen> {
    const seen = await this.reader.readOne(id, new Map(), signal)
    const mayHide =
      seen.is === 'live' && refOf(seen).iCalUID !== undefined && seen.mark?.wrote !== hashFields(seen.fields)
    const outOfSight: Seen = { is: 'gone', how: 'missing', id, uid: seen.uid }
    const [thorough = seen] = mayHide ? await this.reader.readSome([id], new Map([[id, outOfSight]]), signal) : []
    return thorough
  }

  async *update(seen: Live, fields: Fields, changed: readonly Field[], signal: AbortSignal): AsyncGenerator<Answer> {
    const target = wantedFields(seen, fitted(fields), changed)
    const base = changed.filter((name) => !isException(name) && isHeld(name))
    const keys = changed.filter(isException).map(originalStart)
    const excluded = new Set(excludedKeys(seen))
    const isRevived = keys.some((key) => excluded.has(key) && target[exceptionField(key)] !== null)
    const isForSeries = isRevived || manyToExclude(seen, target, keys)
    if (base.length === 0 && !isForSeries) {
      yield* this.occurrences(seen, target).writeAll(keys, signal)
      return
    }
    const written: Field[] = isForSeries ? [...new Set([...base, 'when' as const])] : base
    if (written.includes('when') && refOf(seen).iCalUID !== undefined) await this.checkUnchanged(seen, signal)
    const event = await this.patchMaster(seen, target, written, signal)
    const patched = seeEvent(event, this.reader.surroundings)
    if (patched.is !== 'live') {
      yield { wrote: base, holds: patched }
      return
    }
    const instances = refOf(seen).instances
      ? await this.reader.series.instancesAfter(event, seen, written.includes('when'), signal)
      : []
    const group = { id: seen.id, master: event, instances }
    const [now = patched] = await bySlices(seeGroup(group, new Map(), this.reader.surroundings))
    if (now.is !== 'live') {
      yield { wrote: base, holds: now }
      return
    }
    yield { wrote: base, holds: now }
    yield* this.occurrences(now, target).writeAfterSeries(seen, base, keys, instances, signal)
  }

  private async patchMaster(
    seen: Live,
    target: Fields,
    names: readonly Field[],
    signal: AbortSignal,
  ): Promise<GoogleEvent> {
    const ref = refOf(seen)
    const recurred = whenOf(seen.fields)?.recurrence !== undefined
    const isLinked = (seen.fields.url ?? null) !== null
    const mark = seen.mark ? markProperties({ ...seen.mark, wrote: hashFields(target) }) : {}
    try {
      const keys = names.includes('when') ? keysToExclude(target, seen) : []
      return await sendExcluding(keys, excludedKeys(seen), (excluded) => {
        const members = patchBody(target, names, { excluded, recurred, isLinked, before: ref })
        return this.api.patch(this.calendarId, seen.id, joined(members, mark), ref.etag, signal)
      })
    } catch (error) {
      throw await this.withTombstone(error, seen.id, signal)
    }
  }

  /** A write to a deleted event may be answered with 403, which then means no refusal of this event. */
  private async withTombstone(error: unknown, id: ResourceId, signal: AbortSignal): Promise<unknown> {
    if (!(error instanceof ProviderError && error.status === 403 && error.code === 'refused')) return error
    const event = await this.api.get(this.calendarId, id, signal)
    return event && !isCancelled(event) ? error : new ProviderError('stale', 'The event was deleted meanwhile.')
  }

  private occurrences(series: Live, target: Fields): OccurrenceWriter {
    return new OccurrenceWriter(this.api, this.calendarId, this.reader.surroundings, series, target)
  }

  async *delete(seen: Live, signal: AbortSignal): AsyncGenerator<Answer> {
    const ref = refOf(seen)
    if (ref.iCalUID !== undefined) await this.checkUnchanged(seen, signal)
    await this.api.delete(this.calendarId, seen.id, ref.etag, signal)
    yield { wrote: fieldNames(seen.fields), holds: { is: 'gone', how: 'deleted', id: seen.id, uid: seen.uid } }
  }

  /** Deleting a series takes its exceptions with it, and moving one may; but its ETag says nothing of their edits. */
  private async checkUnchanged(seen: Live, signal: AbortSignal): Promise<void> {
    const now = await this.reader.readOne(seen.id, new Map([[seen.id, seen]]), signal)
    const isSame = now.is !== 'live' || sameJson(now.ref, seen.ref)
    if (!isSame) throw new ProviderError('stale', 'The series or one of its occurrences was changed meanwhile.')
  }
}

/** What the event is to hold: what it holds, with the changed fields taken from `fields`. */
function wantedFields(seen: Live, fields: Fields, changed: readonly Field[]): Fields {
  const others = new Set(changed)
  const kept = fieldNames(seen.fields).filter((name) => !others.has(name))
  return fieldsFrom([
    ...kept.map((name) => [name, seen.fields[name] ?? null] as const),
    ...changed.map((name) => [name, name in fields ? (fields[name] ?? null) : emptyValue(name)] as const),
  ])
}
