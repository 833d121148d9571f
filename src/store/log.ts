import type { Data } from './data'
import { closedError, StoreError, storeError } from './error'
import { byteLength, LineFile, SLICE, type Damage, type Surroundings } from './lines'
import { Queue } from './queue'

/** What a log holds of one entry: when it was added (milliseconds since 1970), and what. */
export type Logged<T> = { readonly at: number; readonly entry: T }

export type LogOptions<T> = {
  /** Of the entries: counted up when their shape changes. */
  readonly version: number
  /** Brings an entry of an older version up to date. Without it an older file is set aside. */
  readonly migrate?: (entry: unknown, from: number) => T
  /** The newest so many entries are kept ... */
  readonly maxEntries: number
  /** ... unless they are older than so many days. */
  readonly maxDays: number
}

const DAY = 24 * 60 * 60 * 1000

/**
 * A history on disk: JSON lines `{"at": ..., "entry": ...}`, oldest first, not held in memory. It is trimmed to its
 * bounds when it has grown to twice that, so that it is rewritten rarely.
 */
export class Log<T extends Data> {
  private readonly queue = new Queue()
  private readonly file: LineFile
  private count = 0
  private oldest = Infinity
  private closed = false
  private damage: Damage | null = null

  private constructor(
    private readonly around: Surroundings,
    readonly path: string,
    private readonly options: LogOptions<T>,
  ) {
    this.file = new LineFile(around, path, 'log', options.version)
  }

  /** Opens a log. Rejects with `newer-version` (the file is untouched), or as the disk does. */
  static async open<T extends Data>(around: Surroundings, path: string, options: LogOptions<T>) {
    const log = new Log<T>(around, path, options)
    await log.load()
    return log
  }

  /** What was found damaged when the log was opened; it is empty then. */
  get damaged(): Damage | null {
    return this.damage
  }

  /** Adds entries durably, in one append and one sync. Rejects as the disk does. */
  async add(entries: readonly T[]): Promise<void> {
    if (this.closed) throw closedError(this.path)
    if (entries.length > 0) await this.queue.run(() => this.addNow(entries))
  }

  /** The entries within the bounds, newest last. Rejects as the disk does, or with `damaged`. */
  read(): Promise<readonly Logged<T>[]> {
    return this.queue.run(async () => this.kept(await this.readAll()))
  }

  /** Finishes what was begun. Afterwards `add` rejects (`closed`). */
  async close(): Promise<void> {
    this.closed = true
    await this.queue.idle()
  }

  private async load(): Promise<void> {
    try {
      const { entries, version } = await this.readAllWithVersion()
      this.count = entries.length
      this.oldest = entries[0]?.at ?? Infinity
      if (version !== null && version < this.options.version) await this.rewrite(entries)
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'damaged') throw error
      this.damage = await this.file.setAside(error.message)
    }
  }

  private async readAll(): Promise<Logged<T>[]> {
    return (await this.readAllWithVersion()).entries
  }

  private async readAllWithVersion(): Promise<{ entries: Logged<T>[]; version: number | null }> {
    const entries: Logged<T>[] = []
    const version = await this.file.read((line, from) => entries.push(this.take(line, from)))
    return { entries, version }
  }

  private take(line: unknown, version: number): Logged<T> {
    if (!isLogged(line)) throw new Error('not a line of a log')
    if (version === this.options.version) return line as Logged<T>
    if (this.options.migrate === undefined) throw new Error(`its version ${version} can no longer be read`)
    return { at: line.at, entry: this.options.migrate(line.entry, version) }
  }

  private async addNow(entries: readonly T[]): Promise<void> {
    const at = this.around.now()
    const lines = entries.map((entry) => lineOf({ at, entry }))
    await this.file.append(lines, byteLength(lines.join('')))
    this.count += entries.length
    this.oldest = Math.min(this.oldest, at)
    if (this.isTooLong()) this.trimInBackground()
  }

  private isTooLong(): boolean {
    const { maxEntries, maxDays } = this.options
    return this.count > 2 * maxEntries || this.oldest < this.around.now() - 2 * maxDays * DAY
  }

  /** A failure does no harm: the log only stays long, and the next `add` tries again. */
  private trimInBackground(): void {
    void this.queue.run(async () => {
      if (this.closed || !this.isTooLong()) return
      try {
        await this.rewrite(this.kept(await this.readAll()))
      } catch (error) {
        this.around.warn(storeError('trim', this.path, error))
      }
    })
  }

  private kept(entries: readonly Logged<T>[]): readonly Logged<T>[] {
    const from = this.around.now() - this.options.maxDays * DAY
    return entries.slice(-this.options.maxEntries).filter((entry) => entry.at >= from)
  }

  private async rewrite(entries: readonly Logged<T>[]): Promise<void> {
    await this.file.rewrite(this.slices(entries))
    this.count = entries.length
    this.oldest = entries[0]?.at ?? Infinity
  }

  private async *slices(entries: readonly Logged<T>[]): AsyncIterable<string> {
    let slice = ''
    for (const entry of entries) {
      slice += lineOf(entry)
      if (slice.length < SLICE) continue
      yield slice
      slice = ''
      await this.around.pause()
    }
    yield slice
  }
}

const lineOf = (entry: Logged<unknown>): string => `${JSON.stringify(entry)}\n`

function isLogged(value: unknown): value is Logged<unknown> {
  if (typeof value !== 'object' || value === null || !('entry' in value)) return false
  return 'at' in value && typeof value.at === 'number'
}
