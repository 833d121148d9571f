import type { Data } from './data'
import { closedError, StoreError } from './error'
import { newerVersion, setAside, type Damage, type Surroundings } from './lines'
import { Queue } from './queue'

export type DocumentOptions<T> = {
  /** Of the value: counted up when its shape changes. */
  readonly version: number
  /** The value of a file that isn't there yet, or was damaged. */
  readonly initial: T
  /** Brings a value of an older version up to date. Without it an older file is set aside and reported as damaged. */
  readonly migrate?: (value: unknown, from: number) => T
}

/** What lies in the file. */
type Envelope = { readonly calsync: 'document'; readonly version: number; readonly value: unknown }

/** A small value in a JSON file of its own, written as a whole, and only if it changed. */
export class Document<T extends Data> {
  private readonly queue = new Queue()
  private closed = false
  private damage: Damage | null = null

  private constructor(
    private readonly path: string,
    private readonly options: DocumentOptions<T>,
    /** A `Low` of lowdb. */
    private readonly low: { data: Envelope; read(): Promise<void>; write(): Promise<void> },
    /** The text on disk; null: no file, or who knows. */
    private written: string | null = null,
  ) {}

  /** Opens a document. Rejects with `newer-version` (the file is untouched), or as the disk does. */
  static async open<T extends Data>(around: Surroundings, path: string, options: DocumentOptions<T>) {
    // lowdb is an ES module; Node 22.9 to 22.11 can't `require` it.
    const { Low } = await import('lowdb')
    const initial = envelope(options.version, options.initial)
    const document = new Document<T>(path, options, new Low<Envelope>(durableAdapter(around, path), initial))
    await document.load(around)
    return document
  }

  /** The value as it is on disk, or the initial one. Must not be changed in place: `write` a new one. */
  get value(): T {
    return this.low.data.value as T
  }

  /** What was found damaged when the document was opened; it holds the initial value then. */
  get damaged(): Damage | null {
    return this.damage
  }

  /** Makes a value durable and then shows it. Nothing is written if it is what is there. Rejects as the disk does. */
  write(value: T): Promise<void> {
    return this.update(() => value)
  }

  /** Writes what `change` makes of the value that is current when its turn comes. Rejects as the disk does. */
  async update(change: (value: T) => T): Promise<void> {
    if (this.closed) throw closedError(this.path)
    await this.queue.run(() => this.writeNow(change(this.value)))
  }

  /** Finishes what was begun. Afterwards writing rejects (`closed`). */
  async close(): Promise<void> {
    this.closed = true
    await this.queue.idle()
  }

  private async load(around: Surroundings): Promise<void> {
    const initial = this.low.data
    try {
      await this.low.read()
      if (this.low.data === initial) return
      if (this.low.data.version > this.options.version) throw newerVersion(this.path)
      if (this.low.data.version < this.options.version) this.low.data = this.migrated(this.low.data)
      else this.written = textOf(this.low.data)
    } catch (error) {
      this.low.data = initial
      if (!(error instanceof StoreError) || error.code !== 'damaged') throw error
      this.damage = await setAside(around, this.path, error.message)
    }
  }

  private migrated(old: Envelope): Envelope {
    if (this.options.migrate === undefined) {
      throw new StoreError('damaged', `${this.path} has version ${old.version}, which can no longer be read.`)
    }
    try {
      return envelope(this.options.version, this.options.migrate(old.value, old.version))
    } catch (error) {
      const reason = `${this.path} could not be brought from version ${old.version} to ${this.options.version}.`
      throw new StoreError('damaged', reason, { cause: error })
    }
  }

  private async writeNow(value: T): Promise<void> {
    const before = this.low.data
    const next = envelope(this.options.version, value)
    const text = textOf(next)
    if (text === this.written) return
    this.low.data = next
    try {
      await this.low.write()
      this.written = text
    } catch (error) {
      this.low.data = before
      this.written = null // either may be there now
      throw error
    }
  }
}

const envelope = (version: number, value: unknown): Envelope => ({ calsync: 'document', version, value })
const textOf = (data: Envelope): string => `${JSON.stringify(data)}\n`

/** lowdb's own adapter writes without a sync, which a power cut can turn into an empty file. */
function durableAdapter(around: Surroundings, path: string) {
  return {
    async read(): Promise<Envelope | null> {
      const bytes = await around.disk.read(path)
      return bytes === null ? null : parse(path, bytes)
    },
    async write(data: Envelope): Promise<void> {
      await around.disk.write(path, [textOf(data)])
    },
  }
}

function parse(path: string, bytes: Uint8Array): Envelope {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new StoreError('damaged', `${path} is damaged: it is not JSON.`, { cause: error })
  }
  if (!isEnvelope(value)) throw new StoreError('damaged', `${path} is damaged: it is not a document of CalSync.`)
  return value
}

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null || !('value' in value)) return false
  return 'calsync' in value && value.calsync === 'document' && 'version' in value && typeof value.version === 'number'
}
