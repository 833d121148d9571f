import { join } from 'node:path'
import type { Disk } from './disk'
import { StoreError } from './error'

/** The process that a state belongs to. */
export type Holder = {
  /** Nobody else's, and another one at each start: process ids come again, in containers at each start. */
  readonly token: string
  readonly pid: number
  readonly host: string
  /** Where process ids mean the same: machine, boot and container. Empty: not known. */
  readonly place: string
}

/** What ownership does with the world. */
export type OwnershipWorld = {
  readonly me: Holder
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Does a job again and again, for as long as the process lives. */
  readonly every: (ms: number, job: () => void) => void
  /** Whether a process is certainly dead. */
  readonly isGone: (holder: Holder) => boolean
  /** Hears that the state was lost to another process. */
  readonly lost: (error: StoreError) => void
}

/** What lies in the file; `answered`: the questions of others to which its holder has said that it lives. */
type Lock = Holder & { readonly since: string; readonly answered: readonly string[] }

/** How often a holder looks for questions; it only reads, since cards wear out. In milliseconds, as all here. */
const LOOK_EVERY = 4000
/** How long a question waits for an answer. */
const ANSWER_WITHIN = 20_000
const ASK_EVERY = 1000
/** How long an answer counts before the question is put again. */
const ANSWER_COUNTS = 60_000
const MOST_ANSWERED = 20
const QUESTION = 'question-'

/**
 * Sees to it that one process at a time works on a state. Its holder stands in a file. Whether it lives is asked by
 * putting a question beside it, which a living one answers within seconds: so one that was killed shuts nobody out,
 * also if its process id is in use again, in another container, or on another machine; and nothing has to be written again and
 * again to show that one is alive.
 */
export class Ownership {
  private readonly path: string
  private claiming: Promise<void> | undefined
  private loss: StoreError | undefined
  private refused: { readonly token: string; readonly at: number } | undefined
  private questions = 0
  private isHeld = false
  private lookedAt = 0

  constructor(
    private readonly disk: Disk,
    private readonly root: string,
    private readonly world: OwnershipWorld,
  ) {
    this.path = join(root, 'in-use.json')
  }

  /** Resolves when the state is this process's. Rejects with `in-use` as long as it is another's, or was lost to one. */
  async held(): Promise<void> {
    this.throwIfLost()
    if (!this.isHeld) {
      this.claiming ??= this.claim().finally(() => (this.claiming = undefined))
      await this.claiming
    } else if (Math.abs(this.world.now() - this.lookedAt) > 2 * LOOK_EVERY) await this.look() // it may have slept
    this.throwIfLost()
  }

  /** Throws if another process has taken the state. */
  throwIfLost(): void {
    if (this.loss) throw this.loss
  }

  /** Where the file lies that has to go when the process ends; undefined if it is not ours. */
  get toRemove(): string | undefined {
    return this.isHeld && !this.loss ? this.path : undefined
  }

  private async claim(): Promise<void> {
    const found = await this.read()
    if (found && found.token !== this.world.me.token && (await this.lives(found))) throw inUse(this.root, found)
    await this.write([])
    this.isHeld = true
    this.lookedAt = this.world.now()
    this.world.every(LOOK_EVERY, () => void this.look())
  }

  private async lives(holder: Lock): Promise<boolean> {
    const { isGone, now } = this.world
    if (isGone(holder)) return false
    const isFresh = this.refused?.token === holder.token && Math.abs(now() - this.refused.at) < ANSWER_COUNTS
    if (!isFresh && !(await this.isAnswered(holder))) return false
    if (!isFresh) this.refused = { token: holder.token, at: now() }
    return true
  }

  /** Puts the question, and waits for the answer. */
  private async isAnswered(holder: Lock): Promise<boolean> {
    const id = `${this.world.me.token}-${(this.questions += 1)}`
    const question = join(this.root, `${QUESTION}${id}.json`)
    await this.disk.write(question, ['{}\n'])
    try {
      for (let waited = 0; waited < ANSWER_WITHIN; waited += ASK_EVERY) {
        await this.world.sleep(ASK_EVERY)
        const found = await this.read()
        if (!found) return false // it ended
        if (found.token !== holder.token || found.answered.includes(id)) return true
      }
      return false
    } finally {
      await this.disk.remove(question)
    }
  }

  /** Answers questions, and finds out whether the state is still ours. Never rejects: a disk that fails says so elsewhere. */
  private async look(): Promise<void> {
    if (this.loss) return
    try {
      const found = await this.read()
      this.lookedAt = this.world.now()
      if (!found) return // the folder was removed; whoever comes next makes it anew
      if (found.token !== this.world.me.token) this.lose(found)
      else await this.answer(found)
    } catch {
      // the next look tries again
    }
  }

  private async answer({ answered }: Lock): Promise<void> {
    const names = (await this.disk.list(this.root)).filter((name) => name.startsWith(QUESTION))
    const asked = names.map((name) => name.slice(QUESTION.length, -'.json'.length))
    const open = asked.filter((id) => !answered.includes(id))
    if (open.length > 0) await this.write([...answered, ...open].slice(-MOST_ANSWERED))
  }

  private lose(to: Lock): void {
    this.loss = taken(this.root, to)
    this.world.lost(this.loss)
  }

  private write(answered: readonly string[]): Promise<void> {
    const { me, now } = this.world
    const lock: Lock = { ...me, since: new Date(now()).toISOString(), answered }
    return this.disk.write(this.path, [`${JSON.stringify(lock)}\n`])
  }

  /** A file that can't be read as ours holds nobody. */
  private async read(): Promise<Lock | undefined> {
    const bytes = await this.disk.read(this.path)
    try {
      return bytes === null ? undefined : lockIn(JSON.parse(new TextDecoder().decode(bytes)))
    } catch {
      return undefined
    }
  }
}

function lockIn(value: unknown): Lock | undefined {
  const { token, pid, host, place, since, answered } = (value ?? {}) as Partial<Record<keyof Lock, unknown>>
  const isText = (each: unknown): each is string => typeof each === 'string'
  if (!isText(token) || !isText(host) || !isText(place) || !isText(since) || typeof pid !== 'number') return undefined
  return { token, pid, host, place, since, answered: Array.isArray(answered) ? answered.filter(isText) : [] }
}

const nameOf = ({ pid, host, since }: Lock): string => `process ${pid} on ${host}, since ${since}`

function inUse(root: string, by: Lock): StoreError {
  const advice =
    'Two would undo each other’s work, so this one neither reads nor writes calendars. Stop the other one, or give this one a user directory of its own.'
  return new StoreError('in-use', `Another Node-RED works on ${root} (${nameOf(by)}). ${advice}`)
}

function taken(root: string, by: Lock): StoreError {
  const advice =
    'This one stood still for too long, and has stopped syncing. See to it that only one runs, and restart it.'
  return new StoreError('in-use', `Another Node-RED has taken over ${root} (${nameOf(by)}). ${advice}`)
}

/** A disk on which nothing is read or written before the state is this process's, nor once it was lost. */
export function ownedDisk(disk: Disk, owner: Pick<Ownership, 'held'>): Disk {
  const held = async <T>(act: () => Promise<T>): Promise<T> => {
    await owner.held()
    return act()
  }
  return {
    read: (path) => held(() => disk.read(path)),
    size: (path) => held(() => disk.size(path)),
    list: (folder) => held(() => disk.list(folder)),
    write: (path, chunks) => held(() => disk.write(path, chunks)),
    append: (path, chunks) => held(() => disk.append(path, chunks)),
    truncate: (path, bytes) => held(() => disk.truncate(path, bytes)),
    rename: (from, to) => held(() => disk.rename(from, to)),
    remove: (path) => held(() => disk.remove(path)),
  }
}
