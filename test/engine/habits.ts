import type { Side } from '../../src/sync/model'
import { SIDES, other } from '../../src/sync/model'
import type { Asked } from './network'
import type { Owned, TextField, Times } from './owner'
import { tagIn } from './owner'
import type { Setting, Trouble } from './setting'
import { withoutRiddles } from './setting'
import { Users } from './users'

/** What some users do again and again, with the troubles that make it hard for the engine. */
const TROUBLES = {
  /** They change occurrences, rename the series above them, take its rule away and give it back. */
  series: ['statuses', 'lost writes', 'crashes'],
  /** They delete, edit the other one, and take out of the trash. */
  trash: ['network', 'lost writes', 'meanwhile', 'decisions'],
  /** They edit or delete what was written a moment ago. */
  haste: ['crashes', 'late reads'],
  /** They edit one field on both sides, and then another one. */
  both: ['crashes', 'backups', 'decisions'],
} as const satisfies { readonly [habit: string]: readonly Trouble[] }
export type Habit = keyof typeof TROUBLES
const HABITS = ['series', 'trash', 'haste', 'both'] as const

/** The users of each fourth history have a habit. */
export const habitOf = (seed: number): Habit | undefined =>
  seed % 4 === 0 ? HABITS[(seed / 4) % HABITS.length] : undefined

/** A setting with the troubles of a habit. */
export function withHabit(setting: Setting, habit: Habit | undefined): Setting {
  if (habit === undefined) return setting
  const troubles = new Set([...setting.troubles, ...TROUBLES[habit]])
  if (troubles.has('backups')) troubles.delete('empty listings')
  return withoutRiddles({ ...setting, troubles })
}

const TEXTS: readonly TextField[] = ['summary', 'location', 'description']

/** Users with a habit, who sometimes do something else. */
export class HabitualUsers extends Users {
  private readonly when = new Map<string, Times>()
  private readonly habits: { readonly [habit in Habit]: () => void } = {
    series: () => this.onSeries(),
    trash: () => this.onTrash(),
    haste: () => super.act(),
    both: () => this.onBoth(),
  }
  private last: TextField | undefined

  private readonly habit: Habit

  constructor(habit: Habit, ...base: ConstructorParameters<typeof Users>) {
    super(...base)
    this.habit = habit
  }

  override act(): void {
    if (this.random.chance(0.3)) super.act()
    else this.habits[this.habit]()
  }

  /** Hears of a write of the engine's. @returns what somebody does to that event a moment later */
  hurried(asked: Asked, side: Side): (() => void) | undefined {
    const tag = tagIn(asked.body.replaceAll(/\r?\n[ \t]/g, ''))
    if (this.habit !== 'haste' || tag === undefined || !this.random.chance(0.3)) return undefined
    return () => {
      const event = this.owners[side].events().find((each) => each.tag === tag)
      if (event && this.random.chance(0.3)) this.removeKnown(side, event)
      else if (event) this.change(side, event)
    }
  }

  private onSeries(): void {
    const side = this.random.pick(SIDES)
    const owner = this.owners[side]
    const events = owner.events().filter(({ tag, recurs }) => recurs || this.when.get(tag)?.rule !== undefined)
    if (events.length === 0) {
      this.addSeries(side)
      return
    }
    const event = this.random.pick(events)
    const what = this.random.next()
    const field = this.random.pick(TEXTS)
    if (what < 0.4 && event.recurs) this.changeOccurrence(side, event)
    else if (what < 0.7)
      owner.setText(event.id, field, this.text(side, event.tag, field, owner.textOf(event.id, field)))
    else this.withOrWithoutRule(side, event)
  }

  private addSeries(side: Side): void {
    const tag = this.truth.newText('e')
    this.truth.make(tag, side)
    const texts = { summary: this.text(side, tag, 'summary'), description: this.text(side, tag, 'description') }
    this.owners[side].add(this.timesOf(tag, true), texts, false)
  }

  /** A series becomes a single event, or one that was a series is one again, at the same times. */
  private withOrWithoutRule(side: Side, { id, tag, recurs }: Owned): void {
    const times = this.when.get(tag)
    if (times?.rule === undefined) return
    const { rule: _rule, ...single } = times
    this.truth.shift(side, tag)
    this.owners[side].setTimes(id, recurs ? single : times)
  }

  private onTrash(): void {
    const side = this.random.pick(SIDES)
    const owner = this.owners[side]
    const events = owner.events()
    const trashed = owner.trash().filter(({ tag }) => !events.some((each) => each.tag === tag))
    const thrown = trashed.at(-1)
    if (thrown && this.random.chance(0.5)) {
      this.restore(side, thrown)
      return
    }
    if (events.length === 0) {
      this.add(side)
      return
    }
    const event = this.random.pick(events)
    this.removeKnown(side, event)
    const elsewhere = this.owners[other(side)].events().find(({ tag }) => tag === event.tag)
    if (elsewhere && this.random.chance(0.6)) this.change(other(side), elsewhere)
  }

  /** Once the same field on both sides, once another one on one of them. */
  private onBoth(): void {
    const [left, right] = SIDES.map((side) => this.owners[side].events())
    const shared = (left ?? []).filter(({ tag }) => right?.some((each) => each.tag === tag))
    if (shared.length === 0) {
      this.add(this.random.pick(SIDES))
      return
    }
    const { tag } = this.random.pick(shared)
    const field = this.random.pick(TEXTS.filter((each) => each !== this.last))
    const isSecond = this.last !== undefined
    this.last = isSecond ? undefined : field
    for (const side of isSecond ? [this.random.pick(SIDES)] : SIDES) {
      const owner = this.owners[side]
      const event = owner.events().find((each) => each.tag === tag)
      if (event) owner.setText(event.id, field, this.text(side, tag, field, owner.textOf(event.id, field)))
    }
  }

  protected override timesOf(tag: string, recurs?: boolean): Times {
    const times = super.timesOf(tag, recurs)
    if (!this.when.has(tag) || times.rule !== undefined) this.when.set(tag, times)
    return times
  }
}
