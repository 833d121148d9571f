import { StoreError, storeError } from './error'
import type { Chunks, Disk } from './disk'

/** What the files of a store share. */
export type Surroundings = {
  readonly disk: Disk
  /** The time in milliseconds since 1970. */
  readonly now: () => number
  /** Lets others have the event loop for a moment. Called between slices of long work. */
  readonly pause: () => Promise<void>
  /** Hears of trouble that fails no call: a file set aside, a rewriting put off. */
  readonly warn: (trouble: StoreError) => void
}

/** A damaged file, set aside: where it lies now and what was wrong. */
export type Damage = { readonly setAside: string; readonly reason: string }

/**
 * How much text is parsed or built in one go, in characters: about a millisecond here and some on a Raspberry Pi. A
 * measure of text, not of time, so that the same work is always cut in the same places.
 */
export const SLICE = 64 * 1024

/** What the first line of a file says: the kind of file with the version of its format, and that of its values. */
type Header = { readonly calsync: string; readonly format: number; readonly version: number }
const FORMAT = 1

/**
 * A file of JSON lines behind a header line, appended to and now and then rewritten. A last line without its line
 * feed is what a crash left of an append that was never acknowledged: it is dropped. The caller sees to it that only
 * one call runs at a time.
 */
export class LineFile {
  /** Bytes of whole lines; what lies behind them is a torn append. */
  private bytes = 0
  private torn = false
  /** After a rewriting that failed: the bytes of the new file, which may be in its place all the same. */
  private unsure: number | null = null

  constructor(
    private readonly around: Surroundings,
    readonly path: string,
    private readonly kind: 'journal' | 'log',
    /** Of the values in it. */
    private readonly version: number,
  ) {}

  /** Bytes on disk, the header included; 0: no file yet. */
  get size(): number {
    return this.bytes
  }

  /**
   * Hands each line's value to `take`, with the version it was written in and the bytes it has, oldest first.
   * Resolves with the file's version, null if there is nothing yet. Rejects with `newer-version`, with `damaged` (also
   * for whatever `take` throws), or as the disk does.
   */
  async read(take: (value: unknown, version: number, bytes: number) => void): Promise<number | null> {
    const found = await this.around.disk.read(this.path)
    this.bytes = found === null ? 0 : found.lastIndexOf(LINE_FEED) + 1
    this.torn = found !== null && this.bytes < found.length
    if (found === null || this.bytes === 0) return null
    const header = found.subarray(0, found.indexOf(LINE_FEED) + 1)
    const version = this.readHeader(this.decode(header))
    await this.readLines(found.subarray(header.length, this.bytes), (line) => {
      take(JSON.parse(line), version, byteLength(line))
    })
    return version
  }

  /** Adds lines of so many bytes at the end, durably. An append that failed half-way is cut off first. */
  async append(lines: readonly string[], bytes: number): Promise<void> {
    await this.makeSure()
    if (this.torn) {
      await this.around.disk.truncate(this.path, this.bytes)
      this.torn = false
    }
    const header = this.bytes === 0 ? this.header() : ''
    this.torn = true
    await this.around.disk.append(this.path, [header, ...lines])
    this.torn = false
    this.bytes += byteLength(header) + bytes
  }

  /** Finds out which file is there after a rewriting that failed at its very end. */
  private async makeSure(): Promise<void> {
    if (this.unsure === null) return
    if ((await this.around.disk.size(this.path)) === this.unsure) this.replaced(this.unsure)
    this.unsure = null
  }

  private replaced(bytes: number): void {
    this.bytes = bytes
    this.torn = false
    this.unsure = null
  }

  /** Replaces the whole file. If `lines` throws, the file stays as it was. */
  async rewrite(lines: Chunks): Promise<void> {
    let bytes = 0
    const header = this.header()
    async function* all(): AsyncIterable<string> {
      yield header
      bytes = byteLength(header)
      for await (const chunk of lines) {
        yield chunk
        bytes += byteLength(chunk)
      }
    }
    try {
      await this.around.disk.write(this.path, all())
    } catch (error) {
      this.unsure = bytes
      throw error
    }
    this.replaced(bytes)
  }

  /** Renames a damaged file, so that the next append starts a new one, and tells of it. */
  async setAside(reason: string): Promise<Damage> {
    const damage = await setAside(this.around, this.path, reason)
    this.replaced(0)
    return damage
  }

  private header(): string {
    const header: Header = { calsync: this.kind, format: FORMAT, version: this.version }
    return `${JSON.stringify(header)}\n`
  }

  private decode(bytes: Uint8Array): string {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch (error) {
      throw new StoreError('damaged', `${this.path} is damaged: it is not UTF-8 text.`, { cause: error })
    }
  }

  private readHeader(line: string): number {
    const header = parseHeader(line)
    if (header?.calsync !== this.kind) {
      throw new StoreError('damaged', `${this.path} is damaged: its first line is not that of a ${this.kind}.`)
    }
    if (header.format > FORMAT || header.version > this.version) throw newerVersion(this.path)
    return header.version
  }

  private async readLines(bytes: Uint8Array, take: (line: string) => void): Promise<void> {
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(LINE_FEED, Math.min(start + SLICE, bytes.length - 1)) + 1
      this.readSlice(this.decode(bytes.subarray(start, end)), take)
      start = end
      await this.around.pause()
    }
  }

  /** Whole lines, each with its line feed. */
  private readSlice(text: string, take: (line: string) => void): void {
    for (let start = 0; start < text.length;) {
      const end = text.indexOf('\n', start)
      const line = text.slice(start, end)
      start = end + 1
      try {
        take(line)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new StoreError('damaged', `${this.path} is damaged (${reason}).`, { cause: error })
      }
    }
  }
}

const LINE_FEED = 10

export const byteLength = (text: string): number => Buffer.byteLength(text)

/** The refusal of a file that a newer CalSync wrote. */
export function newerVersion(path: string): StoreError {
  const advice = 'It was left untouched. Update node-red-contrib-calsync, or move this file away to start afresh.'
  return new StoreError('newer-version', `${path} was written by a newer version of CalSync. ${advice}`)
}

/** Renames a damaged file to `<name>.damaged-<time>` and tells of it. Rejects as the disk does. */
export async function setAside(around: Surroundings, path: string, reason: string): Promise<Damage> {
  const time = new Date(around.now()).toISOString().replace(/[:.]/g, '-')
  const aside = `${path}.damaged-${time}`
  try {
    await around.disk.rename(path, aside)
  } catch (error) {
    throw storeError('set aside', path, error)
  }
  const advice = `It was set aside as ${aside} and is rebuilt; no event is deleted for it. Should this happen again, check the disk.`
  around.warn(new StoreError('damaged', `${reason} ${advice}`))
  return { setAside: aside, reason }
}

function parseHeader(line: string): Header | null {
  let header: unknown
  try {
    header = JSON.parse(line)
  } catch {
    return null // no JSON: no header; the caller says so
  }
  if (typeof header !== 'object' || header === null) return null
  const { calsync, format, version } = header as Partial<Record<keyof Header, unknown>>
  if (typeof calsync !== 'string' || typeof format !== 'number' || typeof version !== 'number') return null
  return { calsync, format, version }
}
