import type { Side } from '../../src/sync/model'
import type { Both } from '../../src/sync/model'
import { SIDES } from '../../src/sync/model'
import type { Random } from '../sync/random'
import type { Owned, Owner, TextField, Times } from './owner'
import type { Truth } from './truth'

const ZONES = ['Europe/Berlin', 'America/New_York', 'UTC']
const RULES = ['FREQ=WEEKLY', 'FREQ=DAILY;COUNT=8', 'FREQ=WEEKLY;COUNT=6']
const TEXTS: readonly TextField[] = ['summary', 'location', 'description']
const pad = (value: number): string => String(value).padStart(2, '0')

/** What both owners do, at random, and the truth of it. */
export class Users {
  constructor(
    protected readonly owners: Both<Owner>,
    protected readonly truth: Truth,
    protected readonly random: Random,
    private readonly withGuests: boolean,
    /** Whether the engine has ever read a resource. */
    private readonly isKnown: (id: string) => boolean,
  ) {}

  /** One doing of one of them. */
  act(): void {
    const { random } = this
    const side = random.pick(SIDES)
    const events = this.owners[side].events()
    const what = random.next()
    const trash = this.owners[side].trash().filter(({ tag }) => !events.some((each) => each.tag === tag))
    if (what < 0.03) this.importIntoBoth()
    else if (trash.length > 0 && what < 0.1) this.restore(side, random.pick(trash))
    else if (events.length === 0 || what < 0.18) this.add(side)
    else if (what < 0.3) this.removeKnown(side, random.pick(events))
    else this.change(side, random.pick(events))
  }

  add(side: Side): void {
    const tag = this.truth.newText('e')
    const guests = this.withGuests && this.random.chance(0.1)
    this.truth.make(tag, side)
    if (guests) this.truth.guests.add(tag)
    const texts = { summary: this.text(side, tag, 'summary'), description: this.text(side, tag, 'description') }
    this.owners[side].add(this.timesOf(tag), texts, guests)
  }

  /** An invitation that came by mail goes into both calendars at once, under its own UID. */
  private importIntoBoth(): void {
    const tag = this.truth.newText('e')
    const times = this.timesOf(tag)
    this.truth.make(tag, this.random.pick(SIDES))
    this.truth.imported.add(tag)
    const texts = { summary: this.text('left', tag, 'summary'), description: this.text('left', tag, 'description') }
    for (const [field, text] of Object.entries(texts)) this.truth.type('right', tag, field as TextField, text)
    for (const side of SIDES) this.owners[side].add(times, texts, false, `${tag}@example.org`)
  }

  /** Takes out of the trash what was deleted there, by whomever: from then on it is there by its owner's will. */
  protected restore(side: Side, { id, tag }: Owned): void {
    this.owners[side].restore(id)
    const isAt = (each: Side): boolean => this.owners[each].events().some((event) => event.tag === tag)
    this.truth.restore(side, tag, isAt)
  }

  /** Who does something with one of two that are there for a moment wants that one: both may stay. */
  private mayBeTwo(side: Side, tag: string): void {
    if (this.owners[side].events().filter((each) => each.tag === tag).length > 1) this.truth.doubled.set(tag, 1)
  }

  /** Of what came into both calendars and is gone from one before both were read, nobody knows that it was in both. */
  protected removeKnown(side: Side, event: Owned): void {
    const halves = SIDES.flatMap((each) => this.owners[each].events().filter(({ tag }) => tag === event.tag))
    if (this.truth.imported.has(event.tag) && !halves.every(({ id }) => this.isKnown(id))) this.change(side, event)
    else this.remove(side, event)
  }

  protected remove(side: Side, { id, tag }: Owned): void {
    this.mayBeTwo(side, tag)
    this.owners[side].remove(id)
    this.truth.remove(side, tag)
  }

  protected change(side: Side, event: Owned): void {
    const { id, tag, recurs } = event
    this.mayBeTwo(side, tag)
    const owner = this.owners[side]
    const what = this.random.next()
    if (what < 0.15) {
      this.truth.shift(side, tag)
      owner.setTimes(id, this.timesOf(tag, recurs !== this.random.chance(0.25)))
    } else if (what < 0.25) {
      this.truth.touch(side, tag)
      owner.setReminder(id, 5 * (1 + this.random.below(6)))
    } else if (recurs && what < 0.7) this.changeOccurrence(side, event)
    else {
      const field = this.random.pick(TEXTS)
      owner.setText(id, field, this.text(side, tag, field, owner.textOf(id, field)))
    }
  }

  protected changeOccurrence(side: Side, { id, tag }: Owned): void {
    const owner = this.owners[side]
    const keys = owner.occurrences(id)
    if (keys.length === 0) return
    const key = this.random.pick(keys)
    const what = this.random.next()
    this.truth.touch(side, tag)
    if (what < 0.35) {
      const text = this.truth.newText('x')
      this.truth.type(side, tag, `exceptions.${key}`, text)
      owner.renameOccurrence(id, key, text)
    } else if (what < 0.5) owner.moveOccurrence(id, key, 1 + this.random.below(5))
    else if (what < 0.7) {
      // Now and then all of the next ones at once: the holidays.
      for (const each of what < 0.65 ? [key] : keys) {
        this.truth.forget(side, tag, `exceptions.${each}`)
        owner.cancelOccurrence(id, each)
      }
    } else if (what < 0.85) {
      this.truth.forget(side, tag, `exceptions.${key}`)
      owner.reviveOccurrence(id, key)
    } else {
      const made = this.truth.newText('e')
      this.truth.shift(side, tag)
      this.truth.make(made, side)
      this.truth.inherit(tag, made, 'location')
      if (this.truth.guests.has(tag)) this.truth.guests.add(made) // they are invited to the rest, too
      owner.split(id, key, {
        summary: this.text(side, made, 'summary'),
        description: this.text(side, made, 'description'),
      })
    }
  }

  /** @param over what stood there before */
  protected text(side: Side, tag: string, field: TextField, over = ''): string {
    const typed = this.truth.newText(field.slice(0, 1))
    const text = field === 'description' ? `#${tag} ${typed}` : typed
    this.truth.type(side, tag, field, text)
    this.truth.typedOver.set(text, { side, over })
    return text
  }

  /** Times that an event is to have. */
  protected timesOf(_tag: string, recurs?: boolean): Times {
    return this.times(recurs)
  }

  private times(recurs = this.random.chance(0.4)): Times {
    const day = 5 + this.random.below(20)
    const rule = recurs ? { rule: this.random.pick(RULES) } : {}
    if (this.random.chance(0.25)) return { start: `2026-06-${pad(day)}`, end: `2026-06-${pad(day + 1)}`, ...rule }
    const hour = 8 + this.random.below(10)
    const time = (clock: number): string => `2026-06-${pad(day)}T${pad(clock)}:00:00`
    return { start: time(hour), end: time(hour + 1), zone: this.random.pick(ZONES), ...rule }
  }
}
