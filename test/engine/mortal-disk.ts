import type { Chunks, Disk } from '../../src/store/disk'
import { MemoryDisk } from '../store/memory-disk'
import type { Snapshot } from '../store/memory-disk'

/** A promise that nobody keeps: what a process waits for that is no more. */
export const never = <T>(): Promise<T> => new Promise<T>(() => undefined)

/**
 * The disk under one life of the process. When the power goes, in the middle of a write if it comes so, the process
 * hears nothing any more, not even an error.
 */
export class MortalDisk implements Disk {
  readonly memory: MemoryDisk
  /** All that was ever appended to the history and the versions kept, whatever became of the disk. */
  readonly remembered: string[] = []

  constructor(
    snapshot: Snapshot,
    private readonly isAlive: () => boolean,
    private readonly die: () => void,
  ) {
    this.memory = new MemoryDisk(snapshot)
  }

  /** The power goes after so many more steps. */
  cutPower(after: number): void {
    this.dying = true
    this.memory.fail({ is: 'power-cut', after })
  }
  private dying = false

  read = (path: string): Promise<Uint8Array | null> => this.during(() => this.memory.read(path))
  size = (path: string): Promise<number | null> => this.during(() => this.memory.size(path))
  list = (folder: string): Promise<string[]> => this.during(() => this.memory.list(folder))
  write = (path: string, chunks: Chunks): Promise<void> => this.during(() => this.memory.write(path, chunks))
  truncate = (path: string, bytes: number): Promise<void> => this.during(() => this.memory.truncate(path, bytes))
  rename = (from: string, to: string): Promise<void> => this.during(() => this.memory.rename(from, to))
  remove = (path: string): Promise<void> => this.during(() => this.memory.remove(path))

  append = async (path: string, chunks: readonly string[]): Promise<void> => {
    await this.during(() => this.memory.append(path, chunks))
    if (path.endsWith('.log.jsonl')) this.remembered.push(...chunks)
  }

  private async during<T>(work: () => Promise<T>): Promise<T> {
    if (!this.isAlive()) return never()
    try {
      const result = await work()
      return this.isAlive() ? result : await never()
    } catch (error) {
      if (!this.dying) throw error
      this.die()
      return never()
    }
  }
}
