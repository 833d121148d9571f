import type { ResourceId } from '../event/calendar'
import { hasPairs, isSplit } from '../ical'
import { shapesOf } from './shapes'

/** What the server of an account was seen to do, rules or no rules, as long as the process lives. */
export class Habits {
  /** Whether it was seen to destroy characters by cutting lines inside of them. */
  splits = false
  private overwrites = false
  private keepsPairs = false
  private keepsSplit = false
  private rewrites = false
  private readonly kept = new Set<string>()
  private readonly tried = new Set<ResourceId>()

  /** An event is about to be made under a name, on condition that nothing is there. */
  creates(id: ResourceId): void {
    this.tried.add(id)
  }

  /** The status that this succeeded with: any other than 201 says that something was there (SOGo). */
  created(status: number): void {
    if (status !== 201) this.overwrites = true
  }

  /** Whether only a look tells that nothing is there: under a name that was tried before, or on a server that overwrites. */
  needsLook(id: ResourceId): boolean {
    return this.overwrites || this.tried.has(id)
  }

  /** Whether it may hold another text than this one, which it was sent and took. */
  mayDestroy(text: string): boolean {
    return hasPairs(text) && !(isSplit(text) ? this.keepsSplit : this.keepsPairs)
  }

  /** It was seen to hold what this text means. */
  keeps(text: string): void {
    this.keepsPairs = true
    if (isSplit(text)) this.keepsSplit = true
  }

  /** Whether it may mean something else by a text, under the ETag that it answers, than what it was sent. */
  mayRewrite(text: string): boolean {
    return this.rewrites || [...shapesOf(text)].some((shape) => !this.kept.has(shape))
  }

  /** Whether it was seen to mean the same by what it made of this text. */
  rewrote(text: string, meansTheSame: boolean): void {
    if (!meansTheSame) this.rewrites = true
    else for (const shape of shapesOf(text)) this.kept.add(shape)
  }
}
