import type { OperationMessage } from '../../src/runtime/operation-message'
import type { Side } from '../../src/sync/model'
import type { Random } from '../sync/random'
import { tagIn } from './owner'
import type { Truth } from './truth'
import type { World } from './world'

/** How titles begin that this flow wrote. */
export const REWRITTEN = '~'

type Kept = { readonly to: Side; readonly ops: OperationMessage[] }

/** A user's flow between reconcile and sinks that drops, skips, delays and holds operations as it likes. */
export class WantonFlow {
  wanton = true
  private held: Kept[] = []

  constructor(
    private readonly world: World,
    private readonly truth: Truth,
    private readonly random: Random,
  ) {
    world.between = (to, ops, handOn) => {
      if (!this.wanton || !world.setting.troubles.has('flow')) handOn(ops)
      else for (const op of ops) this.pass(to, op, handOn)
    }
  }

  private pass(to: Side, op: OperationMessage, handOn: (ops: OperationMessage[]) => void): void {
    const what = this.random.next()
    if (what < 0.12) return
    if (what < 0.2) {
      const tag = tagIn(op.event?.['description'] as string | undefined)
      if (tag !== undefined) this.truth.skipped.add(tag)
      if (tag !== undefined && op.action === 'delete' && this.isTwice(to, tag)) this.truth.doubled.set(tag, 1)
      handOn([{ ...op, action: 'skip' }])
    } else if (what < 0.27) handOn([this.rewritten(to, op)])
    else if (what < 0.38) this.held.push({ to, ops: [op] })
    else if (what < 0.5) void this.world.time.sleep(this.random.below(9000)).then(() => handOn([op]))
    else handOn([op])
  }

  /** Whether one of two is to be taken back: both stay if that is skipped. */
  private isTwice(side: Side, tag: string): boolean {
    return this.world.owners[side].events().filter((each) => each.tag === tag).length > 1
  }

  /** Another title than was planned, on this copy alone. */
  private rewritten(to: Side, op: OperationMessage): OperationMessage {
    const summary = op.event?.['summary']
    const tag = tagIn(op.event?.['description'] as string | undefined)
    const isWritten = op.action === 'create' || op.changed?.includes('summary') === true
    if (op.action === 'delete' || !isWritten || tag === undefined || typeof summary !== 'string') return op
    this.truth.rewritten.set(tag, (this.truth.rewritten.get(tag) ?? new Set()).add(to))
    return { ...op, event: { ...op.event!, summary: `${REWRITTEN}${summary}` } }
  }

  /** What was held is handed on: some of it, or all. */
  async release(all: boolean): Promise<void> {
    const now = this.held.filter(() => all || this.random.chance(0.5))
    this.held = this.held.filter((each) => !now.includes(each))
    const { flow, life, time } = this.world
    for (const { to, ops } of now) flow.write(to, ops)
    await time.until(Promise.race([flow.idle(), life.died]))
  }
}
