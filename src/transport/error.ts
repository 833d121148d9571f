/** Why there is no answer to hand over. An aborted request rejects with its signal's reason instead, as `fetch` does. */
export type TransportErrorCode =
  | 'network' // no connection, or it broke
  | 'timeout' // silence for too long
  | 'too-large' // the answer is larger than we would read
  | 'headers' // its headers are

export class TransportError extends Error {
  override readonly name = 'TransportError'
  constructor(
    readonly code: TransportErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
  }
}

/** The answer is longer than `most` bytes. */
export const tooLarge = (host: string, most: number): TransportError =>
  new TransportError(
    'too-large',
    `${host} sent more than ${Math.floor(most / 1024 / 1024)} MB in one answer, which CalSync does not read.`,
  )
