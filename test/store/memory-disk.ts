import type { Chunks, Disk } from '../../src/store/disk'
import { storeError } from '../../src/store/error'

/** What lies on a simulated disk: path -> bytes. */
export type Snapshot = ReadonlyMap<string, Uint8Array>

/** How the disk fails: `full` and `torn` after so many more bytes, of which the last append keeps what fitted. */
export type Failure =
  | { readonly is: 'full' | 'torn'; readonly after: number }
  | { readonly is: 'read-only' }
  /** A write replaces the file and then says that it failed: the folder could not be synced. */
  | { readonly is: 'unsynced' }
  /** The power goes after so many more steps (a byte, a sync, a rename is one); nothing works on this disk then. */
  | { readonly is: 'power-cut'; readonly after: number }

/**
 * A simulated disk. Each byte, sync and rename is a step, and each call yields between its steps, so that a crash can
 * be put anywhere: either `fail({ is: 'power-cut', after })`, or `snapshot()` at any moment and a new disk from it.
 */
export class MemoryDisk implements Disk {
  /** What was handed to write, append and truncate, and how often a file's content was synced. */
  readonly counts = { bytes: 0, syncs: 0, writes: 0, appends: 0 }
  private readonly files: Map<string, Uint8Array>
  private failure: Failure | null = null
  private left = Infinity

  constructor(
    snapshot: Snapshot = new Map(),
    /** What a call waits for between its steps; to hold it up, or to let others run. */
    private readonly latency: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.files = new Map(snapshot)
  }

  /** What a crash at this moment leaves (temporary files included). */
  snapshot(): Snapshot {
    return new Map(this.files)
  }

  /** Puts the disk back to an earlier state. */
  restore(snapshot: Snapshot): void {
    this.files.clear()
    for (const [path, bytes] of snapshot) this.files.set(path, bytes)
  }

  /** Makes the disk fail from now on; null: it works again. */
  fail(failure: Failure | null): void {
    this.failure = failure
    this.left = failure !== null && 'after' in failure ? failure.after : Infinity
  }

  /** The content of a file as text; an error if there is none. */
  text(path: string): string {
    const bytes = this.files.get(path)
    if (bytes === undefined) throw new Error(`no file ${path}; there are ${[...this.files.keys()].join(', ')}`)
    return Buffer.from(bytes).toString('utf8')
  }

  /** Puts content into a file, as an editor or a broken disk would. */
  put(path: string, content: string | Uint8Array): void {
    this.files.set(path, typeof content === 'string' ? Buffer.from(content) : content)
  }

  /** The paths of all files, sorted. */
  paths(): string[] {
    return [...this.files.keys()].sort()
  }

  async read(path: string): Promise<Uint8Array | null> {
    await this.latency()
    this.needsPower(path)
    return this.files.get(path) ?? null
  }

  async size(path: string): Promise<number | null> {
    return (await this.read(path))?.length ?? null
  }

  async list(folder: string): Promise<string[]> {
    await this.latency()
    this.needsPower(folder)
    const inside = this.paths().filter((path) => path.startsWith(`${folder}/`))
    return [...new Set(inside.map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''))]
  }

  async write(path: string, chunks: Chunks): Promise<void> {
    this.counts.writes += 1
    const temporary = `${path}.tmp`
    this.mayWrite(path)
    this.files.set(temporary, new Uint8Array())
    try {
      for await (const chunk of chunks) await this.take(temporary, chunk)
      await this.sync(path)
      await this.step(path)
      this.move(temporary, path)
      if (this.failure?.is === 'unsynced') throw this.fault(path)
    } catch (error) {
      if (this.failure?.is !== 'power-cut') this.files.delete(temporary)
      throw error
    }
    await this.step(path)
  }

  async append(path: string, chunks: readonly string[]): Promise<void> {
    this.counts.appends += 1
    this.mayWrite(path)
    for (const chunk of chunks) await this.take(path, chunk)
    await this.sync(path)
  }

  async truncate(path: string, bytes: number): Promise<void> {
    await this.latency()
    this.mayWrite(path)
    this.files.set(path, (this.files.get(path) ?? new Uint8Array()).slice(0, bytes))
    await this.sync(path)
  }

  async rename(from: string, to: string): Promise<void> {
    await this.latency()
    this.mayWrite(from)
    await this.step(from)
    this.move(from, to)
    await this.step(from)
  }

  async remove(path: string): Promise<void> {
    await this.latency()
    this.mayWrite(path)
    await this.step(path)
    this.files.delete(path)
  }

  private move(from: string, to: string): void {
    const bytes = this.files.get(from)
    if (bytes === undefined) throw fault('rename', from, 'ENOENT')
    this.files.delete(from)
    this.files.set(to, bytes)
  }

  /** Adds to a file as many bytes as the failure that is set lets through. */
  private async take(path: string, chunk: string): Promise<void> {
    await this.latency()
    this.mayWrite(path)
    const bytes = Buffer.from(chunk)
    this.counts.bytes += bytes.length
    const fitting = Math.min(bytes.length, this.left)
    this.files.set(path, Buffer.concat([this.files.get(path) ?? new Uint8Array(), bytes.subarray(0, fitting)]))
    this.left -= fitting
    if (fitting < bytes.length) throw this.fault(path)
  }

  private async sync(path: string): Promise<void> {
    this.counts.syncs += 1
    await this.step(path)
  }

  private async step(path: string): Promise<void> {
    await this.latency()
    if (this.failure?.is !== 'power-cut') return
    this.needsPower(path)
    this.left -= 1
  }

  private mayWrite(path: string): void {
    if (this.failure?.is === 'read-only') throw this.fault(path)
    this.needsPower(path)
  }

  private needsPower(path: string): void {
    if (this.failure?.is === 'power-cut' && this.left <= 0) throw this.fault(path)
  }

  private fault(path: string): Error {
    const errno = { full: 'ENOSPC', torn: 'EIO', 'read-only': 'EROFS', 'power-cut': 'EIO', unsynced: 'EIO' } as const
    return fault('write', path, this.failure === null ? 'EIO' : errno[this.failure.is])
  }
}

/** The error that the real disk gives. */
function fault(doing: string, path: string, errno: string): Error {
  return storeError(doing, path, Object.assign(new Error(`${errno}: simulated`), { code: errno }))
}
