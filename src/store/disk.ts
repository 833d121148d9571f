/** The pieces of a text, to be written one after another without a gap. */
export type Chunks = readonly string[] | AsyncIterable<string>

/**
 * The few things that the store does with a disk. Passed in: the real one (`nodeDisk`), or a simulated one in tests.
 * All methods reject with a `StoreError` (`disk-full`, `read-only`, `io`). When one that writes has resolved, its
 * effect survives a power cut.
 */
export interface Disk {
  /** The bytes of a file, or null if there is none. */
  read(path: string): Promise<Uint8Array | null>
  /** The size of a file in bytes, or null if there is none. */
  size(path: string): Promise<number | null>
  /** The names of what lies in a folder, sorted; empty if there is none. */
  list(folder: string): Promise<string[]>
  /**
   * Replaces a file as a whole (makes it, and its folders, if need be): whatever happens, afterwards there is either
   * the old content or the new (also if it rejects). If `chunks` throws, the old content stays and the error is passed
   * on as it is.
   */
  write(path: string, chunks: Chunks): Promise<void>
  /**
   * Adds to the end of a file (makes it, and its folders, if need be), with one sync. If it rejects or the power is
   * cut, any part of the text from its beginning on may have been added.
   */
  append(path: string, chunks: readonly string[]): Promise<void>
  /** Cuts a file off after so many bytes. */
  truncate(path: string, bytes: number): Promise<void>
  /** Renames a file within its folder; what had the new name is replaced. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file. None there: nothing to do. */
  remove(path: string): Promise<void>
}
