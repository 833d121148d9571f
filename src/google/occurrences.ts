import type { Answer, Live } from '../event/calendar'
import { ProviderError } from '../event/calendar'
import type { Exception, Field } from '../event/event'
import type { Fields } from '../event/event'
import { exceptionField, fieldNames, isException, originalStart, whenOf } from '../event/event'
import { sameMeaning } from '../event/normal'
import { wholeOccurrence } from '../event/occurrence'
import type { GoogleApi } from './api'
import { patchBody } from './body'
import { followsFromOurWrite } from './explained'
import { exceptionIn } from './fields'
import { HELD } from './holds'
import { occurs } from '../event/occurs'
import type { Surroundings } from './seen'
import { isCancelled, refOf, withInstance } from './seen'
import type { GoogleEvent } from './times'
import { instanceId, keyOfInstance, originalTime } from './times'

const OWN_FIELDS = HELD.filter((name) => name !== 'visibility')

/** Writes occurrences of one series, a request and an answer each, and keeps count of what the series then holds. */
export class OccurrenceWriter {
  /** Exceptions as they were found after the series was written, by key. */
  private found: ReadonlyMap<string, GoogleEvent> = new Map()

  constructor(
    private readonly api: GoogleApi,
    private readonly calendarId: string,
    private readonly surroundings: Surroundings,
    private series: Live,
    private readonly target: Fields,
  ) {}

  /** Brings these occurrences to what the target says, where the series itself was not written. */
  async *writeAll(keys: readonly string[], signal: AbortSignal): AsyncGenerator<Answer> {
    const failures: ProviderError[] = []
    const done = new Set(keys.filter((key) => this.isDone(key)))
    yield* this.answered(done)
    for (const key of keys.filter((each) => !done.has(each)).sort()) {
      yield* this.collecting(failures, this.write(key, [exceptionField(key)], signal))
    }
    throwWorst(failures)
  }

  /**
   * The same after the series was written. Its exceptions may have followed it, or stayed behind, or were forgotten:
   * each is brought to what the target says, but none that somebody else edited meanwhile.
   *
   * @param before the series as it was seen before the write
   * @param base the fields of the series that were written
   * @param keys the occurrences that were to be changed themselves
   * @param instances the exceptions as they were found after the write
   */
  async *writeAfterSeries(
    before: Live,
    base: readonly Field[],
    keys: readonly string[],
    instances: readonly GoogleEvent[],
    signal: AbortSignal,
  ): AsyncGenerator<Answer> {
    this.found = new Map(
      instances.map((instance) => [keyOfInstance(instance, this.surroundings.timeZone) ?? '', instance]),
    )
    const all = [before.fields, this.target, this.series.fields].flatMap((fields) =>
      fieldNames(fields).filter(isException),
    )
    const failures: ProviderError[] = []
    const touched = [...new Set([...keys, ...all.map(originalStart), ...this.found.keys()])]
    const done = new Set(touched.filter((key) => this.isDone(key) && this.isOurs(key, before)))
    yield* this.answered(new Set(keys.filter((key) => done.has(key))))
    const asked = new Set(keys)
    for (const key of touched.filter((each) => !done.has(each)).sort()) {
      const isAsked = asked.has(key)
      const wrote = isAsked ? [exceptionField(key)] : base
      if (!this.isOurs(key, before)) {
        if (isAsked) failures.push(changedMeanwhile(key))
      } else if (this.isLeftover(key, this.found.get(key))) {
        yield await this.cancel(key, wrote, signal)
      } else {
        yield* this.collecting(failures, this.write(key, wrote, signal))
      }
    }
    throwWorst(failures)
  }

  /** What is as wanted already: what the series itself says, however many, takes no request. */
  private *answered(done: ReadonlySet<string>): Generator<Answer> {
    if (done.size > 0) yield { wrote: [...done].map(exceptionField), holds: this.series }
  }

  /** The series with one of its occurrences as Google answers it; to be read again if that can't be understood. */
  private with(instance: GoogleEvent): Live {
    try {
      return withInstance(this.series, instance, this.surroundings)
    } catch (cause) {
      throw new ProviderError('stale', `An occurrence can't be read: ${(cause as Error).message}`, { cause })
    }
  }

  private isOurs(key: string, before: Live): boolean {
    if (refOf(before).instances?.[key] === refOf(this.series).instances?.[key]) return true
    return followsFromOurWrite(key, before.fields, this.target, this.series.fields)
  }

  /** Whether this is the live exception of an occurrence that the series no longer has since it moved. */
  private isLeftover(key: string, instance: GoogleEvent | undefined): boolean {
    const wanted = this.wanted(key)
    const isWanted = wanted !== null && Object.keys(wanted).length > 0
    return instance !== undefined && !isCancelled(instance) && !isWanted && !this.canOccur(key)
  }

  private canOccur(key: string): boolean {
    const when = whenOf(this.series.fields)
    return when !== undefined && occurs(when, key) !== 'no'
  }

  private wanted(key: string): Exception {
    return exceptionIn(this.target, key)
  }

  private isDone(key: string): boolean {
    const held = exceptionIn(this.series.fields, key)
    if (sameMeaning(held, this.wanted(key))) return true
    const isSilent = held !== null && Object.keys(held).length === 0
    // Where there is no occurrence, a cancelled one is as good as said.
    return isSilent && this.wanted(key) === null && !this.canOccur(key)
  }

  private async *write(key: string, wrote: readonly Field[], signal: AbortSignal): AsyncGenerator<Answer> {
    const wanted = this.wanted(key)
    if (wanted === null || (Object.keys(wanted).length === 0 && !this.canOccur(key))) {
      // A plain one where the series has none any more would be one more than there should be.
      yield await this.cancel(key, wrote, signal)
      return
    }
    const body = this.members(key, wanted)
    if (Object.keys(body).length > 0) {
      const instance = await this.patch(key, body, signal)
      if (!instance) throw noOccurrence(key)
      this.series = this.with(instance)
      if (isCancelled(instance)) {
        yield { wrote: [], holds: this.series } // of which no query may tell
        throw changedMeanwhile(key)
      }
    }
    yield { wrote, holds: this.series }
  }

  /** The members in which the occurrence is not yet as wanted; all of them if it is cancelled. */
  private members(key: string, wanted: Exception): GoogleEvent {
    const before = wholeOccurrence(this.series.fields, key)
    const after = wholeOccurrence({ ...this.series.fields, [exceptionField(key)]: wanted }, key) ?? {}
    const names = OWN_FIELDS.filter((name) => !before || !sameMeaning(before[name], after[name]))
    return patchBody(after, names, {
      excluded: [],
      recurred: false,
      isLinked: isLinked(before),
      before: refOf(this.series),
    })
  }

  private async cancel(key: string, wrote: readonly Field[], signal: AbortSignal): Promise<Answer> {
    const instance = await this.patch(key, { status: 'cancelled' }, signal)
    // Google may answer with less than what it keeps of a cancelled occurrence.
    if (instance) {
      this.series = this.with({ originalStartTime: originalTime(key), ...instance, status: 'cancelled' })
    }
    return { wrote, holds: this.series }
  }

  /**
   * Patches one occurrence; undefined if the series, which is there, has none at that time. One that is found cancelled,
   * though nothing is known of that, is left as it is.
   */
  private async patch(key: string, body: GoogleEvent, signal: AbortSignal): Promise<GoogleEvent | undefined> {
    const { etag: seriesEtag, instances, ids } = refOf(this.series)
    const id = ids?.[key] ?? instanceId(this.series.id, key)
    const etag = instances?.[key] ?? this.found.get(key)?.etag ?? undefined
    try {
      // An occurrence that is no resource of its own yet shares the version of its series.
      return await this.api.patch(this.calendarId, id, body, etag ?? seriesEtag, signal)
    } catch (error) {
      if (etag !== undefined || !(error instanceof ProviderError && error.code === 'stale')) throw error
      if (error.status === 412) return this.patchIfPlain(key, id, body, signal)
      const master = await this.api.get(this.calendarId, this.series.id, signal)
      if (error.status !== 404 || !master || isCancelled(master)) throw error
      return undefined
    }
  }

  /** The same with the occurrence's own ETag, if nobody has changed it; or as it is if somebody has cancelled it. */
  private async patchIfPlain(key: string, id: string, body: GoogleEvent, signal: AbortSignal): Promise<GoogleEvent> {
    const instance = await this.api.get(this.calendarId, id, signal)
    if (instance && isCancelled(instance)) return instance
    const isPlain =
      instance !== undefined &&
      sameMeaning(exceptionIn(this.with(instance).fields, key), exceptionIn(this.series.fields, key))
    if (!isPlain) throw changedMeanwhile(key)
    return this.api.patch(this.calendarId, id, body, instance.etag ?? '', signal)
  }

  /** Lets the other occurrences be written when Google refuses one. */
  private async *collecting(failures: ProviderError[], answers: AsyncGenerator<Answer>): AsyncGenerator<Answer> {
    try {
      yield* answers
    } catch (error) {
      if (!(error instanceof ProviderError && (error.code === 'refused' || error.code === 'stale'))) throw error
      failures.push(error)
    }
  }
}

const isLinked = (fields: Fields | undefined): boolean => (fields?.url ?? null) !== null

const changedMeanwhile = (key: string): ProviderError =>
  new ProviderError('stale', `Somebody else changed the occurrence ${key} meanwhile.`)

const noOccurrence = (key: string): ProviderError =>
  new ProviderError(
    'refused',
    `Google has no occurrence ${key} in this series. Delete it in the other calendar, or move the series.`,
  )

/** What has to be planned again says more than what is refused for good. */
function throwWorst(failures: readonly ProviderError[]): void {
  const worst = failures.find(({ code }) => code === 'stale') ?? failures[0]
  if (worst) throw worst
}
