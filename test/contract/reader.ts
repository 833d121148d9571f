import assert from 'node:assert/strict'
import type { Answer, Calendar, Live, Read, ResourceId, Seen } from '../../src/event/calendar'
import type { Field, Fields } from '../../src/event/event'
import { fieldNames, isException } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import { emptyValue, meaning, sameMeaning } from '../../src/event/normal'

export const NO_END = new AbortController().signal

/** Reads a calendar the way the engine does: keeps what was seen and goes on from the last position. */
export class Reader {
  readonly known = new Map<ResourceId, Seen>()
  position: Json | null = null

  constructor(readonly calendar: Calendar) {}

  async read(): Promise<Read> {
    const read = await this.calendar.read(this.position, this.known, NO_END)
    if (read.kind === 'full') {
      const there = new Set([...read.seen.map(({ id }) => id), ...read.unchanged])
      for (const id of this.known.keys()) if (!there.has(id)) this.known.delete(id)
    }
    for (const seen of read.seen) this.known.set(seen.id, seen)
    this.position = read.position
    return read
  }

  /** What is live now. */
  async all(): Promise<Live[]> {
    await this.read()
    return [...this.known.values()].filter((seen): seen is Live => seen.is === 'live')
  }

  /** The one live event. */
  async only(): Promise<Live> {
    const all = await this.all()
    assert.equal(all.length, 1, `one live event, not ${all.length}`)
    return all[0]!
  }
}

/** Reads everything with nothing known before. */
export const readAll = (calendar: Calendar): Promise<Live[]> => new Reader(calendar).all()

/** Carries a write out to its end and gives what the server holds then. */
export async function written(calendar: Calendar, answers: AsyncIterable<Answer>): Promise<Seen> {
  let last: Seen | undefined
  for await (const answer of answers) {
    last = 'holds' in answer ? answer.holds : (await calendar.readSome([answer.readAgain], new Map(), NO_END))[0]
  }
  assert.ok(last, 'a write answers at least once')
  return last
}

/** Creates an event and gives it as it is then live. */
export async function created(calendar: Calendar, uid: string, fields: Fields): Promise<Live> {
  return live(await written(calendar, calendar.create(uid, fields, NO_END)))
}

/** Updates the fields named in `changes` (missing from it but in `cleared`: cleared). */
export async function updated(
  calendar: Calendar,
  seen: Live,
  changes: Fields,
  ...cleared: readonly Field[]
): Promise<Live> {
  const changed = [...fieldNames(changes), ...cleared]
  return live(await written(calendar, calendar.update(seen, changes, changed, NO_END)))
}

export function live(seen: Seen): Live {
  assert.equal(seen.is, 'live')
  return seen
}

/** The fields that say something, by meaning; those that the calendar can't hold are left out. */
export function said(calendar: Calendar, fields: Fields): Record<string, Json> {
  const names = fieldNames(fields).filter((name) => isException(name) || calendar.holds.fields.includes(name as never))
  const pairs = names.map((name) => [name, calendar.holds.fit(name, fields[name] ?? null)] as const)
  const told = pairs.filter(([name, value]) => !sameMeaning(value, emptyValue(name)))
  return Object.fromEntries(told.map(([name, value]) => [name, meaning(value)]))
}

/** Asserts that an event holds these fields and, of what it can hold, no others. */
export function assertHolds(calendar: Calendar, seen: Live, fields: Fields): void {
  assert.deepEqual(said(calendar, seen.fields), said(calendar, fields))
}
