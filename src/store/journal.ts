import type { Data } from './data'
import { closedError, StoreError, storeError } from './error'
import { byteLength, LineFile, SLICE, type Damage, type Surroundings } from './lines'
import { Queue } from './queue'

/** One change of a map: a key gets a value, or goes. */
export type Change<T> = { readonly key: string; readonly value: T } | { readonly key: string; readonly deleted: true }

export type JournalOptions<T> = {
  /** Of the values: counted up when their shape changes. */
  readonly version: number
  /** Brings a value of an older version up to date. Without it an older file is set aside and reported as damaged. */
  readonly migrate?: (value: unknown, from: number, key: string) => T
  /** Below so many bytes the file is never rewritten. Default 64 KB. */
  readonly minBytes?: number
}

type Line = { readonly k: string; readonly v?: unknown } | { readonly clear: true }
const CLEAR = '{"clear":true}\n'
const MIN_BYTES = 64 * 1024

/**
 * A large map kept as an append-only file of JSON lines, one a change: `{"k": key, "v": value}`, or without `v` for a
 * deletion; `{"clear": true}` empties it. It is replayed when opened and rewritten when it has grown to twice what lives in it. The map is held in
 * memory; it shows what is durable, never more. Values must not be changed after they were put.
 */
export class Journal<T extends Data> {
  private readonly map = new Map<string, T>()
  /** Bytes of each key's live line, and their sum. */
  private readonly sizes = new Map<string, number>()
  private live = 0
  private readonly queue = new Queue()
  private readonly file: LineFile
  /** While the file is rewritten: the lines that came meanwhile. */
  private meanwhile: string[] | null = null
  private rewriting: Promise<void> = Promise.resolve()
  /** After a rewriting that failed: not again before the file has this many bytes. */
  private notBefore = 0
  private closed = false
  private damage: Damage | null = null

  private constructor(
    private readonly around: Surroundings,
    readonly path: string,
    private readonly options: JournalOptions<T>,
  ) {
    this.file = new LineFile(around, path, 'journal', options.version)
  }

  /** Opens and replays a journal. Rejects with `newer-version` (the file is untouched), or as the disk does. */
  static async open<T extends Data>(around: Surroundings, path: string, options: JournalOptions<T>) {
    const journal = new Journal<T>(around, path, options)
    await journal.replay()
    return journal
  }

  /** The map as it is on disk. A live view: it changes when a `put` has become durable. */
  get entries(): ReadonlyMap<string, T> {
    return this.map
  }

  /** What was found damaged when the journal was opened; it is empty then and the caller rebuilds it. */
  get damaged(): Damage | null {
    return this.damage
  }

  /**
   * Makes changes durable, in one append and one sync, and then shows them. Rejects as the disk does (`disk-full`,
   * ...); then none of the changes shows, and a later `put` starts from what was durable before. (If none follows, a
   * beginning of the batch may show after a restart, as after a crash.)
   */
  put(changes: readonly Change<T>[]): Promise<void> {
    if (changes.length === 0) return Promise.resolve()
    return this.run(() => this.putNow(changes))
  }

  /** Forgets everything, durably, all or nothing. Rejects as `put` does. */
  clear(): Promise<void> {
    return this.run(async () => {
      await this.append([CLEAR], byteLength(CLEAR))
      this.forgetAll()
      this.rewriteIfLong()
    })
  }

  /** Finishes what was put; a rewriting is given up (the file stays as it was). Afterwards `put` rejects (`closed`). */
  async close(): Promise<void> {
    this.closed = true
    await this.queue.idle()
    await this.rewriting
  }

  /** Resolves when no rewriting of the file is under way. */
  async settled(): Promise<void> {
    await this.queue.idle()
    await this.rewriting
  }

  private async run(job: () => Promise<void>): Promise<void> {
    if (this.closed) throw closedError(this.path)
    await this.queue.run(job)
  }

  private async replay(): Promise<void> {
    let version: number | null
    try {
      version = await this.file.read((line, from, bytes) => this.take(line, from, bytes))
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'damaged') throw error
      this.forgetAll()
      this.damage = await this.file.setAside(error.message)
      return
    }
    if (version !== null && version < this.options.version) await this.rewrite()
  }

  /** One line of the file. Throws if it isn't one of ours. */
  private take(line: unknown, version: number, bytes: number): void {
    if (!isLine(line)) throw new Error('not a line of a journal')
    if ('clear' in line) {
      this.forgetAll()
      return
    }
    const { k: key, v: value } = line
    if (value === undefined) this.forget(key)
    else
      this.remember(key, version < this.options.version ? this.migrate(value, version, key) : (value as T), bytes + 1)
  }

  private migrate(value: unknown, version: number, key: string): T {
    if (this.options.migrate !== undefined) return this.options.migrate(value, version, key)
    throw new Error(`its version ${version} can no longer be read`)
  }

  private remember(key: string, value: T, bytes: number): void {
    this.live += bytes - (this.sizes.get(key) ?? 0)
    this.sizes.set(key, bytes)
    this.map.set(key, value)
  }

  private forget(key: string): void {
    this.live -= this.sizes.get(key) ?? 0
    this.sizes.delete(key)
    this.map.delete(key)
  }

  private forgetAll(): void {
    this.live = 0
    this.sizes.clear()
    this.map.clear()
  }

  private async putNow(changes: readonly Change<T>[]): Promise<void> {
    const { slices, sizes } = await this.textOf(changes)
    await this.append(
      slices,
      sizes.reduce((sum, size) => sum + size, 0),
    )
    changes.forEach((change, i) => {
      if ('deleted' in change) this.forget(change.key)
      else this.remember(change.key, change.value, sizes[i] ?? 0)
    })
    this.rewriteIfLong()
  }

  /** The lines of changes, in slices, and the bytes of each. */
  private async textOf(changes: readonly Change<T>[]): Promise<{ slices: string[]; sizes: number[] }> {
    const slices: string[] = []
    const sizes: number[] = []
    let slice = ''
    for (const change of changes) {
      const line = lineOf(change)
      sizes.push(byteLength(line))
      slice += line
      if (slice.length < SLICE) continue
      slices.push(slice)
      slice = ''
      await this.around.pause()
    }
    return { slices: [...slices, slice], sizes }
  }

  private async append(slices: readonly string[], bytes: number): Promise<void> {
    await this.file.append(slices, bytes)
    this.meanwhile?.push(...slices)
  }

  private rewriteIfLong(): void {
    if (this.shouldRewrite()) this.startRewriting()
  }

  private shouldRewrite(): boolean {
    if (this.meanwhile !== null || this.file.size < this.notBefore) return false
    return this.file.size > 2 * this.live && this.file.size > (this.options.minBytes ?? MIN_BYTES)
  }

  /** Rewrites in the background. A failure does no harm: the file only stays long, and is tried again when longer. */
  private startRewriting(): void {
    this.meanwhile = []
    this.rewriting = this.rewrite().then(
      () => {
        this.notBefore = 0
      },
      (error: unknown) => {
        if (this.closed) return
        this.notBefore = 2 * this.file.size
        this.around.warn(storeError('rewrite', this.path, error))
      },
    )
  }

  /**
   * Writes what lives to a new file that takes the old one's place. Only the end of it holds up the queue: what was put
   * meanwhile is copied behind the rest, the file synced and renamed.
   */
  private async rewrite(): Promise<void> {
    this.meanwhile ??= []
    let release = (): void => undefined
    const turn = (): Promise<void> =>
      new Promise((myTurn) => {
        const held = new Promise<void>((resolve) => (release = resolve))
        void this.queue.run(() => {
          myTurn()
          return held
        })
      })
    try {
      await this.file.rewrite(this.liveLines([...this.map], turn))
    } finally {
      this.meanwhile = null
      release()
    }
  }

  private async *liveLines(entries: [string, T][], turn: () => Promise<void>): AsyncIterable<string> {
    let slice = ''
    for (const [key, value] of entries) {
      slice += lineOf({ key, value })
      if (slice.length < SLICE) continue
      yield slice
      slice = ''
      await this.around.pause()
      if (this.closed) throw closedError(this.path)
    }
    yield slice
    await turn()
    yield (this.meanwhile ?? []).join('')
  }
}

function lineOf<T>(change: Change<T>): string {
  const line: Line = 'deleted' in change ? { k: change.key } : { k: change.key, v: change.value }
  return `${JSON.stringify(line)}\n`
}

function isLine(value: unknown): value is Line {
  if (typeof value !== 'object' || value === null) return false
  return 'clear' in value ? value.clear === true : 'k' in value && typeof value.k === 'string'
}
