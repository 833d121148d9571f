import type { Json } from '../event/json'
import { Unreadable } from './callbacks'
import type { CalSyncError } from './errors'
import { reasonOf } from './errors'
import { brief } from './sentence'

/** How much one value may hold: far more than any event, and little enough to be read in no time. */
const MOST_VALUES = 200_000
const MOST_CHARACTERS = 4_000_000
const DEEPEST = 32
/** So many values are copied before others have the event loop. */
const SLICE = 2000

/** Makes an error of a sentence that begins with the name of what is wrong. */
export type Invalid = (message: string) => CalSyncError

/**
 * A copy of what a flow handed over, as JSON has it: nothing that is read later can throw, change or go on for ever.
 * Dates become texts, and what has a `toJSON` what that says; properties that are undefined are left out.
 *
 * @param name what it is called in an error: `msg.payload`
 * @throws what `invalid` makes of it, if it is no data (functions, bigints, maps), cyclic, too large, or can't be read
 */
export async function plainJson(
  value: unknown,
  name: string,
  pause: () => Promise<void>,
  invalid: Invalid,
): Promise<Json> {
  const copying = new Copying(name)
  const steps = copying.copy(value, { key: name }, false)
  for (;;) {
    const { done, value: copy } = stepOf(steps, (thrown) => invalid(copying.sentence(thrown)))
    if (done) return copy ?? null
    await pause()
  }
}

function stepOf(steps: Steps, errorOf: (thrown: unknown) => CalSyncError): IteratorResult<undefined, Json | undefined> {
  try {
    return steps.next()
  } catch (thrown) {
    throw errorOf(thrown)
  }
}

/** Some properties of an object, each read once; those that are undefined are left out. What is no object stays as it is. */
export function picked(value: unknown, names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Unreadable.is(value)) return value
  return Object.fromEntries(names.map((name) => [name, readIn(value, name)]).filter(([, held]) => held !== undefined))
}

/** A property, or what stands for one that can't be read. */
export function readIn(holder: object, name: string | number): unknown {
  try {
    return (holder as Record<string | number, unknown>)[name]
  } catch (thrown) {
    return new Unreadable(thrown)
  }
}

/** Whether it is an array; asking a proxy may throw. */
export function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** Where a value stands. */
type Place = { readonly within?: Place; readonly key: string | number }
type Steps = Generator<undefined, Json | undefined>

class Copying {
  private values = 0
  private characters = 0
  private place: Place = { key: '' }
  private readonly around = new Set<object>()

  /** What was found wrong; else a getter or proxy has thrown. */
  private trouble: string | undefined

  constructor(private readonly name: string) {}

  /** What is wrong, and where. */
  sentence(thrown: unknown): string {
    return this.trouble ?? `${nameOf(this.place)} can’t be read: ${reasonOf(thrown)}.`
  }

  *copy(value: unknown, place: Place, isSaid: boolean): Steps {
    this.place = place
    this.count(1)
    if (this.values % SLICE === 0) yield
    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'number' && !Number.isFinite(value)) throw this.wrong('is a number that is none')
    if (typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null) return value
    if (typeof value !== 'object') throw this.wrong(`is a ${typeof value}, which is no data: use a text or a number`)
    if (Unreadable.is(value)) throw this.wrong(`can’t be read: ${value.why}`)
    if (this.around.has(value)) throw this.wrong('is a part of itself (cyclic): leave that reference out')
    if (this.around.size === DEEPEST) throw this.wrong(`is nested more than ${DEEPEST} levels deep`)
    this.around.add(value)
    const copy = yield* this.object(value, place, isSaid)
    this.around.delete(value)
    return copy
  }

  /** @param isSaid whether it is what a `toJSON` said */
  private *object(value: object, place: Place, isSaid: boolean): Steps {
    if (Array.isArray(value)) return yield* this.items(value as unknown[], place)
    const kind = Object.prototype.toString.call(value).slice('[object '.length, -1)
    if (kind === 'Date') return this.date(value as Date)
    if (kind !== 'Object') throw this.wrong(`is a ${kind}, which is no data: use objects, arrays, texts and numbers`)
    const { toJSON } = value as { toJSON?: unknown }
    const said: unknown = typeof toJSON === 'function' && !isSaid ? toJSON.call(value) : value
    return said === value ? yield* this.properties(value, place) : yield* this.copy(said, place, true)
  }

  private *items(values: readonly unknown[], place: Place): Steps {
    this.room(values.length)
    const copies: Json[] = []
    for (let key = 0; key < values.length; key += 1) {
      copies.push((yield* this.copy(values[key], { within: place, key }, false)) ?? null)
    }
    return copies
  }

  private *properties(value: object, place: Place): Steps {
    const names = Object.keys(value).filter((name) => name !== '__proto__')
    this.room(names.length)
    const copies: Record<string, Json> = {}
    for (const key of names) {
      this.text(key)
      const copy = yield* this.copy((value as Record<string, unknown>)[key], { within: place, key }, false)
      if (copy !== undefined) copies[key] = copy
    }
    return copies
  }

  private date(value: Date): string {
    if (Number.isNaN(value.getTime())) throw this.wrong('is a date that is none')
    return value.toISOString()
  }

  private text(text: string): string {
    this.characters += text.length
    if (this.characters > MOST_CHARACTERS) throw this.tooMuch(MOST_CHARACTERS, 'characters')
    return text
  }

  private count(values: number): void {
    this.values += values
    this.room(0)
  }

  private room(values: number): void {
    if (this.values + values > MOST_VALUES) throw this.tooMuch(MOST_VALUES, 'values')
  }

  private wrong(what: string, name = nameOf(this.place)): Error {
    this.trouble = `${name} ${what}.`
    return new Error(this.trouble)
  }

  private tooMuch(most: number, what: string): Error {
    return this.wrong(`holds more than ${most} ${what}: hand over less at a time`, this.name)
  }
}

const LONGEST_KEY = 40

function nameOf({ within, key }: Place): string {
  if (!within) return String(key)
  return nameOf(within) + (typeof key === 'number' ? `[${key}]` : `.${brief(key, LONGEST_KEY)}`)
}
