/** When an event takes place, as its owner says it. */
export type Times = {
  /** `2026-06-10`, or the wall clock in `zone`: `2026-06-10T10:00:00`. */
  readonly start: string
  readonly end: string
  /** IANA; undefined for whole days. */
  readonly zone?: string
  readonly rule?: string
}

export type TextField = 'summary' | 'location' | 'description'
export type Texts = { readonly [field in TextField]?: string }

/** An event as its owner sees it. The tag, in its description, tells which event it is, wherever a copy of it is. */
export type Owned = { readonly id: string; readonly tag: string; readonly recurs: boolean; readonly guests: boolean }

/**
 * The user of a calendar in his app: what is done here comes to the engine from outside. Occurrences are named by their
 * original start, `2026-06-10` or `2026-06-10T08:00:00Z`.
 */
export interface Owner {
  events(): Owned[]
  /** @param uid of an invitation that comes by mail; default: the app makes one */
  add(times: Times, texts: Texts, guests: boolean, uid?: string): void
  /** A text as it stands there now; empty if there is none. */
  textOf(id: string, field: TextField): string
  setText(id: string, field: TextField, text: string): void
  setTimes(id: string, times: Times): void
  setReminder(id: string, minutes: number): void
  /** The first few occurrences that can be changed; undefined text: it is a plain one. */
  occurrences(id: string): string[]
  renameOccurrence(id: string, key: string, text: string): void
  moveOccurrence(id: string, key: string, hours: number): void
  cancelOccurrence(id: string, key: string): void
  reviveOccurrence(id: string, key: string): void
  /** This and all that follow become a new event with texts of its own. */
  split(id: string, key: string, texts: Texts): void
  remove(id: string): void
  /** What was deleted here, by whomever. */
  trash(): Owned[]
  restore(id: string): void
}

/** The tag in a description; undefined: none of ours. */
export const tagIn = (description: string | null | undefined): string | undefined =>
  /#(\w+)/.exec(description ?? '')?.[1]
