import type { Field, Fields } from '../../src/event/event'
import { asCalSyncError } from '../../src/runtime/errors'
import { toEventMessage } from '../../src/runtime/event-message'
import type { PairState } from '../../src/runtime/pair-state'
import { openAbout } from '../../src/runtime/questions'
import type { Entry, Uid } from '../../src/sync/model'
import { SIDES, both } from '../../src/sync/model'
import type { Random } from '../sync/random'
import type { TextField } from './owner'
import { tagIn } from './owner'
import type { Truth } from './truth'
import { REWRITTEN } from './wanton-flow'
import type { World } from './world'

const TEXTS: readonly TextField[] = ['summary', 'location', 'description']

/** A user who is asked: he answers, approves, keeps, undoes, asks why, or begins anew, as he likes and when he likes. */
export class Decisions {
  /** Whether the agreement was given up since this was last set to false: it is as if an old state came back. */
  beganAnew = false
  /** Ids that were told some time: an answer to one may come when it is long settled. */
  private readonly told: string[] = []

  constructor(
    private readonly world: World,
    private readonly truth: Truth,
    private readonly random: Random,
  ) {}

  /** One doing; what goes wrong with it is told as a node tells it. */
  act(): Promise<void> {
    return this.withPair(async (pair) => {
      const what = this.random.next()
      if (what < 0.45) return this.resolveSome(pair)
      if (what < 0.65) return this.decideDeletions(pair)
      if (what < 0.8) return this.undo(pair)
      if (what < 0.95) return this.ask(pair)
      this.beganAnew = true
      return this.say('reset', { confirm: true })
    })
  }

  /** Answers all that is open. */
  answerAll(): Promise<void> {
    return this.withPair(async (pair) => {
      for (const entry of openAbout(pair, 'conflict')) await this.resolve(entry, pair)
      await this.decideDeletions(pair)
    })
  }

  private async resolveSome(pair: PairState): Promise<void> {
    const open = openAbout(pair, 'conflict')
    this.told.push(...open.flatMap(({ told }) => told?.id ?? []))
    if (open.length > 0 && this.random.chance(0.6)) return this.resolve(this.random.pick(open), pair)
    const choice = this.random.pick(['left', 'right', 'google', 'icloud'])
    for (const entry of open) this.allow(entry, pair)
    if (this.random.chance(0.5)) return this.say('resolve', { all: true, choice })
    if (this.told.length > 0) await this.say('resolve', { id: this.random.pick(this.told), choice })
  }

  private async resolve(entry: Entry, pair: PairState): Promise<void> {
    const { random, truth } = this
    this.allow(entry, pair)
    const id = entry.told?.id ?? ''
    const tag = tagOf(entry.uid, pair)
    const what = random.next()
    if (what < 0.65) return this.say('resolve', { id, choice: random.pick(['left', 'right', 'google', 'icloud']) })
    if (tag === undefined) return
    if (what < 0.8) {
      truth.doubled.set(tag, (truth.doubled.get(tag) ?? 0) + 1)
      return this.say('resolve', { id, choice: 'both' })
    }
    const { left, right } = pair.find(entry.uid)
    const held = [left, right].flatMap((seen) => (seen?.is === 'live' ? [seen.fields] : []))
    if (held.length > 0) await this.say('resolve', { id, choice: this.edited(tag, random.pick(held)) })
  }

  /** Whatever either side holds of it may be what stands in the end. */
  private allow({ uid }: Entry, pair: PairState): void {
    const tag = tagOf(uid, pair)
    // Where nothing may be written, an answer for the other side leaves both as they are.
    if (tag !== undefined) for (const side of SIDES) this.truth.touch(side, tag)
    const now = Object.values(pair.find(uid))
    // Missing on one side, if only in an empty answer, it may be answered that it is to be gone from both.
    if (now.some((seen) => seen?.is === 'gone' && seen.how === 'missing')) this.leaveOpen(uid, pair)
    for (const seen of now) {
      if (seen?.is !== 'live' || tag === undefined) continue
      for (const field of TEXTS) this.truth.allow(tag, field, (seen.fields[field] ?? '') as string)
      // What a flow wrote over a copy may be asked about, too, and the user may want it.
      if (isOfAFlow(seen.fields.summary)) this.truth.answered.add(tag)
    }
  }

  /** An event as the user wants it: one side's, with texts of his own. */
  private edited(tag: string, fields: Fields): unknown {
    const texts: Partial<Record<Field, string>> = {}
    for (const field of TEXTS.filter(() => this.random.chance(0.5))) {
      const typed = this.truth.newText(field.slice(0, 1))
      texts[field] = field === 'description' ? `#${tag} ${typed}` : typed
      this.truth.allow(tag, field, texts[field])
    }
    this.truth.answered.add(tag)
    const { uid: _uid, ...event } = toEventMessage('any', { ...fields, ...texts })
    return event
  }

  private async decideDeletions(pair: PairState): Promise<void> {
    const held = openAbout(pair, 'deletion')
    for (const { uid } of held) this.leaveOpen(uid, pair)
    const some = held.length > 0 && this.random.chance(0.5) ? { id: this.random.pick(held).told?.sets?.[0] } : {}
    await this.say(this.random.pick(['approve-deletions', 'keep-deletions']), some)
  }

  private async undo(pair: PairState): Promise<void> {
    const lost = await pair.lostVersions()
    if (lost.length === 0) return
    const { id, fields, calendar } = this.random.pick(lost).entry
    const tag = tagIn(fields.description as string | null)
    if (tag !== undefined) {
      this.truth.decided.add(tag)
      const side = this.world.sideOf(calendar.startsWith('google:') ? 'google' : 'icloud')
      if (!this.truth.made.has(tag)) this.truth.make(tag, side)
      this.truth.touch(side, tag)
    }
    await this.say('undo', { id })
  }

  private async ask(pair: PairState): Promise<void> {
    const uids = [...pair.agreement.entries.keys()]
    const topic = this.random.pick(['status', 'conflicts', 'explain', 'sync'])
    if (topic !== 'explain') return this.say(topic)
    if (uids.length > 0) await this.say('explain', { uid: this.random.pick(uids) })
  }

  /** Whether it is there or not is the user's decision, and what he was told may change before it is carried out. */
  private leaveOpen(uid: Uid, pair: PairState): void {
    const tag = tagOf(uid, pair)
    if (tag !== undefined) this.truth.decided.add(tag)
  }

  /** Does something with what the pair's calendars agreed on, unless they can't be opened now. */
  private async withPair(work: (pair: PairState) => Promise<void>): Promise<void> {
    let pair: PairState
    try {
      pair = await this.world.life.pair()
    } catch (error) {
      this.world.errors.push(asCalSyncError(error))
      return
    }
    await work(pair)
  }

  private say(topic: string, payload?: unknown): Promise<void> {
    this.world.tell(`command ${topic} ${JSON.stringify(payload)}`)
    return this.world.flow.command(topic, payload)
  }
}

const isOfAFlow = (summary: unknown): boolean => summary === 'Busy' || String(summary).startsWith(REWRITTEN)

/** The tag of an event, by what either side holds or held. */
export function tagOf(uid: Uid, pair: PairState): string | undefined {
  const now = pair.find(uid)
  const tags = Object.values(both((side) => now[side])).map((seen) =>
    seen?.is === 'live' ? tagIn(seen.fields.description as string | null) : undefined,
  )
  return tags.find((tag) => tag !== undefined)
}
