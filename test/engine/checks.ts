import assert from 'node:assert/strict'
import type { Live } from '../../src/event/calendar'
import type { Field } from '../../src/event/event'
import { fieldNames, originalStart, whenOf } from '../../src/event/event'
import type { Json } from '../../src/event/json'
import { isObject } from '../../src/event/json'
import { sameMeaning } from '../../src/event/normal'
import { occurs } from '../../src/event/occurs'
import { valueOf } from '../../src/sync/merge'
import type { Both, Side } from '../../src/sync/model'
import { SIDES, other } from '../../src/sync/model'
import { inWindow } from '../../src/sync/window'
import type { Held } from './held'
import type { Truth } from './truth'
import { REWRITTEN } from './wanton-flow'
import type { World } from './world'

/** What may legitimately be otherwise than usual, since both were last in step. */
export type Excuses = {
  /** An old state came back. */
  readonly backup: boolean
  /** News of deletions may have been lost: tokens became invalid, listings were empty. */
  readonly lostNews: boolean
  /** What is open between both, by tag. */
  readonly open: ReadonlySet<string>
}

/** So far back new copies reach, unless a reconcile node says otherwise. */
const PAST = 30 * 24 * 3600 * 1000

const FIELDS = ['summary', 'location', 'description'] as const

/** What must hold when all is quiet. Throws with the first thing that does not. */
export class Checks {
  private readonly settled = new Map<string, unknown>()
  /** What the engine ever deleted anywhere, by tag. */
  private readonly deletedByEngine = new Set<string>()
  /** What had been typed by then, for each look at a series on Google. */
  private readonly looks = new Map<string, ReadonlyMap<string, string>>()
  /** What was typed in a series' occurrence in the instant between the look and the deletion: its ETag does not tell. */
  private readonly unseen = new Set<string>()
  /** What differs of events without a base that were over for long, as `tag/field`. */
  private readonly apart = new Set<string>()
  /** To an old state, what a flow wrote looks like an edit. */
  private mayBeBusy = false

  constructor(
    private readonly world: World,
    private readonly truth: Truth,
  ) {
    world.network.about = ({ method, url }) => {
      if (method === 'DELETE') this.engineDeletes(decodeURIComponent(url.pathname))
      const series = url.searchParams.get('iCalUID')?.replace('@google.com', '')
      if (series !== undefined) this.looks.set(series, new Map(truth.last))
    }
  }

  all(held: Both<Held>, excuses: Excuses): void {
    this.nobodyGotMail()
    this.nothingIsDeletedUnasked()
    this.eachIsThereOnce(held, excuses)
    this.nothingTypedIsLost(held)
    this.bothMeanTheSame(held, excuses)
    this.whatWasTypedStands(held, excuses)
    this.nobodyIsOverruled(held, excuses)
    if (excuses.backup) this.mayBeBusy = true
    this.nothingIsBusyAtHome(held)
    for (const side of SIDES) for (const [tag, lives] of held[side].byTag) this.remember(side, tag, lives)
  }

  /** Errors tell what is wrong in the world; none that CalSync itself is wrong. */
  noDefects(): void {
    for (const error of [...this.world.errors, ...this.world.flow.errors]) {
      const { code, message, stack } = error as Error & { code?: string }
      assert.ok(code?.startsWith('calsync.') && code !== 'calsync.internal', `${code ?? ''} ${message} ${stack ?? ''}`)
    }
  }

  private nobodyGotMail(): void {
    assert.equal(this.world.google.mails, 0, 'Google sent mail')
    assert.deepEqual(this.world.icloud.mails, [], 'iCloud sent mail')
  }

  private engineDeletes(path: string): void {
    for (const side of SIDES) {
      const found = this.world.owners[side].events().find(({ id }) => path === id || path.endsWith(`/events/${id}`))
      if (!found) continue
      this.deletedByEngine.add(found.tag)
      const look = this.looks.get(found.id)
      for (const [key, text] of this.truth.last) {
        if (key.startsWith(`${side}/${found.tag}/exceptions.`) && look && look.get(key) !== text) this.unseen.add(text)
      }
    }
  }

  /** Not even for a moment: an event that is made again is not the same any more. */
  private nothingIsDeletedUnasked(): void {
    const { madeAgain, decided, doubled, answered, imported } = this.truth
    for (const tag of this.deletedByEngine) {
      // A copy of what turns up by itself a moment later is taken back.
      const wasAsked = [madeAgain, decided, doubled, answered, imported].some((some) => some.has(tag))
      assert.ok(wasAsked, `${tag} was deleted by the engine, and by nobody else`)
    }
  }

  /** Each event that a user made and nobody deleted is there once; no event is anywhere twice. */
  private eachIsThereOnce(held: Both<Held>, excuses: Excuses): void {
    const { made, deleted } = this.truth
    for (const side of SIDES) {
      assert.equal(held[side].unread, 0, `something on the ${side} can't be read`)
      for (const [tag, lives] of held[side].byTag) {
        // An old state, compared by command before anything was read, brings back what it knows.
        const isMade = made.has(tag) || (excuses.backup && this.truth.origins.has(tag))
        assert.ok(isMade, `${tag} on the ${side} was made by nobody`)
        // An old state does not know which of two it made itself, and which came meanwhile.
        const cameByItself = this.truth.imported.has(tag) || this.truth.of(tag).restored.has(side)
        if (excuses.backup && lives.length > 1 && cameByItself) this.truth.doubled.set(tag, 1)
        // Nor does anybody know what lists hid that were empty by mistake, until long after its copy was made.
        if (excuses.lostNews && lives.length > 1 && this.truth.imported.has(tag)) this.truth.doubled.set(tag, 1)
        const most = 1 + (this.truth.doubled.get(tag) ?? 0)
        const ids = lives.map(({ id }) => id).join(', ')
        assert.ok(lives.length <= most, `${tag} is ${lives.length} times on the ${side}: ${ids}`)
      }
    }
    for (const [tag, home] of made) {
      if (this.truth.decided.has(tag)) continue
      const gone = deleted.get(tag)
      const away = other(home)
      const isThere = (side: Side): boolean => held[side].byTag.has(tag)
      if (!gone) {
        // An old state knows nothing of a deletion that was taken back, and carries out what it has not seen yet.
        if (excuses.backup && this.truth.of(tag).restored.has(home) && !isThere(home)) continue
        assert.ok(isThere(home), `${tag}, made on the ${home}, is gone from there`)
        // An old state knows nothing of a deletion that was taken back, and asks about the copy that went with it.
        const isAsked = excuses.backup && excuses.open.has(tag) && this.truth.of(tag).restored.size > 0
        if (this.flows(home) && !this.truth.skipped.has(tag) && !isAsked && !this.isPast(tag, home, held)) {
          assert.ok(isThere(away), `${tag}, made on the ${home}, is not on the ${away}`)
        }
        if (!this.flows(home) && !this.truth.imported.has(tag))
          assert.ok(!isThere(away), `${tag} flowed from the ${home} to the ${away} against the direction`)
        continue
      }
      this.deletionIsCarriedOn(tag, this.truth.of(tag).deleted, isThere, excuses)
    }
  }

  /** Whether an event is over for longer than new copies reach back, and was on the other side at no earlier rest. */
  private isPast(tag: string, home: Side, held: Both<Held>): boolean {
    return !this.settled.has(`${other(home)}/${tag}/summary`) && this.isOver(tag, home, held)
  }

  private isOver(tag: string, home: Side, held: Both<Held>): boolean {
    const now = this.world.time.now()
    const lives = held[home].byTag.get(tag) ?? []
    return lives.every(({ fields }) => inWindow(fields, [now - PAST, Infinity], now) === false)
  }

  private deletionIsCarriedOn(
    tag: string,
    gone: ReadonlySet<Side>,
    isThere: (side: Side) => boolean,
    { backup, lostNews, open }: Excuses,
  ): void {
    if (backup || lostNews || open.has(tag) || this.truth.skipped.has(tag) || this.truth.guests.has(tag)) return
    if (this.truth.doubled.has(tag)) return // one of them may be there still
    const { touched, restored } = this.truth.of(tag)
    for (const side of gone) {
      const there = other(side)
      // Deleted on both, one after the other, with an edit in between: it was made again then.
      // What a server adds to a copy looks like an edit, if the answer that would have shown it got lost.
      const mayBeAdded = this.world.providerOf(there) === 'icloud' && this.world.setting.caldav.rewrites === 'alarm'
      const isEdit = touched[there] || mayBeAdded
      if (restored.has(there)) continue // it is wanted there
      if (this.flows(side) && !gone.has(there) && (!isEdit || !this.flows(there))) {
        assert.ok(!isThere(there), `${tag}, deleted on the ${side}, is still on the ${there}`)
      }
    }
    if (this.flows('left') && this.flows('right')) {
      assert.equal(isThere('left'), isThere('right'), `${tag} is on one side only`)
    }
  }

  private flows(from: Side): boolean {
    const { direction } = this.world.setting
    return direction === 'both' || direction.startsWith(from)
  }

  /** Whatever a user typed is where he typed it, or in the history. */
  private nothingTypedIsLost(held: Both<Held>): void {
    const kept = [...this.world.remembered, ...this.world.life.disk.remembered].join('\n')
    for (const [key, text] of this.truth.last) {
      const [side, tag] = key.split('/') as [Side, string]
      const there = held[side].byTag.get(tag) ?? []
      const word = new RegExp(`"[^"]*\\b${text.replace('#', '')}"`)
      const isThere = there.some(({ fields }) => word.test(JSON.stringify(fields)))
      assert.ok(
        isThere || word.test(kept) || this.unseen.has(text),
        `"${text}", typed on the ${side} (${key}), is lost`,
      )
    }
  }

  /** Both sides hold the same in all that both can hold, but for what is asked, skipped, or nobody may write. */
  private bothMeanTheSame(held: Both<Held>, { backup, open }: Excuses): void {
    const { direction, busyTo, caldav } = this.world.setting
    for (const [tag, [left]] of held.left.byTag) {
      const right = held.right.byTag.get(tag)?.[0]
      if (!left || !right || open.has(tag) || this.truth.skipped.has(tag) || this.truth.guests.has(tag)) continue
      const target = direction === 'left-to-right' ? 'right' : 'left'
      if (direction !== 'both' && this.truth.touchedEver.has(`${target}/${tag}`)) continue
      if (this.truth.doubled.has(tag)) continue // which is the other's half, the tag does not tell
      const names = new Set([...fieldNames(left.fields), ...fieldNames(right.fields)])
      const differing = [...names].filter((name) => {
        if (busyTo && (name === 'summary' || name === 'location' || name.startsWith('exceptions.'))) return false
        if (this.truth.rewritten.has(tag) && name === 'summary') return false
        // Google keeps what was changed in an occurrence that its series no longer has; iCalendar can't always say that.
        if (name.startsWith('exceptions.') && !canHave(left, name)) return false
        // What a server adds on its own stays there, and goes nowhere.
        if (name === 'reminders' && caldav.rewrites === 'alarm') return false
        return !this.isSame(name, left, right, held)
      })
      // Of what came into both calendars itself nothing is agreed; once it is over for long, it is left as it stands.
      // An old state may know less than what was agreed at the last rest.
      const stands = (side: Side): boolean =>
        backup ? this.isOver(tag, side, held) : this.truth.imported.has(tag) && this.isPast(tag, side, held)
      if (SIDES.every(stands)) {
        for (const name of differing) this.apart.add(`${tag}/${name}`)
      }
      const values = differing
        .filter((name) => !this.apart.has(`${tag}/${name}`))
        .map((name) => [name, left.fields[name], right.fields[name]])
      assert.deepEqual(values, [], `${tag} differs`)
    }
  }

  private isSame(name: Field, left: Live, right: Live, held: Both<Held>): boolean {
    const { left: one, right: two } = { left: held.left.calendar.holds, right: held.right.calendar.holds }
    const fit = (seen: Live) => this.withoutAdded(name, one.fit(name, two.fit(name, valueOf(seen.fields, name))))
    const has =
      name.startsWith('exceptions.') || [one, two].every(({ fields }) => (fields as readonly string[]).includes(name))
    return !has || sameMeaning(fit(left), fit(right))
  }

  /** What a server adds on its own to an occurrence stays there, too. */
  private withoutAdded(name: Field, value: Json): Json {
    if (this.world.setting.caldav.rewrites !== 'alarm' || !name.startsWith('exceptions.') || !isObject(value))
      return value
    const { reminders: _reminders, ...rest } = value
    return rest
  }

  /**
   * A field holds what was typed into it last, on one side or the other; if nobody typed, what it held before. Where
   * only one side was edited, that is what stands.
   */
  private whatWasTypedStands(held: Both<Held>, { backup, lostNews, open }: Excuses): void {
    if (backup) return
    for (const side of SIDES) {
      for (const [tag, [seen]] of held[side].byTag) {
        if (!seen || open.has(tag) || this.truth.skipped.has(tag) || this.truth.guests.has(tag)) continue
        for (const field of FIELDS) {
          if (field === 'summary' && this.truth.rewritten.has(tag)) continue
          if (this.truth.decided.has(tag) || this.truth.doubled.has(tag)) this.fieldWasTyped(tag, field, seen)
          else this.fieldStands(side, tag, field, seen, lostNews)
        }
      }
    }
  }

  /**
   * A text was typed over what stood there. Any other text of the same time was typed by somebody who had not seen it:
   * that is a conflict, in which the side wins that was chosen, and none if the user is to be asked.
   */
  private nobodyIsOverruled(held: Both<Held>, { backup, lostNews, open }: Excuses): void {
    const { direction, strategy, troubles, busyTo } = this.world.setting
    const isExcused = backup || lostNews || direction !== 'both' || troubles.has('decisions')
    if (isExcused || strategy === 'latest-wins') return
    const mayLose: string = strategy === 'manual' ? 'nobody' : strategy === 'left-wins' ? 'right' : 'left'
    for (const [tag, [seen]] of held.left.byTag) {
      const { skipped, guests, rewritten, doubled } = this.truth
      if (!seen || open.has(tag) || [skipped, guests, doubled].some((some) => some.has(tag))) continue
      const { all, deleted, restored } = this.truth.of(tag)
      if (deleted.size > 0 || restored.size > 0) continue
      for (const field of FIELDS) {
        if ((busyTo && field !== 'description') || (rewritten.has(tag) && field === 'summary')) continue
        const stands = valueOf(seen.fields, field) as string | null
        const seenBefore = this.typedBefore(stands ?? '')
        for (const text of all.get(field) ?? []) {
          if (seenBefore.has(text) || !this.truth.typedOver.has(stands ?? '')) continue
          const loser = this.truth.typedOver.get(text)?.side
          assert.equal(loser, mayLose, `${field} of ${tag}: "${text}" was overruled by "${stands}" (${strategy})`)
        }
      }
    }
  }

  /** A text, what it was typed over, and so on. */
  private typedBefore(text: string): Set<string> {
    const before = new Set<string>()
    for (let each = text; each !== '' && !before.has(each); each = this.truth.typedOver.get(each)?.over ?? '') {
      before.add(each)
    }
    return before
  }

  /** A version that was put back holds what was typed some time. */
  private fieldWasTyped(tag: string, field: (typeof FIELDS)[number], seen: Live): void {
    const { busyTo } = this.world.setting
    const value = valueOf(seen.fields, field) as string | null
    if (value === null || (busyTo && field === 'summary')) return
    assert.ok(this.truth.ever.get(`${tag}/${field}`)?.has(value), `${field} of ${tag}, ${value}, was never typed`)
  }

  private fieldStands(side: Side, tag: string, field: (typeof FIELDS)[number], seen: Live, lostNews: boolean): void {
    const { busyTo } = this.world.setting
    if (busyTo && field !== 'description') return
    const { typed, all, deleted, restored, answers } = this.truth.of(tag)
    if (answers.get(field)?.includes(valueOf(seen.fields, field) as string)) return
    const before = this.settled.get(`${side}/${tag}/${field}`)
    if (deleted.size > 0 || restored.size > 0) {
      // What comes out of the trash is of any time.
      if (restored.size > 0) {
        this.fieldWasTyped(tag, field, seen)
        return
      }
      // Made again: from what its other half held then, which may have been something in between.
      const some = [...SIDES.map((each) => this.settled.get(`${each}/${tag}/${field}`)), ...(all.get(field) ?? [])]
      const now = valueOf(seen.fields, field)
      if (before !== undefined) assert.ok(some.includes(now), `${field} of ${tag} on the ${side} was typed by nobody`)
      return
    }
    const own = typed[side].get(field)
    const theirs = typed[other(side)].get(field)
    const value = valueOf(seen.fields, field) as string | null
    const flowsHere = this.flows(other(side))
    const flowsAway = this.flows(side)
    const allowed =
      flowsHere && flowsAway
        ? [own, theirs].filter((text) => text !== undefined)
        : flowsHere
          ? [own, theirs, this.truth.made.get(tag) === side ? own : undefined].filter((text) => text !== undefined)
          : [own].filter((text) => text !== undefined)
    if (allowed.length > 0) {
      // Both listings were empty at once, and both forgot what they had agreed on: one side wins as it stands.
      const strategyWins = lostNews && this.world.setting.strategy !== 'manual'
      if (strategyWins) allowed.push(this.settled.get(`${other(side)}/${tag}/${field}`) as string)
      if (!flowsHere || flowsAway) {
        assert.ok(
          allowed.includes(value ?? ''),
          `${field} of ${tag} on the ${side} is ${value ?? 'empty'}, not ${allowed.join(' or ')}`,
        )
      }
    } else if (before !== undefined) {
      assert.equal(value, before, `${field} of ${tag} on the ${side} was changed by nobody`)
    }
  }

  /** What the flow writes over copies never comes back to where the originals are. */
  private nothingIsBusyAtHome(held: Both<Held>): void {
    const { busyTo } = this.world.setting
    if (this.mayBeBusy) return
    const { madeAgain, answered, decided, doubled, rewritten } = this.truth
    for (const side of SIDES) {
      for (const [tag, lives] of held[side].byTag) {
        if ([madeAgain, answered, decided, doubled].some((some) => some.has(tag))) continue
        for (const { fields } of lives) {
          if (busyTo && side !== busyTo) assert.notEqual(fields.summary, 'Busy', `${tag} is busy at home`)
          const isRewritten = (fields.summary as string | null)?.startsWith(REWRITTEN)
          assert.ok(!isRewritten || rewritten.get(tag)?.has(side), `${tag} is rewritten at home`)
        }
      }
    }
  }

  private remember(side: Side, tag: string, lives: readonly Live[]): void {
    for (const field of FIELDS) {
      if (lives[0]) this.settled.set(`${side}/${tag}/${field}`, valueOf(lives[0].fields, field))
    }
  }
}

/** Whether a series has the occurrence. */
function canHave({ fields }: Live, name: Field): boolean {
  const when = whenOf(fields)
  return when?.recurrence !== undefined && occurs(when, originalStart(name as never)) !== 'no'
}
