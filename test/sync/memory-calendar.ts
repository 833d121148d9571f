import type { Answer, Calendar, CalendarInfo, Known, Live, Read, ResourceId, Seen, Uid } from '../../src/event/calendar'
import { ProviderError } from '../../src/event/calendar'
import type { Field, Fields } from '../../src/event/event'
import { BASE_FIELDS, isException } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import { hashFields, emptyValue } from '../../src/event/normal'
import { valueOf, withValues } from '../../src/sync/merge'

type Kept = {
  uid: Uid
  fields: Fields
  version: number
  changedAt: number
  deleted: boolean
  mark?: Live['mark']
  fixed?: string
  kind?: string
}

/** How a write may go wrong; asked before each request. */
export type Trouble =
  'none' | 'refused' | 'throttled' | 'silent before' | 'silent after' | 'lost before' | 'lost after' | 'server rewrites'

/** A calendar in memory that keeps to the contract of `Calendar`; `edit`, `add`, ... act as its owner. */
export class MemoryCalendar implements Calendar {
  readonly info: CalendarInfo
  readonly holds = { fields: [...BASE_FIELDS], fit: (_field: Field, value: Json): Json => value }
  readonly events = new Map<ResourceId, Kept>()
  private version = 0
  private readonly log: { version: number; id: ResourceId }[] = []
  trouble: () => Trouble = () => 'none'
  /** Whether a series is answered field group by field group, as Google does. */
  piecemeal = false
  writes = 0
  /** The event that the server fails at each time it is to be made. */
  cursed: Uid | undefined

  constructor(
    readonly name: string,
    private readonly now: () => number,
  ) {
    this.info = { id: name, identity: `memory:${name}`, name, provider: name, writable: true }
  }

  // What the owner does in another app.

  add(uid: Uid, fields: Fields): ResourceId {
    const id = `${this.name}-${uid}`
    this.put(id, { uid, fields: complete(fields), version: 0, changedAt: this.now(), deleted: false })
    return id
  }

  edit(uid: Uid, fields: Fields): void {
    const [id, kept] = this.of(uid)
    const values = Object.entries(fields) as [Field, Json][]
    this.put(id, { ...kept, fields: withValues(kept.fields, values), changedAt: this.now() })
  }

  remove(uid: Uid): void {
    const [id, kept] = this.of(uid)
    this.put(id, { ...kept, deleted: true })
  }

  /** Takes an event out of the trash: as it was, under its old id or under a new one, and with a new uid or its old one. */
  restore(uid: Uid, id?: ResourceId, newUid = uid): void {
    const [old, kept] = [...this.events].find(([, each]) => each.uid === uid && each.deleted) ?? []
    if (old === undefined || !kept) throw new Error(`${this.name} has no event ${uid} in its trash`)
    const { mark: _mark, ...bare } = kept // it counts on the resource that it names alone
    this.put(id ?? old, { ...(id === undefined ? kept : bare), deleted: false, uid: newUid })
  }

  /** What was deleted here, by whomever, and is not there again. */
  trash(): Uid[] {
    const live = this.live()
    return [...this.events.values()].filter(({ deleted, uid }) => deleted && !live.has(uid)).map(({ uid }) => uid)
  }

  /** Gone without a trace: no delta tells of it. */
  vanish(uid: Uid): void {
    const [id] = this.of(uid)
    this.events.delete(id)
    this.log.splice(0, this.log.length, ...this.log.filter((each) => each.id !== id))
  }

  /** @returns what puts the present state back, as an administrator does with a backup */
  backup(): () => void {
    const kept = [...this.events]
    return () => {
      this.events.clear()
      for (const [id, each] of kept) this.put(id, each)
    }
  }

  fix(uid: Uid, fixed: string): void {
    const [id, kept] = this.of(uid)
    this.put(id, { ...kept, fixed })
  }

  setKind(uid: Uid, kind: string): void {
    const [id, kept] = this.of(uid)
    this.put(id, { ...kept, kind })
  }

  live(): Map<Uid, Fields> {
    return new Map([...this.events.values()].filter((each) => !each.deleted).map((each) => [each.uid, each.fields]))
  }

  of(uid: Uid): [ResourceId, Kept] {
    const found = [...this.events].find(([, each]) => each.uid === uid && !each.deleted)
    if (!found) throw new Error(`${this.name} has no event ${uid}`)
    return found
  }

  private put(id: ResourceId, kept: Kept): void {
    this.version += 1
    this.events.set(id, { ...kept, version: this.version })
    this.log.push({ version: this.version, id })
  }

  // What the engine asks.

  read(position: Json | null, _known: Known): Promise<Read> {
    if (position === null) {
      const seen = [...this.events.keys()].map((id) => this.seen(id)).filter((each) => each.is !== 'gone')
      return Promise.resolve({ kind: 'full', seen, unchanged: [], position: this.version })
    }
    const ids = new Set(this.log.filter((each) => each.version > Number(position)).map((each) => each.id))
    return Promise.resolve({ kind: 'incremental', seen: [...ids].map((id) => this.seen(id)), position: this.version })
  }

  readSome(ids: readonly ResourceId[]): Promise<Seen[]> {
    return Promise.resolve(ids.map((id) => this.seen(id)))
  }

  seen(id: ResourceId): Seen {
    const kept = this.events.get(id)
    if (!kept || kept.deleted) return { uid: kept?.uid ?? id, id, is: 'gone', how: 'deleted' }
    const { uid, fields, version, changedAt, mark, fixed, kind } = kept
    return {
      uid,
      id,
      is: 'live',
      ref: version,
      fields,
      changedAt,
      ...(mark ? { mark } : {}),
      ...(fixed ? { fixed } : {}),
      ...(kind ? { kind } : {}),
    }
  }

  idFor(uid: Uid): ResourceId {
    return `${this.name}-copy-${uid}`
  }

  async *create(uid: Uid, fields: Fields): AsyncIterable<Answer> {
    if (uid === this.cursed) throw new ProviderError('unreachable', 'trouble of its own', { status: 500 })
    for (let generation = 0; ; generation += 1) {
      const id = this.idFor(uid) + (generation > 0 ? `-${generation}` : '')
      const there = this.events.get(id)
      if (there?.deleted) continue
      const names = Object.keys(fields) as Field[]
      if (there) {
        yield* this.update(this.seen(id) as Live, fields, names)
        return
      }
      const first = this.piecemeal ? names.filter((name) => !isException(name)) : names
      const begun = Object.fromEntries(first.map((name) => [name, valueOf(fields, name)])) as Fields
      const mark = { uid, bearer: id, wrote: hashFields(fields) }
      yield* this.request(() => {
        this.put(id, { uid, fields: complete(begun), version: 0, changedAt: this.now(), deleted: false, mark })
        return { holds: this.seen(id), wrote: first }
      })
      const rest = names.filter((name) => !first.includes(name))
      if (rest.length > 0) yield* this.update(this.seen(id) as Live, fields, rest)
      return
    }
  }

  async *update(seen: Live, fields: Fields, changed: readonly Field[]): AsyncIterable<Answer> {
    let ref = seen.ref
    const groups = this.piecemeal
      ? [changed.filter((name) => !isException(name)), ...changed.filter(isException).map((name) => [name])]
      : [changed]
    for (const group of groups.filter((each) => each.length > 0)) {
      yield* this.request(() => {
        const kept = this.events.get(seen.id)
        if (!kept || kept.deleted || kept.version !== ref) throw new ProviderError('stale', 'newer there')
        const values = group.map((name) => [name, valueOf(fields, name)] as const)
        const next = withValues(kept.fields, values)
        this.put(seen.id, {
          ...kept,
          changedAt: this.now(),
          fields: next,
          ...(kept.mark && seen.mark ? { mark: { ...kept.mark, wrote: hashFields(next) } } : {}),
        })
        ref = this.version
        return { holds: this.seen(seen.id), wrote: group }
      })
    }
  }

  async *delete(seen: Live): AsyncIterable<Answer> {
    yield* this.request(() => {
      const kept = this.events.get(seen.id)
      if (kept && !kept.deleted && kept.version !== seen.ref) throw new ProviderError('stale', 'newer there')
      if (kept && !kept.deleted) this.put(seen.id, { ...kept, deleted: true })
      return { holds: this.seen(seen.id), wrote: [] }
    })
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- an async generator, as the contract wants
  private async *request(effect: () => Answer): AsyncIterable<Answer> {
    this.writes += 1
    const trouble = this.trouble()
    if (trouble === 'refused') throw new ProviderError('refused', 'not this one')
    if (trouble === 'throttled') throw new ProviderError('rate-limit', 'not now')
    if (trouble === 'lost before') throw new ProviderError('bad-answer', 'lost before')
    if (trouble === 'silent before') throw new ProviderError('unreachable', 'no answer')
    const answer = effect()
    if (trouble === 'silent after') throw new ProviderError('unreachable', 'no answer')
    if (trouble === 'lost after') throw new ProviderError('bad-answer', 'lost after')
    yield answer
  }
}

/** All fields named, as a provider reports them. */
function complete(fields: Fields): Fields {
  const base = BASE_FIELDS.map((name) => [name, fields[name] ?? emptyValue(name)])
  return { ...(Object.fromEntries(base) as Fields), ...withValues(fields, []) }
}
