import type { Both, Side } from '../../src/sync/model'
import { SIDES, both } from '../../src/sync/model'
import type { TextField } from './owner'

/** What one event has lived through since both calendars were last known to be in step. */
type Lately = {
  /** The last text that was typed on each side, by field. */
  readonly typed: Both<Map<string, string>>
  /** All texts that were typed, on whichever side, by field. */
  readonly all: Map<string, string[]>
  /** Whether anything at all was changed there. */
  readonly touched: Record<Side, boolean>
  /** Whether its times, or occurrences as such, were changed. */
  shifted: boolean
  /** Where it was deleted. */
  readonly deleted: Set<Side>
  /** Where somebody took it out of the trash. */
  readonly restored: Set<Side>
  /** Texts that the user gave as an answer, by field. */
  readonly answers: Map<string, string[]>
}

/** What users did, told by nobody but themselves: what must come out is measured by this alone. */
export class Truth {
  /** Where each event was made, by tag. */
  readonly made = new Map<string, Side>()
  /** Where each was made first, also those that were deleted everywhere. */
  readonly origins = new Map<string, Side>()
  /** Where each event was deleted by its owner; no longer once it is back on both sides. */
  readonly deleted = new Map<string, Set<Side>>()
  /** Events whose original was deleted some time: if they are back, then as a copy was. */
  readonly madeAgain = new Set<string>()
  /** Events with guests, whom nobody may mail. */
  readonly guests = new Set<string>()
  /** What a flow kept from one side for good. */
  readonly skipped = new Set<string>()
  /** What came into both calendars at once, under one UID. */
  readonly imported = new Set<string>()
  /** Whose deletion or return the user decided himself: whether it is there is his will. */
  readonly decided = new Set<string>()
  /** Answered with an event as it shall be: what stood in a copy may stand in the original now. */
  readonly answered = new Set<string>()
  /** How often the user wanted both versions of an event. */
  readonly doubled = new Map<string, number>()
  /** Where a flow wrote something else than was planned, by tag. */
  readonly rewritten = new Map<string, Set<Side>>()
  /** All texts that were ever typed, as `tag/field`. */
  readonly ever = new Map<string, Set<string>>()
  /** The last text of each field that was typed on a side, as `side/tag/field`: it is there, or in the history. */
  readonly last = new Map<string, string>()
  /** On which side a text was typed, and over which other one: who typed it had seen that. */
  readonly typedOver = new Map<string, { readonly side: Side; readonly over: string }>()
  /** Ever touched on a side, as `side/tag`. */
  readonly touchedEver = new Set<string>()
  private readonly lately = new Map<string, Lately>()
  private count = 0

  /** A text that nobody typed before. */
  newText(prefix: string): string {
    return `${prefix}${(this.count += 1)}`
  }

  make(tag: string, side: Side): void {
    this.made.set(tag, side)
    if (!this.origins.has(tag)) this.origins.set(tag, side)
  }

  type(side: Side, tag: string, field: TextField | `exceptions.${string}`, text: string): void {
    this.touch(side, tag)
    this.last.set(`${side}/${tag}/${field}`, text)
    const { typed, all } = this.of(tag)
    typed[side].set(field, text)
    all.set(field, [...(all.get(field) ?? []), text])
    this.remember(tag, field, text)
  }

  /** The user said what a field shall be, if it is still asked. */
  allow(tag: string, field: TextField, text: string): void {
    const { answers } = this.of(tag)
    answers.set(field, [...(answers.get(field) ?? []), text])
    this.remember(tag, field, text)
  }

  private remember(tag: string, field: string, text: string): void {
    this.ever.set(`${tag}/${field}`, (this.ever.get(`${tag}/${field}`) ?? new Set()).add(text))
  }

  /** The rest of a series that was split holds what the whole one held. */
  inherit(tag: string, rest: string, field: TextField): void {
    for (const text of this.ever.get(`${tag}/${field}`) ?? []) this.remember(rest, field, text)
  }

  touch(side: Side, tag: string): void {
    this.touchedEver.add(`${side}/${tag}`)
    this.of(tag).touched[side] = true
  }

  /** The owner moved a series, or let its occurrences be as all others: what they held is gone by his own will. */
  shift(side: Side, tag: string): void {
    this.touch(side, tag)
    this.of(tag).shifted = true
    this.forget(side, tag, 'exceptions.')
  }

  remove(side: Side, tag: string): void {
    this.touch(side, tag)
    this.of(tag).deleted.add(side)
    this.madeAgain.add(tag)
    this.deleted.set(tag, (this.deleted.get(tag) ?? new Set()).add(side))
    this.forget(side, tag, '')
  }

  /**
   * An event is wanted again where it was deleted, as it was then. A copy is at home there from now on if the original is
   * gone, until that is back itself.
   */
  restore(side: Side, tag: string, isAt: (side: Side) => boolean): void {
    this.touch(side, tag)
    this.madeAgain.add(tag)
    this.of(tag).deleted.delete(side)
    this.of(tag).restored.add(side)
    const gone = this.deleted.get(tag)
    gone?.delete(side)
    if (gone?.size === 0) this.deleted.delete(tag)
    const home = this.made.get(tag)
    if (home === undefined || !isAt(home) || this.origins.get(tag) === side) this.make(tag, side)
  }

  /** What was typed there is no longer wanted by who typed it. */
  forget(side: Side, tag: string, fields: string): void {
    for (const key of this.last.keys()) if (key.startsWith(`${side}/${tag}/${fields}`)) this.last.delete(key)
    for (const field of this.of(tag).typed[side].keys())
      if (field.startsWith(fields)) this.of(tag).typed[side].delete(field)
  }

  of(tag: string): Lately {
    const known = this.lately.get(tag)
    if (known) return known
    const fresh = {
      typed: both(() => new Map<string, string>()),
      all: new Map<string, string[]>(),
      touched: { left: false, right: false },
      shifted: false,
      deleted: new Set<Side>(),
      restored: new Set<Side>(),
      answers: new Map<string, string[]>(),
    }
    this.lately.set(tag, fresh)
    return fresh
  }

  /** Both are in step: what comes now is new. An event that was made again is as if it had never been deleted. */
  settled(isThere: (side: Side, tag: string) => boolean): void {
    this.lately.clear()
    for (const tag of this.deleted.keys()) {
      const there = SIDES.filter((side) => isThere(side, tag))
      if (there.length !== 1) this.deleted.delete(tag)
      if (there.length === 0) this.made.delete(tag)
    }
  }
}
