import assert from 'node:assert/strict'
import type { Field, Fields } from '../../src/event/event'
import { fieldNames, isException } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import { sameMeaning } from '../../src/event/normal'
import { Agreement } from '../../src/sync/agreement'
import { merge, valueOf } from '../../src/sync/merge'
import type { Both, Side, Step, Strategy, Uid } from '../../src/sync/model'
import { SIDES, both, other } from '../../src/sync/model'
import { Random } from './random'
import { HOUR, World, at } from './world'

const TEXTS: Field[] = ['summary', 'description', 'location']
const KEYS = ['2026-06-17T08:00:00Z', '2026-06-24T08:00:00Z']

type Plan = {
  strategy: Strategy
  direction: 'both' | Side
  piecemeal: Both<boolean>
  /** Whether what was agreed is lost now and then. */
  forgetful: boolean
}

/** One random history of the planner: an agreement, perturbed into two sides, and runs with faults until it is quiet. */
export class History {
  readonly random: Random
  readonly world = new World()
  readonly setting: Plan
  /** The last text that a user put somewhere, by side, event and field. */
  private readonly typed = new Map<string, string>()
  /** What stood where a text was typed: who typed it had seen that. */
  private readonly typedOver = new Map<string, string>()
  /** Events that a user made and nobody deleted. */
  private readonly made = new Map<Uid, Side>()
  private count = 0

  constructor(
    readonly seed: number,
    private readonly swapped = false,
  ) {
    this.random = new Random(seed)
    this.setting = {
      strategy: this.random.pick<Strategy>(['manual', 'latest-wins', 'left', 'right']),
      direction: this.random.pick<'both' | Side>(['both', 'both', 'both', 'left', 'right']),
      piecemeal: { left: this.random.chance(0.5), right: this.random.chance(0.5) },
      forgetful: this.random.chance(0.3),
    }
    const { strategy, direction } = this.setting
    this.world.with({
      strategy: strategy === 'left' || strategy === 'right' ? this.on(strategy) : strategy,
      deletionLimit: 100,
    })
    if (direction !== 'both') this.world.oneWay(this.on(direction))
    for (const side of SIDES) this.world.sides[this.on(side)].piecemeal = this.setting.piecemeal[side]
  }

  /** A side by the name that the other of two mirrored histories gives it. */
  on(side: Side): Side {
    return this.swapped ? other(side) : side
  }

  /** Events on which both sides agree, and some that only one side has. */
  async begin(): Promise<void> {
    for (let index = 0; index < 1 + this.random.below(6); index += 1) this.add(this.random.pick(SIDES))
    if (this.random.chance(0.5)) this.addTwins()
    const { rules } = this.world
    if (this.random.chance(0.8)) {
      this.world.with({ into: { left: true, right: true }, oneWay: false })
      await this.world.settle()
      this.world.with({ into: rules.into, oneWay: rules.oneWay })
    }
  }

  /**
   * The process dies right after it has made a copy. Then both users edit the same text of the event, one of them another
   * one, and what was agreed is lost when that has gone across.
   */
  async dieAfterCopying(): Promise<void> {
    const { world, random } = this
    const from = random.pick(SIDES)
    this.add(from)
    const uid = `event${this.count - 1}`
    for (const side of SIDES) world.sides[side].trouble = () => 'lost after'
    await world.sync()
    for (const side of SIDES) world.sides[side].trouble = () => 'none'
    const [field, another] = random.shuffled(TEXTS) as [Field, Field]
    const type = (side: Side, name: Field): void => {
      const fields = world.sides[this.on(side)].live().get(uid)
      if (fields) world.sides[this.on(side)].edit(uid, { [name]: this.text(side, uid, name, fields[name]) })
    }
    for (const side of SIDES) type(side, field)
    if (random.chance(0.7)) type(from, another)
    await world.sync()
    world.agreement = new Agreement()
  }

  /** What users do on both sides. */
  perturb(edits: number): void {
    for (let index = 0; index < edits; index += 1) {
      this.world.tick(this.random.below(3) * 60_000)
      const side = this.random.pick(SIDES)
      const uids = [...this.world.sides[this.on(side)].live().keys()].sort()
      const what = this.random.next()
      if (uids.length === 0 || what < 0.12) this.add(side)
      else if (what < 0.25) this.remove(side, this.random.pick(uids))
      else if (what < 0.28) this.vanish(side, this.random.pick(uids))
      else if (what < 0.31) this.world.sides[this.on(side)].fix(this.random.pick(uids), 'guests')
      else this.edit(side, this.random.pick(uids))
    }
  }

  private add(side: Side): void {
    const uid = `event${(this.count += 1)}`
    const fields = { ...this.when(), summary: this.text(side, uid, 'summary') }
    this.world.sides[this.on(side)].add(uid, this.random.chance(0.3) ? { ...fields, ...this.series() } : fields)
    this.made.set(uid, side)
  }

  /** The same event made by hand on both sides. */
  private addTwins(): void {
    const when = this.when()
    for (const side of SIDES) {
      const uid = `${side}-twin${(this.count += 1)}`
      this.world.sides[this.on(side)].add(uid, {
        ...when,
        summary: 'Twins',
        location: this.text(side, uid, 'location'),
      })
    }
  }

  private when(): Fields {
    return at(`2026-06-${10 + this.random.below(15)}`, `${10 + this.random.below(9)}:00:00`)
  }

  private series(): Fields {
    const when = at('2026-06-10').when as { [key: string]: Json }
    return { when: { ...when, recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=WE'] }, ...this.exceptions() }
  }

  private exceptions(): Fields {
    const some = KEYS.filter(() => this.random.chance(0.5))
    return Object.fromEntries(some.map((key) => [`exceptions.${key}`, this.exception()]))
  }

  private exception(): Json {
    return this.random.chance(0.3) ? null : { summary: `Moved ${this.random.below(1000)}` }
  }

  private edit(side: Side, uid: Uid): void {
    const calendar = this.world.sides[this.on(side)]
    const [, { fields }] = calendar.of(uid)
    const recurs = fieldNames(fields).some(isException) || 'recurrence' in (fields.when as object)
    const what = this.random.next()
    if (what < 0.15) calendar.edit(uid, recurs ? this.series() : this.when())
    else if (what < 0.35 && recurs) calendar.edit(uid, { [`exceptions.${this.random.pick(KEYS)}`]: this.exception() })
    else if (what < 0.45) calendar.edit(uid, { status: this.random.pick(['confirmed', 'tentative']) })
    else {
      const field = this.random.pick(TEXTS)
      calendar.edit(uid, { [field]: this.text(side, uid, field, fields[field]) })
    }
  }

  /** @param over what stands there */
  private text(side: Side, uid: Uid, field: Field, over: Json = null): string {
    const text = `${field} ${(this.count += 1)}`
    if (typeof over === 'string') this.typedOver.set(text, over)
    this.typed.set(`${side}/${uid}/${field}`, text)
    return text
  }

  private remove(side: Side, uid: Uid): void {
    this.world.sides[this.on(side)].remove(uid)
    this.forget(uid)
  }

  private vanish(side: Side, uid: Uid): void {
    this.world.sides[this.on(side)].vanish(uid)
    this.forget(uid)
  }

  private forget(uid: Uid): void {
    this.made.delete(uid)
    for (const side of SIDES) for (const field of TEXTS) this.typed.delete(`${side}/${uid}/${field}`)
  }

  /** Runs with plans shuffled, partly dropped, partly failing, while users go on; then without all that until quiet. */
  async run(): Promise<void> {
    for (let round = this.random.below(4); round > 0; round -= 1) {
      for (const side of SIDES) {
        this.world.sides[this.on(side)].trouble = () =>
          this.random.pick([
            'none',
            'none',
            'none',
            'none',
            'refused',
            'lost before',
            'lost after',
            'silent before',
            'silent after',
          ])
      }
      if (this.setting.forgetful && this.random.chance(0.3)) this.world.agreement = new Agreement()
      await this.world.read(this.random.chance(0.2))
      if (this.random.chance(0.3)) this.perturb(1)
      const ops = this.world.record(this.world.plan())
      const [done, dropped] = [this.random.shuffled(ops), [] as typeof ops]
      while (done.length > 0 && this.random.chance(0.3)) dropped.push(done.pop()!)
      this.world.lookAgain(dropped)
      await this.world.carryOut(done.map((op) => this.world.task(op)))
      this.world.tick(2 * HOUR)
    }
    for (const side of SIDES) this.world.sides[side].trouble = () => 'none'
    await this.quiet()
  }

  private async quiet(): Promise<void> {
    this.world.tick(25 * HOUR) // what was refused is tried again after a day
    await this.world.settle()
    assert.equal(writes(this.world.plan()), 0, 'a second plan is empty')
  }

  /**
   * Nothing may be written to one side for a while, in which users go on; then it may be again. What could not go there
   * does not go by itself: it is asked.
   */
  async shutAndOpen(): Promise<void> {
    const { world } = this
    const shut = this.on(this.random.pick(SIDES))
    const { into } = world.rules
    world.with({ into: { ...into, [shut]: false }, elsewhere: { left: 'not', right: 'not' } })
    await this.quiet()
    this.perturb(1 + this.random.below(6))
    await this.quiet()
    const before = new Map(world.sides[shut].live())
    world.with({ into })
    await this.quiet()
    for (const [uid, fields] of before) {
      assert.deepEqual(world.sides[shut].live().get(uid), fields, `${uid} was changed on the ${shut} by nobody`)
    }
  }

  /** Someone takes an event out of the trash, as it was: it is back in its place, or under another name. */
  private restoreSome(): void {
    const side = this.on(this.random.pick(SIDES))
    const [uid] = this.world.sides[side].trash()
    if (uid !== undefined) this.world.sides[side].restore(uid, this.random.pick([undefined, `${side}-again-${uid}`]))
  }

  /** Answers all that was asked, at random; what has come out of the trash meanwhile was not read yet. */
  async answerAll(): Promise<void> {
    for (let round = 0; this.world.agreement.open.size > 0; round += 1) {
      assert.ok(round < 10, 'questions come to an end')
      for (const uid of [...this.world.agreement.open].sort()) {
        const entry = this.world.agreement.get(uid)
        const isFreed = entry?.is === 'pair' && entry.settled !== undefined
        this.world.answer(
          uid,
          this.random.pick([
            this.on('left'),
            this.on('right'),
            { both: this.on('left') },
            isFreed ? 'carry' : 'keep',
            { event: { summary: 'Agreed' } },
          ] as const),
        )
      }
      if (this.random.chance(0.5)) {
        this.restoreSome()
        await this.world.write()
      }
      await this.quiet()
    }
  }

  /** Nothing a user made and nobody deleted is gone; nothing a user typed is gone, but by rule, and then it is kept. */
  checkNothingLost(): void {
    const kept = this.world.lost.flatMap((each) => Object.values(each.fields))
    for (const [uid, side] of this.made) {
      assert.ok(this.world.sides[this.on(side)].live().has(uid), `${uid}, made on the ${side}, is gone`)
    }
    for (const [key, text] of this.typed) {
      const [side, uid, field] = key.split('/') as [Side, Uid, Field]
      const there = this.world.sides[this.on(side)].live().get(uid)?.[field] === text
      assert.ok(there || kept.includes(text), `"${text}", typed on the ${side}, is lost`)
    }
  }

  /** Where all is asked, a text gives way only to one that was typed over it. */
  checkNobodyOverruled(): void {
    const { strategy, direction } = this.setting
    if (strategy !== 'manual' || direction !== 'both') return
    for (const [key, text] of this.typed) {
      const [side, uid, field] = key.split('/') as [Side, Uid, Field]
      const stands = this.world.sides[this.on(side)].live().get(uid)?.[field]
      let before = stands
      while (typeof before === 'string' && before !== text) before = this.typedOver.get(before)
      assert.ok(
        stands === undefined || before === text,
        `"${text}", typed on the ${side}, was overruled by ${JSON.stringify(stands)}`,
      )
    }
  }

  /** No event stands twice on one side. */
  checkNothingDoubled(): void {
    for (const side of SIDES) {
      const live = [...this.world.sides[side].events.values()].filter(({ deleted }) => !deleted).map(({ uid }) => uid)
      assert.equal(new Set(live).size, live.length, `an event stands twice on the ${side}`)
    }
  }

  /** What both sides may carry to each other means the same; the rest is a question, or nobody may write it. */
  checkEqual(): void {
    if (this.setting.direction !== 'both') return
    for (const entry of this.world.agreement.entries.values()) {
      if (entry.is !== 'pair' || entry.told !== undefined) continue
      const fields = both((side) => this.fieldsOf(side, entry[side].id))
      if (!fields.left || !fields.right) continue
      const known = { left: fields.left, right: fields.right }
      const { open } = merge(entry, known, { left: true, right: true }, this.world.rules.common)
      const differing = [...new Set([...fieldNames(known.left), ...fieldNames(known.right)])].filter(
        (name) => !sameMeaning(valueOf(known.left, name), valueOf(known.right, name)) && !open.includes(name),
      )
      assert.deepEqual(differing, [], `${entry.uid} differs`)
    }
  }

  private fieldsOf(side: Side, id: string): Fields | undefined {
    const kept = this.world.sides[side].events.get(id)
    return kept && !kept.deleted && !kept.fixed ? kept.fields : undefined
  }
}

export const writes = (steps: readonly Step[]): number => steps.filter((step) => step.do === 'write').length

/** One whole history; throws with what went wrong. */
export async function playHistory(seed: number): Promise<void> {
  const history = new History(seed)
  await history.begin()
  if (history.setting.forgetful) await history.dieAfterCopying()
  history.perturb(1 + history.random.below(8))
  await history.run()
  history.checkNothingLost()
  history.checkNobodyOverruled()
  history.checkNothingDoubled()
  history.checkEqual()
  if (history.random.chance(0.5)) await history.shutAndOpen()
  await history.answerAll()
  history.checkNothingDoubled()
  history.checkEqual()
}

/** What a plan does, with the sides swapped or not, comparable between two mirrored histories. */
function mirrored(steps: readonly Step[], swapped: boolean): string[] {
  const name = (side: Side): Side => (swapped ? other(side) : side)
  return steps
    .map((step) => {
      if (step.do === 'write') {
        const { action, to, uid, changed, fields } = step.op
        return JSON.stringify([
          action,
          name(to),
          uid,
          [...changed].sort(),
          changed.map((field) => fields[field] ?? null),
        ])
      }
      if (step.do === 'ask') return JSON.stringify([step.question.why, step.question.uid, step.question.fields])
      return step.do === 'leave' ? JSON.stringify([step.why, step.uid]) : step.do
    })
    .sort()
}

/** Plays the same history twice, once with left and right swapped: the plans must be each other's mirror images. */
export async function playMirrored(seed: number): Promise<void> {
  const plans = []
  for (const swapped of [false, true]) {
    const history = new History(seed, swapped)
    await history.begin()
    history.perturb(1 + history.random.below(8))
    await history.world.read()
    plans.push(mirrored(history.world.plan(), swapped))
  }
  assert.deepEqual(plans[0], plans[1])
}
