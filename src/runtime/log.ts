/** One log line: a sentence, and what it is about in a form that machines can filter. JSON-safe, and without secrets. */
export type LogEntry = {
  readonly message: string
  readonly run?: string
  readonly pair?: string
  readonly calendar?: string
  /** The event's uid. */
  readonly event?: string
  /** Milliseconds. */
  readonly duration?: number
} & Readonly<Record<string, unknown>>

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type Log = (level: LogLevel, entry: LogEntry) => void

/** An address without what may be secret in it: credentials, query and fragment. */
export function bareUrl(url: string): string {
  if (!URL.canParse(url)) return 'an address that is none'
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
