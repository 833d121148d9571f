import { join } from 'node:path'
import type { Data } from './data'
import type { Disk } from './disk'
import { Document, type DocumentOptions } from './document'
import { closedError, type StoreError } from './error'
import { Journal, type JournalOptions } from './journal'
import type { Surroundings } from './lines'
import { Log, type LogOptions } from './log'

export type StoreOptions = {
  readonly disk: Disk
  /** The folder of all state, `<userDir>/calsync`. Made when something is first written. */
  readonly root: string
  /** The time in milliseconds since 1970. */
  readonly now: () => number
  /** Hears of trouble that fails no call: a damaged file set aside, a rewriting put off. For Node-RED's log. */
  readonly warn: (trouble: StoreError) => void
  /** Lets others have the event loop between slices of long work. Default: `setImmediate`. */
  readonly pause?: () => Promise<void>
}

/**
 * Folders and file name below the root, without an extension: `['calendars', hash, 'replica']`. Each of a-z, 0-9 and
 * hyphens, not beginning with a hyphen, at most 64 characters; anything else is refused with a `TypeError`.
 */
export type StorePath = readonly string[]

/** Opens the state of one user directory; no disk is touched yet. There must be one store a directory in a process. */
export function openStore(options: StoreOptions): Store {
  return new Store(options)
}

/**
 * The files of one user directory. Each is opened once and shared: the same path gives the same object, so that it has
 * one writer. (The options of whoever opens it first count.)
 */
export class Store {
  private readonly opened = new Map<string, Promise<{ close(): Promise<void> }>>()
  private readonly around: Surroundings
  private closed = false

  constructor(private readonly options: StoreOptions) {
    const pause = options.pause ?? (() => new Promise<void>((resolve) => void setImmediate(resolve)))
    this.around = { disk: options.disk, now: options.now, warn: options.warn, pause }
  }

  /** Opens a large map (`.jsonl`). Rejects with `newer-version` or as the disk does; another call tries again. */
  journal<T extends Data>(path: StorePath, options: JournalOptions<T>): Promise<Journal<T>> {
    return this.open(path, '.jsonl', (file) => Journal.open(this.around, file, options))
  }

  /** Opens a small value (`.json`). Rejects with `newer-version` or as the disk does; another call tries again. */
  document<T extends Data>(path: StorePath, options: DocumentOptions<T>): Promise<Document<T>> {
    return this.open(path, '.json', (file) => Document.open(this.around, file, options))
  }

  /** Opens a history (`.log.jsonl`). Rejects with `newer-version` or as the disk does; another call tries again. */
  log<T extends Data>(path: StorePath, options: LogOptions<T>): Promise<Log<T>> {
    return this.open(path, '.log.jsonl', (file) => Log.open(this.around, file, options))
  }

  /** The names of what lies in a folder of the state, sorted; empty if there is none. */
  async list(folder: StorePath): Promise<string[]> {
    return this.options.disk.list(this.locate(folder))
  }

  /** Finishes what was begun in all files, without starting on anything long. Afterwards all writing rejects. */
  async close(): Promise<void> {
    this.closed = true
    await Promise.all([...this.opened.values()].map(closeOne))
  }

  private async open<F extends { close(): Promise<void> }>(
    names: StorePath,
    extension: string,
    open: (path: string) => Promise<F>,
  ): Promise<F> {
    if (names.length === 0) throw new TypeError('A file of the state needs a name.')
    const path = this.locate(names) + extension
    if (this.closed) throw closedError(path)
    const before = this.opened.get(path)
    // The extension says which class it is; the type of the values is the caller's word, as in the file itself.
    if (before !== undefined) return (await before) as F
    const file = open(path)
    this.opened.set(path, file)
    try {
      return await file
    } catch (error) {
      this.opened.delete(path)
      throw error
    }
  }

  private locate(path: StorePath): string {
    for (const name of path) {
      if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
        throw new TypeError(`"${name}" is no safe name for a file of the state: use a-z, 0-9 and hyphens only.`)
      }
    }
    return join(this.options.root, ...path)
  }
}

/** Closes a file. One that could not be opened has told its caller so, and there is nothing to close. */
async function closeOne(opened: Promise<{ close(): Promise<void> }>): Promise<void> {
  const [file] = await Promise.allSettled([opened])
  if (file.status === 'fulfilled') await file.value.close()
}
