import { mkdir, open, readFile, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Chunks, Disk } from './disk'
import { errnoOf, storeError } from './error'

const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

/** The real disk. Files are readable by their owner alone, since events are private. */
export function nodeDisk(): Disk {
  return {
    read: (path) => told('read', path, () => orNull(readFile(path))),
    size: (path) => told('read', path, async () => (await orNull(stat(path)))?.size ?? null),
    list: (folder) => told('read', folder, async () => ((await orNull(readdir(folder))) ?? []).sort()),
    write,
    append: (path, chunks) => told('write', path, () => append(path, chunks)),
    truncate: (path, bytes) => told('write', path, () => truncate(path, bytes)),
    rename: (from, to) => told('rename', from, () => renameDurably(from, to)),
    remove: (path) => told('remove', path, () => remove(path)),
  }
}

/** Does something with a path; what the file system throws becomes a `StoreError`. */
async function told<T>(doing: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw storeError(doing, path, error)
  }
}

/** Null for what isn't there. */
async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null
    throw error
  }
}

async function write(path: string, chunks: Chunks): Promise<void> {
  // One writer a file, so one temporary name a file: leftovers of a crash are bounded and overwritten by the next write.
  const temporary = join(dirname(path), `.${basename(path)}.tmp`)
  try {
    const handle = await told('write', path, () => openNew(temporary))
    try {
      for await (const chunk of chunks) await told('write', path, () => handle.appendFile(chunk))
      await told('write', path, () => handle.sync())
    } finally {
      await handle.close()
    }
    await told('write', path, () => renameDurably(temporary, path))
  } catch (error) {
    await discard(temporary)
    throw error
  }
}

async function openNew(path: string): Promise<FileHandle> {
  await makeFolder(dirname(path))
  return open(path, 'w', FILE_MODE)
}

/** Frees the space of a temporary file. It is only tidying: the write's own error is the one to report. */
async function discard(temporary: string): Promise<void> {
  await rm(temporary, { force: true }).catch(() => undefined)
}

async function append(path: string, chunks: readonly string[]): Promise<void> {
  const isNew = (await orNull(stat(path))) === null
  if (isNew) await makeFolder(dirname(path))
  const handle = await open(path, 'a', FILE_MODE)
  try {
    for (const chunk of chunks) await handle.appendFile(chunk)
    await handle.datasync()
  } finally {
    await handle.close()
  }
  if (isNew) await syncFolder(dirname(path))
}

async function truncate(path: string, bytes: number): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    await handle.truncate(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(dirname(to))
}

async function remove(path: string): Promise<void> {
  if ((await orNull(stat(path))) === null) return
  await rm(path)
  await syncFolder(dirname(path))
}

/** Makes a folder with all above it, each entered durably in its parent. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: FOLDER_MODE })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

/** Makes names in a folder survive a power cut. Windows can't sync a folder (EPERM), and NTFS journals names itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    // Some network and FUSE file systems have no sync for folders; there is nothing better to be had on them.
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(errnoOf(error) ?? '')) throw error
  } finally {
    await handle.close()
  }
}
