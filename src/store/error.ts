/** Why the state on disk can't be read or written; the message says what the user can do. */
export type StoreErrorCode =
  | 'newer-version' // written by a newer CalSync; left untouched
  | 'damaged' // not what we wrote
  | 'disk-full'
  | 'read-only' // no permission, or a read-only file system
  | 'io' // anything else that the disk said
  | 'in-use' // by another process
  | 'no-directory' // there is none to keep it in
  | 'closed' // our own doing: a deploy or shutdown

export class StoreError extends Error {
  override readonly name = 'StoreError'
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const FORBIDDEN = new Set(['EROFS', 'EACCES', 'EPERM'])

/** The errno name that Node puts on errors of the file system (`ENOENT`), if it is one. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/**
 * Turns what the file system threw into a `StoreError`; one that is a `StoreError` already is handed back.
 * `doing`: what failed, in words, as in "write".
 */
export function storeError(doing: string, path: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const errno = errnoOf(error)
  const options = { cause: error }
  if (errno !== undefined && FULL.has(errno)) {
    const advice = 'The disk is full. Free some space; CalSync goes on at the next run and loses nothing.'
    return new StoreError('disk-full', `Can't ${doing} ${path}. ${advice}`, options)
  }
  if (errno !== undefined && FORBIDDEN.has(errno)) {
    const advice = `Node-RED may not do that (${errno}). Check that the file system is not mounted read-only and that the user who runs Node-RED owns this folder.`
    return new StoreError('read-only', `Can't ${doing} ${path}. ${advice}`, options)
  }
  const said = error instanceof Error ? error.message : String(error)
  const advice = 'Check the disk and the folder; CalSync tries again at the next run.'
  return new StoreError('io', `Can't ${doing} ${path}: ${said}. ${advice}`, options)
}

/** For what is asked of a file after its store was closed. */
export function closedError(path: string): StoreError {
  return new StoreError(
    'closed',
    `${path} is closed, since its flow was stopped. Nothing is lost; the next start goes on from here.`,
  )
}
